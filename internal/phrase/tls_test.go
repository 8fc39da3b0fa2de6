package phrase_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/phrase"
)

// certificate returns a server's configuration for 127.0.0.1 and a client's
// that trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	server = &tls.Config{Certificates: s.TLS.Certificates, NextProtos: []string{"h2", "http/1.1"}}
	client = s.Client().Transport.(*http.Transport).TLSClientConfig
	return server, client
}

// say answers with the protocol as phrase and in the body, and whether the
// handler knows about TLS.
func say(w http.ResponseWriter, r *http.Request) {
	phrase.Set(r.Context(), "spoke "+r.Proto)
	if r.TLS == nil || !r.TLS.HandshakeComplete {
		w.WriteHeader(http.StatusInternalServerError)
	}
	io.WriteString(w, r.Proto)
}

func TestTLS(t *testing.T) {
	server, client := certificate(t)
	l := listen(t)
	serve(t, phrase.ListenTLS(l, server), say)
	c, err := tls.Dial("tcp", l.Addr().String(), client)
	if err != nil {
		t.Fatal(err)
	}
	raw := newClient(t, c)
	for range 2 {
		raw.send(get, "/")
		raw.want("HTTP/1.1 200 spoke HTTP/1.1", "HTTP/1.1")
	}
}

func TestHTTP2(t *testing.T) {
	server, client := certificate(t)
	l := listen(t)
	serve(t, phrase.ListenTLS(l, server), say)
	for version, forceHTTP2 := range map[string]bool{"HTTP/2.0": true, "HTTP/1.1": false} {
		tr := &http.Transport{TLSClientConfig: client.Clone(), ForceAttemptHTTP2: forceHTTP2}
		defer tr.CloseIdleConnections()
		resp, err := (&http.Client{Transport: tr}).Get("https://" + l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		status := map[string]string{"HTTP/2.0": "200 OK", "HTTP/1.1": "200 spoke HTTP/1.1"}[version]
		if resp.Proto != version || string(body) != version || resp.Status != status {
			t.Errorf("spoke %s, status %q, body %q; want %s and %q", resp.Proto, resp.Status, body, version, status)
		}
	}
}

// A client that does not shake hands keeps nobody waiting.
func TestSilentClient(t *testing.T) {
	server, client := certificate(t)
	l := listen(t)
	serve(t, phrase.ListenTLS(l, server), say)
	silent := dial(t, l)
	c, err := tls.Dial("tcp", l.Addr().String(), client)
	if err != nil {
		t.Fatal(err)
	}
	raw := newClient(t, c)
	raw.send(get, "/")
	raw.want("HTTP/1.1 200 spoke HTTP/1.1", "HTTP/1.1")
	silent.Close()
}

// The server tells who speaks plain HTTP, and logs it, as it does without us.
func TestPlainOnTLS(t *testing.T) {
	server, _ := certificate(t)
	l := listen(t)
	lines := make(logLines, 9)
	srv := &http.Server{Handler: http.HandlerFunc(say), ErrorLog: log.New(lines, "", 0)}
	phrase.Attach(srv)
	start(t, srv, phrase.ListenTLS(l, server))
	c := dial(t, l)
	c.send(get, "/")
	if got, _ := io.ReadAll(c); !bytes.Contains(got, []byte("HTTP request to an HTTPS server")) {
		t.Errorf("answer %q", got)
	}
	if got := <-lines; !strings.Contains(got, "TLS handshake error") {
		t.Errorf("log %q", got)
	}
}

type logLines chan string

func (l logLines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

// Close ends the handshakes under way and whoever waits in Accept.
func TestCloseTLS(t *testing.T) {
	server, _ := certificate(t)
	l := listen(t)
	wrapped := phrase.ListenTLS(l, server)
	silent := dial(t, l)
	failed := make(chan error, 1)
	go func() {
		_, err := wrapped.Accept()
		failed <- err
	}()
	time.Sleep(20 * time.Millisecond) // the handshake has begun, most likely
	if err := wrapped.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept = %v, want net.ErrClosed", err)
	}
	if _, err := wrapped.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the next Accept = %v, want net.ErrClosed", err)
	}
	if _, err := io.ReadAll(silent); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the handshake goes on: %v", err)
	}
}

// exhausted fails once like a process that has too many files open.
type exhausted struct {
	net.Listener
	once sync.Once
}

func (l *exhausted) Accept() (c net.Conn, err error) {
	l.once.Do(func() { err = tooMany{errors.New("too many open files")} })
	if err != nil {
		return nil, err
	}
	return l.Listener.Accept()
}

type tooMany struct{ error }

func (tooMany) Timeout() bool   { return false }
func (tooMany) Temporary() bool { return true }

// net/http hears of it, waits a little and goes on.
func TestTemporaryError(t *testing.T) {
	server, client := certificate(t)
	for name, wrap := range map[string]func(net.Listener) net.Listener{
		"plain": phrase.Listen,
		"tls":   func(l net.Listener) net.Listener { return phrase.ListenTLS(l, server) },
	} {
		l := listen(t)
		lines := make(logLines, 9)
		srv := &http.Server{Handler: http.HandlerFunc(refuse), ErrorLog: log.New(lines, "", 0)}
		phrase.Attach(srv)
		start(t, srv, wrap(&exhausted{Listener: l}))
		if got := <-lines; !strings.Contains(got, "too many open files") {
			t.Errorf("%s: log %q", name, got)
		}
		raw := dial(t, l)
		if name == "tls" {
			raw = newClient(t, tls.Client(raw.Conn, &tls.Config{RootCAs: client.RootCAs, ServerName: "127.0.0.1"}))
		}
		raw.send(get, "/on")
		raw.want("HTTP/1.1 403 on", "/on")
	}
}
