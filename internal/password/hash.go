package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is Argon2id's parameters.
type cost struct {
	memory uint32 // KiB
	time   uint32
	lanes  uint8
}

// today is the cost of new hashes (PW-9): 19 MiB, two passes, one lane.
var today = cost{memory: 19 << 10, time: 2, lanes: 1}

const (
	saltSize = 16
	keySize  = 32
)

// Hash makes the PHC string of a password ($argon2id$v=19$m=…). It takes 19 MiB of memory for tens of milliseconds: a
// server uses a Hasher, which bounds that.
func Hash(password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	return encode(salt, derive(password, salt, today, keySize))
}

// Verify says whether a password is the one that was hashed, comparing in constant time. A string that is no Argon2id
// hash, or one with parameters beyond reason, matches nothing. rehash says that the hash is right but cheaper than
// today's: the caller stores a new one.
func Verify(hash, password string) (ok, rehash bool) {
	c, salt, key, good := decode(hash)
	if !good {
		return false, false
	}
	ok = subtle.ConstantTimeCompare(derive(password, salt, c, len(key)), key) == 1
	return ok, ok && c.weaker()
}

func derive(password string, salt []byte, c cost, size int) []byte {
	return argon2.IDKey([]byte(Normalize(password)), salt, c.time, c.memory, c.lanes, uint32(size))
}

func (c cost) weaker() bool { return c.memory < today.memory || c.time < today.time }

func encode(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, today.memory, today.time, today.lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

func decode(hash string) (c cost, salt, key []byte, ok bool) {
	part := strings.Split(hash, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v=19" {
		return c, nil, nil, false
	}
	if n, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.lanes); n != 3 || err != nil {
		return c, nil, nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[4])
	if err != nil {
		return c, nil, nil, false
	}
	key, err = base64.RawStdEncoding.DecodeString(part[5])
	return c, salt, key, err == nil && len(key) >= 16 && c.memory <= 4*today.memory && c.time >= 1 && c.time <= 16 && c.lanes >= 1
}
