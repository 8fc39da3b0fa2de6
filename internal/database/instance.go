package database

import (
	"context"
	"database/sql"

	"strongroom/internal/index"
)

// Setting reads a fact about this installation.
func (q Q) Setting(ctx context.Context, key string) (value string, found bool, err error) {
	found, err = q.one(ctx, `SELECT value FROM instance WHERE key = $1`, []any{key}, &value)
	return value, found, err
}

// PutSetting writes a fact about this installation.
func (tx *Tx) PutSetting(ctx context.Context, key, value string) error {
	_, err := tx.exec(ctx, `INSERT INTO instance (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return wrap("put setting", key, err)
}

// Switches reads which run-time switches are on, with their notes.
func (q Q) Switches(ctx context.Context) (map[string]string, error) {
	on := map[string]string{}
	err := q.each(ctx, `SELECT name, note FROM switches`, nil, func(rows *sql.Rows) error {
		var name, note string
		err := rows.Scan(&name, &note)
		on[name] = note
		return err
	})
	return on, err
}

// Switch turns a run-time switch on or off.
func (tx *Tx) Switch(ctx context.Context, name, note string, on bool, a index.Actor, at int64) error {
	if !on {
		_, err := tx.exec(ctx, `DELETE FROM switches WHERE name = $1`, name)
		return wrap("switch off", name, err)
	}
	_, err := tx.exec(ctx, `INSERT INTO switches (name, note, set_by, set_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET note = excluded.note, set_by = excluded.set_by, set_at = excluded.set_at`, name, note, a.Username, at)
	return wrap("switch on", name, err)
}
