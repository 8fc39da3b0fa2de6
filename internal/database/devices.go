package database

import (
	"context"
	"database/sql"

	"strongroom/internal/index"
)

const deviceColumns = `SELECT id, user_id, hash, user_agent, address, trusted_until, created_at, seen_at FROM devices`

// DeviceByHash finds a browser that a user signed in with before.
func (q Q) DeviceByHash(ctx context.Context, userID int64, hash string) (d index.Device, found bool, err error) {
	err = q.each(ctx, deviceColumns+` WHERE hash = $1 AND user_id = $2`, []any{hash, userID}, func(rows *sql.Rows) error {
		found = true
		return scanDevice(rows, &d)
	})
	return d, found, wrap("read device of user", userID, err)
}

func scanDevice(rows *sql.Rows, d *index.Device) error {
	var trusted, created, seen int64
	err := rows.Scan(&d.ID, &d.UserID, &d.Hash, &d.UserAgent, &d.Address, &trusted, &created, &seen)
	d.TrustedUntil, d.CreatedAt, d.SeenAt = fromMicros(trusted), fromMicros(created), fromMicros(seen)
	return err
}

// InsertDevice adds a browser and returns its key.
func (tx *Tx) InsertDevice(ctx context.Context, d index.Device) (id int64, err error) {
	_, err = tx.one(ctx, `INSERT INTO devices (user_id, hash, user_agent, address, trusted_until, created_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		[]any{d.UserID, d.Hash, d.UserAgent, d.Address, micros(d.TrustedUntil), micros(d.CreatedAt), micros(d.SeenAt)}, &id)
	return id, wrap("insert device of user", d.UserID, err)
}

// UseDevice notes where a browser signed in from; false when it is no longer
// known.
func (tx *Tx) UseDevice(ctx context.Context, d index.Device) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE devices SET user_agent = $2, address = $3, trusted_until = $4, seen_at = $5 WHERE id = $1`,
		d.ID, d.UserAgent, d.Address, micros(d.TrustedUntil), micros(d.SeenAt))
	return n == 1, wrap("use device", d.ID, err)
}

// EndTrust has all of a user's browsers asked for a second factor again (MFA-9).
func (tx *Tx) EndTrust(ctx context.Context, userID int64) error {
	_, err := tx.exec(ctx, `UPDATE devices SET trusted_until = 0 WHERE user_id = $1`, userID)
	return wrap("end trust in devices of user", userID, err)
}

// DeleteDevices forgets all of a user's browsers.
func (tx *Tx) DeleteDevices(ctx context.Context, userID int64) error {
	_, err := tx.exec(ctx, `DELETE FROM devices WHERE user_id = $1`, userID)
	return wrap("delete devices of user", userID, err)
}
