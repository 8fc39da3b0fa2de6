package ops

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How often long work says how far it is: in a line of its own, or on a terminal in the same line again.
const (
	lineEvery = 2 * time.Second
	drawEvery = 100 * time.Millisecond
)

// progress shows on standard error how far long work is: as a bar on a
// terminal, as plain lines elsewhere.
type progress struct {
	what  string // "import", with the unit: "12 of 80 files"
	unit  string
	total int64 // 0 when it is not known
	done  atomic.Int64
	began time.Time

	stop    chan struct{}
	stopped sync.WaitGroup
}

// progress begins to show; the caller must call finish.
func (c Console) progress(what, unit string, total int64) *progress {
	p := &progress{what: what, unit: unit, total: total, began: time.Now(), stop: make(chan struct{})}
	if c.Width > 0 {
		p.stopped.Go(func() { p.draw(c.Stderr, min(c.Width, 80)) })
	} else {
		p.stopped.Go(func() { p.lines(c.Stderr, lineEvery) })
	}
	return p
}

// add counts n more as done.
func (p *progress) add(n int64) { p.done.Add(n) }

// finish ends the display, whether all is done or not.
func (p *progress) finish() {
	close(p.stop)
	p.stopped.Wait()
}

func (p *progress) lines(w io.Writer, every time.Duration) {
	p.each(every, func() { fmt.Fprintf(w, "%s: %s\n", p.what, p.state()) })
}

// draw writes the bar over itself, and leaves it as it was at the end.
func (p *progress) draw(w io.Writer, width int) {
	const clearRest = "\x1b[K"
	show := func() { fmt.Fprint(w, "\r", p.bar(width, time.Since(p.began)), clearRest) }
	show()
	p.each(drawEvery, show)
	show()
	fmt.Fprintln(w)
}

// each calls show now and then until finish is called.
func (p *progress) each(every time.Duration, show func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			show()
		}
	}
}

// bar is "import 12 of 80 files [=====      ] 1m20s", with the time that is left if it goes on like this. It leaves the
// last column free, in which some terminals begin a new line.
func (p *progress) bar(width int, passed time.Duration) string {
	text := p.what + " " + p.state()
	done := p.done.Load()
	if p.total == 0 || done > p.total {
		return text
	}
	left := ""
	if done > 0 {
		left = " " + (passed / time.Duration(done) * time.Duration(p.total-done)).Round(time.Second).String()
	}
	room := width - len(text) - len(left) - len(" []") - 1
	if room < len("==") {
		return text
	}
	full := int(int64(room) * done / p.total)
	return text + " [" + strings.Repeat("=", full) + strings.Repeat(" ", room-full) + "]" + left
}

// state is "12 of 80 files", or "12 files".
func (p *progress) state() string {
	if p.total == 0 {
		return fmt.Sprintf("%d %s", p.done.Load(), p.unit)
	}
	return fmt.Sprintf("%d of %d %s", p.done.Load(), p.total, p.unit)
}
