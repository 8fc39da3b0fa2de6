package spdx_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"strongroom/internal/packaging/spdx"
)

// FuzzSPDX: no input panics; what is accepted has a canonical text that reads
// back as itself; what is refused has a message fit for one line.
func FuzzSPDX(f *testing.F) {
	for _, c := range oracleCases(f) {
		f.Add(c.In)
	}
	for _, next := range []string{"", " (", " )", " MIT", " with", " or", " with mit"} {
		f.Add("(LicenseRef-" + strings.Repeat("a", 1200) + next)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := spdx.Parse(s)
		if err != nil {
			checkMessage(t, err)
			return
		}
		again, err := spdx.Parse(e.String())
		if err != nil {
			t.Fatalf("canonical text %q of %q is refused: %v", e, s, err)
		}
		if again.String() != e.String() {
			t.Errorf("canonical text %q of %q reads back as %q", e, s, again)
		}
		if len(e.Licenses()) == 0 {
			t.Errorf("%q has no license", s)
		}
	})
}

func checkMessage(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\n\x00") || len(text) > 1000 {
		t.Errorf("message unfit for one line: %.2000q", text)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, in string }{
		{"one", "MIT"},
		{"usual", "Apache-2.0 OR BSD-2-Clause"},
		{"long", "mit and (apache-2.0+ or (mpl-2.0 or gpl-2.0-or-later with classpath-exception-2.0))"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := spdx.Parse(c.in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("refused", func(b *testing.B) {
		for b.Loop() {
			if _, err := spdx.Parse("GPL-2.0-or-latr"); err == nil {
				b.Fatal("accepted")
			}
		}
	})
}
