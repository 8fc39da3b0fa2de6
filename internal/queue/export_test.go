package queue

import (
	"context"
	"time"
)

// SetLease shortens the lease for a test.
func (q *Queue) SetLease(d time.Duration) { q.lease = d }

// RetryAfter is how long failed work waits.
func RetryAfter(attempts int) time.Duration { return retryAfter(attempts) }

// Schedule queues periodic work, as Run does before anything else.
func (q *Queue) Schedule(ctx context.Context) error { return q.scheduleAll(ctx) }
