package middleware_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/phrase"
)

// site is a running server with its access log.
type site struct {
	t    *testing.T
	addr string
	log  *lines
	stop func()
}

// lines is a log that tests read while a server writes.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// serve runs handlers behind the whole wrapping, on a real connection.
func serve(t *testing.T, tables ...[]middleware.Route) *site {
	t.Helper()
	s := &site{t: t, log: &lines{}}
	log := middleware.NewAccessLog(s.log)
	for _, table := range tables {
		for i := range table {
			table[i].Right, table[i].Always = access.Open, true
		}
	}
	wrapped := (&middleware.Site{Log: log, HTTPS: true}).Wrap(middleware.Router(openGate(), tables...))
	srv := &http.Server{Handler: wrapped}
	phrase.Attach(srv)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	go srv.Serve(phrase.Listen(l))
	s.stop = sync.OnceFunc(func() {
		srv.Close()
		log.Close()
	})
	t.Cleanup(s.stop)
	return s
}

// one is a table of a single route.
func one(methods, path string, h middleware.Handler) []middleware.Route {
	return []middleware.Route{{Methods: methods, Path: path, Handler: h}}
}

// dial opens a raw connection.
func (s *site) dial() (net.Conn, *bufio.Reader) {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

// raw sends a request as it stands and returns the status line and the rest.
func (s *site) raw(request string) (status, rest string) {
	s.t.Helper()
	c, r := s.dial()
	if _, err := io.WriteString(c, strings.ReplaceAll(request, "\n", "\r\n")); err != nil {
		s.t.Fatal(err)
	}
	status, err := r.ReadString('\n')
	if err != nil {
		s.t.Fatal(err)
	}
	body, _ := io.ReadAll(r)
	return strings.TrimRight(status, "\r\n"), string(body)
}

func (s *site) get(path string) (status, rest string) {
	s.t.Helper()
	return s.raw("GET " + path + " HTTP/1.1\nHost: x\nConnection: close\n\n")
}

// records stops the server and reads its log: each line must be a JSON object.
func (s *site) records() (all []map[string]any) {
	s.t.Helper()
	s.stop()
	for line := range strings.Lines(s.log.String()) {
		var rec map[string]any
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			s.t.Fatalf("%v in the log's line %q", err, line)
		}
		all = append(all, rec)
	}
	return all
}

// TestX3ReasonPhrase reads the status line from a raw socket.
func TestX3ReasonPhrase(t *testing.T) {
	long := strings.Repeat("x", 300)
	for detail, want := range map[string]string{
		"Quarantined on 2026-05-01 - suspected malware": "Quarantined on 2026-05-01 - suspected malware",
		"größer als 1 € – nein":                         "gr??er als 1 ? ? nein",
		"a\r\nSet-Cookie: b=c\r\n\r\n<html>":            "aSet-Cookie: b=c<html>",
		"tab\tand\x00nul\x7f":                           "tab?and?nul?",
		long:                                            long[:255],
		"":                                              "Forbidden",
	} {
		s := serve(t, one("GET", "/{$}", func(http.ResponseWriter, *http.Request) error {
			return &index.Error{Code: index.CodeFileQuarantined, Detail: detail}
		}))
		status, rest := s.get("/")
		if status != "HTTP/1.1 403 "+want {
			t.Errorf("%q: status line %q, want %q", detail, status, want)
		}
		if strings.Contains(rest, "\nSet-Cookie") || strings.Contains(status+rest, "\r\n\r\n<html>\r\n") {
			t.Errorf("%q made a header of its own:\n%s", detail, rest)
		}
	}
}

