package upload_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
)

// actions is a project's journal in its order, without serials.
func actions(t *testing.T, s *apptest.Server, name string) (out []string) {
	t.Helper()
	entries, err := s.DB.EntriesOf(t.Context(), name, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(entries) {
		out = append(out, strings.TrimSpace(e.Version+" "+e.Action))
	}
	return out
}

// file finds a file that must be there.
func file(t *testing.T, s *apptest.Server, filename string) index.File {
	t.Helper()
	f, found, err := s.DB.FileByName(t.Context(), filename)
	if err != nil || !found {
		t.Fatalf("%s: %v, %v", filename, found, err)
	}
	return f
}

// TestU24JournalOrder: create, owner, release, file, with serials that increase; a second file adds one row, the same bytes none.
func TestU24JournalOrder(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		wheel, sdist := apptest.Wheel("Demo.Pkg", "1.0", "x"), apptest.Sdist("Demo.Pkg", "1.0", "x")
		want := []string{"create", "add Owner admin", "1.0 new release", "1.0 add py3 file demo_pkg-1.0-py3-none-any.whl"}
		s.MustUpload(wheel)
		if got := actions(t, s, "demo-pkg"); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		s.MustUpload(sdist)
		want = append(want, "1.0 add source file demo_pkg-1.0.tar.gz")
		s.MustUpload(sdist)
		s.MustUpload(apptest.Wheel("demo-pkg", "2.0", "y"))
		want = append(want, "2.0 new release", "2.0 add py3 file demo_pkg-2.0-py3-none-any.whl")
		if got := actions(t, s, "demo-pkg"); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		p, _, err := s.DB.Project(t.Context(), "demo-pkg")
		if err != nil || p.LastSerial != 7 || p.DisplayName != "demo-pkg" || p.Size != int64(len(wheel.Body)+len(sdist.Body)+len(apptest.Wheel("demo-pkg", "2.0", "y").Body)) {
			t.Errorf("N-08: %+v, %v", p, err)
		}
		events, err := s.DB.EventsOf(t.Context(), "project:demo-pkg", 20)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, e := range events {
			count[e.Action]++
			if e.Actor != "admin" || e.ActorKind != "user" || e.Address == "" || strings.Contains(e.Address, "127.0.0.1") {
				t.Errorf("X-6: %+v", e)
			}
		}
		if want := (map[string]int{index.EventProjectCreate: 1, index.EventRoleAdd: 1, index.EventReleaseCreate: 2, index.EventFileAdd: 3}); !maps.Equal(count, want) {
			t.Errorf("X-6: events %v, want %v", count, want)
		}
	})
}

// TestStoredFileIsWhatCame: digests, sizes and metadata of the row are those of the bytes (F-01, F-07).
func TestStoredFileIsWhatCame(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		wheel := apptest.Wheel("demo", "1.0", "x", "Requires-Python: >=3.8")
		fields := wheel.Fields()
		fields["comment"] = []string{"built by hand"}
		if r := s.UploadForm(s.Token, wheel, fields); r.StatusCode != http.StatusOK || r.Text != "" {
			t.Fatal(r.Status, r.Text)
		}
		hasher := blob.NewHasher()
		defer hasher.Close()
		if _, err := hasher.Write(wheel.Body); err != nil {
			t.Fatal(err)
		}
		sum, f := hasher.Sum(), file(t, s, wheel.Filename)
		if f.SHA256 != sum.SHA256 || f.BLAKE2b256 != sum.BLAKE2b256 || f.MD5 != sum.MD5 || f.Size != int64(len(wheel.Body)) {
			t.Errorf("%+v, want %+v", f, sum)
		}
		if f.MetadataSHA256 != string(blob.KeyOf([]byte(wheel.Metadata))) || f.MetadataSize != int64(len(wheel.Metadata)) {
			t.Errorf("metadata %s of %d bytes", f.MetadataSHA256, f.MetadataSize)
		}
		if f.RequiresPython != ">=3.8" || f.Comment != "built by hand" || f.PythonVersion != "py3" || f.Packagetype != index.Wheel || f.UploadedBy != s.Admin.ID {
			t.Errorf("%+v", f)
		}
	})
}

