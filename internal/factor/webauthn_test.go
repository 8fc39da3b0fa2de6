package factor

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// now is when the tests' ceremonies begin.
func now() time.Time { return time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC) }

func site(t *testing.T) *WebAuthn {
	t.Helper()
	w, err := NewWebAuthn("https://example.org", "Example")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// register makes a key of the authenticator's.
func register(t *testing.T, w *WebAuthn, a *authenticator, passkey bool) (Credential, error) {
	t.Helper()
	options, session, err := w.BeginRegistration(Account{Handle: []byte("uid"), Name: "alice", Label: "Alice"}, nil, passkey, now())
	if err != nil {
		t.Fatal(err)
	}
	return w.FinishRegistration(session, a.create(options), now().Add(time.Minute))
}

func assert(t *testing.T, w *WebAuthn, a *authenticator, credentials ...Credential) (Assertion, error) {
	t.Helper()
	options, session, err := w.BeginAssertion(credentials, now())
	if err != nil {
		t.Fatal(err)
	}
	return w.FinishAssertion(session, a.get(options), credentials, now().Add(time.Minute))
}

// signIn signs in with a passkey of the account "uid".
func signIn(t *testing.T, w *WebAuthn, a *authenticator, c Credential) (Assertion, error) {
	t.Helper()
	options, session, err := w.BeginPasskey(now())
	if err != nil {
		t.Fatal(err)
	}
	return w.FinishPasskey(session, a.get(options), now().Add(time.Minute), func(id, handle []byte) (Credential, error) {
		if !bytes.Equal(id, c.ID) || string(handle) != "uid" {
			return Credential{}, ErrUnknownKey
		}
		return c, nil
	})
}

// TestCeremonies: each algorithm registers, asserts, and signs in.
func TestCeremonies(t *testing.T) {
	w := site(t)
	for _, alg := range algorithms {
		a := newAuthenticator(t, alg)
		a.flags |= flagEligible
		c, err := register(t, w, a, true)
		if err != nil {
			t.Fatalf("%d: %v", alg, err)
		}
		if string(c.ID) != "credential" || c.SignCount != 1 || !slices.Equal(c.Transports, []string{"usb", "internal"}) || len(c.AAGUID) != 16 ||
			!c.BackupEligible || c.BackedUp || !c.Discoverable || !bytes.Equal(c.PublicKey, a.coseKey()) {
			t.Errorf("%d: %+v", alg, c)
		}
		a.counter, a.flags = 2, a.flags|flagBackedUp
		got, err := assert(t, w, a, Credential{ID: []byte("other")}, c)
		if err != nil || string(got.CredentialID) != "credential" || got.SignCount != 2 || !got.BackedUp || !got.Verified {
			t.Errorf("%d: %+v, %v", alg, got, err)
		}
		if _, err := signIn(t, w, a, c); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("%d: without the user's handle: %v", alg, err)
		}
		a.handle = []byte("uid")
		if got, err := signIn(t, w, a, c); err != nil || got.SignCount != 2 {
			t.Errorf("%d: %+v, %v", alg, got, err)
		}
		if _, err := signIn(t, w, newAuthenticator(t, alg), c); err == nil {
			t.Errorf("%d: another key was accepted", alg)
		}
	}
}

// TestCounter: going back or standing still is refused and named (MFA-3); authenticators that do not count stay at 0.
func TestCounter(t *testing.T) {
	w, a := site(t), newAuthenticator(t, algES256)
	c, err := register(t, w, a, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		stored   int64
		answered uint32
		want     error
	}{{1, 2, nil}, {1, 1, ErrCounter}, {5, 4, ErrCounter}, {5, 0, ErrCounter}, {0, 0, nil}, {0, 1, nil}, {1 << 31, 1<<31 + 1, nil}} {
		c.SignCount, a.counter = step.stored, step.answered
		got, err := assert(t, w, a, c)
		if !errors.Is(err, step.want) || string(got.CredentialID) != "credential" || got.SignCount != int64(step.answered) {
			t.Errorf("%+v: %+v, %v", step, got, err)
		}
	}
}

