package phrase_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/phrase"
)

// spy counts what reaches the real connections.
type spy struct {
	net.Listener
	readFrom, closeWrite atomic.Int32
	source               atomic.Value // what the last ReadFrom read from
}

func (s *spy) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &spyConn{c.(*net.TCPConn), s}, nil
}

type spyConn struct {
	*net.TCPConn
	spy *spy
}

func (c *spyConn) ReadFrom(r io.Reader) (int64, error) {
	c.spy.readFrom.Add(1)
	if limited, ok := r.(*io.LimitedReader); ok {
		c.spy.source.Store(limited.R)
	}
	return c.TCPConn.ReadFrom(r)
}

func (c *spyConn) CloseWrite() error {
	c.spy.closeWrite.Add(1)
	return c.TCPConn.CloseWrite()
}

// A file goes to the kernel by ReadFrom, with and without a phrase.
func TestSendfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wheel")
	data := bytes.Repeat([]byte("HTTP/1.1 200 OK\r\n"), 10_000)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	l := &spy{Listener: listen(t)}
	serve(t, phrase.Listen(l), func(w http.ResponseWriter, r *http.Request) {
		f, err := os.Open(path)
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		phrase.Set(r.Context(), strings.TrimPrefix(r.URL.Path, "/"))
		http.ServeContent(w, r, "", time.Time{}, f)
	})
	c := dial(t, l)
	for i, want := range []string{"OK", "Served", "OK"} {
		c.send(get, map[string]string{"OK": "/", "Served": "/Served"}[want])
		c.want("HTTP/1.1 200 "+want, string(data))
		if n := l.readFrom.Load(); n != int32(i+1) {
			t.Errorf("%d answers, %d by ReadFrom", i+1, n)
		}
		if _, ok := l.source.Load().(*os.File); !ok {
			t.Errorf("ReadFrom got a %T, want the *os.File", l.source.Load())
		}
	}
}

// An upload refused before its end: the client must read the answer, so the
// connection is closed for writing first.
func TestCloseWrite(t *testing.T) {
	l := &spy{Listener: listen(t)}
	serve(t, phrase.Listen(l), func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 10)
		if _, err := io.ReadAll(r.Body); err == nil {
			t.Error("the body was not limited")
		}
		phrase.Set(r.Context(), "File too large")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	})
	c := dial(t, l)
	c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n%s", strings.Repeat("x", 1000))
	c.want("HTTP/1.1 413 File too large", "")
	if _, err := io.ReadAll(c.r); err != nil {
		t.Errorf("after the answer: %v, want a clean end", err)
	}
	if l.closeWrite.Load() != 1 {
		t.Errorf("CloseWrite was called %d times, want once", l.closeWrite.Load())
	}
}

// bare is a connection with nothing but the methods of net.Conn.
type bare struct{ net.Conn }

// pipes is a listener of one connection that is no TCP.
func pipes(server net.Conn) net.Listener {
	l := &pipeListener{conns: make(chan net.Conn, 1), done: make(chan struct{})}
	l.conns <- server
	return l
}

type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l *pipeListener) Close() error   { close(l.done); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{} }

// Connections of other kinds, without sendfile and CloseWrite.
func TestOtherConnections(t *testing.T) {
	server, remote := net.Pipe()
	l := phrase.Listen(pipes(bare{server}))
	serve(t, l, func(w http.ResponseWriter, r *http.Request) {
		phrase.Set(r.Context(), "by pipe")
		if _, err := io.Copy(w, strings.NewReader("body")); err != nil {
			t.Error(err)
		}
	})
	c := newClient(t, remote)
	c.send(get, "/")
	c.want("HTTP/1.1 200 by pipe", "body")
}

// broken is a connection that takes so many bytes and then fails.
type broken struct {
	net.Conn
	room int
}

var errBroken = errors.New("broken")

func (c *broken) Write(p []byte) (int, error) {
	n := min(len(p), c.room)
	c.room -= n
	if n < len(p) {
		return n, errBroken
	}
	return n, nil
}

// serveRaw runs raw on the wrapped connection itself, with a phrase pending,
// and returns what the client read.
func serveRaw(t *testing.T, l net.Listener, remote func() net.Conn, raw func(net.Conn)) string {
	t.Helper()
	wrapped := make(chan net.Conn, 1)
	srv := &http.Server{
		ConnState: func(c net.Conn, s http.ConnState) {
			if s == http.StateNew {
				wrapped <- c
			}
		},
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			phrase.Set(r.Context(), "a phrase that is rather long")
			raw(<-wrapped)
			panic(http.ErrAbortHandler)
		}),
	}
	phrase.Attach(srv)
	start(t, srv, l)
	c := newClient(t, remote())
	c.send(get, "/")
	got, _ := io.ReadAll(c)
	return string(got)
}

const head = "HTTP/1.1 200 OK\r\n\r\n"

// A failing Write must never say that more was written than it was given.
func TestBrokenConnection(t *testing.T) {
	for room := range 60 {
		server, remote := net.Pipe()
		l := phrase.Listen(pipes(&broken{server, room}))
		serveRaw(t, l, func() net.Conn { return remote }, func(c net.Conn) {
			if n, err := c.Write([]byte(head)); n > len(head) || (err == nil) != (n == len(head)) {
				t.Errorf("room for %d bytes: Write = %d, %v", room, n, err)
			}
		})
	}
}

// ReadFrom forgets no phrase, should a header ever come that way.
func TestReadFromHeader(t *testing.T) {
	l := listen(t)
	remote := func() net.Conn { return dial(t, l).Conn }
	got := serveRaw(t, phrase.Listen(l), remote, func(c net.Conn) {
		n, err := c.(io.ReaderFrom).ReadFrom(strings.NewReader(head))
		if n != int64(len(head)) || err != nil {
			t.Errorf("ReadFrom = %d, %v", n, err)
		}
	})
	if want := "HTTP/1.1 200 a phrase that is rather long\r\n\r\n"; got != want {
		t.Errorf("read %q, want %q", got, want)
	}
}

// BenchmarkAnswer compares a server with and without wrapped connections.
func BenchmarkAnswer(b *testing.B) {
	for name, wrap := range map[string]func(net.Listener) net.Listener{
		"plain":   func(l net.Listener) net.Listener { return l },
		"wrapped": phrase.Listen,
	} {
		b.Run(name, func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, "page")
			})}
			phrase.Attach(srv)
			go srv.Serve(wrap(l))
			defer srv.Close()
			b.ReportAllocs()
			for b.Loop() {
				resp, err := http.Get("http://" + l.Addr().String())
				if err != nil {
					b.Fatal(err)
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
}
