package password

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/password/breachlist"
)

// rangeServer is a server that speaks the range API.
type rangeServer struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []*http.Request
	answer  func(w http.ResponseWriter, prefix string)
	known   map[string]int // SHA-1 in capitals → count
	elapsed time.Duration  // that its clock is ahead
}

func newRangeServer(t *testing.T, passwords ...string) *rangeServer {
	t.Helper()
	s := &rangeServer{known: map[string]int{}}
	for _, p := range passwords {
		s.known[sha1Of(p)] = 3
	}
	s.answer = s.lines
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r)
		answer := s.answer
		s.mu.Unlock()
		answer(w, strings.TrimPrefix(r.URL.Path, "/range/"))
	}))
	t.Cleanup(s.Close)
	return s
}

func sha1Of(password string) string {
	sum := sha1.Sum([]byte(password))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// lines answers with what is known and ten lines of padding.
func (s *rangeServer) lines(w http.ResponseWriter, prefix string) {
	var lines []string
	for hash, count := range s.known {
		if suffix, ok := strings.CutPrefix(hash, prefix); ok {
			lines = append(lines, fmt.Sprintf("%s:%d", suffix, count))
		}
	}
	for i := range 10 {
		lines = append(lines, fmt.Sprintf("%s:0", sha1Of(prefix + fmt.Sprint(i))[:suffixSize]))
	}
	fmt.Fprint(w, strings.Join(lines, "\r\n"))
}

func (s *rangeServer) set(answer func(http.ResponseWriter, string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *rangeServer) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *rangeServer) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(s.elapsed)
}

func (s *rangeServer) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.elapsed += d
}

func (s *rangeServer) checker(t *testing.T) *Checker {
	t.Helper()
	c, err := Open(Options{Backend: BackendHIBP, URL: s.URL + "/range/", Clock: s.now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestHIBP: only five digits are sent (PW-4), padding does not count, and a range is asked for once a day.
func TestHIBP(t *testing.T) {
	s := newRangeServer(t, "password", "pässword")
	c, ctx := s.checker(t), t.Context()
	s.known[sha1Of("padding")] = 0
	for password, want := range map[string]bool{"password": true, "pa\u0308ssword": true, "correct horse": false, "padding": false, "Password": false} {
		if got := c.Breached(ctx, password); got != want {
			t.Errorf("%q: %v", password, got)
		}
	}
	if got := c.Results(); got != (Results{OK: 3, Breached: 2}) {
		t.Errorf("%+v", got)
	}
	c.Breached(ctx, "password")
	asked := s.requests()
	if len(asked) != 5 {
		t.Errorf("%d requests, want one for each range", len(asked))
	}
	for _, r := range asked {
		if prefix := strings.TrimPrefix(r.URL.Path, "/range/"); len(prefix) != 5 || r.URL.RawQuery != "" || r.Header.Get("Add-Padding") != "true" ||
			r.Header.Get("Cookie")+r.Header.Get("Referer") != "" {
			t.Errorf("asked %s %v", r.URL, r.Header)
		}
	}
	s.wait(cacheTime + time.Second)
	c.Breached(ctx, "password")
	if n := len(s.requests()); n != 6 {
		t.Errorf("%d requests after a day, want 6", n)
	}
}

// TestHIBPFails: whatever is wrong, the password passes and the failure is counted; no error holds the prefix.
func TestHIBPFails(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, string){
		"status": func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusTooManyRequests) },
		"empty":  func(http.ResponseWriter, string) {},
		"page":   func(w http.ResponseWriter, _ string) { fmt.Fprint(w, "<html>Sign in to the network</html>") },
		"short":  func(w http.ResponseWriter, _ string) { fmt.Fprint(w, "ABC:1\r\n") },
		"count":  func(w http.ResponseWriter, _ string) { fmt.Fprint(w, strings.Repeat("A", 35)+":-1\r\n") },
		"huge": func(w http.ResponseWriter, _ string) {
			_, _ = w.Write(bytes.Repeat([]byte(strings.Repeat("A", 35)+":1\r\n"), 9000))
		},
		"redirect": func(w http.ResponseWriter, _ string) {
			w.Header().Set("Location", "/range/00000")
			w.WriteHeader(http.StatusFound)
		},
		"cut": func(w http.ResponseWriter, _ string) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, strings.Repeat("A", 35)+":1\r\n")
		},
		"slow": func(http.ResponseWriter, string) { time.Sleep(3 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRangeServer(t)
			s.set(answer)
			c, began := s.checker(t), time.Now()
			if c.Breached(t.Context(), "password") || c.Results() != (Results{Error: 1}) {
				t.Errorf("%+v", c.Results())
			}
			if took := time.Since(began); took > 2500*time.Millisecond {
				t.Errorf("it took %s", took)
			}
			if _, err := c.Range(t.Context(), "5BAA6"); !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "5BAA6") {
				t.Errorf("Range: %v", err)
			}
		})
	}
}

