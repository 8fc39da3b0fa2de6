package coremeta

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// with returns valid metadata of version 2.6 after a change.
func with(change func(*Metadata)) Metadata {
	m := Metadata{MetadataVersion: "2.6", Name: "foo", Version: "1.0"}
	change(&m)
	return m
}

// told joins the problems as "Field: message…", without the pointer to the
// specification, which it checks.
func told(t *testing.T, problems []Problem) string {
	t.Helper()
	var lines []string
	for _, p := range problems {
		line, ok := strings.CutSuffix(p.Message, ". See https://packaging.python.org/specifications/core-metadata for more information.")
		if !ok || !strings.HasPrefix(line, p.Field+": ") || p.Error() != p.Message {
			t.Errorf("badly told: %+v", p)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestValidateTellsAll: every problem, in the order of M-03.
func TestValidateTellsAll(t *testing.T) {
	m := Metadata{
		Version: "1.x", Summary: strings.Repeat("é", 513), Classifiers: []string{"Private :: Mine", "Typing :: Typed"},
		RequiresDist: []string{"a @ https://x", "b>=1", "c !"}, HomePage: "example.com",
	}
	var got []string
	for _, p := range m.Validate(Options{}) {
		got = append(got, p.Field)
	}
	want := []string{"Metadata-Version", "Name", "Version", "Classifier", "Home-page", "Requires-Dist", "Requires-Dist", "Summary"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if m := with(func(*Metadata) {}); m.Validate(Options{}) != nil {
		t.Errorf("the least metadata (M-01) is not valid: %v", m.Validate(Options{}))
	}
}

// TestValidate are the rules of §5.1 that packaging does not have, with their
// texts.
func TestValidate(t *testing.T) {
	for want, m := range map[string]Metadata{
		`Metadata-Version: "2.0" is not a metadata version; known are 1.0, 1.1, 1.2, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6`: with(func(m *Metadata) { m.MetadataVersion = "2.0" }),
		`Version: "1.0+u.1" has a local part ("+u.1"), which this index does not accept`:                           with(func(m *Metadata) { m.Version = "1.0+u.1" }),
		`Summary: the summary must be a single line`:                                                               with(func(m *Metadata) { m.Summary = "a\nb" }),
		`Summary: the summary has 513 characters; 512 are permitted`:                                               with(func(m *Metadata) { m.Summary = strings.Repeat("é", 513) }),
		`Description: the description has 524289 bytes; 524288 are permitted`:                                      with(func(m *Metadata) { m.Description = strings.Repeat("x", MaxDescription+1) }),
		`Home-page: "ftp://x" is not a valid URL: it must begin with https:// or http://`:                          with(func(m *Metadata) { m.HomePage = "ftp://x" }),
		`Download-URL: "http://" is not a valid URL: it names no host`:                                             with(func(m *Metadata) { m.DownloadURL = "http://" }),
		`License: License is deprecated in favour of License-Expression; give only License-Expression`:             with(func(m *Metadata) { m.License, m.LicenseExpression = "MIT", "MIT" }),
		`Import-Namespace: "a" is also given as Import-Name`: with(func(m *Metadata) {
			m.ImportNames, m.ImportNamespaces = []string{"a ; private", "b"}, []string{"a", "c"}
		}),
		`Requires-Dist: can't have direct dependency: "a @ https://x"`:  with(func(m *Metadata) { m.RequiresDist = []string{"a @ https://x"} }),
		`Provides-Dist: can't have direct dependency: "a@https://x"`:    with(func(m *Metadata) { m.ProvidesDist = []string{"a@https://x"} }),
		`Obsoletes-Dist: can't have direct dependency: "a @ https://x"`: with(func(m *Metadata) { m.ObsoletesDist = []string{"a @ https://x"} }),
		`Requires-Dist: there are 1001 requirements; 1000 are permitted`: with(func(m *Metadata) {
			m.RequiresDist = slices.Repeat([]string{"a"}, 1001)
		}),
		`Classifier: "Foo :: Bar" is not a valid classifier`: with(func(m *Metadata) { m.Classifiers = []string{"Foo :: Bar"} }),
		`Classifier: the classifier "Natural Language :: Ukranian" is deprecated; use Natural Language :: Ukrainian instead`: with(func(m *Metadata) {
			m.Classifiers = []string{"Natural Language :: Ukranian"}
		}),
		`Classifier: the classifier "License :: OSI Approved :: X.Net License" is deprecated`: with(func(m *Metadata) {
			m.Classifiers = []string{"License :: OSI Approved :: X.Net License"}
		}),
	} {
		if got := told(t, m.Validate(Options{})); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestValidateProjectURLs(t *testing.T) {
	many := make([]ProjectURL, 257)
	for i := range many {
		many[i] = ProjectURL{fmt.Sprint(i), "https://example.com"}
	}
	for _, c := range []struct {
		urls []ProjectURL
		want string
	}{
		{[]ProjectURL{{"Source", "https://example.com/ünï?x#y"}, {strings.Repeat("é", 32), "HTTP://localhost:80"}}, ""},
		{[]ProjectURL{{"", "https://x"}}, `Project-URL: ", https://x" has no label; the form is "label, url"`},
		{[]ProjectURL{{strings.Repeat("é", 33), "https://x"}}, "Project-URL: the label \"" + strings.Repeat("é", 33) + "\" must be 32 characters or less"},
		{[]ProjectURL{{"https://x", ""}}, `Project-URL: the label "https://x" has no URL; the form is "label, url"`},
		{[]ProjectURL{{"A", "https://x"}, {"A", "https://y"}}, `Project-URL: the label "A" is given twice`},
		{[]ProjectURL{{"A", "javascript:alert(1)"}}, `Project-URL: "javascript:alert(1)" is not a valid URL: it must begin with https:// or http://`},
		{[]ProjectURL{{"A", "https://x/a b"}}, `Project-URL: "https://x/a b" is not a valid URL: there is a space or a control character in it`},
		{[]ProjectURL{{"A", "https://[::1"}}, `Project-URL: "https://[::1" is not a valid URL: it cannot be read`},
		{many, `Project-URL: there are 257 URLs; 256 are permitted`},
	} {
		m := with(func(m *Metadata) { m.ProjectURLs = c.urls })
		if got := told(t, m.Validate(Options{})); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestValidateAge is M-02, for every field: refused under the version before
// its own, accepted under its own.
func TestValidateAge(t *testing.T) {
	versions := metadataVersions()
	good := map[string]string{
		"Description-Content-Type": "text/plain", "License-Expression": "MIT", "Dynamic": "Summary",
		"Author-email": "a@b", "Maintainer-email": "a@b", "Home-page": "http://x", "Download-URL": "http://x",
		"Project-URL": "a, http://x", "Classifier": "Typing :: Typed", "Requires-Python": ">=3",
	}
	for _, f := range fields()[3:] {
		for i, version := range versions {
			m := with(func(m *Metadata) { m.MetadataVersion = version })
			f.set(&m, []string{"a"})
			if value := good[f.header]; value != "" {
				m = with(func(m *Metadata) { m.MetadataVersion = version })
				f.set(&m, []string{value})
			}
			want := ""
			if i < slices.Index(versions, f.since) {
				want = fmt.Sprintf("%s: the field came with metadata version %s; the metadata says it is version %s", f.header, f.since, version)
			}
			if got := told(t, m.Validate(Options{})); got != want {
				t.Errorf("%s in %s: got %q, want %q", f.header, version, got, want)
			}
		}
	}
}

// TestOptions: each option opens what it names and nothing else.
func TestOptions(t *testing.T) {
	m := Metadata{
		MetadataVersion: "2.1", Name: "foo", Version: "1.0+cu128", RequiresDist: []string{"a @ https://x"},
		Classifiers: []string{"Private :: Do Not Upload", "Foo"}, LicenseFiles: []string{"../L"},
	}
	for _, c := range []struct {
		opt  Options
		want []string
	}{
		{Options{}, []string{"Version", "Classifier", "Classifier", "License-File", "Requires-Dist"}},
		{Options{LocalVersions: true}, []string{"Classifier", "Classifier", "License-File", "Requires-Dist"}},
		{Options{DirectURLs: true}, []string{"Version", "Classifier", "Classifier", "License-File"}},
		{Options{PrivateClassifiers: true}, []string{"Version", "Classifier", "License-File", "Requires-Dist"}},
		{Options{AnyClassifiers: true}, []string{"Version", "License-File", "Requires-Dist"}},
		{Options{FromFile: true}, []string{"Version", "Classifier", "Classifier", "Requires-Dist"}},
	} {
		var got []string
		for _, p := range m.Validate(c.opt) {
			got = append(got, p.Field)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.opt, got, c.want)
		}
	}
}

// TestHugeValues: a value in a message is on one line and not too long, in
// every field, whatever the packager wrote.
func TestHugeValues(t *testing.T) {
	for _, huge := range []string{strings.Repeat("a\n\x1bé", 100_000), strings.Repeat("a", 500_000), strings.Repeat("(<@,;", 100_000)} {
		for _, f := range fields() {
			m := with(func(m *Metadata) { f.set(m, []string{huge}) })
			for _, p := range m.Validate(Options{}) {
				if len(p.Message) > 1000 || strings.ContainsAny(p.Message, "\n\x1b") {
					t.Errorf("%s: %d bytes: %.1100q", f.header, len(p.Message), p.Message)
				}
			}
		}
	}
}

// TestHostileFiles: a metadata file of the greatest size costs time in
// proportion to its size, whatever it is full of. Work that grows with the
// square takes minutes here, so that the bound may be wide.
func TestHostileFiles(t *testing.T) {
	const head = "Metadata-Version: 2.6\nName: foo\nVersion: 1\n"
	for what, unit := range map[string]string{
		"continuation lines": " \n", "comments": "()", "quotes": "\"", "brackets": "<",
		"import names":  "Import-Name: a\nImport-Namespace: a\n",
		"classifiers":   "Classifier: x\n",
		"dynamic":       "Dynamic: x\n",
		"licence files": "License-File: ../x\n",
		"requirements":  "Requires-Dist: (\nProvides-Dist: (\n",
		"URLs":          "Project-URL: a,b\n",
		"nothing":       ":\n",
		"keywords":      ",",
	} {
		file := head + "Author-email: a@b"
		if strings.Contains(unit, ":") {
			file += "\n"
		}
		if unit == "," {
			file = head + "Keywords: "
		}
		file += strings.Repeat(unit, (MaxFile-len(file))/len(unit))
		start := time.Now()
		m, err := Parse([]byte(file))
		problems := m.Validate(Options{})
		if took := time.Since(start); took > 10*time.Second || len(problems) > MaxProblems {
			t.Errorf("%s: %v, %d problems, %v", what, took, len(problems), err)
		}
	}
}
