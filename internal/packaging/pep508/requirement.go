// Package pep508 reads dependency specifiers (PEP 508, V-20), such as
//
//	requests[security] >= 2.8.1, == 2.8.* ; python_version < "3"
//
// and the environment markers in them (V-21), which it can evaluate.
//
// PyPA's packaging 26.3 is the measure: what this package accepts, packaging
// accepts too, prints with the same text and evaluates to the same result. The
// reverse does not hold where packaging is wider than the standard; such text
// is refused, because installers disagree about its meaning:
//
//   - names and extras that end in "_" (N-01)
//   - escape sequences, that is backslashes, in the strings of a marker
//   - white space other than spaces and tabs, and control characters
//   - markers nested deeper than 100 parentheses
//
// In the text of a marker, extras are lower-cased in ASCII only; packaging does
// it for all letters, though no extra can have others.
package pep508

import (
	"slices"
	"strings"
	"unicode"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
)

// Requirement is a parsed dependency specifier. At most one of Specifiers and
// URL is set.
type Requirement struct {
	// Name is the project's name as written; it is valid (N-01) but not
	// normalised.
	Name string
	// Extras are the extras as written, sorted, each spelling once.
	Extras []string
	// Specifiers are the versions that satisfy the requirement; the empty set
	// is satisfied by all.
	Specifiers pep440.SpecifierSet
	// URL is where to get the project instead of an index (V-22: an index
	// refuses those), as written; "" for none.
	URL string
	// Marker says in which environments the requirement counts; nil for all.
	Marker *Marker
}

// Parse reads a requirement. A bad one gives a *SyntaxError.
func Parse(s string) (Requirement, error) {
	p := parser{scanner{what: "requirement", source: s}}
	if err := p.checkCharacters(); err != nil {
		return Requirement{}, err
	}
	return p.requirement()
}

// String returns the text that PyPA's packaging gives the requirement: name
// and extras as written, sorted specifiers, the canonical marker. Parse accepts
// it and returns the same requirement.
func (r Requirement) String() string {
	var b strings.Builder
	b.WriteString(r.Name)
	if len(r.Extras) > 0 {
		b.WriteString("[" + strings.Join(r.Extras, ",") + "]")
	}
	b.WriteString(r.Specifiers.String())
	if r.URL != "" {
		b.WriteString(" @ " + r.URL)
		if r.Marker != nil {
			b.WriteByte(' ') // else the ";" would belong to the URL
		}
	}
	if r.Marker != nil {
		b.WriteString("; " + r.Marker.String())
	}
	return b.String()
}

// requirement reads: name [extras] (specifiers | @ URL) [; marker].
func (p *parser) requirement() (r Requirement, err error) {
	p.space()
	if r.Name, err = p.identifier("a project name"); err != nil {
		return Requirement{}, err
	}
	p.space()
	if r.Extras, err = p.extras(); err != nil {
		return Requirement{}, err
	}
	p.space()
	if p.accept("@") {
		r.URL, err = p.url()
	} else {
		r.Specifiers, err = p.specifiers()
	}
	if err != nil {
		return Requirement{}, err
	}
	p.space()
	if p.accept(";") {
		if r.Marker, err = p.marker(); err != nil {
			return Requirement{}, err
		}
	}
	if !p.atEnd() {
		return Requirement{}, p.expected("%s", r.continuation())
	}
	return r, nil
}

// continuation says what could follow the requirement read so far.
func (r Requirement) continuation() string {
	switch {
	case r.Marker != nil:
		return `"and", "or" or the end`
	case r.URL != "":
		return `";" before a marker, or the end`
	case r.Specifiers.String() == "":
		return `a version specifier such as ">=1.0", ";" before a marker, or the end`
	}
	return `"," before another version specifier, ";" before a marker, or the end`
}

// extras reads the names in square brackets, which may be none.
func (p *parser) extras() ([]string, error) {
	bracket := p.pos
	if !p.accept("[") {
		return nil, nil
	}
	p.space()
	if p.accept("]") {
		return nil, nil
	}
	var extras []string
	for {
		extra, err := p.identifier("the name of an extra")
		if err != nil {
			return nil, err
		}
		extras = append(extras, extra)
		p.space()
		if p.accept("]") {
			slices.Sort(extras)
			return slices.Compact(extras), nil
		}
		if !p.accept(",") {
			return nil, p.expected(`"," or the "]" that closes the "[" at %s`, character(p.source, bracket))
		}
		p.space()
	}
}

// specifiers reads version specifiers with commas between them, in parentheses
// or not. There may be none.
func (p *parser) specifiers() (set pep440.SpecifierSet, err error) {
	parenthesis := p.pos
	enclosed := p.accept("(")
	p.space()
	var clauses []int // where each begins
	start := p.pos
	for begin := p.pos; p.clause(); begin = p.pos {
		clauses = append(clauses, begin)
		p.space()
		if !p.accept(",") {
			break
		}
		p.space()
	}
	if set, err = pep440.ParseSpecifierSet(p.source[start:p.pos]); err != nil {
		return set, p.errorAt(p.wrongClause(clauses), "%w", err)
	}
	if enclosed && !p.accept(")") {
		return set, p.expected(`"," or the ")" that closes the "(" at %s`, character(p.source, parenthesis))
	}
	return set, nil
}

// wrongClause returns where the first clause begins that is no version
// specifier, when it is known that one of them is none.
func (p *parser) wrongClause(clauses []int) int {
	for len(clauses) > 1 {
		if _, err := pep440.ParseSpecifierSet(p.source[clauses[0]:clauses[1]]); err != nil {
			break
		}
		clauses = clauses[1:]
	}
	return clauses[0]
}

// clause skips one version specifier: a comparison and what follows it up to a
// delimiter. Whether it is a valid one, pep440 decides.
func (p *parser) clause() bool {
	operator := p.run(isComparison)
	if operator == "" {
		return false
	}
	p.space()
	// packaging takes commas for part of what "===" compares at first, and
	// splits later: "===1.0,<2" are two specifiers, "===1.0, <2" is an error.
	arbitrary := strings.HasPrefix(operator, "===")
	p.run(func(r rune) bool { return !endsClause(r) && (arbitrary || r != ',') })
	return true
}

// endsClause reports what no version specifier contains.
func endsClause(r rune) bool { return r == ';' || r == ')' || unicode.IsSpace(r) }

// url reads the URL after "@". It ends at white space, so that a marker needs
// a space before its ";" (V-20).
func (p *parser) url() (string, error) {
	p.space()
	start := p.pos
	url := p.run(func(r rune) bool { return !unicode.IsSpace(r) })
	if url == "" {
		return "", p.expected(`a URL after "@"`)
	}
	end := p.pos
	p.space()
	if strings.HasSuffix(url, ";") && !p.atEnd() && !p.startsWith(";") {
		return "", p.errorAt(end-1, `expected a space between the URL %s and ";"`, packaging.Quote(p.source[start:end-1]))
	}
	return url, nil
}
