package database

import (
	"context"
	"database/sql"
	"strings"

	"strongroom/internal/index"
)

// Fault is something the rows say that cannot be true.
type Fault struct {
	Kind    string // a stable name, such as "project-size"
	Subject string // for people: a filename, a project with a version …
	Detail  string // what is wrong, and how it should be

	// Where the fault is, for a kind that can be repaired.
	Project string // normalised name
	Level   index.Level
	ID      int64
}

// The kinds of fault that derived columns have; RecountProject and
// SettleWithdrawn repair them.
const (
	FaultSize      = "project-size"
	FaultWithdrawn = "withdrawn"
)

// rule is one query that finds faults: it selects what the fault is about and
// what is wrong with it.
type rule struct{ kind, text string }

// rules hold between the tables whatever uploads did, and wherever a crash
// interrupted them.
func rules() []rule {
	return []rule{
		{"file-without-blob", `SELECT f.filename, 'no blob is registered for its bytes, ' || f.sha256 FROM files f
			LEFT JOIN blobs b ON b.sha256 = f.sha256 AND b.condemned_at = 0 WHERE b.sha256 IS NULL AND f.purged_at = 0`},
		{"file-without-blob", `SELECT f.filename, 'no blob is registered for its metadata, ' || f.metadata_sha256 FROM files f
			LEFT JOIN blobs b ON b.sha256 = f.metadata_sha256 AND b.condemned_at = 0 WHERE f.metadata_sha256 <> '' AND b.sha256 IS NULL AND f.purged_at = 0`},
		{"purged-offered", `SELECT f.filename, 'its bytes were purged, but neither it nor what it is part of is withdrawn' FROM files f
			JOIN releases r ON r.id = f.release_id JOIN projects p ON p.id = f.project_id
			WHERE f.purged_at <> 0 AND f.withdrawn = 0 AND r.withdrawn = 0 AND p.withdrawn = 0`},
		{"blob-size", `SELECT f.filename, 'the file has ' || f.size || ' bytes, its blob ' || b.size FROM files f
			JOIN blobs b ON b.sha256 = f.sha256 WHERE b.size <> f.size`},
		{"blob-size", `SELECT f.filename, 'the metadata have ' || f.metadata_size || ' bytes, their blob ' || b.size FROM files f
			JOIN blobs b ON b.sha256 = f.metadata_sha256 WHERE b.size <> f.metadata_size`},
		{"file-unclaimed", `SELECT f.filename, 'the filename registry does not have it with these bytes and this project' FROM files f
			JOIN projects p ON p.id = f.project_id LEFT JOIN filename_registry c ON c.filename = f.filename
			AND c.sha256 = f.sha256 AND c.size = f.size AND c.name = p.name WHERE c.filename IS NULL`},
		{"file-misplaced", `SELECT f.filename, 'its release belongs to another project' FROM files f
			JOIN releases r ON r.id = f.release_id WHERE r.project_id <> f.project_id`},
		{"release-without-metadata", `SELECT p.name || ' ' || r.version, 'its metadata are missing' FROM releases r
			JOIN projects p ON p.id = r.project_id LEFT JOIN release_metadata m ON m.release_id = r.id WHERE m.release_id IS NULL`},
		{"version-unclaimed", `SELECT p.name || ' ' || r.version, 'the version registry does not have it' FROM releases r
			JOIN projects p ON p.id = r.project_id LEFT JOIN version_registry v ON v.name = p.name AND v.canonical = r.canonical WHERE v.name IS NULL`},
		{"name-holder", `SELECT n.name, 'the name registry gives it to project ' || n.project_id || ', which is of another name or none' FROM names n
			LEFT JOIN projects p ON p.id = n.project_id AND p.name = n.name WHERE n.project_id <> 0 AND p.id IS NULL`},
		{"name-identities", `SELECT n.name, 'the name registry counts ' || n.identities || ' projects of this name, there are ' || COUNT(p.id) FROM names n
			LEFT JOIN projects p ON p.name = n.name GROUP BY n.name, n.identities HAVING COUNT(p.id) <> n.identities`},
		{"name-had-files", `SELECT n.name, 'the name registry says that it never had files' FROM names n
			WHERE n.had_files = 0 AND EXISTS (SELECT 1 FROM projects p JOIN files f ON f.project_id = p.id WHERE p.name = n.name)`},
		{"project-serial", `SELECT p.name, 'its last serial is ' || p.last_serial || ', the newest of its journal ' || COALESCE(MAX(j.serial), 0) FROM projects p
			JOIN names n ON n.project_id = p.id LEFT JOIN journal j ON j.name = p.name
			GROUP BY p.id, p.name, p.last_serial HAVING COALESCE(MAX(j.serial), 0) <> p.last_serial`},
		{"project-serial", `SELECT p.name, 'its last serial ' || p.last_serial || ' is beyond the newest, ' || s.value FROM projects p, serial s WHERE p.last_serial > s.value`},
		{"serial", `SELECT 'journal', 'the last serial given out is ' || s.value || '; the journal has ' || COUNT(j.serial) || ' entries up to ' || COALESCE(MAX(j.serial), 0)
			FROM serial s LEFT JOIN journal j ON 1 = 1 GROUP BY s.value HAVING COUNT(j.serial) <> s.value OR COALESCE(MAX(j.serial), 0) <> s.value`},
	}
}

