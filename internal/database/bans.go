package database

import (
	"context"
	"database/sql"

	"strongroom/internal/index"
)

// Bans lists all bans, also those whose time is over.
func (q Q) Bans(ctx context.Context) (out []index.Ban, err error) {
	err = q.each(ctx, `SELECT network, reason, set_by, set_at, until FROM bans ORDER BY network`, nil, func(rows *sql.Rows) error {
		var b index.Ban
		var set, until int64
		err := rows.Scan(&b.Network, &b.Reason, &b.SetBy, &set, &until)
		b.SetAt, b.Until = fromMicros(set), fromMicros(until)
		out = append(out, b)
		return err
	})
	return out, wrap("read", "bans", err)
}

// PutBan adds a ban, or replaces that of the same network.
func (tx *Tx) PutBan(ctx context.Context, b index.Ban) error {
	_, err := tx.exec(ctx, `INSERT INTO bans (network, reason, set_by, set_at, until) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (network) DO UPDATE SET reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at, until = excluded.until`,
		b.Network, b.Reason, b.SetBy, micros(b.SetAt), micros(b.Until))
	return wrap("put ban", b.Network, err)
}

// DropBan lifts a ban; false when there was none.
func (tx *Tx) DropBan(ctx context.Context, network string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM bans WHERE network = $1`, network)
	return n == 1, wrap("drop ban", network, err)
}
