package database

import (
	"context"
	"database/sql"
	"strings"

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

func (tx *Tx) InsertOrganization(ctx context.Context, o index.Organization) (id int64, err error) {
	_, err = tx.one(ctx, `INSERT INTO organizations (uid, name, name_key, display_name, url, description, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		[]any{o.UID, o.Name, strings.ToLower(o.Name), o.DisplayName, o.URL, o.Description, micros(o.CreatedAt)}, &id)
	return id, wrap("insert organization", o.Name, err)
}
