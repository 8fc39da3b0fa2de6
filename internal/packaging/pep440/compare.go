package pep440

import (
	"cmp"
	"strings"
)

// Compare returns -1, 0 or +1 in the order of PEP 440 (V-04): epoch; release,
// where missing numbers count as zeros; development, alpha, beta, candidate,
// final and post-releases; local part.
func (v Version) Compare(w Version) int {
	if v.text == w.text {
		return 0
	}
	if c := v.comparePublic(w); c != 0 {
		return c
	}
	return compareLocals(v.Local(), w.Local())
}

// Equal reports whether v and w are the same release (V-03): "1.0" and "1.0.0"
// are, "1.0" and "1.0+local" are not.
func (v Version) Equal(w Version) bool { return v.Compare(w) == 0 }

// comparePublic compares all but the local parts.
func (v Version) comparePublic(w Version) int {
	if c := v.compareBase(w); c != 0 {
		return c
	}
	if c := cmp.Compare(v.phase(), w.phase()); c != 0 {
		return c
	}
	// In one phase the markers are the same, and what has a marker follows
	// what has none; but a development release precedes what it leads to.
	if c := compareNumbers(v.preText(), w.preText()); c != 0 {
		return c
	}
	if c := compareNumbers(v.postText(), w.postText()); c != 0 {
		return c
	}
	if v.IsDevrelease() != w.IsDevrelease() {
		return compareNumbers(w.devText(), v.devText())
	}
	return compareNumbers(v.devText(), w.devText())
}

// compareBase compares epochs and releases.
func (v Version) compareBase(w Version) int {
	if c := compareNumbers(v.epochNumber(), w.epochNumber()); c != 0 {
		return c
	}
	return compareReleases(v.releaseText(), w.releaseText())
}

// phase says where in the life of a release v stands: development only, alpha,
// beta, candidate, final. The later phase is the greater byte.
func (v Version) phase() byte {
	switch {
	case v.hasPre():
		return v.preText()[0] // "a", "b" or "rc"
	case v.IsDevrelease() && !v.IsPostrelease():
		return phaseDev
	}
	return phaseFinal
}

const (
	phaseDev   = '!' // below "a"
	phaseFinal = '~' // above "r"
)

// compareNumbers compares numbers without leading zeros and with the same
// marker, if any: the longer one is the greater. The absent one is the least.
func compareNumbers(a, b string) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// compareReleases compares dotted numbers; the missing ones count as zeros.
func compareReleases(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareNumbers(orZero(x), orZero(y)); c != 0 {
			return c
		}
	}
	return 0
}

func orZero(number string) string {
	if number == "" {
		return "0"
	}
	return number
}

// compareLocals compares local parts segment by segment; none is the least,
// and of two that begin alike the longer one is the greater.
func compareLocals(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareSegments(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b)) // one of them is 0
}

// compareSegments puts words, in alphabetical order, before numbers.
func compareSegments(a, b string) int {
	switch aNumber, bNumber := isNumber(a), isNumber(b); {
	case aNumber && bNumber:
		return compareNumbers(a, b)
	case aNumber:
		return +1
	case bNumber:
		return -1
	}
	return strings.Compare(a, b)
}

func isNumber(segment string) bool { return countFunc(segment, isDigit) == len(segment) }
