package pages

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestNames walks at random beside a plain sorted slice.
func TestNames(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var n names
	var want []string
	for range 3000 {
		name := fmt.Sprintf("%0*d", 1+random.IntN(4), random.IntN(300))
		i, there := n.search(name)
		j, found := slices.BinarySearch(want, name)
		if i != j || there != found {
			t.Fatalf("%s stands at %d, %v; want %d, %v", name, i, there, j, found)
		}
		if there {
			n, want = n.without(i), slices.Delete(want, i, i+1)
		} else {
			n, want = n.with(i, name), slices.Insert(want, i, name)
		}
		at := random.IntN(len(want) + 1)
		a, b := n.split(at)
		if got := append(all(a), all(b)...); !slices.Equal(got, want) || a.len() != at {
			t.Fatalf("split at %d: %q, want %q", at, got, want)
		}
	}
}

func all(n names) []string {
	out := []string{}
	for i := range n.len() {
		out = append(out, n.at(i))
	}
	return out
}
