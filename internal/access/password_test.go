package access

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

// TestHashPassword makes a PHC string that others can verify.
func TestHashPassword(t *testing.T) {
	hash := HashPassword("correct horse")
	m := regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$`).FindStringSubmatch(hash)
	if m == nil {
		t.Fatalf("%q is not a PHC string of the wanted cost (PW-9)", hash)
	}
	salt, err := base64.RawStdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	if want := base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte("correct horse"), salt, 2, 19456, 1, 32)); m[2] != want {
		t.Errorf("key %s, want %s", m[2], want)
	}
	if HashPassword("correct horse") == hash {
		t.Error("two hashes share a salt")
	}
}

func TestCheckUsername(t *testing.T) {
	for name, ok := range map[string]bool{
		"a": true, "A1": true, "a.b-c_d": true, "0": true, strings.Repeat("x", 50): true,
		"": false, strings.Repeat("x", 51): false, ".a": false, "a-": false, "a b": false, "ü": false, "a\n": false, "a/b": false, "__token__": false, "a@b": false,
	} {
		if err := CheckUsername(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestNewUID makes version 4 UUIDs, all different.
func TestNewUID(t *testing.T) {
	shape := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for range 100 {
		uid := NewUID()
		if !shape.MatchString(uid) || seen[uid] {
			t.Errorf("%q is malformed or seen before", uid)
		}
		seen[uid] = true
	}
}