// TestSdistMetadata is served from metadata version 2.2 on (PEP 643).
func TestSdistMetadata(t *testing.T) {
	s := apptest.Start(t)
	for version, want := range map[string]bool{"2.1": false, "2.2": true, "2.4": true} {
		d := apptest.Sdist("demo", version, "x")
		info := strings.Replace(d.Metadata, "Metadata-Version: 2.2", "Metadata-Version: "+version, 1)
		d.Body = apptest.TarGz([][2]string{{"demo-" + version + "/PKG-INFO", info}})
		s.MustUpload(d)
		if got := file(t, s, d.Filename).MetadataSHA256 != ""; got != want {
			t.Errorf("metadata %s: served %v", version, got)
		}
	}
}

// TestU21TheSameBytes are always 200 and change nothing, also in an old release; not once the file was deleted (row 25, SD-16).
func TestU21TheSameBytes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.Acceptor.Policy.ReleaseMaxAge = 14 * 24 * time.Hour
		wheel := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(wheel)
		s.SetClock(365 * 24 * time.Hour)
		before := rows(t, s)
		if r := s.Upload("", wheel); r.StatusCode != http.StatusForbidden {
			t.Errorf("nobody: %s", r.Status)
		}
		if r := s.Upload(s.Token, wheel); r.StatusCode != http.StatusOK || r.Text != "" {
			t.Errorf("%s %s", r.Status, r.Text)
		}
		if rows(t, s) != before {
			t.Error("the same bytes changed something")
		}
		s.Run("admin", "flag", "set", "--project", "demo", "--file", wheel.Filename, "deleted")
		refused{status: 400, code: index.CodeFilenameReuse, want: "previously used", upload: func(u *sent) { u.Dist = wheel; u.fields = wheel.Fields() }}.send(t, s)
		s.Run("admin", "flag", "clear", "--project", "demo", "--file", wheel.Filename, "deleted")
		s.MustUpload(wheel)
	})
}

// TestSD9Spellings: no two spellings of one filename can both exist, and none can come back with other bytes.
func TestSD9Spellings(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
		s.MustUpload(apptest.TaggedWheel("py2.py3", "demo", "1.0", "tags"))
		for _, row := range []struct{ version, filename string }{
			{"1.0", "demo-1.0-py3-none-any.whl"},
			{"1.0.0", "demo-1.0.0-py3-none-any.whl"},
			{"1", "demo-1-py3-none-any.whl"},
			{"1.0", "demo-1.0-py3.py2-none-any.whl"},
		} {
			d := apptest.Wheel("demo", row.version, "other bytes")
			d.Filename = row.filename
			refused{status: 400, code: index.CodeFileExists, want: "File already exists", upload: func(u *sent) { u.Dist = d; u.fields = d.Fields() }}.send(t, s)
		}
		build := apptest.Wheel("demo", "1.0", "another build")
		build.Filename = "demo-1.0-1-py3-none-any.whl"
		s.MustUpload(build) // a build tag makes it another file
	})
}

// TestSD12BurnedVersions: a version that had files is never made again, whoever holds the name (SD-17).
func TestSD12BurnedVersions(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
		p, _, err := s.DB.Project(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		reassign(t, s, "demo")
		if now, _, err := s.DB.Project(t.Context(), "demo"); err != nil || now.ID == p.ID {
			t.Fatalf("%+v, %v", now, err)
		}
		for _, version := range []string{"1.0", "1.0.0"} {
			d := apptest.Sdist("demo", version, "x")
			refused{status: 400, code: index.CodeVersionReuse, want: "existed before", upload: func(u *sent) { u.Dist = d; u.fields = d.Fields() }}.send(t, s)
		}
		for _, payload := range []string{"x", "other"} { // the very same bytes too: that file is of the old identity
			d := apptest.Wheel("demo", "1.0", payload)
			refused{status: 400, code: index.CodeFilenameReuse, want: "previously used", upload: func(u *sent) { u.Dist = d; u.fields = d.Fields() }}.send(t, s)
		}
		s.MustUpload(apptest.Wheel("demo", "2.0", "x"))
	})
}

