package database

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"strongroom/internal/index"
)

const (
	userSelect = `SELECT u.id, u.uid, u.username, COALESCE(e.address, ''), u.password_hash, u.superuser, u.standing, u.created_at,
	u.name, u.password_at, u.password_off, u.held_until, u.closed_at, u.last_login_at, u.moderator, u.trusted_reporter`
	userFrom    = ` FROM users u LEFT JOIN emails e ON e.user_id = u.id AND e.is_primary = 1`
	userColumns = userSelect + userFrom
)

// UserByName finds a user without regard to case.
func (q Q) UserByName(ctx context.Context, username string) (index.User, bool, error) {
	return q.user(ctx, userColumns+` WHERE u.username_key = $1`, strings.ToLower(username))
}

// UserByID finds a user by key.
func (q Q) UserByID(ctx context.Context, id int64) (index.User, bool, error) {
	return q.user(ctx, userColumns+` WHERE u.id = $1`, id)
}

func (q Q) user(ctx context.Context, text string, arg any) (u index.User, found bool, err error) {
	err = q.each(ctx, text, []any{arg}, func(rows *sql.Rows) error {
		found = true
		return scanUser(rows, &u)
	})
	return u, found, wrap("read user", arg, err)
}

// scanUser reads a row of userColumns; more are columns that follow them.
func scanUser(rows *sql.Rows, u *index.User, more ...any) (err error) {
	var standing string
	var created, password, held, closed, login int64
	into := []any{
		&u.ID, &u.UID, &u.Username, &u.Email, &u.PasswordHash, &u.Superuser, &standing, &created,
		&u.Name, &password, &u.PasswordOff, &held, &closed, &login, &u.Moderator, &u.Trusted,
	}
	if err := rows.Scan(append(into, more...)...); err != nil {
		return err
	}
	u.CreatedAt, u.PasswordAt, u.HeldUntil = fromMicros(created), fromMicros(password), fromMicros(held)
	u.ClosedAt, u.LastLoginAt = fromMicros(closed), fromMicros(login)
	u.Standing, err = index.ParseStanding(standing)
	return err
}

// InsertUser adds the user and the primary address and returns the key. A
// username or address that is taken gives an error for which IsUnique holds.
func (tx *Tx) InsertUser(ctx context.Context, u index.User, verified bool) (int64, error) {
	var id int64
	_, err := tx.one(ctx, `INSERT INTO users (uid, username, username_key, password_hash, superuser, created_at, name, password_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		[]any{u.UID, u.Username, strings.ToLower(u.Username), u.PasswordHash, boolInt(u.Superuser), micros(u.CreatedAt), u.Name, micros(u.PasswordAt)}, &id)
	if err != nil {
		return 0, wrap("insert user", u.Username, err)
	}
	if u.Email == "" {
		return id, nil
	}
	_, err = tx.exec(ctx, `INSERT INTO emails (user_id, address, address_key, is_primary, verified, created_at) VALUES ($1, $2, $3, 1, $4, $5)`,
		id, u.Email, strings.ToLower(u.Email), boolInt(verified), micros(u.CreatedAt))
	return id, wrap("insert address", u.Email, err)
}

// Users lists all users by name.
func (q Q) Users(ctx context.Context) ([]index.User, error) {
	return q.users(ctx, userColumns+` ORDER BY u.username_key`)
}

func (q Q) users(ctx context.Context, text string) ([]index.User, error) {
	var out []index.User
	err := q.each(ctx, text, nil, func(rows *sql.Rows) error {
		var u index.User
		err := scanUser(rows, &u)
		out = append(out, u)
		return err
	})
	return out, err
}

// wrap names the statement's subject; a nil error stays nil.
func wrap(what string, subject any, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %v: %w", what, subject, err)
}
