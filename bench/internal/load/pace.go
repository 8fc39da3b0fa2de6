package load

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// timerEvent is what epoll calls the timer, beside the numbers of connections.
const timerEvent = -1

// pace hands out requests by the clock: a timer of the kernel fires whenever one
// is due, so that waiting costs nothing and none is forgotten.
type pace struct {
	timer    int
	interval time.Duration
	began    time.Time
	total    int // that fall due in the whole run
	due      int // so far
	sent     int
	idle     []int // connections without a request
}

// goesOn says whether requests are still to be sent.
func (p *pace) goesOn() bool { return p.sent < p.total }

// startPaced opens all connections and starts the clock.
func (l *loop) startPaced() error {
	p := &pace{interval: time.Second / time.Duration(l.plan.Rate), total: l.plan.Count, timer: -1}
	if p.total == 0 {
		p.total = int(l.plan.For / p.interval)
	}
	l.pace = p
	for i := range l.plan.Conns {
		l.conns = append(l.conns, &conn{fd: -1})
		if err := l.connect(i); err != nil {
			return err
		}
		p.idle = append(p.idle, i)
	}
	var err error
	if p.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK); err != nil {
		return fmt.Errorf("timer: %w", err)
	}
	every := unix.NsecToTimespec(int64(p.interval))
	p.began = time.Now()
	l.began, l.last = p.began, p.began
	return errors.Join(
		unix.TimerfdSettime(p.timer, 0, &unix.ItimerSpec{Interval: every, Value: every}, nil),
		unix.EpollCtl(l.poll, unix.EPOLL_CTL_ADD, p.timer, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: timerEvent}),
	)
}

// tick takes note of what has fallen due since the last tick.
func (l *loop) tick() error {
	var fired [8]byte
	if _, err := unix.Read(l.pace.timer, fired[:]); errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
		return nil
	} else if err != nil {
		return fmt.Errorf("timer: %w", err)
	}
	l.pace.due = min(l.pace.due+int(binary.NativeEndian.Uint64(fired[:])), l.pace.total)
	return l.sendDue()
}

// free gives a connection back, whose answer has come.
func (l *loop) free(i int) error {
	l.pace.idle = append(l.pace.idle, i)
	return l.sendDue()
}

// sendDue sends what is due while a connection has nothing to do.
func (l *loop) sendDue() error {
	p := l.pace
	for p.sent < p.due && len(p.idle) > 0 {
		i := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		p.sent++
		if err := l.issue(i, p.began.Add(time.Duration(p.sent)*p.interval)); err != nil {
			return err
		}
	}
	return nil
}
