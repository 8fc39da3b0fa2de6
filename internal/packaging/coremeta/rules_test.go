package coremeta

import (
	"slices"
	"strings"
	"testing"
)

// TestAddresses: lists people really write pass, what is no address does not.
func TestAddresses(t *testing.T) {
	for _, list := range []string{
		"a@example.com",
		"A B <a@example.com>",
		`"C. Schultz" <cschultz@example.com>, Jane <jane.doe+x@sub.example.co.uk>`,
		`Doe, Jane <jane@example.com>`,
		`"Doe, \"Jane, X\" @home" <jane@example.com>`,
		`"Doe <x@y z>, J" <jane@example.com>`,
		"a@example.com (Jane, the author)",
		"Jane (from a@b, c) <jane@example.com>",
		"jürgen@exämple.de",
		"dev@localhost",
		"a@example.com,",
		"o'neil@example.com, x_y@1.example.com",
		"Jane <jane@example.com",
	} {
		m := with(func(m *Metadata) { m.AuthorEmail, m.MaintainerEmail = list, list })
		if problems := m.Validate(Options{}); problems != nil {
			t.Errorf("%s: %v", list, problems)
		}
	}
	for list, want := range map[string]string{
		"Jane Doe":                       `Author-email: "Jane Doe" holds no email address`,
		"jane":                           `Author-email: "jane" holds no email address`,
		"jane@":                          `Author-email: "jane@" is not a valid email address`,
		"@example.com":                   `Author-email: "@example.com" is not a valid email address`,
		"a b@example.com":                `Author-email: "a b@example.com" is not a valid email address`,
		"Jane <a@example..com>":          `Author-email: "a@example..com" is not a valid email address`,
		"a@example.com, b@x_y":           `Author-email: "b@x_y" is not a valid email address`,
		".a@example.com":                 `Author-email: ".a@example.com" is not a valid email address`,
		"a@b@example.com":                `Author-email: "a@b@example.com" is not a valid email address`,
		strings.Repeat("a", 65) + "@b.c": `Author-email: "` + strings.Repeat("a", 65) + `@b.c" is not a valid email address`,
		"a@example.com <b>@x":            `Author-email: "b" is not a valid email address`,
	} {
		m := with(func(m *Metadata) { m.AuthorEmail = list })
		if got := told(t, m.Validate(Options{})); got != want {
			t.Errorf("%s: got  %s\nwant %s", list, got, want)
		}
	}
}

// TestClassifiers: the embedded list is whole.
func TestClassifiers(t *testing.T) {
	list := classifiers()
	if len(list.live) < 880 || len(list.deprecated) < 7 || ClassifiersVersion() == "" {
		t.Fatalf("%d live, %d deprecated, version %q", len(list.live), len(list.deprecated), ClassifiersVersion())
	}
	for _, name := range Classifiers() {
		if !strings.Contains(name, " :: ") || strings.TrimSpace(name) != name || list.deprecated[name] != nil {
			t.Errorf("%q is no classifier", name)
		}
	}
	for name, replacements := range list.deprecated {
		if list.known[name] {
			t.Errorf("%q is live and deprecated", name)
		}
		for _, r := range replacements {
			if !list.known[r] {
				t.Errorf("%q is replaced by %q, which is not in the list", name, r)
			}
		}
	}
	if !slices.Contains(Classifiers(), "Programming Language :: Python :: 3.14") {
		t.Error("Python 3.14 is missing")
	}
}

// TestWellKnownLabels is M-07.
func TestWellKnownLabels(t *testing.T) {
	for kind, labels := range map[WellKnown][]string{
		Homepage:      {"Homepage", "Home-Page", "home page", "HOMEPAGE!"},
		Source:        {"source", "Source Code", "Repository", "GitHub"},
		Download:      {"Download"},
		Changelog:     {"Changelog", "Change Log", "changes", "What's New", "History"},
		ReleaseNotes:  {"Release Notes", "release_notes"},
		Documentation: {"documentation", "Docs"},
		Issues:        {"Issues", "bugs", "Issue", "Tracker", "Issue Tracker", "Bug-Tracker"},
		Funding:       {"Funding", "Sponsor", "Donate", "donation"},
		"":            {"", "Chat", "CI", "my docs", "Доки", "homepage2"},
	} {
		for _, label := range labels {
			if got, ok := WellKnownLabel(label); got != kind || ok != (kind != "") {
				t.Errorf("%q: got %q, %v, want %q", label, got, ok, kind)
			}
		}
	}
	if got := NormalizeLabel(" Ünï-Code_1.`~$+<=>|^\t"); got != "ünïcode1" {
		t.Errorf("got %q", got)
	}
}

// TestNormalize: stored spellings (L-01, M-04), and the original untouched.
func TestNormalize(t *testing.T) {
	m := Metadata{LicenseExpression: "mit and (apache-2.0)", Dynamic: []string{"requires-dist", "HOME-PAGE", "Project-URL"}}
	n := m.Normalize()
	if n.LicenseExpression != "MIT AND (Apache-2.0)" || !slices.Equal(n.Dynamic, []string{"Requires-Dist", "Home-Page", "Project-Url"}) {
		t.Errorf("got %+v", n)
	}
	if m.Dynamic[0] != "requires-dist" {
		t.Error("the receiver changed")
	}
	bad := Metadata{LicenseExpression: "not a licence", Dynamic: []string{"-"}}
	if n := bad.Normalize(); n.LicenseExpression != "not a licence" || n.Dynamic[0] != "-" {
		t.Errorf("got %+v", n)
	}
	if n := (Metadata{}).Normalize(); n.Dynamic != nil || n.LicenseExpression != "" {
		t.Errorf("got %+v", n)
	}
}

// TestWarnings is L-02.
func TestWarnings(t *testing.T) {
	m := Metadata{
		LicenseExpression: "GPL-2.0 OR MIT",
		Classifiers:       []string{"License :: OSI Approved :: MIT License", "Typing :: Typed"},
	}
	want := `License-Expression: the SPDX identifier GPL-2.0 is deprecated
Classifier: the licence classifier "License :: OSI Approved :: MIT License" is deprecated where there is a License-Expression`
	if got := told(t, m.Warnings()); got != want {
		t.Errorf("got %s", got)
	}
	for _, expression := range []string{"", "not a licence"} {
		m.LicenseExpression = expression
		if m.Warnings() != nil {
			t.Errorf("%q: got %v", expression, m.Warnings())
		}
	}
}
