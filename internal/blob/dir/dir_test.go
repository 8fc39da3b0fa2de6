package dir

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/blob"
	"strongroom/internal/blob/blobtest"
)

func TestConformance(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Bucket { return openDir(t, t.TempDir()) })
}

func openDir(t *testing.T, root string) *Bucket {
	t.Helper()
	b, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The SHA-256 of "abc" begins with ba (FIPS 180-4).
var (
	abc     = []byte("abc")
	abcPath = "blobs/sha256/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
)

func TestLayout(t *testing.T) {
	root := filepath.Join(t.TempDir(), "data", "here")
	b := openDir(t, root)
	if err := store(t, b, abc); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(root, abcPath))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o337 != 0 {
		t.Errorf("mode %v, want no more than r--r-----", info.Mode())
	}
	if left, _ := os.ReadDir(filepath.Join(root, "staging")); len(left) != 0 {
		t.Errorf("staging holds %v after Discard", left)
	}
	got, err := b.Open(t.Context(), blob.KeyOf(abc))
	if err != nil {
		t.Fatal(err)
	}
	defer got.Content.Close()
	if _, ok := got.Content.(*os.File); !ok {
		t.Errorf("Content is a %T, want *os.File for sendfile", got.Content)
	}
}

// Another bucket on the same folder sees the same blobs, before and after.
func TestReopen(t *testing.T) {
	root := t.TempDir()
	first, second := openDir(t, root), openDir(t, root)
	for _, b := range []*Bucket{first, second, openDir(t, root)} {
		if err := store(t, b, abc); err != nil {
			t.Fatal(err)
		}
		got, err := second.Open(t.Context(), blob.KeyOf(abc))
		if err != nil {
			t.Fatal(err)
		}
		got.Content.Close()
	}
}

// A large upload crosses the border where write-back is asked for.
func TestLargeUpload(t *testing.T) {
	b := openDir(t, t.TempDir())
	data := bytes.Repeat([]byte("0123456789abcdef"), (2*writebackStep+5)/16)
	s, err := b.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Discard()
	for part := range slices.Chunk(data, 100_000) {
		if _, err := s.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if asked := s.(*stage).asked; asked < writebackStep {
		t.Errorf("write-back was asked for %d bytes of %d", asked, len(data))
	}
	if err := b.Commit(t.Context(), s, blob.KeyOf(data)); err != nil {
		t.Fatal(err)
	}
	if err := verify(b.path(blob.KeyOf(data)), blob.KeyOf(data)); err != nil {
		t.Error(err)
	}
}

// P6: a damaged file does not pass for the upload, and is not replaced either.
func TestCorruptIsNotReplaced(t *testing.T) {
	for _, damage := range []string{"", "ab", "abd", "abcd"} {
		root := t.TempDir()
		b := openDir(t, root)
		if err := store(t, b, abc); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, abcPath)
		if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte(damage), 0o440)); err != nil {
			t.Fatal(err)
		}
		err := store(t, b, abc)
		if !errors.Is(err, blob.ErrCorrupt) || !strings.Contains(err.Error(), "run fsck") {
			t.Errorf("commit over %q: %v, want ErrCorrupt and what to do", damage, err)
		}
		if now, _ := os.ReadFile(path); string(now) != damage {
			t.Errorf("the file became %q, want %q as it was", now, damage)
		}
	}
}

// Folders that an operator tidied away while the server runs come back.
func TestRemovedFolder(t *testing.T) {
	b, rec := openTape(t)
	if err := store(t, b, abc); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(b.blobs, "ba")); err != nil {
		t.Fatal(err)
	}
	rec.since()
	if err := store(t, b, abc); err != nil {
		t.Fatal(err)
	}
	if got := rec.since(); !strings.Contains(got, "fsync B/ba\n") || !strings.Contains(got, "fsync B\n") {
		t.Errorf("the new folders were not made durable:\n%s", got)
	}
}

func TestListPassesOverOthers(t *testing.T) {
	root := t.TempDir()
	b := openDir(t, root)
	if err := store(t, b, abc); err != nil {
		t.Fatal(err)
	}
	leaf := filepath.Dir(filepath.Join(root, abcPath))
	misplaced := filepath.Join(leaf, string(blob.KeyOf(nil)))
	for _, path := range []string{misplaced, filepath.Join(leaf, "README"), filepath.Join(b.blobs, "zz")} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var keys []blob.Key
	err := b.List(t.Context(), func(i blob.Info) error { keys = append(keys, i.Key); return nil })
	if err != nil || len(keys) != 1 || keys[0] != blob.KeyOf(abc) {
		t.Errorf("List = %v, %v", keys, err)
	}
}

// AV-1: what a crashed upload left goes after an hour, and nothing else.
func TestSweep(t *testing.T) {
	root := t.TempDir()
	b := openDir(t, root)
	living, err := b.Stage(t.Context()) // of a process that still runs
	if err != nil {
		t.Fatal(err)
	}
	defer living.Discard()
	old := time.Now().Add(-staleAfter - time.Minute)
	make := func(name string, modTime time.Time) string {
		path := filepath.Join(b.staging, name)
		if err := os.WriteFile(path, abc, 0o440); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modTime, modTime); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if err := os.Chtimes(living.(*stage).path, old, old); err != nil {
		t.Fatal(err)
	}
	stale := make("STALE.part", old)
	keep := []string{
		living.(*stage).path,
		make("YOUNG.part", time.Now().Add(-staleAfter+time.Minute)),
		make("notes.txt", old),
	}
	openDir(t, root)
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", stale, err)
	}
	for _, path := range keep {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("swept away: %v", err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "data")); !errors.Is(err, blob.ErrUnavailable) || !strings.Contains(err.Error(), file) {
		t.Errorf("Open beneath a file: %v, want ErrUnavailable with the path", err)
	}
}
