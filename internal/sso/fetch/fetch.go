// Package fetch calls an identity provider: https except on this machine, no
// redirects, bounded in time and size, and no way into the private network
// (security-bar 2.6). The host that the operator named may be private; what that
// host names in turn may not.
package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Bounds of one call.
const (
	Timeout = 10 * time.Second
	Most    = 1 << 20 // bytes of an answer
)

// ErrForbidden says that an address must not be called.
var ErrForbidden = errors.New("this address must not be called")

// Client calls one provider.
type Client struct {
	host string // may be private
	http *http.Client
}

// New makes a client for the provider at the address that the operator named.
func New(home string) (*Client, error) {
	u, err := url.Parse(home)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not an address such as https://login.example.com", home)
	}
	c := &Client{host: strings.ToLower(u.Hostname())}
	if err := c.Allows(home); err != nil {
		return nil, err
	}
	c.http = &http.Client{
		Timeout: Timeout,
		Transport: &http.Transport{
			DialContext: c.dial, TLSHandshakeTimeout: Timeout, MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Allows says whether an address may be called as far as its text tells: https,
// or http on this machine for a provider that the operator put there.
func (c *Client) Allows(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return fmt.Errorf("%w: %.200q is not a plain address", ErrForbidden, address)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && strings.ToLower(u.Hostname()) == c.host && loopback(c.host):
		return nil
	}
	return fmt.Errorf("%w: %.200q is not https", ErrForbidden, address)
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// dial connects to the provider's own host wherever it is, and to others only
// where the public network is: the check is on the address after resolution.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: Timeout}
	if host, _, err := net.SplitHostPort(address); err != nil || strings.ToLower(host) != c.host {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !Public(to.Addr()) {
				return fmt.Errorf("%w: %s is not a public address", ErrForbidden, address)
			}
			return nil
		}
	}
	return dialer.DialContext(ctx, network, address)
}

// privateNetworks are those of IANA's registries of special-purpose addresses
// that netip has no question for, and those that carry IPv4 addresses inside.
func privateNetworks() []netip.Prefix {
	var out []netip.Prefix
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10", "::/96",
	} {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

// Public reports whether an address belongs to the public network.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.Zone() != "" {
		return false
	}
	return !slices.ContainsFunc(privateNetworks(), func(p netip.Prefix) bool { return p.Contains(ip) })
}

// Get fetches a document.
func (c *Client) Get(ctx context.Context, address string, header http.Header) ([]byte, error) {
	return c.do(ctx, http.MethodGet, address, header, nil)
}

// Post sends a form and returns the answer. An answer of the status 400 or 401
// is returned too: it says what was wrong with the form; *Status is the error.
func (c *Client) Post(ctx context.Context, address string, header http.Header, form url.Values) ([]byte, error) {
	header = header.Clone()
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(ctx, http.MethodPost, address, header, []byte(form.Encode()))
}

// Status is the error of an answer that is not 200.
type Status struct {
	Host string
	Code int
}

// Error implements error.
func (s *Status) Error() string {
	if s.Code >= 300 && s.Code < 400 {
		return fmt.Sprintf("%s redirects (%d), which is not followed", s.Host, s.Code)
	}
	return fmt.Sprintf("%s answers %d %s", s.Host, s.Code, http.StatusText(s.Code))
}

func (c *Client) do(ctx context.Context, method, address string, header http.Header, body []byte) ([]byte, error) {
	if err := c.Allows(address); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if header != nil {
		r.Header = header
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "strongroom")
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, Most+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > Most:
		return nil, fmt.Errorf("%s answers with more than %d bytes", r.URL.Host, Most)
	case answer.StatusCode != http.StatusOK:
		return text, &Status{Host: r.URL.Host, Code: answer.StatusCode}
	}
	return text, nil
}