// TestBreaker: after five failures in a row nothing is asked for a minute; then one request tries.
func TestBreaker(t *testing.T) {
	s := newRangeServer(t, "password")
	c, ctx := s.checker(t), t.Context()
	fail := func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusBadGateway) }
	try := func(n int) (asked int) {
		before := len(s.requests())
		for i := range n {
			c.Breached(ctx, fmt.Sprint(s.now(), i))
		}
		return len(s.requests()) - before
	}
	s.set(fail)
	if got := try(4); got != 4 {
		t.Fatalf("%d of 4 asked", got)
	}
	s.set(s.lines)
	try(1) // success: the count begins again
	s.set(fail)
	s.wait(time.Second)
	if got := try(20); got != 5 {
		t.Errorf("%d were asked before the breaker opened, want 5", got)
	}
	if got := c.Results(); got != (Results{OK: 1, Error: 9, Open: 15}) {
		t.Errorf("%+v", got)
	}
	s.wait(59 * time.Second)
	if got := try(3); got != 0 {
		t.Errorf("%d were asked within the minute", got)
	}
	s.wait(time.Second)
	if got := try(3); got != 1 {
		t.Errorf("%d were asked after the minute, want one", got)
	}
	s.wait(time.Minute)
	s.set(s.lines)
	if !c.Breached(ctx, "password") || try(3) != 3 {
		t.Error("the breaker stays open after a success")
	}
	s.set(fail)
	s.wait(time.Hour)
	if !c.Breached(ctx, "password") {
		t.Error("what is remembered needs no server")
	}
}

// TestGoingAwayDoesNotOpenTheBreaker: a client that hangs up is no failure of the server.
func TestGoingAwayDoesNotOpenTheBreaker(t *testing.T) {
	s := newRangeServer(t, "password")
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	if c := s.checker(t); !c.Breached(ctx, "password") || c.Results() != (Results{Breached: 1}) {
		t.Errorf("%+v", c.Results())
	}
}

