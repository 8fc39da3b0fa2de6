package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"strongroom/internal/password/argon2"
)

// today is the cost of new hashes (PW-9): 19 MiB, two passes, one lane.
var today = argon2.Cost{Memory: 19 << 10, Time: 2, Lanes: 1}

const (
	saltSize = 16
	keySize  = 32
)

// Hash makes the PHC string of a password ($argon2id$v=19$m=…). It takes 19 MiB of memory for tens of milliseconds: a
// server uses a Hasher, which bounds that.
func Hash(password string) string { return (maker{}).hash(context.Background(), password) }

// Verify says whether a password is the one that was hashed, comparing in constant time. A string that is no Argon2id
// hash, or one with parameters beyond reason, matches nothing. rehash says that the hash is right but cheaper than
// today's: the caller stores a new one.
func Verify(hash, password string) (ok, rehash bool) {
	ok, cheap := (maker{}).verify(context.Background(), hash, password)
	return ok, ok && cheap
}

// Child makes the hash of an argon2.Request in another process, and fails when
// it cannot.
type Child func(ctx context.Context, request []byte) (tag []byte, err error)

// maker makes hashes.
type maker struct {
	child Child // nil makes them here
}

// derive makes the hash in a child, which holds none of Go's processors: the
// kernel lets it run last, and a thread of the server that does not get to run
// would hold up the collector when it stops the world, and all readers with it.
// It also gives its 19 MiB back at once. When there is no child the hash is made
// here: nobody is kept from signing in by that. It goes on when nobody waits for
// it any more, so that who gives up learns nothing (P31).
func (m maker) derive(ctx context.Context, password string, salt []byte, c argon2.Cost, size int) []byte {
	r := argon2.Request{Password: []byte(Normalize(password)), Salt: salt, Cost: c, Size: uint32(size)}
	if m.child != nil {
		if tag, err := m.child(context.WithoutCancel(ctx), r.Encode()); err == nil && len(tag) == size {
			return tag
		}
	}
	return r.Tag()
}

func (m maker) hash(ctx context.Context, password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	return encode(salt, m.derive(ctx, password, salt, today, keySize))
}

// verify also says whether that was cheaper than verifying a hash made today.
func (m maker) verify(ctx context.Context, hash, password string) (ok, cheap bool) {
	c, salt, key, good := decode(hash)
	if !good {
		return false, true
	}
	got := m.derive(ctx, password, salt, c, len(key))
	return subtle.ConstantTimeCompare(got, key) == 1, c.Memory < today.Memory || c.Time < today.Time
}

// nothing does the work of verify for nobody.
func (m maker) nothing(ctx context.Context, password string) {
	m.derive(ctx, password, make([]byte, saltSize), today, keySize)
}

func encode(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, today.Memory, today.Time, today.Lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// decode reads a PHC string: $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY.
func decode(hash string) (c argon2.Cost, salt, key []byte, ok bool) {
	part := strings.Split(hash, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v=19" {
		return c, nil, nil, false
	}
	if n, err := fmt.Sscanf(part[3]+"\n", "m=%d,t=%d,p=%d\n", &c.Memory, &c.Time, &c.Lanes); n != 3 || err != nil || !sane(c) {
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
func sane(c argon2.Cost) bool {
	return c.Lanes >= 1 && c.Lanes <= 16 && c.Time >= 1 && c.Time <= 16 && c.Memory >= 8*c.Lanes && c.Memory <= 4*today.Memory
}
