package password

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// favour is how much lower the priority of hashing is. It still gets a quarter of a processor that somebody else wants
// all the time, so that a busy neighbour does not keep people from signing in.
const favour = 5

// longSlice is the longest slice of time that the kernel takes. A thread that wakes up and asks for a shorter one goes
// before it at once (Linux 6.12 and later), so that no page waits for the end of a slice.
const longSlice = 100_000_000 // nanoseconds

// lowly does work on a thread of its own that yields to all others: who reads a page does not wait for somebody's
// password. The thread ends with the work, since nobody may raise its priority again.
func lowly(work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		yieldToOthers()
		work()
	}()
	<-done
}

// yieldToOthers lowers the priority of this thread. Where that is refused nothing is lost but the favour.
func yieldToOthers() {
	now, err := unix.Getpriority(unix.PRIO_PROCESS, unix.Gettid())
	if err != nil {
		return
	}
	lower := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_BATCH, Nice: int32(min(20-now+favour, 19)), Runtime: longSlice} // the system call answers 20 - nice
	_ = unix.SchedSetAttr(0, &lower, 0)
}