// TestSD15DeletedNamesAreKept: a project that its owner deleted keeps its name, for everybody.
func TestSD15DeletedNamesAreKept(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	s.Run("admin", "flag", "set", "--project", "demo", "deleted")
	bob := s.NewToken(access.Grant{User: s.User("bob")})
	r := s.Upload(bob, apptest.Wheel("Demo", "9.0", "mine now"))
	if r.StatusCode != http.StatusBadRequest || !strings.Contains(r.Status, "takes no uploads: Deleted") {
		t.Errorf("%s", r.Status)
	}
}

// TestU22TheFirstFileFixesTheRelease: later files add nothing to its metadata, and Requires-Python is each file's own (M-12).
func TestU22TheFirstFileFixesTheRelease(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x", "Summary: First", "Requires-Python: >=3.8"))
	s.MustUpload(apptest.Sdist("demo", "1.0.0", "x", "Summary: Second", "Requires-Python: >=3.9"))
	f := file(t, s, "demo-1.0.0.tar.gz")
	m, err := s.DB.ReleaseMetadata(t.Context(), f.ReleaseID)
	if err != nil || m.Summary != "First" || f.RequiresPython != ">=3.9" {
		t.Errorf("%+v, %q, %v", m.Summary, f.RequiresPython, err)
	}
	if wheel := file(t, s, "demo-1.0-py3-none-any.whl"); wheel.ReleaseID != f.ReleaseID || wheel.RequiresPython != ">=3.8" {
		t.Errorf("1.0 and 1.0.0 are one release: %+v", wheel)
	}
}

// TestAV16TheFilesMetadataWin over the form's; what differs is told in the answer.
func TestAV16TheFilesMetadataWin(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		wheel := apptest.Wheel("demo", "1.0", "x", "Summary: The truth", "Requires-Python: >=3.8", "Requires-Dist: a>1")
		fields := wheel.Fields()
		fields["summary"], fields["requires_python"], fields["requires_dist"] = []string{"A lie"}, []string{">=2.7"}, []string{"evil"}
		fields["name"], fields["version"] = []string{"DEMO"}, []string{"v1.0"}
		r := s.UploadForm(s.Token, wheel, fields)
		if r.StatusCode != http.StatusOK {
			t.Fatal(r.Status)
		}
		for _, field := range []string{"Summary", "Requires-Python", "Requires-Dist"} {
			if !strings.Contains(r.Text, field+" differs between the upload form and the file's own metadata; the file's is used.\n") {
				t.Errorf("%s is not told: %q", field, r.Text)
			}
		}
		f := file(t, s, wheel.Filename)
		m, err := s.DB.ReleaseMetadata(t.Context(), f.ReleaseID)
		want := coremeta.Metadata{MetadataVersion: "2.2", Name: "demo", Version: "1.0", Summary: "The truth", RequiresPython: ">=3.8", RequiresDist: []string{"a>1"}, Description: m.Description}
		if err != nil || fmt.Sprint(m) != fmt.Sprint(want) || f.RequiresPython != ">=3.8" {
			t.Errorf("%+v, %v", m, err)
		}
		if p, _, err := s.DB.Project(t.Context(), "demo"); err != nil || p.DisplayName != "demo" {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

// TestU05FieldsAreCleaned: UNKNOWN, blanks and NUL bytes are as if not sent; PostgreSQL could not store the last.
func TestU05FieldsAreCleaned(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		wheel := apptest.Wheel("demo", "1.0", "x")
		fields := wheel.Fields()
		fields["summary"], fields["license"], fields["keywords"] = []string{"UNKNOWN"}, []string{" unknown "}, []string{"", "  "}
		fields["comment"], fields["author"], fields["home_page"] = []string{"a\x00b"}, []string{"\x00"}, []string{"UnKnOwN"}
		fields["some_field_of_the_future"] = []string{"ignored (U-06)"}
		if r := s.UploadForm(s.Token, wheel, fields); r.StatusCode != http.StatusOK {
			t.Fatal(r.Status)
		}
		if f := file(t, s, wheel.Filename); f.Comment != "ab" {
			t.Errorf("comment %q", f.Comment)
		}
	})
}

