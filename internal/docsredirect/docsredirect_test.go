package docsredirect_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"strongroom/internal/docsredirect"
)

// TestDR2Addresses is the table of what an owner may redirect to.
func TestDR2Addresses(t *testing.T) {
	internet := docsredirect.Policy{DocsHost: "docs.index.example"}
	company := docsredirect.Policy{HTTP: true, AnyHost: true}
	for _, row := range []struct {
		text     string
		keep     bool
		internet string // what is stored, "" for refused
		company  string
	}{
		{"https://docs.example.com/demo", true, "https://docs.example.com/demo", "https://docs.example.com/demo"},
		{"https://docs.example.com/demo/", true, "https://docs.example.com/demo", "https://docs.example.com/demo"},
		{"https://docs.example.com/demo/", false, "https://docs.example.com/demo/", "https://docs.example.com/demo/"},
		{"https://DOCS.Example.com.:8443", true, "https://docs.example.com:8443", "https://docs.example.com:8443"},
		{"https://bücher.example/x", false, "https://xn--bcher-kva.example/x", "https://xn--bcher-kva.example/x"},
		{"https://docs.example.com/?v=1", false, "https://docs.example.com/?v=1", "https://docs.example.com/?v=1"},
		{"https://docs.example.com/?v=1", true, "", ""},
		{"https://docs.example.com/?", true, "", ""},
		{"https://docs.example.com/#top", false, "", ""},
		{"https://docs.example.com/#", false, "", ""},
		{"https://docs.example.com/a/../b", false, "", ""},
		{"https://docs.example.com/%2e%2e/b", false, "", ""},
		{"https://docs.example.com/ü", false, "https://docs.example.com/%C3%BC", "https://docs.example.com/%C3%BC"},
		{"https://user:pass@docs.example.com/", false, "", ""},
		{"http://docs.example.com/", false, "", "http://docs.example.com/"},
		{"https://127.0.0.1/", false, "", "https://127.0.0.1/"},
		{"https://[::1]/", false, "", "https://[::1]/"},
		{"https://2130706433/", false, "", "https://2130706433/"},
		{"https://0x7f.1/", false, "", "https://0x7f.1/"},
		{"https://localhost/", false, "", "https://localhost/"},
		{"https://a.localhost/", false, "", "https://a.localhost/"},
		{"https://intranet/", false, "", "https://intranet/"},
		{"https://docs.index.example/demo/", false, "", "https://docs.index.example/demo/"},
		{"https://DOCS.index.example./demo/", false, "", "https://docs.index.example/demo/"},
		{"javascript:alert(1)", false, "", ""},
		{"//docs.example.com/", false, "", ""},
		{"/docs", false, "", ""},
		{"", false, "", ""},
		{"ftp://docs.example.com/", false, "", ""},
		{`https://docs.example.com\@evil.example/`, false, "", ""},
		{"https://docs.example.com/a b", false, "", ""},
		{"https://docs.example.com/\r\nSet-Cookie: a", false, "", ""},
		{"https://docs.example.com/" + strings.Repeat("x", 2048), false, "", ""},
	} {
		for policy, want := range map[docsredirect.Policy]string{internet: row.internet, company: row.company} {
			got, err := policy.Check(row.text, row.keep)
			if got != want || (err == nil) != (want != "") {
				t.Errorf("%q, keep %t, %+v: %q, %v; want %q", row.text, row.keep, policy, got, err, want)
			}
		}
	}
}

