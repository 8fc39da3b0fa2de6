package dist

import (
	"fmt"
	"slices"

	"strongroom/internal/packaging"
)

// MaxTags is the greatest number of tags a wheel's filename may expand to
// (PT-3).
const MaxTags = 64

// Tag is one combination a wheel supports, in lower case (PEP 425).
type Tag struct {
	Python   string // "py3", "cp313"
	ABI      string // "none", "abi3", "cp313t"
	Platform string // "any", "manylinux_2_28_x86_64"
}

// String returns the tag as it stands in a filename: "py3-none-any".
func (t Tag) String() string { return t.Python + "-" + t.ABI + "-" + t.Platform }

// Tags returns the tags a wheel's filename stands for: the cross product of
// its tag sets, sorted, each once (W-12). It has at most [MaxTags] elements
// and none for an sdist.
func (f Filename) Tags() []Tag {
	pythons, abis, platforms := sortedSet(f.Python), sortedSet(f.ABI), sortedSet(f.Platform)
	tags := make([]Tag, 0, len(pythons)*len(abis)*len(platforms))
	for _, python := range pythons {
		for _, abi := range abis {
			for _, platform := range platforms {
				tags = append(tags, Tag{Python: python, ABI: abi, Platform: platform})
			}
		}
	}
	return tags
}

// Platforms returns the platform tags in lower case, sorted, each once.
func (f Filename) Platforms() []string { return sortedSet(f.Platform) }

// SortedTags reports whether each compressed tag set is written in sorted
// order and without duplicates, as PEP 425 wants it.
func (f Filename) SortedTags() bool {
	for _, set := range [...][]string{f.Python, f.ABI, f.Platform} {
		if !slices.Equal(set, sortedSet(set)) {
			return false
		}
	}
	return true
}

// badTags returns what is wrong with a wheel's tags, or "" (PT-3, PT-9).
// There is no list of permitted python and abi tags, only a syntax: words of
// letters, digits and "_", of which a python tag does not start with a digit.
func badTags(f Filename) string {
	if n := len(f.Python) * len(f.ABI) * len(f.Platform); n > MaxTags {
		return fmt.Sprintf("its tags expand to %d combinations, more than %d", n, MaxTags)
	}
	for _, tag := range f.Python {
		if !isWord(tag) || isDigit(tag[0]) {
			return fmt.Sprintf("%s is not a python tag", packaging.Quote(tag))
		}
	}
	for _, tag := range f.ABI {
		if !isWord(tag) {
			return fmt.Sprintf("%s is not an abi tag", packaging.Quote(tag))
		}
	}
	for _, tag := range f.Platform {
		if !isWord(tag) {
			return fmt.Sprintf("%s is not a platform tag", packaging.Quote(tag))
		}
	}
	return ""
}

// isWord reports whether s is a non-empty run of letters, digits and "_".
func isWord(s string) bool {
	for i := range len(s) {
		if !isWordByte(s[i]) {
			return false
		}
	}
	return s != ""
}
