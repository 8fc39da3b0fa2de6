package flood

import (
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestAwake: there is one for each processor, it comes after everything else, and
// it ends.
func TestAwake(t *testing.T) {
	all, err := keepAwake(t.Context())
	if err != nil || len(all) != runtime.NumCPU() {
		all.end()
		t.Fatalf("%d processes, %v", len(all), err)
	}
	for _, c := range all {
		last := false
		for deadline := time.Now().Add(10 * time.Second); !last && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			attr, err := unix.SchedGetAttr(c.Process.Pid, 0)
			last = err == nil && attr.Policy == unix.SCHED_IDLE
		}
		if !last {
			t.Errorf("process %d takes time from others", c.Process.Pid)
		}
	}
	all.end()
	for _, c := range all {
		if c.ProcessState == nil || c.ProcessState.Success() {
			t.Errorf("%v", c.ProcessState)
		}
	}
}
