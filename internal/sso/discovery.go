package sso

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"strongroom/internal/sso/fetch"
	"strongroom/internal/sso/jwt"
)

const (
	// keepTime is how long metadata and keys are believed: a key that the
	// provider takes back is refused after that.
	keepTime = time.Hour
	// cooldown is the least time between two fetches of the keys, whatever names
	// of keys tokens bring.
	cooldown = time.Minute
)

// metadata is what a provider says of itself (OpenID Connect Discovery 1.0, 3).
type metadata struct {
	Issuer         string   `json:"issuer"`
	Authorization  string   `json:"authorization_endpoint"`
	Token          string   `json:"token_endpoint"`
	Keys           string   `json:"jwks_uri"`
	Userinfo       string   `json:"userinfo_endpoint"`
	TokenAuth      []string `json:"token_endpoint_auth_methods_supported"`
	Challenges     []string `json:"code_challenge_methods_supported"`
	ResponseIssuer bool     `json:"authorization_response_iss_parameter_supported"`
}

// secretInForm: the secret goes into the header unless the provider takes it in
// the form only.
func (m metadata) secretInForm() bool {
	return slices.Contains(m.TokenAuth, "client_secret_post") && !slices.Contains(m.TokenAuth, "client_secret_basic")
}

func (m metadata) check(issuer string, client *fetch.Client) error {
	if m.Issuer != issuer {
		return fmt.Errorf("it calls itself %.200q, the setting is %q; they must be equal to the letter", m.Issuer, issuer)
	}
	for name, address := range map[string]string{"authorization_endpoint": m.Authorization, "token_endpoint": m.Token, "jwks_uri": m.Keys} {
		if err := client.Allows(address); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if m.Challenges != nil && !slices.Contains(m.Challenges, "S256") {
		return errors.New("it does not know PKCE with S256")
	}
	return nil
}

func (p *Provider) discover(ctx context.Context) (metadata, error) {
	return p.metadata.get(p.Clock(), func() (m metadata, err error) {
		text, err := p.client.Get(ctx, strings.TrimRight(p.Issuer, "/")+"/.well-known/openid-configuration", http.Header{})
		if err != nil {
			return m, fmt.Errorf("%w: discovery: %w", ErrUnavailable, err)
		}
		if err := jwt.Unmarshal(text, &m); err != nil {
			return m, fmt.Errorf("%w: discovery: %w", ErrUntrusted, err)
		}
		if err := m.check(p.Issuer, p.client); err != nil {
			return m, fmt.Errorf("%w: discovery: %w", ErrUntrusted, err)
		}
		return m, nil
	})
}

// signed returns the claims of a token that the provider signed. For a key that
// is not known the keys are fetched again, at most once a cooldown.
func (p *Provider) signed(ctx context.Context, token *jwt.Token) ([]byte, error) {
	fetchKeys := func() (jwt.KeySet, error) { return p.fetchKeys(ctx) }
	keys, err := p.keys.get(p.Clock(), fetchKeys)
	if err != nil {
		return nil, err
	}
	raw, err := token.Claims(keys)
	if errors.Is(err, jwt.ErrUnknownKey) {
		if keys, err = p.keys.renew(p.Clock(), fetchKeys); err != nil {
			return nil, err
		}
		raw, err = token.Claims(keys)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: ID token: %w", ErrUntrusted, err)
	}
	return raw, nil
}

func (p *Provider) fetchKeys(ctx context.Context) (jwt.KeySet, error) {
	m, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	text, err := p.client.Get(ctx, m.Keys, http.Header{})
	if err != nil {
		return nil, fmt.Errorf("%w: keys: %w", ErrUnavailable, err)
	}
	keys, err := jwt.ParseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return keys, nil
}

// remembered is a document of the provider. One caller fetches it, the others
// wait; failures are not remembered.
type remembered[T any] struct {
	mu    sync.Mutex
	value T
	at    time.Time // zero for never
	tried time.Time
}

// get returns the document, fetching it when there is none or it is too old.
func (r *remembered[T]) get(now time.Time, fetch func() (T, error)) (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.at.IsZero() && now.Sub(r.at) < keepTime {
		return r.value, nil
	}
	return r.fetch(now, fetch)
}

// renew fetches the document unless that was tried within the cooldown; then the
// one that is there is returned.
func (r *remembered[T]) renew(now time.Time, fetch func() (T, error)) (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.tried) < cooldown {
		return r.value, nil
	}
	return r.fetch(now, fetch)
}

func (r *remembered[T]) fetch(now time.Time, fetch func() (T, error)) (T, error) {
	r.tried = now
	value, err := fetch()
	if err == nil {
		r.value, r.at = value, now
	}
	return value, err
}
