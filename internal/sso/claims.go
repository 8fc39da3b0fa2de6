package sso

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"strongroom/internal/sso/jwt"
)

// leeway is how far the provider's clock may be off.
const leeway = 30 * time.Second

// errNotProven: providers that cannot ask again, or do not say when they did,
// leave out auth_time or tell an old one.
var errNotProven = errors.New("your provider did not ask you again (auth_time); sign out here and in again instead")

// claims are the members of an ID token or a userinfo answer, by their exact names.
type claims map[string]json.RawMessage

// expected is what an ID token is held to.
type expected struct {
	issuer, client, nonce string
	access                string    // the access token that came with it
	now                   time.Time //
	since                 time.Time // the person must have proven it since; zero for ever
}

// rule is what one claim of an ID token must be (OpenID Connect Core 1.0, 3.1.3.7).
type rule struct {
	claim    string
	required bool
	check    func(c claims, want expected) error
}

// rules is the table: a claim that is required and missing, or of the wrong JSON
// type, is a refusal, never a fault (security-bar 2.4, JWT parsing).
func rules() []rule {
	return []rule{
		{"iss", true, equals("iss", func(w expected) string { return w.issuer })},
		{"sub", true, subject},
		{"aud", true, audience},
		{"azp", false, equals("azp", func(w expected) string { return w.client })},
		{"nonce", true, equals("nonce", func(w expected) string { return w.nonce })},
		{"exp", true, between("exp", func(at time.Time, w expected) bool { return w.now.Before(at.Add(leeway)) }, "it has expired")},
		{"iat", true, between("iat", func(at time.Time, w expected) bool { return !at.After(w.now.Add(leeway)) }, "it was issued in the future")},
		{"nbf", false, between("nbf", func(at time.Time, w expected) bool { return !at.After(w.now.Add(leeway)) }, "it is not valid yet")},
		{"at_hash", false, accessHash},
	}
}

func (c claims) check(want expected) error {
	for _, r := range rules() {
		if c[r.claim] == nil {
			if r.required {
				return fmt.Errorf("the claim %s is missing", r.claim)
			}
			continue
		}
		if err := r.check(c, want); err != nil {
			return fmt.Errorf("%s: %w", r.claim, err)
		}
	}
	if want.since.IsZero() {
		return nil
	}
	at, err := c.seconds("auth_time")
	if err != nil || at.Before(want.since.Add(-leeway)) {
		return errNotProven
	}
	return nil
}

func equals(claim string, value func(expected) string) func(claims, expected) error {
	return func(c claims, want expected) error {
		got, wanted := c.text(claim), value(want)
		if wanted == "" || subtle.ConstantTimeCompare([]byte(got), []byte(wanted)) != 1 {
			return fmt.Errorf("it is not the expected one")
		}
		return nil
	}
}

func between(claim string, holds func(time.Time, expected) bool, complaint string) func(claims, expected) error {
	return func(c claims, want expected) error {
		at, err := c.seconds(claim)
		if err == nil && !holds(at, want) {
			err = errors.New(complaint)
		}
		return err
	}
}

// subject is at most 255 ASCII characters.
func subject(c claims, _ expected) error {
	sub := c.text("sub")
	if sub == "" || len(sub) > 255 || strings.ContainsFunc(sub, func(r rune) bool { return r < ' ' || r > '~' }) {
		return errors.New("it is empty, too long, or not plain text")
	}
	return nil
}

// audience: the token is for us alone; one for several must say in azp that it
// was issued to us.
func audience(c claims, want expected) error {
	list := c.list("aud")
	if !slices.Contains(list, want.client) {
		return errors.New("the token is for somebody else")
	}
	if len(list) > 1 && c["azp"] == nil {
		return errors.New("the token is for several, and azp does not say to whom it was issued")
	}
	return nil
}

// accessHash is half of the SHA-256 of the access token; all algorithms here use
// SHA-256.
func accessHash(c claims, want expected) error {
	sum := sha256.Sum256([]byte(want.access))
	if subtle.ConstantTimeCompare([]byte(c.text("at_hash")), []byte(base64.RawURLEncoding.EncodeToString(sum[:16]))) != 1 {
		return errors.New("it is not that of the access token")
	}
	return nil
}

// text is a claim that is a string, else "".
func (c claims) text(name string) string {
	var s string
	if json.Unmarshal(c.at(name), &s) != nil {
		return ""
	}
	return s
}

// list is a claim that is a string or a list of strings.
func (c claims) list(name string) []string {
	var list []string
	if json.Unmarshal(c.at(name), &list) == nil {
		return list
	}
	if s := c.text(name); s != "" {
		return []string{s}
	}
	return nil
}

// yes is a claim that is true; some providers write it as a string.
func (c claims) yes(name string) bool {
	text := string(c.at(name))
	return text == "true" || text == `"true"`
}

// seconds is a claim that is a time: a number of seconds since 1970.
func (c claims) seconds(name string) (time.Time, error) {
	var n float64
	if err := json.Unmarshal(c.at(name), &n); err != nil || n <= 0 || n > 1<<40 || string(c.at(name)) == "null" {
		return time.Time{}, errors.New("it is not a time in seconds")
	}
	return time.Unix(int64(n), 0), nil
}

// at finds a claim by its name or, when there is none, by a path of members with
// dots between them.
func (c claims) at(name string) json.RawMessage {
	if raw, found := c[name]; found {
		return raw
	}
	first, rest, dotted := strings.Cut(name, ".")
	var inner claims
	if !dotted || json.Unmarshal(c[first], &inner) != nil {
		return nil
	}
	return inner.at(rest)
}

// maxGroups bounds how many groups are read.
const maxGroups = 2000

// groups reads the claim of groups. A provider that left them out for their
// number (Entra ID does beyond 200) is refused: roles must not vanish for that.
func (c claims) groups(name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	var left claims
	if json.Unmarshal(c["_claim_names"], &left) == nil && left[name] != nil {
		return nil, fmt.Errorf("%w: the person is in too many groups for the claim %q; let the provider send only those that are assigned to this index", ErrRefused, name)
	}
	groups := sorted(c.list(name))
	if len(groups) > maxGroups {
		return nil, fmt.Errorf("%w: the claim %q has %d groups, the most is %d", ErrRefused, name, len(groups), maxGroups)
	}
	return groups, nil
}

// complete adds claims from the userinfo endpoint when the ID token lacks one
// that the settings name. What the ID token says stays.
func (p *Provider) complete(ctx context.Context, m metadata, c claims, access string) (claims, error) {
	lacks := slices.ContainsFunc([]string{p.Username, p.Email, p.Groups}, func(name string) bool { return name != "" && c.at(name) == nil })
	if !lacks || m.Userinfo == "" || access == "" || c["_claim_names"] != nil {
		return c, nil
	}
	text, err := p.client.Get(ctx, m.Userinfo, http.Header{"Authorization": {"Bearer " + access}})
	if err != nil {
		return nil, fmt.Errorf("%w: userinfo: %w", ErrUnavailable, err)
	}
	var more claims
	if err := jwt.Unmarshal(text, &more); err != nil {
		return nil, fmt.Errorf("%w: userinfo: %w", ErrUntrusted, err)
	}
	if more.text("sub") != c.text("sub") {
		return nil, fmt.Errorf("%w: userinfo is about somebody else", ErrUntrusted)
	}
	for _, name := range []string{"amr", "acr", "auth_time"} { // only what was signed says how the person proved it
		delete(more, name)
	}
	if c["email"] != nil { // what is vouched for there is another address
		delete(more, "email_verified")
	}
	maps.Copy(more, c)
	return more, nil
}
