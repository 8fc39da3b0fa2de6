package pep440

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Parse reads a version in any spelling that PEP 440 accepts (V-01, V-02):
// white space around it, upper case, a leading "v", other separators and other
// words are understood and normalised. The error names the value and the place
// that cannot be read (V-07).
func Parse(s string) (Version, error) {
	all := trimSpace(s)
	p := parser{rest: all}
	p.out.Grow(len(all) + len(".post"))
	v, ok := p.version()
	if !ok || p.rest != "" {
		return Version{}, fmt.Errorf("invalid version %s: %w", quote(s), p.problem(all))
	}
	v.text = p.out.String()
	return v, nil
}

// parser reads a version from the left, writes its normal form and never goes
// back: each part of the grammar is told by its first few bytes.
type parser struct {
	rest string          // what is not yet read
	out  strings.Builder // the normal form of what is read
}

// spelling is one accepted word for a part, and the normal form's text.
type spelling struct{ word, normal string }

// A word that begins with another one stands before it.
var (
	preSpellings = []spelling{
		{"alpha", "a"},
		{"a", "a"},
		{"beta", "b"},
		{"b", "b"},
		{"rc", "rc"},
		{"c", "rc"},
		{"preview", "rc"},
		{"pre", "rc"},
	}
	postSpellings = []spelling{{"post", ".post"}, {"rev", ".post"}, {"r", ".post"}}
	devSpellings  = []spelling{{"dev", ".dev"}}
)

// version reads all parts. What it leaves unread belongs to no version.
func (p *parser) version() (v Version, ok bool) {
	p.skipWord("v")
	p.epoch()
	v.epoch = p.out.Len()
	if !p.number() {
		return v, false
	}
	for p.followedBy('.', isDigit) {
		p.copyByte()
		p.number()
	}
	v.release = p.out.Len()
	p.part(preSpellings)
	v.pre = p.out.Len()
	if !p.implicitPost() {
		p.part(postSpellings)
	}
	v.post = p.out.Len()
	p.part(devSpellings)
	v.dev = p.out.Len()
	return v, p.local()
}

// number reads decimal digits and drops their leading zeros.
func (p *parser) number() bool {
	n := countFunc(p.rest, isDigit)
	p.out.WriteString(trimLeadingZeros(p.rest[:n]))
	p.rest = p.rest[n:]
	return n > 0
}

// epoch reads a number and "!"; the epoch 0 is not written.
func (p *parser) epoch() {
	n := countFunc(p.rest, isDigit)
	if n == 0 || n == len(p.rest) || p.rest[n] != '!' {
		return
	}
	if epoch := trimLeadingZeros(p.rest[:n]); epoch != "0" {
		p.out.WriteString(epoch)
		p.out.WriteByte('!')
	}
	p.rest = p.rest[n+1:]
}

// part reads a word with optional separators around it and its number, which
// is 0 when there is none. Without such a word it reads nothing.
func (p *parser) part(spellings []spelling) {
	before := p.rest
	p.skipSeparator()
	for _, s := range spellings {
		if p.skipWord(s.word) {
			p.skipSeparator()
			p.out.WriteString(s.normal)
			if !p.number() {
				p.out.WriteByte('0')
			}
			return
		}
	}
	p.rest = before
}

// implicitPost reads a post-release written as nothing but "-N".
func (p *parser) implicitPost() bool {
	if !p.followedBy('-', isDigit) {
		return false
	}
	p.rest = p.rest[1:]
	p.out.WriteString(".post")
	return p.number()
}

// local reads "+" and the segments after it. False means a "+" that no segment
// follows; no local part at all is fine.
func (p *parser) local() bool {
	if p.rest == "" || p.rest[0] != '+' {
		return true
	}
	if !p.followedBy('+', isAlphanumeric) {
		p.rest = p.rest[1:]
		return false
	}
	p.copyByte()
	p.segment()
	for p.rest != "" && isSeparator(p.rest[0]) && p.followedBy(p.rest[0], isAlphanumeric) {
		p.out.WriteByte('.')
		p.rest = p.rest[1:]
		p.segment()
	}
	return true
}

// segment reads one segment of a local part: a number, or letters and digits
// whose zeros stay.
func (p *parser) segment() {
	n := countFunc(p.rest, isAlphanumeric)
	if countFunc(p.rest, isDigit) == n {
		p.number()
		return
	}
	for i := range n {
		p.out.WriteByte(lower(p.rest[i]))
	}
	p.rest = p.rest[n:]
}

// followedBy reports whether c comes next, and after it a byte with a property.
func (p *parser) followedBy(c byte, is func(byte) bool) bool {
	return len(p.rest) > 1 && p.rest[0] == c && is(p.rest[1])
}

func (p *parser) copyByte() {
	p.out.WriteByte(p.rest[0])
	p.rest = p.rest[1:]
}

func (p *parser) skipSeparator() {
	if p.rest != "" && isSeparator(p.rest[0]) {
		p.rest = p.rest[1:]
	}
}

// skipWord reads word, which is in lower case, in any case.
func (p *parser) skipWord(word string) bool {
	if len(p.rest) < len(word) {
		return false
	}
	for i := range len(word) {
		if lower(p.rest[i]) != word[i] {
			return false
		}
	}
	p.rest = p.rest[len(word):]
	return true
}

// problem says why all, of which p.rest is unread, is no version.
func (p *parser) problem(all string) error {
	read := all[:len(all)-len(p.rest)]
	switch {
	case all == "":
		return errors.New("it is empty; write it like 1.2.3")
	case read == "" || lower(read[0]) == 'v' && len(read) == 1:
		return errors.New("it must begin with a number, like 1.2.3")
	case p.rest == "":
		return fmt.Errorf("something must follow %s", quote(read))
	}
	return fmt.Errorf("unexpected %s after %s", quote(p.rest), quote(read))
}

// quote returns a text for a message, as packaging.Quote does; this package
// imports nothing of ours, which keeps the longest chain of imports short.
func quote(s string) string {
	const longest = 100 // bytes
	if len(s) <= longest {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q…", strings.ToValidUTF8(s[:longest], ""))
}

func trimLeadingZeros(digits string) string {
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	return digits
}

// trimSpace cuts what Python calls white space.
func trimSpace(s string) string { return strings.TrimFunc(s, isSpace) }

// isSpace differs from [unicode.IsSpace] in the four ASCII separators 1C to 1F.
func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// countFunc returns how many of the first bytes of s have a property.
func countFunc(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlphanumeric(c byte) bool {
	return isDigit(c) || 'a' <= lower(c) && lower(c) <= 'z'
}

func isSeparator(c byte) bool { return c == '.' || c == '-' || c == '_' }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