func TestRangeOfHIBP(t *testing.T) {
	s := newRangeServer(t, "password")
	c := s.checker(t)
	lines, err := c.Range(t.Context(), "5baa6")
	if err != nil || !c.Ranges() || !bytes.Contains(lines, []byte("1E4C9B93F3F0682250B6CF8331B7EE68FD8:3\r\n")) || !bytes.HasSuffix(lines, []byte(":0\r\n")) {
		t.Errorf("%q, %v", lines, err)
	}
	for _, prefix := range []string{"", "5BAA", "5BAA61", "5BAAG", "../..", "5baa ", "５BAA"} {
		if _, err := c.Range(t.Context(), prefix); !errors.Is(err, ErrPrefix) {
			t.Errorf("%q: %v", prefix, err)
		}
	}
	for i := range 3 * cacheMost {
		if _, err := c.Range(t.Context(), fmt.Sprintf("%05X", i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.cache.ranges); n != cacheMost {
		t.Errorf("%d ranges are remembered, want %d", n, cacheMost)
	}
}

// localFile builds a list of passwords.
func localFile(t *testing.T, kind breachlist.Kind, path string, passwords ...string) string {
	t.Helper()
	var hashes []string
	for _, p := range passwords {
		hashes = append(hashes, sha1Of(p)+":7")
	}
	slices.Sort(hashes)
	if path == "" {
		path = filepath.Join(t.TempDir(), "list")
	}
	if _, err := breachlist.Build(t.Context(), breachlist.FromText(strings.NewReader(strings.Join(hashes, "\r\n"))), path, kind); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLocal(t *testing.T) {
	for _, kind := range []breachlist.Kind{breachlist.Sorted, breachlist.Filter} {
		path := localFile(t, kind, "", "password", "pässword")
		c, err := Open(Options{Backend: BackendLocal, File: path})
		if err != nil {
			t.Fatal(err)
		}
		if ctx := t.Context(); !c.Breached(ctx, "password") || !c.Breached(ctx, "pa\u0308ssword") || c.Breached(ctx, "correct horse 1") {
			t.Errorf("kind %d: %+v", kind, c.Results())
		}
		localFile(t, kind, path, "correct horse 1")
		if c.Breached(t.Context(), "correct horse 1") {
			t.Error("a new file counts before Reload")
		}
		if err := c.Reload(); err != nil || !c.Breached(t.Context(), "correct horse 1") || c.Breached(t.Context(), "password") {
			t.Errorf("after Reload: %v, %+v", err, c.Results())
		}
		if err := os.WriteFile(path+".new", []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
		if err := c.Reload(); err == nil || !strings.Contains(err.Error(), path) || !c.Breached(t.Context(), "correct horse 1") {
			t.Errorf("a bad file: %v", err)
		}
		if got := c.Results(); got != (Results{OK: 3, Breached: 4}) {
			t.Errorf("%+v", got)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if c.Breached(t.Context(), "correct horse 1") || c.Results().Error != 1 {
			t.Error("a file that cannot be read is no failure")
		}
	}
}

// TestRangeOfLocal is padded like Have I Been Pwned's, the same for a day, and new after a reload.
func TestRangeOfLocal(t *testing.T) {
	path := localFile(t, breachlist.Sorted, "", "password")
	c, err := Open(Options{Backend: BackendLocal, File: path})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := c.Range(t.Context(), "5baa6")
	if err != nil || !c.Ranges() {
		t.Fatal(err)
	}
	if got, err := tidy(lines); err != nil || !bytes.Equal(got, lines) || !listed(lines, sha1Of("password")[5:]) {
		t.Errorf("%.80q…, %v", lines, err)
	}
	if n := bytes.Count(lines, []byte(":1\r\n")); n != 1 {
		t.Errorf("%d real lines", n)
	}
	if n := bytes.Count(lines, []byte("\r\n")); n < 800 || n > 1000 {
		t.Errorf("%d lines, want 800 to 1,000", n)
	}
	again, _ := c.Range(t.Context(), "5BAA6")
	if !bytes.Equal(again, lines) {
		t.Error("the padding changes, so that two answers tell what is padding")
	}
	localFile(t, breachlist.Sorted, path, "other")
	if err := c.Reload(); err != nil {
		t.Fatal(err)
	}
	if again, _ = c.Range(t.Context(), "5BAA6"); listed(again, sha1Of("password")[5:]) {
		t.Error("the range is of the old file")
	}
	localFile(t, breachlist.Filter, path, "password")
	if err := c.Reload(); err != nil || c.Ranges() {
		t.Errorf("a filter has ranges (%v)", err)
	}
	if _, err := c.Range(t.Context(), "5BAA6"); !errors.Is(err, ErrNoRange) {
		t.Errorf("a filter's range: %v", err)
	}
}

func TestOff(t *testing.T) {
	off, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*Checker{nil, off} {
		_, err := c.Range(t.Context(), "5BAA6")
		if c.Breached(t.Context(), "password") || c.Ranges() || !errors.Is(err, ErrNoRange) || c.Reload() != nil || c.Close() != nil || c.Results() != (Results{}) {
			t.Errorf("%v does something", c)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "list")
	for _, o := range []Options{{Backend: "x"}, {Backend: BackendLocal, File: missing}} {
		if _, err := Open(o); err == nil || !strings.Contains(err.Error(), o.Backend[:1]) && !strings.Contains(err.Error(), missing) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
