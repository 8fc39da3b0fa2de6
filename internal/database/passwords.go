package database

import (
	"context"
	"time"

	"strongroom/internal/index"
)

// SetPassword stores the hash of a new password, which is taken from now on.
func (tx *Tx) SetPassword(ctx context.Context, userID int64, hash string, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE users SET password_hash = $2, password_at = $3, password_off = '' WHERE id = $1`, userID, hash, micros(at))
	return wrap("set password of user", userID, err)
}

// Rehash stores another hash of the same password, unless it was changed
// meanwhile.
func (tx *Tx) Rehash(ctx context.Context, userID int64, old, hash string) error {
	_, err := tx.exec(ctx, `UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2`, userID, old, hash)
	return wrap("rehash password of user", userID, err)
}

// TurnPasswordOff has the password refused until another one is set.
func (tx *Tx) TurnPasswordOff(ctx context.Context, userID int64, why index.PasswordOff) error {
	_, err := tx.exec(ctx, `UPDATE users SET password_off = $2 WHERE id = $1`, userID, why)
	return wrap("turn off password of user", userID, err)
}

// Hold keeps an account from making tokens and changing roles until then.
func (tx *Tx) Hold(ctx context.Context, userID int64, until time.Time) error {
	_, err := tx.exec(ctx, `UPDATE users SET held_until = $2 WHERE id = $1`, userID, micros(until))
	return wrap("hold user", userID, err)
}
