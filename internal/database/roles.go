package database

import (
	"context"
	"database/sql"
	"strings"

	"strongroom/internal/index"
)

const grantColumns = `SELECT p.id, p.uid, p.name, p.display_name, p.standing, p.private, g.user_id, u.username, g.role, g.source,
	COALESCE(t.name, ''), COALESCE(o.name, '') FROM project_grants g
	JOIN projects p ON p.id = g.project_id JOIN users u ON u.id = g.user_id LEFT JOIN teams t ON t.id = g.team_id
	LEFT JOIN organization_projects op ON op.project_id = g.project_id LEFT JOIN organizations o ON o.id = op.organization_id`

// GrantsOf lists everybody's reasons to have a role in a project, by username.
func (q Q) GrantsOf(ctx context.Context, projectID int64) ([]index.Grant, error) {
	return q.grants(ctx, grantColumns+` WHERE g.project_id = $1 ORDER BY u.username_key, g.source`, projectID)
}

// GrantsOfUser lists a user's reasons to have roles, by project.
func (q Q) GrantsOfUser(ctx context.Context, userID int64) ([]index.Grant, error) {
	return q.grants(ctx, grantColumns+` WHERE g.user_id = $1 ORDER BY p.name, g.source`, userID)
}

func (q Q) grants(ctx context.Context, text string, arg any) (out []index.Grant, err error) {
	err = q.each(ctx, text, []any{arg}, func(rows *sql.Rows) error {
		var g index.Grant
		var standing string
		p := &g.Project
		err := rows.Scan(&p.ID, &p.UID, &p.Name, &p.DisplayName, &standing, &p.Private, &g.UserID, &g.Username, &g.Role, &g.Source, &g.Team, &g.Organization)
		if err != nil {
			return err
		}
		p.Standing, err = index.ParseStanding(standing)
		out = append(out, g)
		return err
	})
	return out, wrap("read grants of", arg, err)
}

// DirectRole is the role that was given to the person, "" for none.
func (q Q) DirectRole(ctx context.Context, projectID, userID int64) (role index.RoleName, err error) {
	_, err = q.one(ctx, `SELECT role FROM roles WHERE project_id = $1 AND user_id = $2`, []any{projectID, userID}, &role)
	return role, wrap("read role of user", userID, err)
}

// RemoveRole takes away what was given to the person; false when that was
// nothing.
func (tx *Tx) RemoveRole(ctx context.Context, projectID, userID int64) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM roles WHERE project_id = $1 AND user_id = $2`, projectID, userID)
	return n == 1, wrap("remove role of user", userID, err)
}

// SetPrivate makes a project private or public.
func (tx *Tx) SetPrivate(ctx context.Context, projectID int64, private bool) error {
	_, err := tx.exec(ctx, `UPDATE projects SET private = $2 WHERE id = $1`, projectID, boolInt(private))
	return wrap("set visibility of project", projectID, err)
}

// ownerless holds for a project that no open account and no organization owns.
const ownerless = `NOT EXISTS (SELECT 1 FROM organization_projects o WHERE o.project_id = p.id)
	AND NOT EXISTS (SELECT 1 FROM roles r JOIN users u ON u.id = r.user_id WHERE r.project_id = p.id AND r.role = 'Owner' AND u.closed_at = 0)`

// ProjectsBy lists the projects that hold their names, by name: all, or those
// that nobody owns (SD-24).
func (q Q) ProjectsBy(ctx context.Context, onlyOwnerless bool) (out []index.Project, err error) {
	text := projectColumns + ` JOIN names n ON n.project_id = p.id`
	if onlyOwnerless {
		text += ` WHERE ` + ownerless
	}
	err = q.each(ctx, text+` ORDER BY p.name`, nil, func(rows *sql.Rows) error {
		var p index.Project
		err := scanProject(rows, &p)
		out = append(out, p)
		return err
	})
	return out, wrap("list", "projects", err)
}

// PublicRolesOfUser lists a user's roles in live projects that everybody may
// see, Owners first, then by project. Readers are told to nobody.
func (q Q) PublicRolesOfUser(ctx context.Context, username string) ([]index.Role, error) {
	return q.roles(ctx, `WHERE u.username_key = $1 AND p.withdrawn = 0 AND p.private = 0 AND r.role <> 'Reader' ORDER BY r.role DESC, p.name`, strings.ToLower(username))
}

// PublicRolesOf lists a project's Owners and Maintainers as RolesOf: what
// anybody may see of them. Readers are told to nobody.
func (q Q) PublicRolesOf(ctx context.Context, projectID int64) ([]index.Role, error) {
	return q.roles(ctx, `WHERE r.project_id = $1 AND r.role <> 'Reader' ORDER BY r.role DESC, u.username_key`, projectID)
}
