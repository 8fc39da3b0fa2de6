package ops_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/blob/dir"
	"strongroom/internal/database/dbtest"
)

// backedUp is a backup of an index with one wheel.
func backedUp(t *testing.T) (dest string, d apptest.Dist) {
	t.Helper()
	s := apptest.Start(t)
	d = apptest.Wheel("demo", "1.0", "x")
	s.MustUpload(d)
	dest = filepath.Join(t.TempDir(), "backup")
	run(s.Config.Data, "backup", dest).want(t, 0)
	s.Stop()
	return dest, d
}

// TestRestoreWantsAnEmptyFolder: nothing is ever overwritten.
func TestRestoreWantsAnEmptyFolder(t *testing.T) {
	dest, _ := backedUp(t)
	used, restored := t.TempDir(), t.TempDir()
	write(t, used, "notes.txt", []byte("x"), day(1))
	if got := run(used, "restore", dest).want(t, 1); !strings.Contains(got.stderr, "not empty (it has notes.txt)") {
		t.Errorf("%s", got.stderr)
	}
	run(restored, "restore", dest).want(t, 0)
	if got := run(restored, "restore", dest).want(t, 1); !strings.Contains(got.stderr, "is not empty") {
		t.Errorf("%s", got.stderr)
	}
	running := apptest.Start(t)
	if got := run(running.Config.Data, "restore", dest).want(t, 1); !strings.Contains(got.stderr, "a server is using") {
		t.Errorf("%s", got.stderr)
	}
}

// TestRestoreWantsAnEmptyDatabase: the rows of another index stay, wherever
// they are.
func TestRestoreWantsAnEmptyDatabase(t *testing.T) {
	dest, _ := backedUp(t)
	for _, kind := range dbtest.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			data := t.TempDir()
			used, want := data, "is not empty (it has "
			if emptyDatabase(t, kind) != "" {
				used, want = t.TempDir(), "the database is not empty"
			}
			run(data, "admin", "user", "create", "bob", "--email", "bob@example.com").want(t, 0)
			if got := run(used, "restore", dest).want(t, 1); !strings.Contains(got.stderr, want) {
				t.Errorf("%s", got.stderr)
			}
			if got := run(data, "admin", "user", "list").want(t, 0); !strings.Contains(got.stdout, "bob@example.com") {
				t.Errorf("bob is gone: %s", got.stdout)
			}
		})
	}
}

// TestRestoreVerifies everything it copies (P6).
func TestRestoreVerifies(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, dest string, d apptest.Dist){
		"hash to": func(t *testing.T, dest string, d apptest.Dist) {
			flipBit(t, filepath.Join(dest, "blobs", "sha256", dir.Name(blob.Key(d.SHA256()))))
		},
		"is missing in the backup": func(t *testing.T, dest string, d apptest.Dist) {
			remove(t, filepath.Join(dest, "blobs", "sha256", dir.Name(blob.Key(d.SHA256()))))
		},
		"jsonl.gz is damaged": func(t *testing.T, dest string, _ apptest.Dist) {
			rows, _ := filepath.Glob(filepath.Join(dest, "rows-*"))
			flipBit(t, rows[0])
		},
		"it has no manifest.json": func(t *testing.T, dest string, _ apptest.Dist) { remove(t, filepath.Join(dest, "manifest.json")) },
		"instance.key": func(t *testing.T, dest string, _ apptest.Dist) {
			remove(t, filepath.Join(dest, "keys", "instance.key"))
		},
		"names rows outside of": func(t *testing.T, dest string, _ apptest.Dist) {
			write(t, dest, "manifest.json", []byte(`{"format":1,"rows":{"file":"../rows"}}`), day(1))
		},
		"has format 2": func(t *testing.T, dest string, _ apptest.Dist) {
			write(t, dest, "manifest.json", []byte(`{"format":2}`), day(1))
		},
	} {
		dest, d := backedUp(t)
		damage(t, dest, d)
		data := t.TempDir()
		if got := run(data, "restore", dest).want(t, 1); !strings.Contains(got.stderr, name) {
			t.Errorf("want %q, got %s", name, got.stderr)
		}
		if _, err := os.Stat(filepath.Join(data, "strongroom.db")); !os.IsNotExist(err) {
			t.Errorf("%s: rows were restored without their bytes (%v)", name, err)
		}
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// TestRestoreGoesOn: a restore that was interrupted keeps everything else away
// and goes on when it is started again.
func TestRestoreGoesOn(t *testing.T) {
	dest, d := backedUp(t)
	other, _ := backedUp(t)
	path := filepath.Join(dest, "blobs", "sha256", dir.Name(blob.Key(d.SHA256())))
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	run(data, "restore", dest).want(t, 1)
	for _, command := range [][]string{{"fsck"}, {"restore", other}, {"serve"}} {
		if got := run(data, command...).want(t, 1); !strings.Contains(got.stderr, "was interrupted; run it again") {
			t.Errorf("%v says %s", command, got.stderr)
		}
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	run(data, "restore", dest).want(t, 0)
	run(data, "fsck").want(t, 0)
}

// TestRestoreGoesOnAtTheEnd: the rows were written, only the mark was left.
func TestRestoreGoesOnAtTheEnd(t *testing.T) {
	dest, _ := backedUp(t)
	data := t.TempDir()
	run(data, "restore", dest).want(t, 0)
	write(t, data, "restoring", []byte(dest), day(1))
	run(data, "restore", dest).want(t, 0)
	if got := run(data, "fsck").want(t, 0); got.stdout != "2 blobs hashed, 0 problems.\n" {
		t.Errorf("%q", got.stdout)
	}
}

// TestRestoreReadsOnly: the backup may stand on a medium that cannot be
// written.
func TestRestoreReadsOnly(t *testing.T) {
	dest, _ := backedUp(t)
	before := listing(t, dest)
	run(t.TempDir(), "restore", dest).want(t, 0)
	if after := listing(t, dest); after != before {
		t.Errorf("the restore changed the backup:\n%s\nto\n%s", before, after)
	}
}

// listing names every file below a folder with its time.
func listing(t *testing.T, folder string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			b.WriteString(path + " " + info.ModTime().String() + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
