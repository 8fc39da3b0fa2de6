package access

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"golang.org/x/crypto/argon2"

	"strongroom/internal/index"
)

// Argon2id's cost (PW-9): 19 MiB, two passes, one lane.
const (
	argonMemory = 19 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSalt   = 16
	argonKey    = 32
)

// HashPassword makes the PHC string of a password.
func HashPassword(password string) string {
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil { // never fails since Go 1.24
		panic(err)
	}
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// CheckUsername enforces PyPI's rule: 1 to 50 ASCII letters, digits, '.', '_'
// and '-', beginning and ending with a letter or digit.
func CheckUsername(name string) error {
	ok := len(name) >= 1 && len(name) <= 50
	for i := range len(name) {
		c := name[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		inner := (c == '.' || c == '_' || c == '-') && i > 0 && i < len(name)-1
		ok = ok && (plain || inner)
	}
	if !ok {
		return index.Refuse(index.CodeInvalidForm, "The user name %q is invalid: it has 1 to 50 letters, digits, '.', '_' and '-', and begins and ends with a letter or digit.", name)
	}
	return nil
}
