package phrase_test

import (
	"strings"
	"testing"

	"strongroom/internal/phrase"
)

func TestClean(t *testing.T) {
	long := strings.Repeat("0123456789", 26)
	for text, want := range map[string]string{
		"":                            "",
		"Invalid version: '1.0-x'.":   "Invalid version: '1.0-x'.",
		"two\r\nlines\n":              "twolines",
		"tab\tbell\a nul\x00 del\x7f": "tab?bell? nul? del?",
		"é € 🐍":                       "? ? ?",
		"broken \xff\xc3":             "broken ??",
		"\u0085\u2028\u00a0":          "???",
		"\r\n":                        "",
		long:                          long[:255],
		"\n" + long[:255] + "\n":      long[:255],
		strings.Repeat("é", 300):      strings.Repeat("?", 255),
	} {
		if got := phrase.Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
}

// one line of at most 255 printable ASCII bytes, whatever comes in.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "plain", "a\r\nb", "é\xff\x00", strings.Repeat("x", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean := phrase.Clean(text)
		if len(clean) > 255 {
			t.Errorf("%d bytes", len(clean))
		}
		for _, c := range []byte(clean) {
			if c < 0x20 || c > 0x7E {
				t.Errorf("byte %#x in %q", c, clean)
			}
		}
		if phrase.Clean(clean) != clean {
			t.Errorf("Clean(%q) changes once more", clean)
		}
		if len(text) <= 255 && strings.Count(clean, "?") < strings.Count(text, "?") {
			t.Errorf("Clean(%q) = %q lost characters", text, clean)
		}
	})
}
