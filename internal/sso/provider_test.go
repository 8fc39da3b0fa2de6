package sso

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"strongroom/internal/sso/fetch"
	"strongroom/internal/sso/ssotest"
)

// desk is a provider that is under test together with the one it talks to.
type desk struct {
	*ssotest.Provider
	ours *Provider
	now  time.Time
}

func newDesk(t *testing.T, adjust ...func(*OIDC)) *desk {
	t.Helper()
	d := &desk{Provider: ssotest.NewProvider(t), now: time.Now()}
	d.Clock = func() time.Time { return d.now }
	s := OIDC{
		Issuer: d.URL, ClientID: d.ClientID, Secret: d.Secret, Redirect: "https://index.example/account/sso/callback", Scopes: []string{"profile", "email"},
		Username: "preferred_username", Email: "email", Groups: "groups", Factors: []string{"mfa", "urn:strong"}, Clock: func() time.Time { return d.now },
	}
	for _, fn := range adjust {
		fn(&s)
	}
	var err error
	if d.ours, err = NewProvider(s); err != nil {
		t.Fatal(err)
	}
	return d
}

// signIn goes through the whole protocol.
func (d *desk) signIn(t *testing.T, prove bool) (Person, error) {
	t.Helper()
	to, flow, err := d.ours.Begin(context.Background(), prove)
	if err != nil {
		return Person{}, err
	}
	return d.ours.Finish(context.Background(), flow, d.Visit(t, to).Query())
}

