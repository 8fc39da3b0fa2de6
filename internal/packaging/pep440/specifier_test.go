package pep440

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestSpecifiersAsPackaging(t *testing.T) { // V-10, V-11, V-12, V-13, V-16
	for _, row := range oracle(t, "specifiers.tsv", 2, 3000) {
		set, err := ParseSpecifierSet(unquote(t, row[0]))
		if (err == nil) != (row[1] == "valid") {
			t.Errorf("ParseSpecifierSet(%s): %v, but it is %s", row[0], err, row[1])
			continue
		}
		if err != nil {
			continue
		}
		if want := unquote(t, row[2]); set.String() != want {
			t.Errorf("%s: normal text %q, want %q", row[0], set, want)
		}
		if got := strconv.FormatBool(set.MentionsPrerelease()); got != row[3] {
			t.Errorf("%s: MentionsPrerelease = %s", row[0], got)
		}
	}
}

func TestMatchesAsPackaging(t *testing.T) { // V-10 … V-15
	for _, row := range oracle(t, "matches.tsv", 3, 3000) {
		set, candidate := mustParseSet(t, unquote(t, row[0])), unquote(t, row[1])
		if got := strconv.FormatBool(set.ContainsString(candidate)); got != row[2] {
			t.Errorf("%s contains %s: got %s, want %s", row[0], row[1], got, row[2])
		}
		v, err := Parse(candidate)
		if err != nil || strings.Contains(row[0], "===") {
			continue // "===" looks at the spelling, which a Version has lost
		}
		if got := strconv.FormatBool(set.Contains(v)); got != row[2] {
			t.Errorf("%s contains version %s: got %s, want %s", row[0], v, got, row[2])
		}
	}
}

func TestFilterAsPackaging(t *testing.T) {
	for _, row := range oracle(t, "filter.tsv", 3, 300) {
		var kept []string
		for _, v := range mustParseSet(t, unquote(t, row[0])).Filter(parseAll(t, strings.Fields(row[1]))) {
			kept = append(kept, v.String())
		}
		if want := strings.Fields(row[2]); !slices.Equal(kept, want) {
			t.Errorf("%s of %s: got %q, want %q", row[0], row[1], kept, want)
		}
	}
}

func TestRulesOfTheStandard(t *testing.T) {
	for _, c := range []struct{ set, in, out string }{
		{"~=2.2", "2.2 2.3 2.2.post1 2.10", "2.1 3.0 2.2rc1 3.0.dev0"}, // V-11
		{"~=2.2.post3", "2.2.post3 2.3", "2.2 2.2.post2 3.0"},
		{"~=1.4.5.0", "1.4.5 1.4.5.9", "1.4.6"},
		{"~=1!2.2", "1!2.9", "2.2 2!2.2"},
		{"==3.0.*", "3 3.0 3.0.1 3.0a1 3.0.dev0 3.0+x", "3.1 30 2.9 1!3.0"}, // V-12
		{"!=1.1.*", "1.0 1.2 1.10", "1.1 1.1.post1 1.1a1 1.1+x"},
		{"==1.0", "1 1.0 1.0.0 1.0+x", "1.0.1 1.0.post0 1.0a1"}, // V-13
		{"==1.0+x", "1.0+X 1+x", "1.0 1.0+y"},
		{"!=1.0+x", "1.0 1.0+y", "1.0+x"},
		{">1.7", "1.7.1 1.7.1.dev1", "1.7 1.7.0.post1 1.7+x 1.7rc1"}, // V-14
		{">1.7.post2", "1.7.post3 1.7.1", "1.7.post2 1.7.post2+x 1.7.0"},
		{"<1.7", "1.6 1.6.post1", "1.7 1.7rc1 1.7.dev0"},
		{"<1.7rc1", "1.7b1 1.7rc1.dev0", "1.7rc1 1.7"},
		{"<1.7.post1", "1.7 1.7+x", "1.7.post1 1.7.post1.dev0"},
		{"<=1.7", "1.7 1.7+x 1.7rc1", "1.7.post1"},
		{">=1.7", "1.7 1.7+x 1.7.post1", "1.7rc1"},
		{"===1.0RC1", "1.0rc1", "1.0 1.0rc2"}, // V-15
		{"", "0 1!1.dev0", ""},                // V-16
		{">=1, !=1.5 ,<2", "1 1.4", "1.5 2 0.9"},
	} {
		set := mustParseSet(t, c.set)
		for _, v := range parseAll(t, strings.Fields(c.in)) {
			if !set.Contains(v) {
				t.Errorf("%q does not contain %s", c.set, v)
			}
		}
		for _, v := range parseAll(t, strings.Fields(c.out)) {
			if set.Contains(v) {
				t.Errorf("%q contains %s", c.set, v)
			}
		}
	}
}

