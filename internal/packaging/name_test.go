package packaging

import (
	"regexp"
	"strings"
	"testing"
)

func TestValidName(t *testing.T) { // N-01
	valid := []string{
		"a", "A", "0", "ab", "Django", "zope.interface", "a_b", "a-b", "a--b", "a._-b", "3to2", "x" + strings.Repeat("-", 99) + "x",
	}
	invalid := []string{
		"", "-", ".", "_", "-a", "a-", ".a", "a.", "_a", "a_", "a b", " a", "a ", "a\n", "\na", "a/b", "a+b", "a@b", "é", "aé", "aéb",
		"a\x00b", "\u212a", "a\u017f", "a‐b",
	}
	for _, name := range valid {
		if !ValidName(name) {
			t.Errorf("ValidName(%q) = false", name)
		}
	}
	for _, name := range invalid {
		if ValidName(name) {
			t.Errorf("ValidName(%q) = true", name)
		}
	}
}

func TestNormalForms(t *testing.T) { // N-02, N-03
	for _, c := range []struct{ name, normal, filename string }{
		{"friendly-bard", "friendly-bard", "friendly_bard"},
		{"Friendly-Bard", "friendly-bard", "friendly_bard"},
		{"FRIENDLY-BARD", "friendly-bard", "friendly_bard"},
		{"friendly.bard", "friendly-bard", "friendly_bard"},
		{"friendly_bard", "friendly-bard", "friendly_bard"},
		{"friendly--bard", "friendly-bard", "friendly_bard"},
		{"friendly__bard", "friendly-bard", "friendly_bard"},
		{"FrIeNdLy-._.-bArD", "friendly-bard", "friendly_bard"},
		{"a-_b-.c", "a-b-c", "a_b_c"},
		{"a", "a", "a"},
		{"", "", ""},
		{"--a__", "-a-", "_a_"}, // not a name, and still rewritten by the rule
		{"É", "É", "É"},
	} {
		if got := NormalizeName(c.name); got != c.normal {
			t.Errorf("NormalizeName(%q) = %q, want %q", c.name, got, c.normal)
		}
		if got := FilenameName(c.name); got != c.filename {
			t.Errorf("FilenameName(%q) = %q, want %q", c.name, got, c.filename)
		}
	}
}

func TestNormalNameCostsNothing(t *testing.T) { // N-02
	if n := testing.AllocsPerRun(100, func() { NormalizeName("a-normal-name") }); n != 0 {
		t.Errorf("normalising a normal name allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { NormalizeName("Not_A_Normal-name") }); n > 1 {
		t.Errorf("normalising a name allocates %v times", n)
	}
}

func TestLookAlike(t *testing.T) { // N-05
	for _, group := range [][]string{
		{"django", "DJANG0", "d-j-a-n-g-o"},
		{"pillow", "pi1low", "PlLLOW", "p.i.l.l.o.w", "p1110w"},
		{"oslo.log", "0s1o_10g"},
	} {
		for _, name := range group {
			if got, want := LookAlike(name), LookAlike(group[0]); got != want {
				t.Errorf("LookAlike(%q) = %q, but LookAlike(%q) = %q", name, got, group[0], want)
			}
		}
	}
	if LookAlike("flask") == LookAlike("flasks") {
		t.Error("flask and flasks look alike")
	}
	if got := LookAlike("Hello.World-0_Il"); got != "he110w0r1d011" {
		t.Errorf("LookAlike = %q", got)
	}
}

func FuzzNormalizeName(f *testing.F) {
	for _, name := range []string{"", "a", "FrIeNdLy-._.-bArD", "--", "a_-", "É.b"} {
		f.Add(name)
	}
	// The standards' own expressions: slow, and another way to say the rules.
	valid := regexp.MustCompile(`^([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])$`)
	separators := regexp.MustCompile(`[-_.]+`)
	f.Fuzz(func(t *testing.T, name string) {
		normal, filename := NormalizeName(name), FilenameName(name)
		if ValidName(name) != valid.MatchString(name) {
			t.Errorf("ValidName(%q) = %t", name, ValidName(name))
		}
		if want := strings.ToLower(separators.ReplaceAllString(name, "-")); ValidName(name) && normal != want {
			t.Errorf("NormalizeName(%q) = %q, want %q", name, normal, want)
		}
		if again := NormalizeName(normal); again != normal {
			t.Errorf("NormalizeName(%q) = %q, again %q", name, normal, again)
		}
		if FilenameName(normal) != filename || NormalizeName(filename) != normal {
			t.Errorf("the forms of %q disagree: %q, %q", name, normal, filename)
		}
		if strings.ContainsAny(normal, "_.ABCXYZ") || strings.Contains(normal, "--") {
			t.Errorf("NormalizeName(%q) = %q is not normal", name, normal)
		}
		if ValidName(name) != ValidName(normal) {
			t.Errorf("validity of %q and %q differs", name, normal)
		}
		if LookAlike(normal) != LookAlike(name) {
			t.Errorf("spellings of one name %q do not look alike", name)
		}
	})
}

func BenchmarkNormalizeName(b *testing.B) {
	for name, input := range map[string]string{"normal": "typing-extensions", "rewritten": "Typing_Extensions"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NormalizeName(input)
			}
		})
	}
}
