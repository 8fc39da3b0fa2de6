package database

import (
	"context"
	"database/sql"
	"encoding/json"

	"strongroom/internal/index"
)

const actColumns = `SELECT id, uid, kind, object, name, reason, effects, automatic, silent, actor, at, undone_by, undone_at FROM acts`

// InsertAct keeps what was done.
func (tx *Tx) InsertAct(ctx context.Context, a index.Act) error {
	effects, err := json.Marshal(append([]index.Effect{}, a.Effects...))
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO acts (uid, kind, object, name, reason, effects, automatic, silent, actor, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.UID, a.Kind, a.Object, a.Name, a.Reason, string(effects), boolInt(a.Automatic), boolInt(a.Silent), a.Actor, micros(a.At))
	return wrap("insert act", a.UID, err)
}

// EndAct records that an act was undone.
func (tx *Tx) EndAct(ctx context.Context, uid, by string, at int64) error {
	_, err := tx.exec(ctx, `UPDATE acts SET undone_by = $2, undone_at = $3 WHERE uid = $1 AND undone_at = 0`, uid, by, at)
	return wrap("end act", uid, err)
}

// Act finds one act.
func (q Q) Act(ctx context.Context, uid string) (a index.Act, found bool, err error) {
	return q.act(ctx, actColumns+` WHERE uid = $1`, uid)
}

// LockAct is Act, held until the transaction ends: of two who undo it, one does.
func (tx *Tx) LockAct(ctx context.Context, uid string) (a index.Act, found bool, err error) {
	return tx.act(ctx, actColumns+` WHERE uid = $1`+tx.d.forUpdate, uid)
}

func (q Q) act(ctx context.Context, text, uid string) (a index.Act, found bool, err error) {
	list, err := q.acts(ctx, text, uid)
	if err != nil || len(list) == 0 {
		return a, false, wrap("read act", uid, err)
	}
	return list[0], true, nil
}

// ActsOf lists what was done about a name, the newest first.
func (q Q) ActsOf(ctx context.Context, name string, limit int) ([]index.Act, error) {
	list, err := q.acts(ctx, actColumns+` WHERE name = $1 ORDER BY id DESC LIMIT $2`, name, limit)
	return list, wrap("list acts of", name, err)
}

// ActsBefore lists all acts, the newest first, from the one with the key before
// on; 0 begins.
func (q Q) ActsBefore(ctx context.Context, before int64, limit int) ([]index.Act, error) {
	list, err := q.acts(ctx, actColumns+` WHERE ($1 = 0 OR id < $1) ORDER BY id DESC LIMIT $2`, before, limit)
	return list, wrap("list acts before", before, err)
}

func (q Q) acts(ctx context.Context, text string, args ...any) (out []index.Act, err error) {
	err = q.each(ctx, text, args, func(rows *sql.Rows) error {
		var a index.Act
		var effects string
		var at, undone int64
		if err := rows.Scan(&a.ID, &a.UID, &a.Kind, &a.Object, &a.Name, &a.Reason, &effects, &a.Automatic, &a.Silent, &a.Actor, &at, &a.UndoneBy, &undone); err != nil {
			return err
		}
		a.At, a.UndoneAt = fromMicros(at), fromMicros(undone)
		if effects != "{}" {
			if err := json.Unmarshal([]byte(effects), &a.Effects); err != nil {
				return err
			}
		}
		out = append(out, a)
		return nil
	})
	return out, err
}
