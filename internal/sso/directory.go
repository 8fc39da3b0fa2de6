package sso

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"
)

// LDAP is the settings of a directory (RFC 4511). The person's own password is
// tried by a bind; it is never kept. URL, Base or UserDN, and the names of
// attributes must be set.
type LDAP struct {
	URL          string // ldaps://host or, with StartTLS, ldap://host
	BindDN       string // who searches, "" for nobody in particular
	BindPassword string
	UserDN       string // "uid={username},ou=people,dc=example": no search is needed
	Base         string // below which persons are, when UserDN is empty
	Filter       string // of a person: "(uid={username})"
	ID           string // attributes: what never changes, the user name, address, shown name
	Username     string
	Email        string
	Name         string
	GroupBase    string // "" for no groups
	GroupFilter  string // of the person's groups: "(member={dn})"
	GroupName    string // attribute
	TLS          *tls.Config
}

// directoryTime bounds one sign-in at the directory, with all its questions.
const directoryTime = 10 * time.Second

// Directory signs persons in with a user name and a password.
type Directory struct {
	LDAP
	host   string // with port
	secure bool   // TLS from the first byte
	clear  bool   // this machine: no TLS at all
}

// NewDirectory checks settings. It connects to nothing.
func NewDirectory(s LDAP) (*Directory, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "ldap" && u.Scheme != "ldaps" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("url: %q is not an address such as ldaps://ldap.example.com", s.URL)
	}
	d := &Directory{LDAP: s, secure: u.Scheme == "ldaps"}
	port := map[bool]string{true: "636", false: "389"}[d.secure]
	if u.Port() != "" {
		port = u.Port()
	}
	d.host = net.JoinHostPort(u.Hostname(), port)
	ip, err := netip.ParseAddr(u.Hostname())
	d.clear = !d.secure && s.TLS == nil && (u.Hostname() == "localhost" || err == nil && ip.IsLoopback())
	if d.TLS == nil {
		d.TLS = &tls.Config{}
	}
	d.TLS = d.TLS.Clone()
	d.TLS.ServerName, d.TLS.MinVersion = u.Hostname(), tls.VersionTLS12
	return d, d.check()
}

// check compiles what is made of the settings, so that a mistake shows at start.
func (d *Directory) check() error {
	switch {
	case d.UserDN == "" && d.Base == "":
		return errors.New("set base, below which persons are, or user_dn")
	case d.UserDN != "" && !strings.Contains(d.UserDN, "{username}"):
		return fmt.Errorf("user_dn: %q has no {username}", d.UserDN)
	case d.UserDN == "" && !strings.Contains(d.Filter, "{username}"):
		return fmt.Errorf("filter: %q has no {username}", d.Filter)
	case d.BindDN != "" && d.BindPassword == "":
		return errors.New("bind_dn has no password; set bind_password_file")
	}
	if d.UserDN != "" {
		if _, err := ldap.ParseDN(d.userDN("somebody")); err != nil {
			return fmt.Errorf("user_dn: %w", err)
		}
	} else if _, err := ldap.CompileFilter(d.userFilter("somebody")); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	if d.GroupBase == "" {
		return nil
	}
	if _, err := ldap.CompileFilter(d.groupFilter("cn=somebody", "somebody")); err != nil {
		return fmt.Errorf("group_filter: %w", err)
	}
	return nil
}

// The templates are filled in with escaped values only: what somebody types as
// a user name never becomes a part of a filter or a name in the directory.
func (d *Directory) userDN(username string) string {
	return strings.ReplaceAll(d.UserDN, "{username}", ldap.EscapeDN(username))
}

func (d *Directory) userFilter(username string) string {
	return strings.ReplaceAll(d.Filter, "{username}", ldap.EscapeFilter(username))
}

func (d *Directory) groupFilter(dn, username string) string {
	return strings.NewReplacer("{dn}", ldap.EscapeFilter(dn), "{username}", ldap.EscapeFilter(username)).Replace(d.GroupFilter)
}

// SignIn asks the directory whether the password is the person's. ErrRefused
// is for a wrong one, for a person who is unknown, locked or disabled: the
// directory is asked the same number of questions.
func (d *Directory) SignIn(ctx context.Context, username, password string) (Person, error) {
	// A bind without a password succeeds for everybody (RFC 4513, 5.1.2).
	if password == "" || len(password) > 4096 || !plausible(username) {
		return Person{}, fmt.Errorf("%w: the user name or the password is not right", ErrRefused)
	}
	ctx, cancel := context.WithTimeout(ctx, directoryTime)
	defer cancel()
	conn, err := d.connect(ctx)
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer conn.Close()
	dn, err := d.prove(conn, username, password)
	if err != nil {
		return Person{}, err
	}
	return d.describe(conn, dn, username)
}

