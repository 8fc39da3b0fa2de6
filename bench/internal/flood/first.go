package flood

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"strongroom/bench/internal/load"
)

// outcome is a run's result or why there is none.
type outcome struct {
	load.Result
	err error
}

// first runs a client on a thread that goes before everything else on the
// clients' processor. The thread ends with it.
func (o options) first(who place, run func() (load.Result, error)) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		runtime.LockOSThread() // and never unlocks: the thread ends with this function
		if err := who.take(o.client); err != nil {
			done <- outcome{err: err}
			return
		}
		result, err := run()
		done <- outcome{result, err}
	}()
	return done
}

// place is how far a thread goes before others.
type place int

const (
	// asReader goes before all that is not real-time: a high share of the processor
	// would not do, for the kernel may prefer a server's thread that had less of late
	// until its next tick, and the reader would measure that.
	asReader place = iota
	// asFlood goes before the server and shares.
	asFlood
)

// slice is the time for which a thread that shares asks: the shorter, the sooner
// it runs when it wakes up (Linux 6.12).
const slice = 100 * time.Microsecond

// attributes are those of sched_setattr(2).
func (p place) attributes() unix.SchedAttr {
	if p == asReader {
		return unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}
	}
	return unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL, Nice: -10, Runtime: uint64(slice)}
}

// take ties this thread to a processor and gives it the place.
func (p place) take(processor int) error {
	var cpu unix.CPUSet
	cpu.Set(processor)
	if err := unix.SchedSetaffinity(0, &cpu); err != nil {
		return fmt.Errorf("processor %d: %w", processor, err)
	}
	attributes := p.attributes()
	if err := unix.SchedSetAttr(0, &attributes, 0); err != nil {
		return fmt.Errorf("a high priority (run this as root): %w", err)
	}
	return nil
}

// spare is how many processors Go has for clients: a thread that comes back from
// the kernel must never wait for one that a thread of a lower place holds.
const spare = 16

// autogroup is where the kernel keeps the nice value of a whole session, which
// counts between sessions where it keeps them apart (sched(7)).
const autogroup = "/proc/self/autogroup"

// goAhead has this session go before the others of the machine, and gives the way
// back.
func goAhead() (back func() error, err error) {
	err = os.WriteFile(autogroup, []byte("-20"), 0)
	if errors.Is(err, fs.ErrNotExist) {
		return func() error { return nil }, nil // then the server's own nice value counts
	}
	return func() error { return os.WriteFile(autogroup, []byte("0"), 0) }, err
}
