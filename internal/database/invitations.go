package database

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"strongroom/internal/index"
)

const invitationColumns = `i.hash, COALESCE(i.project_id, 0), COALESCE(i.organization_id, 0), COALESCE(i.user_id, 0), i.address, i.role, COALESCE(i.invited_by, 0), i.created_at, i.expires_at`

const invitationSelect = `SELECT ` + invitationColumns + ` FROM invitations i`

// InsertInvitation offers a role. A second offer to the same user in the same
// place gives an error for which IsUnique holds.
func (tx *Tx) InsertInvitation(ctx context.Context, i index.Invitation) error {
	_, err := tx.exec(ctx, `INSERT INTO invitations (hash, project_id, organization_id, user_id, address, role, invited_by, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, i.Hash, orNull(i.ProjectID), orNull(i.OrganizationID), orNull(i.UserID), strings.ToLower(i.Address),
		i.Role, orNull(i.InvitedBy), micros(i.CreatedAt), micros(i.ExpiresAt))
	return wrap("insert invitation of", i.UserID, err)
}

// Invitation reads an offer that has not expired, without using it up.
func (q Q) Invitation(ctx context.Context, hash string, now time.Time) (index.Invitation, bool, error) {
	return first(q.invitations(ctx, invitationSelect+` WHERE i.hash = $1 AND i.expires_at > $2`, hash, micros(now)))
}

// TakeOffer uses an offer up: found is false when it is unknown, expired
// or revoked, or when somebody else was first (P30).
func (tx *Tx) TakeOffer(ctx context.Context, hash string, now time.Time) (index.Invitation, bool, error) {
	return first(tx.invitations(ctx, `DELETE FROM invitations WHERE hash = $1 AND expires_at > $2 RETURNING `+strings.ReplaceAll(invitationColumns, "i.", ""), hash, micros(now)))
}

func first(all []index.Invitation, err error) (i index.Invitation, found bool, e error) {
	if len(all) == 0 {
		return i, false, err
	}
	return all[0], true, err
}

// InvitationsToProject lists the offers of roles in a project, the oldest first.
func (q Q) InvitationsToProject(ctx context.Context, projectID int64, now time.Time) ([]index.Invitation, error) {
	return q.invitations(ctx, invitationSelect+` WHERE i.project_id = $1 AND i.expires_at > $2 ORDER BY i.created_at, i.hash`, projectID, micros(now))
}

// InvitationsToOrganization lists the offers of an organization, the oldest first.
func (q Q) InvitationsToOrganization(ctx context.Context, organizationID int64, now time.Time) ([]index.Invitation, error) {
	return q.invitations(ctx, invitationSelect+` WHERE i.organization_id = $1 AND i.expires_at > $2 ORDER BY i.created_at, i.hash`, organizationID, micros(now))
}

// forUser holds for the offers that a user may take.
const forUser = `(i.user_id = $1 OR i.user_id IS NULL AND EXISTS
	(SELECT 1 FROM emails e WHERE e.user_id = $1 AND e.verified = 1 AND e.address_key = i.address))`

// InvitationsFor lists the offers of roles to a user, the newest first: those
// made to the user and those made to an address that the user has verified.
func (q Q) InvitationsFor(ctx context.Context, userID int64, now time.Time) ([]index.Invitation, error) {
	return q.invitations(ctx, invitationSelect+` WHERE `+forUser+` AND (i.project_id IS NOT NULL OR i.organization_id IS NOT NULL)
		AND i.expires_at > $2 ORDER BY i.created_at DESC, i.hash`, userID, micros(now))
}

// IsInvited reports whether the offer is to the user.
func (q Q) IsInvited(ctx context.Context, hash string, userID int64) (bool, error) {
	var one int
	found, err := q.one(ctx, `SELECT 1 FROM invitations i WHERE `+forUser+` AND i.hash = $2`, []any{userID, hash}, &one)
	return found, wrap("read invitation of", userID, err)
}

// IsAddressInvited reports whether an address has an offer in the place of i.
func (q Q) IsAddressInvited(ctx context.Context, i index.Invitation, now time.Time) (bool, error) {
	var one int
	found, err := q.one(ctx, `SELECT 1 FROM invitations WHERE COALESCE(project_id, 0) = $1 AND COALESCE(organization_id, 0) = $2
		AND user_id IS NULL AND address = $3 AND expires_at > $4`, []any{i.ProjectID, i.OrganizationID, strings.ToLower(i.Address), micros(now)}, &one)
	return found, wrap("read invitation to", i.Address, err)
}

// RevokeInvitationsBy removes the offers that somebody made in a project or an
// organization (0 for none).
func (tx *Tx) RevokeInvitationsBy(ctx context.Context, userID, projectID, organizationID int64) error {
	_, err := tx.exec(ctx, `DELETE FROM invitations WHERE invited_by = $1 AND COALESCE(project_id, 0) = $2 AND COALESCE(organization_id, 0) = $3`,
		userID, projectID, organizationID)
	return wrap("revoke invitations by", userID, err)
}

// DropInvitation makes room for a new offer to a user after the old one expired.
func (tx *Tx) DropInvitation(ctx context.Context, i index.Invitation) error {
	_, err := tx.exec(ctx, `DELETE FROM invitations WHERE user_id = $1 AND COALESCE(project_id, 0) = $2 AND COALESCE(organization_id, 0) = $3 AND expires_at <= $4`,
		i.UserID, i.ProjectID, i.OrganizationID, micros(i.CreatedAt))
	return wrap("drop invitation of", i.UserID, err)
}

func (q Q) invitations(ctx context.Context, text string, args ...any) (out []index.Invitation, err error) {
	err = q.each(ctx, text, args, func(rows *sql.Rows) error {
		var i index.Invitation
		var created, expires int64
		err := rows.Scan(&i.Hash, &i.ProjectID, &i.OrganizationID, &i.UserID, &i.Address, &i.Role, &i.InvitedBy, &created, &expires)
		i.CreatedAt, i.ExpiresAt = fromMicros(created), fromMicros(expires)
		out = append(out, i)
		return err
	})
	return out, wrap("read invitations", "", err)
}
