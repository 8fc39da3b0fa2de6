package middleware

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks whose forwarded headers count. The Host header is
// never believed, from nobody.
type Proxies []netip.Prefix

// ParseProxies reads a list of CIDRs or single addresses.
func ParseProxies(list []string) (Proxies, error) {
	var out Proxies
	for _, text := range list {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, p)
			continue
		}
		a, err := netip.ParseAddr(text)
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies: %q is neither an address nor a network such as 10.0.0.0/8", text)
		}
		out = append(out, netip.PrefixFrom(a, a.BitLen()))
	}
	return out, nil
}

// Country is the client's as a trusted proxy said in a header, in the two letters
// of ISO 3166-1; empty where nobody said or knew.
func (p Proxies) Country(r *http.Request, header string) string {
	if header == "" || len(p) == 0 {
		return ""
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	said := r.Header.Values(header)
	if err != nil || !p.trust(host) || len(said) != 1 || len(said[0]) != 2 || said[0] == unknownCountry {
		return "" // of two one may be the client's own
	}
	code := said[0]
	for _, c := range []byte(code) {
		if c < 'A' || c > 'Z' {
			return ""
		}
	}
	return code
}

// unknownCountry is what proxies write who do not know.
const unknownCountry = "XX"

func (p Proxies) trust(address string) bool {
	a, err := netip.ParseAddr(strings.TrimSpace(address))
	if err != nil {
		return false
	}
	for _, prefix := range p {
		if prefix.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// Client is the address the request came from: the last one in
// X-Forwarded-For that is not a trusted proxy, or the connection's.
func (p Proxies) Client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if len(p) == 0 || !p.trust(host) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			return host
		}
		if host = hop; !p.trust(hop) {
			return hop
		}
	}
	return host
}
