package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// TestPublic holds the networks that nothing named by a provider may lead into.
func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "93.184.216.34": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "0.0.0.0": false, "::": false, "10.1.2.3": false, "172.16.0.1": false,
		"172.31.255.255": false, "192.168.1.1": false, "169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "fd00:ec2::254": false,
		"100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "0.1.2.3": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false,
		"2002:7f00:1::": false, "2001:db8::1": false, "2001::1": false, "fec0::1": false, "ff02::1": false,
	} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: public %v, want %v", text, got, want)
		}
	}
}

func TestAllows(t *testing.T) {
	far, err := New("https://login.example.com/realm")
	if err != nil {
		t.Fatal(err)
	}
	near, err := New("http://127.0.0.1:8080")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		c       *Client
		address string
		want    bool
	}{
		{far, "https://login.example.com/x", true},
		{far, "https://keys.example.net/x", true},
		{far, "http://login.example.com/x", false},
		{far, "http://127.0.0.1/x", false},
		{far, "http://localhost/x", false},
		{far, "file:///etc/passwd", false},
		{far, "gopher://login.example.com/", false},
		{far, "https://user:pw@login.example.com/", false},
		{far, "https://login.example.com/#x", false},
		{far, "//login.example.com/", false},
		{far, "/x", false},
		{far, "https://", false},
		{far, "", false},
		{far, "https://a b/", false},
		{near, "http://127.0.0.1:9/other", true},
		{near, "http://localhost/", false},
		{near, "http://127.0.0.2/", false},
	} {
		if err := row.c.Allows(row.address); (err == nil) != row.want || err != nil && !errors.Is(err, ErrForbidden) {
			t.Errorf("%s may call %q: %v, want %v", row.c.host, row.address, err, row.want)
		}
	}
	for _, home := range []string{"", "login.example.com", "http://login.example.com", "http://10.0.0.1", "ldap://x", "https://u@h"} {
		if _, err := New(home); err == nil {
			t.Errorf("a provider at %q", home)
		}
	}
}

// TestPrivateAddressesAreNotDialled: the provider's own host may be private, another may not, whatever its name is.
func TestPrivateAddressesAreNotDialled(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	c, err := New("https://login.example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"https://127.0.0.1:" + port, "https://localhost:" + port, "https://[::1]:" + port, "https://[::ffff:127.0.0.1]:" + port} {
		if _, err := c.Get(context.Background(), address, nil); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: %v", address, err)
		}
	}
	own, err := New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := own.Get(context.Background(), server.URL, nil); err == nil || errors.Is(err, ErrForbidden) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("the provider's own host is dialled, and its certificate looked at: %v", err)
	}
}

func TestAnswers(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.Method + " " + r.FormValue("a") + " " + r.Header.Get("X-A") + " " + r.Header.Get("Accept")))
	})
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/echo", http.StatusFound) })
	mux.HandleFunc("/huge", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, Most+1)) })
	mux.HandleFunc("/full", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, Most)) })
	mux.HandleFunc("/bad", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte("why"))
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	c, err := New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if got, err := c.Get(ctx, server.URL+"/echo", http.Header{"X-A": {"1"}}); string(got) != "GET  1 application/json" || err != nil {
		t.Errorf("get: %q, %v", got, err)
	}
	if got, err := c.Post(ctx, server.URL+"/echo", http.Header{}, url.Values{"a": {"b c"}}); string(got) != "POST b c  application/json" || err != nil {
		t.Errorf("post: %q, %v", got, err)
	}
	if got, err := c.Get(ctx, server.URL+"/full", nil); len(got) != Most || err != nil {
		t.Errorf("the largest: %d, %v", len(got), err)
	}
	var status *Status
	if got, err := c.Get(ctx, server.URL+"/bad", nil); !errors.As(err, &status) || status.Code != 400 || string(got) != "why" {
		t.Errorf("a refusal: %q, %v", got, err)
	}
	for path, want := range map[string]string{"/huge": "more than 1048576 bytes", "/elsewhere": "redirects (302)", "/none": "404 Not Found"} {
		if _, err := c.Get(ctx, server.URL+path, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", path, err, want)
		}
	}
}
