package flood

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"strongroom/bench/internal/load"
)

// outcome is a run's result or why there is none.
type outcome struct {
	load.Result
	err error
}

// first runs a client on a thread that goes before everything else on the
// clients' processor, at this real-time priority. The thread ends with it.
func (o options) first(priority uint32, run func() (load.Result, error)) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		runtime.LockOSThread() // and never unlocks: the thread ends with this function
		if err := o.goFirst(priority); err != nil {
			done <- outcome{err: err}
			return
		}
		result, err := run()
		done <- outcome{result, err}
	}()
	return done
}

func (o options) goFirst(priority uint32) error {
	var cpu unix.CPUSet
	cpu.Set(o.client)
	if err := unix.SchedSetaffinity(0, &cpu); err != nil {
		return fmt.Errorf("processor %d: %w", o.client, err)
	}
	if err := unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: priority}, 0); err != nil {
		return fmt.Errorf("a real-time priority (run this as root): %w", err)
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
