package password

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// spent is the processor time of this process.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestNothingTellsWhoExists: an unknown account, a wrong password, no hash, and a wrong password for a cheap hash take
// the same work (P31), but for the cheap hash itself. Processor time is measured: others use this machine too.
func TestNothingTellsWhoExists(t *testing.T) {
	h, ctx := New(1, 1), t.Context()
	hash := Hash("correct horse")
	ways := []func() error{
		func() error { return h.VerifyNothing(ctx, "wrong") },
		func() error { _, _, err := h.Verify(ctx, hash, "wrong"); return err },
		func() error { _, _, err := h.Verify(ctx, "!", "wrong"); return err },
		func() error { _, _, err := h.Verify(ctx, reference(t), "wrong"); return err },
	}
	least := slices.Repeat([]time.Duration{time.Hour}, len(ways))
	for range 8 {
		for i, way := range ways {
			began := spent(t)
			if err := way(); err != nil {
				t.Fatal(err)
			}
			least[i] = min(least[i], spent(t)-began)
		}
	}
	t.Logf("%v", least)
	if slices.Max(least) > slices.Min(least)*3/2 {
		t.Errorf("the times differ: %v", least)
	}
}
