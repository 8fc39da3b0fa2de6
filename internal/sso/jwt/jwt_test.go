package jwt

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// vectors reads testdata/wycheproof.json.
func vectors(t testing.TB) (groups []struct {
	Comment string
	Key     json.RawMessage
	Tests   [][]any
},
) {
	t.Helper()
	text, err := os.ReadFile("testdata/wycheproof.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &groups); err != nil {
		t.Fatal(err)
	}
	return groups
}

// verified reports whether the signature was found good; the vectors' payloads are no claims.
func verified(token string, keys KeySet) bool {
	parsed, err := Parse(token)
	if err != nil {
		return false
	}
	_, err = parsed.Claims(keys)
	return err == nil || strings.Contains(err.Error(), "claims:")
}

// TestWycheproof: every token that must be refused is, and those that must not are not, except where this package is
// narrower on purpose: no symmetric keys, no token without a payload, no key that is for another algorithm.
func TestWycheproof(t *testing.T) {
	narrower := map[string]string{"hs256": "symmetric", "emptyPayload": "no claims", "Figure20": "PS384"}
	good, bad, narrow := 0, 0, 0
	for _, group := range vectors(t) {
		keys, err := ParseKeys([]byte(`{"keys":[` + string(group.Key) + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range group.Tests {
			number, result, comment, token := test[0].(float64), test[1].(string), test[2].(string), test[3].(string)
			ok := verified(token, keys)
			switch {
			case result == "invalid" && ok:
				t.Errorf("%v %s: %s: verified", number, group.Comment, comment)
			case result == "invalid":
				bad++
			case ok:
				good++
			case narrower[group.Comment] != "" || narrower[comment] != "":
				narrow++
			default:
				t.Errorf("%v %s: %s (%s): not verified", number, group.Comment, comment, result)
			}
		}
	}
	t.Logf("%d verified, %d refused, %d refused on purpose", good, bad, narrow)
	if good < 14 || bad < 320 {
		t.Errorf("%d verified, %d refused: vectors are missing", good, bad)
	}
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestParseRefuses(t *testing.T) {
	header, claims, sig := encode(`{"alg":"RS256"}`), encode(`{}`), encode("x")
	if _, err := Parse(header + "." + claims + "." + sig); err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"nothing":                  "",
		"two parts":                header + "." + claims,
		"four parts":               header + "." + claims + "." + sig + "." + sig,
		"an encrypted token":       header + "." + claims + "." + sig + "." + sig + "." + sig,
		"no signature":             header + "." + claims + ".",
		"no claims":                header + ".." + sig,
		"no header":                "." + claims + "." + sig,
		"padding":                  header + "." + encode(`{"a":1}`) + "=." + sig,
		"the usual base64":         header + "." + claims + ".+/+/",
		"a line break":             header + "." + claims + "\n." + sig,
		"bits that are not used":   header + "." + claims + ".eB",
		"a space":                  " " + header + "." + claims + "." + sig,
		"a header that is a list":  encode(`["alg"]`) + "." + claims + "." + sig,
		"a header that is null":    encode(`null`) + "." + claims + "." + sig,
		"two algorithms":           encode(`{"alg":"RS256","alg":"none"}`) + "." + claims + "." + sig,
		"two spellings":            encode(`{"alg":"RS256","ALG":"none"}`) + "." + claims + "." + sig,
		"two values":               encode(`{"alg":"RS256"}{}`) + "." + claims + "." + sig,
		"an algorithm as a number": encode(`{"alg":1}`) + "." + claims + "." + sig,
		"an extension":             encode(`{"alg":"RS256","crit":["exp"]}`) + "." + claims + "." + sig,
		"an empty crit":            encode(`{"alg":"RS256","crit":[]}`) + "." + claims + "." + sig,
		"a logout token":           encode(`{"alg":"RS256","typ":"logout+jwt"}`) + "." + claims + "." + sig,
		"too long":                 header + "." + strings.Repeat("A", maxToken) + "." + sig,
		"deep":                     encode(`{"alg":"RS256","x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`}`) + "." + claims + "." + sig,
	} {
		if _, err := Parse(token); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseKeys(t *testing.T) {
	const rsaN = "4f5wg5l2hKsTeNem_V41fGnJm6gOdrj8ym3rFkEU_wT8RDtnSgFEZOQpHEgQ7JL38xUfU0Y3g6aYw9QT0hJ7mCpz9Er5qLaMXJwZxzHzAahlfA0icqabvJOMvQtzD6uQv6wPEyZtDTWiQi9AXwBpHssPnpYGIn20ZZuNlX2BrClciHhCPUIIZOQn_MmqTD31jSyjoQoV7MhhMTATKJx2XrHhR-1DcKJzQBSTAGnpYVaqpsARap-nwRipr3nUTuxyGohBTSmjJ2usSeQXHI3bODIRe1AuTyHceAbewn8b462yEWKARdpd9AjQW5SIVPfdsz5B6GlYQ5LdYKtznTuy7w"
	good := `{"kty":"RSA","kid":"a","n":"` + rsaN + `","e":"AQAB"`
	for name, row := range map[string]struct {
		key  string
		want int
	}{
		"RSA":                     {good + `}`, 1},
		"for signatures":          {good + `,"use":"sig","alg":"PS256"}`, 1},
		"for encryption":          {good + `,"use":"enc"}`, 0},
		"to sign only":            {good + `,"key_ops":["sign"]}`, 0},
		"of RS512":                {good + `,"alg":"RS512"}`, 0},
		"even exponent":           {`{"kty":"RSA","n":"` + rsaN + `","e":"AQAC"}`, 0},
		"exponent 1":              {`{"kty":"RSA","n":"` + rsaN + `","e":"AQ"}`, 0},
		"long exponent":           {`{"kty":"RSA","n":"` + rsaN + `","e":"AQABAQAB"}`, 0},
		"no exponent":             {`{"kty":"RSA","n":"` + rsaN + `"}`, 0},
		"1024 bits":               {`{"kty":"RSA","n":"` + rsaN[:171] + `","e":"AQAB"}`, 0},
		"a huge modulus":          {`{"kty":"RSA","n":"` + strings.Repeat("_", 4*2800) + `","e":"AQAB"}`, 0},
		"symmetric":               {`{"kty":"oct","k":"AAAA"}`, 0},
		"another curve":           {`{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}`, 0},
		"not on the curve":        {`{"kty":"EC","crv":"P-256","x":"` + strings.Repeat("A", 42) + "E" + `","y":"` + strings.Repeat("A", 43) + `"}`, 0},
		"a short coordinate":      {`{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}`, 0},
		"of nothing":              {`{}`, 0},
		"a name that is a number": {`{"kty":"RSA","kid":7}`, 0},
		"no object":               {`7`, 0},
	} {
		set, err := ParseKeys([]byte(`{"keys":[` + row.key + `]}`))
		if err != nil || len(set) != row.want {
			t.Errorf("%s: %d keys, %v", name, len(set), err)
		}
	}
	many := `{"keys":[` + strings.Repeat(`{},`, maxKeys) + `{}]}`
	for _, text := range []string{"", "[]", "null", `{"keys":7}`, `{"keys":[],"keys":[]}`, `{"keys":[]} x`, many} {
		if _, err := ParseKeys([]byte(text)); err == nil {
			t.Errorf("%.20q is taken", text)
		}
	}
}

// sign makes a key set of one key, and a token that it signed.
func sign(t testing.TB, header, claims string) (string, KeySet) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signed := encode(header) + "." + encode(claims)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum(signed))
	if err != nil {
		t.Fatal(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return signed + "." + encode(string(signature)), KeySet{{ID: "k", ecdsa: &key.PublicKey}}
}

func TestClaims(t *testing.T) {
	token, keys := sign(t, `{"alg":"ES256","kid":"k"}`, `{"a": 1}`)
	parsed, err := Parse(token)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := parsed.Claims(keys); string(raw) != `{"a": 1}` || err != nil {
		t.Errorf("%s, %v", raw, err)
	}
	other := KeySet{{ID: "j", ecdsa: keys[0].ecdsa}}
	twice := KeySet{keys[0], keys[0]}
	for name, set := range map[string]KeySet{"none": nil, "another name": other, "one name twice": twice} {
		if _, err := parsed.Claims(set); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, claims := range []string{`[]`, `7`, `{"sub":"a","sub":"b"}`, `{"sub":{"x":1,"x":2}}`, `{} {}`, `{`, "{\"a\":\"\xff"} {
		token, keys := sign(t, `{"alg":"ES256"}`, claims)
		parsed, err := Parse(token)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parsed.Claims(keys); !errors.Is(err, ErrMalformed) {
			t.Errorf("claims %q: %v", claims, err)
		}
	}
}

// FuzzParse takes any text apart, with keys that fit it or not: a refusal or claims, never a fault; and what was not
// signed by the key is never believed.
func FuzzParse(f *testing.F) {
	token, keys := sign(f, `{"alg":"ES256","kid":"k"}`, `{"a":1}`)
	f.Add(token)
	f.Add(encode(`{"alg":"none"}`) + "." + encode(`{}`) + ".")
	for _, group := range vectors(f) {
		f.Add(group.Tests[0][3].(string))
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := Parse(text)
		if err != nil {
			return
		}
		if raw, err := parsed.Claims(keys); err == nil && string(raw) != `{"a":1}` {
			t.Errorf("%q gave the claims %s", text, raw)
		}
	})
}

// FuzzParseKeys reads any key set.
func FuzzParseKeys(f *testing.F) {
	for _, group := range vectors(f) {
		f.Add([]byte(`{"keys":[` + string(group.Key) + `]}`))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := ParseKeys(text)
		if err == nil && len(keys) > maxKeys {
			t.Errorf("%d keys", len(keys))
		}
	})
}
