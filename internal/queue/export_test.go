package queue

import "time"

// SetLease shortens the lease for a test.
func (q *Queue) SetLease(d time.Duration) { q.lease = d }

// RetryAfter is how long failed work waits.
func RetryAfter(attempts int) time.Duration { return retryAfter(attempts) }
