package coremeta

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"strongroom/internal/packaging"
)

// checkAddresses checks Author-email and Maintainer-email: an RFC 822 list in
// which every address must be one. Between the addresses people write names
// with commas and no quotes; a part without "@" is therefore taken for a name,
// as long as there is one address at all.
func checkAddresses(c *checker, values []string) {
	found := false
	for _, entry := range splitAddresses(values[0]) {
		if !strings.Contains(entry, "@") {
			continue
		}
		found = true
		if address := addressIn(entry); !validAddress(address) {
			c.problem(values[0], "%s is not a valid email address", packaging.Quote(address))
		}
	}
	if !found {
		c.problem(values[0], "%s holds no email address", packaging.Quote(values[0]))
	}
}

// splitAddresses cuts an address list at its commas, outside of quotes, angle
// brackets and comments.
func splitAddresses(s string) []string {
	var entries []string
	var nested, start int
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<' || c == '(':
			nested++
		case c == '>' || c == ')':
			nested = max(0, nested-1)
		case c == ',' && nested == 0:
			entries, start = append(entries, s[start:i]), i+1
		}
	}
	return append(entries, s[start:])
}

// addressIn returns the address of one entry: what stands in angle brackets,
// or the entry without its comments.
func addressIn(entry string) string {
	if open := strings.LastIndexByte(entry, '<'); open >= 0 {
		address, _, _ := strings.Cut(entry[open+1:], ">")
		return strings.TrimSpace(address)
	}
	var address strings.Builder
	for entry != "" {
		text, comment, _ := strings.Cut(entry, "(")
		address.WriteString(text)
		_, entry, _ = strings.Cut(comment, ")")
	}
	return strings.TrimSpace(address.String())
}

// validAddress reports whether s is local@domain: a dot-atom of RFC 5322, in
// which RFC 6531 also allows letters beyond ASCII, and a host name. The domain
// needs no dot: a private index knows people at a local host.
func validAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 0 || len(s) > 254 || at > 64 {
		return false
	}
	return labels(s[:at], "!#$%&'*+/=?^_`{|}~-") && labels(s[at+1:], "-")
}

// labels reports whether s is made of letters, digits and the special
// characters, in non-empty parts joined by dots.
func labels(s, special string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || !utf8.ValidString(label) || strings.ContainsFunc(label, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune(special, r)
		}) {
			return false
		}
	}
	return true
}
