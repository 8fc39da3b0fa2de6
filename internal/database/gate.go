package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"strongroom/internal/index"
)

// GateRulesVersion is the key of the setting that changes with every change of
// a gate rule, so that rules can be remembered.
const GateRulesVersion = "gate-rules"

// GateRules lists every rule of the gate by kind and pattern.
func (q Q) GateRules(ctx context.Context) ([]index.GateRule, error) {
	var out []index.GateRule
	err := q.each(ctx, `SELECT id, kind, pattern, action, reason, set_by, set_at FROM gate_rules ORDER BY kind, pattern`, nil, func(rows *sql.Rows) error {
		var r index.GateRule
		var at int64
		err := rows.Scan(&r.ID, &r.Kind, &r.Pattern, &r.Action, &r.Reason, &r.SetBy, &at)
		r.SetAt = fromMicros(at)
		out = append(out, r)
		return err
	})
	return out, wrap("list", "gate rules", err)
}

// PutGateRule adds a rule, or replaces what was said of the same pattern.
func (tx *Tx) PutGateRule(ctx context.Context, r index.GateRule) error {
	_, err := tx.exec(ctx, `INSERT INTO gate_rules (kind, pattern, action, reason, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (kind, pattern) DO UPDATE SET action = excluded.action, reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at`,
		r.Kind, r.Pattern, r.Action, r.Reason, r.SetBy, micros(r.SetAt))
	return wrap("put gate rule", r.Pattern, err)
}

// TouchGateRules says that rules changed. Every transaction that puts or
// removes one must call it.
func (tx *Tx) TouchGateRules(ctx context.Context, version string) error {
	return tx.PutSetting(ctx, GateRulesVersion, version)
}

// RemoveGateRule removes a rule and reports whether it was there.
func (tx *Tx) RemoveGateRule(ctx context.Context, kind index.GateRuleKind, pattern string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM gate_rules WHERE kind = $1 AND pattern = $2`, kind, pattern)
	return n == 1, wrap("remove gate rule", pattern, err)
}

// InsertFileReport keeps what the gate found in a new file.
func (tx *Tx) InsertFileReport(ctx context.Context, fileID int64, r index.FileReport) error {
	warnings, err := json.Marshal(r.Warnings)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO file_reports (file_id, warnings, platform) VALUES ($1, $2, $3)`, fileID, string(warnings), r.Platform)
	return wrap("insert report of file", fileID, err)
}

// FileReport reads what the gate found in a file; a file without anything to
// report has the zero report.
func (q Q) FileReport(ctx context.Context, fileID int64) (r index.FileReport, err error) {
	var warnings string
	found, err := q.one(ctx, `SELECT warnings, platform FROM file_reports WHERE file_id = $1`, []any{fileID}, &warnings, &r.Platform)
	if err != nil || !found {
		return r, wrap("read report of file", fileID, err)
	}
	return r, wrap("read report of file", fileID, json.Unmarshal([]byte(warnings), &r.Warnings))
}

// ReleaseWarning is what the gate found in one file of a release.
type ReleaseWarning struct {
	Filename string
	Warnings []string
}

// ReleaseWarnings lists the files of a release that were accepted with
// warnings, by name.
func (q Q) ReleaseWarnings(ctx context.Context, releaseID int64) ([]ReleaseWarning, error) {
	var out []ReleaseWarning
	err := q.each(ctx, `SELECT f.filename, r.warnings FROM files f JOIN file_reports r ON r.file_id = f.id
		WHERE f.release_id = $1 AND r.warnings <> '[]' ORDER BY f.filename`, []any{releaseID}, func(rows *sql.Rows) error {
		var w ReleaseWarning
		var text string
		if err := rows.Scan(&w.Filename, &text); err != nil {
			return err
		}
		out = append(out, w)
		return json.Unmarshal([]byte(text), &out[len(out)-1].Warnings)
	})
	return out, wrap("read warnings of release", releaseID, err)
}

