package database

import (
	"context"
	"time"
)

// KeyedRequest is a request that came with an Idempotency-Key. Key and Request
// are digests; Status is 0 while it is at work, Answer what it was answered.
type KeyedRequest struct {
	Key     string
	Request string
	Status  int
	Answer  string
	At      time.Time
}

// ClaimKey takes a key for a request at k.At. A key that is kept for another, or
// for the same one, is not taken: held is what is known of that. One that was
// begun until stale by the same request and has no answer, or is older than old,
// counts as free: whoever had it will not come back.
func (tx *Tx) ClaimKey(ctx context.Context, k KeyedRequest, stale, old time.Time) (held KeyedRequest, claimed bool, err error) {
	n, err := tx.exec(ctx, `INSERT INTO idempotency_keys (key, request, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET request = excluded.request, status = 0, answer = '', created_at = excluded.created_at
		WHERE idempotency_keys.created_at <= $5
		OR idempotency_keys.status = 0 AND idempotency_keys.request = excluded.request AND idempotency_keys.created_at <= $4`,
		k.Key, k.Request, micros(k.At), micros(stale), micros(old))
	if err != nil || n == 1 {
		return k, n == 1, wrap("claim", "idempotency key", err)
	}
	var at int64
	_, err = tx.one(ctx, `SELECT request, status, answer, created_at FROM idempotency_keys WHERE key = $1`, []any{k.Key},
		&held.Request, &held.Status, &held.Answer, &at)
	held.Key, held.At = k.Key, fromMicros(at)
	return held, false, wrap("read", "idempotency key", err)
}

// AnswerKey keeps what the request that claimed the key at k.At was answered.
func (tx *Tx) AnswerKey(ctx context.Context, k KeyedRequest) error {
	_, err := tx.exec(ctx, `UPDATE idempotency_keys SET status = $3, answer = $4 WHERE key = $1 AND created_at = $2 AND status = 0`,
		k.Key, micros(k.At), k.Status, k.Answer)
	return wrap("answer", "idempotency key", err)
}

// FreeKey gives up the claim of a request that was not carried out.
func (tx *Tx) FreeKey(ctx context.Context, k KeyedRequest) error {
	_, err := tx.exec(ctx, `DELETE FROM idempotency_keys WHERE key = $1 AND created_at = $2 AND status = 0`, k.Key, micros(k.At))
	return wrap("free", "idempotency key", err)
}

// DropKeys removes keys that were claimed until then, and reports how many.
func (tx *Tx) DropKeys(ctx context.Context, until time.Time) (int64, error) {
	n, err := tx.exec(ctx, `DELETE FROM idempotency_keys WHERE created_at <= $1`, micros(until))
	return n, wrap("drop", "idempotency keys", err)
}
