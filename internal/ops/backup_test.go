package ops_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/blob/dir"
	"strongroom/internal/config"
	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/ops"
)

// emptyDatabase is where a restore of a test goes: the settings come from the
// environment, as an operator's may.
func emptyDatabase(t *testing.T, kind dbtest.Kind) (url string) {
	t.Helper()
	if kind.Name == "sqlite" {
		t.Setenv("STRONGROOM_DATABASE", "")
		return ""
	}
	url = kind.New(t)
	t.Setenv("STRONGROOM_DATABASE", url)
	return url
}

// serveRestored runs a server on a restored folder.
func serveRestored(t *testing.T, data, url string) *apptest.Server {
	t.Helper()
	c := config.Default()
	quiet := false
	c.Data, c.Listen, c.Database, c.LogRequests = data, "127.0.0.1:0", url, &quiet
	return apptest.StartWith(t, c)
}

// hashes downloads every file that the index lists and returns their SHA-256.
func hashes(t *testing.T, s *apptest.Server) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := s.DB.ListedProjects(t.Context(), func(p database.ListedProject) error {
		project, _, err := s.DB.Project(t.Context(), p.Name)
		if err != nil {
			return err
		}
		files, err := s.DB.ProjectFiles(t.Context(), project.ID, true)
		for _, f := range files {
			got := s.Get("/" + f.Path())
			sum := sha256.Sum256([]byte(got.Text))
			if all[f.Filename] = hex.EncodeToString(sum[:]); all[f.Filename] != f.SHA256 {
				t.Errorf("%s: %s, hash %s instead of %s", f.Filename, got.Status, all[f.Filename], f.SHA256)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestBackupWhileUploadsGoOn: a backup under load restores to a consistent
// index with everything that was acknowledged before it began (P10), whichever
// kinds of database the two have.
func TestBackupWhileUploadsGoOn(t *testing.T) {
	for _, from := range dbtest.Kinds() {
		for _, to := range dbtest.Kinds() {
			t.Run(from.Name+" to "+to.Name, func(t *testing.T) { backupUnderLoad(t, from, to) })
		}
	}
}

func backupUnderLoad(t *testing.T, from, to dbtest.Kind) {
	s := apptest.Start(t, func(c *config.Config) {
		if from.Name != "sqlite" {
			c.Database = from.New(t)
		}
	})
	s.MustUpload(apptest.Wheel("first", "1.0", "x"))
	s.Run("admin", "flag", "set", "--project", "first", "--release", "1.0", "yanked", "--reason", "ä “quoted” <&>")
	before := hashes(t, s)
	ctx, stop := context.WithCancel(t.Context())
	var uploads sync.WaitGroup
	acknowledged := sync.Map{}
	for u := range 4 {
		uploads.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				d := apptest.Wheel(fmt.Sprintf("load%d", u), fmt.Sprintf("1.%d", i), "x")
				if r := s.Upload(s.Token, d); r.StatusCode == http.StatusOK {
					acknowledged.Store(d.Filename, d.SHA256())
				}
			}
		})
	}
	time.Sleep(200 * time.Millisecond)
	acknowledged.Range(func(name, sum any) bool {
		before[name.(string)] = sum.(string)
		return true
	})
	dest := filepath.Join(t.TempDir(), "backup")
	m := decode[ops.Manifest](t, run(s.Config.Data, "backup", dest, "--json").want(t, 0))
	stop()
	uploads.Wait()
	s.Stop()

	data, url := filepath.Join(t.TempDir(), "data"), emptyDatabase(t, to)
	run(data, "restore", dest).want(t, 0)
	run(data, "fsck", "--json").want(t, 0)
	restored := serveRestored(t, data, url)
	after := hashes(t, restored)
	for name, sum := range before {
		if after[name] != sum {
			t.Errorf("%s was acknowledged before the backup and is %q after the restore", name, after[name])
		}
	}
	if int64(len(after)) != m.Rows.Tables["files"] {
		t.Errorf("%d files are served, the backup has %d", len(after), m.Rows.Tables["files"])
	}
	if serial, _ := restored.DB.LastSerial(t.Context()); serial != m.Serial {
		t.Errorf("serial %d, the backup's is %d", serial, m.Serial)
	}
	old := restored.Token
	restored.Token = s.Token // a token from before the backup
	restored.MustUpload(apptest.Wheel("later", "1.0", "x"))
	restored.Token = old
	if page := restored.Get("/simple/first/"); !strings.Contains(page.Text, "ä") {
		t.Errorf("the flag was lost: %s", page.Text)
	}
}

// TestBackupAgain brings an earlier backup up to date and copies only what is
// new.
func TestBackupAgain(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		dest := filepath.Join(t.TempDir(), "backup")
		first := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(first)
		run(s.Config.Data, "backup", dest).want(t, 0)
		path := filepath.Join(dest, "blobs", "sha256", dir.Name(blob.Key(first.SHA256())))
		old, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		mine, err := os.Stat(blobPath(s.Config.Data, blob.Key(first.SHA256())))
		if err != nil || os.SameFile(old, mine) {
			t.Errorf("the backup shares its bytes with the index (%v)", err)
		}
		s.MustUpload(apptest.Wheel("demo", "2.0", "x"))
		again := run(s.Config.Data, "backup", dest).want(t, 0)
		if !strings.Contains(again.stdout, "Backed up 4 blobs") || !strings.Contains(again.stdout, "; 2 were there") {
			t.Errorf("%s", again.stdout)
		}
		if now, err := os.Stat(path); err != nil || !os.SameFile(now, old) {
			t.Errorf("a blob was copied twice (%v)", err)
		}
		if rows, _ := filepath.Glob(filepath.Join(dest, "rows-*")); len(rows) != 1 {
			t.Errorf("the folder keeps %v", rows)
		}
		tidy(t, dest)
	})
}

