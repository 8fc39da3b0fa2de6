package mailtest

import (
	"strings"
	"time"

	"strongroom/internal/mail"
)

// Injection spoils a good message in one way that must be refused (R24-5).
type Injection struct {
	Name  string
	Spoil func(m *mail.Message)
}

// Injections lists the ways: line breaks and other controls in everything that
// becomes a header or a command, and addresses that are not one.
func Injections() []Injection {
	all := []Injection{
		{"no ID", func(m *mail.Message) { m.ID = "" }},
		{"no date", func(m *mail.Message) { m.Date = time.Time{} }},
		{"no subject", func(m *mail.Message) { m.Subject = "" }},
		{"a subject of spaces", func(m *mail.Message) { m.Subject = " \u00a0" }},
		{"a subject without end", func(m *mail.Message) { m.Subject = strings.Repeat("x", 1000) }},
		{"no text", func(m *mail.Message) { m.Text = " \n" }},
		{"a text without end", func(m *mail.Message) { m.Text = strings.Repeat("x", 2<<20) }},
		{"an ID of two parts", func(m *mail.Message) { m.ID = "a@b" }},
		{"an unsubscribe link that is none", func(m *mail.Message) { m.Unsubscribe = "mailto:x@example.com" }},
		{"an unsubscribe link with a bracket", func(m *mail.Message) { m.Unsubscribe = "https://example.com/>,<https://evil.example" }},
	}
	for _, c := range []string{"\r\nBcc: evil@example.com", "\nBcc: evil@example.com", "\r", "\x00", "\x1b[31m", "\u2028", "\u0085", "\xff\xfe"} {
		all = append(all,
			Injection{"subject with " + c, func(m *mail.Message) { m.Subject += c }},
			Injection{"ID with " + c, func(m *mail.Message) { m.ID += c }},
			Injection{"address with " + c, func(m *mail.Message) { m.To += c }},
			Injection{"local part with " + c, func(m *mail.Message) { m.To = "a" + c + "@example.com" }},
			Injection{"unsubscribe link with " + c, func(m *mail.Message) { m.Unsubscribe = "https://example.com/" + c }})
	}
	for _, c := range []string{"\x00", "\r", "\x1b", "\xff\xfe"} {
		all = append(all,
			Injection{"text with " + c, func(m *mail.Message) { m.Text += c }},
			Injection{"HTML with " + c, func(m *mail.Message) { m.HTML += c }})
	}
	for _, address := range BadAddresses() {
		all = append(all, Injection{"to " + address, func(m *mail.Message) { m.To = address }})
	}
	return all
}

// BadAddresses lists texts that are not one plain address.
func BadAddresses() []string {
	return []string{
		"", "@", "a", "a@", "@example.com", "a@b@example.com", "a b@example.com", "a@exa mple.com", "a@example.com b@example.com",
		"a@example.com,b@example.com", "a@example.com;b@example.com", "<a@example.com>", "A <a@example.com>", `"a b"@example.com`,
		"a@[192.0.2.1]", "a@example..com", ".a@example.com", "a.@example.com", "a..b@example.com", "a@-example.com", "a@example-.com",
		"a@example.com>", "a@example.com> SIZE=1", "zoë@example.com", "a@example.com.", "a@exa_mple.com", "a(comment)@example.com", "a@example.com(c)",
		strings.Repeat("a", 65) + "@example.com", "a@" + strings.Repeat("b", 64) + ".com", "a@" + strings.Repeat("bcd.", 63) + "com",
		"a@xn--a.com", "a@b\u200b.example", "a@b\u00ad.example", "a@\u202eexample.com", "a@exam\u200bple..com",
	}
}
