package password

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// favour is how much lower the priority of hashing is. It still gets a quarter of a processor that somebody else wants
// all the time, so that a busy neighbour does not keep people from signing in.
const favour = 5

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
	thread := unix.Gettid()
	if now, err := unix.Getpriority(unix.PRIO_PROCESS, thread); err == nil {
		_ = unix.Setpriority(unix.PRIO_PROCESS, thread, min(20-now+favour, 19)) // the system call answers 20 - nice
	}
}
