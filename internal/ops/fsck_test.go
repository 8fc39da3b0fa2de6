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
	"strongroom/internal/blob/dir"
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
	return filepath.Join(folder, "blobs", "sha256", dir.Name(key))
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
		s.Run("admin", "flag", "set", "--project", "other", "deleted")
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
	run(s.Config.Data, "import", folder, "--owner", "admin").want(t, 0)
	for _, d := range wheels {
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
	// Where the file system cannot do without, an upload under way has a name.
	if err := os.WriteFile(filepath.Join(s.Config.Data, "staging", "x.part"), []byte("half a wh"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := decode[findings](t, run(s.Config.Data, "fsck", "--json").want(t, 0))
	want := "[1 blobs with 11 bytes belong to no file; a sweep removes them. 1 uploads are under way or were interrupted.]"
	if len(f.Problems) != 0 || fmt.Sprint(f.Notes) != want {
		t.Errorf("%+v", f)
	}
}

// breakages breaks each rule between the tables in a project of its own: a
// statement, and the problem it must show as. In the statements P is the
// project's name.
func breakages() [][2]string {
	return [][2]string{
		{`UPDATE blobs SET condemned_at = 1 WHERE sha256 = (SELECT sha256 FROM files WHERE filename = 'P-1.0-py3-none-any.whl')`, "file-without-blob=P-1.0-py3-none-any.whl"},
		{`DELETE FROM blobs WHERE sha256 = (SELECT metadata_sha256 FROM files WHERE filename = 'P-1.0-py3-none-any.whl')`, "file-without-blob=P-1.0-py3-none-any.whl"},
		{`UPDATE files SET metadata_size = 1 WHERE filename = 'P-1.0-py3-none-any.whl'`, "blob-size=P-1.0-py3-none-any.whl"},
		{`DELETE FROM filename_registry WHERE name = 'P'`, "file-unclaimed=P-1.0-py3-none-any.whl"},
		{`UPDATE filename_registry SET sha256 = 'x' WHERE name = 'P'`, "file-unclaimed=P-1.0-py3-none-any.whl"},
		{`DELETE FROM release_metadata WHERE release_id = (SELECT release_id FROM files WHERE filename = 'P-1.0-py3-none-any.whl')`, "release-without-metadata=P 1.0"},
		{`UPDATE version_registry SET canonical = '7' WHERE name = 'P'`, "version-unclaimed=P 1.0"},
		{`UPDATE names SET project_id = 999999 WHERE name = 'P'`, "name-holder=P"},
		{`UPDATE names SET identities = 2 WHERE name = 'P'`, "name-identities=P"},
		{`UPDATE names SET had_files = 0 WHERE name = 'P'`, "name-had-files=P"},
		{`UPDATE projects SET last_serial = last_serial - 1 WHERE name = 'P'`, "project-serial=P"},
		{`UPDATE projects SET total_size = 1 WHERE name = 'P'`, "project-size=P"},
		{`UPDATE projects SET withdrawn = 1 WHERE name = 'P'`, "withdrawn=P"},
		{`UPDATE projects SET standing = '[{"kind":"archived","since":"2026-01-01T00:00:00Z"}]' WHERE name = 'P'`, "standing=P"},
		{`UPDATE projects SET standing = 'nonsense' WHERE name = 'P'`, "standing=P"},
		{`INSERT INTO flags (kind, level, subject_id, side, set_by, set_at) VALUES ('archived', 'release', 999999, 'owner', 'P', 1)`, "standing=release 999999"},
		{`INSERT INTO flags (kind, level, subject_id, side, set_by, set_at) SELECT 'yanked', 'release', release_id, 'owner', 'x', 1
			FROM files WHERE filename = 'P-1.0-py3-none-any.whl'`, "standing=release "},
	}
}

// TestFsckFindsBrokenRules breaks them all in one index.
func TestFsckFindsBrokenRules(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		want := map[string]int{}
		for i, b := range breakages() {
			name := fmt.Sprintf("p%d", i)
			s.MustUpload(apptest.Wheel(name, "1.0", "x"))
			tamper(t, s, strings.ReplaceAll(b[0], "'P", "'"+name))
			kind, subject, _ := strings.Cut(b[1], "=")
			want[kind+"="+strings.Replace(subject, "P", name, 1)]++
		}
		tamper(t, s, `DELETE FROM journal WHERE serial = 5`)
		want["serial=journal"]++
		found := map[string]int{}
		for _, p := range decode[findings](t, run(s.Config.Data, "fsck", "--json").want(t, 1)).Problems {
			found[p.Kind+"="+p.Subject]++
			for problem := range want { // a release without a row for its flags is known by its key only
				if strings.HasSuffix(problem, "=release ") && strings.HasPrefix(p.Kind+"="+p.Subject, problem) {
					found[problem]++
				}
			}
		}
		for problem, n := range want {
			if found[problem] < n {
				t.Errorf("%s was not found", problem)
			}
		}
		for problem := range found {
			if _, known := want[problem]; !known && !strings.HasPrefix(problem, "standing=release") {
				t.Errorf("%s was found, but nothing of the kind was broken", problem)
			}
		}
	})
}

// TestFsckFindsADamagedDatabase: SQLite's own check is part of it.
func TestFsckFindsADamagedDatabase(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	s.Stop()
	tamper(t, s, `PRAGMA writable_schema = ON`, `PRAGMA wal_checkpoint(TRUNCATE)`,
		`UPDATE sqlite_master SET sql = replace(sql, 'look_alike TEXT NOT NULL', 'look_alike TEXT NOT NULL CHECK (look_alike = 1)') WHERE name = 'names'`)
	f := decode[findings](t, run(s.Config.Data, "fsck", "--json").want(t, 1))
	if !strings.Contains(f.kinds(), "database=sqlite") {
		t.Errorf("%+v", f)
	}
}
