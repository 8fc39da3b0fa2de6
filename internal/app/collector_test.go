package app

import (
	"fmt"
	"testing"
	"time"
)

// TestCollector: a busy server's heap may grow to 96 MiB, a resting one's and a large one's double.
func TestCollector(t *testing.T) {
	now, set := time.Unix(1000, 0), []int{}
	c := collector{percent: usualPercent, set: func(percent int) { set = append(set, percent) }}
	for _, row := range []struct {
		after        time.Duration
		cycles, live uint64
		want         []int
	}{
		{time.Second, 40, 16 << 20, nil},                       // what happened before is not counted
		{time.Second, 41, 16 << 20, nil},                       // one a second is no work
		{time.Second, 43, 16 << 20, []int{500}},                // 6 × 16 MiB
		{time.Second, 43, 17 << 20, []int{500}},                // hardly another
		{time.Second, 46, 32 << 20, []int{500, 200}},           // 3 × 32 MiB
		{time.Second, 49, 200 << 20, []int{500, 200, 100}},     // as Go does
		{time.Second, 52, 16 << 20, []int{500, 200, 100, 500}}, // and busy still
		{29 * time.Second, 52, 16 << 20, []int{500, 200, 100, 500}},
		{time.Second, 52, 16 << 20, []int{500, 200, 100, 500, 100}},
	} {
		now = now.Add(row.after)
		if c.look(now, row.cycles, row.live); fmt.Sprint(set) != fmt.Sprint(append([]int{}, row.want...)) {
			t.Fatalf("%d cycles, %d MiB: %v, want %v", row.cycles, row.live>>20, set, row.want)
		}
	}
}
