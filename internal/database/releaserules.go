package database

import (
	"context"
	"database/sql"
	"encoding/json"

	"strongroom/internal/index"
)

const ruleColumns = `SELECT id, project_id, kind, specifier, category, reason, url, successors, starts_at, later, set_by, set_at FROM release_rules`

// ReleaseRules lists the rules of a project that were not ended, in the order in
// which they were made (ST-9).
func (q Q) ReleaseRules(ctx context.Context, projectID int64) ([]index.ReleaseRule, error) {
	return q.releaseRules(ctx, ` WHERE project_id = $1 AND cleared_at = 0 ORDER BY id`, projectID)
}

// ReleaseRule finds a rule that was not ended.
func (q Q) ReleaseRule(ctx context.Context, id int64) (r index.ReleaseRule, found bool, err error) {
	rules, err := q.releaseRules(ctx, ` WHERE id = $1 AND cleared_at = 0`, id)
	if err != nil || len(rules) == 0 {
		return r, false, err
	}
	return rules[0], true, nil
}

func (q Q) releaseRules(ctx context.Context, where string, id int64) (out []index.ReleaseRule, err error) {
	err = q.each(ctx, ruleColumns+where, []any{id}, func(rows *sql.Rows) error {
		var r index.ReleaseRule
		var successors string
		var from, set int64
		if err := rows.Scan(&r.ID, &r.ProjectID, &r.Kind, &r.Specifier, &r.Category, &r.Reason, &r.URL, &successors, &from, &r.Later, &r.SetBy, &set); err != nil {
			return err
		}
		r.From, r.SetAt = fromMicros(from), fromMicros(set)
		out = append(out, r)
		return json.Unmarshal([]byte(successors), &out[len(out)-1].Successors)
	})
	return out, wrap("list release rules", id, err)
}

// InsertReleaseRule adds a rule and returns its key.
func (tx *Tx) InsertReleaseRule(ctx context.Context, r index.ReleaseRule) (id int64, err error) {
	successors, err := json.Marshal(append([]string{}, r.Successors...))
	if err != nil {
		return 0, err
	}
	_, err = tx.one(ctx, `INSERT INTO release_rules (project_id, kind, specifier, category, reason, url, successors, starts_at, later, set_by, set_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
		[]any{r.ProjectID, r.Kind, r.Specifier, r.Category, r.Reason, r.URL, string(successors), micros(r.From), boolInt(r.Later), r.SetBy, micros(r.SetAt)}, &id)
	return id, wrap("insert release rule", r.Specifier, err)
}

// EndReleaseRule ends a rule; the flags it set are another matter.
func (tx *Tx) EndReleaseRule(ctx context.Context, id int64, by string, at int64) error {
	_, err := tx.exec(ctx, `UPDATE release_rules SET cleared_by = $2, cleared_at = $3 WHERE id = $1 AND cleared_at = 0`, id, by, at)
	return wrap("end release rule", id, err)
}

// FlagsOfRule lists the flags that a rule set and that still stand.
func (q Q) FlagsOfRule(ctx context.Context, ruleID int64) (out []StoodFlag, err error) {
	err = q.eachFlag(ctx, ` WHERE rule_id = $1 AND cleared_at = 0 ORDER BY id`, []any{ruleID}, func(f StoodFlag) error {
		out = append(out, f)
		return nil
	})
	return out, wrap("list flags of rule", ruleID, err)
}
