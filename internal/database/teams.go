package database

import (
	"context"
	"database/sql"
	"strings"

	"strongroom/internal/index"
)

const teamColumns = `SELECT t.id, t.uid, t.organization_id, t.name, t.created_at FROM teams t WHERE t.organization_id = $1`

// Team finds a team of an organization by name without regard to case.
func (q Q) Team(ctx context.Context, organizationID int64, name string) (t index.Team, found bool, err error) {
	all, err := q.teams(ctx, teamColumns+` AND t.name_key = $2`, organizationID, strings.ToLower(name))
	if len(all) == 0 {
		return t, false, wrap("read team", name, err)
	}
	return all[0], true, nil
}

// Teams lists an organization's teams by name.
func (q Q) Teams(ctx context.Context, organizationID int64) ([]index.Team, error) {
	return q.teams(ctx, teamColumns+` ORDER BY t.name_key`, organizationID)
}

func (q Q) teams(ctx context.Context, text string, args ...any) (out []index.Team, err error) {
	err = q.each(ctx, text, args, func(rows *sql.Rows) error {
		var t index.Team
		var created int64
		err := rows.Scan(&t.ID, &t.UID, &t.OrganizationID, &t.Name, &created)
		t.CreatedAt = fromMicros(created)
		out = append(out, t)
		return err
	})
	return out, err
}

// InsertTeam adds a team and returns its key. A name that is taken in the
// organization gives an error for which IsUnique holds.
func (tx *Tx) InsertTeam(ctx context.Context, t index.Team) (id int64, err error) {
	_, err = tx.one(ctx, `INSERT INTO teams (uid, organization_id, name, name_key, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		[]any{t.UID, t.OrganizationID, t.Name, strings.ToLower(t.Name), micros(t.CreatedAt)}, &id)
	return id, wrap("insert team", t.Name, err)
}

// RenameTeam gives a team another name, as InsertTeam.
func (tx *Tx) RenameTeam(ctx context.Context, id int64, name string) error {
	_, err := tx.exec(ctx, `UPDATE teams SET name = $2, name_key = $3 WHERE id = $1`, id, name, strings.ToLower(name))
	return wrap("rename team", name, err)
}

// DeleteTeam removes a team, and with it what it was given.
func (tx *Tx) DeleteTeam(ctx context.Context, id int64) error {
	_, err := tx.exec(ctx, `DELETE FROM teams WHERE id = $1`, id)
	return wrap("delete team", id, err)
}

// TeamMembers lists who is in a team, as members of its organization.
func (q Q) TeamMembers(ctx context.Context, teamID int64) ([]index.Member, error) {
	return q.members(ctx, ` JOIN team_members t ON t.organization_id = m.organization_id AND t.user_id = m.user_id
		WHERE t.team_id = $1 ORDER BY u.username_key`, teamID)
}

// AddToTeam puts a member of the team's organization into the team; false when
// the member is in it.
func (tx *Tx) AddToTeam(ctx context.Context, t index.Team, userID int64) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO team_members (team_id, organization_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		t.ID, t.OrganizationID, userID)
	return n == 1, wrap("add to team", t.Name, err)
}

// RemoveFromTeam takes a user out of a team; false when the user was not in it.
func (tx *Tx) RemoveFromTeam(ctx context.Context, teamID, userID int64) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM team_members WHERE team_id = $1 AND user_id = $2`, teamID, userID)
	return n == 1, wrap("remove from team", teamID, err)
}

const teamRoleColumns = `SELECT r.team_id, t.name, r.project_id, p.name, r.role FROM team_roles r
	JOIN teams t ON t.id = r.team_id JOIN projects p ON p.id = r.project_id`

// TeamRolesIn lists the teams with a role in a project, by name.
func (q Q) TeamRolesIn(ctx context.Context, projectID int64) ([]index.TeamRole, error) {
	return q.teamRoles(ctx, teamRoleColumns+` WHERE r.project_id = $1 ORDER BY t.name_key`, projectID)
}

// RolesOfTeam lists the projects in which a team has a role, by name.
func (q Q) RolesOfTeam(ctx context.Context, teamID int64) ([]index.TeamRole, error) {
	return q.teamRoles(ctx, teamRoleColumns+` WHERE r.team_id = $1 ORDER BY p.name`, teamID)
}

func (q Q) teamRoles(ctx context.Context, text string, arg any) (out []index.TeamRole, err error) {
	err = q.each(ctx, text, []any{arg}, func(rows *sql.Rows) error {
		var r index.TeamRole
		err := rows.Scan(&r.TeamID, &r.Team, &r.ProjectID, &r.Project, &r.Role)
		out = append(out, r)
		return err
	})
	return out, wrap("read team roles of", arg, err)
}

// SetTeamRole gives a team a role in a project of its organization, replacing
// another. The database refuses a project of another organization.
func (tx *Tx) SetTeamRole(ctx context.Context, t index.Team, projectID int64, role index.RoleName) error {
	_, err := tx.exec(ctx, `INSERT INTO team_roles (team_id, organization_id, project_id, role) VALUES ($1, $2, $3, $4)
		ON CONFLICT (team_id, project_id) DO UPDATE SET role = excluded.role`, t.ID, t.OrganizationID, projectID, role)
	return wrap("set role of team", t.Name, err)
}

// RemoveTeamRole takes a team's role in a project away; false when it had none.
func (tx *Tx) RemoveTeamRole(ctx context.Context, teamID, projectID int64) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM team_roles WHERE team_id = $1 AND project_id = $2`, teamID, projectID)
	return n == 1, wrap("remove role of team", teamID, err)
}
