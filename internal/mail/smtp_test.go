package mail_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/mail"
	"strongroom/internal/mail/mailtest"
)

// TestSMTPIsASender runs the suite over each way to connect.
func TestSMTPIsASender(t *testing.T) {
	for name, row := range map[string]struct {
		server   func() *server
		security mail.Security
		user     string
	}{
		"STARTTLS, PLAIN": {func() *server { return &server{starttls: true, auth: "LOGIN PLAIN", user: "u"} }, mail.StartTLS, "u"},
		"implicit, LOGIN": {func() *server { return &server{implicit: true, auth: "XOAUTH2 LOGIN", user: "u"} }, mail.Implicit, "u"},
		"loopback":        {func() *server { return &server{} }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			mailtest.Run(t, func(t *testing.T) (mail.Sender, func() []mail.Message) {
				srv := row.server().start(t)
				o := srv.options(row.security)
				o.User, o.Password = row.user, mailtest.Password
				return newSMTP(t, o), srv.arrived
			})
		})
	}
}

// TestR24NothingInTheClear: without STARTTLS, with STARTTLS refused, and with a
// certificate of somebody else, no envelope, no password and no message is sent.
func TestR24NothingInTheClear(t *testing.T) {
	for name, row := range map[string]struct {
		server  *server
		distort func(*mail.SMTPOptions)
		want    string
	}{
		"not offered":         {&server{}, nil, "offers no STARTTLS"},
		"refused":             {&server{starttls: true, replies: map[string]string{"STARTTLS": "454 not now"}}, nil, "not now"},
		"another name":        {&server{starttls: true, name: "evil.example"}, nil, "certificate"},
		"an unknown root":     {&server{starttls: true}, func(o *mail.SMTPOptions) { o.Roots = nil }, "certificate"},
		"implicit, unknown":   {&server{implicit: true}, func(o *mail.SMTPOptions) { o.Roots, o.Security = nil, mail.Implicit }, "certificate"},
		"implicit at a plain": {&server{}, func(o *mail.SMTPOptions) { o.Security = mail.Implicit }, "tls"},
	} {
		t.Run(name, func(t *testing.T) {
			row.server.auth, row.server.user = "PLAIN", "u"
			srv := row.server.start(t)
			o := srv.options(mail.StartTLS)
			o.User, o.Password = "u", mailtest.Password
			if row.distort != nil {
				row.distort(&o)
			}
			failsForNow(t, newSMTP(t, o).Send(t.Context(), mailtest.Message("a@example.com")), row.want)
			for _, line := range srv.heard() {
				if verb, _, _ := strings.Cut(line, " "); slices.Contains([]string{"AUTH", "MAIL", "RCPT", "DATA"}, verb) {
					t.Errorf("the server heard %q", line)
				}
			}
		})
	}
}

func failsForNow(t *testing.T, err error, want string) {
	t.Helper()
	var f *mail.Failure
	if !errors.As(err, &f) || f.Permanent || f.Maybe || !strings.Contains(err.Error(), want) {
		t.Errorf("%#v: %v; want a failure for now with %q", err, err, want)
	}
	if err != nil && strings.Contains(err.Error(), mailtest.Password) {
		t.Errorf("the error tells the password: %v", err)
	}
}

