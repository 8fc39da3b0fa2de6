package database

import (
	"context"
	"database/sql"

	"strongroom/internal/index"
)

const labelColumns = `SELECT key, public, colour, text, created_by, created_at FROM labels`

// Label finds the definition of a label.
func (q Q) Label(ctx context.Context, key string) (l index.Label, found bool, err error) {
	err = q.eachLabel(ctx, ` WHERE key = $1`, []any{key}, func(one index.Label) { l, found = one, true })
	return l, found, wrap("read label", key, err)
}

// Labels lists the definitions of all labels, sorted by key.
func (q Q) Labels(ctx context.Context) (out []index.Label, err error) {
	err = q.eachLabel(ctx, ` ORDER BY key`, nil, func(l index.Label) { out = append(out, l) })
	return out, wrap("list", "labels", err)
}

func (q Q) eachLabel(ctx context.Context, where string, args []any, fn func(index.Label)) error {
	return q.each(ctx, labelColumns+where, args, func(rows *sql.Rows) error {
		var l index.Label
		var created int64
		err := rows.Scan(&l.Key, &l.Public, &l.Colour, &l.Text, &l.CreatedBy, &created)
		l.CreatedAt = fromMicros(created)
		fn(l)
		return err
	})
}

// PutLabel defines a label, or changes how it is shown.
func (tx *Tx) PutLabel(ctx context.Context, l index.Label) error {
	_, err := tx.exec(ctx, `INSERT INTO labels (key, public, colour, text, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (key) DO UPDATE SET public = excluded.public, colour = excluded.colour, text = excluded.text`,
		l.Key, boolInt(l.Public), l.Colour, l.Text, l.CreatedBy, micros(l.CreatedAt))
	return wrap("put label", l.Key, err)
}

// RemoveLabel takes a definition away, and reports whether there was one. Flags
// that were set with it stay on record.
func (tx *Tx) RemoveLabel(ctx context.Context, key string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM labels WHERE key = $1`, key)
	return n == 1, wrap("remove label", key, err)
}
