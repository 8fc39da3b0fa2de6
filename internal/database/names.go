package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"strongroom/internal/index"
)

const nameColumns = `SELECT name, look_alike, state, project_id, had_files, held_until, note, identities, created_at, message, successors FROM names`

// Name finds a row of the name registry.
func (q Q) Name(ctx context.Context, normalized string) (index.Name, bool, error) {
	return q.name(ctx, nameColumns+` WHERE name = $1`, normalized)
}

// LockName finds a row of the name registry and holds it until the
// transaction ends. All changes of what a name holds take this lock first.
func (tx *Tx) LockName(ctx context.Context, normalized string) (index.Name, bool, error) {
	return tx.name(ctx, nameColumns+` WHERE name = $1`+tx.d.forUpdate, normalized)
}

// HoldName takes the lock of LockName without reading the row. On SQLite the
// one writer holds every name already.
func (tx *Tx) HoldName(ctx context.Context, normalized string) error {
	if tx.d.forUpdate == "" {
		return nil
	}
	_, _, err := tx.LockName(ctx, normalized)
	return err
}

func (q Q) name(ctx context.Context, text, normalized string) (index.Name, bool, error) {
	var n index.Name
	var held, created int64
	successors := "[]"
	found, err := q.one(ctx, text, []any{normalized},
		&n.Name, &n.LookAlike, &n.State, &n.ProjectID, &n.HadFiles, &held, &n.Note, &n.Identity, &created, &n.Message, &successors)
	if err != nil {
		return n, false, wrap("read name", normalized, err)
	}
	n.HeldUntil, n.CreatedAt = fromMicros(held), fromMicros(created)
	n.Successors, err = parseTexts(successors)
	return n, found, wrap("read name", normalized, err)
}

// LookAlikes lists the names with this look-alike form (N-05) that a project
// holds or held. Those of private projects are left out: their likeness would
// tell them.
func (q Q) LookAlikes(ctx context.Context, form string) ([]string, error) {
	return q.texts(ctx, `SELECT name FROM names WHERE look_alike = $1 AND identities > 0
		AND NOT EXISTS (SELECT 1 FROM projects p WHERE p.private = 1 AND p.name = names.name AND names.project_id IN (p.id, 0)) ORDER BY name`, form)
}

// HoldLookAlike makes other transactions that register a name of the same
// look-alike form (N-05) wait for this one. SQLite has one writer anyway.
func (tx *Tx) HoldLookAlike(ctx context.Context, form string) error {
	if tx.d.lock == "" {
		return nil
	}
	_, err := tx.exec(ctx, tx.d.lock, "look-alike:"+form)
	return wrap("hold look-alikes of", form, err)
}

// ClaimName adds the name to the registry unless it is there, and reports
// whether this call added it. A concurrent claim waits for this transaction.
func (tx *Tx) ClaimName(ctx context.Context, n index.Name) (bool, error) {
	added, err := tx.exec(ctx, `INSERT INTO names (name, look_alike, state, note, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		n.Name, n.LookAlike, n.State, n.Note, micros(n.CreatedAt))
	return added == 1, wrap("claim name", n.Name, err)
}

// UpdateName writes the changeable columns of a registry row.
func (tx *Tx) UpdateName(ctx context.Context, n index.Name) error {
	successors, err := json.Marshal(append([]string{}, n.Successors...))
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE names SET state = $2, project_id = $3, had_files = $4, held_until = $5, note = $6, identities = $7,
		message = $8, successors = $9 WHERE name = $1`,
		n.Name, n.State, n.ProjectID, boolInt(n.HadFiles), micros(n.HeldUntil), n.Note, n.Identity, n.Message, string(successors))
	return wrap("update name", n.Name, err)
}

// NamesInState lists the registry's names in one state, sorted.
func (q Q) NamesInState(ctx context.Context, state index.NameState) ([]string, error) {
	return q.texts(ctx, `SELECT name FROM names WHERE state = $1 ORDER BY name`, state)
}

// NamesDeletedBefore lists the names of projects that were deleted before a time
// and hold their names still, sorted.
func (q Q) NamesDeletedBefore(ctx context.Context, before time.Time) ([]string, error) {
	return q.texts(ctx, `SELECT n.name FROM names n JOIN flags g ON g.level = 'project' AND g.subject_id = n.project_id AND g.kind = 'deleted' AND g.cleared_at = 0
		WHERE n.state = 'deleted' AND g.set_at < $1 ORDER BY n.name`, micros(before))
}

// HeldNames lists the names that a project holds, withdrawn ones too, sorted.
func (q Q) HeldNames(ctx context.Context) ([]string, error) {
	return q.texts(ctx, `SELECT name FROM names WHERE project_id <> 0 ORDER BY name`)
}

// parseTexts reads a list as columns keep it; none is nil.
func parseTexts(text string) (list []string, err error) {
	if text == "[]" {
		return nil, nil
	}
	return list, json.Unmarshal([]byte(text), &list)
}

func (q Q) texts(ctx context.Context, text string, args ...any) ([]string, error) {
	var out []string
	err := q.each(ctx, text, args, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}