// tidy fails the test unless only the owner can enter the backup, and nothing
// half-done lies in it.
func tidy(t *testing.T, dest string) {
	t.Helper()
	if info, err := os.Stat(dest); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the backup has mode %v, %v", info.Mode(), err)
	}
	err := filepath.WalkDir(dest, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".new") || strings.HasSuffix(path, "staging") {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if _, partial := os.Stat(dest + ".partial"); err != nil || partial == nil {
		t.Errorf("%v, %v", err, partial)
	}
}

// TestBackupRefuses folders that are something else.
func TestBackupRefuses(t *testing.T) {
	s, other := apptest.Start(t), apptest.Start(t)
	used := t.TempDir()
	write(t, used, "thesis.txt", []byte("x"), day(1))
	foreign := filepath.Join(t.TempDir(), "backup")
	run(other.Config.Data, "backup", foreign).want(t, 0)
	for dest, want := range map[string]string{
		used:                                  "neither empty nor a backup",
		s.Config.Data:                         "lie in each other",
		filepath.Join(s.Config.Data, "x"):     "lie in each other",
		filepath.Dir(s.Config.Data):           "lie in each other",
		filepath.Join(used, "thesis.txt"):     "not a directory",
		filepath.Join(used, "thesis.txt/sub"): "not a directory",
		foreign:                               "keys of another index",
	} {
		if got := run(s.Config.Data, "backup", dest).want(t, 1); !strings.Contains(got.stderr, want) {
			t.Errorf("backup to %s says %q, want %q", dest, got.stderr, want)
		}
	}
}

// TestBackupSavesWhatItCan: a damaged blob is told and keeps no other from
// being saved; the restore tells it again.
func TestBackupSavesWhatItCan(t *testing.T) {
	s := apptest.Start(t)
	good, bad := apptest.Wheel("demo", "1.0", "x"), apptest.Wheel("demo", "2.0", "x")
	s.MustUpload(good)
	s.MustUpload(bad)
	flipBit(t, blobPath(s.Config.Data, blob.Key(bad.SHA256())))
	dest := filepath.Join(t.TempDir(), "backup")
	got := run(s.Config.Data, "backup", dest).want(t, 1)
	if !strings.Contains(got.stdout, "Backed up 3 blobs") || !strings.Contains(got.stdout, "damaged: blob "+bad.SHA256()) {
		t.Errorf("%s", got.stdout)
	}
	data := t.TempDir()
	if got := run(data, "restore", dest).want(t, 0); !strings.Contains(got.stdout, "missing: blob "+bad.SHA256()) {
		t.Errorf("%s", got.stdout)
	}
	f := decode[findings](t, run(data, "fsck", "--json").want(t, 1))
	if f.kinds() != "blob-missing="+bad.SHA256() {
		t.Errorf("%+v", f)
	}
}

// TestSweepWaitsForBackup: what the dumped rows name stays until it is copied.
func TestSweepWaitsForBackup(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		key := orphan(t, s, []byte("left behind"))
		hold := func(until time.Time) {
			dbtest.Write(t, s.DB, func(ctx context.Context, tx *database.Tx) error { return tx.HoldBlobs(ctx, "test", time.Now(), until) })
		}
		hold(time.Now().Add(time.Minute))
		if n, err := sweeper(s, 0).Sweep(t.Context()); n != 0 || err != nil || !has(t, s, key) {
			t.Errorf("swept %d blobs of a running backup, %v", n, err)
		}
		if condemned, err := s.DB.Condemned(t.Context()); len(condemned) != 0 || err != nil {
			t.Errorf("condemned %v, %v", condemned, err)
		}
		hold(time.Now().Add(-time.Second)) // its process died
		if n, err := sweeper(s, 0).Sweep(t.Context()); n != 1 || err != nil {
			t.Errorf("swept %d blobs after the hold lapsed, %v", n, err)
		}
	})
}
