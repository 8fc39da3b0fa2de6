package flood

import (
	"os"
	"slices"
	"testing"
	"time"
)

// TestMoving: a read counts unless it was under way while the machine stood still.
func TestMoving(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(0, 0).Add(time.Duration(ms) * time.Millisecond) }
	reads := []read{{at(0), 9 * time.Millisecond}, {at(5), 6 * time.Millisecond}, {at(15), time.Millisecond}, {at(20), 3 * time.Millisecond}, {at(30), 2 * time.Millisecond}}
	still := []span{{at(10), at(20)}}
	got := moving(reads, still)
	if want := []time.Duration{2 * time.Millisecond, 3 * time.Millisecond, 9 * time.Millisecond}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if all := moving(reads, nil); len(all) != len(reads) || all[0] != time.Millisecond {
		t.Errorf("without standstills: %v", all)
	}
}

func TestQuantile(t *testing.T) {
	var all []time.Duration
	for i := range 100 {
		all = append(all, time.Duration(i+1)*time.Millisecond)
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 51, 0.99: 100, 1: 100} {
		if got := quantile(all, q); got != want {
			t.Errorf("%g: %g, want %g", q, got, want)
		}
	}
	if got := quantile(nil, 0.99); got != 0 {
		t.Errorf("of nothing: %g", got)
	}
}

// TestWatchesEnd: watches find spans that lie in the time they looked, and end.
func TestWatchesEnd(t *testing.T) {
	w := (options{}).watch()
	began := time.Now()
	time.Sleep(20 * time.Millisecond)
	still, err := w.end()
	if err != nil && os.Getuid() == 0 { // nobody else may go first
		t.Fatal(err)
	}
	for _, s := range still {
		if !s.from.Before(s.to) || s.from.Before(began.Add(-time.Second)) {
			t.Errorf("%v", s)
		}
	}
}
