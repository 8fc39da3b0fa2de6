package packaging

import (
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", `""`},
		{"short", "a b", `"a b"`},
		{"escaped", "a\"\n\xff", `"a\"\n\xff"`},
		{"as long as may be", strings.Repeat("a", 100), `"` + strings.Repeat("a", 100) + `"`},
		{"a byte too long", strings.Repeat("a", 101), `"` + strings.Repeat("a", 100) + `"…`},
		{"cut inside a character", strings.Repeat("a", 99) + "é", `"` + strings.Repeat("a", 99) + `"…`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Quote(c.in); got != c.want {
				t.Errorf("Quote(%q) = %s, want %s", c.in, got, c.want)
			}
		})
	}
}

// TestQuoteStaysShort: no character grows so much when it is escaped that a
// message of a few quotes gets out of hand.
func TestQuoteStaysShort(t *testing.T) {
	for _, character := range []string{"a", "\x00", "\xff", "\u0080", "\u200b", "\U000e0001", `"`} {
		for _, text := range []string{strings.Repeat(character, maxQuoted/len(character)), strings.Repeat(character, 10_000)} {
			if n := len(Quote(text)); n > 500 {
				t.Errorf("%d bytes of %+q are quoted in %d", len(text), character, n)
			}
		}
	}
}
