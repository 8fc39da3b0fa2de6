package blob

import "runtime"

// aside is a thread that does the bulk work of large uploads while nothing
// else wants its processor. The kernel lets a busy thread finish its slice, some
// milliseconds, before one that just woke up may go on: with several uploads
// being hashed, a page's reader would wait that long at every step. A thread
// that stands aside is interrupted at once.
type aside struct {
	work chan func()
	done chan struct{}
}

func newAside() *aside {
	a := &aside{work: make(chan func()), done: make(chan struct{})}
	go func() {
		runtime.LockOSThread() // the thread ends with this goroutine: nobody else may inherit its place
		standAside()
		for work := range a.work {
			work()
			a.done <- struct{}{}
		}
	}()
	return a
}

// do runs work there and waits for its end.
func (a *aside) do(work func()) {
	a.work <- work
	<-a.done
}

func (a *aside) close() { close(a.work) }

// InBulk runs work, which moves much data, on a thread of its own that others
// may interrupt at once, and waits for its end. It still gets its fair share of
// a busy machine.
func InBulk(work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		takeLongSlices()
		work()
	}()
	<-done
}