// TestSMTPFailures: what a failure means for the next attempt.
func TestSMTPFailures(t *testing.T) {
	for name, row := range map[string]struct {
		server           *server
		permanent, maybe bool
		arrives          int
	}{
		"greeting 4xx":          {server: &server{replies: map[string]string{"": "421 busy"}}},
		"greeting 5xx":          {server: &server{replies: map[string]string{"": "554 not for you"}}},
		"sender 4xx":            {server: &server{replies: map[string]string{"MAIL": "451 later"}}},
		"sender 5xx":            {server: &server{replies: map[string]string{"MAIL": "550 who are you"}}},
		"receiver 4xx":          {server: &server{replies: map[string]string{"RCPT": "450 greylisted"}}},
		"receiver 5xx":          {server: &server{replies: map[string]string{"RCPT": "550 no such user"}}, permanent: true},
		"DATA 4xx":              {server: &server{replies: map[string]string{"DATA": "451 later"}}},
		"DATA 5xx":              {server: &server{replies: map[string]string{"DATA": "554 no"}}, permanent: true},
		"the message 4xx":       {server: &server{replies: map[string]string{".": "452 disk full"}}},
		"the message 5xx":       {server: &server{replies: map[string]string{".": "554 spam"}}, permanent: true},
		"gone at MAIL":          {server: &server{drop: "MAIL"}},
		"gone at RCPT":          {server: &server{drop: "RCPT"}},
		"gone at DATA":          {server: &server{drop: "DATA"}},
		"gone after DATA":       {server: &server{drop: "."}, maybe: true, arrives: 1},
		"gone at QUIT":          {server: &server{drop: "QUIT"}, arrives: 1},
		"rubbish after DATA":    {server: &server{replies: map[string]string{".": "rubbish"}}, maybe: true, arrives: 0},
		"well-behaved":          {server: &server{}, arrives: 1},
		"silent at RCPT":        {server: &server{slow: "RCPT"}},
		"silent after the last": {server: &server{slow: "."}, maybe: true, arrives: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := row.server.start(t)
			o := srv.options("")
			if row.server.slow != "" {
				o.Timeout = 500 * time.Millisecond
			}
			began := time.Now()
			err := newSMTP(t, o).Send(t.Context(), mailtest.Message("a@example.com"))
			var f *mail.Failure
			if errors.As(err, &f); f == nil {
				f = &mail.Failure{}
			}
			if good := row.arrives == 1 && !row.maybe; good != (err == nil) || f.Permanent != row.permanent || f.Maybe != row.maybe {
				t.Errorf("%v (permanent %v, maybe %v)", err, f.Permanent, f.Maybe)
			}
			if n := len(srv.arrived()); n != row.arrives {
				t.Errorf("%d messages arrived, want %d", n, row.arrives)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// TestSMTPHeaders: what mail programs and servers decide by.
func TestSMTPHeaders(t *testing.T) {
	srv := (&server{}).start(t)
	m := mailtest.Message("a@Bücher.example")
	m.Unsubscribe = "https://index.example.com/u/?t=1"
	if err := newSMTP(t, srv.options("")).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	raw := string(srv.raw())
	for _, want := range []string{
		"Date: Fri, 01 May 2026 14:00:00 +0000\n", "Message-ID: <ID.1-a@example.com>\n", "From: \"Example Index\" <index@example.com>\n",
		"Reply-To: help@example.com\n", "To: a@xn--bcher-kva.example\n", "Subject: =?utf-8?b?R3LDvMOfZSDigJMgZnJvbSB0aGUgaW5kZXg=?=\n",
		"Auto-Submitted: auto-generated\n", "List-Unsubscribe: <https://index.example.com/u/?t=1>\n",
		"List-Unsubscribe-Post: List-Unsubscribe=One-Click\n", "MIME-Version: 1.0\n",
	} {
		if !strings.Contains(raw, want) {
			t.Errorf("no %q in\n%s", want, raw)
		}
	}
	for line := range strings.Lines(raw) {
		if len(line) > 79 {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	for _, line := range srv.heard() {
		if strings.Contains(line, "SMTPUTF8") || strings.Contains(line, "8BITMIME") {
			t.Errorf("%q asks for what ASCII does not need", line)
		}
	}
}

// TestSMTPAuthentication: whether it is refused or impossible, the message waits
// until the operator mended it.
func TestSMTPAuthentication(t *testing.T) {
	for name, row := range map[string]struct {
		mechanisms, password, want string
	}{
		"wrong":          {"PLAIN", "guess", "sign in to"},
		"wrong by LOGIN": {"LOGIN", "guess", "sign in to"},
		"not offered":    {"", mailtest.Password, "takes no password"},
		"unknown":        {"GSSAPI NTLM", mailtest.Password, "takes no password"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := (&server{starttls: true, auth: row.mechanisms, user: "u"}).start(t)
			o := srv.options(mail.StartTLS)
			o.User, o.Password = "u", row.password
			failsForNow(t, newSMTP(t, o).Send(t.Context(), mailtest.Message("a@example.com")), row.want)
			if len(srv.arrived()) != 0 {
				t.Error("a message arrived")
			}
		})
	}
}

// TestSMTPRestsAfterAFailure: a server that does not answer holds a worker once,
// not once for each waiting message.
func TestSMTPRestsAfterAFailure(t *testing.T) {
	srv := (&server{replies: map[string]string{"": "421 busy"}}).start(t)
	s := newSMTP(t, srv.options(""))
	for i, want := range []string{"busy", "not tried", "not tried"} {
		err := s.Send(t.Context(), mailtest.Message("a@example.com"))
		failsForNow(t, err, want)
		if err != nil && !strings.Contains(err.Error(), "busy") {
			t.Errorf("attempt %d does not say why: %v", i, err)
		}
	}
	silent := (&server{slow: "."}).start(t)
	o := silent.options("")
	o.Timeout = 300 * time.Millisecond
	s = newSMTP(t, o)
	if err := s.Send(t.Context(), mailtest.Message("a@example.com")); err == nil {
		t.Error("silence was taken for an answer")
	}
	failsForNow(t, s.Send(t.Context(), mailtest.Message("a@example.com")), "not tried")

	refusing := newSMTP(t, (&server{replies: map[string]string{"RCPT": "450 greylisted"}}).start(t).options(""))
	for range 2 {
		failsForNow(t, refusing.Send(t.Context(), mailtest.Message("a@example.com")), "greylisted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fresh := newSMTP(t, srv.options(""))
	failsForNow(t, fresh.Send(ctx, mailtest.Message("a@example.com")), "")
	if err := fresh.Send(t.Context(), mailtest.Message("a@example.com")); strings.Contains(err.Error(), "not tried") {
		t.Error("a caller who went away made the others wait")
	}
}

// TestNewSMTP: options that cannot be, and what they mean where little is said.
func TestNewSMTP(t *testing.T) {
	from := mail.Identity{From: "index@example.com"}
	for _, row := range []struct {
		address  string
		security mail.Security
		want     string // of String, or of the error after "!"
	}{
		{"mail.example.com:587", "", "SMTP to mail.example.com:587 (starttls)"},
		{"mail.example.com:25", "", "SMTP to mail.example.com:25 (starttls)"},
		{"mail.example.com:465", "", "SMTP to mail.example.com:465 (implicit)"},
		{"localhost:25", "", "SMTP to localhost:25 (none-on-loopback)"},
		{"[::1]:25", "", "SMTP to [::1]:25 (none-on-loopback)"},
		{"127.0.0.1:465", "", "SMTP to 127.0.0.1:465 (implicit)"},
		{"localhost:587", mail.StartTLS, "SMTP to localhost:587 (starttls)"},
		{"mail.example.com:25", mail.Loopback, "!mail.example.com is not this machine"},
		{"localhost.example.com:25", mail.Loopback, "!is not this machine"},
		{"10.0.0.1:25", mail.Loopback, "!is not this machine"},
		{"mail.example.com", "", "!is not HOST:PORT"},
	} {
		s, err := mail.NewSMTP(mail.SMTPOptions{Address: row.address, Security: row.security, Identity: from})
		want, bad := strings.CutPrefix(row.want, "!")
		switch {
		case bad && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", row.address, err, want)
		case !bad && (err != nil || s.String() != want):
			t.Errorf("%s: %v, %v, want %q", row.address, s, err, want)
		}
	}
	if _, err := mail.NewSMTP(mail.SMTPOptions{Address: "localhost:25", Identity: mail.Identity{From: "nobody"}}); err == nil {
		t.Error("a sender without an address was taken")
	}
}

// TestSMTPSaysWhoSendsFrom: EHLO names the sender's domain, not this machine.
func TestSMTPSaysWhoSendsFrom(t *testing.T) {
	srv := (&server{}).start(t)
	if err := newSMTP(t, srv.options("")).Send(t.Context(), mailtest.Message("a@example.com")); err != nil {
		t.Fatal(err)
	}
	if heard := srv.heard(); !slices.Contains(heard, "EHLO example.com") {
		t.Errorf("heard %q", heard)
	}
}
