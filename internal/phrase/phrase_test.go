package phrase_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"strongroom/internal/phrase"
)

// serve runs h on l until the test ends, and returns the server.
func serve(t *testing.T, l net.Listener, h http.HandlerFunc) *http.Server {
	t.Helper()
	srv := &http.Server{Handler: h}
	phrase.Attach(srv)
	start(t, srv, l)
	return srv
}

func start(t *testing.T, srv *http.Server, l net.Listener) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		srv.Close()
		if err := <-done; err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
	})
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// client is a raw socket.
type client struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func dial(t *testing.T, l net.Listener) *client {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, c)
}

func newClient(t *testing.T, c net.Conn) *client {
	t.Helper()
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{c, t, bufio.NewReader(c)}
}

func (c *client) send(format string, args ...any) {
	c.t.Helper()
	if _, err := fmt.Fprintf(c, format, args...); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads one answer and returns its status line and body.
func (c *client) answer() (line, body string) {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	if err != nil {
		c.t.Fatalf("status line %q: %v", line, err)
	}
	again := io.MultiReader(strings.NewReader(line), c.r)
	wrapped := bufio.NewReader(again)
	resp, err := http.ReadResponse(wrapped, nil)
	if err != nil {
		c.t.Fatalf("answer %q: %v", line, err)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatalf("body after %q: %v", line, err)
	}
	c.r = wrapped // it may hold the beginning of the next answer
	return strings.TrimSuffix(line, "\r\n"), string(data)
}

func (c *client) want(line, body string) {
	c.t.Helper()
	if gotLine, gotBody := c.answer(); gotLine != line || gotBody != body {
		c.t.Errorf("answer %q with body %q, want %q with %q", gotLine, gotBody, line, body)
	}
}

const get = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n"

// refuse answers 403 with the path as phrase; "/" leaves the standard one.
func refuse(w http.ResponseWriter, r *http.Request) {
	phrase.Set(r.Context(), strings.TrimPrefix(r.URL.Path, "/"))
	w.WriteHeader(http.StatusForbidden)
	io.WriteString(w, r.URL.Path)
}

// Keep-alive is kept, and each answer has its own phrase.
func TestKeepAlive(t *testing.T) {
	l := listen(t)
	serve(t, phrase.Listen(l), refuse)
	c := dial(t, l)
	for range 2 {
		c.send(get, "/Quarantined:%20malware")
		c.want("HTTP/1.1 403 Quarantined: malware", "/Quarantined: malware")
		c.send(get, "/")
		c.want("HTTP/1.1 403 Forbidden", "/")
	}
}

func TestPipelining(t *testing.T) {
	l := listen(t)
	serve(t, phrase.Listen(l), refuse)
	c := dial(t, l)
	c.send(get+get+get+get, "/one", "/", "/two%20%C3%A9", "/three")
	c.want("HTTP/1.1 403 one", "/one")
	c.want("HTTP/1.1 403 Forbidden", "/")
	c.want("HTTP/1.1 403 two ?", "/two é")
	c.want("HTTP/1.1 403 three", "/three")
}

// HTTP/1.0 has reason phrases as well; net/http closes the connection then.
func TestHTTP10(t *testing.T) {
	l := listen(t)
	serve(t, phrase.Listen(l), refuse)
	c := dial(t, l)
	c.send("GET /old HTTP/1.0\r\n\r\n")
	c.want("HTTP/1.0 403 old", "/old")
	if rest, err := io.ReadAll(c.r); len(rest) > 0 || err != nil {
		t.Errorf("after the answer: %q, %v", rest, err)
	}
}

// The last phrase counts, unknown codes too, and a client cannot split the line.
func TestSet(t *testing.T) {
	l := listen(t)
	serve(t, phrase.Listen(l), func(w http.ResponseWriter, r *http.Request) {
		phrase.Set(r.Context(), "first")
		phrase.Set(r.Context(), "last\r\nX-Injected: 1\r\n\r\n")
		w.WriteHeader(499)
	})
	c := dial(t, l)
	c.send(get, "/")
	c.want("HTTP/1.1 499 lastX-Injected: 1", "")
}

// UE-06: twine and curl announce large uploads.
func TestExpectContinue(t *testing.T) {
	l := listen(t)
	serve(t, phrase.Listen(l), func(w http.ResponseWriter, r *http.Request) {
		phrase.Set(r.Context(), "File already exists") // known before the body is read
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusBadRequest)
	})
	c := dial(t, l)
	for range 2 {
		c.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
		for _, want := range []string{"HTTP/1.1 100 Continue\r\n", "\r\n"} {
			if line, err := c.r.ReadString('\n'); line != want || err != nil {
				t.Fatalf("before the body: %q, %v; want %q", line, err, want)
			}
		}
		c.send("body")
		c.want("HTTP/1.1 400 File already exists", "")
	}
}

