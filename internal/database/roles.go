package database

import (
	"context"

	"strongroom/internal/index"
)

// DirectRole is the role that a person was given in a project, "" for none;
// roles of teams and organizations do not count.
func (q Q) DirectRole(ctx context.Context, projectID, userID int64) (role index.RoleName, err error) {
	_, err = q.one(ctx, `SELECT role FROM roles WHERE project_id = $1 AND user_id = $2`, []any{projectID, userID}, &role)
	return role, wrap("read role of user", userID, err)
}

// RemoveRole takes away what a person was given; false when it was nothing.
func (tx *Tx) RemoveRole(ctx context.Context, projectID, userID int64) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM roles WHERE project_id = $1 AND user_id = $2`, projectID, userID)
	return n == 1, wrap("remove role of user", userID, err)
}

// DropGrants takes every role in a project away, with its invitations and its
// place in an organization: its name belongs to another project (SD-17).
func (tx *Tx) DropGrants(ctx context.Context, projectID int64) error {
	for _, table := range []string{"team_roles", "organization_projects", "roles", "invitations"} {
		if _, err := tx.exec(ctx, `DELETE FROM `+table+` WHERE project_id = $1`, projectID); err != nil {
			return wrap("drop "+table+" of project", projectID, err)
		}
	}
	return nil
}
