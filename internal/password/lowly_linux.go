package password

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// favour is how much lower the priority of hashing is that has waited too long. It gets a quarter of a processor that
// somebody else wants all the time, so that a busy server does not keep people from signing in.
const favour = 5

// patience is how long a hash runs only while nothing else of this server wants the processor: two to three times what it
// takes by itself.
const patience = 100 * time.Millisecond

// longSlice is the longest slice of time that the kernel takes. A thread that wakes up and asks for a shorter one goes
// before it at once (Linux 6.12 and later), so that no page waits for the end of a slice.
const longSlice = 100_000_000 // nanoseconds

// aside does a hash on threads of its own that yield to all others: who reads a page does not wait for somebody's
// password. What is left of it when patience is over has a share of its own. The threads end with the work, since nobody
// may raise their priority again.
func aside(step func() (more bool)) {
	end, more := time.Now().Add(patience), true
	onThread(unix.SchedAttr{Policy: unix.SCHED_IDLE}, func() {
		for more && time.Now().Before(end) {
			more = step()
		}
	})
	if more {
		onThread(lower(), func() {
			for step() {
			}
		})
	}
}

// onThread does work on a thread of its own. Where its attributes are refused nothing is lost but the favour.
func onThread(attr unix.SchedAttr, work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		attr.Size = unix.SizeofSchedAttr
		_ = unix.SchedSetAttr(0, &attr, 0)
		work()
	}()
	<-done
}

// lower is a lower priority than that of this process.
func lower() unix.SchedAttr {
	now, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		now = 20
	}
	return unix.SchedAttr{Policy: unix.SCHED_BATCH, Nice: int32(min(20-now+favour, 19)), Runtime: longSlice} // the system call answers 20 - nice
}
