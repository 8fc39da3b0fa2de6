package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// ErrUnknownKey says that no key of the set made the signature; the signer may
// have newer ones.
var ErrUnknownKey = errors.New("the signing key is unknown")

// ErrSignature says that the signature is not one of the key's.
var ErrSignature = errors.New("the signature is wrong")

// KeySet is the public keys of a signer.
type KeySet []Key

// Key is a public key for signatures: of RSA, or of ECDSA on the curve P-256.
type Key struct {
	ID        string
	algorithm string // the only one it is for, "" for all of its kind
	rsa       *rsa.PublicKey
	ecdsa     *ecdsa.PublicKey
}

// Bounds of a key set: keys in it, and bits of an RSA modulus.
const (
	maxKeys = 100
	minBits = 2048
	maxBits = 8192
)

// Algorithms are the signatures that are verified (RFC 7518, 3.1). Symmetric
// ones and "none" are not among them, and a key fits only those of its kind, so
// a public key is never taken for a shared secret.
func Algorithms() []string { return []string{"RS256", "PS256", "ES256"} }

// webKey is a JSON Web Key (RFC 7517).
type webKey struct {
	Kind      string   `json:"kty"`
	ID        string   `json:"kid"`
	Use       string   `json:"use"`
	Uses      []string `json:"key_ops"`
	Algorithm string   `json:"alg"`
	Curve     string   `json:"crv"`
	N         string   `json:"n"`
	E         string   `json:"e"`
	X         string   `json:"x"`
	Y         string   `json:"y"`
}

// ParseKeys reads a JSON Web Key Set. Keys of other kinds or uses are left out; a
// key of a known kind that is broken or weak is left out too, so that one bad
// key does not lock everybody out; a set with more than 100 keys is refused.
func ParseKeys(text []byte) (KeySet, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("key set: %d keys, the most is %d", len(set.Keys), maxKeys)
	}
	var out KeySet
	for _, raw := range set.Keys {
		var w webKey
		if json.Unmarshal(raw, &w) != nil {
			continue
		}
		if key, ok := w.key(); ok {
			out = append(out, key)
		}
	}
	return out, nil
}

func (w webKey) key() (key Key, ok bool) {
	if w.Use != "" && w.Use != "sig" || w.Uses != nil && !slices.Contains(w.Uses, "verify") || w.Algorithm != "" && !slices.Contains(Algorithms(), w.Algorithm) {
		return key, false
	}
	key = Key{ID: w.ID, algorithm: w.Algorithm}
	switch {
	case w.Kind == "RSA":
		key.rsa, ok = w.rsa()
	case w.Kind == "EC" && w.Curve == "P-256":
		key.ecdsa, ok = w.ecdsa()
	}
	return key, ok
}

func (w webKey) rsa() (*rsa.PublicKey, bool) {
	n, err := decode(w.N)
	if err != nil || len(n) > maxBits/8 {
		return nil, false
	}
	e, err := decode(w.E)
	if err != nil || len(e) == 0 || len(e) > 4 {
		return nil, false
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	odd := key.N.Bit(0) == 1 && key.E&1 == 1
	return key, key.N.BitLen() >= minBits && odd && key.E >= 3 && key.E < 1<<31
}

func (w webKey) ecdsa() (*ecdsa.PublicKey, bool) {
	x, errX := decode(w.X)
	y, errY := decode(w.Y)
	if errX != nil || errY != nil || len(x) != 32 || len(y) != 32 {
		return nil, false
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
	return key, err == nil
}

// fits reports whether the key may make signatures of the algorithm.
func (k Key) fits(algorithm string) bool {
	if k.algorithm != "" && k.algorithm != algorithm {
		return false
	}
	switch algorithm {
	case "RS256", "PS256":
		return k.rsa != nil
	case "ES256":
		return k.ecdsa != nil
	}
	return false
}

// find chooses the key. A token without a key's name is taken only when there
// is no choice.
func (s KeySet) find(h Header) (Key, error) {
	if !slices.Contains(Algorithms(), h.Algorithm) {
		return Key{}, fmt.Errorf("the algorithm %.20q is not one of RS256, PS256 and ES256", h.Algorithm)
	}
	var found []Key
	for _, key := range s {
		if key.fits(h.Algorithm) && (h.KeyID == "" || key.ID == h.KeyID) {
			found = append(found, key)
		}
	}
	if len(found) != 1 {
		return Key{}, fmt.Errorf("%w: %d keys for %s fit the name %.80q", ErrUnknownKey, len(found), h.Algorithm, h.KeyID)
	}
	return found[0], nil
}

func (k Key) verify(algorithm string, signed, signature []byte) error {
	sum := sha256.Sum256(signed)
	ok := false
	switch algorithm {
	case "RS256":
		ok = rsa.VerifyPKCS1v15(k.rsa, crypto.SHA256, sum[:], signature) == nil
	case "PS256":
		options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash} // RFC 7518, 3.5
		ok = rsa.VerifyPSS(k.rsa, crypto.SHA256, sum[:], signature, options) == nil
	case "ES256":
		ok = verifyECDSA(k.ecdsa, sum[:], signature)
	}
	if !ok {
		return ErrSignature
	}
	return nil
}

// verifyECDSA: the signature is R and S, 32 bytes each (RFC 7518, 3.4).
func verifyECDSA(key *ecdsa.PublicKey, sum, signature []byte) bool {
	if len(signature) != 64 {
		return false
	}
	return ecdsa.Verify(key, sum, new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}
