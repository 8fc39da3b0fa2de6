package database

import (
	"context"
	"database/sql"
	"time"
)

// Job is a piece of queued work.
type Job struct {
	ID       int64
	Kind     string
	Args     string // JSON, read by the kind's handler
	Dedupe   string // at most one waiting job a key; empty for none
	RunAt    time.Time
	Attempts int
	LeasedTo time.Time // whoever has the job knows it by this
}

// InsertJob queues work in the transaction of the change that causes it. A
// waiting job with the same dedupe key makes this one superfluous.
func (tx *Tx) InsertJob(ctx context.Context, j Job, now time.Time) error {
	var dedupe any
	if j.Dedupe != "" {
		dedupe = j.Dedupe
	}
	if j.RunAt.IsZero() {
		j.RunAt = now
	}
	_, err := tx.exec(ctx, `INSERT INTO jobs (kind, args, dedupe, run_at, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		j.Kind, j.Args, dedupe, micros(j.RunAt), micros(now))
	return wrap("queue job", j.Kind, err)
}

// LeaseJob takes the next due job until the lease ends, so that two workers
// never have one, and clears its dedupe key: a change that comes while the job
// runs must queue it anew.
func (tx *Tx) LeaseJob(ctx context.Context, now time.Time, lease time.Duration) (j Job, found bool, err error) {
	var runAt int64
	found, err = tx.one(ctx, `SELECT id, kind, args, run_at, attempts FROM jobs WHERE run_at <= $1 AND leased_to <= $1 ORDER BY run_at, id LIMIT 1`+tx.d.skip,
		[]any{micros(now)}, &j.ID, &j.Kind, &j.Args, &runAt, &j.Attempts)
	if err != nil || !found {
		return j, false, wrap("lease job", "", err)
	}
	j.RunAt, j.LeasedTo = fromMicros(runAt), now.Add(lease).Truncate(time.Microsecond)
	j.Attempts++
	_, err = tx.exec(ctx, `UPDATE jobs SET leased_to = $2, attempts = $3, dedupe = NULL WHERE id = $1`, j.ID, micros(j.LeasedTo), j.Attempts)
	return j, true, wrap("lease job", j.ID, err)
}

// ExtendLease keeps a job for longer. It reports false when the lease had
// ended and somebody else has the job.
func (tx *Tx) ExtendLease(ctx context.Context, j Job, until time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE jobs SET leased_to = $3 WHERE id = $1 AND leased_to = $2`, j.ID, micros(j.LeasedTo), micros(until))
	return n == 1, wrap("extend lease of job", j.ID, err)
}

// FinishJob removes work that is done, unless somebody else has it by now.
func (tx *Tx) FinishJob(ctx context.Context, j Job) error {
	_, err := tx.exec(ctx, `DELETE FROM jobs WHERE id = $1 AND leased_to = $2`, j.ID, micros(j.LeasedTo))
	return wrap("finish job", j.ID, err)
}

// RetryJob puts failed work back, unless somebody else has it by now.
func (tx *Tx) RetryJob(ctx context.Context, j Job, at time.Time, cause string) error {
	_, err := tx.exec(ctx, `UPDATE jobs SET leased_to = 0, run_at = $3, last_error = $4 WHERE id = $1 AND leased_to = $2`,
		j.ID, micros(j.LeasedTo), micros(at), cause)
	return wrap("retry job", j.ID, err)
}

// NextJobAt is when the next job falls due; found is false with none waiting.
func (q Q) NextJobAt(ctx context.Context) (at time.Time, found bool, err error) {
	var us sql.NullInt64
	_, err = q.one(ctx, `SELECT MIN(CASE WHEN leased_to > run_at THEN leased_to ELSE run_at END) FROM jobs`, nil, &us)
	return fromMicros(us.Int64), us.Valid, err
}

// JobsDue counts the jobs of a kind that are due, or being done.
func (q Q) JobsDue(ctx context.Context, kind string, now time.Time) (n int, err error) {
	_, err = q.one(ctx, `SELECT COUNT(*) FROM jobs WHERE kind = $1 AND run_at <= $2`, []any{kind, micros(now)}, &n)
	return n, wrap("count jobs", kind, err)
}
