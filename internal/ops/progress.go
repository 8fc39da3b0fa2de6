package ops

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// lineEvery is how often long work says how far it is where there is no
// terminal.
const lineEvery = 2 * time.Second

// progress shows on standard error how far long work is: as a bar on a
// terminal, as plain lines elsewhere.
type progress struct {
	what  string // "import", with the unit: "12 of 80 files"
	unit  string
	total int64 // 0 when it is not known
	done  atomic.Int64

	bars *mpb.Progress // on a terminal
	bar  *mpb.Bar

	stop    chan struct{} // elsewhere
	stopped sync.WaitGroup
}

// progress begins to show; the caller must call finish.
func (c Console) progress(what, unit string, total int64) *progress {
	p := &progress{what: what, unit: unit, total: total}
	if c.Width > 0 {
		p.bars = mpb.New(mpb.WithOutput(c.Stderr), mpb.WithWidth(min(c.Width, 80)), mpb.WithAutoRefresh())
		p.bar = p.bars.AddBar(total,
			mpb.PrependDecorators(decor.Name(what+" "), decor.Any(func(decor.Statistics) string { return p.state() })),
			mpb.AppendDecorators(decor.AverageETA(decor.ET_STYLE_GO)))
		return p
	}
	p.stop = make(chan struct{})
	p.stopped.Go(func() { p.lines(c.Stderr, lineEvery) })
	return p
}

// add counts n more as done.
func (p *progress) add(n int64) {
	p.done.Add(n)
	if p.bar != nil {
		p.bar.IncrInt64(n)
	}
}

// finish ends the display, whether all is done or not.
func (p *progress) finish() {
	if p.bars != nil {
		p.bar.Abort(false)
		p.bars.Wait()
		return
	}
	close(p.stop)
	p.stopped.Wait()
}

func (p *progress) lines(w io.Writer, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			fmt.Fprintf(w, "%s: %s\n", p.what, p.state())
		}
	}
}

// state is "12 of 80 files", or "12 files".
func (p *progress) state() string {
	if p.total == 0 {
		return fmt.Sprintf("%d %s", p.done.Load(), p.unit)
	}
	return fmt.Sprintf("%d of %d %s", p.done.Load(), p.total, p.unit)
}
