package database

import (
	"context"

	"strongroom/internal/index"
)

// SetModerator makes an account moderator of the index, or takes that back.
func (tx *Tx) SetModerator(ctx context.Context, userID int64, on bool) error {
	_, err := tx.exec(ctx, `UPDATE users SET moderator = $2 WHERE id = $1`, userID, boolInt(on))
	return wrap("set moderator", userID, err)
}

// SetTrusted lets the reports of an account count more, or takes that back.
func (tx *Tx) SetTrusted(ctx context.Context, userID int64, on bool) error {
	_, err := tx.exec(ctx, `UPDATE users SET trusted_reporter = $2 WHERE id = $1`, userID, boolInt(on))
	return wrap("set trusted reporter", userID, err)
}

// Staff lists who moderates or administers the index, by key; closed accounts
// are left out.
func (q Q) Staff(ctx context.Context) ([]index.User, error) {
	list, err := q.users(ctx, userColumns+` WHERE (u.moderator = 1 OR u.superuser = 1) AND u.closed_at = 0 ORDER BY u.id`)
	return list, wrap("list", "moderators", err)
}
