package database

import (
	"context"
	"database/sql"

	"strongroom/internal/index"
)

const memberColumns = `SELECT m.organization_id, o.name, m.user_id, u.username, m.role FROM organization_members m
	JOIN organizations o ON o.id = m.organization_id JOIN users u ON u.id = m.user_id`

// byRank orders members with the strongest first.
const byRank = ` ORDER BY CASE m.role WHEN 'Owner' THEN 0 WHEN 'Manager' THEN 1 ELSE 2 END, u.username_key`

// OrganizationRole is what a user is in an organization, "" for nothing.
func (q Q) OrganizationRole(ctx context.Context, organizationID, userID int64) (role index.RoleName, err error) {
	_, err = q.one(ctx, `SELECT role FROM organization_members WHERE organization_id = $1 AND user_id = $2`, []any{organizationID, userID}, &role)
	return role, wrap("read organization role of user", userID, err)
}

// Members lists who is in an organization, the strongest first, then by name.
func (q Q) Members(ctx context.Context, organizationID int64) ([]index.Member, error) {
	return q.members(ctx, ` WHERE m.organization_id = $1`+byRank, organizationID)
}

// MembershipsOf lists the organizations that a user is in, by name.
func (q Q) MembershipsOf(ctx context.Context, userID int64) ([]index.Member, error) {
	return q.members(ctx, ` WHERE m.user_id = $1 ORDER BY o.name_key`, userID)
}

func (q Q) members(ctx context.Context, where string, arg any) (out []index.Member, err error) {
	err = q.each(ctx, memberColumns+where, []any{arg}, func(rows *sql.Rows) error {
		var m index.Member
		err := rows.Scan(&m.OrganizationID, &m.Organization, &m.UserID, &m.Username, &m.Role)
		out = append(out, m)
		return err
	})
	return out, wrap("read members of", arg, err)
}

// SetMember puts a user into an organization, or changes the role there.
func (tx *Tx) SetMember(ctx context.Context, m index.Member, at int64) error {
	_, err := tx.exec(ctx, `INSERT INTO organization_members (organization_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role`, m.OrganizationID, m.UserID, m.Role, at)
	return wrap("set member", m.UserID, err)
}

// RemoveMember takes a user out of an organization and so of its teams; false
// when the user was not in it.
func (tx *Tx) RemoveMember(ctx context.Context, organizationID, userID int64) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM organization_members WHERE organization_id = $1 AND user_id = $2`, organizationID, userID)
	return n == 1, wrap("remove member", userID, err)
}
