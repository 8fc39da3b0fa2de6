package database

import (
	"context"
	"database/sql"

	"strongroom/internal/index"
)

func (tx *Tx) LockOrganization(ctx context.Context, id int64) (o index.Organization, found bool, err error) {
	err = tx.each(ctx, organizationColumns+` WHERE o.id = $1`, []any{id}, func(rows *sql.Rows) error {
		found = true
		return scanOrganization(rows, &o)
	})
	return o, found, err
}

func (tx *Tx) RevokeInvitationsBy(ctx context.Context, userID, projectID, organizationID int64) error {
	return nil
}
