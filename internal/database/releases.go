package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
)

const releaseColumns = `SELECT r.id, r.project_id, r.version, r.canonical, r.prerelease, r.standing, r.created_at, r.open_until FROM releases r`

// Release finds a release by its canonical version, whatever its standing. Its
// Metadata is not read; see ReleaseMetadata.
func (q Q) Release(ctx context.Context, projectID int64, canonical string) (r index.Release, found bool, err error) {
	err = q.each(ctx, releaseColumns+` WHERE r.project_id = $1 AND r.canonical = $2`, []any{projectID, canonical}, func(rows *sql.Rows) error {
		found = true
		return scanRelease(rows, &r)
	})
	return r, found, wrap("read release", canonical, err)
}

// Releases lists all releases of a project, withdrawn ones too, without
// Metadata and in no order.
func (q Q) Releases(ctx context.Context, projectID int64) ([]index.Release, error) {
	var out []index.Release
	err := q.each(ctx, releaseColumns+` WHERE r.project_id = $1`, []any{projectID}, func(rows *sql.Rows) error {
		var r index.Release
		err := scanRelease(rows, &r)
		out = append(out, r)
		return err
	})
	return out, err
}

// WithdrawnReleases lists the releases of a project whose own flags withdraw
// them, without Metadata and in no order.
func (q Q) WithdrawnReleases(ctx context.Context, projectID int64) ([]index.Release, error) {
	var out []index.Release
	err := q.each(ctx, releaseColumns+` WHERE r.project_id = $1 AND r.withdrawn = 1`, []any{projectID}, func(rows *sql.Rows) error {
		out = append(out, index.Release{})
		return scanRelease(rows, &out[len(out)-1])
	})
	return out, wrap("list withdrawn releases of project", projectID, err)
}

func scanRelease(rows *sql.Rows, r *index.Release) error {
	var standing string
	var created, open int64
	if err := rows.Scan(&r.ID, &r.ProjectID, &r.Version, &r.Canonical, &r.Prerelease, &standing, &created, &open); err != nil {
		return err
	}
	r.CreatedAt, r.OpenUntil = fromMicros(created), fromMicros(open)
	var err error
	r.Standing, err = index.ParseStanding(standing)
	return err
}

// ReleaseMetadata reads the metadata of one release.
func (q Q) ReleaseMetadata(ctx context.Context, releaseID int64) (coremeta.Metadata, error) {
	var text string
	var m coremeta.Metadata
	found, err := q.one(ctx, `SELECT metadata FROM release_metadata WHERE release_id = $1`, []any{releaseID}, &text)
	if err != nil || !found {
		return m, wrap("read metadata of release", releaseID, err)
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return m, fmt.Errorf("metadata of release %d: %w", releaseID, err)
	}
	return m, nil
}

// InsertRelease adds a release with its metadata and returns its key.
func (tx *Tx) InsertRelease(ctx context.Context, r index.Release) (int64, error) {
	var id int64
	_, err := tx.one(ctx, `INSERT INTO releases (project_id, version, canonical, prerelease, summary, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		[]any{r.ProjectID, r.Version, r.Canonical, boolInt(r.Prerelease), r.Metadata.Summary, micros(r.CreatedAt)}, &id)
	if err != nil {
		return 0, wrap("insert release", r.Version, err)
	}
	text, err := json.Marshal(r.Metadata)
	if err != nil {
		return 0, wrap("encode metadata of", r.Version, err)
	}
	_, err = tx.exec(ctx, `INSERT INTO release_metadata (release_id, metadata) VALUES ($1, $2)`, id, string(text))
	return id, wrap("insert metadata of", r.Version, err)
}

// BurnVersion records that the version existed under the name (SD-12). The
// first project to use it stays on record.
func (tx *Tx) BurnVersion(ctx context.Context, name string, r index.Release) error {
	_, err := tx.exec(ctx, `INSERT INTO version_registry (name, canonical, project_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		name, r.Canonical, r.ProjectID, micros(r.CreatedAt))
	return wrap("burn version", r.Canonical, err)
}

// VersionBurned reports whether the version ever had a file under the name,
// and which project had it.
func (q Q) VersionBurned(ctx context.Context, name, canonical string) (projectID int64, burned bool, err error) {
	burned, err = q.one(ctx, `SELECT project_id FROM version_registry WHERE name = $1 AND canonical = $2`, []any{name, canonical}, &projectID)
	return projectID, burned, err
}

// RecentRelease is a row of the feed of new releases.
type RecentRelease struct {
	Project string // display name
	Name    string // normalised
	Version string
	Summary string
	At      int64 // microseconds
}

// offers holds for a release r that people can see: it is not withdrawn, and
// neither are all of its files. One without files has no page. It is written so
// that PostgreSQL asks it of one release after the other, and not of all files.
const offers = `r.withdrawn = 0 AND (SELECT f.id FROM files f WHERE f.release_id = r.id AND f.withdrawn = 0 LIMIT 1) IS NOT NULL`

// RecentReleases lists live releases of live projects, the newest first: of all
// public ones, or of the one that name names, which may be private.
func (q Q) RecentReleases(ctx context.Context, name string, n int) ([]RecentRelease, error) {
	where, args := ` AND p.private = 0`, []any{n}
	if name != "" {
		where, args = ` AND p.name = $2`, append(args, name)
	}
	var out []RecentRelease
	err := q.each(ctx, `SELECT p.display_name, p.name, r.version, r.summary, r.created_at FROM releases r
		JOIN projects p ON p.id = r.project_id WHERE `+offers+` AND p.withdrawn = 0`+where+`
		ORDER BY r.created_at DESC, r.id DESC LIMIT $1`, args, func(rows *sql.Rows) error {
		var r RecentRelease
		err := rows.Scan(&r.Project, &r.Name, &r.Version, &r.Summary, &r.At)
		out = append(out, r)
		return err
	})
	return out, err
}
