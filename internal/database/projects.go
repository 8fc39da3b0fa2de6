package database

import (
	"context"
	"database/sql"
	"time"

	"strongroom/internal/index"
)

const projectColumns = `SELECT p.id, p.uid, p.name, p.display_name, p.standing, p.last_serial, p.total_size, p.file_limit, p.size_limit, p.private, p.docs_prefix, p.created_at FROM projects p`

// Project finds the project that holds a normalised name now, whatever its
// standing.
func (q Q) Project(ctx context.Context, normalized string) (index.Project, bool, error) {
	return q.project(ctx, projectColumns+` JOIN names n ON n.project_id = p.id WHERE n.name = $1`, normalized)
}

// ProjectByID finds a project by key.
func (q Q) ProjectByID(ctx context.Context, id int64) (index.Project, bool, error) {
	return q.project(ctx, projectColumns+` WHERE p.id = $1`, id)
}

// SetPrivate makes a project private or public and reports whether it was not
// so before.
func (tx *Tx) SetPrivate(ctx context.Context, id int64, private bool) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE projects SET private = $2 WHERE id = $1 AND private <> $2`, id, boolInt(private))
	return n == 1, wrap("set visibility of project", id, err)
}

// PrivateProjects lists the private projects that hold a name.
func (q Q) PrivateProjects(ctx context.Context) (out []index.Project, err error) {
	err = q.each(ctx, projectColumns+` JOIN names n ON n.project_id = p.id WHERE p.private = 1`, nil, func(rows *sql.Rows) error {
		var p index.Project
		err := scanProject(rows, &p)
		out = append(out, p)
		return err
	})
	return out, wrap("list projects that are", "private", err)
}

func (q Q) project(ctx context.Context, text string, arg any) (p index.Project, found bool, err error) {
	err = q.each(ctx, text, []any{arg}, func(rows *sql.Rows) error {
		found = true
		return scanProject(rows, &p)
	})
	return p, found, wrap("read project", arg, err)
}

func scanProject(rows *sql.Rows, p *index.Project) error {
	var standing string
	var created int64
	err := rows.Scan(&p.ID, &p.UID, &p.Name, &p.DisplayName, &standing, &p.LastSerial, &p.Size, &p.FileLimit, &p.SizeLimit, &p.Private, &p.DocsPrefix, &created)
	if err != nil {
		return err
	}
	p.CreatedAt = fromMicros(created)
	p.Standing, err = index.ParseStanding(standing)
	return err
}

// InsertProject adds a project and returns its key.
func (tx *Tx) InsertProject(ctx context.Context, p index.Project, createdBy int64) (int64, error) {
	var id int64
	_, err := tx.one(ctx, `INSERT INTO projects (uid, name, display_name, private, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		[]any{p.UID, p.Name, p.DisplayName, boolInt(p.Private), createdBy, micros(p.CreatedAt)}, &id)
	return id, wrap("insert project", p.Name, err)
}

// GrowProject adds a file's size to its project and takes over the spelling of
// its name (N-08).
func (tx *Tx) GrowProject(ctx context.Context, id, bytes int64, display string) error {
	_, err := tx.exec(ctx, `UPDATE projects SET total_size = total_size + $2, display_name = $3 WHERE id = $1`, id, bytes, display)
	return wrap("grow project", id, err)
}

// SetProjectLimits sets the limits of one project in bytes, 0 for the site's.
func (tx *Tx) SetProjectLimits(ctx context.Context, id, file, total int64) error {
	_, err := tx.exec(ctx, `UPDATE projects SET file_limit = $2, size_limit = $3 WHERE id = $1`, id, file, total)
	return wrap("limit project", id, err)
}

// ProjectsCreatedSince counts the projects a user made since a time.
func (q Q) ProjectsCreatedSince(ctx context.Context, userID int64, since time.Time) (int, error) {
	var n int
	_, err := q.one(ctx, `SELECT COUNT(*) FROM projects WHERE created_by = $1 AND created_at >= $2`, []any{userID, micros(since)}, &n)
	return n, err
}

// ListedProject is what the list of all projects says of one.
type ListedProject struct {
	Name   string
	Serial int64
	Listed bool
}

// listedColumns joins by name too, so that the whole list is read in the order
// of an index and not sorted.
const listedColumns = `SELECT p.name, p.last_serial, p.withdrawn, p.private FROM projects p JOIN names n ON n.name = p.name AND n.project_id = p.id`

// ListedProjects streams all live public projects in the order of their names.
func (q Q) ListedProjects(ctx context.Context, fn func(ListedProject) error) error {
	return q.each(ctx, listedColumns+` WHERE p.withdrawn = 0 AND p.private = 0 ORDER BY p.name`, nil, func(rows *sql.Rows) error {
		p, err := scanListed(rows)
		if err != nil {
			return err
		}
		return fn(p)
	})
}

