package dir

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"strongroom/internal/blob"
)

// P3: each call of an upload fails, before it is done and after. No failure is
// acknowledged, nothing wrong is ever served, and the same upload succeeds in
// the next process.
func TestEachCallFails(t *testing.T) {
	for errno, kind := range map[syscall.Errno]error{
		syscall.EIO:    blob.ErrUnavailable,
		syscall.EDQUOT: blob.ErrFull,
	} {
		for _, done := range []bool{false, true} {
			calls := 0
			for n := 1; failCall(t, n, errno, done, kind); n++ {
				calls = n
			}
			if calls != 16 { // 8 to open, 8 to store; the removal at the end is no failure
				t.Errorf("%v: walked through %d calls, want 16", errno, calls)
			}
		}
	}
}

// failCall fails the n-th call of opening a bucket and storing a blob. It
// returns false when there are fewer calls that matter.
func failCall(t *testing.T, n int, errno error, done bool, kind error) bool {
	name := fmt.Sprintf("call %d, %v, done %v", n, errno, done)
	rec := &tape{root: filepath.Join(t.TempDir(), "data")}
	failed := ""
	rec.failing(func(i int, line string) (error, bool) {
		if i == n {
			failed = line
			return errno, done
		}
		return nil, false
	})
	b, err := open(rec.root, rec.calls())
	if err == nil {
		err = store(t, b, abc)
	}
	if err == nil && strings.HasPrefix(failed, "remove") || failed == "" {
		return false
	}
	if !errors.Is(err, kind) {
		t.Errorf("%s (%s): %v, want %v", name, failed, err, kind)
	}
	again := openDir(t, rec.root)
	if err := verify(again.path(blob.KeyOf(abc)), blob.KeyOf(abc)); err != nil && !errors.Is(err, syscall.ENOENT) {
		t.Errorf("%s (%s): what stands under the key: %v", name, failed, err)
	}
	if err := store(t, again, abc); err != nil {
		t.Errorf("%s (%s): the next process: %v", name, failed, err)
	}
	return true
}

// A stage whose fsync failed is spent: a second fsync would lie.
func TestFailedFileSyncIsFinal(t *testing.T) {
	b, rec := openTape(t)
	s, err := b.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Discard()
	if _, err := s.Write(abc); err != nil {
		t.Fatal(err)
	}
	rec.failing(on("fsync staging", syscall.EIO))
	if err := b.Commit(t.Context(), s, blob.KeyOf(abc)); !errors.Is(err, blob.ErrUnavailable) {
		t.Fatalf("Commit = %v, want ErrUnavailable", err)
	}
	rec.failing(nil)
	if err := b.Commit(t.Context(), s, blob.KeyOf(abc)); !errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("the second Commit = %v, want ErrUnavailable", err)
	}
	if _, err := s.Write(abc); err == nil {
		t.Error("Write to a spent stage succeeded")
	}
	if calls := rec.since(); calls != "" {
		t.Errorf("calls after the failure:\n%s", calls)
	}
	if err := store(t, b, abc); err != nil { // from new bytes
		t.Errorf("a new upload: %v", err)
	}
}

// A folder whose fsync failed takes no more blobs, also not the same one that
// is there already; other folders do, and so does the next process.
func TestFailedFolderSyncIsFinal(t *testing.T) {
	b, rec := openTape(t)
	rec.failing(on("fsync blobs/sha256/ba", syscall.EIO))
	if err := store(t, b, abc); !errors.Is(err, blob.ErrUnavailable) {
		t.Fatalf("store = %v, want ErrUnavailable", err)
	}
	rec.failing(nil)
	for _, data := range [][]byte{abc, sibling("ba")} {
		err := store(t, b, data)
		if !errors.Is(err, blob.ErrUnavailable) || !strings.Contains(err.Error(), "check the disk") {
			t.Errorf("store after the failure = %v, want ErrUnavailable and what to do", err)
		}
	}
	if calls := rec.since(); strings.Contains(calls, "fsync B/ba") {
		t.Errorf("the folder was synced again:\n%s", calls)
	}
	if err := store(t, b, sibling("bb")); err != nil {
		t.Errorf("another folder: %v", err)
	}
	if err := store(t, openDir(t, rec.root), abc); err != nil {
		t.Errorf("after opening again: %v", err)
	}
}

// P15: a full disk refuses uploads and forgets nothing; with space they go on,
// in the same process.
func TestFullThenSpace(t *testing.T) {
	for _, call := range []string{"create", "write", "fsync staging", "link", "mkdir", "fsync blobs/sha256/ba"} {
		b, rec := openTape(t)
		kept := sibling("cc")
		if err := store(t, b, kept); err != nil {
			t.Fatal(err)
		}
		rec.failing(on(call, syscall.ENOSPC))
		if err := store(t, b, abc); !errors.Is(err, blob.ErrFull) {
			t.Errorf("%s on a full disk: %v, want ErrFull", call, err)
		}
		if err := verify(b.path(blob.KeyOf(kept)), blob.KeyOf(kept)); err != nil {
			t.Errorf("%s on a full disk: reading: %v", call, err)
		}
		rec.failing(nil)
		if err := store(t, b, abc); err != nil {
			t.Errorf("%s, and then there is space: %v", call, err)
		}
	}
}

// A parent folder that may be passed through but not read is no obstacle, when
// the data folder stands already.
func TestUnreadableParent(t *testing.T) {
	denied := fmt.Errorf("%w: %w", errNotOpened, syscall.EACCES)
	rec := &tape{root: t.TempDir()}
	rec.failing(on("fsync ..", denied))
	if _, err := open(rec.root, rec.calls()); err != nil {
		t.Errorf("existing folder: %v", err)
	}
	rec = &tape{root: filepath.Join(t.TempDir(), "new")}
	rec.failing(on("fsync ..", denied))
	if _, err := open(rec.root, rec.calls()); !errors.Is(err, syscall.EACCES) {
		t.Errorf("new folder: %v, want that its name cannot be made durable", err)
	}
}
