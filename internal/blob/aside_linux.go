package blob

import "golang.org/x/sys/unix"

// bulkSlice is the longest slice of time that the kernel takes (0.1 to 100 ms).
const bulkSlice = 100_000_000 // nanoseconds

// standAside makes this thread run only while no other wants the processor
// (SCHED_IDLE, sched(7)). There is no way back without privileges. Where that is
// forbidden the thread stays an ordinary one.
func standAside() {
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0)
}

// takeLongSlices has this thread ask for long slices: since Linux 6.12 a thread
// that wakes up and asks for a shorter one goes first. The shares stay as they
// are.
func takeLongSlices() {
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_BATCH, Runtime: bulkSlice}, 0)
}
