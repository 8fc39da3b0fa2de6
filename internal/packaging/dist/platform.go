package dist

import (
	_ "embed" // the rule table is data (PT-1)
	"fmt"
	"slices"
	"strings"
	"sync"
)

// TagPolicy says which platform tags an index accepts (PT-2). Its text is the
// value of the setting platform_tags.
type TagPolicy string

// The policies.
const (
	PyPI         TagPolicy = "pypi"       // what PyPI accepts (W-15)
	PyPIAndLinux TagPolicy = "pypi+linux" // and plain linux_<arch>, for wheels that serve one site
	Any          TagPolicy = "any"        // every tag that is one by its syntax
)

// Permits reports whether a wheel for this platform is accepted, by the
// built-in rules. An unknown policy permits nothing.
func (p TagPolicy) Permits(platformTag string) bool {
	return p.Rules().Permits(platformTag)
}

// Rules returns the built-in rules of a policy, to which a site may append
// its own with [Rules.With]. An unknown policy has no rules.
func (p TagPolicy) Rules() Rules {
	switch p {
	case PyPI:
		return pypiRules()
	case PyPIAndLinux:
		return pypiRules().With(must("linux_*"))
	case Any:
		return must("*")
	}
	return Rules{}
}

//go:embed platforms.txt
var platformsText string

var pypiRules = sync.OnceValue(func() Rules { return must(platformsText) })

// must parses a built-in rule table; the tests read each of them.
func must(text string) Rules {
	rules, err := ParseTagRules(text)
	if err != nil {
		panic("built-in platform tag rules: " + err.Error())
	}
	return rules
}

// Rules is an ordered table of platform tag patterns. The last rule that
// matches a tag decides; a tag without a matching rule is refused.
type Rules struct {
	version string
	rules   []rule
}

// rule is one line of the table.
type rule struct {
	pattern []piece
	refuse  bool
}

// piece is one step of a pattern: one of the alternatives, or a run of
// digits, or a run of word bytes.
type piece struct {
	alternatives []string
	run          byte // '#', '*' or 0
}

// ParseTagRules reads a rule table (PT-1): a pattern a line, "#" at the start
// of a line for a comment, "version <text>" for the table's own version. In a
// pattern {a,b} stands for alternatives, # for digits, * for any run of word
// characters; a line that starts with "-" takes tags away. The error names
// the line.
func ParseTagRules(text string) (Rules, error) {
	var table Rules
	for number, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if version, ok := strings.CutPrefix(line, "version "); ok {
			table.version = strings.TrimSpace(version)
			continue
		}
		body, refuse := strings.CutPrefix(line, "-")
		pattern, err := parsePattern(body)
		if err != nil {
			return Rules{}, fmt.Errorf("platform tag rules, line %d: %w", number+1, err)
		}
		table.rules = append(table.rules, rule{pattern: pattern, refuse: refuse})
	}
	return table, nil
}

// Version returns the version the table states, or "".
func (r Rules) Version() string { return r.version }

// With returns the rules followed by more, whose additions and removals
// therefore prevail.
func (r Rules) With(more Rules) Rules {
	return Rules{version: r.version, rules: slices.Concat(r.rules, more.rules)}
}

// Permits reports whether the rules accept a platform tag. Case is ignored,
// as it is in tags.
func (r Rules) Permits(platformTag string) bool {
	tag := strings.ToLower(platformTag)
	if !isWord(tag) {
		return false
	}
	for i := len(r.rules) - 1; i >= 0; i-- {
		if matches(r.rules[i].pattern, tag) {
			return !r.rules[i].refuse
		}
	}
	return false
}

// parsePattern cuts a pattern into pieces.
func parsePattern(s string) ([]piece, error) {
	if strings.ToLower(s) != s {
		return nil, fmt.Errorf("%q: tags are in lower case", s)
	}
	var pattern []piece
	for s != "" {
		next, rest, err := cutPiece(s)
		if err != nil {
			return nil, err
		}
		if next.run == 0 && slices.ContainsFunc(next.alternatives, func(a string) bool { return !isWord(a) }) {
			return nil, fmt.Errorf("%q is not part of a platform tag", strings.Join(next.alternatives, ","))
		}
		pattern, s = append(pattern, next), rest
	}
	return pattern, nil
}

// cutPiece takes the first piece off s, which is not empty.
func cutPiece(s string) (piece, string, error) {
	switch s[0] {
	case '#', '*':
		return piece{run: s[0]}, s[1:], nil
	case '{':
		inner, rest, ok := strings.Cut(s[1:], "}")
		if !ok {
			return piece{}, "", fmt.Errorf("%q has no closing brace", s)
		}
		return piece{alternatives: strings.Split(inner, ",")}, rest, nil
	}
	end := strings.IndexAny(s, "#*{")
	if end < 0 {
		end = len(s)
	}
	return piece{alternatives: []string{s[:end]}}, s[end:], nil
}

// matches reports whether the pattern matches the whole of s. The recursion
// is as deep as the pattern has pieces.
func matches(pattern []piece, s string) bool {
	if len(pattern) == 0 {
		return s == ""
	}
	p, rest := pattern[0], pattern[1:]
	for _, alternative := range p.alternatives {
		if after, ok := strings.CutPrefix(s, alternative); ok && matches(rest, after) {
			return true
		}
	}
	if p.run == 0 {
		return false
	}
	for n := 0; n < len(s) && (p.run == '*' || isDigit(s[n])); n++ {
		if matches(rest, s[n+1:]) {
			return true
		}
	}
	return false
}
