package phrase

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"sync/atomic"
)

// status is the state of a connection's status line. Between two answers it is
// nil; then it is what was set, or points to sent once the header of the answer
// is on its way. Only the end of the answer leaves sent, so neither a body that
// looks like a status line nor the answer to the next request, maybe another
// person's behind a proxy, can get a phrase that came too late.
type status struct {
	head atomic.Pointer[head]
	sent head
}

// head is what goes into the header of one answer.
type head struct {
	phrase string    // "" for the standard one
	fields [2][]byte // whole lines, put behind the status line
}

// next begins the next answer.
func (s *status) next() { s.head.Store(nil) }

// set changes what goes into the header and reports whether it will: not when
// the header is on its way.
func (s *status) set(change func(*head)) bool {
	for {
		now := s.head.Load()
		if now == &s.sent {
			return false
		}
		next := &head{}
		if now != nil {
			*next = *now
		}
		if change(next); s.head.CompareAndSwap(now, next) {
			return true
		}
	}
}

// take returns what goes into the header that is being written, nil for nothing.
func (s *status) take() *head {
	if h := s.head.Swap(&s.sent); h != &s.sent {
		return h
	}
	return nil
}

// phraser is a connection with a status line to write.
type phraser interface{ status() *status }

// conn rewrites the status lines that net/http writes.
type conn struct {
	net.Conn
	line status
}

func (c *conn) status() *status { return &c.line }

// Write costs one atomic load for everything after the header.
func (c *conn) Write(p []byte) (int, error) {
	if c.line.head.Load() == &c.line.sent {
		return c.Conn.Write(p)
	}
	end := statusLine(p)
	if end < 0 {
		return c.Conn.Write(p)
	}
	h := c.line.take()
	if h == nil {
		return c.Conn.Write(p)
	}
	if n, err := c.Conn.Write(h.into(p, end)); err != nil {
		return min(n, phraseAt), err // as much as is surely of p
	}
	return len(p), nil
}

// into puts the head into p, whose status line ends at end.
func (h *head) into(p []byte, end int) []byte {
	out := make([]byte, 0, len(p)+len(h.phrase)+len(h.fields[0])+len(h.fields[1]))
	if h.phrase == "" {
		out = append(out, p[:end]...)
	} else {
		out = append(append(out, p[:phraseAt]...), h.phrase...)
	}
	out = append(out, "\r\n"...)
	out = append(append(out, h.fields[0]...), h.fields[1]...)
	return append(out, p[end+len("\r\n"):]...)
}

// phraseAt is where the phrase begins, in "HTTP/1.1 404 Not Found".
const phraseAt = len("HTTP/1.1 404 ")

// statusLine returns where the status line ends at the beginning of p, or -1
// when there is none, or only one that announces another (1xx; 101 is final).
// net/http writes a status line always at the beginning of a Write, because it
// flushes at the end of an answer, and always whole, because its buffer is larger.
func statusLine(p []byte) int {
	const version, minor = "HTTP/1.", len("HTTP/1.")
	if len(p) < phraseAt || string(p[:minor]) != version || p[minor+1] != ' ' || p[phraseAt-1] != ' ' {
		return -1
	}
	if code := p[phraseAt-4 : phraseAt-1]; code[0] == '1' && string(code) != "101" {
		return -1
	}
	return bytes.Index(p, []byte("\r\n"))
}

// CloseWrite is used by net/http to end an answer to an upload that it stops
// reading: the client must see the answer before the reset.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// fileConn is a connection that can send a file without copying it.
type fileConn struct {
	conn
	files io.ReaderFrom
}

// ReadFrom hands src to the kernel (sendfile). net/http calls it for bodies only.
func (c *fileConn) ReadFrom(src io.Reader) (int64, error) {
	if c.line.head.Load() != &c.line.sent {
		return io.Copy(struct{ io.Writer }{&c.conn}, src)
	}
	return c.files.ReadFrom(src)
}

// tlsConn speaks HTTP/1.1 over TLS.
type tlsConn struct {
	conn
	tls *tls.Conn
}

// ConnectionState gives requests their TLS field.
func (c *tlsConn) ConnectionState() tls.ConnectionState { return c.tls.ConnectionState() }

// wrap makes answers on c rewritable. HTTP/2, and a TLS connection whose
// handshake failed, belong to net/http as they are.
func wrap(c net.Conn) net.Conn {
	if t, ok := c.(*tls.Conn); ok {
		state := t.ConnectionState()
		if !state.HandshakeComplete || state.NegotiatedProtocol == "h2" {
			return c
		}
		return &tlsConn{conn: conn{Conn: c}, tls: t}
	}
	if files, ok := c.(io.ReaderFrom); ok {
		return &fileConn{conn: conn{Conn: c}, files: files}
	}
	return &conn{Conn: c}
}