// WarnedBefore reports whether a file of the release that was accepted with
// warnings is from before a time.
func (q Q) WarnedBefore(ctx context.Context, releaseID int64, before time.Time) (bool, error) {
	var one int
	found, err := q.one(ctx, `SELECT 1 FROM files f JOIN file_reports r ON r.file_id = f.id
		WHERE f.release_id = $1 AND r.warnings <> '[]' AND f.uploaded_at < $2 LIMIT 1`, []any{releaseID, micros(before)}, &one)
	return found, wrap("look for earlier warnings of release", releaseID, err)
}

// FileReportsOf reads what the gate found in the files of a project, by file;
// files without anything to report are missing.
func (q Q) FileReportsOf(ctx context.Context, projectID int64) (map[int64]index.FileReport, error) {
	out := map[int64]index.FileReport{}
	err := q.each(ctx, `SELECT r.file_id, r.warnings, r.platform FROM file_reports r JOIN files f ON f.id = r.file_id WHERE f.project_id = $1`, []any{projectID},
		func(rows *sql.Rows) error {
			var id int64
			var r index.FileReport
			var warnings string
			if err := rows.Scan(&id, &warnings, &r.Platform); err != nil {
				return err
			}
			err := json.Unmarshal([]byte(warnings), &r.Warnings)
			out[id] = r
			return err
		})
	return out, wrap("read reports of project", projectID, err)
}

// GateRule finds the rule of a pattern, without its ID.
func (q Q) GateRule(ctx context.Context, kind index.GateRuleKind, pattern string) (r index.GateRule, found bool, err error) {
	var at int64
	r = index.GateRule{Kind: kind, Pattern: pattern}
	found, err = q.one(ctx, `SELECT action, reason, set_by, set_at FROM gate_rules WHERE kind = $1 AND pattern = $2`, []any{kind, pattern},
		&r.Action, &r.Reason, &r.SetBy, &at)
	r.SetAt = fromMicros(at)
	return r, found, wrap("read gate rule", pattern, err)
}

// HashesOf lists the SHA-256 of all files of a project, release or file, those
// that are withdrawn too.
func (q Q) HashesOf(ctx context.Context, level index.Level, id int64) ([]string, error) {
	where := map[index.Level]string{index.OnProject: "project_id", index.OnRelease: "release_id", index.OnFile: "id"}[level]
	hashes, err := q.texts(ctx, `SELECT DISTINCT sha256 FROM files WHERE `+where+` = $1 ORDER BY sha256`, id)
	return hashes, wrap("list hashes of "+string(level), id, err)
}

// MalwareActs lists the acts whose flags stand as removals of malware on files of
// these bytes, on their releases or on their projects.
func (q Q) MalwareActs(ctx context.Context, sha256 string) ([]string, error) {
	acts, err := q.texts(ctx, `SELECT DISTINCT act FROM flags WHERE kind = 'removed' AND category = 'malware' AND cleared_at = 0 AND act <> '' AND (
		level = 'file' AND subject_id IN (SELECT id FROM files WHERE sha256 = $1)
		OR level = 'release' AND subject_id IN (SELECT release_id FROM files WHERE sha256 = $1)
		OR level = 'project' AND subject_id IN (SELECT project_id FROM files WHERE sha256 = $1)) ORDER BY act`, sha256)
	return acts, wrap("list removals of", sha256, err)
}

// TakedownActs lists the acts whose flags stand as quarantines or removals on
// projects in which a user has a role, or on what is in them.
func (q Q) TakedownActs(ctx context.Context, userID int64) ([]string, error) {
	acts, err := q.texts(ctx, `WITH mine AS (SELECT project_id FROM project_grants WHERE user_id = $1)
		SELECT DISTINCT act FROM flags WHERE kind IN ('quarantined', 'removed') AND cleared_at = 0 AND act <> '' AND (
		level = 'project' AND subject_id IN (SELECT project_id FROM mine)
		OR level = 'release' AND subject_id IN (SELECT id FROM releases WHERE project_id IN (SELECT project_id FROM mine))
		OR level = 'file' AND subject_id IN (SELECT id FROM files WHERE project_id IN (SELECT project_id FROM mine))) ORDER BY act`, userID)
	return acts, wrap("list takedowns that concern user", userID, err)
}
