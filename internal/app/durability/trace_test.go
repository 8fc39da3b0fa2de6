package durability

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/blob/blobtest"
)

// TestBucketFailureLeavesNoTrace fails every operation on the bucket in turn, once without doing it and once after doing
// it, for the first file of a project and for a later one (U-20).
func TestBucketFailureLeavesNoTrace(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		f := newFaulty(t, s)
		for _, planned := range []error{blob.ErrUnavailable, blob.ErrFull} {
			for _, fault := range []blobtest.Fault{blobtest.NotDone, blobtest.Done} {
				f.failBucket(f.wheel(""), fault, planned)
				f.failBucket(f.wheel("old"), fault, planned)
			}
		}
	})
}

// failBucket fails the first, second, third … operation of an upload, until it has no more of them and succeeds.
func (f *faulty) failBucket(d apptest.Dist, fault blobtest.Fault, planned error) {
	f.t.Helper()
	for n := 1; ; n++ {
		f.bucket.Fail(blobtest.Nth(n, fault), planned)
		var err error
		f.untouched(d, func() bool { err = f.accept(d); return err != nil })
		if !f.bucket.Failed() {
			if err != nil || n < 5 {
				f.t.Errorf("without a failure in its %d operations the upload gives: %v", n-1, err)
			}
			f.bucket.Fail(nil, nil)
			f.arrived(d)
			return
		}
		if !errors.Is(err, planned) {
			f.t.Errorf("operation %d failed, and the upload gives %v, want %v", n, err, planned)
		}
	}
}

// TestDatabaseFailureLeavesNoTrace makes the database fail in all its ways at every table an upload writes, and at the
// commit (U-20). When nothing fails any more, the same upload succeeds.
func TestDatabaseFailureLeavesNoTrace(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		f := newFaulty(t, s)
		for _, failure := range f.rows.failures() {
			d := f.wheel("")
			for _, place := range written() {
				if !f.fail(d, func() func() { return f.rows.refuse(place, failure, "") }) {
					t.Fatalf("an upload succeeds though %s fails by %s", place, failure)
				}
			}
			if !f.fail(d, f.rows.refuseCommit) {
				t.Fatal("an upload succeeds though its commit fails")
			}
			f.writes(d)
		}
	})
}

// writes uploads a file, and makes sure that the tests know of every table that this changes.
func (f *faulty) writes(d apptest.Dist) {
	f.t.Helper()
	f.quiet()
	before := f.rows.dump()
	f.MustUpload(d)
	f.arrived(d)
	for _, change := range f.rows.difference(before) {
		table, _, _ := strings.Cut(change, " ")
		if !slices.ContainsFunc(written(), func(place string) bool { return strings.HasSuffix(place, " "+table) }) {
			f.t.Errorf("an upload changes a table that written lacks: %s", change)
		}
	}
}

// written is what the first upload to a project writes at least.
func written() []string {
	return []string{
		"INSERT names", "INSERT filename_registry", "INSERT blobs", "INSERT projects", "INSERT roles", "INSERT releases",
		"INSERT release_metadata", "INSERT jobs", "INSERT version_registry", "INSERT files", "INSERT events", "INSERT journal",
		"UPDATE names", "UPDATE projects", "UPDATE serial",
	}
}

// fail uploads while something is broken, and reports whether the upload failed.
func (f *faulty) fail(d apptest.Dist, breaks func() (undo func())) (failed bool) {
	f.t.Helper()
	return f.untouched(d, func() bool {
		undo := breaks()
		defer undo()
		r := f.Upload(f.Token, d)
		if r.StatusCode != http.StatusOK && r.StatusCode < 500 {
			f.t.Errorf("a failing database gives %s: %s", r.Status, r.Text)
		}
		return r.StatusCode != http.StatusOK
	})
}

// TestFailureTakesNobodyAlong sends uploads of which half fail in the database, all at once: on SQLite they share
// transactions, and still each has its own fate.
func TestFailureTakesNobodyAlong(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		f := newFaulty(t, s)
		c := newClient(f.URL, f.Token)
		defer c.close()
		for _, place := range []string{"INSERT files", "INSERT projects"} {
			undo := f.rows.refuse(place, f.rows.failures()[0], "bad")
			f.mixed(c)
			undo()
			f.settle(t)
		}
		f.verifyAll(t.Context(), c)
		f.settle(t)
		f.nothingStaged()
	})
}

// mixed uploads good and bad files at once.
func (f *faulty) mixed(c *client) {
	var all sync.WaitGroup
	for range 8 {
		good, bad := f.wheel(""), f.wheel("")
		bad = apptest.Wheel("bad-"+bad.Name, "1.0", "x")
		f.send(bad)
		for _, d := range []apptest.Dist{good, bad} {
			all.Go(func() {
				a, err := c.upload(f.t.Context(), d)
				switch {
				case err != nil:
					f.complain("%s: %v", d.Filename, err)
				case a.status == http.StatusOK && d.Name == good.Name:
					f.acknowledge(d)
				case a.status < 500 || d.Name == good.Name:
					f.complain("%s: %s", d.Filename, a)
				}
			})
		}
	}
	all.Wait()
	for _, row := range f.rows.rows("SELECT filename FROM files WHERE filename LIKE 'bad%' UNION SELECT name FROM names WHERE name LIKE 'bad%'") {
		f.complain("a failed upload left %s", row)
	}
}
