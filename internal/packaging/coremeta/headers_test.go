package coremeta

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestParseHeaders states the format in words (M-06); files.jsonl has it in
// numbers.
func TestParseHeaders(t *testing.T) {
	for _, c := range []struct {
		what    string
		file    string
		headers []header
		body    string
	}{
		{"a header a line, then the body", "A: 1\nB: 2\n\nbody\n\nmore\n", []header{{"A", "1"}, {"B", "2"}}, "body\n\nmore\n"},
		{"three kinds of line breaks", "A: 1\r\nB: 2\rC: 3\n\r\nbody\r", []header{{"A", "1"}, {"B", "2"}, {"C", "3"}}, "body\r"},
		{"continuation lines keep their indentation", "A: 1\n  2\n\t3\nB:", []header{{"A", "1\n  2\n\t3"}, {"B", ""}}, ""},
		{"a line of spaces continues too", "A: 1\n \nB: 2\n", []header{{"A", "1\n "}, {"B", "2"}}, ""},
		{"a value that begins on the next line", "A:\n  1\n", []header{{"A", "1"}}, ""},
		{"space before the value goes, space behind it stays", "A: \t 1 \t\n", []header{{"A", "1 \t"}}, ""},
		{"colons in the value", "A: b: c:\n", []header{{"A", "b: c:"}}, ""},
		{"no empty line before the body", "A: 1\nthe body: here\n", []header{{"A", "1"}}, "the body: here\n"},
		{"a space in the name ends the headers", "A : 1\nB: 2\n", nil, "A : 1\nB: 2\n"},
		{"a letter beyond ASCII in the name, too", "Ä: 1\n", nil, "Ä: 1\n"},
		{"continuation of nothing", " 0\nA: 1\n", []header{{"A", "1"}}, ""},
		{"a mail's separator is skipped with its continuation", "From me\n x\nA: 1\nFrom you\n y\nB: 2", []header{{"", "From me\n x"}, {"A", "1"}, {"", "From you\n y"}, {"B", "2"}}, ""},
		{"a name of nothing", ": 1\n 2\nA: 1", []header{{"", "1\n 2"}, {"A", "1"}}, ""},
		{"only a body", "\nbody", nil, "body"},
		{"nothing", "", nil, ""},
	} {
		headers, body := parseHeaders([]byte(c.file))
		if !slices.Equal(headers, c.headers) || string(body) != c.body {
			t.Errorf("%s: got %q and body %q", c.what, headers, body)
		}
	}
}

// TestUnfold: a description in a header loses the indentation it was given,
// and keeps its own.
func TestUnfold(t *testing.T) {
	const want = "Title\n=====\n\n    code\n\ntext"
	lines := strings.Split(want, "\n")
	for _, indent := range []string{"        ", "       |"} {
		if got := unfold(strings.Join(lines, "\n"+indent)); got != want {
			t.Errorf("%q: got %q", indent, got)
		}
		bare := strings.ReplaceAll(strings.Join(lines, "\n"+indent), "\n"+indent+"\n", "\n\n")
		if got := unfold(bare); got != want {
			t.Errorf("%q with bare empty lines: got %q", indent, got)
		}
	}
	for _, other := range []string{"one line", "a\n  b", "a\n        b\n c", "a\n       |b\n        c"} {
		if got := unfold(other); got != other {
			t.Errorf("%q became %q", other, got)
		}
	}
}

// TestWebURL: what a page may link to. The refused ones are Warehouse's
// vectors for links it must not follow (tests/unit/utils/test_http.py,
// Apache-2.0) and their kin.
func TestWebURL(t *testing.T) {
	for _, good := range []string{
		"https://example.com/", "http://example.com", "https://sub.example.com/path?query#thing", "HTTPS://testserver/",
		"https://user@example.com:8080/", "http://127.0.0.1/x", "https://[::1]:80/", "https://exämple.de/ü?ß",
		"https://example.com/url%20with%20spaces/", "https://example.com/a,b;c=(d)'!*~",
	} {
		if err := webURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "UNKNOWN", "example.com", "//example.com", "http:///example.com", "http://", "http:example.com", "http:/\\example.com",
		"http:\\/example.com", `\\example.com`, "ftp://example.com/", "javascript:alert(0)", "\njavascript:alert(x)", "\x08//example.com",
		"data:text/html,x", "https://example.com/\x00", "https://example.com/a\u2028b", "https://exa mple.com", "https://example.com/%zz",
		"https://example.com:port/", "mailto:a@example.com", "https:// example.com", "https://example.com\n", "view-source:https://x",
	} {
		if webURL(bad) == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

// Example reads a file as it comes out of an archive and tells the packager
// what is wrong with it.
func Example() {
	m, err := Parse([]byte(`Metadata-Version: 2.3
Name: friendly-bard
Version: 1.0+local
License-Expression: mit
Requires-Dist: lute >= 2
Project-URL: Source Code, https://example.com/bard

# The friendly bard
`))
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(m.Name, m.Version, m.ProjectURLs[0].Label, strings.TrimSpace(m.Description))
	for _, problem := range m.Validate(Options{FromFile: true}) {
		text, _, _ := strings.Cut(problem.Message, ". See")
		fmt.Println(text)
	}
	// Output:
	// friendly-bard 1.0+local Source Code # The friendly bard
	// Version: "1.0+local" has a local part ("+local"), which this index does not accept
	// License-Expression: the field came with metadata version 2.4; the metadata says it is version 2.3
}
