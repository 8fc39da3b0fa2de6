package access

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	macaroon "gopkg.in/macaroon.v2"
)

// vector is a macaroon that another implementation made; see testdata/README.md.
type vector struct {
	Name, Location, Identifier, Key, Token, Signature string
	Caveats                                           []string
}

func vectors(t testing.TB) (list []vector) {
	t.Helper()
	text, err := os.ReadFile("testdata/macaroons.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func (v vector) key(t testing.TB) []byte {
	t.Helper()
	key, err := hex.DecodeString(v.Key)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestT01WireCompatible: our tokens are byte for byte those of the reference, and theirs verify here (T-01, T-02).
func TestT01WireCompatible(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			// Without a location, which ours always have, the reference writes an empty field and we write none.
			if got, err := encode(v.key(t), v.Identifier, v.Location, v.Caveats); err != nil || got != v.Token && v.Location != "" {
				t.Errorf("encode:\n%s, %v\nwant\n%s", got, err, v.Token)
			}
			m, err := decode(v.Token)
			if err != nil {
				t.Fatal(err)
			}
			caveats, err := m.VerifySignature(v.key(t), nil)
			if err != nil || !slices.Equal(caveats, v.Caveats) {
				t.Errorf("verify: %q, %v", caveats, err)
			}
			if string(m.Id()) != v.Identifier || m.Location() != v.Location || hex.EncodeToString(m.Signature()) != v.Signature {
				t.Errorf("id %q, location %q, signature %x", m.Id(), m.Location(), m.Signature())
			}
		})
	}
}

// TestT01Damage: no change of a token's text gives a valid one.
func TestT01Damage(t *testing.T) {
	v := vectors(t)[1]
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(v.Token, tokenPrefix))
	if err != nil {
		t.Fatal(err)
	}
	location := len("\x02\x01\x0dindex.example") // not signed: it is for information only
	for i := range raw {
		damaged := slices.Clone(raw)
		damaged[i] ^= 0x10
		m, err := decode(tokenPrefix + base64.RawURLEncoding.EncodeToString(damaged))
		if err != nil {
			continue
		}
		if _, err := m.VerifySignature(v.key(t), nil); err == nil && i >= location {
			t.Errorf("byte %d may be anything", i)
		}
	}
	for n := range raw {
		if _, err := decode(tokenPrefix + base64.RawURLEncoding.EncodeToString(raw[:n])); err == nil {
			t.Errorf("cut off after %d bytes it still decodes", n)
		}
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	good := vectors(t)[1].Token
	body := strings.TrimPrefix(good, tokenPrefix)
	v1, err := macaroon.New([]byte("k"), []byte("id"), "l", macaroon.V1)
	if err != nil {
		t.Fatal(err)
	}
	old, err := v1.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	odd := func(id string) string {
		text, err := encode([]byte("k"), id, "l", nil)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, row := range []struct{ token, want string }{
		{good, ""},
		{"  " + good + "\n", ""},
		{good + "==", ""},
		{"", `does not begin with "pypi-"`},
		{body, `does not begin with "pypi-"`},
		{"PYPI-" + body, `does not begin with "pypi-"`},
		{tokenPrefix, "not a version 2 macaroon"},
		{tokenPrefix + "a b", "not base64url"},
		{tokenPrefix + "a+/b", "not base64url"},
		{good[:len(good)-8], "cut off"},
		{good + "AAAA", "not a version 2 macaroon"},
		{tokenPrefix + base64.RawURLEncoding.EncodeToString(old), "not a version 2 macaroon"},
		{tokenPrefix + strings.Repeat("A", maxToken+1), "longer than"},
		{odd("id\x00"), "not one of this index"},
		{odd("\xff\xfe"), "not one of this index"},
		{odd(strings.Repeat("x", 65)), "not one of this index"},
	} {
		_, err := decode(row.token)
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%.80q: %v; want %q", row.token, err, row.want)
		}
		if err != nil && len(row.token) > 20 && strings.Contains(err.Error(), row.token[5:20]) {
			t.Errorf("the error repeats the token: %v", err)
		}
	}
}

// FuzzDecode: any text is a token or an error, and a token comes back as it was.
func FuzzDecode(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Token)
	}
	f.Add("pypi-AgEA")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := decode(text)
		if err != nil {
			return
		}
		if _, err := m.VerifySignature([]byte("some key"), nil); err == nil {
			t.Errorf("%q verifies with a key it was not made with", text)
		}
	})
}