// TestPhraseIsOfItsOwnAnswer keeps one answer's phrase from the next on the same connection.
func TestPhraseIsOfItsOwnAnswer(t *testing.T) {
	s := serve(t, one("GET", "/ok", func(w http.ResponseWriter, _ *http.Request) error { _, err := w.Write([]byte("fine")); return err }))
	c, r := s.dial()
	for i, want := range []string{"HTTP/1.1 404 There is nothing at this address.", "HTTP/1.1 200 OK", "HTTP/1.1 405 PUT is not possible here; possible: GET, HEAD."} {
		request := []string{"GET /no", "GET /ok", "PUT /ok"}[i]
		if _, err := io.WriteString(c, request+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		if got := resp.Proto + " " + resp.Status; got != want {
			t.Errorf("%s: %q, want %q", request, got, want)
		}
	}
}

// TestPanics: a fault of one request is a 500 for it and nothing for the others; the log has the cause, the client has not.
func TestPanics(t *testing.T) {
	s := serve(t, one("GET", "/before", func(http.ResponseWriter, *http.Request) error { panic("secret cause") }),
		one("GET", "/ok", func(http.ResponseWriter, *http.Request) error { return nil }))
	status, rest := s.get("/before")
	if !strings.HasPrefix(status, "HTTP/1.1 500 Something went wrong") || strings.Contains(rest, "secret cause") || strings.Contains(rest, "goroutine") {
		t.Errorf("%s\n%s", status, rest)
	}
	if status, _ := s.get("/ok"); status != "HTTP/1.1 200 OK" {
		t.Errorf("the next request: %s", status)
	}
	all := s.records()
	if len(all) != 2 || all[0]["status"] != 500.0 || !strings.Contains(all[0]["error"].(string), "secret cause") || !strings.Contains(all[0]["error"].(string), "serve_test.go") {
		t.Errorf("%v", all)
	}
	if all[1]["status"] != 200.0 || all[1]["error"] != nil {
		t.Errorf("%v", all[1])
	}
}

// TestAHalfAnswerIsCutOff: whoever reads it must notice, whether the handler panics or returns an error too late.
func TestAHalfAnswerIsCutOff(t *testing.T) {
	half := func(w http.ResponseWriter) {
		_, _ = io.WriteString(w, "half of ")
		_ = http.NewResponseController(w).Flush()
	}
	s := serve(t,
		one("GET", "/panic", func(w http.ResponseWriter, _ *http.Request) error { half(w); panic("late") }),
		one("GET", "/error", func(w http.ResponseWriter, _ *http.Request) error {
			half(w)
			return index.Refuse(index.CodeUnavailable, "late")
		}),
		one("GET", "/abort", func(w http.ResponseWriter, _ *http.Request) error { half(w); panic(http.ErrAbortHandler) }))
	for _, path := range []string{"/panic", "/error", "/abort"} {
		status, rest := s.get(path)
		if status != "HTTP/1.1 200 OK" || !strings.Contains(rest, "half of ") || strings.Contains(rest, "\r\n0\r\n\r\n") || strings.Contains(rest, "late") {
			t.Errorf("%s: %s\n%q looks whole", path, status, rest)
		}
	}
	all := s.records()
	if len(all) != 3 {
		t.Fatalf("%d records, want 3", len(all))
	}
	for i, cause := range []string{"late", "late"} {
		if text, _ := all[i]["error"].(string); !strings.Contains(text, cause) {
			t.Errorf("record %v lacks the cause", all[i])
		}
	}
}

// TestCommonHeaders are on answers and refusals alike (H-01).
func TestCommonHeaders(t *testing.T) {
	s := serve(t, one("GET", "/ok", func(http.ResponseWriter, *http.Request) error { return nil }))
	for _, path := range []string{"/ok", "/missing"} {
		_, rest := s.get(path)
		for _, line := range []string{"X-Content-Type-Options: nosniff", "Referrer-Policy: origin-when-cross-origin", "Strict-Transport-Security: max-age="} {
			if !strings.Contains(rest, line) {
				t.Errorf("%s lacks %q:\n%s", path, line, rest)
			}
		}
	}
}

// TestErrorHeaders: a refusal carries nothing of the answer that it replaces.
func TestErrorHeaders(t *testing.T) {
	s := serve(t, one("GET", "/{$}", func(w http.ResponseWriter, _ *http.Request) error {
		h := w.Header()
		h.Set("Etag", `"x"`)
		h.Set("Cache-Control", "max-age=365000000, immutable, public")
		h.Set("Content-Encoding", "gzip")
		h.Set("Last-Modified", "x")
		h.Set("Accept-Ranges", "bytes")
		return &index.Error{Code: index.CodeUnavailable, Detail: "Later.", Retry: 7}
	}))
	status, rest := s.get("/")
	if status != "HTTP/1.1 503 Later." {
		t.Error(status)
	}
	for _, gone := range []string{"Etag", "gzip", "Last-Modified", "Accept-Ranges", "immutable"} {
		if strings.Contains(rest, gone) {
			t.Errorf("%s is still there:\n%s", gone, rest)
		}
	}
	for _, there := range []string{"Cache-Control: no-cache", "Retry-After: 7", "Vary: Accept", "Content-Security-Policy: default-src 'none'", "Content-Length: "} {
		if !strings.Contains(rest, there) {
			t.Errorf("%s is missing:\n%s", there, rest)
		}
	}
	if _, rest := s.raw("HEAD / HTTP/1.1\nHost: x\nConnection: close\n\n"); !strings.HasSuffix(rest, "\r\n\r\n") || !strings.Contains(rest, "Content-Length: ") {
		t.Errorf("HEAD has a body:\n%s", rest)
	}
}

// TestRefusalsWithACause: what lies behind a refusal, such as the end of a sandboxed process, is in the log and not in the answer.
func TestRefusalsWithACause(t *testing.T) {
	s := serve(t, one("GET", "/bomb", func(http.ResponseWriter, *http.Request) error {
		return &index.Error{Code: index.CodeArchiveCheck, Detail: "Too much.", Err: errors.New("sandbox: memory: hidden cause")}
	}), one("GET", "/plain", func(http.ResponseWriter, *http.Request) error {
		return index.Refuse(index.CodeNotFound, "Nothing here.")
	}))
	if status, rest := s.get("/bomb"); !strings.HasPrefix(status, "HTTP/1.1 400 Too much.") || strings.Contains(rest, "hidden cause") {
		t.Errorf("%s\n%s", status, rest)
	}
	s.get("/plain")
	all := s.records()
	if text, _ := all[0]["error"].(string); !strings.Contains(text, "hidden cause") || all[1]["error"] != nil {
		t.Errorf("%v", all)
	}
}