func TestSignIn(t *testing.T) {
	d := newDesk(t)
	d.Person = map[string]any{
		"sub": "42", "preferred_username": "Alice.B@example.com", "email": "alice@example.com", "email_verified": true,
		"name": "Alice \u0000B\n", "groups": []string{"b", "a", "b", ""}, "amr": []string{"pwd", "mfa"},
	}
	who, err := d.signIn(t, false)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(who)
	want := `{"Source":"oidc","Issuer":"` + d.URL + `","Subject":"42","Username":"Alice.B","Email":"alice@example.com","Verified":true,` +
		`"Name":"Alice B","Groups":["a","b"],"Factor":true}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, err := d.signIn(t, true); err != nil {
		t.Errorf("proving again: %v", err)
	}
	if d.Fetched("/keys") != 1 || d.Fetched("/.well-known/openid-configuration") != 1 || d.Fetched("/userinfo") != 0 {
		t.Errorf("keys %d, discovery %d, userinfo %d", d.Fetched("/keys"), d.Fetched("/.well-known/openid-configuration"), d.Fetched("/userinfo"))
	}
	d.now = d.now.Add(keepTime)
	if _, err := d.signIn(t, false); err != nil || d.Fetched("/keys") != 2 {
		t.Errorf("after an hour: %v, keys fetched %d times", err, d.Fetched("/keys"))
	}
}

// claim changes one claim; nil takes it away.
func claim(name string, value any) func(*desk) {
	return func(d *desk) {
		d.Claims = func(c map[string]any) {
			c[name] = value
			if value == nil {
				delete(c, name)
			}
		}
	}
}

func at(name string, ahead time.Duration) func(*desk) {
	return func(d *desk) { claim(name, d.now.Add(ahead).Unix())(d) }
}

func metadataOf(name string, value any) func(*desk) {
	return func(d *desk) { d.Metadata = func(m map[string]any) { m[name] = value } }
}

func answer(name, value string) func(*desk) {
	return func(d *desk) { d.Answer = func(q url.Values) { q.Set(name, value) } }
}

func header(name string, value any) func(*desk) {
	return func(d *desk) {
		d.Sign = func(h, c map[string]any) string {
			h[name] = value
			return d.ES256(h, c)
		}
	}
}

// TestHostileProviders: what a provider, whoever is between, or whoever holds somebody else's token may try.
func TestHostileProviders(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(*desk)
		kind  error
		want  string
	}{
		{"no signature", func(d *desk) {
			d.Sign = func(_, c map[string]any) string {
				claims, _ := json.Marshal(c)
				return ssotest.Encode([]byte(`{"alg":"none"}`)) + "." + ssotest.Encode(claims) + "."
			}
		}, ErrUntrusted, "malformed"},
		{"alg none with a signature", header("alg", "none"), ErrUntrusted, `"none"`},
		{"alg None", header("alg", "nOnE"), ErrUntrusted, `"nOnE"`},
		{"HS256 with the public key as secret", func(d *desk) {
			d.Sign = func(_, c map[string]any) string {
				claims, _ := json.Marshal(c)
				key, _ := json.Marshal(d.Key("one"))
				signed := ssotest.Encode([]byte(`{"alg":"HS256","kid":"one"}`)) + "." + ssotest.Encode(claims)
				mac := hmac.New(sha256.New, key)
				mac.Write([]byte(signed))
				return signed + "." + ssotest.Encode(mac.Sum(nil))
			}
		}, ErrUntrusted, `"HS256"`},
		{"another algorithm than the key's", header("alg", "RS256"), ErrUntrusted, "0 keys for RS256"},
		{"ES384", header("alg", "ES384"), ErrUntrusted, `"ES384"`},
		{"an unknown key", header("kid", "two"), ErrUntrusted, `"two"`},
		{"an access token instead", header("typ", "at+jwt"), ErrUntrusted, "at+jwt"},
		{"an extension", header("crit", []string{"b64"}), ErrUntrusted, "crit"},
		{"somebody else's signature", func(d *desk) { d.Sign = ssotest.NewProvider(t).ES256 }, ErrUntrusted, "signature"},
		{"claims changed after signing", func(d *desk) {
			d.Sign = func(h, c map[string]any) string {
				parts := strings.Split(d.ES256(h, c), ".")
				c["sub"] = "root"
				claims, _ := json.Marshal(c)
				return parts[0] + "." + ssotest.Encode(claims) + "." + parts[2]
			}
		}, ErrUntrusted, "signature"},
		{"no ID token", func(d *desk) { d.Sign = func(_, _ map[string]any) string { return "" } }, ErrUntrusted, "no ID token"},
		{"not a token", func(d *desk) { d.Sign = func(_, _ map[string]any) string { return "a.b" } }, ErrUntrusted, "malformed"},

		{"another issuer", claim("iss", "https://evil.example"), ErrUntrusted, "iss"},
		{"the issuer with a slash", func(d *desk) { claim("iss", d.URL+"/")(d) }, ErrUntrusted, "iss"},
		{"no issuer", claim("iss", nil), ErrUntrusted, "iss is missing"},
		{"the issuer as a list", func(d *desk) { claim("iss", []string{d.URL})(d) }, ErrUntrusted, "iss"},
		{"another audience", claim("aud", "other"), ErrUntrusted, "somebody else"},
		{"no audience", claim("aud", nil), ErrUntrusted, "aud is missing"},
		{"an empty audience", claim("aud", []string{}), ErrUntrusted, "somebody else"},
		{"the audience as a number", claim("aud", 7), ErrUntrusted, "somebody else"},
		{"several audiences without azp", claim("aud", []string{"strongroom", "other"}), ErrUntrusted, "azp"},
		{"issued to another party", claim("azp", "other"), ErrUntrusted, "azp"},
		{"no subject", claim("sub", nil), ErrUntrusted, "sub is missing"},
		{"an empty subject", claim("sub", ""), ErrUntrusted, "sub"},
		{"a subject that is a number", claim("sub", 1), ErrUntrusted, "sub"},
		{"a subject without end", claim("sub", strings.Repeat("x", 256)), ErrUntrusted, "sub"},
		{"a subject of two lines", claim("sub", "a\nb"), ErrUntrusted, "sub"},
		{"another nonce", claim("nonce", "other"), ErrUntrusted, "nonce"},
		{"no nonce", claim("nonce", nil), ErrUntrusted, "nonce is missing"},
		{"an empty nonce", claim("nonce", ""), ErrUntrusted, "nonce"},
		{"expired", at("exp", -leeway), ErrUntrusted, "expired"},
		{"no expiry", claim("exp", nil), ErrUntrusted, "exp is missing"},
		{"an expiry of text", claim("exp", "4102444800"), ErrUntrusted, "exp"},
		{"an expiry of null", claim("exp", json.RawMessage("null")), ErrUntrusted, "exp"},
		{"an endless expiry", claim("exp", 1e300), ErrUntrusted, "exp"},
		{"issued in the future", at("iat", leeway+2*time.Second), ErrUntrusted, "future"},
		{"no time of issue", claim("iat", nil), ErrUntrusted, "iat is missing"},
		{"not valid yet", at("nbf", leeway+2*time.Second), ErrUntrusted, "not valid yet"},
		{"another access token", claim("at_hash", "AAAA"), ErrUntrusted, "at_hash"},

		{"another state", answer("state", "x"), ErrUntrusted, "state"},
		{"no state", func(d *desk) { d.Answer = func(q url.Values) { q.Del("state") } }, ErrUntrusted, "state"},
		{"two states", func(d *desk) { d.Answer = func(q url.Values) { q.Add("state", q.Get("state")) } }, ErrUntrusted, "twice"},
		{"another issuer answers", answer("iss", "https://evil.example"), ErrUntrusted, "evil.example"},
		{"an issuer that promised to say so does not", func(d *desk) { d.Answer = func(q url.Values) { q.Del("iss") } }, ErrUntrusted, "issuer"},
		{"no code", answer("code", ""), ErrUntrusted, "no code"},
		{"a code of somebody else", answer("code", "guess"), ErrRefused, "invalid_grant"},
		{"a huge code", answer("code", strings.Repeat("x", 8193)), ErrUntrusted, "no code"},
		{"the person says no", answer("error", "access_denied"), ErrRefused, "access_denied"},

		{"discovery of another issuer", metadataOf("issuer", "https://evil.example"), ErrUntrusted, "equal to the letter"},
		{"keys on a plain connection", metadataOf("jwks_uri", "http://keys.example/"), ErrUntrusted, "not https"},
		{"keys in the private network", metadataOf("jwks_uri", "https://169.254.169.254/keys"), ErrUnavailable, "not a public address"},
		{"a token endpoint in the private network", metadataOf("token_endpoint", "https://10.0.0.1/token"), ErrUnavailable, "not a public address"},
		{"a token endpoint that is a file", metadataOf("token_endpoint", "file:///etc/passwd"), ErrUntrusted, "not"},
		{"no authorization endpoint", metadataOf("authorization_endpoint", nil), ErrUntrusted, "authorization_endpoint"},
		{"an authorization endpoint that is a script", metadataOf("authorization_endpoint", "javascript:alert(1)"), ErrUntrusted, "authorization_endpoint"},
		{"PKCE only in the clear", metadataOf("code_challenge_methods_supported", []string{"plain"}), ErrUntrusted, "S256"},
		{"keys that are no JSON", func(d *desk) { d.Keys = func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>")) } }, ErrUntrusted, "key set"},
		{"huge keys", func(d *desk) { d.Keys = func(w http.ResponseWriter) { _, _ = w.Write(make([]byte, fetch.Most+1)) } }, ErrUnavailable, "more than"},
		{"keys that are elsewhere", func(d *desk) {
			d.Keys = func(w http.ResponseWriter) {
				w.Header().Set("Location", "http://169.254.169.254/")
				w.WriteHeader(http.StatusFound)
			}
		}, ErrUnavailable, "redirects (302)"},
		{"the token is elsewhere", func(d *desk) {
			d.Token = func(w http.ResponseWriter) bool {
				w.Header().Set("Location", "https://evil.example/")
				w.WriteHeader(http.StatusTemporaryRedirect)
				return true
			}
		}, ErrUnavailable, "redirects (307)"},
		{"the token endpoint fails", func(d *desk) {
			d.Token = func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusBadGateway); return true }
		}, ErrUnavailable, "502"},
		{"userinfo of somebody else", func(d *desk) { d.Userinfo = map[string]any{"sub": "0002", "groups": []string{"admins"}} }, ErrUntrusted, "somebody else"},
		{"too many groups to say", claim("_claim_names", map[string]string{"groups": "src1"}), ErrRefused, "too many groups"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDesk(t)
			row.spoil(d)
			who, err := d.signIn(t, false)
			if !errors.Is(err, row.kind) || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%+v, %v; want %q", who, err, row.want)
			}
		})
	}
}

// TestWhatIsTolerated: real providers differ in these.
func TestWhatIsTolerated(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*desk)
	}{
		{"a clock that is behind", at("exp", -leeway+2*time.Second)},
		{"a clock that is ahead", at("iat", leeway-2*time.Second)},
		{"fractions of seconds", func(d *desk) { claim("iat", float64(d.now.Unix())+0.25)(d) }},
		{"the audience as a list", claim("aud", []string{"strongroom"})},
		{"several audiences with azp", func(d *desk) {
			d.Claims = func(c map[string]any) { c["aud"], c["azp"] = []string{"other", "strongroom"}, "strongroom" }
		}},
		{"no hash of the access token", claim("at_hash", nil)},
		{"no type", func(d *desk) {
			d.Sign = func(h, c map[string]any) string {
				delete(h, "typ")
				return d.ES256(h, c)
			}
		}},
		{"no name of the key", func(d *desk) {
			d.Sign = func(h, c map[string]any) string {
				delete(h, "kid")
				return d.ES256(h, c)
			}
		}},
		{"no word of PKCE", metadataOf("code_challenge_methods_supported", nil)},
		{"the secret in the form", metadataOf("token_endpoint_auth_methods_supported", []string{"client_secret_post"})},
		{"an answer that does not say whose it is", func(d *desk) {
			d.Metadata = func(m map[string]any) { delete(m, "authorization_response_iss_parameter_supported") }
			d.Answer = func(q url.Values) { q.Del("iss") }
		}},
		{"an authorization endpoint with a query", func(d *desk) { metadataOf("authorization_endpoint", d.URL+"/authorize?tenant=1")(d) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newDesk(t)
			row.change(d)
			if _, err := d.signIn(t, false); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestACodeIsGoodOnce: who saw the address that the browser came back with gets nothing for it, with or without the flow.
func TestACodeIsGoodOnce(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	to, _, err := d.ours.Begin(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	back := d.Visit(t, to).Query()
	_, other, err := d.ours.Begin(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.ours.Finish(ctx, other, back); !errors.Is(err, ErrUntrusted) {
		t.Errorf("with another flow: %v", err)
	}
	stolen := url.Values{"code": back["code"], "state": {other.State}, "iss": back["iss"]}
	if _, err := d.ours.Finish(ctx, other, stolen); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("a code put into another flow fails at PKCE: %v", err)
	}
	to, flow, _ := d.ours.Begin(ctx, false)
	back = d.Visit(t, to).Query()
	if _, err := d.ours.Finish(ctx, flow, back); err != nil {
		t.Errorf("the first time: %v", err)
	}
	if _, err := d.ours.Finish(ctx, flow, back); !errors.Is(err, ErrRefused) {
		t.Errorf("the second time: %v", err)
	}
	if _, err := d.ours.Finish(ctx, Flow{}, url.Values{"code": {"x"}, "state": {""}}); !errors.Is(err, ErrUntrusted) {
		t.Errorf("no flow: %v", err)
	}
}

// TestKeysAreFetchedSeldom: names of keys that nobody knows do not make us call the provider for each (R24-12).
func TestKeysAreFetchedSeldom(t *testing.T) {
	d := newDesk(t)
	if _, err := d.signIn(t, false); err != nil {
		t.Fatal(err)
	}
	header("kid", "unknown")(d)
	d.now = d.now.Add(cooldown)
	for range 20 {
		if _, err := d.signIn(t, false); !errors.Is(err, ErrUntrusted) {
			t.Fatal(err)
		}
	}
	if n := d.Fetched("/keys"); n != 2 {
		t.Errorf("the keys were fetched %d times, want 2", n)
	}
	d.Keys = func(w http.ResponseWriter) {
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{d.Key("one"), d.Key("unknown")}})
	}
	d.now = d.now.Add(cooldown)
	if _, err := d.signIn(t, false); err != nil || d.Fetched("/keys") != 3 {
		t.Errorf("a new key is found after a minute: %v, %d", err, d.Fetched("/keys"))
	}
}

// TestProvingAgain: a provider that did not ask the person again has not proven anything (MFA-10).
func TestProvingAgain(t *testing.T) {
	for name, spoil := range map[string]func(*desk){
		"no time":  claim("auth_time", nil),
		"long ago": at("auth_time", -leeway-time.Second),
		"text":     claim("auth_time", "now"),
	} {
		d := newDesk(t)
		spoil(d)
		if _, err := d.signIn(t, true); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "auth_time") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := d.signIn(t, false); err != nil {
			t.Errorf("%s, not asked to prove: %v", name, err)
		}
	}
}

// TestFactor: MFA-13.
func TestFactor(t *testing.T) {
	for _, row := range []struct {
		claim string
		value any
		want  bool
	}{
		{"amr", []string{"pwd"}, false},
		{"amr", []string{"pwd", "mfa"}, true},
		{"amr", "mfa", true},
		{"amr", []string{"MFA"}, false},
		{"amr", []any{"mfa", 1}, false},
		{"amr", map[string]bool{"mfa": true}, false},
		{"acr", "urn:strong", true},
		{"acr", "urn:weak", false},
		{"acr", "", false},
		{"acr", 1, false},
	} {
		d := newDesk(t)
		claim(row.claim, row.value)(d)
		if who, err := d.signIn(t, false); err != nil || who.Factor != row.want {
			t.Errorf("%s %v: %v, %v", row.claim, row.value, who.Factor, err)
		}
	}
	d := newDesk(t, func(s *OIDC) { s.Factors = []string{""} })
	if who, err := d.signIn(t, false); err != nil || who.Factor {
		t.Errorf("no value counts: %v, %v", who.Factor, err)
	}
}

// TestUserinfo adds what the ID token lacks, and nothing else.
func TestUserinfo(t *testing.T) {
	d := newDesk(t)
	d.Person = map[string]any{"sub": "1", "email": "me@example.com", "amr": []string{"pwd"}}
	d.Userinfo = map[string]any{
		"sub": "1", "preferred_username": "bob", "groups": []string{"staff"}, "email": "chief@example.com", "email_verified": true, "amr": []string{"mfa"}, "acr": "urn:strong",
	}
	who, err := d.signIn(t, false)
	if err != nil || who.Username != "bob" || len(who.Groups) != 1 || who.Email != "me@example.com" || who.Verified || who.Factor {
		t.Errorf("%+v, %v", who, err)
	}
}

// TestGroupsClaim: a name with dots, a path, a single text.
func TestGroupsClaim(t *testing.T) {
	for name, value := range map[string]any{
		"realm_access.roles":      map[string]any{"roles": []string{"g"}},
		"https://a.example/roles": []string{"g"},
		"hd":                      "g",
	} {
		d := newDesk(t, func(s *OIDC) { s.Groups = name })
		top := name
		if strings.HasPrefix(name, "realm") {
			top = "realm_access"
		}
		claim(top, value)(d)
		if who, err := d.signIn(t, false); err != nil || len(who.Groups) != 1 || who.Groups[0] != "g" {
			t.Errorf("%s: %v, %v", name, who.Groups, err)
		}
	}
	d := newDesk(t)
	claim("groups", make([]int, 3))(d)
	if who, err := d.signIn(t, false); err != nil || len(who.Groups) != 0 {
		t.Errorf("groups that are numbers are none: %v, %v", who.Groups, err)
	}
	many := make([]string, maxGroups+1)
	for i := range many {
		many[i] = strings.Repeat("g", 1+i%7) + string(rune('a'+i/100)) + string(rune('0'+i%100))
	}
	claim("groups", many)(d)
	if _, err := d.signIn(t, false); !errors.Is(err, ErrRefused) {
		t.Errorf("%d groups: %v", len(many), err)
	}
}

func TestNewProviderRefuses(t *testing.T) {
	for _, s := range []OIDC{{}, {Issuer: "https://a.example"}, {Issuer: "http://a.example", ClientID: "x"}, {Issuer: "a.example", ClientID: "x"}} {
		if _, err := NewProvider(s); err == nil {
			t.Errorf("%+v is taken", s)
		}
	}
}

// TestAProviderThatIsDown stops nobody from starting, and is asked again.
func TestAProviderThatIsDown(t *testing.T) {
	d := newDesk(t)
	d.Metadata = func(m map[string]any) { m["issuer"] = "wrong" }
	if _, err := d.signIn(t, false); !errors.Is(err, ErrUntrusted) {
		t.Error(err)
	}
	d.Metadata = nil
	if _, err := d.signIn(t, false); err != nil {
		t.Errorf("a failure is not remembered: %v", err)
	}
}
