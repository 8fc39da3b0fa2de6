package database

import (
	"context"
	"database/sql"
	"time"

	"strongroom/internal/index"
)

// LockUser makes changes to one account wait for each other, and reads it.
func (tx *Tx) LockUser(ctx context.Context, id int64) (u index.User, found bool, err error) {
	if tx.d.forUpdate != "" {
		var one int
		if _, err := tx.one(ctx, `SELECT 1 FROM users WHERE id = $1`+tx.d.forUpdate, []any{id}, &one); err != nil {
			return u, false, wrap("lock user", id, err)
		}
	}
	return tx.UserByID(ctx, id)
}

// SetUserName changes the name that is shown.
func (tx *Tx) SetUserName(ctx context.Context, id int64, name string) error {
	_, err := tx.exec(ctx, `UPDATE users SET name = $2 WHERE id = $1`, id, name)
	return wrap("set name of user", id, err)
}

// TrustedDevices lists the browsers that need no second factor now, the last
// seen first (MFA-9).
func (q Q) TrustedDevices(ctx context.Context, userID int64, now time.Time) (out []index.Device, err error) {
	err = q.each(ctx, deviceColumns+` WHERE user_id = $1 AND trusted_until > $2 ORDER BY seen_at DESC, id`, []any{userID, micros(now)}, func(rows *sql.Rows) error {
		var d index.Device
		err := scanDevice(rows, &d)
		out = append(out, d)
		return err
	})
	return out, wrap("read trusted devices of user", userID, err)
}

// EndTrustIn has one of a user's browsers asked for a second factor again; false
// when it is none that was trusted.
func (tx *Tx) EndTrustIn(ctx context.Context, userID, id int64) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE devices SET trusted_until = 0 WHERE user_id = $1 AND id = $2 AND trusted_until > 0`, userID, id)
	return n == 1, wrap("end trust in device", id, err)
}

// DeleteFactor removes one of a user's factors; false when it was not there.
func (tx *Tx) DeleteFactor(ctx context.Context, userID int64, kind index.FactorKind, label string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM factors WHERE user_id = $1 AND kind = $2 AND label = $3`, userID, kind, label)
	return n == 1, wrap("delete factor of user", userID, err)
}

// SolelyOwned names what has no owner but the user: projects, by any of the
// reasons for which somebody owns one, and organizations.
func (tx *Tx) SolelyOwned(ctx context.Context, userID int64) (projects, organizations []string, err error) {
	projects, err = tx.texts(ctx, `SELECT p.name FROM projects p JOIN roles r ON r.project_id = p.id AND r.user_id = $1 AND r.role = 'Owner'
		JOIN names n ON n.project_id = p.id
		WHERE NOT EXISTS (SELECT 1 FROM project_grants g WHERE g.project_id = p.id AND g.role = 'Owner' AND g.user_id <> $1) ORDER BY p.name`, userID)
	if err != nil {
		return nil, nil, wrap("read projects owned alone by user", userID, err)
	}
	organizations, err = tx.texts(ctx, `SELECT o.name FROM organizations o JOIN organization_members m ON m.organization_id = o.id AND m.user_id = $1 AND m.role = 'Owner'
		WHERE NOT EXISTS (SELECT 1 FROM organization_members x WHERE x.organization_id = o.id AND x.role = 'Owner' AND x.user_id <> $1) ORDER BY o.name`, userID)
	return projects, organizations, wrap("read organizations owned alone by user", userID, err)
}

// ProjectNamesOf lists the projects in which a user has a role for any reason.
func (q Q) ProjectNamesOf(ctx context.Context, userID int64) ([]string, error) {
	names, err := q.texts(ctx, `SELECT DISTINCT p.name FROM project_grants g JOIN projects p ON p.id = g.project_id
		JOIN names n ON n.project_id = p.id WHERE g.user_id = $1 ORDER BY p.name`, userID)
	return names, wrap("read projects of user", userID, err)
}

// CloseUser ends an account: it has no password, address, factor, role, login
// or living token any more. The row stays, so that nobody else gets the name.
func (tx *Tx) CloseUser(ctx context.Context, id int64, at time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE users SET closed_at = $2, password_hash = '', name = '', superuser = 0, moderator = 0, trusted_reporter = 0 WHERE id = $1`, id, micros(at)); err != nil {
		return wrap("close user", id, err)
	}
	if _, err := tx.RevokeTokens(ctx, id, at); err != nil {
		return err
	}
	for _, table := range []string{
		"emails", "logins", "tickets", "factors", "recovery_codes", "devices", "identities", "roles", "organization_members", "invitations",
	} {
		if _, err := tx.exec(ctx, `DELETE FROM `+table+` WHERE user_id = $1`, id); err != nil {
			return wrap("close user: delete from "+table, id, err)
		}
	}
	_, err := tx.exec(ctx, `DELETE FROM invitations WHERE invited_by = $1`, id)
	return wrap("close user", id, err)
}

// RevokeOwnToken ends one living token of a user; false when there is none.
func (tx *Tx) RevokeOwnToken(ctx context.Context, userID int64, id string, at time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE tokens SET revoked_at = $3 WHERE user_id = $1 AND id = $2 AND revoked_at = 0`, userID, id, micros(at))
	return n == 1, wrap("revoke token of user", userID, err)
}

// RevokeTokens ends all living tokens of a user and reports how many.
func (tx *Tx) RevokeTokens(ctx context.Context, userID int64, at time.Time) (int64, error) {
	n, err := tx.exec(ctx, `UPDATE tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at = 0`, userID, micros(at))
	return n, wrap("revoke tokens of user", userID, err)
}
