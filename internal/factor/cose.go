package factor

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"math/big"
)

// Algorithms of COSE (RFC 9053) that keys may have, the one preferred first.
const (
	algES256 = -7
	algEdDSA = -8
	algRS256 = -257
)

// algorithms is what is asked for.
var algorithms = [...]int{algES256, algEdDSA, algRS256}

var (
	errKey       = errors.New("the security key's public key is not of a kind that this site accepts (ES256, EdDSA, RS256)")
	errSignature = errors.New("the security key's signature is wrong")
)

// verifier checks a signature over a message.
type verifier func(message, signature []byte) bool

// parseKey reads a COSE_Key (RFC 9052 §7) and refuses what is not exactly one of our algorithms.
func parseKey(cose []byte) (verifier, error) {
	value, rest, err := readCBOR(cose)
	key, ok := value.(map[any]any)
	if err != nil || !ok || len(rest) > 0 {
		return nil, errKey
	}
	part := func(label int64) []byte { b, _ := key[label].([]byte); return b }
	switch [2]any{key[int64(1)], key[int64(3)]} {
	case [2]any{int64(2), int64(algES256)}:
		if key[int64(-1)] == int64(1) {
			return es256(part(-2), part(-3))
		}
	case [2]any{int64(1), int64(algEdDSA)}:
		if public := part(-2); key[int64(-1)] == int64(6) && len(public) == ed25519.PublicKeySize {
			return func(message, signature []byte) bool { return ed25519.Verify(public, message, signature) }, nil
		}
	case [2]any{int64(3), int64(algRS256)}:
		return rs256(part(-1), part(-2))
	}
	return nil, errKey
}

func es256(x, y []byte) (verifier, error) {
	if len(x) != 32 || len(y) != 32 {
		return nil, errKey
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil { // not on the curve
		return nil, errKey
	}
	return func(message, signature []byte) bool {
		sum := sha256.Sum256(message)
		return ecdsa.VerifyASN1(public, sum[:], signature)
	}, nil
}

func rs256(n, e []byte) (verifier, error) {
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	if bits := public.N.BitLen(); bits < 2048 || bits > 4096 || len(e) > 4 || public.E < 3 || public.E%2 == 0 || public.E > 1<<31-1 {
		return nil, errKey
	}
	return func(message, signature []byte) bool {
		sum := sha256.Sum256(message)
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature) == nil
	}, nil
}
