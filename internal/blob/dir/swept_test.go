package dir

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"strongroom/internal/blob"
)

// TestCommitWhileASweepDeletes: the link finds the same bytes there, and they
// are gone when they are read.
func TestCommitWhileASweepDeletes(t *testing.T) {
	b, rec := openTape(t)
	data := []byte("swept")
	if err := b.makeLeaf(string(blob.KeyOf(data)[:2])); err != nil {
		t.Fatal(err)
	}
	links := 0
	rec.failing(func(_ int, line string) (error, bool) {
		if !strings.HasPrefix(line, "link ") {
			return nil, false
		}
		if links++; links < 3 {
			return &os.LinkError{Op: "link", Err: syscall.EEXIST}, false
		}
		return nil, false
	})
	if err := store(t, b, data); err != nil || links != 3 {
		t.Fatalf("after %d links: %v", links, err)
	}
	if err := verify(b.path(blob.KeyOf(data)), blob.KeyOf(data)); err != nil {
		t.Error(err)
	}
}

// TestCommitOverALinkToNowhere is refused in the end.
func TestCommitOverALinkToNowhere(t *testing.T) {
	b, _ := openTape(t)
	data := []byte("nowhere")
	key := blob.KeyOf(data)
	if err := b.makeLeaf(string(key[:2])); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", b.path(key)); err != nil {
		t.Fatal(err)
	}
	if err := store(t, b, data); !errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}
