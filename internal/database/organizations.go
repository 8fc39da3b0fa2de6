package database

import (
	"context"
	"database/sql"
	"strings"

	"strongroom/internal/index"
)

const organizationColumns = `SELECT o.id, o.uid, o.name, o.display_name, o.url, o.description, o.created_at FROM organizations o`

// Organization finds an organization by name without regard to case.
func (q Q) Organization(ctx context.Context, name string) (o index.Organization, found bool, err error) {
	err = q.each(ctx, organizationColumns+` WHERE o.name_key = $1`, []any{strings.ToLower(name)}, func(rows *sql.Rows) error {
		found = true
		return scanOrganization(rows, &o)
	})
	return o, found, wrap("read organization", name, err)
}

func scanOrganization(rows *sql.Rows, o *index.Organization) error {
	var created int64
	err := rows.Scan(&o.ID, &o.UID, &o.Name, &o.DisplayName, &o.URL, &o.Description, &created)
	o.CreatedAt = fromMicros(created)
	return err
}

// OrganizationRole is what a user is in an organization, "" for nothing.
func (q Q) OrganizationRole(ctx context.Context, organizationID, userID int64) (role index.RoleName, err error) {
	_, err = q.one(ctx, `SELECT role FROM organization_members WHERE organization_id = $1 AND user_id = $2`, []any{organizationID, userID}, &role)
	return role, wrap("read organization role of user", userID, err)
}
