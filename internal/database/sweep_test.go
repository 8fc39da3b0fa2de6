package database_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
)

func TestUnreferenced(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		if got, err := w.db.Unreferenced(w.ctx, nil); got != nil || err != nil {
			t.Errorf("of nothing: %v, %v", got, err)
		}
		var keys, want []string
		for i := range 1200 { // more than two statements
			keys = append(keys, digest(number("orphan", i)))
		}
		want = slices.Clone(keys)
		keys = slices.Insert(keys, 600, w.file.SHA256)
		keys = slices.Insert(keys, 3, w.file.MetadataSHA256)
		got, err := w.db.Unreferenced(w.ctx, keys)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%d of %d keys, %v; want the %d that no file names", len(got), len(keys), err, len(want))
		}
	})
}

// TestAddBlobWhileASweepForgets: an upload waits for the row's lock, finds the
// row gone when it gets it, and must add it again.
func TestAddBlobWhileASweepForgets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, sha := context.Background(), digest("orphan")
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Condemn(ctx, sha, 3, 1)
			return err
		})
		added := make(chan error, 1)
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			if condemned, err := tx.LockCondemned(ctx, sha); !condemned || err != nil {
				t.Errorf("condemned: %v, %v", condemned, err)
			}
			go func() {
				added <- db.Write(ctx, func(tx *database.Tx) error {
					_, err := tx.AddBlob(ctx, sha, 3, 2)
					return err
				})
			}()
			select {
			case err := <-added:
				t.Errorf("AddBlob did not wait for the lock: %v", err)
			case <-time.After(200 * time.Millisecond):
			}
			return tx.Forget(ctx, sha, 9)
		})
		if err := <-added; err != nil {
			t.Fatal(err)
		}
		if has, err := db.HasBlob(ctx, sha); !has || err != nil {
			t.Errorf("the blob's row is there: %v, %v", has, err)
		}
	})
}

// TestUploadsWinOverSweeps: an upload that comes between the two steps of a
// sweep wins.
func TestUploadsWinOverSweeps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		sha := digest("orphan")
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Condemn(ctx, sha, 3, 1)
			return err
		})
		if all, err := db.Condemned(t.Context()); err != nil || !slices.Equal(all, []string{sha}) {
			t.Errorf("condemned: %v, %v", all, err)
		}
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			condemned, err := tx.AddBlob(ctx, sha, 3, 2)
			if !condemned {
				t.Error("AddBlob does not say that the bytes may be gone")
			}
			return err
		})
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			still, err := tx.LockCondemned(ctx, sha)
			if still {
				t.Error("the sweep would unlink bytes that a file names")
			}
			if unknown, err := tx.LockCondemned(ctx, digest("unknown")); unknown || err != nil {
				t.Errorf("a blob without a row: %v, %v", unknown, err)
			}
			return err
		})
	})
}

// TestHolds: several holders, each until its own time.
func TestHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		at := func(minutes int) time.Time { return noon().Add(time.Duration(minutes) * time.Minute) }
		hold := func(holder string, now, until int) {
			dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
				return tx.HoldBlobs(ctx, holder, at(now), at(until))
			})
		}
		release := func(holder string, now int, want bool) {
			t.Helper()
			dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
				lasted, err := tx.ReleaseBlobs(ctx, holder, at(now))
				if lasted != want {
					t.Errorf("the hold of %s lasted: %v, want %v", holder, lasted, want)
				}
				return err
			})
		}
		held := func(now int, want bool) {
			t.Helper()
			if got, err := db.BlobsHeld(t.Context(), at(now)); got != want || err != nil {
				t.Errorf("held after %d minutes: %v, %v, want %v", now, got, err, want)
			}
		}
		held(0, false)
		hold("a", 0, 10)
		hold("b", 1, 5)
		held(6, true)
		hold("a", 7, 20) // once more
		release("b", 8, false)
		held(11, true)
		release("a", 12, true)
		held(12, false)
	})
}