// plausible user names are one short line.
func plausible(username string) bool {
	return username != "" && len(username) <= 256 && utf8.ValidString(username) &&
		!strings.ContainsFunc(username, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// connect opens an encrypted connection that ends with ctx.
func (d *Directory) connect(ctx context.Context) (*ldap.Conn, error) {
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.host)
	if err != nil {
		return nil, err
	}
	deadline, _ := ctx.Deadline()
	_ = raw.SetDeadline(deadline)
	if d.secure {
		over := tls.Client(raw, d.TLS)
		if err := over.HandshakeContext(ctx); err != nil {
			raw.Close()
			return nil, err
		}
		raw = over
	}
	conn := ldap.NewConn(raw, d.secure)
	conn.SetTimeout(time.Until(deadline))
	conn.Start()
	if d.secure || d.clear {
		return conn, nil
	}
	if err := conn.StartTLS(d.TLS); err != nil {
		conn.Close()
		return nil, fmt.Errorf("StartTLS: %w", err)
	}
	return conn, nil
}

// prove finds the person's name in the directory and binds with it.
func (d *Directory) prove(conn *ldap.Conn, username, password string) (dn string, err error) {
	if d.UserDN != "" {
		dn = d.userDN(username)
		return dn, bind(conn, dn, password)
	}
	if err := d.bindService(conn); err != nil {
		return "", err
	}
	found, err := conn.Search(ldap.NewSearchRequest(d.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 2, int(directoryTime/time.Second), false,
		d.userFilter(username), []string{"1.1"}, nil)) // no attributes
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) {
		return "", fmt.Errorf("%w: search: %w", ErrUnavailable, err)
	}
	if err != nil || len(found.Entries) != 1 { // nobody, or several: which one cannot be said
		_ = bind(conn, "cn="+random()+","+d.Base, password) // the same question as for somebody who is there
		return "", fmt.Errorf("%w: the user name or the password is not right", ErrRefused)
	}
	return found.Entries[0].DN, bind(conn, found.Entries[0].DN, password)
}

func (d *Directory) bindService(conn *ldap.Conn) error {
	if d.BindDN == "" {
		return nil
	}
	if err := conn.Bind(d.BindDN, d.BindPassword); err != nil {
		return fmt.Errorf("%w: bind as %s: %w", ErrUnavailable, d.BindDN, err)
	}
	return nil
}

// bind tries a password. Directories have several words for a person who may
// not sign in; none of them is told apart from a wrong password.
func bind(conn *ldap.Conn, dn, password string) error {
	err := conn.Bind(dn, password)
	switch {
	case err == nil:
		return nil
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultInvalidCredentials, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInvalidDNSyntax,
		ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultConstraintViolation, ldap.LDAPResultInappropriateAuthentication,
		ldap.LDAPResultInsufficientAccessRights):
		return fmt.Errorf("%w: the user name or the password is not right", ErrRefused)
	}
	return fmt.Errorf("%w: bind: %w", ErrUnavailable, err)
}

// describe reads who the person is, with the rights of the service where there
// is one, else with the person's own.
func (d *Directory) describe(conn *ldap.Conn, dn, username string) (Person, error) {
	if err := d.bindService(conn); err != nil {
		return Person{}, err
	}
	attributes := []string{d.ID, d.Username, d.Email, d.Name}
	found, err := conn.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, int(directoryTime/time.Second), false,
		"(objectClass=*)", attributes, nil))
	if err != nil || len(found.Entries) != 1 {
		return Person{}, fmt.Errorf("%w: the entry of %q cannot be read: %w", ErrUnavailable, dn, err)
	}
	entry := found.Entries[0]
	who := Person{Source: FromLDAP, Issuer: d.issuer(), Subject: identifier(entry.GetEqualFoldRawAttributeValue(d.ID))}
	if who.Subject == "" {
		return Person{}, fmt.Errorf("%w: the entry of %q has no %s, which would name it for ever", ErrUntrusted, dn, d.ID)
	}
	who.Email, who.Name = address(entry.GetEqualFoldAttributeValue(d.Email)), clean(entry.GetEqualFoldAttributeValue(d.Name), 100)
	who.Verified = who.Email != ""
	if who.Username = local(entry.GetEqualFoldAttributeValue(d.Username)); who.Username == "" {
		who.Username = local(username)
	}
	who.Groups, err = d.groups(conn, entry.DN, entry.GetEqualFoldAttributeValue(d.Username))
	return who, err
}

// issuer names the directory by what is in it, not by the machine it runs on.
func (d *Directory) issuer() string {
	if d.Base != "" {
		return "ldap:" + strings.ToLower(d.Base)
	}
	_, below, _ := strings.Cut(d.UserDN, "{username}")
	return "ldap:" + strings.ToLower(strings.TrimLeft(below, ", "))
}

// identifier is an attribute as text; binary ones, as Active Directory's
// objectGUID, in hexadecimal.
func identifier(raw []byte) string {
	text := string(raw)
	if len(raw) > 255 || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return hex.EncodeToString(raw[:min(len(raw), 64)])
	}
	return text
}

// groups lists the names of the groups that the person is in, below GroupBase.
func (d *Directory) groups(conn *ldap.Conn, dn, username string) ([]string, error) {
	if d.GroupBase == "" {
		return nil, nil
	}
	found, err := conn.Search(ldap.NewSearchRequest(d.GroupBase, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, maxGroups, int(directoryTime/time.Second), false,
		d.groupFilter(dn, username), []string{d.GroupName}, nil))
	if err != nil {
		return nil, fmt.Errorf("%w: groups: %w", ErrUnavailable, err)
	}
	var out []string
	for _, entry := range found.Entries {
		out = append(out, entry.GetEqualFoldAttributeValue(d.GroupName))
	}
	return sorted(out), nil
}
