package zxcvbn

import (
	"strings"
	"unicode"
	"unicode/utf16"
)

// text is a password in the units that JavaScript counts in (UTF-16), with its lower case as bytes, so that parts of
// it can be looked up without making new strings.
type text struct {
	units  []uint16
	lower  string // each unit for itself, a lone surrogate as three bytes
	starts []int  // of each unit in lower, and the end
}

func newText(s string) text { return unitText(utf16.Encode([]rune(s))) }

func unitText(units []uint16) text {
	t := text{units: units, starts: make([]int, 0, len(units)+1)}
	var b strings.Builder
	for _, u := range units {
		t.starts = append(t.starts, b.Len())
		writeLower(&b, u)
	}
	t.starts = append(t.starts, b.Len())
	t.lower = b.String()
	return t
}

func writeLower(b *strings.Builder, u uint16) {
	if utf16.IsSurrogate(rune(u)) {
		b.Write([]byte{0xe0 | byte(u>>12), 0x80 | byte(u>>6)&0x3f, 0x80 | byte(u)&0x3f})
		return
	}
	b.WriteRune(unicode.ToLower(rune(u)))
}

// part is a piece of the lower case, from unit i to unit j.
func (t text) part(i, j int) string { return t.lower[t.starts[i]:t.starts[j+1]] }

func isDigit(u uint16) bool { return u >= '0' && u <= '9' }
func isLower(u uint16) bool { return u >= 'a' && u <= 'z' }
func isUpper(u uint16) bool { return u >= 'A' && u <= 'Z' }

// count is how many units are of a kind.
func count(units []uint16, is func(uint16) bool) (n int) {
	for _, u := range units {
		if is(u) {
			n++
		}
	}
	return n
}

// number is the value of digits.
func number(units []uint16) (n int) {
	for _, u := range units {
		n = 10*n + int(u-'0')
	}
	return n
}
