// Package ssotest is an OpenID Connect provider and an LDAP directory for tests:
// small, strict about what they are asked, and hostile where a test wants it.
package ssotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Provider signs everybody in who comes, as the person that Person describes. The
// functions, where set, change what it answers.
type Provider struct {
	URL      string
	ClientID string
	Secret   string
	Person   map[string]any // claims of the ID token, beside the protocol's own
	Userinfo map[string]any // nil: there is no such endpoint
	Clock    func() time.Time

	Metadata func(m map[string]any)                     // changes discovery
	Answer   func(q url.Values)                         // changes what the browser carries back
	Claims   func(c map[string]any)                     // changes the claims before they are signed
	Sign     func(header, claims map[string]any) string // makes the ID token
	Keys     func(w http.ResponseWriter)                // answers with the keys
	Token    func(w http.ResponseWriter) bool           // answers instead; false to go on

	mu      sync.Mutex
	codes   map[string]url.Values
	fetched map[string]int
	key     *ecdsa.PrivateKey
}

// NewProvider starts a provider on this machine that runs until the test ends.
func NewProvider(t testing.TB) *Provider {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{
		ClientID: "strongroom", Secret: "s3cret:&/?", Clock: time.Now, key: key,
		Person: map[string]any{"sub": "0001", "preferred_username": "alice"}, codes: map[string]url.Values{}, fetched: map[string]int{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.fetched[r.URL.Path]++
		p.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// Fetched is how often a path was asked for.
func (p *Provider) Fetched(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetched[path]
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	m := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"code_challenge_methods_supported": []string{"plain", "S256"}, "authorization_response_iss_parameter_supported": true,
	}
	if p.Userinfo != nil {
		m["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	if p.Metadata != nil {
		p.Metadata(m)
	}
	write(w, http.StatusOK, m)
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// authorize holds the client to the protocol and sends the browser back.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for name, want := range map[string]string{"response_type": "code", "client_id": p.ClientID, "code_challenge_method": "S256"} {
		if q.Get(name) != want {
			http.Error(w, fmt.Sprintf("%s is %q", name, q.Get(name)), http.StatusBadRequest)
			return
		}
	}
	for _, name := range []string{"redirect_uri", "state", "nonce", "code_challenge", "scope"} {
		if q.Get(name) == "" {
			http.Error(w, name+" is missing", http.StatusBadRequest)
			return
		}
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = q
	p.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}
	if p.Answer != nil {
		p.Answer(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	if p.Token != nil && p.Token(w) {
		return
	}
	asked, problem := p.redeem(r)
	if problem != "" {
		write(w, http.StatusBadRequest, map[string]any{"error": problem})
		return
	}
	access := rand.Text()
	sum := sha256.Sum256([]byte(access))
	now := p.Clock()
	claims := map[string]any{
		"iss": p.URL, "aud": p.ClientID, "nonce": asked.Get("nonce"), "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]),
	}
	if asked.Get("max_age") != "" {
		claims["auth_time"] = now.Unix()
	}
	for name, value := range p.Person {
		claims[name] = value
	}
	if p.Claims != nil {
		p.Claims(claims)
	}
	sign := p.Sign
	if sign == nil {
		sign = p.ES256
	}
	id := sign(map[string]any{"alg": "ES256", "kid": "one", "typ": "JWT"}, claims)
	write(w, http.StatusOK, map[string]any{"access_token": access, "token_type": "Bearer", "id_token": id})
}

// redeem checks the client, the code, which is good once, and the PKCE verifier.
func (p *Provider) redeem(r *http.Request) (asked url.Values, problem string) {
	id, secret, _ := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	if secret, _ = url.QueryUnescape(secret); secret == "" {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if id != p.ClientID || secret != p.Secret {
		return nil, "invalid_client"
	}
	p.mu.Lock()
	asked = p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case asked == nil, r.PostFormValue("grant_type") != "authorization_code", r.PostFormValue("redirect_uri") != asked.Get("redirect_uri"),
		base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge"):
		return nil, "invalid_grant"
	}
	return asked, ""
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	if p.Keys != nil {
		p.Keys(w)
		return
	}
	write(w, http.StatusOK, map[string]any{"keys": []any{p.Key("one")}})
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	if p.Userinfo == nil || len(r.Header.Get("Authorization")) < len("Bearer ")+20 {
		write(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	write(w, http.StatusOK, p.Userinfo)
}

// Key is the provider's public key under a name, as a JSON Web Key.
func (p *Provider) Key(name string) map[string]any {
	point, _ := p.key.PublicKey.Bytes() // 4, X, Y
	return map[string]any{"kty": "EC", "crv": "P-256", "kid": name, "use": "sig", "alg": "ES256", "x": Encode(point[1:33]), "y": Encode(point[33:])}
}

// ES256 signs a token with the provider's key.
func (p *Provider) ES256(header, claims map[string]any) string {
	signed := Encode(marshal(header)) + "." + Encode(marshal(claims))
	sum := sha256.Sum256([]byte(signed))
	r, s, _ := ecdsa.Sign(rand.Reader, p.key, sum[:])
	return signed + "." + Encode(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

// Encode is base64url without padding.
func Encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func marshal(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil { // tests sign what JSON can hold
		panic(err)
	}
	return text
}

// Visit is what a browser does at the address that a sign-in begins with: it goes
// there and returns where it is sent back to.
func (p *Provider) Visit(t testing.TB, to string) *url.URL {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	back, err := answer.Location()
	if err != nil {
		t.Fatalf("the provider refuses %s: %s", to, answer.Status)
	}
	return back
}
