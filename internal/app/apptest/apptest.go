// Package apptest runs the whole index for tests: the real server on loopback
// with a real database and folder.
package apptest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app"
	"strongroom/internal/config"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/ops"
)

// Server is a running index.
type Server struct {
	*app.App
	URL   string
	Admin index.User
	Token string // an upload token of Admin
	// Routes is the table of every URL.
	Routes []middleware.Route

	t     testing.TB
	stop  func()
	ahead atomic.Int64 // of the real time, in nanoseconds
}

// PostgresVariable names the environment variable with the address of a
// PostgreSQL server on which databases may be made. The full check sets it.
const PostgresVariable = dbtest.PostgresVariable

// Each runs a test on SQLite and, where the full check provides one, on
// PostgreSQL.
func Each(t *testing.T, test func(t *testing.T, s *Server)) {
	for name, database := range Databases(t) {
		t.Run(name, func(t *testing.T) {
			test(t, Start(t, func(c *config.Config) { c.Database = database(t) }))
		})
	}
}

// Databases lists the databases to test on: a function for each makes a new
// empty one, which the test's end removes, and returns its address for
// config.Config.Database.
func Databases(testing.TB) map[string]func(testing.TB) string {
	all := map[string]func(testing.TB) string{}
	for _, kind := range dbtest.Kinds() {
		all[kind.Name] = kind.New
	}
	all["sqlite"] = func(testing.TB) string { return "" } // the one in the data folder
	return all
}

// Start runs an index with the private profile until the test ends; adjust
// changes its settings before.
func Start(t testing.TB, adjust ...func(*config.Config)) *Server {
	t.Helper()
	c := config.Default()
	c.Data, c.Listen = t.TempDir(), "127.0.0.1:0"
	quiet := false
	c.LogRequests = &quiet
	for _, fn := range adjust {
		fn(&c)
	}
	return StartWith(t, c)
}

// StartWith runs an index with these settings; a data folder that was used
// before is taken over.
func StartWith(t testing.TB, c config.Config) *Server {
	t.Helper()
	c, err := c.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Open(ctx, c, slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{App: a, t: t}
	a.Clock = func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }
	srv, err := a.Listen()
	if err != nil {
		t.Fatal(err)
	}
	s.URL, s.Routes = srv.URL(), srv.Routes()
	done := make(chan error, 1)
	go func() { done <- srv.Run(ctx) }()
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("server: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	t.Cleanup(s.stop)
	if c.TLSCert == "" { // it answers once everything runs
		if r := s.Get("/_health/"); r.StatusCode != http.StatusOK {
			t.Fatalf("the server is not ready: %s", r.Status)
		}
	}
	s.Admin = s.User("admin")
	s.Token = s.NewToken(access.Grant{User: s.Admin})
	return s
}

// StartError is why an index with these settings does not start; nil if it does.
func StartError(t testing.TB, c config.Config) error {
	t.Helper()
	c.Data = t.TempDir()
	c, err := c.Resolve()
	if err != nil {
		return err
	}
	a, err := app.Open(context.Background(), c, slog.New(slog.DiscardHandler))
	if err == nil {
		_ = a.Close()
	}
	return err
}

// SetClock makes it that much later than it is, or earlier; it may be called
// while the server works.
func (s *Server) SetClock(ahead time.Duration) { s.ahead.Store(int64(ahead)) }

// Stop ends the server as an operator would.
func (s *Server) Stop() { s.stop() }

// User makes an account, or finds the one that is there.
func (s *Server) User(name string) index.User {
	s.t.Helper()
	ctx := context.Background()
	if u, found, err := s.DB.UserByName(ctx, name); err != nil {
		s.t.Fatal(err)
	} else if found {
		return u
	}
	u, err := ops.CreateUser(ctx, s.Recorder, ops.NewAccount{Username: name, Email: name + "@example.com", Superuser: name == "admin"})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// NewToken makes an API token.
func (s *Server) NewToken(g access.Grant) string {
	s.t.Helper()
	_, secret, err := ops.CreateToken(context.Background(), s.Recorder, s.Guard, g)
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

// Run carries out a command line inside the index and returns what it printed;
// a failing command fails the test.
func (s *Server) Run(args ...string) string {
	s.t.Helper()
	var out bytes.Buffer
	args = append(args, "--data", s.Config.Data)
	if code := app.Main(context.Background(), args, ops.Console{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Dir: s.Config.Data}); code != 0 {
		s.t.Fatalf("strongroom %s: exit %d\n%s", strings.Join(args, " "), code, out.String())
	}
	return out.String()
}

// Response is an answer with its body read.
type Response struct {
	*http.Response
	Text string
}

// Get fetches a path of the index; headers come in pairs of name and value.
// Redirects are not followed.
func (s *Server) Get(path string, headers ...string) Response {
	s.t.Helper()
	return s.Do(http.MethodGet, path, nil, headers...)
}

// Do sends a request.
func (s *Server) Do(method, path string, body io.Reader, headers ...string) Response {
	s.t.Helper()
	req, err := http.NewRequest(method, s.URL+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{
		Timeout:       time.Minute,
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return Response{resp, string(text)}
}

// testWriter logs to the test. A line after the test's end is dropped.
type testWriter struct{ t testing.TB }

// Write implements io.Writer.
func (w testWriter) Write(b []byte) (int, error) {
	w.t.Logf("%s", bytes.TrimSpace(b))
	return len(b), nil
}
