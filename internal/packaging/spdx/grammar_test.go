package spdx_test

import (
	"strings"
	"testing"

	"strongroom/internal/packaging/spdx"
)

// grammar is a second reader of license expressions, by recursive descent over
// the grammar of SPDX annex D. It knows one license and one exception and
// answers only whether a text is an expression.
type grammar struct{ tokens []string }

func (g *grammar) accept(token string) bool {
	if len(g.tokens) == 0 || g.tokens[0] != token {
		return false
	}
	g.tokens = g.tokens[1:]
	return true
}

// expression = term { (AND | OR) term }
func (g *grammar) expression() bool {
	for {
		if !g.term() {
			return false
		}
		if !g.accept("AND") && !g.accept("OR") {
			return true
		}
	}
}

// term = "(" expression ")" | license [ WITH exception ]
func (g *grammar) term() bool {
	if g.accept("(") {
		return g.expression() && g.accept(")")
	}
	if !g.accept("MIT") {
		return false
	}
	return !g.accept("WITH") || g.accept("GCC-exception-3.1")
}

// The parser counts parentheses and looks one token back; the grammar proves
// that this is enough, on every sequence of up to seven tokens. Both read from
// the left, so a sequence that is wrong before its end is not made longer.
func TestEverySequenceOfTokens(t *testing.T) {
	words := []string{"MIT", "AND", "OR", "WITH", "GCC-exception-3.1", "(", ")"}
	valid := 0
	var extend func(tokens []string)
	extend = func(tokens []string) {
		g := grammar{tokens}
		want := g.expression() && len(g.tokens) == 0
		text := strings.Join(tokens, " ")
		e, err := spdx.Parse(text)
		if got := err == nil; got != want {
			t.Errorf("Parse(%q): %v, the grammar says valid: %v", text, err, want)
		}
		if want {
			valid++
			checkSpacing(t, text, e)
		}
		if len(tokens) == 7 || len(g.tokens) > 0 {
			return
		}
		for _, word := range words {
			extend(append(tokens[:len(tokens):len(tokens)], word))
		}
	}
	extend(nil)
	if valid < 50 {
		t.Errorf("only %d sequences are valid", valid)
	}
}

// checkSpacing: the canonical text has the same tokens, and no space inside of
// parentheses.
func checkSpacing(t *testing.T, text string, e spdx.Expression) {
	t.Helper()
	tight := strings.ReplaceAll(strings.ReplaceAll(text, "( ", "("), " )", ")")
	if e.String() != tight {
		t.Errorf("Parse(%q) = %q, want %q", text, e, tight)
	}
}

// However an expression is cut off, the answer is an expression or a message
// fit for one line.
func TestEveryBeginning(t *testing.T) {
	const whole = "(mit AND apache-2.0+) or GPL-3.0-only with gcc-exception-3.1 and LicenseRef-é.x"
	accepted := 0
	for end := range len(whole) + 1 {
		e, err := spdx.Parse(whole[:end])
		if err != nil {
			checkMessage(t, err)
			continue
		}
		accepted++
		if again, err := spdx.Parse(e.String()); err != nil || again.String() != e.String() {
			t.Errorf("canonical text %q of %q reads back as %q, %v", e, whole[:end], again, err)
		}
	}
	if accepted == 0 {
		t.Error("no beginning is an expression")
	}
}
