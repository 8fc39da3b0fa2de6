package pep508_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep508"
)

// FuzzParse: no input panics; what is accepted has valid names and a canonical
// text that reads back as itself; what is refused has a message fit for one
// line.
func FuzzParse(f *testing.F) {
	for _, c := range oracleCases(f, "requirements.jsonl", 1000) {
		f.Add(c.In)
	}
	f.Add("name >= 1.0+" + strings.Repeat("local.", 400) + "1")
	f.Add("name ~= " + strings.Repeat("9", 2500))
	f.Add("name >= 1" + strings.Repeat("\U000e0001", 500))
	f.Fuzz(func(t *testing.T, s string) {
		r, err := pep508.Parse(s)
		if err != nil {
			checkMessage(t, err)
			return
		}
		again, err := pep508.Parse(r.String())
		if err != nil {
			t.Fatalf("canonical text %q of %q is refused: %v", r, s, err)
		}
		if again.String() != r.String() {
			t.Errorf("canonical text %q of %q reads back as %q", r, s, again)
		}
		for _, name := range append([]string{r.Name}, r.Extras...) {
			if !packaging.ValidName(name) {
				t.Errorf("%q has the invalid name %q", s, name)
			}
		}
		if strings.ContainsAny(r.String(), "\r\n\x00") {
			t.Errorf("%q contains a line break", r)
		}
	})
}

// FuzzMarker: as FuzzParse, and a marker and its canonical text evaluate alike.
func FuzzMarker(f *testing.F) {
	cases := oracleCases(f, "random_markers.jsonl", 1000)
	for _, c := range cases[1:] {
		f.Add(c.In)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := pep508.ParseMarker(s)
		if err != nil {
			checkMessage(t, err)
			return
		}
		again := mustMarker(t, m.String())
		if again.String() != m.String() {
			t.Errorf("canonical text %q of %q reads back as %q", m, s, again)
		}
		for _, env := range cases[0].Environments {
			if a, b := resultOf(t, s, env), resultOf(t, m.String(), env); a != b {
				t.Errorf("%q is %s, its canonical text %q is %s", s, a, m, b)
			}
		}
	})
}

func checkMessage(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\n\x00") || len(text) > 2000 {
		t.Errorf("message unfit for one line: %.3000q", text)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, in string }{
		{"name", "requests"},
		{"usual", "requests>=2.8.1,<3"},
		{"long", `requests[security,tests]>=2.8.1,==2.8.*; python_version < "2.7" and (os_name == "posix" or extra == "test")`},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pep508.Parse(c.in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEvaluate(b *testing.B) {
	m := mustMarker(b, `python_version >= "3.8" and (os_name == "posix" or extra == "test")`)
	env := pep508.Environment{Values: map[string]string{"python_version": "3.12", "os_name": "posix", "extra": ""}}
	b.ReportAllocs()
	for b.Loop() {
		if result, err := m.Evaluate(env); err != nil || !result {
			b.Fatal(result, err)
		}
	}
}
