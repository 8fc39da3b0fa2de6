package dist

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestEntryPointsAgreeWithConfigparser: the INI dialect is Python's, as the
// specification says, but for group names that no installer can use.
func TestEntryPointsAgreeWithConfigparser(t *testing.T) {
	content, err := os.ReadFile("testdata/entrypoints.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for lines := bufio.NewScanner(bytes.NewReader(content)); lines.Scan(); {
		var row struct {
			Text    string
			Entries [][3]string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		got, err := parseEntryPoints(row.Text)
		if err != nil && row.Entries != nil && strings.Contains(err.Error(), "not a group name") {
			continue
		}
		if (err == nil) != (row.Entries != nil) {
			t.Errorf("%q: error %v, configparser has %q", row.Text, err, row.Entries)
			continue
		}
		var entries [][3]string
		for _, e := range got {
			entries = append(entries, [3]string{e.group, e.name, e.reference()})
		}
		if !slices.Equal(entries, row.Entries) {
			t.Errorf("%q: got %q, configparser has %q", row.Text, entries, row.Entries)
		}
		compared++
	}
	if compared < 350 {
		t.Errorf("only %d rows compared", compared)
	}
}

// TestScriptNames are the vectors of Warehouse's tests/unit/utils/test_wheel.py:
// the name of a script is the name of a file.
func TestScriptNames(t *testing.T) {
	for _, group := range []string{"console_scripts", "gui_scripts"} {
		for _, name := range []string{
			"foo", "foo.bar", "foo_bar", "foo-bar", "foo123", "123foo", "_foo", "foo_", "foo.", ".foo", "foo..bar", "_", "-_-",
		} {
			if err := ValidateEntryPoints([]byte("[" + group + "]\n" + name + "=foo:main\n")); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, name := range []string{
			"' '", "''", "foo bar", "foo\tbar", "foo\rbar", "foo/bar", `foo\bar`, "foo:bar", "'foo:bar'", `C:\foo`,
			`'C:\foo'`, `..\..\foo`, "/foo", "../../../../foo",
		} {
			if err := ValidateEntryPoints([]byte("[" + group + "]\n" + name + "=foo:main\n")); err == nil {
				t.Errorf("%q passes as a script's name", name)
			}
		}
	}
	if err := ValidateEntryPoints([]byte("[not_console_scripts]\n/foo/ = bar:main\n")); err != nil {
		t.Errorf("a name that becomes no file: %v", err)
	}
}

// TestObjectReferences: module, module:object, module:object.attribute, and
// extras behind them.
func TestObjectReferences(t *testing.T) {
	for _, reference := range []string{
		"foo", "foo.bar", "foo:bar", "foo.bar:baz.qux", "foo : bar", "foo:bar [x]", "foo:bar[x, y-z]", "foo [x]", "_f1:_g2", "fü:bär", "foo:bar []",
	} {
		if err := ValidateEntryPoints([]byte("[any.group]\nname = " + reference)); err != nil {
			t.Errorf("%q: %v", reference, err)
		}
	}
	for _, reference := range []string{
		"", "foo:", ":bar", "foo-bar", "foo..bar", "foo.", "1foo", "foo:bar:baz", "foo bar", "foo:bar(1)", "foo:bar [x", "foo:bar [-]",
		"foo; import os", "foo\n  bar", "foo:bar [a,b c]", "foo/bar", "[x]",
	} {
		if err := ValidateEntryPoints([]byte("[any.group]\nname = " + reference)); err == nil {
			t.Errorf("%q passes as an object reference", reference)
		}
	}
}

// TestEntryPointErrors: the packager reads where and what.
func TestEntryPointErrors(t *testing.T) {
	for text, want := range map[string]string{
		"\xff\xfe\xfd":                       "entry_points.txt is not UTF-8",
		"[console_scripts]\nfoo:main\n":      `entry_points.txt, line 2: "foo:main" is not of the form name = object reference`,
		"\n\nfoo = a:b":                      `entry_points.txt, line 3: "foo = a:b" stands before the first [group]`,
		"[a]\n= b":                           `entry_points.txt, line 2: "= b" is not of the form`,
		"[a]\nx=y\n[a]":                      `entry_points.txt, line 3: the group [a] stands twice`,
		"[a]\nx=y\nx=z":                      `entry_points.txt, line 3: "x" stands twice in the group [a]`,
		"[a b]":                              `entry_points.txt, line 1: "a b" is not a group name`,
		"[a]\nx = y z":                       `entry_points.txt, line 2: "y z" is not an object reference`,
		"[console_scripts]\nx = y":           `entry_points.txt, line 2: "y" names a module; the script x needs module:object`,
		"[gui_scripts]\n\na b = c:d":         `entry_points.txt, line 3: "a b" is not the name of a script`,
		"[a]\nx\x00y = z":                    `entry_points.txt, line 2: "x\x00y" is not an entry point name`,
		"[a]\nx = y [a b]":                   `entry_points.txt, line 2: "a b" is not the name of an extra`,
		"[a]\n\nx =\n  y\n\n[b]\n[x = y":     `entry_points.txt, line 7: "[x" is not an entry point name`,
		"[console_scripts]\nfoo = foo:main;": `"foo:main;" is not an object reference`,
	} {
		if err := ValidateEntryPoints([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	if err := ValidateEntryPoints(nil); err != nil {
		t.Errorf("an empty file: %v", err)
	}
}

// FuzzEntryPoints: no panic, errors in UTF-8, and accepted script names that
// are safe as names of files.
func FuzzEntryPoints(f *testing.F) {
	f.Add([]byte("[console_scripts]\nfoo = foomod:main\nfoobar = foomod:main_bar [bar,baz]\n[pytest11]\nnbval = nbval.plugin\n"))
	f.Add([]byte("[a]\nx =\n  y:z\n; c\n  [b]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := ValidateEntryPoints(text); err != nil {
			if !utf8.ValidString(err.Error()) {
				t.Fatalf("%q: error %q", text, err)
			}
			return
		}
		entries, err := parseEntryPoints(string(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.group == "console_scripts" && strings.ContainsAny(e.name, "/\\:\x00\n ") {
				t.Fatalf("%q: script %q", text, e.name)
			}
		}
	})
}