// flaw is something an answer must not have.
type flaw struct {
	name  string
	apply func(a *authenticator)
	want  string
}

func tampers(f func(*answer, map[string]any)) func(*authenticator) {
	return func(a *authenticator) { a.tamper = f }
}

func forges(f func(*answer)) func(*authenticator) {
	return func(a *authenticator) { a.forge = f }
}

// flaws are those of both ceremonies.
func flaws() []flaw {
	return []flaw{
		{"another origin", func(a *authenticator) { a.origin = "https://example.org.evil.example" }, "used on"},
		{"a subdomain", func(a *authenticator) { a.origin = "https://www.example.org" }, "used on"},
		{"http", func(a *authenticator) { a.origin = "http://example.org" }, "used on"},
		{"another site's key", func(a *authenticator) { a.rpID = "example.com" }, "for another site"},
		{"nobody there", func(a *authenticator) { a.flags &^= flagPresent }, "nobody touched"},
		{"not verified", func(a *authenticator) { a.flags &^= flagVerified }, ErrNotVerified.Error()},
		{"backed up and not eligible", func(a *authenticator) { a.flags |= flagBackedUp }, "malformed"},
		{"extensions announced", func(a *authenticator) { a.flags |= flagExtensions }, "malformed"},
		{"inside another page", tampers(func(_ *answer, c map[string]any) { c["crossOrigin"] = true }), "inside another"},
		{"another challenge", tampers(func(_ *answer, c map[string]any) { c["challenge"] = strings.Repeat("A", 43) }), ErrExpired.Error()},
		{"no challenge", tampers(func(_ *answer, c map[string]any) { delete(c, "challenge") }), ErrExpired.Error()},
		{"another ceremony", tampers(func(_ *answer, c map[string]any) { c["type"] = "payment.get" }), "another question"},
		{"more data", tampers(func(a *answer, _ map[string]any) {
			a.Response.AuthenticatorData = append(a.Response.AuthenticatorData, 0)
		}), "malformed"},
		{"less data", tampers(func(a *answer, _ map[string]any) { a.Response.AuthenticatorData = a.Response.AuthenticatorData[:36] }), "malformed"},
		{"another type", forges(func(a *answer) { a.Type = "password" }), "not that of a security key"},
		{"no ID", forges(func(a *answer) { a.RawID = nil }), "not that of a security key"},
		{"no client data", forges(func(a *answer) { a.Response.ClientData = nil }), "another question"},
		{"a large answer", forges(func(a *answer) { a.Response.Transports = []string{strings.Repeat("x", mostAnswer)} }), "more than"},
	}
}

func TestRegistrationFlaws(t *testing.T) {
	w := site(t)
	for _, f := range append(flaws(),
		flaw{"another ID", forges(func(a *answer) { a.RawID = []byte("other") }), "malformed"},
		flaw{"no object", forges(func(a *answer) { a.Response.AttestationObject = nil }), "malformed"},
		flaw{"more object", forges(func(a *answer) { a.Response.AttestationObject = append(a.Response.AttestationObject, 0) }), "malformed"},
		flaw{"a long ID", func(a *authenticator) { a.id = make([]byte, 1024) }, "malformed"},
		flaw{"an assertion's data", tampers(func(a *answer, _ map[string]any) { a.Response.AuthenticatorData = a.Response.AuthenticatorData[:37] }), "malformed"},
	) {
		a := newAuthenticator(t, algES256)
		f.apply(a)
		if _, err := register(t, w, a, true); err == nil || !strings.Contains(err.Error(), f.want) {
			t.Errorf("%s: %v, want %q", f.name, err, f.want)
		}
	}
}

