package database

import (
	"context"
	"database/sql"
	"strings"

	"strongroom/internal/index"
)

const emailColumns = `SELECT id, user_id, address, is_primary, verified, public, unverified_why, created_at FROM emails`

// EmailsOf lists a user's addresses, the primary one first.
func (q Q) EmailsOf(ctx context.Context, userID int64) ([]index.Email, error) {
	var out []index.Email
	err := q.each(ctx, emailColumns+` WHERE user_id = $1 ORDER BY is_primary DESC, id`, []any{userID}, func(rows *sql.Rows) error {
		var e index.Email
		err := scanEmail(rows, &e)
		out = append(out, e)
		return err
	})
	return out, wrap("read addresses of user", userID, err)
}

// EmailOf finds one address of a user by key.
func (q Q) EmailOf(ctx context.Context, userID, id int64) (e index.Email, found bool, err error) {
	err = q.each(ctx, emailColumns+` WHERE user_id = $1 AND id = $2`, []any{userID, id}, func(rows *sql.Rows) error {
		found = true
		return scanEmail(rows, &e)
	})
	return e, found, wrap("read address of user", userID, err)
}

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

// InsertEmail adds an address and returns its key. One that any account has
// gives an error for which IsUnique holds.
func (tx *Tx) InsertEmail(ctx context.Context, e index.Email) (id int64, err error) {
	_, err = tx.one(ctx, `INSERT INTO emails (user_id, address, address_key, is_primary, verified, public, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		[]any{e.UserID, e.Address, strings.ToLower(e.Address), boolInt(e.Primary), boolInt(e.Verified), boolInt(e.Public), micros(e.CreatedAt)}, &id)
	return id, wrap("insert address of user", e.UserID, err)
}

// SetPrimaryEmail makes one of a user's verified addresses the primary one;
// false when there is no such address.
func (tx *Tx) SetPrimaryEmail(ctx context.Context, userID, id int64) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE emails SET is_primary = 1 WHERE user_id = $1 AND id = $2 AND verified = 1`, userID, id)
	if err == nil && n == 1 {
		_, err = tx.exec(ctx, `UPDATE emails SET is_primary = 0 WHERE user_id = $1 AND id <> $2`, userID, id)
	}
	return n == 1, wrap("set primary address of user", userID, err)
}

// SetPublicEmail shows one of a user's verified addresses to everybody, and no
// other; 0 shows none.
func (tx *Tx) SetPublicEmail(ctx context.Context, userID, id int64) error {
	_, err := tx.exec(ctx, `UPDATE emails SET public = CASE WHEN id = $2 AND verified = 1 THEN 1 ELSE 0 END WHERE user_id = $1`, userID, id)
	return wrap("set public address of user", userID, err)
}

// DeleteEmail removes an address of a user that is not the primary one.
func (tx *Tx) DeleteEmail(ctx context.Context, userID, id int64) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM emails WHERE user_id = $1 AND id = $2 AND is_primary = 0`, userID, id)
	return n == 1, wrap("delete address of user", userID, err)
}

// VerifyEmail notes that somebody has shown to read an address of the user;
// false when the address is no longer the user's.
func (tx *Tx) VerifyEmail(ctx context.Context, userID int64, address string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE emails SET verified = 1, unverified_why = '' WHERE user_id = $1 AND address_key = $2`, userID, strings.ToLower(address))
	return n == 1, wrap("verify address", address, err)
}
