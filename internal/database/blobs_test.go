package database_test

import (
	"errors"
	"slices"
	"testing"

	"strongroom/internal/database"
)

// condemn asks the sweep's question about a blob.
func (w *world) condemn(sha256 string) (condemned bool) {
	w.write(func(tx *database.Tx) (err error) {
		condemned, err = tx.Condemn(w.ctx, sha256, 3, 5)
		return err
	})
	return condemned
}

func (w *world) blobs() (keys []string) {
	w.must(w.db.Blobs(w.ctx, func(b database.Blob) error {
		keys = append(keys, b.SHA256)
		return nil
	}))
	return keys
}

func TestBlobs(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		want := []string{w.file.SHA256, w.file.MetadataSHA256}
		slices.Sort(want)
		if got := w.blobs(); !slices.Equal(got, want) {
			t.Errorf("Blobs = %v, want %v", got, want)
		}
		for sha, want := range map[string]bool{w.file.SHA256: true, digest("nothing"): false} {
			if got, err := w.db.HasBlob(w.ctx, sha); err != nil || got != want {
				t.Errorf("HasBlob(%s) = %v, %v", sha, got, err)
			}
		}
		stop := errors.New("enough")
		if err := w.db.Blobs(w.ctx, func(database.Blob) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("got %v, want the callback's error", err)
		}
	})
}

// TestCondemn: only what no file names can be condemned, neither as content nor as metadata (SD-23).
func TestCondemn(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		orphan, unknown := digest("orphan"), digest("unknown")
		w.write(func(tx *database.Tx) error { _, err := tx.AddBlob(w.ctx, orphan, 3, 1); return err })
		for sha, want := range map[string]bool{w.file.SHA256: false, w.file.MetadataSHA256: false, orphan: true, unknown: true} {
			if got := w.condemn(sha); got != want {
				t.Errorf("condemn %s: %v, want %v", sha, got, want)
			}
			if has, err := w.db.HasBlob(w.ctx, sha); err != nil || has == want {
				t.Errorf("HasBlob after: %v, %v", has, err)
			}
		}
		if got := w.blobs(); len(got) != 2 {
			t.Errorf("condemned blobs are still told: %v", got)
		}
	})
}

// TestACondemnedBlobIsSaved: an upload that names it again hears that its bytes may be gone.
func TestACondemnedBlobIsSaved(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		sha := digest("again")
		w.condemn(sha)
		for i, want := range []bool{true, false} {
			w.write(func(tx *database.Tx) error {
				if condemned, err := tx.AddBlob(w.ctx, sha, 3, 9); err != nil || condemned != want {
					t.Errorf("AddBlob %d: %v, %v", i, condemned, err)
				}
				return nil
			})
		}
		w.write(func(tx *database.Tx) error { return tx.Forget(w.ctx, sha, 9) })
		if has, err := w.db.HasBlob(w.ctx, sha); err != nil || !has {
			t.Errorf("Forget removed a blob that lives: %v, %v", has, err)
		}
		w.condemn(sha)
		w.write(func(tx *database.Tx) error { return tx.Forget(w.ctx, sha, 9) })
		w.write(func(tx *database.Tx) error {
			if condemned, err := tx.AddBlob(w.ctx, sha, 3, 9); err != nil || condemned {
				t.Errorf("after Forget it is new: %v, %v", condemned, err)
			}
			return nil
		})
	})
}
