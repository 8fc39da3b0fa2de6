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

// InsertFlag records a flag that was set; note is private.
func (tx *Tx) InsertFlag(ctx context.Context, level index.Level, id int64, f index.Flag, note, by string) error {
	successors, err := json.Marshal(append([]string{}, f.Successors...))
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO flags (kind, level, subject_id, category, reason, note, url, successors, side, set_by, set_at, until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		f.Kind, level, id, f.Category, f.Reason, note, f.URL, string(successors), f.Side, by, micros(f.Since), micros(f.Until))
	return wrap("insert flag", f.Kind, err)
}

// EndFlag records that a standing flag was cleared.
func (tx *Tx) EndFlag(ctx context.Context, level index.Level, id int64, kind, by string, at int64) error {
	_, err := tx.exec(ctx, `UPDATE flags SET cleared_by = $4, cleared_at = $5 WHERE level = $1 AND subject_id = $2 AND kind = $3 AND cleared_at = 0`,
		level, id, kind, by, at)
	return wrap("end flag", kind, err)
}
