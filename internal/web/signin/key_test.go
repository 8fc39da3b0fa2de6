package signin_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/factor"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

const site = "https://pypi.example.com"

// key is a security key in software.
type key struct {
	id      string // base64url
	private *ecdsa.PrivateKey
	handle  string // the user's UID
	count   uint32
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// withKey gives an account a security key, which is a passkey too.
func withKey(t *testing.T, s *apptest.Server, name string) *key {
	t.Helper()
	var err error
	if s.Accounts.WebAuthn, err = factor.NewWebAuthn(site, "test"); err != nil {
		t.Fatal(err)
	}
	u := withPassword(t, s, name)
	k := &key{id: b64([]byte("key of " + name)), handle: u.UID}
	if k.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	point, err := k.private.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	cose := append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33]...) // RFC 9053: EC2, ES256, P-256
	cose = append(append(cose, 0x22, 0x58, 32), point[33:]...)
	do(t, s, func(ctx context.Context, tx *change.Tx) error {
		_, err := tx.InsertFactor(ctx, index.Factor{
			UserID: u.ID, Kind: index.FactorWebAuthn, Label: "key", CredentialID: k.id, PublicKey: cose, Attributes: "{}", Passkey: true, CreatedAt: tx.Now,
		})
		return err
	})
	return k
}

