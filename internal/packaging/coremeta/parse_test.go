package coremeta

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestParseProblems: what cannot be read is told, all of it, and the rest is
// read all the same (M-06).
func TestParseProblems(t *testing.T) {
	m, err := Parse([]byte("Name: foo\nVersion: 1\nSummary: a\nsummary: b\nAuthor: \xff\nLicense: x\nDescription: d\n\nbody"))
	problems, ok := errors.AsType[*ParseError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	want := []struct{ field, message string }{
		{"Author", "Author: the value is not UTF-8. See https://packaging.python.org/specifications/core-metadata for more information."},
		{"Description", "Description: the description is given 2 times, in headers and body; it may be given once. See "},
		{"Summary", "Summary: the field is given 2 times; it may be given once. See "},
	}
	for i, p := range problems.Problems {
		if i >= len(want) || p.Field != want[i].field || !strings.HasPrefix(p.Message, want[i].message) {
			t.Errorf("problem %d: %+v", i, p)
		}
	}
	if len(problems.Problems) != len(want) || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v", err)
	}
	if m.Name != "foo" || m.Version != "1" || m.License != "x" || m.Summary != "" || m.Description != "" {
		t.Errorf("got %+v", m)
	}
}

func TestParseSize(t *testing.T) {
	file := "Name: foo\n\n" + strings.Repeat("x", MaxFile)
	if _, err := Parse([]byte(file)); err == nil || !strings.Contains(err.Error(), "larger than 1048576 bytes") {
		t.Errorf("got %v", err)
	}
	if m, err := Parse([]byte(file[:MaxFile])); err != nil || len(m.Description) != MaxFile-11 {
		t.Errorf("got %d bytes, %v", len(m.Description), err)
	}
}

// TestFromForm reads a form by the names of §5.1 and §6.3.
func TestFromForm(t *testing.T) {
	m, problems := FromForm(map[string][]string{
		":action":            {"file_upload"},
		"metadata_version":   {"2.4"},
		"name":               {"foo"},
		"version":            {"1.0"},
		"home_page":          {"UNKNOWN"},
		"author":             {" unknown \n"},
		"license":            {""},
		"summary":            {"a\x00b"},
		"keywords":           {"a, b,,c d"},
		"classifiers":        {"A", "UNKNOWN", "B"},
		"platform":           {"UNKNOWN"},
		"project_urls":       {"Docs, https://example.com/a,b", "Home"},
		"import_names":       {"a", "b"},
		"import_namespace":   {"c"},
		"requires_dist":      {"x", "y"},
		"license_file":       {"LICENSE"},
		"description":        {"  text\r\n"},
		"sha256_digest":      {"00"},
		"Requires_Python":    {">=3"},
		"supported_platform": nil,
	})
	want := Metadata{
		MetadataVersion: "2.4", Name: "foo", Version: "1.0", Summary: "ab", Keywords: []string{"a", "b", "c d"},
		Classifiers: []string{"A", "B"}, ImportNames: []string{"a", "b"}, ImportNamespaces: []string{"c"},
		RequiresDist: []string{"x", "y"}, LicenseFiles: []string{"LICENSE"}, Description: "  text\r\n",
		ProjectURLs: []ProjectURL{{"Docs", "https://example.com/a,b"}, {"Home", ""}},
	}
	if len(problems) != 0 || !reflect.DeepEqual(m, want) {
		t.Errorf("got  %+v, %v\nwant %+v", m, problems, want)
	}
}

