package shell

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// blanks is how many spaces may follow each other: more could push what comes
// behind them out of a reader's sight.
const blanks = 40

// Visible writes a text of strangers so that nothing in it hides: characters
// that are not seen, or that change the order of those around them, stand as
// their code, and a long run of spaces as its length. Line ends and tabs stay.
func Visible(text string) string {
	var b strings.Builder
	run := 0
	for i, r := range text {
		if r == ' ' {
			run++
			continue
		}
		run = space(&b, run)
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, "⟨%02X⟩", text[i])
		case unseen(r):
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		default:
			b.WriteRune(r)
		}
	}
	space(&b, run)
	return b.String()
}

// space writes a run of spaces, and gives back the length of the next.
func space(b *strings.Builder, run int) int {
	if run > blanks {
		fmt.Fprintf(b, " ⟨%d spaces⟩ ", run)
	} else {
		b.WriteString(strings.Repeat(" ", run))
	}
	return 0
}

// unseen reports whether a character shows nothing of itself: controls, formats
// (bidi, zero width), private use, other spaces than the usual one, and letters
// that look like nothing.
func unseen(r rune) bool {
	switch r {
	case 0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800, 0x034F: // Hangul fillers, the empty Braille pattern, the grapheme joiner
		return true
	}
	return !unicode.IsGraphic(r) || unicode.In(r, unicode.Cf, unicode.Co) || unicode.Is(unicode.Variation_Selector, r) || r != ' ' && unicode.Is(unicode.Zs, r)
}
