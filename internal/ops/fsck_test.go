package ops_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
)

// findings is the JSON document of fsck.
type findings struct {
	Problems []struct{ Kind, Subject, Detail string }
	Repaired []struct{ Kind, Subject, Detail string }
	Notes    []string
}

func (f findings) kinds() string {
	var out []string
	for _, p := range f.Problems {
		out = append(out, p.Kind+"="+p.Subject)
	}
	return strings.Join(out, " ")
}

// tamper changes rows behind the index's back.
func tamper(t *testing.T, s *apptest.Server, statements ...string) {
	t.Helper()
	driver, source := "sqlite", "file:"+filepath.Join(s.Config.Data, "strongroom.db")+"?_pragma=busy_timeout(10000)"
	if s.DB.Postgres() {
		driver, source = "pgx", s.DB.URL()
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// blobPath is where the folder keeps a blob.
func blobPath(folder string, key blob.Key) string {
	return filepath.Join(folder, "blobs", "sha256", string(key[:2]), string(key[2:4]), string(key))
}

// flipBit damages one bit of a blob.
func flipBit(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[rand.IntN(len(data))] ^= 1 << rand.IntN(8)
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFsckIsCleanAfterALife: whatever people do, the index agrees with itself.
func TestFsckIsCleanAfterALife(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, version := range []string{"1.0", "1.1", "2.0rc1"} {
			s.MustUpload(apptest.Wheel("demo", version, "x"))
			s.MustUpload(apptest.Sdist("demo", version, "x"))
		}
		s.MustUpload(apptest.Wheel("other", "1.0", "x"))
		s.Run("admin", "flag", "set", "--project", "demo", "--release", "1.0", "yanked", "--reason", "broken on Windows")
		s.Run("admin", "flag", "set", "--project", "demo", "--file", "demo-1.1.tar.gz", "quarantined")
		s.Run("admin", "flag", "set", "--project", "demo", "archived")
		s.Run("admin", "flag", "set", "--project", "other", "deleted", "--successor", "demo")
		s.Run("admin", "flag", "clear", "--project", "demo", "archived")
		s.Run("admin", "name", "prohibit", "evil")
		if got := run(s.Config.Data, "fsck", "--json").want(t, 0); got.stdout != "{\"problems\":[]}\n" {
			t.Errorf("%s", got.stdout)
		}
		if got := run(s.Config.Data, "fsck").want(t, 0); got.stdout != "11 blobs hashed, 0 problems.\n" {
			t.Errorf("%q", got.stdout)
		}
	})
}

// TestFsckFindsEveryFlippedBit: 100 damaged blobs are 100 problems (P6).
func TestFsckFindsEveryFlippedBit(t *testing.T) {
	s := apptest.Start(t)
	folder := t.TempDir()
	var wheels []apptest.Dist
	for i := range 100 {
		d := apptest.Wheel("demo", fmt.Sprintf("1.%d", i), "x")
		write(t, folder, d.Filename, d.Body, day(1))
		wheels = append(wheels, d)
	}
	t.Log(run(s.Config.Data, "import", folder, "--owner", "admin").want(t, 0))
	for _, d := range wheels {
		x, f, e := s.DB.PlacedFile(t.Context(), d.Filename)
		t.Log(d.Filename, x.SHA256, f, e, d.SHA256(), has(t, s, blob.Key(d.SHA256())))
		flipBit(t, blobPath(s.Config.Data, blob.Key(d.SHA256())))
	}
	f := decode[findings](t, run(s.Config.Data, "fsck", "--json").want(t, 1))
	if len(f.Problems) != 100 {
		t.Errorf("%d problems for 100 flipped bits", len(f.Problems))
	}
	for _, p := range f.Problems {
		if p.Kind != "blob-damaged" || !strings.Contains(p.Detail, "(of demo-1.") {
			t.Errorf("%+v", p)
		}
	}
}

func TestFsckFindsMissingBlobs(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		d := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(d)
		key := blob.Key(d.SHA256())
		if err := s.Bucket.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		f := decode[findings](t, run(s.Config.Data, "fsck", "--json", "--repair").want(t, 1))
		if f.kinds() != "blob-missing="+string(key) || !strings.Contains(f.Problems[0].Detail, d.Filename) {
			t.Errorf("%+v", f)
		}
	})
}

// TestFsckRepairs computes what is derived again, tells mirrors where pages
// change, and leaves the rest to people (P12).
func TestFsckRepairs(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		d := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(d)
		tamper(t, s, "UPDATE projects SET total_size = 7", "UPDATE files SET withdrawn = 1", "DELETE FROM version_registry")
		want := "version-unclaimed=demo 1.0 project-size=demo withdrawn=" + d.Filename
		f := decode[findings](t, run(s.Config.Data, "fsck", "--json").want(t, 1))
		if f.kinds() != want {
			t.Errorf("found %s, want %s", f.kinds(), want)
		}
		serial, _ := s.DB.LastSerial(t.Context())
		f = decode[findings](t, run(s.Config.Data, "fsck", "--json", "--repair").want(t, 1))
		if f.kinds() != "version-unclaimed=demo 1.0" || len(f.Repaired) != 2 {
			t.Errorf("after the repair: %+v", f)
		}
		if now, _ := s.DB.LastSerial(t.Context()); now != serial+1 {
			t.Errorf("the journal has %d new entries, want 1 for the file that shows again", now-serial)
		}
		if page := s.Get("/simple/demo/"); !strings.Contains(page.Text, d.Filename) {
			t.Errorf("the file does not show again: %s", page.Text)
		}
		if events, err := s.DB.EventsOf(t.Context(), "project:demo", 1); err != nil || events[0].Action != "project:repair" {
			t.Errorf("the audit log says %+v, %v", events, err)
		}
	})
}

// TestFsckNotes: what sweeps will remove is no problem.
func TestFsckNotes(t *testing.T) {
	s := apptest.Start(t)
	orphan(t, s, []byte("left behind"))
	stage, err := s.Bucket.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Discard()
	f := decode[findings](t, run(s.Config.Data, "fsck", "--json").want(t, 0))
	want := "[1 blobs with 11 bytes belong to no file; a sweep removes them. 1 uploads are under way or were interrupted.]"
	if len(f.Problems) != 0 || fmt.Sprint(f.Notes) != want {
		t.Errorf("%+v", f)
	}
}
