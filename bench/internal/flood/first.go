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
func (o options) first(nice int32, run func() (load.Result, error)) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		runtime.LockOSThread() // and never unlocks: the thread ends with this function
		if err := goFirst(o.client, nice); err != nil {
			done <- outcome{err: err}
			return
		}
		result, err := run()
		done <- outcome{result, err}
	}()
	return done
}

// slice is the time for which a thread that goes first asks: the shorter, the
// sooner it runs when it wakes up (sched_setattr(2), Linux 6.12).
const slice = 100 * time.Microsecond

// How far clients go first: the reader before the flood, so that it waits for the
// server alone.
const (
	readerNice int32 = -20
	floodNice  int32 = -10
)

// goFirst ties this thread to a processor and gives it a high priority that
// shares: with a real-time one it could keep the thread from running for which
// Go's runtime has it wait, and wait for ever.
func goFirst(processor int, nice int32) error {
	var cpu unix.CPUSet
	cpu.Set(processor)
	if err := unix.SchedSetaffinity(0, &cpu); err != nil {
		return fmt.Errorf("processor %d: %w", processor, err)
	}
	if err := unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL, Nice: nice, Runtime: uint64(slice)}, 0); err != nil {
		return fmt.Errorf("a high priority (run this as root): %w", err)
	}
	return nil
}

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
