package sso

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"strongroom/internal/sso/fetch"
	"strongroom/internal/sso/jwt"
)

// OIDC is the settings of an OpenID Connect provider. Issuer, ClientID, Redirect
// and Clock must be set.
type OIDC struct {
	Issuer   string
	ClientID string
	Secret   string   // "" for a public client, which PKCE alone protects
	Redirect string   // our address that the provider sends browsers back to
	Scopes   []string // openid is asked for in any case
	Username string   // names of claims
	Email    string
	Groups   string
	Factors  []string // values of amr or acr that mean a second factor; empty: none does
	Clock    func() time.Time
}

// Provider is an OpenID Connect provider. It may be used by many at once.
type Provider struct {
	OIDC
	client   *fetch.Client
	metadata remembered[metadata]
	keys     remembered[jwt.KeySet]
}

// NewProvider makes a provider of settings. It calls nobody: an index starts
// while the company's sign-in is down.
func NewProvider(s OIDC) (*Provider, error) {
	client, err := fetch.New(s.Issuer)
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	if s.ClientID == "" {
		return nil, fmt.Errorf("client_id is missing: the name under which %s knows this index", s.Issuer)
	}
	return &Provider{OIDC: s, client: client}, nil
}

// Flow is a sign-in under way. It is for the server alone; State goes through the
// browser and comes back.
type Flow struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"` // PKCE (RFC 7636)
	Prove    bool      `json:"prove"`    // the person must have proven it anew
	At       time.Time `json:"at"`
}

// Begin starts a sign-in and returns the address to send the browser to. With
// prove the provider is asked to have the person prove it again, and Finish
// holds it to that.
func (p *Provider) Begin(ctx context.Context, prove bool) (to string, f Flow, err error) {
	m, err := p.discover(ctx)
	if err != nil {
		return "", f, err
	}
	f = Flow{State: random(), Nonce: random(), Verifier: random(), Prove: prove, At: p.Clock().UTC()}
	challenge := sha256.Sum256([]byte(f.Verifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {p.ClientID}, "redirect_uri": {p.Redirect}, "scope": {p.scope()},
		"state": {f.State}, "nonce": {f.Nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	if prove {
		q.Set("prompt", "login")
		q.Set("max_age", "0")
	}
	separator := "?"
	if strings.Contains(m.Authorization, "?") {
		separator = "&"
	}
	return m.Authorization + separator + q.Encode(), f, nil
}

func (p *Provider) scope() string {
	if slices.Contains(p.Scopes, "openid") {
		return strings.Join(p.Scopes, " ")
	}
	return strings.Join(append([]string{"openid"}, p.Scopes...), " ")
}

// random is 256 bits as text.
func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Finish ends a sign-in with the parameters that the browser came back with. The
// caller found f by a secret of the browser and lets it be used once.
func (p *Provider) Finish(ctx context.Context, f Flow, answer url.Values) (Person, error) {
	m, err := p.discover(ctx)
	if err != nil {
		return Person{}, err
	}
	code, err := p.codeOf(f, m, answer)
	if err != nil {
		return Person{}, err
	}
	tokens, err := p.exchange(ctx, m, f, code)
	if err != nil {
		return Person{}, err
	}
	c, err := p.verify(ctx, f, tokens)
	if err != nil {
		return Person{}, err
	}
	if c, err = p.complete(ctx, m, c, tokens.Access); err != nil {
		return Person{}, err
	}
	return p.person(c)
}

// codeOf reads the authorization response. state ties it to the browser, iss to
// the provider (RFC 9207): a code from elsewhere is never sent to this one.
func (p *Provider) codeOf(f Flow, m metadata, answer url.Values) (string, error) {
	for name, values := range answer {
		if len(values) > 1 {
			return "", fmt.Errorf("%w: the parameter %.20q came twice", ErrUntrusted, name)
		}
	}
	if f.State == "" || subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(f.State)) != 1 {
		return "", fmt.Errorf("%w: the state is not that of this sign-in", ErrUntrusted)
	}
	if iss, came := answer.Get("iss"), answer.Has("iss"); came && iss != p.Issuer || !came && m.ResponseIssuer {
		return "", fmt.Errorf("%w: it comes from the issuer %.200q, not %q", ErrUntrusted, iss, p.Issuer)
	}
	if reason := answer.Get("error"); reason != "" {
		return "", fmt.Errorf("%w: %s", ErrRefused, clean(reason+" "+answer.Get("error_description"), 200))
	}
	code := answer.Get("code")
	if code == "" || len(code) > 8192 {
		return "", fmt.Errorf("%w: no code came", ErrUntrusted)
	}
	return code, nil
}

type tokens struct {
	ID     string `json:"id_token"`
	Access string `json:"access_token"`
	Kind   string `json:"token_type"`
	Error  string `json:"error"`
	Detail string `json:"error_description"`
}

// exchange redeems the code with the verifier whose hash went with the browser.
func (p *Provider) exchange(ctx context.Context, m metadata, f Flow, code string) (t tokens, err error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.Redirect},
		"client_id": {p.ClientID}, "code_verifier": {f.Verifier},
	}
	header := http.Header{}
	switch {
	case p.Secret != "" && m.secretInForm():
		form.Set("client_secret", p.Secret)
	case p.Secret != "": // RFC 6749, 2.3.1: both parts are form-encoded first
		pair := url.QueryEscape(p.ClientID) + ":" + url.QueryEscape(p.Secret)
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	text, err := p.client.Post(ctx, m.Token, header, form)
	if parseErr := json.Unmarshal(text, &t); parseErr == nil && t.Error != "" {
		return t, fmt.Errorf("%w: %s", ErrRefused, clean(t.Error+" "+t.Detail, 200))
	}
	if err != nil {
		return t, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if t.ID == "" {
		return t, fmt.Errorf("%w: there is no ID token in it", ErrUntrusted)
	}
	return t, nil
}

// verify holds the ID token to its signature and to the rules on its claims.
func (p *Provider) verify(ctx context.Context, f Flow, t tokens) (claims, error) {
	token, err := jwt.Parse(t.ID)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	raw, err := p.signed(ctx, token)
	if err != nil {
		return nil, err
	}
	var c claims
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	want := expected{issuer: p.Issuer, client: p.ClientID, nonce: f.Nonce, access: t.Access, now: p.Clock()}
	if f.Prove {
		want.since = f.At
	}
	err = c.check(want)
	if errors.Is(err, errNotProven) {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: ID token: %w", ErrUntrusted, err)
	}
	return c, nil
}

// person reads who it is from claims that were checked.
func (p *Provider) person(c claims) (Person, error) {
	groups, err := c.groups(p.Groups)
	if err != nil {
		return Person{}, err
	}
	who := Person{Source: FromOIDC, Issuer: p.Issuer, Subject: c.text("sub"), Groups: groups, Name: clean(c.text("name"), 100)}
	who.Email = address(c.text(p.Email))
	who.Verified = who.Email != "" && p.Email == "email" && c.yes("email_verified")
	who.Username = local(c.text(p.Username))
	if who.Username == "" {
		who.Username = local(who.Email)
	}
	proven := append(c.list("amr"), c.text("acr"))
	who.Factor = slices.ContainsFunc(p.Factors, func(v string) bool { return v != "" && slices.Contains(proven, v) })
	return who, nil
}
