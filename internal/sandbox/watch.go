package sandbox

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

// boundRuntime has Go collect its garbage before the memory is used up, and ends endless recursion early: a stack that
// grows is copied, each time to one of twice its size.
func boundRuntime(l limits) {
	debug.SetMemoryLimit(l.Memory / 8 * 7)
	debug.SetMaxStack(64 << 20)
}

// watchMemory ends the child soon after it holds more than it may, where no kernel does that. A single allocation is
// seen when it is reserved, before it is filled.
func watchMemory(l limits) (string, error) {
	boundRuntime(l)
	go func() {
		var held runtime.MemStats
		for range time.Tick(5 * time.Millisecond) {
			runtime.ReadMemStats(&held)
			if held.Sys-held.HeapReleased > uint64(l.Memory) {
				fatal(exitMemory, "more than %d bytes of memory", l.Memory)
			}
		}
	}()
	return fmt.Sprintf("%d MiB, looked at every 5 ms", l.Memory>>20), nil
}
