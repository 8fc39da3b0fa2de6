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

// TestHashingYields: a hash runs on a thread that takes only what others leave, and what is left of it when patience is
// over on one of a lower priority; the others keep theirs.
func TestHashingYields(t *testing.T) {
	attributes := func() *unix.SchedAttr {
		a, err := unix.SchedGetAttr(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	before, steps := attributes(), 0
	aside(func() bool {
		steps++
		switch a := attributes(); {
		case steps == 1 && a.Policy != unix.SCHED_IDLE:
			t.Errorf("the first step has policy %d", a.Policy)
		case steps == 1:
			time.Sleep(patience)
		case a.Policy != unix.SCHED_BATCH || a.Nice != min(before.Nice+favour, 19):
			t.Errorf("after the patience: policy %d, nice %d; want a batch of %d", a.Policy, a.Nice, before.Nice+favour)
		}
		return steps < 3
	})
	if after := attributes(); steps != 3 || after.Policy != before.Policy || after.Nice != before.Nice {
		t.Errorf("%d steps; policy %d and nice %d afterwards, %d and %d before", steps, after.Policy, after.Nice, before.Policy, before.Nice)
	}
}
