package coremeta

import (
	_ "embed" // the list of classifiers is data
	"strings"
	"sync"

	"strongroom/internal/packaging"
)

// classifiersText is the trove classifiers, one a line, in the list's own
// order: the first line is "version <text>"; a deprecated classifier is
// followed by a tab and its replacements, joined by tabs.
//
//go:embed classifiers.txt
var classifiersText string

// classifierList is the list, read.
type classifierList struct {
	version    string
	live       []string
	deprecated map[string][]string // with their replacements, of which there may be none
	known      map[string]bool     // live ones
}

// classifiers reads the list on first use.
var classifiers = sync.OnceValue(func() classifierList {
	l := classifierList{deprecated: map[string][]string{}, known: map[string]bool{}}
	for line := range strings.Lines(classifiersText) {
		line = strings.TrimSuffix(line, "\n")
		name, replacements, deprecated := strings.Cut(line, "\t")
		switch version, first := strings.CutPrefix(line, "version "); {
		case first:
			l.version = version
		case strings.HasPrefix(line, "#"):
		case deprecated:
			l.deprecated[name] = strings.FieldsFunc(replacements, func(r rune) bool { return r == '\t' })
		default:
			l.live = append(l.live, name)
			l.known[name] = true
		}
	}
	return l
})

// Classifiers returns the classifiers an upload may use, sorted as the list
// is. The result must not be changed.
func Classifiers() []string { return classifiers().live }

// ClassifiersVersion returns the version of the trove-classifiers list.
func ClassifiersVersion() string { return classifiers().version }

// checkClassifiers: live classifiers only. A deprecated one is refused with
// its replacements.
func checkClassifiers(c *checker, values []string) {
	if c.opt.AnyClassifiers {
		return
	}
	list := classifiers()
	for _, value := range values {
		replacements, deprecated := list.deprecated[value]
		switch {
		case list.known[value]:
		case c.opt.PrivateClassifiers && strings.HasPrefix(value, "Private ::"):
		case deprecated && len(replacements) > 0:
			c.problem(value, "the classifier %s is deprecated; use %s instead", packaging.Quote(value), strings.Join(replacements, " or "))
		case deprecated:
			c.problem(value, "the classifier %s is deprecated", packaging.Quote(value))
		default:
			c.problem(value, "%s is not a valid classifier", packaging.Quote(value))
		}
	}
}
