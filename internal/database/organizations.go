package database

import (
	"context"
	"database/sql"
	"strings"

	"strongroom/internal/index"
)

const organizationColumns = `SELECT o.id, o.uid, o.name, o.display_name, o.url, o.description, o.created_at FROM organizations o`

// Organization finds an organization by name without regard to case.
func (q Q) Organization(ctx context.Context, name string) (index.Organization, bool, error) {
	return q.organization(ctx, organizationColumns+` WHERE o.name_key = $1`, strings.ToLower(name))
}

// OrganizationByID finds an organization by key.
func (q Q) OrganizationByID(ctx context.Context, id int64) (index.Organization, bool, error) {
	return q.organization(ctx, organizationColumns+` WHERE o.id = $1`, id)
}

// OrganizationOf finds the organization that has a project.
func (q Q) OrganizationOf(ctx context.Context, projectID int64) (index.Organization, bool, error) {
	return q.organization(ctx, organizationColumns+` JOIN organization_projects p ON p.organization_id = o.id WHERE p.project_id = $1`, projectID)
}

// LockOrganization finds an organization by key and holds it until the
// transaction ends. Changes of who is in it, and of what it has, take this lock
// first; where a project's name is locked too, that comes before.
func (tx *Tx) LockOrganization(ctx context.Context, id int64) (index.Organization, bool, error) {
	return tx.organization(ctx, organizationColumns+` WHERE o.id = $1`+tx.d.forUpdate, id)
}

func (q Q) organization(ctx context.Context, text string, arg any) (o index.Organization, found bool, err error) {
	all, err := q.organizations(ctx, text, arg)
	if len(all) == 0 {
		return o, false, wrap("read organization", arg, err)
	}
	return all[0], true, nil
}

// Organizations lists all organizations by name.
func (q Q) Organizations(ctx context.Context) ([]index.Organization, error) {
	return q.organizations(ctx, organizationColumns+` ORDER BY o.name_key`)
}

func (q Q) organizations(ctx context.Context, text string, args ...any) (out []index.Organization, err error) {
	err = q.each(ctx, text, args, func(rows *sql.Rows) error {
		var o index.Organization
		var created int64
		err := rows.Scan(&o.ID, &o.UID, &o.Name, &o.DisplayName, &o.URL, &o.Description, &created)
		o.CreatedAt = fromMicros(created)
		out = append(out, o)
		return err
	})
	return out, err
}

// InsertOrganization adds an organization and returns its key. A name that is
// taken gives an error for which IsUnique holds.
func (tx *Tx) InsertOrganization(ctx context.Context, o index.Organization) (id int64, err error) {
	_, err = tx.one(ctx, `INSERT INTO organizations (uid, name, name_key, display_name, url, description, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		[]any{o.UID, o.Name, strings.ToLower(o.Name), o.DisplayName, o.URL, o.Description, micros(o.CreatedAt)}, &id)
	return id, wrap("insert organization", o.Name, err)
}

// UpdateOrganization writes what may change. A name that is taken gives an
// error for which IsUnique holds.
func (tx *Tx) UpdateOrganization(ctx context.Context, o index.Organization) error {
	_, err := tx.exec(ctx, `UPDATE organizations SET name = $2, name_key = $3, display_name = $4, url = $5, description = $6 WHERE id = $1`,
		o.ID, o.Name, strings.ToLower(o.Name), o.DisplayName, o.URL, o.Description)
	return wrap("update organization", o.Name, err)
}

// DeleteOrganization removes an organization with its teams and what they were
// given.
func (tx *Tx) DeleteOrganization(ctx context.Context, id int64) error {
	_, err := tx.exec(ctx, `DELETE FROM organizations WHERE id = $1`, id)
	return wrap("delete organization", id, err)
}

// ProjectsOfOrganization lists an organization's projects by name.
func (q Q) ProjectsOfOrganization(ctx context.Context, id int64) (out []index.Project, err error) {
	err = q.each(ctx, projectColumns+` JOIN organization_projects o ON o.project_id = p.id WHERE o.organization_id = $1 ORDER BY p.name`, []any{id},
		func(rows *sql.Rows) error {
			var p index.Project
			err := scanProject(rows, &p)
			out = append(out, p)
			return err
		})
	return out, wrap("read projects of organization", id, err)
}

// PutInOrganization gives a project to an organization, or takes it out with 0.
// What teams of another organization had in it ends.
func (tx *Tx) PutInOrganization(ctx context.Context, projectID, organizationID int64) error {
	_, err := tx.exec(ctx, `DELETE FROM organization_projects WHERE project_id = $1`, projectID)
	if err == nil && organizationID != 0 {
		_, err = tx.exec(ctx, `INSERT INTO organization_projects (project_id, organization_id) VALUES ($1, $2)`, projectID, organizationID)
	}
	return wrap("put in an organization the project", projectID, err)
}