// Refused early, before the body: no 100 comes, and the phrase still does.
func TestExpectRefused(t *testing.T) {
	l := listen(t)
	serve(t, phrase.Listen(l), refuse)
	c := dial(t, l)
	c.send("POST /no HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
	c.want("HTTP/1.1 403 no", "/no")
}

// Informational answers keep their phrase; 101 is the only final 1xx.
func TestInformational(t *testing.T) {
	l := listen(t)
	serve(t, phrase.Listen(l), func(w http.ResponseWriter, r *http.Request) {
		phrase.Set(r.Context(), "final")
		w.WriteHeader(http.StatusEarlyHints)
		if r.URL.Path == "/upgrade" {
			w.Header().Set("Connection", "upgrade")
			w.WriteHeader(http.StatusSwitchingProtocols)
		}
		w.WriteHeader(http.StatusGone)
	})
	c := dial(t, l)
	for _, last := range [][2]string{{"/gone", "410"}, {"/upgrade", "101"}} {
		c.send(get, last[0])
		for _, want := range []string{"HTTP/1.1 103 Early Hints\r\n", "\r\n"} {
			if line, _ := c.r.ReadString('\n'); line != want {
				t.Fatalf("hint %q, want %q", line, want)
			}
		}
		c.want("HTTP/1.1 "+last[1]+" final", "")
	}
}

// Body that looks like a status line stays, whatever is set meanwhile; and what
// came too late must not reach the next answer.
func TestTooLate(t *testing.T) {
	const trap = "HTTP/1.1 200 OK\r\n"
	l := listen(t)
	serve(t, phrase.Listen(l), func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/next":
			return
		case "/sized":
			w.Header().Set("Content-Length", strconv.Itoa(3*len(trap)))
		}
		for range 3 {
			io.WriteString(w, trap)
			w.(http.Flusher).Flush()
			phrase.Set(r.Context(), "too late")
		}
	})
	c := dial(t, l)
	for _, first := range []string{"/chunked", "/sized"} {
		c.send(get+get, first, "/next")
		c.want("HTTP/1.1 200 OK", trap+trap+trap)
		c.want("HTTP/1.1 200 OK", "")
	}
}

// A header larger than the server's buffer is written in pieces.
func TestLargeHeader(t *testing.T) {
	l := listen(t)
	serve(t, phrase.Listen(l), func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Large", strings.Repeat("HTTP/1.1 200 OK ", 2000))
		refuse(w, r)
	})
	c := dial(t, l)
	c.send(get, "/large")
	c.want("HTTP/1.1 403 large", "/large")
}

// The answer that net/http gives by itself to a broken request is its own.
func TestBadRequest(t *testing.T) {
	l := listen(t)
	serve(t, phrase.Listen(l), refuse)
	c := dial(t, l)
	c.send(get, "/fine")
	c.want("HTTP/1.1 403 fine", "/fine")
	c.send("broken\r\n\r\n")
	c.want("HTTP/1.1 400 Bad Request", "400 Bad Request")
}

// The hooks a server had before stay in use.
func TestAttachKeepsHooks(t *testing.T) {
	type key struct{}
	states := make(chan http.ConnState, 20)
	srv := &http.Server{
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, key{}, "kept")
		},
		ConnState: func(_ net.Conn, s http.ConnState) { states <- s },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			phrase.Set(r.Context(), r.Context().Value(key{}).(string))
		}),
	}
	phrase.Attach(srv)
	l := listen(t)
	start(t, srv, phrase.Listen(l))
	c := dial(t, l)
	c.send(get, "/")
	c.want("HTTP/1.1 200 kept", "")
	for _, want := range []http.ConnState{http.StateNew, http.StateActive, http.StateIdle} {
		if got := <-states; got != want {
			t.Errorf("state %v, want %v", got, want)
		}
	}
}

// Shutdown waits for the answer under way, and idle connections go.
func TestShutdown(t *testing.T) {
	entered, release := make(chan bool), make(chan bool)
	l := listen(t)
	srv := serve(t, phrase.Listen(l), func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			entered <- true
			<-release
		}
		refuse(w, r)
	})
	idle, busy := dial(t, l), dial(t, l)
	idle.send(get, "/idle")
	idle.want("HTTP/1.1 403 idle", "/idle")
	busy.send(get, "/slow")
	<-entered
	done := make(chan error, 1)
	go func() { done <- srv.Shutdown(context.Background()) }()
	if _, err := idle.r.ReadByte(); err != io.EOF {
		t.Errorf("the idle connection: %v, want EOF", err)
	}
	close(release)
	busy.want("HTTP/1.1 403 slow", "/slow")
	if err := <-done; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
}

// Without Attach and Listen a phrase is lost, and nothing else.
func TestSetElsewhere(t *testing.T) {
	phrase.Set(context.Background(), "nobody hears")
	l := listen(t)
	start(t, &http.Server{Handler: http.HandlerFunc(refuse)}, phrase.Listen(l))
	c := dial(t, l)
	c.send(get+get, "/one", "/two")
	c.want("HTTP/1.1 403 Forbidden", "/one")
	c.want("HTTP/1.1 403 Forbidden", "/two")
}
