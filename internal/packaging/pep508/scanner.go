package pep508

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"strongroom/internal/packaging"
)

// SyntaxError says where a requirement or marker is not one.
type SyntaxError struct {
	What   string // "requirement" or "marker"
	Source string // the whole text
	Offset int    // where in Source, in bytes from 0
	Err    error  // what was expected there, or what is wrong with what is there
}

// Error is one line and repeats little of a long source.
func (e *SyntaxError) Error() string {
	place := "at the end"
	if e.Offset < len(e.Source) {
		place = "at " + character(e.Source, e.Offset)
	}
	return fmt.Sprintf("invalid %s %s: %s: %v", e.What, packaging.Quote(e.Source), place, e.Err)
}

// Unwrap returns what is wrong, without the place.
func (e *SyntaxError) Unwrap() error { return e.Err }

// scanner moves over a text from left to right. Its methods that read return
// what they read, and do not move when it is not there.
type scanner struct {
	what   string // for SyntaxError
	source string
	pos    int // in bytes
}

func (s *scanner) rest() string             { return s.source[s.pos:] }
func (s *scanner) atEnd() bool              { return s.pos == len(s.source) }
func (s *scanner) startsWith(t string) bool { return strings.HasPrefix(s.rest(), t) }
func (s *scanner) space() bool              { return s.run(isBlank) != "" }
func (s *scanner) expected(f string, a ...any) error {
	return s.errorAt(s.pos, "expected "+f, a...)
}

// accept reads exactly this text.
func (s *scanner) accept(text string) bool {
	if !s.startsWith(text) {
		return false
	}
	s.pos += len(text)
	return true
}

// acceptWord reads exactly this word, not the beginning of a longer one.
func (s *scanner) acceptWord(word string) bool {
	rest, found := strings.CutPrefix(s.rest(), word)
	if next, _ := utf8.DecodeRuneInString(rest); !found || isWord(next) {
		return false
	}
	s.pos += len(word)
	return true
}

// run reads the longest text of such characters, which may be none.
func (s *scanner) run(of func(rune) bool) string {
	rest := s.rest()
	n := strings.IndexFunc(rest, func(r rune) bool { return !of(r) })
	if n < 0 {
		n = len(rest)
	}
	s.pos += n
	return rest[:n]
}

// identifier reads the name of a project or an extra (N-01).
func (s *scanner) identifier(what string) (string, error) {
	start := s.pos
	name := s.run(isNameCharacter)
	switch {
	case name == "":
		return "", s.expected("%s", what)
	case !packaging.ValidName(name):
		return "", s.errorAt(start, "%s must begin and end with a letter or a digit, not be %s", what, packaging.Quote(name))
	}
	return name, nil
}

// checkCharacters refuses what no specifier contains, so that the grammar need
// not think about it: bytes that are not text and control characters, of which
// line breaks matter most (a header field could be smuggled in after one).
func (s *scanner) checkCharacters() error {
	for i, r := range s.source {
		if r == utf8.RuneError && !strings.HasPrefix(s.source[i:], string(utf8.RuneError)) {
			return s.errorAt(i, "unexpected byte %#02x, which is not UTF-8 text", s.source[i])
		}
		if unicode.IsControl(r) && r != '\t' {
			return s.errorAt(i, "unexpected control character or line break %+q", r)
		}
	}
	return nil
}

func (s *scanner) errorAt(offset int, format string, a ...any) error {
	return &SyntaxError{What: s.what, Source: s.source, Offset: offset, Err: fmt.Errorf(format, a...)}
}

// character names an offset for people, who count characters from 1.
func character(source string, offset int) string {
	return fmt.Sprintf("character %d", utf8.RuneCountInString(source[:offset])+1)
}

// isBlank is the white space of PEP 508.
func isBlank(r rune) bool { return r == ' ' || r == '\t' }

func isComparison(r rune) bool { return strings.ContainsRune("<>=!~", r) }

func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
}

func isNameCharacter(r rune) bool {
	return r == '-' || r == '.' || r < utf8.RuneSelf && isWord(r)
}
