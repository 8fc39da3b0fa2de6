package pep440

import (
	"slices"
	"strings"
)

// SpecifierSet is a comma-separated list of clauses that a version must satisfy
// all, an immutable value. The zero value, and the set parsed from an empty
// text, has no clauses and every version satisfies it (V-16).
type SpecifierSet struct {
	specifiers []Specifier // sorted by text, without repetitions
}

// ParseSpecifierSet reads clauses separated by commas (V-10). Commas with
// nothing between them are passed over, as installers do. The error names the
// clause that is wrong.
func ParseSpecifierSet(s string) (SpecifierSet, error) {
	var specifiers []Specifier
	for clause := range strings.SplitSeq(s, ",") {
		if trimSpace(clause) == "" {
			continue
		}
		specifier, err := ParseSpecifier(clause)
		if err != nil {
			return SpecifierSet{}, err
		}
		specifiers = append(specifiers, specifier)
	}
	return SpecifierSet{normalSet(specifiers)}, nil
}

// normalSet sorts clauses by their text; of those that say the same the first
// one stays.
func normalSet(specifiers []Specifier) []Specifier {
	slices.SortFunc(specifiers, func(a, b Specifier) int { return strings.Compare(a.text, b.text) })
	seen := make(map[string]bool, len(specifiers))
	return slices.DeleteFunc(specifiers, func(s Specifier) bool {
		canonical := s.canonical()
		repeated := seen[canonical]
		seen[canonical] = true
		return repeated
	})
}

// String returns the clauses sorted by their text and joined by commas, with no
// white space: the form in which the PyPA's library prints a set.
func (s SpecifierSet) String() string {
	texts := make([]string, len(s.specifiers))
	for i, specifier := range s.specifiers {
		texts[i] = specifier.text
	}
	return strings.Join(texts, ",")
}

// IsEmpty reports whether the set has no clauses.
func (s SpecifierSet) IsEmpty() bool { return len(s.specifiers) == 0 }

// Contains reports whether v satisfies every clause. Pre-releases are judged
// like any other version: use Filter where installers would leave them out.
func (s SpecifierSet) Contains(v Version) bool {
	for _, specifier := range s.specifiers {
		if !specifier.Contains(v) {
			return false
		}
	}
	return true
}

// ContainsString is Contains for text that may be no version at all. Such text
// satisfies the empty set and "===" with the same text, nothing else (V-15).
func (s SpecifierSet) ContainsString(text string) bool {
	for _, specifier := range s.specifiers {
		if !specifier.ContainsString(text) {
			return false
		}
	}
	return true
}

// MentionsPrerelease reports whether a clause names a pre-release, which is how
// a set asks for pre-releases.
func (s SpecifierSet) MentionsPrerelease() bool {
	return slices.ContainsFunc(s.specifiers, Specifier.MentionsPrerelease)
}

// Filter returns the versions an installer may choose from, in the order given:
// those the set contains, without pre-releases unless a clause mentions one or
// nothing but pre-releases is left (PEP 440, "Handling of pre-releases").
func (s SpecifierSet) Filter(versions []Version) []Version {
	var all, final []Version
	for _, v := range versions {
		if !s.Contains(v) {
			continue
		}
		all = append(all, v)
		if !v.IsPrerelease() {
			final = append(final, v)
		}
	}
	if len(final) == 0 || s.MentionsPrerelease() {
		return all
	}
	return final
}
