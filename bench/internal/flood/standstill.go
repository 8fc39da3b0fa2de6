package flood

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A machine that is itself a guest stands still now and then, for milliseconds,
// while its host does something else: no thread of any priority runs. Such
// moments are no property of the server, and their number differs from part to
// part more than anything measured here.
const (
	glance    = 500 * time.Microsecond // how often a watch looks at the clock
	tolerance = 1500 * time.Microsecond
	aftermath = 4 // what queued up meanwhile is dealt with after so many times the standstill
)

// span is a time.
type span struct{ from, to time.Time }

// watches look for standstills, one on each processor.
type watches struct {
	over   atomic.Bool
	found  []chan []span
	failed chan error
}

// watch starts one watch on each of the machine's processors. It must be ended.
func (o options) watch() *watches {
	w := &watches{failed: make(chan error, runtime.NumCPU())}
	for cpu := range runtime.NumCPU() {
		found := make(chan []span, 1)
		w.found = append(w.found, found)
		go func() {
			runtime.LockOSThread() // and never unlocks: the thread ends with this function
			if err := asReader.take(cpu); err != nil {
				w.failed <- err
			}
			found <- w.look()
		}()
	}
	return w
}

// look notes when this thread, which goes before all others, was kept from running.
func (w *watches) look() (found []span) {
	nap := unix.NsecToTimespec(int64(glance))
	for last := time.Now(); !w.over.Load(); {
		_ = unix.Nanosleep(&nap, nil)
		now := time.Now()
		if now.Sub(last) > glance+tolerance {
			found = append(found, span{last, now})
		}
		last = now
	}
	return found
}

// end gives the times that do not count: those of a standstill and its aftermath.
func (w *watches) end() (all []span, err error) {
	w.over.Store(true)
	for _, found := range w.found {
		for _, s := range <-found {
			all = append(all, span{s.from, s.to.Add(aftermath * s.to.Sub(s.from))})
		}
	}
	close(w.failed)
	for e := range w.failed {
		err = errors.Join(err, fmt.Errorf("watch for standstills: %w", e))
	}
	return all, err
}

// read is a page that was asked for.
type read struct {
	due     time.Time
	latency time.Duration
}

// moving leaves out the reads that were under way in one of the spans.
func moving(reads []read, still []span) (out []time.Duration) {
	for _, r := range reads {
		if !slices.ContainsFunc(still, func(s span) bool { return r.due.Before(s.to) && s.from.Before(r.due.Add(r.latency)) }) {
			out = append(out, r.latency)
		}
	}
	slices.Sort(out)
	return out
}

// quantile is the latency that a share q of those in ascending order did not
// exceed, in milliseconds.
func quantile(of []time.Duration, q float64) float64 {
	if len(of) == 0 {
		return 0
	}
	return float64(of[min(int(q*float64(len(of))), len(of)-1)].Microseconds()) / 1000
}
