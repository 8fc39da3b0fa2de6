package database

import (
	"context"
	"database/sql"
	"time"

	"strongroom/internal/index"
)

// Stored is a file whose bytes are there.
type Stored struct {
	ID                     int64
	Filename               string
	SHA256, MetadataSHA256 string
	Size                   int64
}

// StoredIn lists the files of a project or release, or the file itself, whose
// bytes were not purged, by filename.
func (q Q) StoredIn(ctx context.Context, level index.Level, id int64) (out []Stored, err error) {
	column := map[index.Level]string{index.OnProject: "project_id", index.OnRelease: "release_id", index.OnFile: "id"}[level]
	err = q.each(ctx, `SELECT id, filename, sha256, metadata_sha256, size FROM files WHERE `+column+` = $1 AND purged_at = 0 ORDER BY filename`,
		[]any{id}, func(rows *sql.Rows) error {
			var f Stored
			err := rows.Scan(&f.ID, &f.Filename, &f.SHA256, &f.MetadataSHA256, &f.Size)
			out = append(out, f)
			return err
		})
	return out, wrap("list stored files of "+string(level), id, err)
}

// SetPurged records that the bytes of a file are gone for good; the zero time
// takes it back, when they were stored again (SD-10, SD-21).
func (tx *Tx) SetPurged(ctx context.Context, fileID int64, at time.Time, category string) error {
	_, err := tx.exec(ctx, `UPDATE files SET purged_at = $2, purge_category = $3 WHERE id = $1`, fileID, micros(at), category)
	return wrap("purge file", fileID, err)
}

// PurgedFile is a tombstone that stands in the way of a restore (SD-20).
type PurgedFile struct {
	Filename, Category string
	At                 time.Time
}

// PurgedIn lists the purged files that would be there again if the project,
// release or file were restored: not those that were deleted by themselves.
func (q Q) PurgedIn(ctx context.Context, level index.Level, id int64) (out []PurgedFile, err error) {
	where := map[index.Level]string{
		index.OnProject: `f.project_id = $1 AND f.withdrawn = 0 AND r.withdrawn = 0`,
		index.OnRelease: `f.release_id = $1 AND f.withdrawn = 0`,
		index.OnFile:    `f.id = $1`,
	}[level]
	err = q.each(ctx, `SELECT f.filename, f.purge_category, f.purged_at FROM files f JOIN releases r ON r.id = f.release_id
		WHERE f.purged_at <> 0 AND `+where+` ORDER BY f.filename`, []any{id}, func(rows *sql.Rows) error {
		var f PurgedFile
		var at int64
		err := rows.Scan(&f.Filename, &f.Category, &at)
		f.At = fromMicros(at)
		out = append(out, f)
		return err
	})
	return out, wrap("list purged files of "+string(level), id, err)
}

// DeletionsDue lists the deletions by owners and by closed accounts that are
// older than a time, that nobody but administrators can undo any more, and that
// have bytes left, in the order of their keys after one (SD-22).
func (q Q) DeletionsDue(ctx context.Context, now time.Time, after time.Duration, last int64, n int) (out []StoodFlag, err error) {
	err = q.eachFlag(ctx, ` WHERE kind = 'deleted' AND cleared_at = 0 AND set_at < $1 AND restorable_until <= $2 AND id > $3 AND category IN ('owner', 'account')
		AND EXISTS (SELECT 1 FROM files f WHERE f.purged_at = 0
		AND (level = 'project' AND f.project_id = subject_id OR level = 'release' AND f.release_id = subject_id OR level = 'file' AND f.id = subject_id))
		ORDER BY id LIMIT $4`, []any{micros(now.Add(-after)), micros(now), last, n}, func(f StoodFlag) error {
		out = append(out, f)
		return nil
	})
	return out, wrap("list deletions due at", now, err)
}
