package sso

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/sso/ssotest"
)

const below = "dc=example,dc=com"

// people are the entries of the test's company.
func people() []ssotest.Entry {
	return []ssotest.Entry{
		{DN: "cn=index," + below, Password: "service"},
		{DN: "uid=alice,ou=people," + below, Password: "wonder land", Attributes: map[string][]string{
			"uid": {"alice"}, "entryuuid": {"a-1"}, "mail": {"alice@example.com"}, "cn": {"Alice\nLiddell"}, "objectguid": {"\x01\x00\xff\xfe"},
		}},
		{DN: "uid=bob,ou=people," + below, Password: "builder", Disabled: true, Attributes: map[string][]string{"uid": {"bob"}, "entryuuid": {"b-2"}}},
		{DN: "uid=carol\\, jr,ou=people," + below, Password: "king", Attributes: map[string][]string{"uid": {"carol, jr"}, "entryuuid": {"c-3"}}},
		{DN: "uid=noid,ou=people," + below, Password: "x", Attributes: map[string][]string{"uid": {"noid"}}},
		{DN: "uid=twin,ou=people," + below, Password: "x", Attributes: map[string][]string{"uid": {"twin"}, "entryuuid": {"t-1"}}},
		{DN: "uid=twin,ou=others," + below, Password: "x", Attributes: map[string][]string{"uid": {"twin"}, "entryuuid": {"t-2"}}},
		{DN: "cn=admins,ou=groups," + below, Attributes: map[string][]string{"cn": {"admins"}, "member": {"uid=alice,ou=people," + below}}},
		{DN: "cn=data,ou=groups," + below, Attributes: map[string][]string{"cn": {"data"}, "member": {"uid=bob,ou=people," + below, "uid=alice,ou=people," + below}}},
		{DN: "cn=admins,ou=elsewhere," + below, Attributes: map[string][]string{"cn": {"secret"}, "member": {"uid=alice,ou=people," + below}}},
	}
}

func settings(address string) LDAP {
	return LDAP{
		URL: "ldap://" + address, BindDN: "cn=index," + below, BindPassword: "service", Base: below, Filter: "(&(objectClass=*)(uid={username}))",
		ID: "entryUUID", Username: "uid", Email: "mail", Name: "cn", GroupBase: "ou=groups," + below, GroupFilter: "(member={dn})", GroupName: "cn",
	}
}

func newDirectory(t *testing.T, adjust ...func(*LDAP)) (*Directory, *ssotest.Directory) {
	t.Helper()
	server := ssotest.NewDirectory(t, false, people()...)
	s := settings(server.Address)
	for _, fn := range adjust {
		fn(&s)
	}
	d, err := NewDirectory(s)
	if err != nil {
		t.Fatal(err)
	}
	return d, server
}

func TestDirectory(t *testing.T) {
	d, server := newDirectory(t)
	who, err := d.SignIn(context.Background(), "ALICE", "wonder land")
	want := "{ldap ldap:dc=example,dc=com a-1 alice alice@example.com true Alice Liddell [admins data] false}"
	if err != nil || fmt.Sprint(who) != want {
		t.Errorf("%v, %v\nwant %s", who, err, want)
	}
	heard := strings.Join(server.Heard(), "\n")
	if want := "bind cn=index,dc=example,dc=com\nsearch dc=example,dc=com 0(\"objectClass\" 3(\"uid\" \"ALICE\"))\nbind uid=alice,ou=people,dc=example,dc=com\n" +
		"bind cn=index,dc=example,dc=com\nsearch uid=alice,ou=people,dc=example,dc=com \"objectClass\"\n" +
		"search ou=groups,dc=example,dc=com 3(\"member\" \"uid=alice,ou=people,dc=example,dc=com\")"; heard != want {
		t.Errorf("asked:\n%s\nwant:\n%s", heard, want)
	}
}

