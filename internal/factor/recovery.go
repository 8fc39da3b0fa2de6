package factor

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

// RecoveryCodes is how many codes a set has (MFA-4).
const RecoveryCodes = 8

// recoveryBytes are the random bytes of a code: 80 bits.
const recoveryBytes = 10

// recoveryDigits leave out i, l, o and u (Crockford's base 32).
const recoveryDigits = "0123456789abcdefghjkmnpqrstvwxyz"

// NewRecoveryCodes makes a set of codes such as "k7mf-02xq-9dhr-tz4b": 80 random bits each, in 32 digits and letters that
// are not mistaken for each other.
func NewRecoveryCodes() []string {
	codes := make([]string, RecoveryCodes)
	for i := range codes {
		var b [recoveryBytes]byte
		_, _ = rand.Read(b[:]) // never fails since Go 1.24
		codes[i] = groups(base32.NewEncoding(recoveryDigits).EncodeToString(b[:]), "-")
	}
	return codes
}

// RecoverySum is what is stored of a code: SHA-256 over the owner (the user's UID) and the code. Case, spaces and
// hyphens do not count, and o, i and l stand for 0, 1 and 1. A fast hash is enough for random codes; the owner in it
// keeps a thief of the table from trying one guess on all accounts at once.
func RecoverySum(owner, code string) string {
	plain := strings.NewReplacer(" ", "", "-", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(code))
	sum := sha256.Sum256([]byte("recovery code\x00" + owner + "\x00" + plain))
	return hex.EncodeToString(sum[:])
}

// MatchRecovery returns the index of the stored sum that belongs to a code, or -1. The time does not tell which or
// whether. The caller removes the row in the transaction that lets the person in.
func MatchRecovery(owner, code string, sums []string) int {
	want, found := []byte(RecoverySum(owner, code)), -1
	for i, sum := range sums {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(want, []byte(sum)), i, found)
	}
	return found
}