// Faults checks the rows against each other and returns everything that is
// wrong. It looks at one snapshot of them, so changes may go on meanwhile.
func (db *DB) Faults(ctx context.Context) (all []Fault, err error) {
	if all, err = db.integrity(ctx); err != nil {
		return nil, err
	}
	err = db.Snapshot(ctx, func(q Q) error {
		for _, check := range []func(context.Context) ([]Fault, error){q.ruleFaults, q.sizeFaults, q.standingFaults} {
			found, err := check(ctx)
			if err != nil {
				return err
			}
			all = append(all, found...)
		}
		return nil
	})
	return all, err
}

// integrity asks SQLite about its file, on a connection of its own: one that
// searched before remembers parts of the full-text index, and finds those
// corrupt that a later change put elsewhere.
func (db *DB) integrity(ctx context.Context) (all []Fault, err error) {
	path, is := strings.CutPrefix(db.url, "sqlite:")
	if !is {
		return nil, nil
	}
	own, err := sql.Open("sqlite", sqliteDSN(path, true))
	if err != nil {
		return nil, wrap("check", "sqlite", err)
	}
	defer own.Close()
	problems, err := Q{d: db.d, c: own}.texts(ctx, `PRAGMA integrity_check`)
	for _, p := range problems {
		if p != "ok" {
			all = append(all, Fault{Kind: "database", Subject: "sqlite", Detail: p})
		}
	}
	return all, wrap("check", "sqlite", err)
}

func (q Q) ruleFaults(ctx context.Context) (all []Fault, err error) {
	for _, r := range rules() {
		err := q.each(ctx, r.text, nil, func(rows *sql.Rows) error {
			f := Fault{Kind: r.kind}
			err := rows.Scan(&f.Subject, &f.Detail)
			all = append(all, f)
			return err
		})
		if err != nil {
			return nil, wrap("check", r.kind, err)
		}
	}
	return all, nil
}

func (q Q) sizeFaults(ctx context.Context) (all []Fault, err error) {
	err = q.each(ctx, `SELECT p.id, p.name, 'its size is given as ' || p.total_size || ' bytes, its files have ' || CAST(COALESCE(SUM(f.size), 0) AS BIGINT)
		FROM projects p LEFT JOIN files f ON f.project_id = p.id AND f.purged_at = 0 GROUP BY p.id, p.name, p.total_size HAVING COALESCE(SUM(f.size), 0) <> p.total_size`,
		nil, func(rows *sql.Rows) error {
			f := Fault{Kind: FaultSize, Level: index.OnProject}
			err := rows.Scan(&f.ID, &f.Project, &f.Detail)
			f.Subject = f.Project
			all = append(all, f)
			return err
		})
	return all, wrap("check", FaultSize, err)
}

// RecountProject makes a project's size the sum of its files that have bytes. The caller must
// hold the project's name.
func (tx *Tx) RecountProject(ctx context.Context, id int64) error {
	_, err := tx.exec(ctx, `UPDATE projects SET total_size = (SELECT COALESCE(SUM(size), 0) FROM files WHERE project_id = $1 AND purged_at = 0) WHERE id = $1`, id)
	return wrap("recount project", id, err)
}

// SettleWithdrawn makes the column that says whether own flags withdraw a
// project, release or file what its standing says. The caller must hold the
// project's name.
func (tx *Tx) SettleWithdrawn(ctx context.Context, level index.Level, id int64) error {
	table := map[index.Level]string{index.OnProject: "projects", index.OnRelease: "releases", index.OnFile: "files"}[level]
	var text string
	if _, err := tx.one(ctx, `SELECT standing FROM `+table+` WHERE id = $1`, []any{id}, &text); err != nil {
		return wrap("read standing of "+string(level), id, err)
	}
	standing, err := index.ParseStanding(text)
	if err != nil {
		return wrap("read standing of "+string(level), id, err)
	}
	_, err = tx.exec(ctx, `UPDATE `+table+` SET withdrawn = $2 WHERE id = $1`, id, boolInt(standing.Withdrawn()))
	return wrap("settle "+string(level), id, err)
}

// BlobsAfter lists n blobs at most that rows know, by key, beginning after
// one: what reads through all of them without keeping a snapshot open.
func (q Q) BlobsAfter(ctx context.Context, sha256 string, n int) ([]Blob, error) {
	var out []Blob
	err := q.each(ctx, `SELECT sha256, size FROM blobs WHERE sha256 > $1 AND condemned_at = 0 ORDER BY sha256 LIMIT $2`, []any{sha256, n}, func(rows *sql.Rows) error {
		var b Blob
		err := rows.Scan(&b.SHA256, &b.Size)
		out = append(out, b)
		return err
	})
	return out, wrap("list blobs after", sha256, err)
}

// CountBlobs counts the blobs that rows know.
func (q Q) CountBlobs(ctx context.Context) (n int64, err error) {
	_, err = q.one(ctx, `SELECT COUNT(*) FROM blobs WHERE condemned_at = 0`, nil, &n)
	return n, wrap("count", "blobs", err)
}

// FilesWith lists three filenames at most whose bytes or metadata a blob is.
func (q Q) FilesWith(ctx context.Context, sha256 string) ([]string, error) {
	return q.texts(ctx, `SELECT filename FROM files WHERE sha256 = $1 OR metadata_sha256 = $1 ORDER BY filename LIMIT 3`, sha256)
}