// ListedProject finds one row of ListedProjects, withdrawn and private ones too.
func (q Q) ListedProject(ctx context.Context, name string) (p ListedProject, found bool, err error) {
	err = q.each(ctx, listedColumns+` WHERE n.name = $1`, []any{name}, func(rows *sql.Rows) error {
		found = true
		p, err = scanListed(rows)
		return err
	})
	return p, found, wrap("read project", name, err)
}

func scanListed(rows *sql.Rows) (p ListedProject, err error) {
	var withdrawn, private int
	err = rows.Scan(&p.Name, &p.Serial, &withdrawn, &private)
	p.Listed = withdrawn == 0 && private == 0
	return p, err
}

// NewestProjects lists live public projects, the newest first.
func (q Q) NewestProjects(ctx context.Context, n int) ([]index.Project, error) {
	var out []index.Project
	err := q.each(ctx, projectColumns+` WHERE p.withdrawn = 0 AND p.private = 0 ORDER BY p.created_at DESC, p.id DESC LIMIT $1`, []any{n}, func(rows *sql.Rows) error {
		var p index.Project
		err := scanProject(rows, &p)
		out = append(out, p)
		return err
	})
	return out, err
}

// LargestProjects lists live public projects by the bytes they hold.
func (q Q) LargestProjects(ctx context.Context, n int) ([]index.Project, error) {
	var out []index.Project
	err := q.each(ctx, projectColumns+` WHERE p.withdrawn = 0 AND p.private = 0 ORDER BY p.total_size DESC, p.name LIMIT $1`, []any{n}, func(rows *sql.Rows) error {
		var p index.Project
		err := scanProject(rows, &p)
		out = append(out, p)
		return err
	})
	return out, err
}

// Totals are the counts of the whole index, withdrawn and private things left
// out.
type Totals struct {
	Projects, Releases, Files, Users, Bytes int64
}

// Totals counts live public things. Those of private projects, which an index
// finds, are taken off the count of all.
func (q Q) Totals(ctx context.Context) (t Totals, err error) {
	_, err = q.one(ctx, `SELECT
		(SELECT COUNT(*) FROM projects WHERE withdrawn = 0 AND private = 0),
		(SELECT COUNT(*) FROM releases WHERE withdrawn = 0)
			- (SELECT COUNT(*) FROM releases r JOIN projects p ON p.id = r.project_id WHERE p.private = 1 AND r.withdrawn = 0),
		(SELECT COUNT(*) FROM files WHERE withdrawn = 0)
			- (SELECT COUNT(*) FROM files f JOIN projects p ON p.id = f.project_id WHERE p.private = 1 AND f.withdrawn = 0),
		(SELECT COUNT(*) FROM users),
		(SELECT CAST(COALESCE(SUM(total_size), 0) AS BIGINT) FROM projects WHERE withdrawn = 0 AND private = 0)`, nil,
		&t.Projects, &t.Releases, &t.Files, &t.Users, &t.Bytes)
	return t, err
}

// RolesOf lists a project's roles, Owners first, then by name.
func (q Q) RolesOf(ctx context.Context, projectID int64) ([]index.Role, error) {
	return q.roles(ctx, `WHERE r.project_id = $1 ORDER BY r.role DESC, u.username_key`, projectID)
}

// RolesOfUser lists a user's roles by project.
func (q Q) RolesOfUser(ctx context.Context, userID int64) ([]index.Role, error) {
	return q.roles(ctx, `WHERE r.user_id = $1 ORDER BY p.name`, userID)
}

func (q Q) roles(ctx context.Context, where string, arg any) ([]index.Role, error) {
	var out []index.Role
	err := q.each(ctx, `SELECT r.project_id, r.user_id, u.username, p.name, r.role FROM roles r
		JOIN users u ON u.id = r.user_id JOIN projects p ON p.id = r.project_id `+where, []any{arg}, func(rows *sql.Rows) error {
		var r index.Role
		err := rows.Scan(&r.ProjectID, &r.UserID, &r.Username, &r.Project, &r.Role)
		out = append(out, r)
		return err
	})
	return out, err
}

// strongest orders the grants that somebody has, so that the first counts.
const strongest = ` ORDER BY CASE role WHEN 'Owner' THEN 0 WHEN 'Maintainer' THEN 1 ELSE 2 END LIMIT 1`

// RoleOf is the strongest role a user has in a project for any reason: given to
// the person, to a team, or by an organization; "" for none.
func (q Q) RoleOf(ctx context.Context, projectID, userID int64) (role index.RoleName, err error) {
	_, err = q.one(ctx, `SELECT role FROM project_grants WHERE project_id = $1 AND user_id = $2`+strongest, []any{projectID, userID}, &role)
	return role, err
}

// SetRole gives a role, replacing another of the same user.
func (tx *Tx) SetRole(ctx context.Context, projectID, userID int64, role index.RoleName) error {
	_, err := tx.exec(ctx, `INSERT INTO roles (project_id, user_id, role) VALUES ($1, $2, $3)
		ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role`, projectID, userID, role)
	return wrap("set role", role, err)
}
