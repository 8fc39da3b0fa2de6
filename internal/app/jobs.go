package app

import (
	"context"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/idempotency"
	"strongroom/internal/ops"
	"strongroom/internal/queue"
	"strongroom/internal/standing"
)

// jobs registers all queued work.
func (a *App) jobs() *queue.Queue {
	clock := func() time.Time { return a.Clock() }
	q := &queue.Queue{DB: a.DB, Clock: clock, Log: a.Log}
	sweeper := &ops.Sweeper{DB: a.DB, Bucket: a.Bucket, Clock: clock, Age: ops.SweepAge}
	q.Every("sweep", time.Hour, func(ctx context.Context) error {
		removed, err := sweeper.Sweep(ctx)
		if removed > 0 {
			a.Log.Info("swept", "blobs", removed)
		}
		return err
	})
	q.Every("expire", time.Hour, func(ctx context.Context) error {
		return a.DB.Write(ctx, func(tx *database.Tx) error { return tx.DropExpired(ctx, clock().UTC()) })
	})
	q.Every("idempotency", time.Hour, (&idempotency.Keys{DB: a.DB, Clock: clock}).Purge)
	a.office().Register(q)
	a.Accounts.HandleJobs(q)
	q.Handle(standing.TimerJob, (&standing.Timers{Recorder: a.Recorder}).Run)
	return q
}
