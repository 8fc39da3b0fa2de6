package pep508

import (
	"strings"

	"strongroom/internal/packaging"
)

// maxDepth bounds the nesting of parentheses in a marker, and so the depth of
// every recursion over one.
const maxDepth = 100

// parser reads requirements and markers by recursive descent: one method for
// each rule of the grammar. A method that fails leaves the position anywhere.
type parser struct{ scanner }

// marker reads a whole marker.
func (p *parser) marker() (*Marker, error) {
	root, err := p.group(0)
	if err != nil {
		return nil, err
	}
	return &Marker{root}, nil
}

// group reads terms with "and" and "or" between them.
func (p *parser) group(depth int) (group, error) {
	alternatives := group{nil}
	for {
		t, err := p.term(depth)
		if err != nil {
			return nil, err
		}
		last := &alternatives[len(alternatives)-1]
		*last = append(*last, t)
		switch {
		case p.acceptWord("and"):
		case p.acceptWord("or"):
			alternatives = append(alternatives, nil)
		default:
			return alternatives, nil
		}
	}
}

// term reads a comparison or a group in parentheses, and the space around it.
func (p *parser) term(depth int) (t term, err error) {
	p.space()
	parenthesis := p.pos
	if !p.accept("(") {
		t.comparison, err = p.comparison()
		p.space()
		return t, err
	}
	if depth == maxDepth {
		return term{}, p.errorAt(parenthesis, "more than %d nested parentheses", maxDepth)
	}
	if t.group, err = p.group(depth + 1); err != nil {
		return term{}, err
	}
	if !p.accept(")") {
		return term{}, p.expected(`"and", "or" or the ")" that closes the "(" at %s`, character(p.source, parenthesis))
	}
	p.space()
	return t, nil
}

func (p *parser) comparison() (c comparison, err error) {
	if c.left, err = p.operand(); err != nil {
		return comparison{}, err
	}
	p.space()
	if c.operator, err = p.operator(); err != nil {
		return comparison{}, err
	}
	p.space()
	if c.right, err = p.operand(); err != nil {
		return comparison{}, err
	}
	return c.normalized(), nil
}

// normalized normalises a string that is compared with extras or dependency
// groups (PEP 685, PEP 735), so that equal markers have equal texts.
func (c comparison) normalized() comparison {
	switch {
	case c.left.kind() == extra && !c.right.isVariable:
		c.right.text = packaging.NormalizeName(c.right.text)
	case !c.left.isVariable && (c.right.kind() == extra || c.right.kind() == set):
		c.left.text = packaging.NormalizeName(c.left.text)
	}
	return c
}

// kind is the kind of a variable; a string is text.
func (o operand) kind() kind {
	if v, ok := findVariable(o.text); ok && o.isVariable {
		return v.kind
	}
	return text
}

// operand reads a variable or a quoted string.
func (p *parser) operand() (operand, error) {
	if p.startsWith(`"`) || p.startsWith(`'`) {
		return p.quoted()
	}
	start := p.pos
	word := p.run(func(r rune) bool { return r == '.' || isWord(r) })
	if v, ok := findVariable(word); ok {
		return operand{text: v.name, isVariable: true}, nil
	}
	if word == "" {
		return operand{}, p.expected("a variable or a quoted string")
	}
	return operand{}, p.errorAt(start, "expected a variable such as python_version or a quoted string, not %s", packaging.Quote(word))
}

// quoted reads a string in single or double quotes, which cannot contain its
// own quotes. packaging gives backslashes the meaning they have in Python,
// other installers none, and the standard does not allow them at all.
func (p *parser) quoted() (operand, error) {
	start := p.pos
	content, _, closed := strings.Cut(p.rest()[1:], p.rest()[:1])
	if !closed {
		return operand{}, p.errorAt(start, "missing closing quote for the string")
	}
	if i := strings.IndexByte(content, '\\'); i >= 0 {
		return operand{}, p.errorAt(start+1+i, "unexpected backslash in a string")
	}
	p.pos += len(content) + 2
	return operand{text: content}, nil
}

// operator reads a comparison operator, longer ones first.
func (p *parser) operator() (string, error) {
	for _, op := range []string{"===", "==", "~=", "!=", "<=", ">=", "<", ">"} {
		if p.accept(op) {
			return op, nil
		}
	}
	if p.acceptWord("in") {
		return "in", nil
	}
	if !p.acceptWord("not") {
		return "", p.expected("an operator: <=, <, !=, ==, >=, >, ~=, ===, in, or not in")
	}
	if !p.space() || !p.acceptWord("in") {
		return "", p.expected(`"in" after "not"`)
	}
	return "not in", nil
}
