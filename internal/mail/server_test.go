package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/mail"
	"strongroom/internal/mail/mailtest"
)

// server is a mail server as RFC 5321 has it, on loopback, with a certificate of
// its own. The fields say how it behaves and must be set before the first call.
type server struct {
	name     string            // in its certificate
	starttls bool              // offered
	implicit bool              // TLS from the first byte
	auth     string            // mechanisms, empty for none
	user     string            // who may sign in, with mailtest.Password
	replies  map[string]string // by verb ("RCPT", "." for the end of the message, "" for the greeting), instead of its own
	drop     string            // the verb at which it hangs up without an answer
	slow     string            // the verb at which it is silent for ever

	t        *testing.T
	listener net.Listener
	cert     tls.Certificate
	roots    *x509.CertPool
	quit     chan struct{}

	mu       sync.Mutex
	mails    []delivered
	dialogue []string // every line of all clients, "TLS" before those that were encrypted
}

// delivered is a message with its envelope.
type delivered struct {
	from, to, user string
	tls            bool
	text           []byte
}

// start runs the server until the test ends.
func (s *server) start(t *testing.T) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.t, s.listener, s.quit = t, l, make(chan struct{})
	if s.name == "" {
		s.name = "127.0.0.1"
	}
	s.certify()
	if s.implicit {
		s.listener = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{s.cert}})
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		close(s.quit)
		l.Close()
		all.Wait()
	})
	return s
}

// certify makes a certificate that only s.roots knows.
func (s *server) certify() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if ip := net.ParseIP(s.name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{s.name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.cert = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		s.t.Fatal(err)
	}
	s.roots = x509.NewCertPool()
	s.roots.AddCert(leaf)
}

// options are those with which the server can be reached.
func (s *server) options(security mail.Security) mail.SMTPOptions {
	return mail.SMTPOptions{
		Address: s.listener.Addr().String(), Security: security, Roots: s.roots, Timeout: 20 * time.Second,
		Identity: mail.Identity{From: "Example Index <index@example.com>", ReplyTo: "help@example.com"},
	}
}

// session is one connection.
type session struct {
	*textproto.Conn
	server *server
	raw    net.Conn
	tls    bool
	mail   delivered
}

func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	c := &session{Conn: textproto.NewConn(conn), server: s, raw: conn, tls: s.implicit}
	if !c.answer("", "220 ready") {
		return
	}
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		c.note(line)
		verb, rest, _ := strings.Cut(line, " ")
		if !c.do(strings.ToUpper(verb), rest) {
			return
		}
	}
}

func (c *session) note(line string) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if c.tls {
		line = "TLS " + line
	}
	c.server.dialogue = append(c.server.dialogue, line)
}

// answer sends the reply of a verb, or misbehaves as told, and reports whether
// the session goes on.
func (c *session) answer(verb, usual string) bool {
	switch s := c.server; {
	case s.drop != "" && s.drop == verb:
		return false
	case s.slow != "" && s.slow == verb:
		<-s.quit
		return false
	case s.replies[verb] != "":
		usual = s.replies[verb]
	}
	return c.PrintfLine("%s", usual) == nil
}

// refuses reports whether the server was told to refuse a verb.
func (s *server) refuses(verb string) bool {
	reply := s.replies[verb]
	return reply != "" && reply[0] != '2' && reply[0] != '3'
}

func (c *session) do(verb, rest string) bool {
	switch verb {
	case "EHLO":
		return c.answer(verb, c.greeting())
	case "STARTTLS":
		return c.upgrade()
	case "AUTH":
		return c.authenticate(rest)
	case "MAIL":
		c.mail.from = rest
		return c.answer(verb, "250 fine")
	case "RCPT":
		c.mail.to = rest
		return c.answer(verb, "250 fine")
	case "DATA":
		return c.data()
	case "QUIT":
		c.answer(verb, "221 bye")
		return false
	}
	return c.PrintfLine("502 what is %s", verb) == nil
}

func (c *session) greeting() string {
	lines := []string{"250-" + c.server.name, "250-8BITMIME", "250-SMTPUTF8"}
	if c.server.starttls && !c.tls {
		lines = append(lines, "250-STARTTLS")
	}
	if c.server.auth != "" {
		lines = append(lines, "250-AUTH "+c.server.auth)
	}
	return strings.Join(append(lines, "250 SIZE 10000000"), "\r\n")
}

func (c *session) upgrade() bool {
	if !c.answer("STARTTLS", "220 go on") || c.server.refuses("STARTTLS") {
		return true
	}
	conn := tls.Server(c.raw, &tls.Config{Certificates: []tls.Certificate{c.server.cert}})
	if conn.Handshake() != nil {
		return false
	}
	c.Conn, c.raw, c.tls = textproto.NewConn(conn), conn, true
	return true
}

// authenticate takes PLAIN and LOGIN.
func (c *session) authenticate(rest string) bool {
	mechanism, initial, _ := strings.Cut(rest, " ")
	given := []string{"", c.server.user, mailtest.Password}
	switch mechanism {
	case "PLAIN":
		text, _ := base64.StdEncoding.DecodeString(initial)
		given = strings.Split(string(text), "\x00")
	case "LOGIN":
		given = []string{"", c.ask("Username:"), c.ask("Password:")}
	}
	if len(given) != 3 || given[1] != c.server.user || given[2] != mailtest.Password {
		return c.PrintfLine("535 no") == nil
	}
	c.mail.user = given[1]
	return c.answer("AUTH", "235 welcome")
}

func (c *session) ask(question string) string {
	if c.PrintfLine("334 %s", base64.StdEncoding.EncodeToString([]byte(question))) != nil {
		return ""
	}
	line, _ := c.ReadLine()
	text, _ := base64.StdEncoding.DecodeString(line)
	return string(text)
}

func (c *session) data() bool {
	if !c.answer("DATA", "354 go on") {
		return false
	}
	if c.server.refuses("DATA") {
		return true
	}
	text, err := io.ReadAll(c.DotReader())
	if err != nil {
		return false
	}
	if !c.server.refuses(".") {
		m := c.mail
		m.text, m.tls = text, c.tls
		c.server.mu.Lock()
		c.server.mails = append(c.server.mails, m)
		c.server.mu.Unlock()
	}
	return c.answer(".", "250 taken")
}

// arrived reads everything that was taken.
func (s *server) arrived() []mail.Message {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []mail.Message
	for _, d := range s.mails {
		m, err := mailtest.Read(d.text)
		if err != nil {
			s.t.Errorf("%v in\n%s", err, d.text)
		}
		if d.to != "TO:<"+m.To+">" || d.from != "FROM:<index@example.com>" {
			s.t.Errorf("the envelope of %s is %s, %s", m.To, d.from, d.to)
		}
		all = append(all, m)
	}
	return all
}

// heard is every line that clients sent.
func (s *server) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.dialogue)
}

// raw is the one message that was taken, as it arrived.
func (s *server) raw() []byte {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.mails) != 1 {
		s.t.Fatalf("%d messages arrived, want one", len(s.mails))
	}
	return bytes.Clone(s.mails[0].text)
}

func newSMTP(t *testing.T, o mail.SMTPOptions) *mail.SMTP {
	t.Helper()
	s, err := mail.NewSMTP(o)
	if err != nil {
		t.Fatal(fmt.Errorf("new: %w", err))
	}
	return s
}
