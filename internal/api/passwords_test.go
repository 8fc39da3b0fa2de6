package api_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
	"strongroom/internal/password/breachlist"
)

// known is a list of the one password "password".
const known = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:7\n"

// withList starts an index with a local list.
func withList(t *testing.T, kind breachlist.Kind) *apptest.Server {
	t.Helper()
	path := filepath.Join(t.TempDir(), "breached")
	if _, err := breachlist.Build(t.Context(), breachlist.FromText(strings.NewReader(known)), path, kind); err != nil {
		t.Fatal(err)
	}
	return apptest.Start(t, func(c *config.Config) { c.PasswordBreach = config.PasswordBreach{Backend: "local", File: path} })
}

// TestPasswordRange: PW-5.
func TestPasswordRange(t *testing.T) {
	s := withList(t, breachlist.Sorted)
	r := s.Get("/_/password-range/5baa6")
	if r.StatusCode != http.StatusOK || !strings.Contains(r.Text, "\r\n1E4C9B93F3F0682250B6CF8331B7EE68FD8:1\r\n") || strings.Count(r.Text, "\r\n") < 800 {
		t.Errorf("%s\n%.200s", r.Status, r.Text)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "private, max-age=86400", "Set-Cookie": "", "RateLimit": `"password-ranges";r=59;t=60`,
		"X-Content-Type-Options": "nosniff",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if again := s.Get("/_/password-range/5BAA6", "If-None-Match", r.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("revalidated: %s", again.Status)
	}
	for _, prefix := range []string{"5BAA", "5BAA61", "5BAAG", "5baa%20", "%EF%BC%95BAA", "5BAA6/", ""} {
		if r := s.Get("/_/password-range/" + prefix); r.StatusCode != http.StatusNotFound {
			t.Errorf("%q: %s", prefix, r.Status)
		}
	}
	if r := s.Do(http.MethodPost, "/_/password-range/5BAA6", nil); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s", r.Status)
	}
}

// TestPasswordRangeIsLimited: 60 a minute for each address.
func TestPasswordRangeIsLimited(t *testing.T) {
	s := withList(t, breachlist.Sorted)
	for i := range 60 {
		if r := s.Get("/_/password-range/00000"); r.StatusCode != http.StatusOK {
			t.Fatalf("number %d: %s", i, r.Status)
		}
	}
	if r := s.Get("/_/password-range/00000"); r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Errorf("number 61: %s, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
	}
	s.SetClock(time.Minute)
	if r := s.Get("/_/password-range/00000"); r.StatusCode != http.StatusOK {
		t.Errorf("a minute later: %s", r.Status)
	}
}

// TestPasswordRangeWithoutRanges: off, a filter, and a server that does not answer.
func TestPasswordRangeWithoutRanges(t *testing.T) {
	for name, c := range map[string]struct {
		server *apptest.Server
		status int
	}{
		"off":    {apptest.Start(t), http.StatusNotFound},
		"filter": {withList(t, breachlist.Filter), http.StatusNotFound},
		"dead": {apptest.Start(t, func(c *config.Config) {
			c.PasswordBreach = config.PasswordBreach{Backend: "hibp", URL: "http://127.0.0.1:1/range/"}
		}), http.StatusServiceUnavailable},
	} {
		if r := c.server.Get("/_/password-range/5BAA6"); r.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", name, r.Status, c.status)
		}
	}
}

// TestPasswordRangeIsNotLogged: the log does not say who asked for what (PW-4).
func TestPasswordRangeIsNotLogged(t *testing.T) {
	yes, saved := true, os.Stderr
	path := filepath.Join(t.TempDir(), "log")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	os.Stderr = file
	s := apptest.Start(t, func(c *config.Config) {
		c.LogRequests = &yes
		c.PasswordBreach = config.PasswordBreach{Backend: "hibp", URL: "http://127.0.0.1:1/range/"}
	})
	os.Stderr = saved
	s.Get("/_/password-range/5BAA6")
	s.Get("/_/password-range/5BAA6xyz")
	s.Stop()
	log, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(log), `"path":"/_/password-range/{prefix}"`) || strings.Contains(string(log), "5BAA6") {
		t.Errorf("%v\n%s", err, log)
	}
}
