package middleware_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"strongroom/internal/middleware"
)

func proxies(t *testing.T, list ...string) middleware.Proxies {
	t.Helper()
	p, err := middleware.ParseProxies(list)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestProxies: a forwarded address counts only from a trusted proxy, and only what that proxy added.
func TestProxies(t *testing.T) {
	none, own, both := proxies(t), proxies(t, "10.0.0.0/8", "fd00::/8"), proxies(t, "10.0.0.1", "192.0.2.7")
	for _, row := range []struct {
		name    string
		proxies middleware.Proxies
		remote  string
		forward []string
		want    string
	}{
		{"no proxies", none, "203.0.113.5:1", []string{"1.1.1.1"}, "203.0.113.5"},
		{"a stranger's header", own, "203.0.113.5:1", []string{"1.1.1.1"}, "203.0.113.5"},
		{"one proxy", own, "10.1.2.3:1", []string{"203.0.113.5"}, "203.0.113.5"},
		{"a forged first hop", own, "10.1.2.3:1", []string{"1.1.1.1, 203.0.113.5"}, "203.0.113.5"},
		{"two proxies", both, "10.0.0.1:1", []string{"1.1.1.1, 203.0.113.5, 192.0.2.7"}, "203.0.113.5"},
		{"two headers", both, "10.0.0.1:1", []string{"1.1.1.1, 203.0.113.5", "192.0.2.7"}, "203.0.113.5"},
		{"all trusted", own, "10.1.2.3:1", []string{"10.9.9.9"}, "10.9.9.9"},
		{"no header", own, "10.1.2.3:1", nil, "10.1.2.3"},
		{"an empty header", own, "10.1.2.3:1", []string{""}, "10.1.2.3"},
		{"rubbish", own, "10.1.2.3:1", []string{"203.0.113.5, unknown"}, "10.1.2.3"},
		{"rubbish behind a hop", both, "10.0.0.1:1", []string{"<script>, 192.0.2.7"}, "192.0.2.7"},
		{"white space", own, "10.1.2.3:1", []string{"  203.0.113.5  "}, "203.0.113.5"},
		{"IPv6", own, "[fd00::1]:1", []string{"2001:db8::5"}, "2001:db8::5"},
		{"IPv4 in IPv6", own, "[::ffff:10.1.2.3]:1", []string{"203.0.113.5"}, "203.0.113.5"},
		{"no port", own, "10.1.2.3", []string{"203.0.113.5"}, "203.0.113.5"},
		{"a socket", own, "@", []string{"203.0.113.5"}, "@"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.Host = row.remote, "evil.example"
		for _, f := range row.forward {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := row.proxies.Client(r); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

// TestCountry (SD-28): only what a trusted proxy says once, and only letters.
func TestCountry(t *testing.T) {
	own, err := middleware.ParseProxies([]string{"10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, remote, header string
		said                 []string
		want                 string
	}{
		{"said", "10.0.0.1:1", "CF-IPCountry", []string{"NL"}, "NL"},
		{"no header is believed", "10.0.0.1:1", "", []string{"NL"}, ""},
		{"a stranger", "203.0.113.5:1", "CF-IPCountry", []string{"NL"}, ""},
		{"not known", "10.0.0.1:1", "CF-IPCountry", []string{"XX"}, ""},
		{"not said", "10.0.0.1:1", "CF-IPCountry", nil, ""},
		{"said twice", "10.0.0.1:1", "CF-IPCountry", []string{"NL", "DE"}, ""},
		{"small letters", "10.0.0.1:1", "CF-IPCountry", []string{"nl"}, ""},
		{"Tor", "10.0.0.1:1", "CF-IPCountry", []string{"T1"}, ""},
		{"rubbish", "10.0.0.1:1", "CF-IPCountry", []string{"N\n"}, ""},
		{"long", "10.0.0.1:1", "CF-IPCountry", []string{"Netherlands"}, ""},
		{"a socket", "@", "CF-IPCountry", []string{"NL"}, ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = row.remote
		for _, s := range row.said {
			r.Header.Add("CF-IPCountry", s)
		}
		if got := own.Country(r, row.header); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestParseProxiesRefuses(t *testing.T) {
	for _, text := range []string{"", "10.0.0.0/33", "proxy.example", "10.0.0"} {
		if _, err := middleware.ParseProxies([]string{"10.0.0.1", text}); err == nil || !strings.Contains(err.Error(), "trusted_proxies") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
