// Package sso asks a company who somebody is: an OpenID Connect provider
// (Provider) or an LDAP directory (Directory). Both answer with a Person, and
// Mapping says what the person's groups mean here. Nothing is kept: accounts,
// logins and roles are the caller's.
//
// OpenID Connect is written here on net/http and crypto/* rather than taken from a
// library: what a library leaves to its callers (keys fetched again at a bounded
// rate, bounded answers, no redirects, no private addresses, the party a token
// was issued to) is most of the work, and what it adds is not wanted.
package sso

import (
	"errors"
	"slices"
	"strings"
)

// The sources of persons.
const (
	FromOIDC = "oidc"
	FromLDAP = "ldap"
)

// Person is who somebody is, as the company says. Issuer and Subject together
// name the person for ever; everything else may change or belong to somebody
// else tomorrow, so no account is found by it.
type Person struct {
	Source   string // FromOIDC or FromLDAP
	Issuer   string
	Subject  string
	Username string // as the company writes it, may be empty: a proposal
	Email    string // may be empty
	Verified bool   // the company vouches for Email
	Name     string // as shown, may be empty
	Groups   []string
	Factor   bool // a second factor was proven, as the settings understand the answer (MFA-13)
}

// The reasons for which nobody is signed in; errors wrap one of them.
var (
	ErrRefused     = errors.New("the company's sign-in refused")                // the person, now
	ErrUnavailable = errors.New("the company's sign-in does not answer")        // try again later
	ErrUntrusted   = errors.New("the answer of the company's sign-in is wrong") // an attack or a wrong setting; log it
)

// local is a proposal for a user name: what stands before the @ of an address,
// without what user names may not have.
func local(name string) string {
	name, _, _ = strings.Cut(strings.TrimSpace(name), "@")
	if i := strings.LastIndexByte(name, '\\'); i >= 0 { // DOMAIN\name
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '-'
	}, name)
	name = strings.Trim(name, ".-_")
	return strings.TrimRight(name[:min(len(name), 40)], ".-_")
}

// clean is one line of text of bounded length, without control characters.
func clean(text string, most int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
	runes := []rune(text)
	return string(runes[:min(len(runes), most)])
}

// address is an e-mail address of the usual form, or "".
func address(text string) string {
	name, host, ok := strings.Cut(text, "@")
	odd := strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>()[],;:\"`, r) })
	if !ok || odd || name == "" || !strings.Contains(host, ".") || strings.Contains(host, "@") || len(text) > 254 {
		return ""
	}
	return text
}

// sorted is the groups once each, without empty ones.
func sorted(groups []string) []string {
	groups = slices.DeleteFunc(slices.Clone(groups), func(g string) bool { return g == "" })
	slices.Sort(groups)
	return slices.Compact(groups)
}
