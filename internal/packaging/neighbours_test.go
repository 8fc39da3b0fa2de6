package packaging_test

import (
	"slices"
	"testing"

	"strongroom/internal/packaging"
)

// TestFN3Neighbours: one slip is one; two are not.
func TestFN3Neighbours(t *testing.T) {
	got := packaging.Neighbours("requests")
	for _, near := range []string{"request", "requestss", "reqeusts", "requezts", "re-quests", "rrequests", "equests", "requests0"} {
		if !slices.Contains(got, near) {
			t.Errorf("%s is not among them", near)
		}
	}
	for _, far := range []string{"requests", "rqeuestss", "reques", "flask", "-requests", "requests-", "Request", "re--quests"} {
		if slices.Contains(got, far) {
			t.Errorf("%s is among them", far)
		}
	}
	if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
		t.Error("not sorted, or one stands twice")
	}
	for _, short := range []string{"", "a", "six"} {
		if n := packaging.Neighbours(short); len(n) != 0 {
			t.Errorf("%q has %d", short, len(n))
		}
	}
	for _, n := range got { // it is mutual
		if !slices.Contains(packaging.Neighbours(n), "requests") {
			t.Errorf("requests is no neighbour of %s", n)
		}
	}
}
