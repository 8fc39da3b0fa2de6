package zxcvbn

import (
	"cmp"
	"math"
	"slices"
)

const (
	// growth is how many guesses an attacker spends before trying passwords of one part more.
	growth = 10_000
	// leastOne and leastMore are the least guesses for a part of one character and of more, beside other parts.
	leastOne, leastMore = 10, 50
)

// way is the cheapest way to put the beginning of a password together from a number of parts.
type way struct {
	product float64 // of the parts' guesses
	total   float64 // with the penalties for their number and order
	brute   bool    // the last part is no match
}

// search holds, for each end of a beginning and number of parts, the cheapest way. Ways that one with fewer parts beats
// are left out.
type search struct {
	length int
	ways   []map[int]way
}

// cheapest returns the least number of guesses that find a password: the minimum over all ways to cover it with matches
// and, between them, characters that are tried one by one. For l parts it is l! · ∏ guesses + growth^(l-1).
func cheapest(t text, matches []match) float64 {
	s := &search{length: len(t.units)}
	ending := make([][]match, s.length)
	// The order counts where a later match beats a way that others were built on: zxcvbn goes from left to right.
	slices.SortStableFunc(matches, func(a, b match) int { return cmp.Compare(a.i, b.i) })
	for _, m := range matches {
		m.guesses = max(m.guesses, s.least(m, 0))
		ending[m.j] = append(ending[m.j], m)
	}
	for k := range ending {
		s.ways = append(s.ways, map[int]way{})
		for _, m := range ending[k] {
			s.extend(m, false)
		}
		for i := range k + 1 {
			m := match{i: i, j: k, guesses: math.Pow(10, float64(k-i+1))}
			m.guesses = max(m.guesses, s.least(m, 1))
			s.extend(m, true)
		}
	}
	best := math.Inf(1)
	for _, w := range s.ways[s.length-1] {
		best = min(best, w.total)
	}
	return best
}

// least is the least number of guesses for a part. Parts tried one by one (more = 1) cost one more than the least
// match, so that a match of the same characters goes before them.
func (s *search) least(m match, more float64) float64 {
	switch size := m.j - m.i + 1; {
	case more == 0 && size == s.length:
		return 1
	case size == 1:
		return leastOne + more
	}
	return leastMore + more
}

// extend puts a part behind every way that ends before it. Two parts without a match are never beside each other: one
// costs less.
func (s *search) extend(m match, brute bool) {
	if m.i == 0 {
		s.offer(m.j, 1, way{product: m.guesses, brute: brute})
		return
	}
	for parts := 1; parts <= m.i; parts++ {
		if w, ok := s.ways[m.i-1][parts]; ok && !(brute && w.brute) {
			s.offer(m.j, parts+1, way{product: m.guesses * w.product, brute: brute})
		}
	}
}

// offer keeps a way unless one with as many parts or fewer is as cheap.
func (s *search) offer(end, parts int, w way) {
	w.total = factorial(parts)*w.product + math.Pow(growth, float64(parts-1))
	for fewer := 1; fewer <= parts; fewer++ {
		if other, ok := s.ways[end][fewer]; ok && other.total <= w.total {
			return
		}
	}
	s.ways[end][parts] = w
}

func factorial(n int) float64 {
	f := 1.0
	for i := 2; i <= n; i++ {
		f *= float64(i)
	}
	return f
}
