package ops

import (
	"context"
	"errors"
	"time"

	"strongroom/internal/blob"
	"strongroom/internal/database"
)

// SweepAge is how old an orphan must be: far older than the longest time
// between an upload's bytes and its rows.
const SweepAge = time.Hour

// Sweeper removes the bytes that no file names: what interrupted uploads left
// behind. It works in two steps (design 2). The first transaction condemns the
// blob's row. The second locks the row, looks whether it is still condemned,
// unlinks the bytes and forgets the row. An upload of the same bytes takes the
// same lock when it is recorded: it either saves the row before the second
// step, or finds the bytes gone and stores them again.
type Sweeper struct {
	DB     *database.DB
	Bucket blob.Bucket
	Clock  func() time.Time
	Age    time.Duration // what is younger is left alone
}

// errHeld ends a sweep's transaction because a backup runs.
var errHeld = errors.New("a backup keeps the blobs as they are")

// Sweep removes all orphans that are old enough, and finishes what earlier
// sweeps began. It returns how many blobs it removed. While a backup runs it
// does nothing.
func (s *Sweeper) Sweep(ctx context.Context) (removed int, err error) {
	before := s.Clock().Add(-s.Age)
	err = eachOrphan(ctx, s.DB, s.Bucket, func(i blob.Info) error {
		if i.ModTime.After(before) {
			return nil
		}
		return s.condemn(ctx, i)
	})
	if errors.Is(err, errHeld) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return s.Finish(ctx)
}

// Finish removes what is condemned: by a sweep, or because it was purged. While a
// backup runs it does nothing; the next sweep makes up for it.
func (s *Sweeper) Finish(ctx context.Context) (removed int, err error) {
	condemned, err := s.DB.Condemned(ctx)
	for _, sha256 := range condemned {
		if err != nil {
			break
		}
		var gone bool
		if gone, err = s.remove(ctx, sha256); gone {
			removed++
		}
	}
	if errors.Is(err, errHeld) {
		err = nil
	}
	return removed, err
}

func (s *Sweeper) condemn(ctx context.Context, i blob.Info) error {
	return s.DB.Write(ctx, func(tx *database.Tx) error {
		if _, err := tx.Condemn(ctx, string(i.Key), i.Size, s.Clock().UnixMicro()); err != nil {
			return err
		}
		return s.notHeld(ctx, tx)
	})
}

// remove is the second step. The unlink stands inside the transaction, so that
// the lock on the row covers it. If the transaction fails after it, the row
// stays condemned, which says that the bytes may be gone.
func (s *Sweeper) remove(ctx context.Context, sha256 string) (gone bool, err error) {
	err = s.DB.Write(ctx, func(tx *database.Tx) error {
		if gone, err = tx.LockCondemned(ctx, sha256); err != nil || !gone {
			return err
		}
		if err := s.notHeld(ctx, tx); err != nil {
			return err
		}
		if err := s.Bucket.Delete(ctx, blob.Key(sha256)); err != nil {
			return err
		}
		return tx.Forget(ctx, sha256, s.Clock().UnixMicro())
	})
	return gone && err == nil, err
}

func (s *Sweeper) notHeld(ctx context.Context, tx *database.Tx) error {
	held, err := tx.BlobsHeld(ctx, s.Clock())
	if err == nil && held {
		err = errHeld
	}
	return err
}

// eachOrphan visits the blobs that no file names.
func eachOrphan(ctx context.Context, db *database.DB, bucket blob.Bucket, visit func(blob.Info) error) error {
	const batch = 500
	infos, keys := map[string]blob.Info{}, make([]string, 0, batch)
	flush := func() error {
		orphans, err := db.Unreferenced(ctx, keys)
		if err != nil {
			return err
		}
		for _, key := range orphans {
			if err := visit(infos[key]); err != nil {
				return err
			}
		}
		keys = keys[:0]
		clear(infos)
		return nil
	}
	err := bucket.List(ctx, func(i blob.Info) error {
		keys = append(keys, string(i.Key))
		infos[string(i.Key)] = i
		if len(keys) < batch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}
