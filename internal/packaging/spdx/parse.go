package spdx

import (
	"fmt"
	"strings"

	"strongroom/internal/packaging"
)

// maxDepth bounds the nesting of parentheses. PyPA's reader refuses more than
// 200; real expressions have two or three.
const maxDepth = 100

const refPrefix = "licenseref-"

// Parse reads a license expression. An error names the token that is wrong
// and, where one is close, the identifier that was probably meant.
func Parse(s string) (Expression, error) {
	spaced := strings.ReplaceAll(strings.ReplaceAll(s, "(", " ( "), ")", " ) ")
	tokens := strings.Fields(spaced)
	p := parser{known: knownIDs(), refs: refSpellings(tokens), seen: map[string]bool{}}
	for _, token := range tokens {
		if err := p.next(token); err != nil {
			return Expression{}, fmt.Errorf("license expression %s: %w", packaging.Quote(s), err)
		}
	}
	if err := p.end(); err != nil {
		return Expression{}, fmt.Errorf("license expression %s: %w", packaging.Quote(s), err)
	}
	p.expr.text = p.text.String()
	return p.expr, nil
}

// state is what the parser has just read; it decides what may follow.
type state int

const (
	start state = iota
	license
	exception
	operator // AND, OR
	with
	opened
	closed
)

// complete reports whether the expression may end here, or go on with AND, OR
// or a closing parenthesis.
func (s state) complete() bool {
	return s == license || s == exception || s == closed
}

// parser walks over the tokens once, from left to right. The grammar needs no
// tree: the canonical text keeps the order and the parentheses as they are, so
// nesting is only counted.
type parser struct {
	known *list
	refs  map[string]string // see refSpellings
	seen  map[string]bool   // identifiers that expr has already
	expr  Expression
	text  strings.Builder
	last  state
	word  string // the token before, for messages
	depth int
}

func (p *parser) next(token string) error {
	switch lower(token) {
	case "and", "or":
		return p.operator(token)
	case "with":
		return p.with(token)
	case "(":
		return p.open()
	case ")":
		return p.close()
	}
	if p.last == with {
		return p.exception(token)
	}
	return p.license(token)
}

func (p *parser) end() error {
	switch {
	case p.last == start:
		return fmt.Errorf(`it is empty; write an SPDX expression such as "MIT" or "Apache-2.0 OR BSD-2-Clause"`)
	case p.last == with:
		return fmt.Errorf("an exception is missing after %s", packaging.Quote(p.word))
	case !p.last.complete():
		return fmt.Errorf("a license is missing after %s", packaging.Quote(p.word))
	case p.depth > 0:
		return fmt.Errorf(`%d ")" missing at the end`, p.depth)
	}
	return nil
}

// accept writes a token in its canonical spelling and moves on.
func (p *parser) accept(s state, canonical string) {
	if p.last != start && p.last != opened && s != closed {
		p.text.WriteByte(' ')
	}
	p.text.WriteString(canonical)
	p.last, p.word = s, canonical
}

func (p *parser) operator(token string) error {
	if !p.last.complete() {
		return fmt.Errorf("a license is missing before %s", packaging.Quote(token))
	}
	p.accept(operator, strings.ToUpper(token))
	return nil
}

func (p *parser) with(token string) error {
	switch p.last {
	case license:
		p.accept(with, "WITH")
		return nil
	case exception:
		return fmt.Errorf("a license can have one exception only, but a second %s follows %s", packaging.Quote(token), packaging.Quote(p.word))
	case closed:
		return fmt.Errorf("%s must follow a single license, not parentheses", packaging.Quote(token))
	}
	return fmt.Errorf("a license is missing before %s", packaging.Quote(token))
}

func (p *parser) open() error {
	if p.last.complete() {
		return fmt.Errorf(`AND or OR is missing between %s and "("`, packaging.Quote(p.word))
	}
	if p.last == with {
		return fmt.Errorf(`an exception must follow "WITH", not a parenthesis`)
	}
	if p.depth == maxDepth {
		return fmt.Errorf("more than %d nested parentheses", maxDepth)
	}
	p.depth++
	p.accept(opened, "(")
	return nil
}

func (p *parser) close() error {
	switch {
	case p.depth == 0:
		return fmt.Errorf(`a ")" has no matching "("`)
	case p.last == opened:
		return fmt.Errorf("a pair of parentheses is empty")
	case !p.last.complete():
		return fmt.Errorf(`a license is missing between %s and ")"`, packaging.Quote(p.word))
	}
	p.depth--
	p.accept(closed, ")")
	return nil
}

func (p *parser) license(token string) error {
	if p.last.complete() {
		return missingOperator(p.known, p.word, token)
	}
	if strings.HasPrefix(lower(token), refPrefix) {
		return p.licenseRef(token)
	}
	found, plus, ok := p.known.license(token)
	if !ok {
		return unknown("license", token, suggestLicense(p.known, token))
	}
	p.note(&p.expr.licenses, found)
	if plus {
		p.accept(license, found.id+"+")
		return nil
	}
	p.accept(license, found.id)
	return nil
}

// licenseRef reads LicenseRef-NAME, the form for licenses SPDX does not list.
// "+" makes no sense for them and is refused.
func (p *parser) licenseRef(token string) error {
	name := token[len(refPrefix):]
	if name == "" || strings.ContainsFunc(name, notInRef) {
		return fmt.Errorf(`%s: after "LicenseRef-" only letters, digits, "." and "-" may follow, at least one`, packaging.Quote(token))
	}
	id := p.refs[lower(token)]
	p.note(&p.expr.licenses, entry{id: id})
	p.accept(license, id)
	return nil
}

func (p *parser) exception(token string) error {
	found, ok := p.known.exceptions[lower(token)]
	if !ok {
		return unknown("license exception", token, nearest(p.known.exceptions, token))
	}
	p.note(&p.expr.exceptions, found)
	p.accept(exception, found.id)
	return nil
}

// note adds an identifier to a list of the result, the first time it appears.
// No identifier is both a license and an exception.
func (p *parser) note(ids *[]string, e entry) {
	if p.seen[e.id] {
		return
	}
	p.seen[e.id] = true
	*ids = append(*ids, e.id)
	if e.deprecated {
		p.expr.deprecated = append(p.expr.deprecated, e.id)
	}
}

// refSpellings maps each LicenseRef, in lower case, to the spelling it gets
// everywhere in the expression. References are equal in any case, and PyPA
// takes the last spelling for all of them.
func refSpellings(tokens []string) map[string]string {
	refs := map[string]string{}
	for _, token := range tokens {
		if key := lower(token); strings.HasPrefix(key, refPrefix) {
			refs[key] = "LicenseRef-" + token[len(refPrefix):]
		}
	}
	return refs
}

func notInRef(r rune) bool {
	letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	digit := '0' <= r && r <= '9'
	return !letter && !digit && r != '.' && r != '-'
}
