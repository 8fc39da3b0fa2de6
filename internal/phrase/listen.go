package phrase

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// handshakeTimeout is how long a client may take over the TLS handshake.
const handshakeTimeout = 10 * time.Second

// Listen returns l with connections whose reason phrase can be set. For TLS see
// [ListenTLS]: connections that l itself encrypts pass through as they are.
func Listen(l net.Listener) net.Listener { return &listener{l} }

type listener struct{ net.Listener }

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return wrap(c), nil
}

// ListenTLS is [Listen] for HTTPS. It does the handshake before the connection
// is accepted, because only then it is known whether HTTP/2 is spoken, which
// net/http wants unwrapped. Handshakes run beside each other, 10 s at most.
//
// For HTTP/2 the configuration must offer "h2" before "http/1.1" in NextProtos.
func ListenTLS(l net.Listener, config *tls.Config) net.Listener {
	ctx, cancel := context.WithCancel(context.Background())
	t := &tlsListener{Listener: l, config: config, ctx: ctx, cancel: cancel, ready: make(chan accepted)}
	go t.run()
	return t
}

type tlsListener struct {
	net.Listener
	config *tls.Config
	ready  chan accepted
	ctx    context.Context // ends with Close, and with it every handshake
	cancel context.CancelFunc
}

type accepted struct {
	conn net.Conn
	err  error
}

// run accepts until Close. An error goes to the server, which decides how long
// to wait; the next connection is not accepted before it comes back.
func (l *tlsListener) run() {
	defer l.cancel()
	for {
		c, err := l.Listener.Accept()
		if err == nil {
			go l.shake(tls.Server(c, l.config))
			continue
		}
		if !l.hand(accepted{err: err}) || errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

// shake does the handshake. When it fails the server gets the connection all
// the same: it sees the error again, logs it and tells clients who speak
// plain HTTP.
func (l *tlsListener) shake(c *tls.Conn) {
	ctx, cancel := context.WithTimeout(l.ctx, handshakeTimeout)
	defer cancel()
	_ = c.HandshakeContext(ctx)
	if !l.hand(accepted{conn: wrap(c)}) {
		c.Close()
	}
}

// hand waits for somebody in Accept. It returns false after Close.
func (l *tlsListener) hand(a accepted) bool {
	select {
	case l.ready <- a:
		return true
	case <-l.ctx.Done():
		return false
	}
}

// Accept waits for the next connection that has shaken hands.
func (l *tlsListener) Accept() (net.Conn, error) {
	select {
	case a := <-l.ready:
		return a.conn, a.err
	case <-l.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close ends Accept and every handshake under way.
func (l *tlsListener) Close() error {
	l.cancel()
	return l.Listener.Close()
}
