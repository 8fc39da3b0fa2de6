package pep440

import (
	"cmp"
	"regexp"
	"strings"
	"testing"
)

func TestVersionsAsPackaging(t *testing.T) { // V-01, V-02, V-03, V-05
	for _, row := range oracle(t, "versions.tsv", 8, 2500) {
		v, err := Parse(unquote(t, row[1]))
		if err != nil {
			t.Error(err)
			continue
		}
		flags := flag("p", v.IsPrerelease()) + flag("o", v.IsPostrelease()) + flag("d", v.IsDevrelease())
		got := []string{v.String(), v.Canonical(), v.Public().String(), v.Base().String(), v.Local(), flags}
		if want := row[2:]; strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: got %q, want %q", row[1], got, want)
		}
		if v.HasLocal() != (row[6] != "") || v.Public().HasLocal() {
			t.Errorf("%s: HasLocal = %t", row[1], v.HasLocal())
		}
		if base := v.Base(); base.IsPrerelease() || base.IsPostrelease() || base.HasLocal() {
			t.Errorf("%s: the base %s is more than a release", row[1], base)
		}
	}
}

func flag(letter string, is bool) string {
	if is {
		return letter
	}
	return "-"
}

func TestSpellings(t *testing.T) { // V-02
	for text, want := range map[string]string{
		" 1.0\n":      "1.0",
		"\u20031.0":   "1.0",
		"v1.0":        "1.0",
		"1.1RC1":      "1.1rc1",
		"00!01.02":    "1.2",
		"0!1.0":       "1.0",
		"01!1.0":      "1!1.0",
		"1.0+foo0100": "1.0+foo0100",
		"1.0+0100.a":  "1.0+100.a",
		"1.1-a.1":     "1.1a1",
		"1alpha":      "1a0",
		"1beta_2":     "1b2",
		"1c1":         "1rc1",
		"1pre1":       "1rc1",
		"1preview3":   "1rc3",
		"1.2a":        "1.2a0",
		"1.2a-":       "1.2a0",
		"1.2a-post":   "1.2a0.post0",
		"1.0-r4":      "1.0.post4",
		"1.0rev4":     "1.0.post4",
		"1.0.post":    "1.0.post0",
		"1.0-1":       "1.0.post1",
		"1.0-1-dev":   "1.0.post1.dev0",
		"1.2_dev":     "1.2.dev0",
		"1+ubuntu-1":  "1+ubuntu.1",
		"1+Ubuntu_1":  "1+ubuntu.1",
	} {
		if got := mustParse(t, text).String(); got != want {
			t.Errorf("Parse(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestInvalidVersions(t *testing.T) { // V-07
	for _, row := range oracle(t, "invalid.tsv", 1, 500) {
		if v, err := Parse(unquote(t, row[0])); err == nil || !v.IsZero() {
			t.Errorf("Parse(%s) = %q, %v", row[0], v, err)
		}
	}
}

func TestVersionErrorsSayWhatIsWrong(t *testing.T) { // V-07
	for text, want := range map[string]string{
		"":             `invalid version "": it is empty; write it like 1.2.3`,
		" ":            `invalid version " ": it is empty; write it like 1.2.3`,
		"french toast": `invalid version "french toast": it must begin with a number, like 1.2.3`,
		"v":            `invalid version "v": it must begin with a number, like 1.2.3`,
		".1":           `invalid version ".1": it must begin with a number, like 1.2.3`,
		"1!":           `invalid version "1!": something must follow "1!"`,
		"1.0+":         `invalid version "1.0+": something must follow "1.0+"`,
		"1.0+_foo":     `invalid version "1.0+_foo": unexpected "_foo" after "1.0+"`,
		"1.0+a+b":      `invalid version "1.0+a+b": unexpected "+b" after "1.0+a"`,
		"1.0--1":       `invalid version "1.0--1": unexpected "--1" after "1.0"`,
		"1.0.":         `invalid version "1.0.": unexpected "." after "1.0"`,
		"1..0":         `invalid version "1..0": unexpected "..0" after "1"`,
		"1.٣":          `invalid version "1.٣": unexpected ".٣" after "1"`,
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("Parse(%q):\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestErrorsOfLongVersionsAreShort(t *testing.T) {
	_, err := Parse(strings.Repeat("1.", 1e5) + "x")
	if err == nil || len(err.Error()) > 500 {
		t.Errorf("error of %d bytes", len(err.Error()))
	}
}

// The whole order, not only neighbours: a comparison that is not transitive
// would pass a look at neighbours.
func TestOrderAsPackaging(t *testing.T) { // V-04
	rows := oracle(t, "versions.tsv", 8, 2500)
	versions, keys := make([]Version, len(rows)), make([]string, len(rows))
	for i, row := range rows {
		versions[i] = mustParse(t, unquote(t, row[1]))
		keys[i] = versions[i].SortKey()
		if i > 0 && (row[0] == rows[i-1][0]) != (row[3] == rows[i-1][3]) { // V-03
			t.Errorf("canonical forms of %s and %s", versions[i-1], versions[i])
		}
	}
	for i, v := range versions {
		for j, w := range versions {
			want := cmp.Compare(i, j)
			if rows[i][0] == rows[j][0] {
				want = 0
			}
			if got := v.Compare(w); got != want {
				t.Fatalf("%s.Compare(%s) = %d, want %d", v, w, got, want)
			}
			if got := strings.Compare(keys[i], keys[j]); got != want {
				t.Fatalf("sort keys of %s and %s: %d, want %d", v, w, got, want)
			}
		}
	}
}

func TestOrderOfTheStandard(t *testing.T) { // V-04
	versions := parseAll(t, strings.Fields(`1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2
		1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0 1.0+abc.5 1.0+abc.7 1.0+5 1.0.post456.dev34 1.0.post456
		1.0.15 1.1.dev1 1!0.1`))
	for i, v := range versions {
		for j, w := range versions {
			if got, want := v.Compare(w), cmp.Compare(i, j); got != want {
				t.Errorf("%s.Compare(%s) = %d, want %d", v, w, got, want)
			}
		}
	}
	if !mustParse(t, "1.0").Equal(mustParse(t, "1")) || mustParse(t, "1.0").Equal(mustParse(t, "1.0+x")) {
		t.Error("Equal is not the equality of Compare")
	}
}

// PyPA's library stops at 4,300 digits; dates, hashes and jokes need not.
func TestNumbersOfAnyLength(t *testing.T) {
	nines := strings.Repeat("9", 10_000)
	next := "1" + strings.Repeat("0", 10_000)
	for _, pattern := range []string{"#", "1.#", "#!1", "1a#", "1rc#.dev1", "1.post#", "1.dev#", "1+#", "1+a.#"} {
		small := mustParse(t, strings.ReplaceAll(pattern, "#", "000"+nines))
		great := mustParse(t, strings.ReplaceAll(pattern, "#", next))
		if small.Compare(great) != -1 || great.Compare(small) != +1 || small.SortKey() >= great.SortKey() {
			t.Errorf("%s: 9…9 is not below 10…0", pattern)
		}
		if want := strings.ReplaceAll(pattern, "#", nines); small.String() != want {
			t.Errorf("%s: normal form of %d bytes, want %d", pattern, len(small.String()), len(want))
		}
	}
	// The key writes 25 and more digits in another way.
	for n := 1; n < 120; n++ {
		small, great := mustParse(t, strings.Repeat("9", n)), mustParse(t, "1"+strings.Repeat("0", n))
		if small.SortKey() >= great.SortKey() {
			t.Errorf("%d digits: sort keys %q, %q", n, small.SortKey(), great.SortKey())
		}
	}
}

func TestSortKey(t *testing.T) {
	for text, want := range map[string]string{
		"1.10.post2+gpu.3": "A0A1B10.~1A210gpu-1A3",
		"1!0.0a3.dev4":     "A1A0.aA300A4",
		"2.dev0":           "A0A2.!00A0",
	} {
		if got := mustParse(t, text).SortKey(); got != want {
			t.Errorf("sort key of %s: %s, want %s", text, got, want)
		}
	}
}

func TestZeroVersion(t *testing.T) {
	if v := (Version{}); !v.IsZero() || v.String() != "" || v.Local() != "" || v.IsPrerelease() {
		t.Errorf("the zero version is %q", v)
	}
	if mustParse(t, "0").IsZero() {
		t.Error("0 is the zero value")
	}
}

// grammar is V-01 and V-02 as one expression: slow, and another way to say
// which texts are versions.
func grammar() *regexp.Regexp {
	const (
		separator = `[._-]?`
		number    = separator + `[0-9]*`
		pre       = `(` + separator + `(alpha|a|beta|b|preview|pre|c|rc)` + number + `)?`
		post      = `(-[0-9]+|` + separator + `(post|rev|r)` + number + `)?`
		dev       = `(` + separator + `dev` + number + `)?`
		local     = `(\+[a-z0-9]+([._-][a-z0-9]+)*)?`
	)
	return regexp.MustCompile(`^v?([0-9]+!)?[0-9]+(\.[0-9]+)*` + pre + post + dev + local + `$`)
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"", "1.0", " v1!01.0-ALPHA.2-r3_dev+Ab.001\n", "1.0-1", "1.0+", "1..0", "9999999999999999999999.dev", "1c"} {
		f.Add(text, "1.0.post1")
	}
	f.Add(strings.Repeat("\U000e0001", 500), "1"+strings.Repeat("\xff", 2500))
	valid := grammar()
	f.Fuzz(func(t *testing.T, a, b string) {
		v, err := Parse(a)
		if want := valid.MatchString(asciiLower(trimSpace(a))); want != (err == nil) {
			t.Fatalf("Parse(%q): %v, but by the grammar its validity is %t", a, err, want)
		}
		if err != nil {
			checkMessage(t, err)
			return
		}
		again, err := Parse(v.String())
		if err != nil || again != v {
			t.Fatalf("Parse(%q) = %q, whose text parses to %q, %v", a, v, again, err)
		}
		if c := mustParse(t, v.Canonical()); !c.Equal(v) || c.Canonical() != v.Canonical() {
			t.Fatalf("canonical form of %q is %q", v, c)
		}
		w, err := Parse(b)
		if err != nil {
			return
		}
		order := v.Compare(w)
		if w.Compare(v) != -order || strings.Compare(v.SortKey(), w.SortKey()) != order {
			t.Fatalf("order of %q and %q: %d, %d, keys %q, %q", v, w, order, w.Compare(v), v.SortKey(), w.SortKey())
		}
		if (v.Canonical() == w.Canonical()) != (order == 0) {
			t.Fatalf("%q and %q: order %d, canonical %q, %q", v, w, order, v.Canonical(), w.Canonical())
		}
	})
}

// checkMessage asks that a refusal repeats little of a long input, on one line.
func checkMessage(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); strings.ContainsAny(text, "\r\n\x00") || len(text) > 2000 {
		t.Fatalf("message of %d bytes: %.3000q", len(text), text)
	}
}

// asciiLower leaves letters such as the Kelvin sign alone, whose lower case is
// ASCII.
func asciiLower(s string) string {
	out := []byte(s)
	for i := range out {
		out[i] = lower(out[i])
	}
	return string(out)
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"release": "1.26.4", "normal": "2.0.0rc1.post2.dev3", "spelled": " V2.0.0-Preview.1-R2_dev+Ubuntu-1 ", "invalid": "french toast",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Parse(text)
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	v, w := mustParse(b, "1.26.4rc1.post1"), mustParse(b, "1.26.4rc1.post2")
	b.ReportAllocs()
	for b.Loop() {
		v.Compare(w)
	}
}

func BenchmarkSortKey(b *testing.B) {
	v := mustParse(b, "1.26.4rc1.post1")
	b.ReportAllocs()
	for b.Loop() {
		v.SortKey()
	}
}
