package database

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"strongroom/internal/index"
)

const identityColumns = `SELECT issuer, subject, user_id, source, label, factor, created_at, used_at FROM identities`

// Identity finds the account of a person elsewhere.
func (q Q) Identity(ctx context.Context, issuer, subject string) (i index.Identity, found bool, err error) {
	all, err := q.identities(ctx, ` WHERE issuer = $1 AND subject = $2`, issuer, subject)
	if len(all) == 0 {
		return i, false, err
	}
	return all[0], true, err
}

// IdentitiesOf lists who an account is elsewhere, the oldest first.
func (q Q) IdentitiesOf(ctx context.Context, userID int64) ([]index.Identity, error) {
	return q.identities(ctx, ` WHERE user_id = $1 ORDER BY created_at, issuer, subject`, userID)
}

func (q Q) identities(ctx context.Context, where string, args ...any) (out []index.Identity, err error) {
	err = q.each(ctx, identityColumns+where, args, func(rows *sql.Rows) error {
		var i index.Identity
		var created, used int64
		err := rows.Scan(&i.Issuer, &i.Subject, &i.UserID, &i.Source, &i.Label, &i.Factor, &created, &used)
		i.CreatedAt, i.UsedAt = fromMicros(created), fromMicros(used)
		out = append(out, i)
		return err
	})
	return out, wrap("read identities", "", err)
}

// InsertIdentity links an account to a person elsewhere. A person who is linked
// already gives an error for which IsUnique holds.
func (tx *Tx) InsertIdentity(ctx context.Context, i index.Identity) error {
	_, err := tx.exec(ctx, `INSERT INTO identities (issuer, subject, user_id, source, label, factor, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		i.Issuer, i.Subject, i.UserID, i.Source, i.Label, boolInt(i.Factor), micros(i.CreatedAt), micros(i.UsedAt))
	return wrap("insert identity of user", i.UserID, err)
}

// UseIdentity records a sign-in.
func (tx *Tx) UseIdentity(ctx context.Context, i index.Identity) error {
	_, err := tx.exec(ctx, `UPDATE identities SET label = $3, factor = $4, used_at = $5 WHERE issuer = $1 AND subject = $2`,
		i.Issuer, i.Subject, i.Label, boolInt(i.Factor), micros(i.UsedAt))
	return wrap("use identity of user", i.UserID, err)
}

// DeleteIdentity unlinks a user; false when there was no such link.
func (tx *Tx) DeleteIdentity(ctx context.Context, userID int64, issuer, subject string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM identities WHERE user_id = $1 AND issuer = $2 AND subject = $3`, userID, issuer, subject)
	return n == 1, wrap("delete identity of user", userID, err)
}

// SetSuperuser makes a user administrator of the index, or takes that back, on
// behalf of a source of identities. What a person gave is left alone; false when
// nothing changed.
func (tx *Tx) SetSuperuser(ctx context.Context, userID int64, source string, on bool) (bool, error) {
	text := `UPDATE users SET superuser = 0, superuser_source = '' WHERE id = $1 AND superuser = 1 AND superuser_source = $2`
	if on {
		text = `UPDATE users SET superuser = 1, superuser_source = $2 WHERE id = $1 AND superuser = 0`
	}
	n, err := tx.exec(ctx, text, userID, source)
	return n == 1, wrap("set administrator", userID, err)
}

// GivenRoles is what a source of identities made a user in organizations, by the
// organization's key.
func (q Q) GivenRoles(ctx context.Context, userID int64, source string) (map[int64]index.RoleName, error) {
	out := map[int64]index.RoleName{}
	err := q.each(ctx, `SELECT organization_id, role FROM organization_members WHERE user_id = $1 AND source = $2`, []any{userID, source}, func(rows *sql.Rows) error {
		var id int64
		var role index.RoleName
		err := rows.Scan(&id, &role)
		out[id] = role
		return err
	})
	return out, wrap("read given roles of user", userID, err)
}

// GiveRole makes a user something in an organization on behalf of a source of
// identities. What a person gave is left alone; false when nothing changed.
func (tx *Tx) GiveRole(ctx context.Context, organizationID, userID int64, role index.RoleName, source string, at time.Time) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO organization_members (organization_id, user_id, role, source, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role
		WHERE organization_members.source = excluded.source AND organization_members.role <> excluded.role`,
		organizationID, userID, role, source, micros(at))
	return n == 1, wrap("give role to user", userID, err)
}

// TakeRole takes back what the source gave, with the teams that hang on it;
// false when there was nothing.
func (tx *Tx) TakeRole(ctx context.Context, organizationID, userID int64, source string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM organization_members WHERE organization_id = $1 AND user_id = $2 AND source = $3`, organizationID, userID, source)
	return n == 1, wrap("take role of user", userID, err)
}

// FreeUsername reports whether no account has the name, closed ones included.
func (q Q) FreeUsername(ctx context.Context, name string) (bool, error) {
	var one int
	found, err := q.one(ctx, `SELECT 1 FROM users WHERE username_key = $1`, []any{strings.ToLower(name)}, &one)
	return !found, wrap("look for user", name, err)
}