// TestWhoIsRefused: all of them hear the same.
func TestWhoIsRefused(t *testing.T) {
	d, server := newDirectory(t)
	sentences := map[string]bool{}
	for _, row := range []struct{ name, username, password string }{
		{"a wrong password", "alice", "wonderland"},
		{"no password: that bind would succeed", "alice", ""},
		{"nobody", "dave", "x"},
		{"a disabled account", "bob", "builder"},
		{"a name that two have", "twin", "x"},
		{"no name", "", "x"},
		{"a name without end", strings.Repeat("a", 257), "x"},
		{"a name of two lines", "alice\nx", "wonder land"},
		{"a name with a null", "alice\x00", "wonder land"},
		{"a name that is no text", "alice\xff", "wonder land"},
		{"a password without end", "alice", strings.Repeat("x", 4097)},
	} {
		_, err := d.SignIn(context.Background(), row.username, row.password)
		if !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		sentences[err.Error()] = true
	}
	if len(sentences) != 1 {
		t.Errorf("they can be told apart: %v", sentences)
	}
	heard := server.Heard()
	binds := slices.DeleteFunc(slices.Clone(heard), func(s string) bool { return !strings.HasPrefix(s, "bind ") })
	if len(binds) != 2*4 { // a wrong password, nobody, disabled, two: each the service's bind and one more
		t.Errorf("%d binds: %q", len(binds), binds)
	}
}

// TestInjection: what is typed as a user name stays one value of a filter, and one value of a name.
func TestInjection(t *testing.T) {
	d, server := newDirectory(t)
	template, _ := newDirectory(t, func(s *LDAP) {
		s.URL, s.UserDN, s.BindDN, s.BindPassword = "ldap://"+server.Address, "uid={username},ou=people,"+below, "", ""
	})
	for _, username := range []string{
		"*", "a*", "alice)(uid=*", "*)(uid=*))(|(uid=*", "alice)(|(password=*)", "(", ")", "\\", "\\2a", "alice\\", "&", "|", "!", "=", "~=",
		"alice,ou=people", "alice+cn=x", "x,cn=index", "#04", "\"alice\"", "<alice>", "alice;", " alice", "alice ", "{dn}", "{username}", "%s", "../alice", "ali\u0301ce",
	} {
		before := len(server.Heard())
		_, err := d.SignIn(context.Background(), username, "wonder land")
		if !errors.Is(err, ErrRefused) {
			t.Errorf("search for %q: %v", username, err)
		}
		want := fmt.Sprintf("search dc=example,dc=com 0(\"objectClass\" 3(\"uid\" %q))", username)
		if heard := server.Heard()[before:]; !slices.Contains(heard, want) {
			t.Errorf("%q was asked for as %q", username, heard)
		}
		if strings.TrimSpace(username) == "alice" {
			continue // spaces at the ends do not matter in names of a directory
		}
		if _, err := template.SignIn(context.Background(), username, "wonder land"); !errors.Is(err, ErrRefused) {
			t.Errorf("bind as %q: %v", username, err)
		}
	}
	if who, err := d.SignIn(context.Background(), "carol, jr", "king"); err != nil || who.Subject != "c-3" {
		t.Errorf("a name that needs escapes: %+v, %v", who, err)
	}
	template.GroupBase = ""
	if who, err := template.SignIn(context.Background(), "carol, jr", "king"); err != nil || who.Subject != "c-3" {
		t.Errorf("by the template: %+v, %v", who, err)
	}
}