func TestTextThatIsNoVersion(t *testing.T) { // V-15
	for _, c := range []struct {
		set, text string
		want      bool
	}{
		{"", "not a version", true},
		{"==1.0", "not a version", false},
		{"!=1.0", "not a version", false},
		{"===lolwat", "LolWat", true},
		{"===lolwat", "lolwat2", false},
		{"===lolwat,>=1", "lolwat", false},
		{"===1.0", "1.0", true},
		{"===1.0", "1.0.0", false}, // the same release, another text
		{"===1.0", " 1.0", false},
		{"===", "", true},
		{">=1.0", " v1.0 ", true},
	} {
		if got := mustParseSet(t, c.set).ContainsString(c.text); got != c.want {
			t.Errorf("%q contains %q: %t", c.set, c.text, got)
		}
	}
}

// Installers leave pre-releases out, but rather take one than nothing.
func TestFilter(t *testing.T) {
	for _, c := range []struct{ set, versions, want string }{
		{"", "1.0 1.1a1 1.1 2.dev0", "1.0 1.1"},
		{"", "2.0 1.0", "2.0 1.0"}, // the order is kept
		{"", "1.1a1 2.dev0", "1.1a1 2.dev0"},
		{">=1.1a1", "1.0 1.1a1 1.1", "1.1a1 1.1"},
		{"!=1.1a1", "1.0 1.1a2", "1.0"}, // "!=" asks for nothing
		{">=1.1", "1.0 1.2a1", "1.2a1"},
		{">3", "1.0 1.2a1", ""},
	} {
		var kept []string
		for _, v := range mustParseSet(t, c.set).Filter(parseAll(t, strings.Fields(c.versions))) {
			kept = append(kept, v.String())
		}
		if got := strings.Join(kept, " "); got != c.want {
			t.Errorf("%q of %s: got %q, want %q", c.set, c.versions, got, c.want)
		}
	}
}

// A metadata field can be long; what is cheap to send must be cheap to read.
// Work that grows with the square of the length would take minutes here.
func TestLongSetsAreReadInTime(t *testing.T) {
	var text strings.Builder
	for i := range 100_000 {
		text.WriteString("!=" + strconv.Itoa(i) + ".0,")
	}
	start := time.Now()
	set := mustParseSet(t, text.String())
	if set.Contains(mustParse(t, "77777")) || !set.Contains(mustParse(t, "100000")) {
		t.Error("wrong answer of a long set")
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("reading %d kB took %s", text.Len()/1000, took)
	}
}

func TestSpecifierErrorsSayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		">1, 1.0":   `invalid specifier "1.0": it must begin with one of ~= == != <= >= < > ===`,
		"=>1":       `invalid specifier "=>1": it must begin with one of ~= == != <= >= < > ===`,
		">=":        `invalid specifier ">=": invalid version "": it is empty; write it like 1.2.3`,
		">=1.0.*":   `invalid specifier ">=1.0.*": invalid version "1.0.*": unexpected ".*" after "1.0"`,
		"==1.0a1.*": `invalid specifier "==1.0a1.*": .* can only follow the numbers of a release, as in 1.2.*`,
		"==1.0 .*":  `invalid specifier "==1.0 .*": .* can only follow the numbers of a release, as in 1.2.*`,
		"~=1":       `invalid specifier "~=1": ~= needs two numbers or more, as in ~=1.0`,
		"<1+x":      `invalid specifier "<1+x": < does not allow a local part ("+x")`,
		"===a b":    `invalid specifier "===a b": no white space, ";" or ")" may stand in the text after ===`,
	} {
		if _, err := ParseSpecifierSet(text); err == nil || err.Error() != want {
			t.Errorf("ParseSpecifierSet(%q):\n got %v\nwant %s", text, err, want)
		}
	}
	if _, err := ParseSpecifier(""); err == nil {
		t.Error("an empty clause is a specifier")
	}
}