// TestFromFormNames: every field is read under each of its form names, and
// under two of them at once if it may be repeated.
func TestFromFormNames(t *testing.T) {
	const value = "a, https://example.com"
	for _, f := range fields() {
		var both Metadata
		f.set(&both, []string{value})
		given := map[string][]string{}
		for _, name := range f.forms {
			m, problems := FromForm(map[string][]string{name: {value}})
			if len(problems) != 0 || !reflect.DeepEqual(m, both) {
				t.Errorf("%s: got %+v, %v", name, m, problems)
			}
			given[name] = []string{value}
		}
		m, problems := FromForm(given)
		if len(problems) != 0 || len(f.forms) > 1 && len(f.get(&m)) != len(f.forms) {
			t.Errorf("%s: got %+v, %v", f.header, m, problems)
		}
	}
}

// TestFromFormProblems is U-06: a field that may stand once stands once,
// counted without values that say nothing.
func TestFromFormProblems(t *testing.T) {
	m, problems := FromForm(map[string][]string{
		"version": {"1", "1"}, "name": {"foo"}, "summary": {"a", "UNKNOWN"}, "license": {"\xff"},
		"keywords": {"a", "b"}, "platform": {"a\xfe"}, "requires_python": {">=3", ">=2"},
	})
	var got []string
	for _, p := range problems {
		got = append(got, p.Field)
	}
	if !slices.Equal(got, []string{"Version", "Keywords", "License", "Platform", "Requires-Python"}) {
		t.Errorf("got %v", problems)
	}
	if !reflect.DeepEqual(m, Metadata{Name: "foo", Summary: "a"}) {
		t.Errorf("got %+v", m)
	}
}

// TestImportNameEmpty: one empty Import-Name says that there is none (PEP
// 794), in a file and in a form.
func TestImportNameEmpty(t *testing.T) {
	m, err := Parse([]byte("Metadata-Version: 2.5\nName: a\nVersion: 1\nImport-Name:\n"))
	if err != nil || m.ImportNames == nil || len(m.ImportNames) != 0 || m.Validate(Options{}) != nil {
		t.Errorf("got %#v, %v, %v", m.ImportNames, err, m.Validate(Options{}))
	}
	m, _ = FromForm(map[string][]string{"import_name": {""}})
	if m.ImportNames == nil {
		t.Error("a form's empty import_name is lost")
	}
	m, _ = FromForm(map[string][]string{"import_name": {"", "a"}, "import_namespace": {""}})
	if !slices.Equal(m.ImportNames, []string{"a"}) || m.ImportNamespaces != nil {
		t.Errorf("got %#v, %#v", m.ImportNames, m.ImportNamespaces)
	}
	m.MetadataVersion, m.ImportNames = "2.4", []string{}
	if problems := m.Validate(Options{}); !slices.ContainsFunc(problems, func(p Problem) bool { return p.Field == "Import-Name" }) {
		t.Errorf("an Import-Name in 2.4 passes: %v", problems)
	}
}

// FuzzParseMetadata: no panic, no metadata that is lost in storage, and no
// problem without a field that exists.
func FuzzParseMetadata(f *testing.F) {
	f.Add([]byte("Metadata-Version: 2.4\nName: a\nVersion: 1\nKeywords: a,b\nProject-URL: a, b\nLicense-Expression: mit\n\nbody"))
	f.Add([]byte("From x\nDescription: a\n        b\n       |c\r\n\td\rName:x\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Parse(file)
		var problems []Problem
		if parse, ok := errors.AsType[*ParseError](err); ok {
			problems = parse.Problems
		} else if err != nil {
			t.Fatalf("an error of another type: %v", err)
		}
		for _, p := range append(problems, m.Validate(Options{})...) {
			if !slices.Contains(FieldNames(), p.Field) || !strings.HasPrefix(p.Message, p.Field+": ") || len(p.Message) > 2000 {
				t.Fatalf("problem %+v", p)
			}
		}
		m.Normalize()
		m.Warnings()
		encoded, err := json.Marshal(m)
		var back Metadata
		if err == nil {
			err = json.Unmarshal(encoded, &back)
		}
		if err != nil || !reflect.DeepEqual(m, back) {
			t.Fatalf("%v: %+v came back as %+v", err, m, back)
		}
	})
}
