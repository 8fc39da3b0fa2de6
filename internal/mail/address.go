package mail

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxAddress is how many bytes a path has at most, without its brackets
// (RFC 5321 4.5.3.1.3).
const maxAddress = 254

// maxWritten is how many bytes it has at most before its domain is turned into
// punycode, which takes time by the square of its length.
const maxWritten = 4 * maxAddress

// CheckAddress returns the form in which an address stands in protocols: its
// domain in punycode. An address is LOCAL@DOMAIN with a local part of ASCII
// letters, digits and signs (RFC 5322's dot-atom) and a domain name; quoted
// local parts, address literals and display names are refused. The error says
// what is wrong, for the person who gave the address; whoever takes one asks
// here first, so that no mail is promised to where none can go.
func CheckAddress(address string) (string, error) {
	if len(address) > maxWritten {
		return "", notAddress(address, fmt.Sprintf("it is longer than %d characters", maxAddress))
	}
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", notAddress(address, "it has no @")
	}
	local, domain := address[:at], address[at+1:]
	if !isDotAtom(local) || len(local) > 64 {
		return "", notAddress(address, "before the @ there may be ASCII letters, digits and signs, 64 at most")
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || strings.ContainsFunc(domain, hidden) || !isDomain(ascii) {
		return "", notAddress(address, fmt.Sprintf("%.100q is not a domain", domain))
	}
	if len(local)+1+len(ascii) > maxAddress {
		return "", notAddress(address, fmt.Sprintf("it is longer than %d characters", maxAddress))
	}
	return local + "@" + ascii, nil
}

func notAddress(address, why string) error {
	return fmt.Errorf("%q is not an e-mail address such as name@example.com: %s", address, why)
}

// isDotAtom is RFC 5322 3.2.3.
func isDotAtom(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, notAtext) {
			return false
		}
	}
	return true
}

func notAtext(c rune) bool {
	return !isAlphanumeric(c) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", c)
}

func isAlphanumeric(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// hidden are characters that IDNA drops without a word, and bytes that are no
// text: two addresses that look alike would be one, or a third.
func hidden(c rune) bool { return c == utf8.RuneError || !unicode.IsPrint(c) }

// isDomain is RFC 1123's preferred name syntax; a single label is one too.
func isDomain(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(c rune) bool { return !isAlphanumeric(c) && c != '-' }) {
			return false
		}
	}
	return true
}

// Identity is whom messages come from: addresses with or without a display
// name, as "Example Index <index@example.com>". ReplyTo may be empty.
type Identity struct{ From, ReplyTo string }

// sender is an Identity that was read.
type sender struct {
	address string // the envelope's
	domain  string // the right side of Message-IDs
	from    string // header values
	replyTo string
}

func (i Identity) parse() (s sender, err error) {
	if s.address, s.from, err = mailbox(i.From); err != nil {
		return s, fmt.Errorf("sender of mail: %w", err)
	}
	s.domain = s.address[strings.LastIndexByte(s.address, '@')+1:]
	if i.ReplyTo != "" {
		_, s.replyTo, err = mailbox(i.ReplyTo)
	}
	if err != nil {
		return s, fmt.Errorf("address for replies: %w", err)
	}
	return s, nil
}

// Check reports what is wrong with an identity.
func (i Identity) Check() error {
	_, err := i.parse()
	return err
}

// mailbox reads an address with or without a display name and returns the
// address and the header's value.
func mailbox(text string) (address, header string, err error) {
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return "", "", fmt.Errorf("%q is not NAME <ADDRESS> or an address: %w", text, err)
	}
	if address, err = CheckAddress(parsed.Address); err != nil {
		return "", "", err
	}
	if parsed.Name == "" {
		return address, address, nil
	}
	return address, (&mail.Address{Name: parsed.Name, Address: address}).String(), nil
}