func TestAssertionFlaws(t *testing.T) {
	w := site(t)
	for _, f := range append(flaws(),
		flaw{"changed data", forges(func(a *answer) { a.Response.AuthenticatorData[36]++ }), "signature is wrong"},
		flaw{"changed client data", forges(func(a *answer) { a.Response.ClientData = append(a.Response.ClientData, ' ') }), "signature is wrong"},
		flaw{"no signature", forges(func(a *answer) { a.Response.Signature = nil }), "signature is wrong"},
		flaw{"another ID", forges(func(a *answer) { a.RawID = []byte("other") }), ErrUnknownKey.Error()},
		flaw{"another account", func(a *authenticator) { a.handle = []byte("bob") }, ErrUnknownKey.Error()},
		flaw{"eligible all at once", func(a *authenticator) { a.flags |= flagEligible }, "malformed"},
	) {
		a := newAuthenticator(t, algES256)
		c, err := register(t, w, a, true)
		if err != nil {
			t.Fatal(err)
		}
		a.counter, a.handle = 2, []byte("uid")
		f.apply(a)
		if _, err := signIn(t, w, a, c); err == nil || !strings.Contains(err.Error(), f.want) {
			t.Errorf("%s: %v, want %q", f.name, err, f.want)
		}
	}
}

// TestSecondFactorNeedsNoPIN: user verification is preferred there, not required.
func TestSecondFactorNeedsNoPIN(t *testing.T) {
	w, a := site(t), newAuthenticator(t, algES256)
	a.flags = flagPresent
	c, err := register(t, w, a, false)
	if err != nil || c.Discoverable {
		t.Fatalf("%+v, %v", c, err)
	}
	a.counter = 2
	if got, err := assert(t, w, a, c); err != nil || got.Verified {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestSessions: five minutes, and for one purpose.
func TestSessions(t *testing.T) {
	w, a := site(t), newAuthenticator(t, algES256)
	options, session, err := w.BeginRegistration(Account{Handle: []byte("uid")}, nil, false, now())
	if err != nil {
		t.Fatal(err)
	}
	response := a.create(options)
	if _, err := w.FinishRegistration(session, response, now().Add(5*time.Minute)); err != nil {
		t.Errorf("after five minutes: %v", err)
	}
	if _, err := w.FinishRegistration(session, response, now().Add(5*time.Minute+time.Second)); !errors.Is(err, ErrExpired) {
		t.Errorf("later: %v", err)
	}
	if _, err := w.FinishAssertion(session, response, nil, now()); !errors.Is(err, ErrExpired) {
		t.Errorf("a registration's session for an assertion: %v", err)
	}
	for _, stored := range []string{"", "{}", "x", `{"for":"webauthn.create","until":9999999999}`} {
		if _, err := w.FinishRegistration([]byte(stored), response, now()); !errors.Is(err, ErrExpired) {
			t.Errorf("%q: %v", stored, err)
		}
	}
}

// TestOptions are what browsers parse (PublicKeyCredential.parseCreationOptionsFromJSON).
func TestOptions(t *testing.T) {
	w := site(t)
	have := Credential{ID: []byte{1, 2, 0xff}, Transports: []string{"usb"}}
	create, session, err := w.BeginRegistration(Account{Handle: []byte("uid"), Name: "alice", Label: "Alice"}, []Credential{have}, true, now())
	if err != nil || len(session) == 0 {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"rp":{"id":"example.org","name":"Example"}`, `"user":{"displayName":"Alice","id":"dWlk","name":"alice"}`, `"attestation":"none"`, `"timeout":300000`,
		`"pubKeyCredParams":[{"alg":-7,"type":"public-key"},{"alg":-8,"type":"public-key"},{"alg":-257,"type":"public-key"}]`,
		`"authenticatorSelection":{"requireResidentKey":true,"residentKey":"required","userVerification":"required"}`,
		`"excludeCredentials":[{"type":"public-key","id":"AQL_","transports":["usb"]}]`,
	} {
		if !strings.Contains(string(create), want) {
			t.Errorf("no %s in %s", want, create)
		}
	}
	second, _, _ := w.BeginAssertion([]Credential{have}, now())
	passkey, _, _ := w.BeginPasskey(now())
	for text, want := range map[string]string{string(second): `"userVerification":"preferred"`, string(passkey): `"allowCredentials":[]`} {
		if !strings.Contains(text, want) || !strings.Contains(text, `"rpId":"example.org"`) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	again, _, _ := w.BeginPasskey(now())
	if bytes.Equal(again, passkey) {
		t.Error("two challenges are the same")
	}
}

func TestNewWebAuthn(t *testing.T) {
	for address, want := range map[string]string{
		"https://pypi.example.com": "pypi.example.com https://pypi.example.com", "https://PyPI.example.com:443/x": "pypi.example.com https://pypi.example.com",
		"https://pypi.example.com:8443": "pypi.example.com https://pypi.example.com:8443", "http://localhost:8471": "localhost http://localhost:8471",
		"http://127.0.0.1:8471": "localhost http://localhost:8471", "http://[::1]:80": "localhost http://localhost",
		"http://pypi.example.com": "", "https://192.0.2.1": "", "": "", "pypi.example.com": "", "ftp://localhost": "",
	} {
		w, err := NewWebAuthn(address, "x")
		if (err == nil) != (want != "") || err == nil && w.rpID+" "+w.origin != want {
			t.Errorf("%q: %+v, %v", address, w, err)
		}
	}
}

// hexBytes are bytes in hexadecimal digits.
type hexBytes []byte

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *hexBytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

type w3cVector struct {
	Name         string
	Registration struct {
		Challenge, AAGUID, ClientDataJSON, AttestationObject hexBytes
		CredentialID                                         hexBytes `json:"credential_id"`
	}
	Assertion struct{ Challenge, AuthenticatorData, ClientDataJSON, Signature hexBytes }
}

// TestStandardsVectors runs the vectors of the WebAuthn standard: all algorithms that we ask for are accepted whatever
// the attestation, others and foreign pages are refused.
func TestStandardsVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/w3c.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []w3cVector
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors) != 15 {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	for _, v := range vectors {
		want := ""
		switch {
		case strings.Contains(v.Name, "ES384"), strings.Contains(v.Name, "ES512"), strings.Contains(v.Name, "Ed448"):
			want = "not of a kind"
		case strings.Contains(v.Name, "crossOrigin"), strings.Contains(v.Name, "topOrigin"):
			want = "inside another site's page"
		}
		if err := v.run(t); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", v.Name, err, want)
		}
	}
}

func (v *w3cVector) run(t *testing.T) error {
	t.Helper()
	w := site(t)
	var a answer
	a.Type, a.RawID = "public-key", base64URL(v.Registration.CredentialID)
	a.Response.ClientData, a.Response.AttestationObject = base64URL(v.Registration.ClientDataJSON), base64URL(v.Registration.AttestationObject)
	begun := mustJSON(t, session{For: forCreate, Challenge: base64URL(v.Registration.Challenge), Until: now().Unix()})
	c, err := w.FinishRegistration(begun, mustJSON(t, a), now())
	if err != nil {
		return err
	}
	if !bytes.Equal(c.AAGUID, v.Registration.AAGUID) && !strings.Contains(v.Name, "U2F") {
		t.Errorf("%s: model %x, want %x", v.Name, c.AAGUID, v.Registration.AAGUID)
	}
	a.Response.ClientData, a.Response.AttestationObject = base64URL(v.Assertion.ClientDataJSON), nil
	a.Response.AuthenticatorData, a.Response.Signature = base64URL(v.Assertion.AuthenticatorData), base64URL(v.Assertion.Signature)
	begun = mustJSON(t, session{For: forGet, Challenge: base64URL(v.Assertion.Challenge), Until: now().Unix()})
	_, err = w.FinishAssertion(begun, mustJSON(t, a), []Credential{c}, now())
	return err
}

// FuzzAttestation reads what an authenticator may say: nothing panics, and a key that is accepted can be used.
func FuzzAttestation(f *testing.F) {
	text, err := os.ReadFile("testdata/w3c.json")
	if err != nil {
		f.Fatal(err)
	}
	var vectors []w3cVector
	if err := json.Unmarshal(text, &vectors); err != nil {
		f.Fatal(err)
	}
	for _, v := range vectors {
		f.Add([]byte(v.Registration.AttestationObject))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		raw, err := attested(object)
		if err != nil {
			raw = object
		}
		d, err := parseAuthData(raw)
		if err != nil || !d.has(flagCredential) {
			return
		}
		if verify, err := parseKey(d.key); err == nil && verify(object, object) {
			t.Errorf("%x signs itself", object)
		}
	})
}
