package database

import (
	"context"
	"database/sql"

	"strongroom/internal/index"
)

const fileColumns = `SELECT f.id, f.release_id, f.project_id, f.filename, f.packagetype, f.python_version, f.size, f.sha256,
	f.blake2b_256, f.md5, f.metadata_sha256, f.metadata_size, f.requires_python, f.comment_text, f.standing, f.uploaded_at, f.uploaded_by, f.purged_at, f.purge_category`

func fileDest(f *index.File, standing *string, uploaded, purged *int64) []any {
	return []any{
		&f.ID, &f.ReleaseID, &f.ProjectID, &f.Filename, &f.Packagetype, &f.PythonVersion, &f.Size, &f.SHA256,
		&f.BLAKE2b256, &f.MD5, &f.MetadataSHA256, &f.MetadataSize, &f.RequiresPython, &f.Comment, standing, uploaded, &f.UploadedBy, purged, &f.PurgeCategory,
	}
}

// InsertFile adds a file and returns its key. A filename that exists gives an
// error for which IsUnique holds; ClaimFilename settles races before.
func (tx *Tx) InsertFile(ctx context.Context, f index.File) (int64, error) {
	var id int64
	_, err := tx.one(ctx, `INSERT INTO files (release_id, project_id, filename, packagetype, python_version, size, sha256,
		blake2b_256, md5, metadata_sha256, metadata_size, requires_python, comment_text, uploaded_at, uploaded_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id`,
		[]any{
			f.ReleaseID, f.ProjectID, f.Filename, f.Packagetype, f.PythonVersion, f.Size, f.SHA256,
			f.BLAKE2b256, f.MD5, f.MetadataSHA256, f.MetadataSize, f.RequiresPython, f.Comment, micros(f.UploadedAt), f.UploadedBy,
		}, &id)
	return id, wrap("insert file", f.Filename, err)
}

// FileByName finds a file by its exact filename, whatever its standing.
func (q Q) FileByName(ctx context.Context, filename string) (f index.File, found bool, err error) {
	var standing string
	var uploaded, purged int64
	found, err = q.one(ctx, fileColumns+` FROM files f WHERE f.filename = $1`, []any{filename}, fileDest(&f, &standing, &uploaded, &purged)...)
	if err != nil || !found {
		return f, false, wrap("read file", filename, err)
	}
	f.UploadedAt, f.PurgedAt = fromMicros(uploaded), fromMicros(purged)
	f.Standing, err = index.ParseStanding(standing)
	return f, true, err
}

// FileInPlace is a file with the standing of its release and project.
type FileInPlace struct {
	index.File
	Project         string // normalised name
	Version         string
	ReleaseStanding index.Standing
	ProjectStanding index.Standing
}

// Status adds up the three levels. Bytes that are gone are never offered, and
// what had to go by law is answered so (SD-21).
func (f FileInPlace) Status() index.Status {
	st := index.StatusOf(
		index.At{Level: index.OnProject, Standing: f.ProjectStanding},
		index.At{Level: index.OnRelease, Standing: f.ReleaseStanding},
		index.At{Level: index.OnFile, Standing: f.Standing})
	if f.PurgedAt.IsZero() {
		return st
	}
	st.Offered = false
	if st.File == "" {
		st.File = index.CodeFileDeleted
	}
	if f.PurgeCategory == "legal" {
		st.File = index.CodeFileLegal
	}
	return st
}

const placedColumns = fileColumns + `, p.name, r.version, r.standing, p.standing FROM files f
	JOIN releases r ON r.id = f.release_id JOIN projects p ON p.id = f.project_id`

// PlacedFile finds a file by its exact filename with what its parents say.
func (q Q) PlacedFile(ctx context.Context, filename string) (f FileInPlace, found bool, err error) {
	err = q.each(ctx, placedColumns+` WHERE f.filename = $1`, []any{filename}, func(rows *sql.Rows) error {
		found = true
		return scanPlaced(rows, &f)
	})
	return f, found, wrap("read file", filename, err)
}

// ProjectFiles lists all files of a project with their parents' standing, in
// no order; live leaves out what own or release flags withdraw.
func (q Q) ProjectFiles(ctx context.Context, projectID int64, live bool) ([]FileInPlace, error) {
	text := placedColumns + ` WHERE f.project_id = $1`
	if live {
		text += ` AND f.withdrawn = 0 AND r.withdrawn = 0`
	}
	var out []FileInPlace
	err := q.each(ctx, text, []any{projectID}, func(rows *sql.Rows) error {
		out = append(out, FileInPlace{})
		return scanPlaced(rows, &out[len(out)-1])
	})
	return out, wrap("list files of project", projectID, err)
}

func scanPlaced(rows *sql.Rows, f *FileInPlace) (err error) {
	var standing, release, project string
	var uploaded, purged int64
	dest := append(fileDest(&f.File, &standing, &uploaded, &purged), &f.Project, &f.Version, &release, &project)
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	f.UploadedAt, f.PurgedAt = fromMicros(uploaded), fromMicros(purged)
	if f.Standing, err = index.ParseStanding(standing); err != nil {
		return err
	}
	if f.ReleaseStanding, err = index.ParseStanding(release); err != nil {
		return err
	}
	f.ProjectStanding, err = index.ParseStanding(project)
	return err
}

// SdistOf finds the filename of a release's source distribution.
func (q Q) SdistOf(ctx context.Context, releaseID int64) (filename string, found bool, err error) {
	found, err = q.one(ctx, `SELECT filename FROM files WHERE release_id = $1 AND packagetype = 'sdist' LIMIT 1`, []any{releaseID}, &filename)
	return filename, found, err
}

// Claim is a row of the filename registry: a filename that ever stood for a
// file (SD-9).
type Claim struct {
	Identity, Filename, Name, SHA256 string
	Size                             int64
}

// ClaimOf finds the claim on a filename's identity.
func (q Q) ClaimOf(ctx context.Context, identity string) (c Claim, found bool, err error) {
	found, err = q.one(ctx, `SELECT identity, filename, name, sha256, size FROM filename_registry WHERE identity = $1`,
		[]any{identity}, &c.Identity, &c.Filename, &c.Name, &c.SHA256, &c.Size)
	return c, found, wrap("read claim", identity, err)
}

// ClaimFilename burns the filename for these bytes, and reports false when it
// was claimed before: the unique row decides a race (P5).
func (tx *Tx) ClaimFilename(ctx context.Context, c Claim, at int64) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO filename_registry (identity, filename, name, sha256, size, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		c.Identity, c.Filename, c.Name, c.SHA256, c.Size, at)
	return n == 1, wrap("claim filename", c.Filename, err)
}
