package mail

import (
	"errors"
	"fmt"
	"net/smtp"
	"slices"
	"strings"
)

// authenticate uses the first mechanism of ours that the server has. net/smtp
// sends no password over a connection in the clear, save to this machine.
func (s *SMTP) authenticate(c *smtp.Client) error {
	if s.o.User == "" {
		return nil
	}
	_, list := c.Extension("AUTH")
	offered := strings.Fields(strings.ToUpper(list))
	var auth smtp.Auth
	switch {
	case slices.Contains(offered, "PLAIN"):
		auth = smtp.PlainAuth("", s.o.User, s.o.Password, s.host)
	case slices.Contains(offered, "LOGIN"):
		auth = &loginAuth{smtp.PlainAuth("", s.o.User, s.o.Password, s.host), s.o.User, s.o.Password}
	case slices.Contains(offered, "CRAM-MD5"):
		auth = smtp.CRAMMD5Auth(s.o.User, s.o.Password)
	default:
		return fmt.Errorf("%s takes no password by PLAIN, LOGIN or CRAM-MD5; it offers %q", s.o.Address, list)
	}
	if err := c.Auth(auth); err != nil {
		return fmt.Errorf("sign in to %s as %s: %w", s.o.Address, s.o.User, err)
	}
	return nil
}

// loginAuth is the mechanism LOGIN, the only one that some large providers
// have. plain is asked whether the connection is fit for a password.
type loginAuth struct {
	plain          smtp.Auth
	user, password string
}

// Start implements smtp.Auth.
func (a *loginAuth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	_, _, err := a.plain.Start(server)
	return "LOGIN", nil, err
}

// Next implements smtp.Auth.
func (a *loginAuth) Next(challenge []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	switch strings.ToLower(strings.TrimRight(string(challenge), ":\x00 ")) {
	case "username", "user name":
		return []byte(a.user), nil
	case "password":
		return []byte(a.password), nil
	}
	return nil, errors.New("the server asks for neither user name nor password")
}
