package spdx

import (
	_ "embed"
	"strings"
	"sync"
)

// listFile is the SPDX license list: one identifier a line; its header says
// where it comes from.
//
//go:embed list.txt
var listFile string

// knownIDs reads the list on first use, so that a program that never looks at
// a license does not pay for it.
var knownIDs = sync.OnceValue(func() *list { return readList(listFile) })

// entry is one identifier of the SPDX list, in SPDX's own spelling.
type entry struct {
	id         string
	deprecated bool
}

// list is the SPDX license list. The keys of its maps are lower-case
// identifiers.
type list struct {
	version    string
	licenses   map[string]entry
	exceptions map[string]entry
}

// ListVersion returns the version of the SPDX license list in use, such as
// "3.27.0".
func ListVersion() string { return knownIDs().version }

// readList reads lines "license ID", "exception ID" and "version N", each
// identifier optionally followed by "deprecated". Lines beginning with "#" are
// comments.
func readList(text string) *list {
	l := &list{licenses: map[string]entry{}, exceptions: map[string]entry{}}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		e := entry{id: fields[1], deprecated: len(fields) == 3}
		switch fields[0] {
		case "version":
			l.version = e.id
		case "license":
			l.licenses[lower(e.id)] = e
		case "exception":
			l.exceptions[lower(e.id)] = e
		}
	}
	return l
}

// license finds a license by its identifier in any case, and whether a "+" ("or
// any later version") follows it. A few deprecated identifiers end in "+"
// themselves (GPL-2.0+); they are found as such.
func (l *list) license(token string) (e entry, plus, ok bool) {
	key := lower(token)
	if e, ok = l.licenses[key]; ok {
		return e, false, true
	}
	base, plus := strings.CutSuffix(key, "+")
	e, ok = l.licenses[base]
	return e, plus, ok
}

// lower maps ASCII letters only: SPDX identifiers are ASCII, and Unicode case
// mapping would let foreign letters stand for them.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}
