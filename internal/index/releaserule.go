package index

import "time"

// ReleaseRule says something about the releases of a project that a set of
// version specifiers matches: those that are there, and with Later those that
// are uploaded afterwards too (ST-9). The flags it sets name it.
type ReleaseRule struct {
	ID         int64
	ProjectID  int64
	Kind       string // a FlagKind that stands on releases
	Specifier  string // PEP 440, as pep440.SpecifierSet prints it
	Category   string
	Reason     string
	URL        string
	Successors []string
	From       time.Time // in effect from then, zero for at once (ST-11)
	Later      bool
	SetBy      string
	SetAt      time.Time
}

// Flag is what the rule sets on a release.
func (r ReleaseRule) Flag() Flag {
	return Flag{Kind: r.Kind, Category: r.Category, Reason: r.Reason, URL: r.URL, Successors: r.Successors, From: r.From, Rule: r.ID}
}
