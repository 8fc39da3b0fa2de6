package queue

import (
	"context"
	"time"

	"strongroom/internal/database"
)

// Periodic work is one waiting job a kind, whose dedupe key is the kind. The
// transaction that leases it queues the next, so whichever node comes first
// does it, and nobody does it twice.

func (q *Queue) scheduleAll(ctx context.Context) error {
	return q.DB.Write(ctx, func(tx *database.Tx) error {
		for kind := range q.periodic {
			if err := q.schedule(ctx, tx, kind, q.Clock().UTC()); err != nil {
				return err
			}
		}
		return nil
	})
}

// schedule queues the next run of periodic work unless one waits already.
func (q *Queue) schedule(ctx context.Context, tx *database.Tx, kind string, now time.Time) error {
	interval, ok := q.periodic[kind]
	if !ok {
		return nil
	}
	next := now.Truncate(interval).Add(interval)
	return tx.InsertJob(ctx, database.Job{Kind: kind, Args: "{}", Dedupe: "every:" + kind, RunAt: next}, now)
}
