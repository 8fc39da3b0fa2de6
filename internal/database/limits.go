package database

import (
	"context"
	"time"
)

// Use is how often something was done in a window of time: a row of the rate
// limits' counters. Key says what and by whom; after Ends the row means
// nothing.
type Use struct {
	Key  string
	Used int64
	Ends time.Time
}

// UseOf reads the counter of a window that runs now; found is false when none
// does.
func (q Q) UseOf(ctx context.Context, key string, now time.Time) (u Use, found bool, err error) {
	var ends int64
	found, err = q.one(ctx, `SELECT used, expires_at FROM rate_limits WHERE key = $1 AND expires_at > $2`, []any{key, micros(now)}, &u.Used, &ends)
	u.Key, u.Ends = key, fromMicros(ends)
	return u, found, wrap("read rate limit", key, err)
}

// AddUse adds u.Used to the counter and returns what it stands at with the
// additions of all nodes. A window that runs keeps its end; without one, u
// begins it.
func (tx *Tx) AddUse(ctx context.Context, u Use, now time.Time) (Use, error) {
	var ends int64
	_, err := tx.one(ctx, `INSERT INTO rate_limits (key, used, expires_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET
		used = CASE WHEN rate_limits.expires_at > $4 THEN rate_limits.used + excluded.used ELSE excluded.used END,
		expires_at = CASE WHEN rate_limits.expires_at > $4 THEN rate_limits.expires_at ELSE excluded.expires_at END
		RETURNING used, expires_at`, []any{u.Key, u.Used, micros(u.Ends), micros(now)}, &u.Used, &ends)
	u.Ends = fromMicros(ends)
	return u, wrap("count use", u.Key, err)
}

// DropUses removes the counters of windows that ended, and reports how many.
func (tx *Tx) DropUses(ctx context.Context, now time.Time) (int64, error) {
	n, err := tx.exec(ctx, `DELETE FROM rate_limits WHERE expires_at <= $1`, micros(now))
	return n, wrap("drop rate limits at", now, err)
}
