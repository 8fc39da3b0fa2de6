package database

import (
	"context"
	"encoding/json"
	"fmt"

	"strongroom/internal/index"
)

// SetStanding writes the own standing of a project, release, file or user with
// the column that says whether it withdraws it. Only package standing calls
// this.
func (tx *Tx) SetStanding(ctx context.Context, level index.Level, id int64, s index.Standing) error {
	text := map[index.Level]string{
		index.OnProject: `UPDATE projects SET standing = $2, withdrawn = $3 WHERE id = $1`,
		index.OnRelease: `UPDATE releases SET standing = $2, withdrawn = $3 WHERE id = $1`,
		index.OnFile:    `UPDATE files SET standing = $2, withdrawn = $3 WHERE id = $1`,
	}[level]
	var n int64
	var err error
	if level == index.OnUser {
		n, err = tx.exec(ctx, `UPDATE users SET standing = $2 WHERE id = $1`, id, s.Text())
	} else {
		n, err = tx.exec(ctx, text, id, s.Text(), boolInt(s.Withdrawn()))
	}
	if err == nil && n != 1 {
		err = fmt.Errorf("no such row")
	}
	return wrap("set standing of "+string(level), id, err)
}

// InsertFlag records a flag that was set and returns its key; note is private.
func (tx *Tx) InsertFlag(ctx context.Context, level index.Level, id int64, f index.Flag, note, by string) (int64, error) {
	successors, err := json.Marshal(append([]string{}, f.Successors...))
	if err != nil {
		return 0, err
	}
	starts := int64(0)
	if f.Pending {
		starts = micros(f.From)
	}
	var key int64
	_, err = tx.one(ctx, `INSERT INTO flags (kind, level, subject_id, category, reason, details, note, url, successors, side, set_by, set_at, starts_at, from_at, until,
		restorable_until, rule_id, act) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id`,
		[]any{
			f.Kind, level, id, f.Category, f.Reason, f.Details, note, f.URL, string(successors), f.Side, by, micros(f.Since), starts, micros(f.From), micros(f.Until),
			micros(f.Restorable), f.Rule, f.Act,
		}, &key)
	return key, wrap("insert flag", f.Kind, err)
}

// EndFlag records that a standing flag was cleared, and returns its key, 0 when
// none stood.
func (tx *Tx) EndFlag(ctx context.Context, level index.Level, id int64, kind, by string, at int64) (key int64, err error) {
	_, err = tx.one(ctx, `UPDATE flags SET cleared_by = $4, cleared_at = $5 WHERE level = $1 AND subject_id = $2 AND kind = $3 AND cleared_at = 0 RETURNING id`,
		[]any{level, id, kind, by, at}, &key)
	return key, wrap("end flag", kind, err)
}

// BeginFlag records that a flag that was announced is in effect (ST-11), and
// returns its key.
func (tx *Tx) BeginFlag(ctx context.Context, level index.Level, id int64, kind string) (key int64, err error) {
	_, err = tx.one(ctx, `UPDATE flags SET starts_at = 0 WHERE level = $1 AND subject_id = $2 AND kind = $3 AND cleared_at = 0 RETURNING id`,
		[]any{level, id, kind}, &key)
	return key, wrap("begin flag", kind, err)
}
