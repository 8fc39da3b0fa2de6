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
