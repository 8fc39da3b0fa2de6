package database

import (
	"context"
	"database/sql"
	"time"

	"strongroom/internal/index"
)

const loginColumns = `, l.hash, l.user_id, l.method, l.device_id, l.address, l.user_agent, l.created_at, l.proven_at, l.seen_at, l.expires_at`

// LoginInPlace is a login with its user and what policies ask of the account.
type LoginInPlace struct {
	index.Login
	User  index.User
	State index.AccountState
}

// accountState is the columns of index.AccountState for the user u.
const accountState = `, (SELECT COUNT(*) FROM factors f WHERE f.user_id = u.id),
	EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.id AND i.factor = 1), COALESCE(e.verified, 0),
	EXISTS (SELECT 1 FROM roles r WHERE r.user_id = u.id AND r.role = 'Owner')
	OR EXISTS (SELECT 1 FROM organization_members o WHERE o.user_id = u.id AND o.role = 'Owner'),
	EXISTS (SELECT 1 FROM roles r WHERE r.user_id = u.id AND r.role <> 'Reader')
	OR EXISTS (SELECT 1 FROM organization_members o WHERE o.user_id = u.id)`

// userWith is userColumns with more columns before FROM.
func userWith(more string) string {
	return userSelect + more + userFrom
}

// LoginByHash finds a login that has not expired, with its user, in one statement.
func (q Q) LoginByHash(ctx context.Context, hash string, now time.Time) (l LoginInPlace, found bool, err error) {
	text := userWith(accountState+loginColumns) + ` JOIN logins l ON l.user_id = u.id WHERE l.hash = $1 AND l.expires_at > $2`
	err = q.each(ctx, text, []any{hash, micros(now)}, func(rows *sql.Rows) error {
		found = true
		return scanLogin(rows, &l)
	})
	return l, found, wrap("read login of", l.User.Username, err)
}

func scanLogin(rows *sql.Rows, l *LoginInPlace) error {
	var created, proven, seen, expires int64
	err := scanUser(rows, &l.User, &l.State.Factors, &l.State.Delegated, &l.State.Verified, &l.State.Owns, &l.State.Manages,
		&l.Hash, &l.UserID, &l.Method, &l.DeviceID, &l.Address, &l.UserAgent, &created, &proven, &seen, &expires)
	l.CreatedAt, l.ProvenAt, l.SeenAt, l.ExpiresAt = fromMicros(created), fromMicros(proven), fromMicros(seen), fromMicros(expires)
	return err
}

// StateOf reads what policies ask of an account.
func (q Q) StateOf(ctx context.Context, userID int64) (st index.AccountState, err error) {
	err = q.each(ctx, userWith(accountState)+` WHERE u.id = $1`, []any{userID}, func(rows *sql.Rows) error {
		return scanUser(rows, &index.User{}, &st.Factors, &st.Delegated, &st.Verified, &st.Owns, &st.Manages)
	})
	return st, wrap("read state of user", userID, err)
}

// LoginsOf lists a user's logins that have not expired, the last seen first.
func (q Q) LoginsOf(ctx context.Context, userID int64, now time.Time) ([]index.Login, error) {
	var out []index.Login
	text := userWith(accountState+loginColumns) + ` JOIN logins l ON l.user_id = u.id WHERE u.id = $1 AND l.expires_at > $2 ORDER BY l.seen_at DESC, l.hash`
	err := q.each(ctx, text, []any{userID, micros(now)}, func(rows *sql.Rows) error {
		var l LoginInPlace
		err := scanLogin(rows, &l)
		out = append(out, l.Login)
		return err
	})
	return out, wrap("read logins of user", userID, err)
}

// InsertLogin adds a login and notes on the account when that was.
func (tx *Tx) InsertLogin(ctx context.Context, l index.Login) error {
	_, err := tx.exec(ctx, `INSERT INTO logins (hash, user_id, method, device_id, address, user_agent, created_at, proven_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, l.Hash, l.UserID, l.Method, l.DeviceID, l.Address, l.UserAgent,
		micros(l.CreatedAt), micros(l.ProvenAt), micros(l.SeenAt), micros(l.ExpiresAt))
	if err == nil {
		_, err = tx.exec(ctx, `UPDATE users SET last_login_at = $2 WHERE id = $1`, l.UserID, micros(l.CreatedAt))
	}
	return wrap("insert login of user", l.UserID, err)
}

// ProveLogin gives a login a new secret and notes that the person proved to be
// it; false when the login is gone.
func (tx *Tx) ProveLogin(ctx context.Context, hash, newHash string, at time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE logins SET hash = $2, proven_at = $3 WHERE hash = $1`, hash, newHash, micros(at))
	return n == 1, wrap("prove login", "", err)
}

// TouchLogins records when logins were last seen.
func (tx *Tx) TouchLogins(ctx context.Context, seen map[string]time.Time) error {
	for hash, at := range seen {
		if _, err := tx.exec(ctx, `UPDATE logins SET seen_at = $2 WHERE hash = $1 AND seen_at < $2`, hash, micros(at)); err != nil {
			return wrap("touch login", "", err)
		}
	}
	return nil
}

// DeleteLogin ends one login of a user; false when it was gone.
func (tx *Tx) DeleteLogin(ctx context.Context, userID int64, hash string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM logins WHERE user_id = $1 AND hash = $2`, userID, hash)
	return n == 1, wrap("delete login of user", userID, err)
}

// DeleteLogins ends a user's logins, all but the one of the hash ("" for none),
// and reports how many.
func (tx *Tx) DeleteLogins(ctx context.Context, userID int64, except string) (int64, error) {
	n, err := tx.exec(ctx, `DELETE FROM logins WHERE user_id = $1 AND hash <> $2`, userID, except)
	return n, wrap("delete logins of user", userID, err)
}

// DropExpired removes logins and tickets whose time is over.
func (tx *Tx) DropExpired(ctx context.Context, now time.Time) error {
	for _, table := range []string{"logins", "tickets", "invitations"} {
		if _, err := tx.exec(ctx, `DELETE FROM `+table+` WHERE expires_at <= $1`, micros(now)); err != nil {
			return wrap("drop expired", table, err)
		}
	}
	return nil
}
