package database

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"strongroom/internal/index"
)

const tokenColumns = `SELECT id, user_id, description, sealed_key, caveats, created_at, last_used_at, revoked_at,
	COALESCE(project_id, 0), permissions, expires_at FROM tokens`

// TokenByID finds an API token, revoked ones too.
func (q Q) TokenByID(ctx context.Context, id string) (index.Token, bool, error) {
	var t index.Token
	found := false
	err := q.each(ctx, tokenColumns+` WHERE id = $1`, []any{id}, func(rows *sql.Rows) error {
		found = true
		return scanToken(rows, &t)
	})
	return t, found, wrap("read token", id, err)
}

// TokenOwner finds who a living token belongs to, with what policies ask of the
// account (MFA-6), in one statement. A revoked token is not found.
func (q Q) TokenOwner(ctx context.Context, id string) (u index.User, st index.AccountState, found bool, err error) {
	text := userWith(accountState) + ` JOIN tokens t ON t.user_id = u.id WHERE t.id = $1 AND t.revoked_at = 0`
	err = q.each(ctx, text, []any{id}, func(rows *sql.Rows) error {
		found = true
		return scanUser(rows, &u, &st.Factors, &st.Delegated, &st.Verified, &st.Owns, &st.Manages)
	})
	return u, st, found, wrap("read owner of token", id, err)
}

// TokensOf lists a user's tokens, the newest first.
func (q Q) TokensOf(ctx context.Context, userID int64) ([]index.Token, error) {
	var out []index.Token
	err := q.each(ctx, tokenColumns+` WHERE user_id = $1 ORDER BY created_at DESC, id`, []any{userID}, func(rows *sql.Rows) error {
		var t index.Token
		err := scanToken(rows, &t)
		out = append(out, t)
		return err
	})
	return out, err
}

func scanToken(rows *sql.Rows, t *index.Token) error {
	var key, caveats string
	var permissions string
	var created, used, revoked, expires int64
	if err := rows.Scan(&t.ID, &t.UserID, &t.Description, &key, &caveats, &created, &used, &revoked, &t.ProjectID, &permissions, &expires); err != nil {
		return err
	}
	t.CreatedAt, t.LastUsedAt, t.RevokedAt, t.ExpiresAt = fromMicros(created), fromMicros(used), fromMicros(revoked), fromMicros(expires)
	t.Permissions = words(permissions)
	var err error
	if t.SealedKey, err = base64.StdEncoding.DecodeString(key); err != nil {
		return fmt.Errorf("token %s: sealed key: %w", t.ID, err)
	}
	if err := json.Unmarshal([]byte(caveats), &t.Caveats); err != nil {
		return fmt.Errorf("token %s: caveats: %w", t.ID, err)
	}
	return nil
}

// words splits a column of words with commas between them.
func words(column string) []string {
	if column == "" {
		return nil
	}
	return strings.Split(column, ",")
}

// orNull is a key for a column that may refer to nothing.
func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// InsertToken adds a token.
func (tx *Tx) InsertToken(ctx context.Context, t index.Token) error {
	if t.Caveats == nil {
		t.Caveats = []string{}
	}
	caveats, err := json.Marshal(t.Caveats)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO tokens (id, user_id, description, sealed_key, caveats, created_at, project_id, permissions, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		t.ID, t.UserID, t.Description, base64.StdEncoding.EncodeToString(t.SealedKey), string(caveats), micros(t.CreatedAt),
		orNull(t.ProjectID), strings.Join(t.Permissions, ","), micros(t.ExpiresAt))
	return wrap("insert token", t.ID, err)
}

// RevokeToken ends a token and reports whether it lived until then.
func (tx *Tx) RevokeToken(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0`, id, micros(at))
	return n == 1, wrap("revoke token", id, err)
}

// TouchTokens records when tokens were last used (T-11).
func (tx *Tx) TouchTokens(ctx context.Context, used map[string]time.Time) error {
	for id, at := range used {
		if _, err := tx.exec(ctx, `UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`, id, micros(at)); err != nil {
			return wrap("touch token", id, err)
		}
	}
	return nil
}
