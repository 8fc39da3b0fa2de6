package database

import (
	"context"
	"database/sql"
	"time"
)

// RecoverySums lists the sums of a user's recovery codes that are not used.
func (q Q) RecoverySums(ctx context.Context, userID int64) (out []string, err error) {
	err = q.each(ctx, `SELECT hash FROM recovery_codes WHERE user_id = $1 AND used_at = 0 ORDER BY hash`, []any{userID}, func(rows *sql.Rows) error {
		var sum string
		err := rows.Scan(&sum)
		out = append(out, sum)
		return err
	})
	return out, wrap("read recovery codes of user", userID, err)
}

// ReplaceRecovery gives a user new recovery codes in place of the old ones.
func (tx *Tx) ReplaceRecovery(ctx context.Context, userID int64, sums []string) error {
	if _, err := tx.exec(ctx, `DELETE FROM recovery_codes WHERE user_id = $1`, userID); err != nil {
		return wrap("delete recovery codes of user", userID, err)
	}
	for _, sum := range sums {
		if _, err := tx.exec(ctx, `INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)`, userID, sum); err != nil {
			return wrap("insert recovery code of user", userID, err)
		}
	}
	return nil
}

// BurnRecovery uses a recovery code up; false when somebody else was first
// (P30).
func (tx *Tx) BurnRecovery(ctx context.Context, userID int64, sum string, at time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND hash = $2 AND used_at = 0`, userID, sum, micros(at))
	return n == 1, wrap("burn recovery code of user", userID, err)
}
