package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/idempotency"
	"strongroom/internal/maintain"
	"strongroom/internal/moderate"
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
		now := clock().UTC()
		return a.DB.Write(ctx, func(tx *database.Tx) error {
			return errors.Join(tx.DropExpired(ctx, now), tx.DropUnconfirmed(ctx, now.Add(-moderate.ConfirmTime)))
		})
	})
	q.Every("idempotency", time.Hour, (&idempotency.Keys{DB: a.DB, Clock: clock}).Purge)
	a.office().Register(q)
	a.Accounts.HandleJobs(q)
	a.withdrawals(q, sweeper)
	q.Handle(moderate.JobTellReporter, a.Moderate.TellReporter)
	q.Handle(moderate.JobNewProject, a.Moderate.NewProject)
	q.Handle(standing.TimerJob, (&standing.Timers{Recorder: a.Recorder, Begun: maintain.TellSet, Ended: maintain.TellCleared}).Run)
	q.Handle(maintain.DocsJob, func(ctx context.Context, _ json.RawMessage) error { return a.writeRedirects(ctx) })
	q.Every("docs-redirects-hourly", time.Hour, a.writeRedirects)
	if a.purger != nil {
		q.Handle(purgeJob, a.purger.Run)
	}
	return q
}

// withdrawals is the work that follows deletions: bytes that were purged, or
// whose time is over, and names that become free.
func (a *App) withdrawals(q *queue.Queue, sweeper *ops.Sweeper) {
	c := a.Config
	q.Handle(standing.PurgeJob, func(ctx context.Context, _ json.RawMessage) error {
		_, err := sweeper.Finish(ctx)
		return err
	})
	if days := *c.Deletion.PurgeAfterDays; days > 0 {
		retention := &maintain.Retention{Recorder: a.Recorder, After: time.Duration(days) * 24 * time.Hour}
		q.Every("retention", time.Hour, retention.Run)
	}
	if after := c.Names.ReleaseAfter(); after > 0 {
		q.Every("release-names", time.Hour, (&maintain.NameRelease{Recorder: a.Recorder, After: after}).Run)
	}
}
