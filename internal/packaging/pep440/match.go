package pep440

import "strings"

// Contains reports whether v satisfies the clause. Pre-releases are judged like
// any other version; leaving them out is [SpecifierSet.Filter]'s work.
func (s Specifier) Contains(v Version) bool {
	switch s.operator {
	case "===":
		return s.isText(v.text)
	case "==":
		return s.matches(v)
	case "!=":
		return !s.matches(v)
	case "~=": // V-11: at least this, and alike but for the last number
		return v.Compare(s.version) >= 0 && v.hasPrefix(s.version, dropLast(s.version.releaseText()))
	case ">=":
		return v.Compare(s.version) >= 0
	case "<=":
		return v.comparePublic(s.version) <= 0
	case ">":
		return s.isBelow(v)
	case "<":
		return s.isAbove(v)
	}
	return false // the zero Specifier
}

// ContainsString is Contains for text that may be no version at all: only
// "===" can be satisfied by such text (V-15).
func (s Specifier) ContainsString(text string) bool {
	if s.operator == "===" {
		return s.isText(text)
	}
	v, err := Parse(text)
	return err == nil && s.Contains(v)
}

// isText compares letter by letter in any case (V-15).
func (s Specifier) isText(text string) bool {
	return strings.EqualFold(s.versionText(), text)
}

// matches is "==" (V-12, V-13): a clause without a local part does not look at
// the candidate's.
func (s Specifier) matches(v Version) bool {
	switch {
	case s.prefix:
		return v.hasPrefix(s.version, s.version.releaseText())
	case s.version.HasLocal():
		return v.Equal(s.version)
	}
	return v.comparePublic(s.version) == 0
}

// isBelow is ">" (V-14): not the clause's own local versions, and not its
// post-releases unless it names a post-release or one in development.
func (s Specifier) isBelow(v Version) bool {
	if v.comparePublic(s.version) <= 0 {
		return false
	}
	if s.version.IsPostrelease() || s.version.IsDevrelease() {
		return true
	}
	return v.compareBase(s.version) != 0 || v.preText() != s.version.preText()
}

// isAbove is "<" (V-14): not the clause's own pre-releases, unless it names a
// pre-release. All of those begin at its first development release.
func (s Specifier) isAbove(v Version) bool {
	if s.version.IsPrerelease() {
		return v.Compare(s.version) < 0
	}
	first := s.version
	first.text = first.text[:first.post] + ".dev0"
	first.dev = len(first.text)
	return v.Compare(first) < 0
}

// hasPrefix reports whether v has the epoch of w and a release that, filled up
// with zeros, begins with the numbers of prefix.
func (v Version) hasPrefix(w Version, prefix string) bool {
	if v.epochNumber() != w.epochNumber() {
		return false
	}
	release := v.releaseText()
	for prefix != "" {
		var x, y string
		x, release, _ = strings.Cut(release, ".")
		y, prefix, _ = strings.Cut(prefix, ".")
		if orZero(x) != y {
			return false
		}
	}
	return true
}

// dropLast cuts the last number of a release that has two or more.
func dropLast(release string) string {
	return release[:strings.LastIndexByte(release, '.')]
}
