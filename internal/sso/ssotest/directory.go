package ssotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Entry is one entry of a directory. Names of attributes are in lower case.
type Entry struct {
	DN         string
	Password   string // "" for one that nobody can bind as
	Disabled   bool
	Attributes map[string][]string
}

// Directory is an LDAP server that knows bind, search with equality, presence and
// substring filters, and StartTLS.
type Directory struct {
	Address string // host:port
	Roots   *x509.CertPool

	Private bool // binds and searches in the clear are refused
	NoTLS   bool // StartTLS is refused
	Silent  bool // nothing is answered

	mu      sync.Mutex
	entries []Entry
	heard   []string
	config  *tls.Config
}

// Result codes (RFC 4511, 4.1.9).
const (
	success              = 0
	protocolError        = 2
	sizeLimit            = 4
	confidentialityNeed  = 13
	noSuchObject         = 32
	invalidCredentials   = 49
	insufficientRights   = 50
	unwillingToPerform   = 53
	unauthenticatedBinds = success
)

// NewDirectory starts a directory on this machine that runs until the test ends.
func NewDirectory(t testing.TB, overTLS bool, entries ...Entry) *Directory {
	t.Helper()
	d := &Directory{entries: entries}
	d.makeCertificate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if overTLS {
		l = tls.NewListener(l, d.config)
	}
	d.Address = l.Addr().String()
	var conns sync.WaitGroup
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { d.serve(c, overTLS) })
		}
	}()
	t.Cleanup(func() { l.Close() })
	return d
}

func (d *Directory) makeCertificate(t testing.TB) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	d.Roots = x509.NewCertPool()
	d.Roots.AddCert(certificate)
	d.config = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
}

// Set replaces the entries.
func (d *Directory) Set(entries ...Entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries = entries
}

// Heard is what was asked: "bind DN", "search BASE FILTER", "starttls".
func (d *Directory) Heard() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.heard)
}

func (d *Directory) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard = append(d.heard, fmt.Sprintf(format, args...))
}

func (d *Directory) find(dn string) (Entry, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.entries {
		if strings.EqualFold(e.DN, dn) {
			return e, true
		}
	}
	return Entry{}, false
}

// session is one connection.
type session struct {
	*Directory
	conn   net.Conn
	secure bool
	bound  string
}

func (d *Directory) serve(conn net.Conn, secure bool) {
	s := &session{Directory: d, conn: conn, secure: secure}
	defer func() { s.conn.Close() }()
	for {
		p, err := ber.ReadPacket(s.conn)
		if err != nil || len(p.Children) < 2 {
			return
		}
		if d.Silent {
			continue
		}
		id, _ := p.Children[0].Value.(int64)
		switch op := p.Children[1]; op.Tag {
		case 0:
			s.answer(id, 1, s.bind(op))
		case 3:
			s.answer(id, 5, s.search(id, op))
		case 23:
			if !s.startTLS(id) {
				return
			}
		default:
			return
		}
	}
}

// message is an envelope with an operation in it.
func message(id int64, tag ber.Tag, children ...*ber.Packet) *ber.Packet {
	m := ber.NewSequence("message")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	for _, child := range children {
		op.AppendChild(child)
	}
	m.AppendChild(op)
	return m
}

func text(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func (s *session) answer(id int64, tag ber.Tag, code int64) {
	result := ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, "")
	_, _ = s.conn.Write(message(id, tag, result, text(""), text("")).Bytes())
}

func (s *session) bind(op *ber.Packet) int64 {
	dn, _ := op.Children[1].Value.(string)
	password := op.Children[2].Data.String()
	s.note("bind %s", dn)
	if s.Private && !s.secure {
		return confidentialityNeed
	}
	s.bound = ""
	if password == "" { // RFC 4513, 5.1.2: nobody was proven, and it is no error
		return unauthenticatedBinds
	}
	e, found := s.find(dn)
	switch {
	case !found || e.Password == "" || e.Password != password:
		return invalidCredentials
	case e.Disabled:
		return unwillingToPerform
	}
	s.bound = e.DN
	return success
}

func (s *session) startTLS(id int64) bool {
	s.note("starttls")
	if s.NoTLS {
		s.answer(id, 24, protocolError)
		return true
	}
	s.answer(id, 24, success)
	over := tls.Server(s.conn, s.config)
	if over.Handshake() != nil {
		return false
	}
	s.conn, s.secure = over, true
	return true
}

func (s *session) search(id int64, op *ber.Packet) int64 {
	base, _ := op.Children[0].Value.(string)
	scope, _ := op.Children[1].Value.(int64)
	limit, _ := op.Children[3].Value.(int64)
	s.note("search %s %s", base, describe(op.Children[6]))
	if s.Private && !s.secure {
		return confidentialityNeed
	}
	if s.bound == "" {
		return insufficientRights
	}
	s.mu.Lock()
	entries := slices.Clone(s.entries)
	s.mu.Unlock()
	sent := int64(0)
	for _, e := range entries {
		in := strings.EqualFold(e.DN, base) || scope == 2 && strings.HasSuffix(strings.ToLower(e.DN), ","+strings.ToLower(base))
		if !in || !matches(op.Children[6], e) {
			continue
		}
		if limit > 0 && sent == limit {
			return sizeLimit
		}
		sent++
		_, _ = s.conn.Write(message(id, 4, text(e.DN), attributes(e)).Bytes())
	}
	if sent == 0 && scope == 0 {
		return noSuchObject
	}
	return success
}

func attributes(e Entry) *ber.Packet {
	list := ber.NewSequence("attributes")
	for name, values := range e.Attributes {
		one := ber.NewSequence("attribute")
		one.AppendChild(text(name))
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range values {
			set.AppendChild(text(v))
		}
		one.AppendChild(set)
		list.AppendChild(one)
	}
	return list
}

// matches evaluates a filter (RFC 4511, 4.5.1.7).
func matches(f *ber.Packet, e Entry) bool {
	switch f.Tag {
	case 0:
		return !slices.ContainsFunc(f.Children, func(c *ber.Packet) bool { return !matches(c, e) })
	case 1:
		return slices.ContainsFunc(f.Children, func(c *ber.Packet) bool { return matches(c, e) })
	case 2:
		return !matches(f.Children[0], e)
	case 3:
		name, value := f.Children[0].Data.String(), f.Children[1].Data.String()
		return slices.ContainsFunc(e.Attributes[strings.ToLower(name)], func(v string) bool { return strings.EqualFold(v, value) })
	case 4: // substrings: whatever was asked, there is a value
		return len(e.Attributes[strings.ToLower(f.Children[0].Data.String())]) > 0
	case 7:
		name := strings.ToLower(f.Data.String())
		return name == "objectclass" || len(e.Attributes[name]) > 0
	}
	return false
}

// describe writes a filter's form: its tags and values.
func describe(f *ber.Packet) string {
	if len(f.Children) == 0 {
		return fmt.Sprintf("%q", f.Data.String())
	}
	var parts []string
	for _, c := range f.Children {
		parts = append(parts, describe(c))
	}
	return fmt.Sprintf("%d(%s)", f.Tag, strings.Join(parts, " "))
}
