package dir

import (
	"bytes"
	"io"
	"os"
	"testing"

	"strongroom/internal/blob"
)

// TestStagesHaveNoName: a crash at any moment leaves nothing in the staging
// folder, while the bytes can be opened again for the sandbox (AV-2).
func TestStagesHaveNoName(t *testing.T) {
	b, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Discard()
	if _, err := s.Write([]byte("some bytes")); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(b.staging); err != nil || len(entries) != 0 {
		t.Errorf("staging holds %v, %v", entries, err)
	}
	f, err := s.File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); err != nil || string(got) != "some bytes" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := f.Write([]byte("x")); err == nil {
		t.Error("the second descriptor can write")
	}
}

// TestRenewedStage: when a sweep took a committed blob away, the same stage
// commits it again, also into a folder that was removed with it.
func TestRenewedStage(t *testing.T) {
	b, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Discard()
	data := bytes.Repeat([]byte("0123456789"), 100_000)
	key := blob.KeyOf(data)
	if _, err := s.Write(data); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := b.Commit(t.Context(), s, key); err != nil {
			t.Fatal(err)
		}
		if err := verify(b.path(key), key); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(b.folder(string(key[:2]))); err != nil {
			t.Fatal(err)
		}
	}
}