// TestProjectLimits are an administrator's to raise, per project (rows 22 and 23).
func TestProjectLimits(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { c.FileLimit, c.ProjectLimit = 2000, 3000 })
	large := apptest.Wheel("demo", "2.0", strings.Repeat("x", 4000))
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	refused{status: 400, code: index.CodeFileTooLarge, want: "File too large", upload: func(u *sent) { u.Dist = large; u.fields = large.Fields() }}.send(t, s)
	p, _, err := s.DB.Project(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	setLimits(t, s, p.ID, 1<<20, 0)
	refused{status: 400, code: index.CodeProjectTooLarge, want: "Project size too large", upload: func(u *sent) { u.Dist = large; u.fields = large.Fields() }}.send(t, s)
	setLimits(t, s, p.ID, 1<<20, 1<<20)
	s.MustUpload(large)
}

// TestU23Races: one filename from many sides. Of the same bytes all hear 200 and one file is stored; of different ones exactly one wins.
func TestU23Races(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for round, same := range []bool{true, false, true, false} {
			version := fmt.Sprint(round, ".0")
			statuses := make([]string, 8)
			var all sync.WaitGroup
			for i := range statuses {
				payload := "same"
				if !same {
					payload = fmt.Sprint("payload ", i)
				}
				all.Go(func() { statuses[i] = s.Upload(s.Token, apptest.Wheel("demo", version, payload)).Status })
			}
			all.Wait()
			won := 0
			for _, status := range statuses {
				if strings.HasPrefix(status, "200 ") {
					won++
				} else if !strings.HasPrefix(status, "400 File already exists") {
					t.Errorf("%s", status)
				}
			}
			if same && won != len(statuses) || !same && won != 1 {
				t.Errorf("same bytes %v: %d of %d heard 200", same, won, len(statuses))
			}
			if n := strings.Count(strings.Join(actions(t, s, "demo"), "\n"), version+" add py3 file"); n != 1 {
				t.Errorf("%d files of version %s", n, version)
			}
		}
	})
}

// TestManyNewReleasesAtOnce of one new project: one creates it, all are stored.
func TestManyNewReleasesAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() { s.MustUpload(apptest.Wheel("demo", fmt.Sprint(i, ".0"), "x")) })
		}
		all.Wait()
		text := strings.Join(actions(t, s, "demo"), "\n")
		if strings.Count(text, "create") != 1 || strings.Count(text, "new release") != 8 || strings.Count(text, " file ") != 8 {
			t.Errorf("%s", text)
		}
	})
}

// TestLookAlikesAtOnce: of names that look alike, registered at the same
// moment where they are refused, one is (N-05), also when transactions run side
// by side.
func TestLookAlikesAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.Acceptor.Policy.RefuseLookAlike = true
		for round := range 5 {
			statuses := make([]string, 6)
			var all sync.WaitGroup
			for i, end := range []string{"l", "1", "-l", "-1", "i", "_I"} {
				name := fmt.Sprint("demo", round, "x", end)
				all.Go(func() { statuses[i] = s.Upload(s.Token, apptest.Wheel(name, "1.0", "x")).Status })
			}
			all.Wait()
			won := slices.DeleteFunc(statuses, func(status string) bool { return strings.Contains(status, "too similar") })
			if len(won) != 1 || !strings.HasPrefix(won[0], "200 ") {
				t.Errorf("%q", won)
			}
		}
	})
}
