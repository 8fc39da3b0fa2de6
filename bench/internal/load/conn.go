package load

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// errClosed is returned when the server closed a kept-alive connection before
// the first byte of an answer; the request may be sent again.
var errClosed = errors.New("connection closed by the server")

// conn is one connection with at most one request under way.
type conn struct {
	fd       int
	request  *Request
	started  time.Time
	sent     int // bytes of head and body
	blocked  bool
	reused   bool // an answer has already come over it
	answer   response
	received bool // the current answer has begun
}

// sendBuffer is the kernel's buffer of a connection with a bandwidth. A call that
// fills a large one cannot be interrupted for milliseconds, and neither can what
// the kernel does at once to deliver it: readers would wait for the client.
const sendBuffer = 128 << 10

// narrow makes a connection send no more than so many bytes a second, evenly: the
// kernel holds packets back as a network would (SO_MAX_PACING_RATE, socket(7)).
func narrow(fd, bandwidth int) error {
	if bandwidth == 0 {
		return nil
	}
	return errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, sendBuffer),
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MAX_PACING_RATE, bandwidth),
	)
}

// dial opens a connection and makes it non-blocking.
func dial(addr netip.AddrPort, bandwidth int) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		narrow(fd, bandwidth),
		unix.Connect(fd, &unix.SockaddrInet4{Addr: addr.Addr().As4(), Port: int(addr.Port())}),
		unix.SetNonblock(fd, true),
	)
	if err != nil {
		return -1, errors.Join(fmt.Errorf("connect to %s: %w", addr, err), unix.Close(fd))
	}
	return fd, nil
}

// begin starts the next request.
func (c *conn) begin(r *Request, now time.Time) error {
	c.request, c.started, c.sent, c.answer, c.received = r, now, 0, response{}, false
	return c.write()
}

// write sends as much as the socket takes; blocked says that more is to come.
func (c *conn) write() error {
	head, body := c.request.Head, c.request.Body
	for c.sent < len(head)+len(body) {
		n, err := unix.Writev(c.fd, pending(head, body, c.sent))
		switch {
		case errors.Is(err, unix.EAGAIN):
			c.blocked = true
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EPIPE), errors.Is(err, unix.ECONNRESET):
			c.blocked = false
			return nil // the answer, or the end of the connection, is there to read
		case err != nil:
			return fmt.Errorf("send: %w", err)
		}
		c.sent += n
	}
	c.blocked = false
	return nil
}

func pending(head, body []byte, sent int) [][]byte {
	switch {
	case sent >= len(head):
		return [][]byte{body[sent-len(head):]}
	case len(body) == 0:
		return [][]byte{head[sent:]}
	}
	return [][]byte{head[sent:], body}
}

// read takes what has arrived and says whether the answer is complete.
func (c *conn) read(buf []byte) (bool, error) {
	n, err := unix.Read(c.fd, buf)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return false, nil
	case n <= 0 && c.reused && !c.received:
		return false, errClosed
	case err != nil:
		return false, fmt.Errorf("receive: %w", err)
	case n == 0 && c.answer.inBody && c.answer.left < 0 && c.answer.chunks == nil:
		return true, nil // a body that ends with the connection
	case n == 0:
		return false, errors.New("the connection ended inside an answer")
	}
	c.received = true
	return c.answer.feed(buf[:n])
}

// close ends the connection; epoll forgets it by itself.
func (c *conn) close() error {
	if c.fd < 0 {
		return nil
	}
	fd := c.fd
	c.fd = -1
	return unix.Close(fd)
}

// check compares the complete answer with what the request expects.
func (c *conn) check() error {
	a, want := &c.answer, c.request
	if want.Status != Any && a.status != want.Status {
		return fmt.Errorf("status %d, want %d: %s", a.status, want.Status, a.excerpt)
	}
	if c.sent < len(want.Head)+len(want.Body) {
		return fmt.Errorf("answered %d before the whole request was sent", a.status)
	}
	if want.Length >= 0 && a.size != want.Length {
		return fmt.Errorf("body of %d bytes, want %d", a.size, want.Length)
	}
	return nil
}
