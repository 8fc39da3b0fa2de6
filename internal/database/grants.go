package database

import (
	"context"
	"database/sql"

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

// ownerless holds for a project that no open account owns, by whatever way.
const ownerless = `NOT EXISTS (SELECT 1 FROM project_grants g JOIN users u ON u.id = g.user_id
	WHERE g.project_id = p.id AND g.role = 'Owner' AND u.closed_at = 0)`

// Ownerless reports whether nobody owns a project (SD-24).
func (q Q) Ownerless(ctx context.Context, projectID int64) (bool, error) {
	var one int
	is, err := q.one(ctx, `SELECT 1 FROM projects p WHERE p.id = $1 AND `+ownerless, []any{projectID}, &one)
	return is, wrap("look for owners of project", projectID, err)
}

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
