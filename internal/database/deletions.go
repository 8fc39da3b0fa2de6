package database

import (
	"context"
	"database/sql"
	"time"

	"strongroom/internal/index"
)

// RecordOwners keeps who owns a project, for whatever reason, beside the flag
// that deletes it or a part of it: they may undo that (SD-18).
func (tx *Tx) RecordOwners(ctx context.Context, flagID, projectID int64) error {
	_, err := tx.exec(ctx, `INSERT INTO flag_owners (flag_id, user_id)
		SELECT DISTINCT CAST($1 AS BIGINT), user_id FROM project_grants WHERE project_id = $2 AND role = 'Owner'`, flagID, projectID)
	return wrap("record owners at flag", flagID, err)
}

// OwnedAt reports whether somebody owned the thing when the flag was set.
func (q Q) OwnedAt(ctx context.Context, flagID, userID int64) (bool, error) {
	var one int
	owned, err := q.one(ctx, `SELECT 1 FROM flag_owners WHERE flag_id = $1 AND user_id = $2`, []any{flagID, userID}, &one)
	return owned, wrap("read owners at flag", flagID, err)
}

// OwnedWithin reports whether somebody owned a project, or a part of it, when it
// was deleted, and that deletion stands.
func (q Q) OwnedWithin(ctx context.Context, projectID, userID int64) (bool, error) {
	var one int
	owned, err := q.one(ctx, `SELECT 1 FROM flag_owners o JOIN flags g ON g.id = o.flag_id AND g.kind = 'deleted' AND g.cleared_at = 0
		WHERE o.user_id = $2 AND (g.level = 'project' AND g.subject_id = $1
		OR g.level = 'release' AND g.subject_id IN (SELECT id FROM releases WHERE project_id = $1)
		OR g.level = 'file' AND g.subject_id IN (SELECT id FROM files WHERE project_id = $1)) LIMIT 1`, []any{projectID, userID}, &one)
	return owned, wrap("read deletions in project", projectID, err)
}

// DeletionsOf lists the deletions that stand on what somebody owned then and that
// owners may undo at a time, the newest first.
func (q Q) DeletionsOf(ctx context.Context, userID int64, now time.Time) (out []StoodFlag, err error) {
	err = q.eachFlag(ctx, ` WHERE kind = 'deleted' AND cleared_at = 0 AND restorable_until > $2 AND id IN (SELECT flag_id FROM flag_owners WHERE user_id = $1)
		ORDER BY id DESC`, []any{userID, micros(now)}, func(f StoodFlag) error {
		out = append(out, f)
		return nil
	})
	return out, wrap("list deletions of user", userID, err)
}

// Extent is how much a project, release or file holds that is there: what goes
// with it when it is deleted (SD-3).
type Extent struct {
	Files, Releases int
	Bytes           int64
	CreatedAt       time.Time // when it came, a file when it was uploaded
}

// ExtentOf counts what is not deleted or withdrawn itself.
func (q Q) ExtentOf(ctx context.Context, level index.Level, id int64) (e Extent, err error) {
	const counted = `SELECT COUNT(f.id), COUNT(DISTINCT f.release_id), CAST(COALESCE(SUM(f.size), 0) AS BIGINT)`
	const live = ` AND f.withdrawn = 0 AND r.withdrawn = 0`
	text := map[index.Level]string{
		index.OnProject: counted + `, (SELECT created_at FROM projects WHERE id = $1) FROM files f JOIN releases r ON r.id = f.release_id WHERE f.project_id = $1` + live,
		index.OnRelease: counted + `, (SELECT created_at FROM releases WHERE id = $1) FROM files f JOIN releases r ON r.id = f.release_id WHERE f.release_id = $1` + live,
		index.OnFile:    counted + `, (SELECT uploaded_at FROM files WHERE id = $1) FROM files f JOIN releases r ON r.id = f.release_id WHERE f.id = $1` + live,
	}[level]
	var created sql.NullInt64
	_, err = q.one(ctx, text, []any{id}, &e.Files, &e.Releases, &e.Bytes, &created)
	e.CreatedAt = fromMicros(created.Int64)
	return e, wrap("count what is in "+string(level), id, err)
}

// DownloadsSince adds up the downloads of a project, release or file since a day
// that began before the time.
func (q Q) DownloadsSince(ctx context.Context, level index.Level, id int64, since time.Time) (n int64, err error) {
	const sum = `SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM `
	text := map[index.Level]string{
		index.OnProject: sum + `project_downloads WHERE project_id = $1 AND day >= $2`,
		index.OnRelease: sum + `downloads WHERE file_id IN (SELECT id FROM files WHERE release_id = $1) AND day >= $2`,
		index.OnFile:    sum + `downloads WHERE file_id = $1 AND day >= $2`,
	}[level]
	_, err = q.one(ctx, text, []any{id, since.Unix() / 86400}, &n)
	return n, wrap("add up downloads of "+string(level), id, err)
}

// HeldWithin names what administrators withdrew inside of a project or release
// that is not withdrawn itself: a version or a filename; "" for nothing.
func (q Q) HeldWithin(ctx context.Context, level index.Level, id int64) (what string, err error) {
	column := map[index.Level]string{index.OnProject: "project_id", index.OnRelease: "release_id"}[level]
	if column == "" {
		return "", nil
	}
	const held = `f.withdrawn = 1 AND EXISTS (SELECT 1 FROM flags g WHERE g.level = 'file' AND g.subject_id = f.id AND g.cleared_at = 0 AND g.kind IN ('quarantined', 'removed'))`
	text := `SELECT f.filename FROM files f WHERE f.` + column + ` = $1 AND ` + held
	if level == index.OnProject {
		text += ` UNION ALL SELECT r.version FROM releases r WHERE r.project_id = $1 AND r.withdrawn = 1
			AND EXISTS (SELECT 1 FROM flags g WHERE g.level = 'release' AND g.subject_id = r.id AND g.cleared_at = 0 AND g.kind IN ('quarantined', 'removed'))`
	}
	_, err = q.one(ctx, text+` LIMIT 1`, []any{id}, &what)
	return what, wrap("look for what is held in "+string(level), id, err)
}

// SetOpenUntil lets a release take files until a time though it is old (SD-14).
func (tx *Tx) SetOpenUntil(ctx context.Context, releaseID int64, until time.Time) error {
	_, err := tx.exec(ctx, `UPDATE releases SET open_until = $2 WHERE id = $1`, releaseID, micros(until))
	return wrap("open release", releaseID, err)
}
