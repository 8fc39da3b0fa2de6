package database

import (
	"context"
	"database/sql"
	"strings"

	"strongroom/internal/index"
)

const emailColumns = `SELECT id, user_id, address, is_primary, verified, public, unverified_why, created_at FROM emails`

// EmailByAddress finds an address without regard to case, whosever it is.
func (q Q) EmailByAddress(ctx context.Context, address string) (e index.Email, found bool, err error) {
	err = q.each(ctx, emailColumns+` WHERE address_key = $1`, []any{strings.ToLower(address)}, func(rows *sql.Rows) error {
		found = true
		return scanEmail(rows, &e)
	})
	return e, found, wrap("read address", address, err)
}

func scanEmail(rows *sql.Rows, e *index.Email) error {
	var created int64
	err := rows.Scan(&e.ID, &e.UserID, &e.Address, &e.Primary, &e.Verified, &e.Public, &e.UnverifiedWhy, &created)
	e.CreatedAt = fromMicros(created)
	return err
}

// VerifyEmail notes that somebody has shown to read an address of the user;
// false when the address is no longer the user's.
func (tx *Tx) VerifyEmail(ctx context.Context, userID int64, address string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE emails SET verified = 1, unverified_why = '' WHERE user_id = $1 AND address_key = $2`, userID, strings.ToLower(address))
	return n == 1, wrap("verify address", address, err)
}
