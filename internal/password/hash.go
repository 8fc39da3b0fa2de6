package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
)

// cost is Argon2id's parameters.
type cost struct {
	memory uint32 // KiB
	time   uint32
	lanes  uint32
}

// today is the cost of new hashes (PW-9): 19 MiB, two passes, one lane.
var today = cost{memory: 19 << 10, time: 2, lanes: 1}

const (
	saltSize = 16
	keySize  = 32
)

// Hash makes the PHC string of a password ($argon2id$v=19$m=…). It takes 19 MiB of memory for tens of milliseconds: a
// server uses a Hasher, which bounds that.
func Hash(password string) string { return (&arena{}).hash(password) }

// Verify says whether a password is the one that was hashed, comparing in constant time. A string that is no Argon2id
// hash, or one with parameters beyond reason, matches nothing. rehash says that the hash is right but cheaper than
// today's: the caller stores a new one.
func Verify(hash, password string) (ok, rehash bool) {
	ok, cheap := (&arena{}).verify(hash, password)
	return ok, ok && cheap
}

func (a *arena) hash(password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	return encode(salt, a.derive([]byte(Normalize(password)), salt, today, keySize))
}

// verify also says whether that was cheaper than verifying a hash made today.
func (a *arena) verify(hash, password string) (ok, cheap bool) {
	c, salt, key, good := decode(hash)
	if !good {
		return false, true
	}
	got := a.derive([]byte(Normalize(password)), salt, c, len(key))
	return subtle.ConstantTimeCompare(got, key) == 1, c.memory < today.memory || c.time < today.time
}

// nothing does the work of verify for nobody.
func (a *arena) nothing(password string) {
	a.derive([]byte(Normalize(password)), make([]byte, saltSize), today, keySize)
}

func encode(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argonVersion, today.memory, today.time, today.lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// decode reads a PHC string: $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY.
func decode(hash string) (c cost, salt, key []byte, ok bool) {
	part := strings.Split(hash, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v=19" {
		return c, nil, nil, false
	}
	if n, err := fmt.Sscanf(part[3]+"\n", "m=%d,t=%d,p=%d\n", &c.memory, &c.time, &c.lanes); n != 3 || err != nil || !c.sane() {
		return c, nil, nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[4])
	if err != nil || len(salt) < 8 {
		return c, nil, nil, false
	}
	key, err = base64.RawStdEncoding.DecodeString(part[5])
	return c, salt, key, err == nil && len(key) >= 16 && len(key) <= 64
}

// sane bounds what a hash from elsewhere may cost; Argon2 itself asks for eight blocks a lane.
func (c cost) sane() bool {
	return c.lanes >= 1 && c.lanes <= 16 && c.time >= 1 && c.time <= 16 && c.memory >= 8*c.lanes && c.memory <= 4*today.memory
}
