package durability

import (
	"context"
	"crypto/sha256"
	"fmt"
	"mime"
	"mime/multipart"
	"path/filepath"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob/blobtest"
	"strongroom/internal/index"
	"strongroom/internal/upload"
)

// faulty is an index whose bucket or database fails as planned.
type faulty struct {
	*apptest.Server
	*ledger
	t        *testing.T
	rows     *backdoor
	bucket   *blobtest.Faulty
	acceptor *upload.Acceptor // as the server's, with that bucket
	made     int
}

func newFaulty(t *testing.T, s *apptest.Server) *faulty {
	f := &faulty{Server: s, ledger: newLedger(), t: t, rows: openBackdoor(t, s), bucket: blobtest.NewFaulty(t, s.Bucket)}
	acceptor := *s.Acceptor
	acceptor.Bucket = f.bucket
	f.acceptor = &acceptor
	d := f.wheel("old")
	f.MustUpload(d)
	f.arrived(d)
	return f
}

// wheel makes a file that was never sent: of the project, or of a new one where it has no name.
func (f *faulty) wheel(project string) apptest.Dist {
	f.made++
	if project == "" {
		project = fmt.Sprintf("new-%x", sha256.Sum256([]byte{byte(f.made)}))[:16] // names that look alike would be reported
	}
	d := apptest.Wheel(project, fmt.Sprintf("1.%d", f.made), "x")
	f.send(d)
	return d
}

// accept uploads past the HTTP server, into the failing bucket.
func (f *faulty) accept(d apptest.Dist) error {
	f.t.Helper()
	ctx := context.Background()
	identity, err := f.Guard.Authenticate(ctx, "Bearer "+f.Token)
	if err != nil {
		f.t.Fatal(err)
	}
	contentType, body := d.Form(d.Fields())
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		f.t.Fatal(err)
	}
	_, err = f.acceptor.Accept(ctx, upload.Request{Identity: identity, Body: multipart.NewReader(body, params["boundary"])})
	return err
}

// untouched runs an upload. If it fails it must leave no trace: no row, no change of the page, no bytes in the staging
// folder (U-20).
func (f *faulty) untouched(d apptest.Dist, attempt func() (failed bool)) bool {
	f.t.Helper()
	f.quiet()
	before, page := f.rows.dump(), f.Get("/simple/"+d.Name+"/").Text
	if !attempt() {
		return false
	}
	for _, change := range f.rows.difference(before) {
		f.t.Errorf("the failed upload of %s left a trace: %s", d.Filename, change)
	}
	if got := f.Get("/simple/" + d.Name + "/").Text; got != page {
		f.t.Errorf("after the failed upload of %s the page is %s", d.Filename, got)
	}
	f.nothingStaged()
	return true
}

// quiet waits until the server has done what earlier uploads queued, for that changes rows too.
func (f *faulty) quiet() {
	f.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		n, err := f.DB.JobsDue(f.t.Context(), index.JobNewProject, time.Now())
		if err != nil {
			f.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	f.t.Fatal("the queued work is never done")
}

func (f *faulty) nothingStaged() {
	f.t.Helper()
	staged, err := filepath.Glob(filepath.Join(f.Config.Data, "staging", "*"))
	if err != nil || len(staged) > 0 {
		f.t.Errorf("uploads left %v in the staging folder (%v)", staged, err)
	}
}

// arrived checks that an accepted file is there.
func (f *faulty) arrived(d apptest.Dist) {
	f.t.Helper()
	c := newClient(f.URL, f.Token)
	defer c.close()
	f.acknowledge(d)
	if err := f.compare(f.t.Context(), c, d.Name, 0); err != nil {
		f.t.Error(err)
	}
	f.settle(f.t)
}