// TestDR5Names: each spelling has a line, but for the key that conveyor keeps for itself.
func TestDR5Names(t *testing.T) {
	entries, left := docsredirect.Entries([]docsredirect.Redirect{
		{Display: "Foo_Bar", Name: "foo-bar", Prefix: "foo_bar", URL: "https://a.example/", KeepPath: true},
		{Display: "one", Name: "one", URL: "https://b.example/x/"},
		{Display: "_ETag", Name: "etag", URL: "https://c.example/"},
	})
	text, err := docsredirect.Format(entries)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"base_uri":"https://a.example","include_path":true,"project_name":"Foo_Bar"}
{"base_uri":"https://c.example/","include_path":false,"project_name":"etag"}
{"base_uri":"https://a.example","include_path":true,"project_name":"foo-bar"}
{"base_uri":"https://a.example","include_path":true,"project_name":"foo_bar"}
{"base_uri":"https://b.example/x/","include_path":false,"project_name":"one"}
`
	if string(text) != want || len(left) != 1 || left[0] != "_ETag" {
		t.Errorf("got %q\n%s", left, text)
	}
}

// conveyor answers as the docs host does with the entries of a file: the name is compared exactly, and the base and the path are joined
// by a slash.
func conveyor(entries map[string]docsredirect.Entry, path string) string {
	name, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	e, found := entries[name]
	if !found {
		return ""
	}
	if e.IncludePath {
		return e.BaseURI + "/" + rest
	}
	return e.BaseURI
}

// TestDR6Conveyor loads what is written for 1,000 projects as conveyor does, and asks for a page of each.
func TestDR6Conveyor(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	var all []docsredirect.Redirect
	for i := range 1000 {
		d := docsredirect.Redirect{Display: fmt.Sprintf("Project_%d.x", i), Name: fmt.Sprintf("project-%d-x", i), KeepPath: r.IntN(2) == 0}
		if r.IntN(3) == 0 {
			d.Prefix = fmt.Sprintf("old%d", i)
		}
		text := fmt.Sprintf("https://%s.example/%s", strings.Repeat(string(rune('a'+r.IntN(26))), 1+r.IntN(20)), []string{"", "a/b/", "ü/", `q%22uote`}[r.IntN(4)])
		var err error
		if d.URL, err = (docsredirect.Policy{}).Check(text, d.KeepPath); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	entries, left := docsredirect.Entries(all)
	file, err := docsredirect.Format(entries)
	if err != nil || len(left) != 0 {
		t.Fatal(err, left)
	}
	loaded, err := docsredirect.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		for _, name := range []string{d.Display, d.Name, d.Prefix} {
			want := d.URL
			if d.KeepPath {
				want += "/guide/index.html"
			}
			if got := conveyor(loaded, "/"+name+"/guide/index.html"); name != "" && got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
	if _, err := docsredirect.Parse(append(file, "{\"project_name\":\"x\"}\n"...)); err == nil {
		t.Error("a line without a key must reject the whole")
	}
	if lines := bytes.Count(file, []byte("\n")); lines != len(entries) {
		t.Errorf("%d lines for %d entries", lines, len(entries))
	}
}

// TestDR7Targets: the answer to any path begins with the owner's address.
func TestDR7Targets(t *testing.T) {
	keep := docsredirect.Redirect{URL: "https://docs.example.com/demo", KeepPath: true}
	for _, row := range [][3]string{
		{"", "", "https://docs.example.com/demo/"},
		{"index.html", "", "https://docs.example.com/demo/index.html"},
		{"a/b/", "q=1&q=2", "https://docs.example.com/demo/a/b/?q=1&q=2"},
		{"../../evil", "", "https://docs.example.com/demo/evil"},
		{"/evil.example/x", "", "https://docs.example.com/demo/evil.example/x"},
		{"a b/ü?#", "", "https://docs.example.com/demo/a%20b/%C3%BC%3F%23"},
		{"a\r\nSet-Cookie: x", "", "https://docs.example.com/demo/a%0D%0ASet-Cookie:%20x"},
	} {
		if got := keep.Target(row[0], row[1]); got != row[2] {
			t.Errorf("%q: %q, want %q", row[0], got, row[2])
		}
	}
	plain := docsredirect.Redirect{URL: "https://docs.example.com/new/"}
	if got := plain.Target("a/b", "q=1"); got != plain.URL {
		t.Errorf("without the path: %q", got)
	}
}

// FuzzTarget: scheme and host are the owner's, whatever a visitor sends.
func FuzzTarget(f *testing.F) {
	f.Add("a/../b", "x=1")
	f.Add("//evil.example", "")
	f.Add(".", "0")
	f.Add("%0d%0a", "%")
	f.Fuzz(func(t *testing.T, rest, query string) {
		r := docsredirect.Redirect{URL: "https://docs.example.com/demo", KeepPath: true}
		got := r.Target(rest, query)
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "https" || u.Host != "docs.example.com" || u.User != nil || !strings.HasPrefix(got, r.URL+"/") && got != r.URL || strings.ContainsAny(got, "\r\n \\") {
			t.Errorf("%q, %q: %q, %v", rest, query, got, err)
		}
	})
}
