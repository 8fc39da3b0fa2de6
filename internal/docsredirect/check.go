package docsredirect

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// maxURL is how many bytes an address may have (DR-2).
const maxURL = 2048

// Policy is what the operator lets owners redirect to.
type Policy struct {
	HTTP     bool   // http:// too
	AnyHost  bool   // addresses, localhost and names without a dot too, as inside a company
	DocsHost string // host name of the documentation itself, which would be a loop; "" for none
}

// Check returns the address in the form that is stored: the host in ASCII and
// lower case, and without slashes at the end where the path is kept. The error
// is a sentence for the owner (DR-2).
func (p Policy) Check(text string, keepPath bool) (string, error) {
	u, err := parse(text)
	if err != nil {
		return "", err
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !p.HTTP) {
		return "", sentence("The address must begin with https://; this one begins with %q.", u.Scheme+"://")
	}
	if err := plain(u, keepPath); err != nil {
		return "", err
	}
	if u.Host, err = p.host(u); err != nil {
		return "", err
	}
	out := u.String()
	if keepPath {
		out = strings.TrimRight(out, "/")
	}
	return out, nil
}

func parse(text string) (*url.URL, error) {
	if len(text) > maxURL {
		return nil, sentence("The address has %d bytes; it may have %d.", len(text), maxURL)
	}
	if strings.Contains(text, "#") {
		return nil, sentence("The address must not have a #fragment.")
	}
	for _, r := range text {
		if r <= ' ' || r == 0x7f || r == '\\' || r == '"' || r == '<' || r == '>' || r >= 0x80 && r < 0xa0 {
			return nil, sentence("The address holds %q, which no address may have.", r)
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, sentence("%q is not an address such as https://docs.example.com/project.", text)
	}
	return u, nil
}

// plain refuses the parts that an address to redirect to must not have.
func plain(u *url.URL, keepPath bool) error {
	switch {
	case u.User != nil:
		return sentence("The address must not have a user name in it.")
	case keepPath && (u.RawQuery != "" || u.ForceQuery):
		return sentence("The address must not have a ?query while the path is kept.")
	case !ascii(u.EscapedPath()) || !ascii(u.RawQuery):
		return sentence("Write the characters of the path that are not ASCII as %%XX.")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return sentence("The path of the address must not have the segment %q.", segment)
		}
	}
	return nil
}

// host is the host with its port as it is stored.
func (p Policy) host(u *url.URL) (string, error) {
	given := strings.TrimSuffix(u.Hostname(), ".")
	name, err := idna.Lookup.ToASCII(given)
	if _, isAddress := netip.ParseAddr(given); isAddress == nil || numeric(given) {
		if !p.AnyHost {
			return "", sentence("The host %q is a number, not a name.", given)
		}
		return u.Host, nil
	}
	if err != nil || name == "" {
		return "", sentence("%q is not the name of a host.", given)
	}
	if !p.AnyHost && (!strings.Contains(name, ".") || name == "localhost" || strings.HasSuffix(name, ".localhost")) {
		return "", sentence("The host %q is not a name of the public internet.", name)
	}
	if p.DocsHost != "" && name == strings.ToLower(p.DocsHost) {
		return "", sentence("%s is where the documentation is redirected from; it would go round in a circle.", name)
	}
	if port := u.Port(); port != "" {
		name += ":" + port
	}
	return name, nil
}

// numeric reports whether browsers would read the host as an IPv4 address:
// its last label is a number, also in hexadecimal.
func numeric(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if strings.HasPrefix(strings.ToLower(last), "0x") {
		return true
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// sentence is an error that a person reads as it is.
func sentence(format string, args ...any) error { return Refusal(fmt.Sprintf(format, args...)) }

// Refusal is a sentence that tells an owner why an address is not possible.
type Refusal string

// Error implements error.
func (r Refusal) Error() string { return string(r) }
