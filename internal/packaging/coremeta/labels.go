package coremeta

import (
	"strings"
	"unicode"
)

// WellKnown is a kind of project URL that every index shows alike (M-07; PyPA
// well-known project URLs). Its text is the normalised label.
type WellKnown string

// The well-known project URLs.
const (
	Homepage      WellKnown = "homepage"
	Source        WellKnown = "source"
	Download      WellKnown = "download"
	Changelog     WellKnown = "changelog"
	ReleaseNotes  WellKnown = "releasenotes"
	Documentation WellKnown = "documentation"
	Issues        WellKnown = "issues"
	Funding       WellKnown = "funding"
)

// NormalizeLabel returns the form under which two labels of project URLs mean
// the same: without punctuation and white space, in lower case.
func NormalizeLabel(label string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			return -1
		}
		return r
	}, label))
}

// WellKnownLabel returns the well-known kind of URL a label stands for, in any
// spelling and under its aliases; ok is false if it is none.
func WellKnownLabel(label string) (kind WellKnown, ok bool) {
	switch NormalizeLabel(label) {
	case "homepage":
		return Homepage, true
	case "source", "repository", "sourcecode", "github":
		return Source, true
	case "download":
		return Download, true
	case "changelog", "changes", "whatsnew", "history":
		return Changelog, true
	case "releasenotes":
		return ReleaseNotes, true
	case "documentation", "docs":
		return Documentation, true
	case "issues", "bugs", "issue", "tracker", "issuetracker", "bugtracker":
		return Issues, true
	case "funding", "sponsor", "donate", "donation":
		return Funding, true
	}
	return "", false
}
