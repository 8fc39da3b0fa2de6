package database

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"time"

	"strongroom/internal/index"
)

const factorColumns = `SELECT id, user_id, kind, label, secret, last_step, COALESCE(credential_id, ''), public_key, sign_count,
	transports, attributes, passkey, created_at, last_used_at FROM factors`

// FactorsOf lists a user's second factors, the oldest first.
func (q Q) FactorsOf(ctx context.Context, userID int64) (out []index.Factor, err error) {
	err = q.each(ctx, factorColumns+` WHERE user_id = $1 ORDER BY id`, []any{userID}, func(rows *sql.Rows) error {
		f, err := scanFactor(rows)
		out = append(out, f)
		return err
	})
	return out, wrap("read factors of user", userID, err)
}

// FactorByCredential finds a WebAuthn key by its ID (base64url).
func (q Q) FactorByCredential(ctx context.Context, credential string) (f index.Factor, found bool, err error) {
	err = q.each(ctx, factorColumns+` WHERE credential_id = $1`, []any{credential}, func(rows *sql.Rows) (err error) {
		found = true
		f, err = scanFactor(rows)
		return err
	})
	return f, found, wrap("read key", credential, err)
}

func scanFactor(rows *sql.Rows) (f index.Factor, err error) {
	var secret, public string
	var created, used int64
	if err := rows.Scan(&f.ID, &f.UserID, &f.Kind, &f.Label, &secret, &f.LastStep, &f.CredentialID, &public, &f.SignCount,
		&f.Transports, &f.Attributes, &f.Passkey, &created, &used); err != nil {
		return f, err
	}
	f.CreatedAt, f.LastUsedAt = fromMicros(created), fromMicros(used)
	if f.Secret, err = base64.StdEncoding.DecodeString(secret); err == nil {
		f.PublicKey, err = base64.StdEncoding.DecodeString(public)
	}
	if err != nil {
		err = fmt.Errorf("factor %d: %w", f.ID, err)
	}
	return f, err
}

// InsertFactor adds a second factor and returns its key. A label that the user
// has, or a WebAuthn key that is known, gives an error for which IsUnique holds.
func (tx *Tx) InsertFactor(ctx context.Context, f index.Factor) (id int64, err error) {
	var credential any
	if f.CredentialID != "" {
		credential = f.CredentialID
	}
	_, err = tx.one(ctx, `INSERT INTO factors (user_id, kind, label, secret, last_step, credential_id, public_key, sign_count, transports, attributes, passkey, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
		[]any{
			f.UserID, f.Kind, f.Label, base64.StdEncoding.EncodeToString(f.Secret), f.LastStep, credential,
			base64.StdEncoding.EncodeToString(f.PublicKey), f.SignCount, f.Transports, f.Attributes, boolInt(f.Passkey), micros(f.CreatedAt),
		}, &id)
	return id, wrap("insert factor", f.Label, err)
}

// AcceptStep records that a TOTP time step was used; false when it, or a newer
// one, was used before, so of many with one code exactly one succeeds (MFA-2).
func (tx *Tx) AcceptStep(ctx context.Context, id, step int64, at time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE factors SET last_step = $2, last_used_at = $3 WHERE id = $1 AND last_step < $2`, id, step, micros(at))
	return n == 1, wrap("accept step of factor", id, err)
}

// UseKey records the counter of a WebAuthn key that answered; false when it
// does not go forward, unless the key does not count at all (MFA-3).
func (tx *Tx) UseKey(ctx context.Context, id, signCount int64, attributes string, at time.Time) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE factors SET sign_count = $2, attributes = $3, last_used_at = $4
		WHERE id = $1 AND (sign_count < $2 OR sign_count = 0 AND $2 = 0)`, id, signCount, attributes, micros(at))
	return n == 1, wrap("use key", id, err)
}

// DeleteFactors removes a user's second factors and recovery codes, and reports
// how many factors there were.
func (tx *Tx) DeleteFactors(ctx context.Context, userID int64) (int64, error) {
	if _, err := tx.exec(ctx, `DELETE FROM recovery_codes WHERE user_id = $1`, userID); err != nil {
		return 0, wrap("delete recovery codes of user", userID, err)
	}
	n, err := tx.exec(ctx, `DELETE FROM factors WHERE user_id = $1`, userID)
	return n, wrap("delete factors of user", userID, err)
}
