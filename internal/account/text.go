package account

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkText trims a text of one line and refuses what is longer than most
// characters, or holds what cannot be seen.
func checkText(field, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n > most {
		return "", invalid(field, "This has %d characters; the most is %d.", n, most)
	}
	unseen := func(r rune) bool {
		return r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)
	}
	if strings.ContainsFunc(text, unseen) {
		return "", invalid(field, "This has characters that cannot be shown.")
	}
	return text, nil
}

// checkLabel is checkText for a text that must not be empty.
func checkLabel(field, text string, most int) (string, error) {
	text, err := checkText(field, text, most)
	if err == nil && text == "" {
		err = invalid(field, "Choose a name, so that you can tell it from others later.")
	}
	return text, err
}
