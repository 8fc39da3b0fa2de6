package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Plan says what to send: Requests in turn over Conns connections, each
// connection waiting for its answer, until Count answers have come or For has
// passed (zero: no such limit; one of them must be set).
type Plan struct {
	Addr     netip.AddrPort // IPv4
	Conns    int
	Requests []Request
	Count    int
	For      time.Duration
	// Rate, when it is set, is how many requests fall due a second, evenly, whether
	// or not those before were answered. One that finds no connection free waits,
	// and its latency is counted from when it was due.
	Rate int
	// Bandwidth, when it is set, is how many bytes a second each connection sends at
	// most, evenly, as over a network of its own.
	Bandwidth int
	// Each, when it is set, hears of each answer when the request was due and how
	// long it took.
	Each func(due time.Time, latency time.Duration)
}

// A run looks up from its sockets every glance, and gives up when nothing has
// happened for stall.
const (
	glance = 500 * time.Millisecond
	stall  = 120 * time.Second
)

// Run carries out a plan. The first answer that is not as expected ends it
// with an error that names the request; so does the end of the context.
func Run(ctx context.Context, p Plan) (Result, error) {
	if len(p.Requests) == 0 || p.Conns < 1 || (p.Count == 0 && p.For == 0) {
		return Result{}, errors.New("a plan needs requests, connections and an end")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return Result{}, fmt.Errorf("epoll: %w", err)
	}
	l := &loop{plan: p, poll: poll, buf: make([]byte, 256<<10)}
	defer l.close()
	if err := l.start(); err != nil {
		return Result{}, err
	}
	for l.active > 0 || l.pace != nil && l.pace.goesOn() {
		if err := errors.Join(ctx.Err(), l.turn()); err != nil {
			return Result{}, err
		}
	}
	l.result.finish(l.last.Sub(l.began))
	return l.result, nil
}

// loop is the state of one run.
type loop struct {
	plan   Plan
	poll   int
	buf    []byte
	events [64]unix.EpollEvent
	conns  []*conn
	active int // connections with a request under way
	issued int
	began  time.Time
	last   time.Time
	heard  time.Time // when a socket was last ready
	pace   *pace     // nil: each connection sends when its answer has come
	result Result
}

func (l *loop) start() error {
	l.result.Latency, l.result.Answers = make([]time.Duration, 0, 1<<16), map[int]int{}
	l.began = time.Now()
	l.last, l.heard = l.began, l.began
	if l.plan.Rate > 0 {
		return l.startPaced()
	}
	for i := range l.plan.Conns {
		if !l.more(l.began) {
			break
		}
		c := &conn{fd: -1}
		l.conns = append(l.conns, c)
		if err := l.connect(i); err != nil {
			return err
		}
		if err := l.issue(i, l.began); err != nil {
			return err
		}
	}
	return nil
}

// connect (again) opens connection i and watches it.
func (l *loop) connect(i int) error {
	c := l.conns[i]
	if err := c.close(); err != nil {
		return err
	}
	fd, err := dial(l.plan.Addr, l.plan.Bandwidth)
	*c = conn{fd: fd, request: c.request, started: c.started}
	if err != nil {
		return err
	}
	return l.watch(i, unix.EPOLL_CTL_ADD, unix.EPOLLIN)
}

func (l *loop) watch(i, op int, events uint32) error {
	return unix.EpollCtl(l.poll, op, l.conns[i].fd, &unix.EpollEvent{Events: events, Fd: int32(i)})
}

// more says whether another request may be sent.
func (l *loop) more(now time.Time) bool {
	if l.plan.Count > 0 && l.issued >= l.plan.Count {
		return false
	}
	return l.plan.For == 0 || now.Sub(l.began) < l.plan.For
}

func (l *loop) issue(i int, now time.Time) error {
	r := &l.plan.Requests[l.issued%len(l.plan.Requests)]
	l.issued++
	l.active++
	return l.send(i, func(c *conn) error { return c.begin(r, now) })
}

// send writes and watches for room in the socket while there is none.
func (l *loop) send(i int, write func(*conn) error) error {
	c := l.conns[i]
	before := c.blocked
	if err := write(c); err != nil {
		return l.describe(c, err)
	}
	switch {
	case c.blocked && !before:
		return l.watch(i, unix.EPOLL_CTL_MOD, unix.EPOLLIN|unix.EPOLLOUT)
	case before && !c.blocked:
		return l.watch(i, unix.EPOLL_CTL_MOD, unix.EPOLLIN)
	}
	return nil
}

// turn waits for sockets and serves each that is ready.
func (l *loop) turn() error {
	n, err := unix.EpollWait(l.poll, l.events[:], int(glance/time.Millisecond))
	if errors.Is(err, unix.EINTR) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	if n > 0 {
		l.heard = time.Now()
	} else if time.Since(l.heard) > stall {
		return fmt.Errorf("no answer for %s", stall)
	}
	for _, e := range l.events[:n] {
		if e.Fd == timerEvent {
			err = l.tick()
		} else {
			err = l.serve(int(e.Fd), e.Events)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *loop) serve(i int, ready uint32) error {
	c := l.conns[i]
	if ready&unix.EPOLLOUT != 0 {
		if err := l.send(i, (*conn).write); err != nil {
			return err
		}
	}
	if ready&^unix.EPOLLOUT == 0 {
		return nil
	}
	done, err := c.read(l.buf)
	if errors.Is(err, errClosed) {
		return l.resend(i)
	}
	if err != nil {
		return l.describe(c, err)
	}
	if done {
		return l.complete(i)
	}
	return nil
}

// resend repeats a request whose kept-alive connection was closed under it.
func (l *loop) resend(i int) error {
	if err := l.connect(i); err != nil {
		return err
	}
	c := l.conns[i]
	return l.send(i, func(*conn) error { return c.begin(c.request, c.started) })
}

// complete notes an answer and sends the connection's next request.
func (l *loop) complete(i int) error {
	c := l.conns[i]
	if err := c.check(); err != nil {
		return l.describe(c, err)
	}
	now := time.Now()
	l.result.add(c, now.Sub(c.started))
	if l.plan.Each != nil {
		l.plan.Each(c.started, now.Sub(c.started))
	}
	l.last = now
	l.active--
	c.reused = true
	if l.pace == nil && !l.more(now) {
		return c.close()
	}
	if c.answer.closes {
		if err := l.connect(i); err != nil {
			return err
		}
	}
	if l.pace != nil {
		return l.free(i)
	}
	return l.issue(i, now)
}

func (l *loop) describe(c *conn, err error) error {
	line, _, _ := bytes.Cut(c.request.Head, []byte("\r"))
	return fmt.Errorf("%s: %w", line, err)
}

func (l *loop) close() {
	for _, c := range l.conns {
		_ = c.close() // nothing is left to lose
	}
	if l.pace != nil {
		_ = unix.Close(l.pace.timer)
	}
	_ = unix.Close(l.poll)
}
