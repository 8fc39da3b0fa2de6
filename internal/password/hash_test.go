package password

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

// TestHash makes a PHC string that others can verify.
func TestHash(t *testing.T) {
	hash := Hash("correct horse")
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
	if Hash("correct horse") == hash {
		t.Error("two hashes share a salt")
	}
}

// TestArgon2 holds our function against golang.org/x/crypto, with memory that was used for something else before.
func TestArgon2(t *testing.T) {
	var a arena
	for _, c := range []cost{today, {1024, 6, 6}, {64, 3, 4}, {8, 1, 1}, {100, 3, 3}, {31, 1, 2}, {30000, 1, 4}} {
		sizes := []int{32, 16, 64, 65, 100}
		if c.memory > 4096 {
			sizes = sizes[:1]
		}
		for _, size := range sizes {
			password, salt := fmt.Sprint("password ", size), []byte("0123456789abcdef")
			got := a.derive([]byte(password), salt, c, size)
			if want := argon2.IDKey([]byte(password), salt, c.time, c.memory, uint8(c.lanes), uint32(size)); !bytes.Equal(got, want) {
				t.Errorf("%+v, %d bytes: %x, want %x", c, size, got, want)
			}
		}
	}
}

// reference is a hash of "password" by the reference implementation's command:
// echo -n password | argon2 somesalt -id -t 2 -k 256 -p 1 -l 24 (its test.c has the same parameters as 2,8,1).
func reference(t *testing.T) string {
	t.Helper()
	key, err := hex.DecodeString("9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe")
	if err != nil {
		t.Fatal(err)
	}
	return "$argon2id$v=19$m=256,t=2,p=1$" + base64.RawStdEncoding.EncodeToString([]byte("somesalt")) + "$" + base64.RawStdEncoding.EncodeToString(key)
}

func TestVerify(t *testing.T) {
	hash := Hash("correct horse")
	for _, c := range []struct {
		hash, password string
		ok, rehash     bool
	}{
		{hash, "correct horse", true, false},
		{hash, "correct horsf", false, false},
		{hash, "", false, false},
		{reference(t), "password", true, true},
		{reference(t), "passwore", false, false},
		{strings.Replace(hash, "t=2", "t=1", 1), "correct horse", false, false},
	} {
		if ok, rehash := Verify(c.hash, c.password); ok != c.ok || rehash != c.rehash {
			t.Errorf("%s %q: %v, %v", c.hash, c.password, ok, rehash)
		}
	}
}

// TestBadHashes: what is no hash, or would cost too much, matches nothing.
func TestBadHashes(t *testing.T) {
	const good = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	if ok, _ := Verify(good, "password"); !ok {
		t.Fatal("the good one does not match")
	}
	for _, change := range [][2]string{
		{good, ""},
		{"$argon2id", "argon2id"},
		{"argon2id", "argon2i"},
		{"v=19", "v=16"},
		{"m=256", "m=-256"},
		{"m=256", "m=4"},
		{"m=256", "m=77825"},
		{"m=256", "m=4294967295"},
		{"t=2", "t=0"},
		{"t=2", "t=17"},
		{"p=1", "p=0"},
		{"p=1", "p=300"},
		{"p=1", "p=1,x=2"},
		{"$c29tZXNhbHQ", "$c29t"},
		{"$c29tZXNhbHQ", "$!"},
		{"/4", "/4$"},
		{"$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "$"},
		{"$nf65EOg", "$ nf65EOg"},
	} {
		if ok, rehash := Verify(strings.Replace(good, change[0], change[1], 1), "password"); ok || rehash {
			t.Errorf("with %q for %q: %v, %v", change[1], change[0], ok, rehash)
		}
	}
}

// TestNormalForms: the same letters typed on another system are the same password.
func TestNormalForms(t *testing.T) {
	if ok, _ := Verify(Hash("pässwörd é"), "pa\u0308sswo\u0308rd e\u0301"); !ok {
		t.Error("NFD does not match NFC")
	}
	if ok, _ := Verify(Hash("ﬁle"), "file"); ok {
		t.Error("a ligature matches its letters")
	}
}

func TestCheckLength(t *testing.T) {
	for _, c := range []struct {
		password string
		least    int
		wrong    string
	}{
		{"12345678", 8, ""},
		{"1234567", 8, "has 7 characters; choose one with 8 or more"},
		{"日本語のパスワード", 8, ""},
		{"日本語のパス", 8, "has 6 characters"},
		{"e\u0301e\u0301e\u0301e\u0301", 8, "has 4 characters"},
		{"12345678901234", 15, "has 14 characters"},
		{"", 8, "has 0 characters"},
		{strings.Repeat("x", 4096), 8, ""},
		{strings.Repeat("x", 4097), 8, "has 4097 bytes; the most is 4096"},
		{"pass\xffword", 8, "not valid text"},
	} {
		err := CheckLength(c.password, c.least)
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%.20q: %v, want %q", c.password, err, c.wrong)
		}
		if err != nil && len(c.password) > 3 && strings.Contains(err.Error(), c.password) {
			t.Errorf("the error contains the password %q", c.password)
		}
	}
}

func TestStrength(t *testing.T) {
	for password, want := range map[string]Score{
		"password": 0, "password1": 0, "qwertyuiop": 0, "Tr0ub4dour&3": 2, "correcthorsebatterystaple": 4, "": 0,
		strings.Repeat("a", 4096): 0,
	} {
		if got := Strength(password); got != want || got.OK() != (want >= 2) {
			t.Errorf("%.30q: %d, want %d", password, got, want)
		}
	}
	if got := Strength("zyxalicegarfield", "alicegarfield", "a@example.com"); got.OK() {
		t.Errorf("the user's own name scores %d", got)
	}
	if got := prefix(strings.Repeat("😀", 100)); got != strings.Repeat("😀", 36) {
		t.Errorf("%d bytes are estimated, want 36 characters of two units", len(got))
	}
}
