package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// LoginTime is how long a browser stays signed in.
const LoginTime = 12 * time.Hour

// NewSecret makes 256 random bits as text for a link or a cookie, and the
// SHA-256 that is kept of it.
func NewSecret() (secret, hash string) {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil { // never fails since Go 1.24
		panic(err)
	}
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, HashSecret(secret)
}

// HashSecret is what is kept of a secret.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// NewLogin signs a browser in, in the caller's change, and returns the secret
// for its cookie. l's UserID, Method and DeviceID must be set; the rest is
// filled in. Every sign-in makes a new secret, so a cookie that somebody
// planted before is worth nothing.
func (g *Guard) NewLogin(ctx context.Context, tx *change.Tx, l index.Login) (secret string, err error) {
	secret, l.Hash = NewSecret()
	l.Address, l.UserAgent = g.Keys.HashAddress(tx.Actor.Address), tx.Actor.UserAgent
	l.CreatedAt, l.ProvenAt, l.SeenAt, l.ExpiresAt = tx.Now, tx.Now, tx.Now, tx.Now.Add(LoginTime)
	return secret, tx.InsertLogin(ctx, l)
}

// Prove notes that the person behind a login proved to be it just now, and
// returns a new secret for the cookie; false when the login has ended.
func (g *Guard) Prove(ctx context.Context, tx *change.Tx, hash string) (secret string, ok bool, err error) {
	secret, fresh := NewSecret()
	ok, err = tx.ProveLogin(ctx, hash, fresh, tx.Now)
	return secret, ok, err
}

// LoginOf finds the login of a cookie's secret. Accounts that were closed have
// none.
func (g *Guard) LoginOf(ctx context.Context, secret string) (l database.LoginInPlace, found bool, err error) {
	hash := HashSecret(secret)
	l, found, err = g.DB.LoginByHash(ctx, hash, g.Clock())
	if err != nil || !found || !l.User.ClosedAt.IsZero() {
		return l, false, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.seen == nil {
		g.seen = map[string]time.Time{}
	}
	g.seen[hash] = g.Clock()
	return l, true, nil
}
