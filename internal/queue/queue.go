// Package queue runs queued work from the table jobs: with leases, so that a
// job of a worker that died is done by another; with retries, later each time;
// and with a schedule for work that comes again and again. It knows nothing
// about the work itself. Work is queued with change.Tx.Enqueue; a job may run
// more than once, so handlers must be repeatable.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"strongroom/internal/database"
)

const (
	workers = 2
	// usualLease is how long a job of a worker that died stays undone.
	usualLease = time.Minute
	// pollEvery bounds how late a job begins after it fell due.
	pollEvery = time.Second
	// firstRetry and lastRetry bound the time until failed work is tried again.
	firstRetry = 5 * time.Second
	lastRetry  = time.Hour
)

// Handler does one piece of work. args is what was given to Enqueue. Its
// context ends when the program stops or somebody else took the job over; then
// the job is done again.
type Handler func(ctx context.Context, args json.RawMessage) error

// Queue runs work. All fields must be set, and all kinds registered, before
// Run. Several queues may share one database, on one node or on many.
type Queue struct {
	DB    *database.DB
	Clock func() time.Time
	Log   *slog.Logger

	handlers map[string]Handler
	periodic map[string]time.Duration
	lease    time.Duration // 0 for the usual one; tests have a shorter one
}

func (q *Queue) leaseTime() time.Duration {
	if q.lease > 0 {
		return q.lease
	}
	return usualLease
}

// Handle registers who does one kind of work.
func (q *Queue) Handle(kind string, fn Handler) {
	if q.handlers == nil {
		q.handlers, q.periodic = map[string]Handler{}, map[string]time.Duration{}
	}
	if q.handlers[kind] != nil {
		panic("queue: two handlers for " + kind) // a mistake of the wiring, found by the first test
	}
	q.handlers[kind] = fn
}

// Every registers work that is done in each interval, once for all nodes. A run that fails is not repeated: the next one comes anyway.
func (q *Queue) Every(kind string, interval time.Duration, fn func(ctx context.Context) error) {
	q.Handle(kind, func(ctx context.Context, _ json.RawMessage) error { return fn(ctx) })
	q.periodic[kind] = interval
}

// Run works until the context ends; jobs that run then are cut short and put
// back.
func (q *Queue) Run(ctx context.Context) {
	for ctx.Err() == nil {
		err := q.scheduleAll(ctx)
		if err == nil {
			break
		}
		q.report(err)
		pause(ctx)
	}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { q.work(ctx) })
	}
	all.Wait()
}

func (q *Queue) work(ctx context.Context) {
	for ctx.Err() == nil {
		worked, err := q.Next(ctx)
		if ctx.Err() == nil {
			q.report(err)
		}
		if !worked {
			pause(ctx)
		}
	}
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(pollEvery):
	}
}

func (q *Queue) report(err error) {
	if err != nil {
		q.Log.Warn("queue", "error", err.Error())
	}
}

// Next does the next piece of work that is due and reports whether there was
// one. What the work itself returned is logged.
func (q *Queue) Next(ctx context.Context) (worked bool, err error) {
	now := q.Clock().UTC()
	if at, waiting, err := q.DB.NextJobAt(ctx); err != nil || !waiting || at.After(now) {
		return false, err
	}
	var job database.Job
	var found bool
	err = q.DB.Write(ctx, func(tx *database.Tx) (err error) {
		if job, found, err = tx.LeaseJob(ctx, now, q.leaseTime()); err != nil || !found {
			return err
		}
		return q.schedule(ctx, tx, job.Kind, now)
	})
	if err != nil || !found {
		return false, err
	}
	q.finish(ctx, &job, q.do(ctx, &job))
	return true, nil
}

// do runs a job's handler while its lease is kept.
func (q *Queue) do(ctx context.Context, job *database.Job) (err error) {
	handler := q.handlers[job.Kind]
	if handler == nil {
		return fmt.Errorf("nobody handles %q here", job.Kind)
	}
	ctx, stop := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { q.keep(ctx, stop, job) })
	defer keeping.Wait()
	defer stop()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return handler(ctx, json.RawMessage(job.Args))
}

// keep extends the lease until the context ends, and ends it when somebody
// else has the job. job.LeasedTo may be read when keep has returned.
func (q *Queue) keep(ctx context.Context, stop func(), job *database.Job) {
	tick := time.NewTicker(q.leaseTime() / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		until, ours := q.Clock().UTC().Add(q.leaseTime()).Truncate(time.Microsecond), false
		err := q.DB.Write(ctx, func(tx *database.Tx) (err error) {
			ours, err = tx.ExtendLease(ctx, *job, until)
			return err
		})
		switch {
		case err != nil: // tried again at the next tick, while the lease lasts
			q.report(err)
		case ours:
			job.LeasedTo = until
		default:
			stop()
		}
	}
}

// finish removes a job that is done and puts back one that failed.
func (q *Queue) finish(ctx context.Context, job *database.Job, failure error) {
	_, comesAgain := q.periodic[job.Kind]
	stopped := ctx.Err() != nil
	at := q.Clock().UTC()
	if !stopped {
		at = at.Add(retryAfter(job.Attempts))
	}
	ctx = context.WithoutCancel(ctx)
	err := q.DB.Write(ctx, func(tx *database.Tx) error {
		if failure == nil || comesAgain && !stopped {
			return tx.FinishJob(ctx, *job)
		}
		return tx.RetryJob(ctx, *job, at, failure.Error())
	})
	q.report(err)
	if failure != nil && !stopped {
		q.Log.Error("queued work failed", "kind", job.Kind, "job", job.ID, "attempt", job.Attempts, "error", failure.Error())
	}
}

// retryAfter doubles with each attempt.
func retryAfter(attempts int) time.Duration {
	return min(firstRetry<<min(attempts-1, 20), lastRetry)
}
