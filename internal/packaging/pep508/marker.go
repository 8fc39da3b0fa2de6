package pep508

import "strings"

// Marker is a condition on the environment, such as
//
//	python_version >= "3.8" and (os_name == "posix" or extra == "test")
//
// Only ParseMarker and Parse make one. It never changes. A nil marker is true
// everywhere and prints as "".
type Marker struct{ root group }

// group is a list of alternatives, each a list of terms that must all be true:
// "and" binds stronger than "or". No list is empty.
type group [][]term

// term is a comparison, or a group that stands in parentheses.
type term struct {
	group group // nil for a comparison
	comparison
}

// comparison compares a variable with a string. The grammar allows any two
// operands; what that means, Evaluate decides.
type comparison struct {
	left, right operand
	operator    string
}

// operand is the name of a variable or the text of a string.
type operand struct {
	text       string
	isVariable bool
}

// ParseMarker reads a marker. A bad one gives a *SyntaxError.
func ParseMarker(s string) (*Marker, error) {
	p := parser{scanner{what: "marker", source: s}}
	if err := p.checkCharacters(); err != nil {
		return nil, err
	}
	m, err := p.marker()
	if err != nil {
		return nil, err
	}
	if !p.atEnd() {
		return nil, p.expected(`"and", "or" or the end`)
	}
	return m, nil
}

// String returns the text that PyPA's packaging gives the marker: current
// variable names, double quotes where possible, single spaces, no parentheses
// around the whole or around one comparison. ParseMarker accepts it and returns
// the same marker.
func (m *Marker) String() string {
	if m == nil {
		return ""
	}
	root := m.root
	for len(root) == 1 && len(root[0]) == 1 && root[0][0].group != nil {
		root = root[0][0].group
	}
	return root.String()
}

func (g group) String() string {
	alternatives := make([]string, len(g))
	for i, terms := range g {
		texts := make([]string, len(terms))
		for j, t := range terms {
			texts[j] = t.String()
		}
		alternatives[i] = strings.Join(texts, " and ")
	}
	return strings.Join(alternatives, " or ")
}

func (t term) String() string {
	switch {
	case t.group == nil:
		return t.left.String() + " " + t.operator + " " + t.right.String()
	case len(t.group) == 1 && len(t.group[0]) == 1:
		return t.group[0][0].String()
	}
	return "(" + t.group.String() + ")"
}

func (o operand) String() string {
	switch {
	case o.isVariable:
		return o.text
	case strings.Contains(o.text, `"`):
		return "'" + o.text + "'"
	}
	return `"` + o.text + `"`
}