// TestEncryption: a password crosses a network only inside of TLS with a certificate that is looked at.
func TestEncryption(t *testing.T) {
	ctx := context.Background()
	start, tlsOnly := ssotest.NewDirectory(t, false, people()...), ssotest.NewDirectory(t, true, people()...)
	start.Private = true
	refusing := ssotest.NewDirectory(t, false, people()...)
	refusing.NoTLS = true
	for _, row := range []struct {
		name, url string
		server    *ssotest.Directory
		trusted   bool
		want      error
	}{
		{"StartTLS", "ldap://", start, true, nil},
		{"StartTLS with a strange certificate", "ldap://", start, false, ErrUnavailable},
		{"ldaps", "ldaps://", tlsOnly, true, nil},
		{"ldaps with a strange certificate", "ldaps://", tlsOnly, false, ErrUnavailable},
		{"a server that refuses StartTLS", "ldap://", refusing, true, ErrUnavailable},
	} {
		s := settings(row.server.Address)
		s.URL, s.TLS = row.url+row.server.Address, &tls.Config{}
		if row.trusted {
			s.TLS.RootCAs = row.server.Roots
		}
		d, err := NewDirectory(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.SignIn(ctx, "alice", "wonder land"); !errors.Is(err, row.want) || (err == nil) != (row.want == nil) {
			t.Errorf("%s: %v", row.name, err)
		}
		if row.want != nil && slices.ContainsFunc(row.server.Heard(), func(s string) bool { return strings.HasPrefix(s, "bind") }) && row.server == refusing {
			t.Errorf("%s: a password was sent: %q", row.name, row.server.Heard())
		}
	}
	for url, clear := range map[string]bool{
		"ldap://127.0.0.1": true, "ldap://localhost:389": true, "ldap://[::1]": true, "ldap://10.0.0.1": false, "ldap://ldap.example.com": false, "ldaps://127.0.0.1": false,
	} {
		s := settings("")
		s.URL = url
		if d, err := NewDirectory(s); err != nil || d.clear != clear {
			t.Errorf("%s: %v, %v", url, d.clear, err)
		}
	}
}

// TestADirectoryThatIsDown: nobody is told that the password is wrong.
func TestADirectoryThatIsDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	d, err := NewDirectory(settings(l.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn(context.Background(), "alice", "wonder land"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("nothing listens: %v", err)
	}
	d, server := newDirectory(t)
	server.Silent = true
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := d.SignIn(ctx, "alice", "wonder land"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("nothing is answered: %v", err)
	}
	d, server = newDirectory(t)
	server.Set(people()[1:]...)
	if _, err := d.SignIn(context.Background(), "alice", "wonder land"); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "cn=index") {
		t.Errorf("the service's account is gone: %v", err)
	}
}

// TestSubjects: a person is named by what never changes; without it nobody is signed in.
func TestSubjects(t *testing.T) {
	d, _ := newDirectory(t)
	if _, err := d.SignIn(context.Background(), "noid", "x"); !errors.Is(err, ErrUntrusted) || !strings.Contains(err.Error(), "entryUUID") {
		t.Errorf("no identifier: %v", err)
	}
	d, _ = newDirectory(t, func(s *LDAP) { s.ID = "objectGUID" })
	if who, err := d.SignIn(context.Background(), "alice", "wonder land"); err != nil || who.Subject != "0100fffe" {
		t.Errorf("a binary one: %q, %v", who.Subject, err)
	}
}

func TestNewDirectoryRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*LDAP){
		"url:":                     func(s *LDAP) { s.URL = "ldap.example.com" },
		`"https://h"`:              func(s *LDAP) { s.URL = "https://h" },
		`"ldap://u:p@h"`:           func(s *LDAP) { s.URL = "ldap://u:p@h" },
		`"ldap://h/dc=x"`:          func(s *LDAP) { s.URL = "ldap://h/dc=x" },
		"set base":                 func(s *LDAP) { s.Base = "" },
		"filter: \"(uid=alice)\"":  func(s *LDAP) { s.Filter = "(uid=alice)" },
		"filter: LDAP Result Code": func(s *LDAP) { s.Filter = "(uid={username}" },
		"user_dn: \"uid=alice\"":   func(s *LDAP) { s.UserDN = "uid=alice" },
		"user_dn: ":                func(s *LDAP) { s.UserDN = "{username}@example.com" },
		"group_filter:":            func(s *LDAP) { s.GroupFilter = "(member={dn}" },
		"bind_password_file":       func(s *LDAP) { s.BindPassword = "" },
	} {
		s := settings("127.0.0.1:389")
		spoil(&s)
		if _, err := NewDirectory(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}
