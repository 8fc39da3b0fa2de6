package standing

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"strongroom/internal/index"
)

// maxReason is how many characters a public reason may have (ST-2).
const maxReason = 500

// CheckReason enforces the one-line rule for public reasons (ST-15): no control
// characters, no line ends of any kind, nothing that turns the direction.
func CheckReason(reason string) error {
	if n := utf8.RuneCountInString(reason); n > maxReason {
		return index.Refuse(index.CodeInvalidForm, "The reason has %d characters; it may have %d.", n, maxReason)
	}
	if !utf8.ValidString(reason) {
		return index.Refuse(index.CodeInvalidForm, "The reason is not UTF-8.")
	}
	for _, r := range reason {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return index.Refuse(index.CodeInvalidForm, "The reason must be one line without control or direction characters; it holds %U.", r)
		}
	}
	return nil
}

// maxDetails is how many characters the longer public text may have.
const maxDetails = 4000

// CheckDetails is CheckReason for the longer text, which may have several lines.
func CheckDetails(text string) error {
	if n := utf8.RuneCountInString(text); n > maxDetails {
		return index.Refuse(index.CodeInvalidForm, "The details have %d characters; they may have %d.", n, maxDetails)
	}
	for line := range strings.Lines(text) {
		if err := CheckReason(cut(strings.TrimRight(line, "\r\n"))); err != nil {
			return err
		}
	}
	return nil
}

// cut bounds a line for CheckReason, which is about what it holds here and not
// about how long it is.
func cut(line string) string {
	runes := []rune(line)
	return string(runes[:min(len(runes), maxReason)])
}
