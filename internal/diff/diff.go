// Package diff says in which lines two texts differ. It is pure, and what it
// costs grows with n log n whatever the texts are: they come from strangers.
//
// Lines that each text has once, in the same order, hold the two together; what
// lies between them and is equal is found from there. A line that is common and
// stands often, such as an empty one, may be told as removed and added again,
// which is right too.
package diff

import (
	"slices"
	"strings"
)

// Op is what became of a line.
type Op string

// The operations, as a unified diff writes them.
const (
	Same    Op = " "
	Removed Op = "-"
	Added   Op = "+"
)

// Line is one line of a diff. Old and New are its numbers in the texts, from 1;
// 0 where it is not. Text has no line end.
type Line struct {
	Op       Op
	Old, New int
	Text     string
}

// Hunk is a run of lines that changed, with some around them that did not.
type Hunk []Line

// Lines compares two texts and shows changes with that many lines around them.
// No hunks mean that the texts have the same lines.
func Lines(before, after string, around int) []Hunk {
	return hunks(compare(split(before), split(after)), around)
}

// split takes a text into lines. A text that does not end with a line end is
// told from one that does by its last line.
func split(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		return lines[:len(lines)-1]
	}
	return lines
}

// span is a run of lines that is equal in both texts: they begin at a and b.
type span struct{ a, b, n int }

// compare lists every line of both texts with what became of it.
func compare(a, b []string) (out []Line) {
	i, j := 0, 0
	for _, s := range append(equal(a, b), span{len(a), len(b), 0}) {
		for ; i < s.a; i++ {
			out = append(out, Line{Removed, i + 1, 0, bare(a[i], len(a) == i+1)})
		}
		for ; j < s.b; j++ {
			out = append(out, Line{Added, 0, j + 1, bare(b[j], len(b) == j+1)})
		}
		for ; i < s.a+s.n; i, j = i+1, j+1 {
			out = append(out, Line{Same, i + 1, j + 1, bare(a[i], false)})
		}
	}
	return out
}

// NoNewline stands at the end of a changed last line without a line end.
const NoNewline = " (no line end)"

func bare(line string, last bool) string {
	text, ended := strings.CutSuffix(line, "\n")
	if last && !ended {
		return text + NoNewline
	}
	return text
}

// equal finds runs of lines that both texts have, in order and without overlap.
func equal(a, b []string) (out []span) {
	out = append(out, span{})
	for _, p := range append(anchors(a, b), pair{len(a), len(b)}) {
		last := &out[len(out)-1]
		endA, endB := last.a+last.n, last.b+last.n
		if p.a < endA || p.b < endB {
			continue // inside the run before
		}
		for endA < p.a && endB < p.b && a[endA] == b[endB] { // forward from the run before
			last.n, endA, endB = last.n+1, endA+1, endB+1
		}
		back := 0
		for p.a-back > endA && p.b-back > endB && a[p.a-back-1] == b[p.b-back-1] {
			back++
		}
		n := back
		for p.a+n-back < len(a) && p.b+n-back < len(b) && a[p.a+n-back] == b[p.b+n-back] {
			n++
		}
		out = append(out, span{p.a - back, p.b - back, n})
	}
	return out
}

// pair is a line that both texts have once.
type pair struct{ a, b int }

// anchors finds the longest list of pairs that rise in both texts.
func anchors(a, b []string) []pair {
	inB := once(b)
	var pairs []pair
	for line, i := range once(a) {
		if j, found := inB[line]; found && i >= 0 && j >= 0 {
			pairs = append(pairs, pair{i, j})
		}
	}
	slices.SortFunc(pairs, func(x, y pair) int { return x.a - y.a })
	return rising(pairs)
}

// once maps lines to their index; those that occur more than once to -1.
func once(lines []string) map[string]int {
	at := make(map[string]int, len(lines))
	for i, line := range lines {
		if _, seen := at[line]; seen {
			at[line] = -1
		} else {
			at[line] = i
		}
	}
	return at
}

// rising is the longest part of the pairs whose b rises (patience sorting).
func rising(pairs []pair) []pair {
	var ends []int // ends[n] is the index of the pair with the smallest b that ends a list of n+1
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n, _ := slices.BinarySearchFunc(ends, p.b, func(at, b int) int { return pairs[at].b - b })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		}
		ends[n] = i
	}
	if len(ends) == 0 {
		return nil
	}
	out := make([]pair, len(ends))
	for n, i := len(ends)-1, ends[len(ends)-1]; n >= 0; n, i = n-1, before[i] {
		out[n] = pairs[i]
	}
	return out
}

// hunks leaves out what is far from any change.
func hunks(lines []Line, around int) (out []Hunk) {
	end := 0 // of the last hunk, in lines
	for i, l := range lines {
		if l.Op == Same {
			continue
		}
		from, to := max(i-around, end), min(i+around+1, len(lines))
		if len(out) == 0 || i-around > end {
			out = append(out, nil)
		}
		last := &out[len(out)-1]
		*last = append(*last, lines[from:max(from, to)]...)
		end = max(end, to)
	}
	return out
}
