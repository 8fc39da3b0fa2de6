package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/smtp"
	"net/textproto"
	"sync"
	"time"
)

// Security is how the connection to an SMTP server is protected.
type Security string

// The ways.
const (
	StartTLS Security = "starttls"         // upgraded before anything is said; refused without it
	Implicit Security = "implicit"         // TLS from the first byte, usual on port 465
	Loopback Security = "none-on-loopback" // in the clear, to this machine only
)

// SMTPOptions says where messages are handed over.
type SMTPOptions struct {
	Address  string   // HOST:PORT
	Security Security // empty: implicit on port 465, none on loopback, else STARTTLS
	User     string   // empty: no authentication
	Password string
	Identity Identity
	Roots    *x509.CertPool // nil: the system's
	Timeout  time.Duration  // for one message; 0 for 30 s
}

// restAfter is how long no connection is tried after one failed or fell silent,
// so that a sick server does not hold the workers of everything else.
const restAfter = 15 * time.Second

// SMTP hands messages over to a mail server, over one connection each.
type SMTP struct {
	o      SMTPOptions
	host   string
	sender sender

	mu      sync.Mutex
	restsTo time.Time
	because error
}

// NewSMTP checks the options. It does not connect.
func NewSMTP(o SMTPOptions) (*SMTP, error) {
	host, port, err := net.SplitHostPort(o.Address)
	if err != nil {
		return nil, fmt.Errorf("mail server: %q is not HOST:PORT: %w", o.Address, err)
	}
	if o.Security == "" {
		o.Security = usualSecurity(host, port)
	}
	if o.Security == Loopback && !isLoopback(host) {
		return nil, fmt.Errorf("mail server: %s is not this machine, and mail and passwords do not go there in the clear; use starttls or implicit", host)
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	s := &SMTP{o: o, host: host}
	s.sender, err = o.Identity.parse()
	return s, err
}

func usualSecurity(host, port string) Security {
	switch {
	case port == "465":
		return Implicit
	case isLoopback(host):
		return Loopback
	}
	return StartTLS
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// String implements Sender.
func (s *SMTP) String() string {
	user := ""
	if s.o.User != "" {
		user = " as " + s.o.User
	}
	return fmt.Sprintf("SMTP to %s (%s)%s", s.o.Address, s.o.Security, user)
}

// Send implements Sender.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	text, to, err := s.sender.encode(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	client, done, err := s.open(ctx)
	if err != nil {
		return &Failure{Err: err}
	}
	defer done()
	if err = s.hand(client, to, text); err != nil && !isAnswer(err) {
		s.rest(ctx, err)
	}
	return err
}

// open connects and signs in. Nothing that goes wrong here is the message's
// fault: all of it is worth another attempt, after the operator looked.
func (s *SMTP) open(ctx context.Context) (c *smtp.Client, done func(), err error) {
	if err := s.resting(); err != nil {
		return nil, nil, err
	}
	conn, err := s.dial(ctx)
	if err != nil {
		s.rest(ctx, err)
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	done = func() { stop(); conn.Close() }
	if c, err = s.greet(conn); err != nil {
		done()
		s.rest(ctx, err)
		return nil, nil, err
	}
	return c, done, nil
}

// resting returns the error of the last attempt while no new one is made.
func (s *SMTP) resting() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.restsTo) {
		return fmt.Errorf("not tried, since a moment ago: %w", s.because)
	}
	return nil
}

// rest begins a pause, unless the caller just went away.
func (s *SMTP) rest(ctx context.Context, err error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restsTo, s.because = time.Now().Add(restAfter), err
}

func (s *SMTP) dial(ctx context.Context) (net.Conn, error) {
	if s.o.Security == Implicit {
		return (&tls.Dialer{Config: s.tls()}).DialContext(ctx, "tcp", s.o.Address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", s.o.Address)
}

func (s *SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: s.host, RootCAs: s.o.Roots, MinVersion: tls.VersionTLS12}
}

func (s *SMTP) greet(conn net.Conn) (*smtp.Client, error) {
	c, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return nil, fmt.Errorf("greeting: %w", err)
	}
	if err := c.Hello(s.sender.domain); err != nil {
		return nil, fmt.Errorf("EHLO: %w", err)
	}
	if s.o.Security == StartTLS {
		if offered, _ := c.Extension("STARTTLS"); !offered {
			return nil, fmt.Errorf("%s offers no STARTTLS, so nothing was sent in the clear", s.o.Address)
		}
		if err := c.StartTLS(s.tls()); err != nil {
			return nil, fmt.Errorf("STARTTLS: %w", err)
		}
	}
	return c, s.authenticate(c)
}

// hand goes from MAIL to the answer after the last byte. The server's 5xx about
// the receiver or the message is final; about the sender it is the
// operator's to mend, so the message waits.
func (s *SMTP) hand(c *smtp.Client, to string, text []byte) error {
	if err := mailFrom(c, s.sender.address); err != nil {
		return &Failure{Err: fmt.Errorf("MAIL FROM: %w", err)}
	}
	if err := c.Rcpt(to); err != nil {
		return &Failure{Permanent: isFinal(err), Err: fmt.Errorf("RCPT TO: %w", err)}
	}
	w, err := c.Data()
	if err != nil {
		return &Failure{Permanent: isFinal(err), Err: fmt.Errorf("DATA: %w", err)}
	}
	if _, err := w.Write(text); err != nil {
		return &Failure{Err: fmt.Errorf("DATA: %w", err)}
	}
	if err := w.Close(); err != nil {
		return &Failure{Permanent: isFinal(err), Maybe: !isAnswer(err), Err: fmt.Errorf("end of DATA: %w", err)}
	}
	_ = c.Quit() // the message is the server's by now
	return nil
}

// mailFrom says MAIL without the parameters that net/smtp would add: what we
// send is ASCII, and SMTPUTF8 would keep it from servers that lack it.
func mailFrom(c *smtp.Client, address string) error {
	id, err := c.Text.Cmd("MAIL FROM:<%s>", address)
	if err != nil {
		return err
	}
	c.Text.StartResponse(id)
	defer c.Text.EndResponse(id)
	_, _, err = c.Text.ReadResponse(250)
	return err
}

// isAnswer reports whether the server said it, rather than the network.
func isAnswer(err error) bool {
	var answer *textproto.Error
	return errors.As(err, &answer)
}

func isFinal(err error) bool {
	var answer *textproto.Error
	return errors.As(err, &answer) && answer.Code >= 500
}
