package pages

import "sort"

// names is a sorted, immutable run of names in one piece of memory: at 700,000
// projects a string of its own for each costs more than all the rest.
type names struct {
	text string
	ends []uint32 // where each name ends in text
}

func (n names) len() int { return len(n.ends) }

func (n names) begin(i int) uint32 {
	if i == 0 {
		return 0
	}
	return n.ends[i-1]
}

// at returns the i-th name.
func (n names) at(i int) string { return n.text[n.begin(i):n.ends[i]] }

// search finds the place of a name, and whether it stands there.
func (n names) search(name string) (i int, there bool) {
	i = sort.Search(n.len(), func(i int) bool { return n.at(i) >= name })
	return i, i < n.len() && n.at(i) == name
}

// with returns the run with a name put in at i.
func (n names) with(i int, name string) names {
	at, grow := n.begin(i), uint32(len(name))
	next := names{text: n.text[:at] + name + n.text[at:], ends: make([]uint32, 0, n.len()+1)}
	next.ends = append(append(next.ends, n.ends[:i]...), at+grow)
	for _, end := range n.ends[i:] {
		next.ends = append(next.ends, end+grow)
	}
	return next
}

// without returns the run without its i-th name.
func (n names) without(i int) names {
	from, to := n.begin(i), n.ends[i]
	next := names{text: n.text[:from] + n.text[to:], ends: make([]uint32, 0, n.len()-1)}
	next.ends = append(next.ends, n.ends[:i]...)
	for _, end := range n.ends[i+1:] {
		next.ends = append(next.ends, end-(to-from))
	}
	return next
}

// split cuts the run before its i-th name.
func (n names) split(i int) (a, b names) {
	at := n.begin(i)
	a = names{text: n.text[:at], ends: append([]uint32(nil), n.ends[:i]...)}
	b = names{text: n.text[at:], ends: make([]uint32, 0, n.len()-i)}
	for _, end := range n.ends[i:] {
		b.ends = append(b.ends, end-at)
	}
	return a, b
}

// namesOf gathers a run; the slices are copied to their exact size.
func namesOf(text []byte, ends []uint32) names {
	return names{text: string(text), ends: append(make([]uint32, 0, len(ends)), ends...)}
}
