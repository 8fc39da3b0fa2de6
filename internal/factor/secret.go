package factor

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// NewSecret makes the secret of a link or a cookie: 256 random bits as 43 characters of base64url, and the sum to store
// in its place.
func NewSecret() (secret, sum string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, SecretSum(secret)
}

// SecretSum is the SHA-256 of a secret in hexadecimal digits. The database finds the row by it, so that neither its
// content nor the time a look-up takes tells the secret. A fast hash is enough: nobody guesses 256 random bits.
func SecretSum(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
