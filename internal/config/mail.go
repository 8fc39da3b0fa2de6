package config

import (
	"fmt"
	"net"
	"slices"
)

// Mail is the settings of how mail leaves. In the file they stand in the table
// [mail].
type Mail struct {
	// SMTP is the mail server that messages are handed to, as HOST:PORT; empty to
	// keep them as files in the folder mail of the data folder.
	SMTP string `toml:"smtp"`

	// TLS is how the connection is protected: "starttls", "implicit", or
	// "none-on-loopback". By default implicit on port 465, none to this machine, and
	// STARTTLS elsewhere. Nothing is sent in the clear to another machine.
	TLS string `toml:"tls"`

	// User signs in to the mail server; empty where it asks for nobody.
	User string `toml:"user"`

	// PasswordFile holds the password in its first line.
	PasswordFile string `toml:"password_file"`

	// From is whom messages come from, such as "Example Index
	// <index@example.com>". Needed with SMTP.
	From string `toml:"from"`

	// ReplyTo is where answers go; empty for From.
	ReplyTo string `toml:"reply_to"`
}

// resolve fills in what nobody needs to say while mail is kept in files.
func (m *Mail) resolve() {
	if m.SMTP == "" {
		setText(&m.From, false, "", "strongroom@localhost")
	}
}

func (m *Mail) check() error {
	if !slices.Contains([]string{"", "starttls", "implicit", "none-on-loopback"}, m.TLS) {
		return fmt.Errorf("mail.tls: %q is unknown; it is starttls, implicit or none-on-loopback", m.TLS)
	}
	if m.SMTP == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(m.SMTP); err != nil {
		return fmt.Errorf("mail.smtp: %q is not HOST:PORT: %w", m.SMTP, err)
	}
	if m.From == "" {
		return fmt.Errorf("mail.from: say whom messages come from, such as index@example.com")
	}
	if (m.User == "") != (m.PasswordFile == "") {
		return fmt.Errorf("mail.user and mail.password_file go together; set both or none")
	}
	return nil
}
