package sso

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestMapping(t *testing.T) {
	m, err := ParseMapping([]string{
		"python-admins = administrator", "data=Data-Team:Member", "leads=data-team:manager", "cn=ops,dc=example=Data-Team:Owner", "data=web:Member",
	}, []string{"staff", "python-admins"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		groups []string
		admits bool
		want   string
	}{
		{nil, false, "false map[]"},
		{[]string{"staff"}, true, "false map[]"},
		{[]string{"python-admins"}, true, "true map[]"},
		{[]string{"Python-Admins", "administrator"}, false, "false map[]"},
		{[]string{"data"}, false, "false map[data-team:Member web:Member]"},
		{[]string{"data", "leads"}, false, "false map[data-team:Manager web:Member]"},
		{[]string{"leads", "data"}, false, "false map[data-team:Manager web:Member]"},
		{[]string{"cn=ops,dc=example", "data", "staff"}, true, "false map[data-team:Owner web:Member]"},
		{[]string{""}, false, "false map[]"},
	} {
		g := m.Grants(row.groups)
		if got := fmt.Sprint(g.Administrator, g.Organizations); got != row.want || m.Admits(row.groups) != row.admits {
			t.Errorf("%v: %s, admitted %v", row.groups, got, m.Admits(row.groups))
		}
	}
	if got := m.Organizations(); !slices.Equal(got, []string{"data-team", "web"}) {
		t.Errorf("%v", got)
	}
	if open, err := ParseMapping(nil, nil); err != nil || !open.Admits(nil) {
		t.Errorf("without a list everybody may: %v", err)
	}
}

func TestMappingRefuses(t *testing.T) {
	for entry, want := range map[string]string{
		"administrator": "not GROUP=ROLE", "=administrator": "no group", "g=": "the role is", "g=Administrator": "the role is", "g=admin": "the role is",
		"g=team:": "the role is", "g=:Owner": "the role is", "g=team:Reader": "the role is", "g=administrator:": "the role is",
	} {
		if _, err := ParseMapping([]string{entry}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", entry, err, want)
		}
	}
}

func TestProposals(t *testing.T) {
	for in, want := range map[string]string{
		"alice": "alice", "Alice.B@corp.example": "Alice.B", `CORP\alice`: "alice", " bob ": "bob", "müller": "m-ller", "a b": "a-b", "..x..": "x", "": "", "@x": "", "漢字": "",
		"<script>": "script", strings.Repeat("a", 39) + "-b": strings.Repeat("a", 39), "a/../b": "a-..-b",
	} {
		if got := local(in); got != want {
			t.Errorf("local(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"a@b.example": "a@b.example", "a": "", "a@b": "", "@b.c": "", "a@b.c@d.e": "", "a b@c.d": "", "a@b.c\r\nBcc: x@y.z": "", "<a@b.c>": "", "a@b.c,d@e.f": "",
		"é@b.c": "", strings.Repeat("a", 255) + "@b.c": "",
	} {
		if got := address(in); got != want {
			t.Errorf("address(%q) = %q, want %q", in, got, want)
		}
	}
	if got := clean("  a\x00\tb\u0085c\xff  ", 100); got != "a bc" && got != "a b c" {
		t.Errorf("%q", got)
	}
	if got := clean("ééé", 2); got != "éé" {
		t.Errorf("%q", got)
	}
}