func TestSpecifierText(t *testing.T) {
	for text, want := range map[string]string{
		"<2, >=1.0 ,, !=1.5":        "!=1.5,<2,>=1.0",
		"==1.0,==1,==1.0.0":         "==1",
		"~=1.0,~=1.0.0":             "~=1.0,~=1.0.0", // they do not say the same
		"==1.*,==1.0.*, >= 1.0-RC1": "==1.*,==1.0.*,>=1.0-RC1",
		" , ":                       "",
	} {
		if set := mustParseSet(t, text); set.String() != want || set.IsEmpty() != (want == "") {
			t.Errorf("%q: text %q, want %q", text, set, want)
		}
	}
	if s, err := ParseSpecifier(" ~= 1.0 "); err != nil || s.Operator() != "~=" || s.String() != "~=1.0" {
		t.Errorf("got %q, %q, %v", s.Operator(), s, err)
	}
	if (Specifier{}).Contains(mustParse(t, "1")) {
		t.Error("the zero specifier contains a version")
	}
}

func FuzzSpecifierSet(f *testing.F) {
	for _, text := range []string{"", ">=1.0,<2", "~=2.2.post3", "== 1.*, != 1.1.0+x", "===foo", ",,", "<1rc1,>1.post1,==v1"} {
		f.Add(text, "1.0.post1+x")
	}
	f.Add("~="+strings.Repeat("9", 2500), "")
	f.Add(">=1+"+strings.Repeat("a", 2500), "")
	f.Fuzz(func(t *testing.T, text, candidate string) {
		set, err := ParseSpecifierSet(text)
		if err != nil {
			checkMessage(t, err)
			return
		}
		again, err := ParseSpecifierSet(set.String())
		if err != nil || again.String() != set.String() {
			t.Fatalf("%q prints %q, which reads as %q, %v", text, set, again, err)
		}
		if set.ContainsString(candidate) != again.ContainsString(candidate) {
			t.Fatalf("%q and %q disagree about %q", text, set, candidate)
		}
		v, err := Parse(candidate)
		if err != nil {
			return
		}
		if kept := set.Filter([]Version{v}); set.Contains(v) != (len(kept) == 1) {
			t.Fatalf("%q contains %s: %t, but filters %v", set, v, set.Contains(v), kept)
		}
		checkComplement(t, set, v)
	})
}

// checkComplement asks that "!=" is the opposite of "==", and that what is not
// above or at a version is below it but for what V-14 leaves out.
func checkComplement(t *testing.T, set SpecifierSet, v Version) {
	t.Helper()
	for _, s := range set.specifiers {
		opposite := s
		switch s.operator {
		case "==":
			opposite.operator = "!="
		case "!=":
			opposite.operator = "=="
		case "<", "<=":
			if opposite.operator = ">"; s.Contains(v) && opposite.Contains(v) {
				t.Fatalf("%s satisfies %s and %s", v, s, opposite)
			}
			continue
		default:
			continue
		}
		if s.Contains(v) == opposite.Contains(v) {
			t.Fatalf("%s satisfies both or none of %s and %s", v, s, opposite)
		}
	}
}

func BenchmarkSpecifierSet(b *testing.B) {
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = ParseSpecifierSet(">=3.9,!=3.9.1,<4")
		}
	})
	b.Run("contains", func(b *testing.B) {
		set, v := mustParseSet(b, ">=3.9,!=3.9.1,<4"), mustParse(b, "3.12.1")
		b.ReportAllocs()
		for b.Loop() {
			set.Contains(v)
		}
	})
}
