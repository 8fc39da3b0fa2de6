package shell_test

import (
	"strings"
	"testing"

	"strongroom/internal/web/shell"
)

// TestVisible: nothing in a text of strangers hides.
func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"plain text,\n\ttab":                 "plain text,\n\ttab",
		"Grüße 日本語 𝛑":                        "Grüße 日本語 𝛑",
		"admin\u202e gnp.exe":                "admin⟨U+202E⟩ gnp.exe",
		"a\u2066b\u2069c":                    "a⟨U+2066⟩b⟨U+2069⟩c",
		"zero\u200bwidth\ufeff":              "zero⟨U+200B⟩width⟨U+FEFF⟩",
		"nul\x00 esc\x1b[2J cr\r":            "nul⟨U+0000⟩ esc⟨U+001B⟩[2J cr⟨U+000D⟩",
		"not\xffutf8 \ufffd":                 "not⟨FF⟩utf8 \ufffd",
		"no\u00a0break \u3164 \u2800":        "no⟨U+00A0⟩break ⟨U+3164⟩ ⟨U+2800⟩",
		"line\u2028sep \ue000 \U000e0041":    "line⟨U+2028⟩sep ⟨U+E000⟩ ⟨U+E0041⟩",
		"x" + strings.Repeat(" ", 40) + "y":  "x" + strings.Repeat(" ", 40) + "y",
		"x" + strings.Repeat(" ", 300) + "y": "x ⟨300 spaces⟩ y",
		"end" + strings.Repeat(" ", 41):      "end ⟨41 spaces⟩ ",
		"<script>alert(1)</script>":          "<script>alert(1)</script>", // the template escapes
	} {
		if got := shell.Visible(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
