package password

import (
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// MinLength is the least number of characters that can be asked for, and the default (PW-8).
	MinLength = 8
	// MaxMinLength is the most that a setting may ask for.
	MaxMinLength = 15
	// MaxBytes is the most bytes a password may have (PW-8). Longer ones are refused, never cut.
	MaxBytes = 4096
)

// Normalize brings a password to the form in which it is hashed and looked up.
func Normalize(password string) string { return norm.NFC.String(password) }

// CheckLength returns nil for a password that has at least least characters (code points in normalisation form C), at
// most MaxBytes bytes, and is UTF-8. The error is a sentence for the person who chose it and does not contain it.
func CheckLength(password string, least int) error {
	switch {
	case len(password) > MaxBytes:
		return fmt.Errorf("the password has %d bytes; the most is %d", len(password), MaxBytes)
	case !utf8.ValidString(password):
		return fmt.Errorf("the password is not valid text (UTF-8)")
	}
	if n := utf8.RuneCountInString(Normalize(password)); n < least {
		return fmt.Errorf("the password has %d characters; choose one with %d or more", n, least)
	}
	return nil
}
