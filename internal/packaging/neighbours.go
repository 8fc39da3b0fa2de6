package packaging

import "slices"

// leastNeighbour is how long a name must be to have neighbours: of shorter ones
// nearly every two are close to each other.
const leastNeighbour = 4

// Neighbours lists the normalised names that one slip of the finger makes of a
// normalised name (FN-3): a character more, less or another, or two that change
// places; never the name itself. A name of fewer than 4 characters has none.
func Neighbours(name string) []string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if len(name) < leastNeighbour {
		return nil
	}
	var out []string
	add := func(s string) {
		if s != name && len(s) >= leastNeighbour && ValidName(s) && NormalizeName(s) == s {
			out = append(out, s)
		}
	}
	for i := range len(name) + 1 {
		for _, c := range alphabet {
			add(name[:i] + string(c) + name[i:])
			if i < len(name) {
				add(name[:i] + string(c) + name[i+1:])
			}
		}
		if i < len(name) {
			add(name[:i] + name[i+1:])
		}
		if i+1 < len(name) {
			add(name[:i] + name[i+1:i+2] + name[i:i+1] + name[i+2:])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
