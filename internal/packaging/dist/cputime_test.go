//go:build slow && unix

package dist

import (
	"syscall"
	"testing"
	"time"
)

// cpuTime is what the process has used, in user and system mode.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