// answer is what a browser sends for the options, its user verified.
func (k *key) answer(t *testing.T, options string) string {
	t.Helper()
	var o struct{ Challenge string }
	if err := json.Unmarshal([]byte(options), &o); err != nil || o.Challenge == "" {
		t.Fatalf("no challenge in %s (%v)", options, err)
	}
	client := fmt.Sprintf(`{"type":"webauthn.get","challenge":%q,"origin":%q,"crossOrigin":false}`, o.Challenge, site)
	k.count++
	rp := sha256.Sum256([]byte("pypi.example.com"))
	data := binary.BigEndian.AppendUint32(append(rp[:], 0x05), k.count)
	hash := sha256.Sum256([]byte(client))
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"id": k.id, "rawId": k.id, "type": "public-key", "clientExtensionResults": map[string]any{}, "response": map[string]string{
		"clientDataJSON": b64([]byte(client)), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64([]byte(k.handle)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const (
	keyOptions  = "/account/webauthn-authenticate/options"
	keyValidate = "/account/webauthn-authenticate/validate"
)

// TestSecurityKey: a key is a second factor; its challenge is answered once, by
// the browser that it was given to (MFA-3).
func TestSecurityKey(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		k := withKey(t, s, "alice")
		b := from(s, "192.0.2.1")
		has(t, b.PostForm(keyOptions), http.StatusBadRequest, "begin again")
		goes(t, login(b, "alice", goodPassword, "next", "/simple/"), "/account/two-factor/")
		has(t, b.Get("/account/two-factor/"), http.StatusOK, `data-webauthn="authenticate"`, keyValidate, "/static/webauthn.js")
		options := b.PostForm(keyOptions)
		has(t, options, http.StatusOK, k.id)
		answer, challenge := k.answer(t, options.Text), b.Cookies["__Host-strongroom-challenge"]
		other := from(s, "192.0.2.2") // began too, and stole the answer
		login(other, "alice", goodPassword)
		other.PostForm(keyOptions)
		has(t, other.PostForm(keyValidate, "credential", answer), http.StatusBadRequest, "not accepted")
		r := b.PostForm(keyValidate, "credential", answer)
		if has(t, r, http.StatusOK, `{"redirect_to":"/simple/"}`); !signedIn(b) {
			t.Error("not signed in")
		}
		login(other, "alice", goodPassword)
		other.Cookies["__Host-strongroom-challenge"] = challenge
		has(t, other.PostForm(keyValidate, "credential", answer), http.StatusBadRequest, "link-ended")
	})
}

// TestRememberedByKey: who has a browser remembered with a security key is asked for the password alone next time (MFA-9).
func TestRememberedByKey(t *testing.T) {
	s := start(t, func(c *config.Config) { days := 30; c.RememberDays = &days })
	k := withKey(t, s, "alice")
	b := from(s, "192.0.2.1")
	login(b, "alice", goodPassword)
	has(t, b.Get("/account/two-factor/"), http.StatusOK, `id="remember_key"`, `data-remember="remember_key"`)
	has(t, s.Get("/static/webauthn.js"), http.StatusOK, `form.set("remember_device", "true")`)
	has(t, b.PostForm(keyValidate, "credential", k.answer(t, b.PostForm(keyOptions).Text), "remember_device", "true"), http.StatusOK)
	delete(b.Cookies, middleware.LoginCookie)
	if login(b, "alice", goodPassword); !signedIn(b) {
		t.Error("the browser is not remembered")
	}
}

// TestCopiedKey: a counter that goes back is refused, and the owner hears of it.
func TestCopiedKey(t *testing.T) {
	s := start(t)
	k := withKey(t, s, "alice")
	b := from(s, "192.0.2.1")
	for i, want := range []int{http.StatusOK, http.StatusBadRequest} {
		login(b, "alice", goodPassword)
		has(t, b.PostForm(keyValidate, "credential", k.answer(t, b.PostForm(keyOptions).Text)), want)
		if i == 0 {
			k.count = 0
		}
	}
	mails := s.Mails("alice@example.com")
	if len(mails) != 1 || !strings.Contains(mails[0].Subject, "may have been copied") {
		t.Errorf("%d mails: %+v", len(mails), mails)
	}
}

// TestPasskey signs in without a name or a password, and proves a person again.
func TestPasskey(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		k := withKey(t, s, "alice")
		b := from(s, "192.0.2.1")
		has(t, b.Get("/account/login/?next=/a%3Fb%26c"), http.StatusOK, "next=%2Fa%3Fb%26c", `autocomplete="username webauthn"`)
		answer := k.answer(t, b.PostForm("/account/passkey/options").Text)
		has(t, b.PostForm("/account/passkey/validate?next=%2Fsimple%2F", "credential", answer), http.StatusOK, `{"redirect_to":"/simple/"}`)
		if !signedIn(b) {
			t.Fatal("not signed in")
		}
		before := loginOf(b)
		has(t, b.PostForm(keyValidate+"?next=%2Fsimple%2F", "credential", k.answer(t, b.PostForm(keyOptions).Text)), http.StatusOK, `{"redirect_to":"/simple/"}`)
		if loginOf(b) == before || !signedIn(b) {
			t.Error("the proof gave the cookie no new secret")
		}
		for name, answer := range map[string]string{"replayed": answer, "none": "", "nonsense": "{}"} {
			c := from(s, "192.0.2.2")
			c.PostForm("/account/passkey/options")
			if r := c.PostForm("/account/passkey/validate", "credential", answer); r.StatusCode != http.StatusBadRequest || signedIn(c) {
				t.Errorf("%s: %s\n%s", name, r.Status, r.Text)
			}
		}
		k.handle = "another user"
		c := from(s, "192.0.2.3")
		has(t, c.PostForm("/account/passkey/validate", "credential", k.answer(t, c.PostForm("/account/passkey/options").Text)), http.StatusBadRequest, "not registered")
	})
}

// TestOneKeyAnswerWins is P30 for a security key: one answer, many at once.
func TestOneKeyAnswerWins(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		k := withKey(t, s, "alice")
		first := from(s, "192.0.2.1")
		login(first, "alice", goodPassword)
		answer := k.answer(t, first.PostForm(keyOptions).Text)
		won := atOnce(many(), func(i int) bool {
			b := from(s, fmt.Sprintf("192.0.2.%d", i+1))
			for name, value := range first.Cookies {
				b.Cookies[name] = value
			}
			b.PostForm(keyValidate, "credential", answer)
			return loginOf(b) != ""
		})
		if won != 1 {
			t.Errorf("%d of %d won, want 1", won, many())
		}
	})
}
