package app

import (
	"context"
	"os"
	"runtime/debug"
	counts "runtime/metrics"
	"time"
)

const (
	// busyRoom is how large the heap may grow before it is collected while the
	// server is busy. Each collection holds readers up for a moment; a server at
	// rest, or with more than half of that in use, collects as Go does by itself.
	busyRoom = 96 << 20
	// busyCycles is how many collections in a second make a server busy, and
	// busyTime how long it is taken for busy after the last such second.
	busyCycles = 2
	busyTime   = 30 * time.Second
	// usualPercent is Go's own: the heap may double.
	usualPercent = 100
)

// collector has the garbage collected less often while the server is busy.
type collector struct {
	set     func(percent int)
	percent int
	cycles  uint64
	until   time.Time
}

// look is to be called once a second with what the runtime counts: cycles so
// far, and the bytes that the last one found in use.
func (c *collector) look(now time.Time, cycles, live uint64) {
	if c.cycles != 0 && cycles >= c.cycles+busyCycles {
		c.until = now.Add(busyTime)
	}
	c.cycles = cycles
	want := usualPercent
	if now.Before(c.until) && live > 0 {
		want = max(usualPercent, int(busyRoom*100/live)-100)
	}
	if want < c.percent*9/10 || want > c.percent*11/10 { // each setting stops the world for a moment
		c.percent = want
		c.set(want)
	}
}

// collectSeldom sees to that until the context ends, unless the operator set
// GOGC.
func (a *App) collectSeldom(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	c := collector{percent: usualPercent, set: func(percent int) { debug.SetGCPercent(percent) }}
	samples := []counts.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
	a.every(ctx, time.Second, func(context.Context) error {
		counts.Read(samples)
		c.look(a.Clock(), samples[0].Value.Uint64(), samples[1].Value.Uint64())
		return nil
	})
}
