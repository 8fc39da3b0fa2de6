package dir

import (
	"errors"
	"syscall"
	"testing"

	"strongroom/internal/blob"
)

// P15 on a real small disk. Whoever may not mount one has TestFullThenSpace,
// where the errors are made up.
func TestSmallDisk(t *testing.T) {
	root := t.TempDir()
	err := syscall.Mount("strongroom-test", root, "tmpfs", 0, "size=1m,mode=0700")
	if errors.Is(err, syscall.EPERM) {
		return
	}
	if err != nil {
		t.Fatalf("mount a small disk: %v", err)
	}
	defer syscall.Unmount(root, syscall.MNT_DETACH)
	b := openDir(t, root)
	kept := make([]byte, 600<<10)
	if err := store(t, b, kept); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := store(t, b, make([]byte, 800<<10)); !errors.Is(err, blob.ErrFull) {
			t.Errorf("store on a full disk: %v, want ErrFull", err)
		}
		if err := verify(b.path(blob.KeyOf(kept)), blob.KeyOf(kept)); err != nil {
			t.Errorf("read on a full disk: %v", err)
		}
		if err := store(t, b, abc); err != nil {
			t.Errorf("the refused upload still takes space: %v", err)
		}
	}
	if err := b.Delete(t.Context(), blob.KeyOf(kept)); err != nil {
		t.Fatal(err)
	}
	if err := store(t, b, make([]byte, 800<<10)); err != nil {
		t.Errorf("store as there is space again: %v", err)
	}
}
