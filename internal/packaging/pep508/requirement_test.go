package pep508_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/packaging/pep508"
)

// The table of packaging's test_basic_valid_requirement_parsing: every
// combination of its parts, with each kind of white space at "·".
func TestEveryCombinationOfParts(t *testing.T) {
	names := []string{"package", "pAcKaGe", "Package", "foo-bar.quux_bAz", "installer", "android12"}
	extras := [][]string{nil, {"a"}, {"a", "b"}, {"B", "CDEF123", "a"}}
	targets := []string{
		"", "@https://example.com/packagename.zip", "@ssh://user:pass%20word@example.com/packagename.zip",
		"@https://example.com/name;v=1.1/?query=foo&bar=baz#blah", "@git+ssh://git.example.com/MyProject",
		"@git+ssh://git@github.com:pypa/packaging.git", "@git+https://git.example.com/MyProject.git@master",
		"@git+https://git.example.com/MyProject.git@v1.0", "@git+https://git.example.com/MyProject.git@refs/pull/123/head",
		"@gopher:/foo/com", "===·arbitrarystring", "(·===·arbitrarystring·)", "==·1.0", "(·==·1.0·)", "==·1.0-alpha",
		"<=·1!3.0.0.rc2", ">·2.2·,·<·3", "(>·2.2·,·<·3)",
	}
	markers := []string{
		"", "python_version·>=·'3.3'",
		`(·python_version·>=·"3.4"·)·and extra·==·"oursql"`,
		"sys_platform·!=·'linux' and(os_name·==·'linux' or python_version·>=·'3.3'·)·",
	}
	for _, name := range names {
		for _, extra := range extras {
			for _, target := range targets {
				for _, marker := range markers {
					checkCombination(t, name, extra, target, marker)
				}
			}
		}
	}
}

func checkCombination(t *testing.T, name string, extras []string, target, marker string) {
	t.Helper()
	for _, space := range []string{"", " ", "\t"} {
		parts := []string{name}
		if extras != nil {
			parts = append(parts, "[", strings.Join(extras, "·,·"), "]")
		}
		url, isURL := strings.CutPrefix(target, "@")
		if isURL {
			parts = append(parts, "@", url)
		} else {
			parts = append(parts, target)
		}
		if marker != "" {
			parts = append(parts, map[bool]string{true: " ;", false: ";"}[isURL], marker)
		}
		in := strings.ReplaceAll(strings.Join(parts, "·"), "·", space)
		r, err := pep508.Parse(in)
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
			continue
		}
		if !isURL {
			url = ""
		}
		wantMarker := ""
		if marker != "" {
			wantMarker = mustMarker(t, strings.ReplaceAll(marker, "·", "")).String()
		}
		if r.Name != name || !slices.Equal(r.Extras, extras) || r.URL != url || r.Marker.String() != wantMarker {
			t.Errorf("Parse(%q) = %q", in, r)
		}
		if specifiers := strings.Trim(strings.ReplaceAll(target, "·", ""), "()"); !isURL && !sameClauses(r.Specifiers.String(), specifiers) {
			t.Errorf("Parse(%q) has specifiers %q, want %q", in, r.Specifiers, specifiers)
		}
	}
}

func sameClauses(a, b string) bool {
	as, bs := strings.Split(a, ","), strings.Split(b, ",")
	slices.Sort(as)
	slices.Sort(bs)
	return slices.Equal(as, bs)
}

func TestFields(t *testing.T) {
	r, err := pep508.Parse(` Requests [tests, Security,tests] >= 2.8.1 , == 2.8.* ; python_version<"2.7" `)
	if err != nil {
		t.Fatal(err)
	}
	if r.Name != "Requests" || !slices.Equal(r.Extras, []string{"Security", "tests"}) || r.URL != "" {
		t.Errorf("got %+v", r)
	}
	if r.Specifiers.String() != "==2.8.*,>=2.8.1" || r.Marker.String() != `python_version < "2.7"` {
		t.Errorf("got %q and %q", r.Specifiers, r.Marker)
	}
	if r, err = pep508.Parse("foo @ https://x/; ; os_name=='a'"); err != nil || r.URL != "https://x/;" || r.Marker == nil {
		t.Errorf("got %+v, %v", r, err)
	}
	r, err = pep508.Parse("foo[] @ https://x/y;z")
	if err != nil || r.URL != "https://x/y;z" || r.Extras != nil || r.Marker != nil {
		t.Errorf("got %+v, %v", r, err)
	}
}

// Errors say what was expected, and where.
func TestRequirementErrors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", `invalid requirement "": at the end: expected a project name`},
		{"==0.0", "at character 1: expected a project name"},
		{"-foo", `at character 1: a project name must begin and end with a letter or a digit, not be "-foo"`},
		{"foo_>=1", `a project name must begin and end with a letter or a digit, not be "foo_"`},
		{"name[bar baz]", `at character 10: expected "," or the "]" that closes the "[" at character 5`},
		{"name[bar, baz,]", "at character 15: expected the name of an extra"},
		{"name[,bar]", "at character 6: expected the name of an extra"},
		{"name[bar, baz >= 1.0", `at character 15: expected "," or the "]" that closes the "[" at character 5`},
		{"name[bar, baz", `at the end: expected "," or the "]"`},
		{"name[a-]", `at character 6: the name of an extra must begin and end with a letter or a digit, not be "a-"`},
		{"name (>= 1.0", `at the end: expected "," or the ")" that closes the "(" at character 6`},
		{"name (>= 1.0 <2)", `at character 14: expected "," or the ")"`},
		{"black (>=20.*) ; extra == 'format'", "at character 8: "},
		{"name == 1.2.3.post4.*", "at character 6: "},
		{"name >=1, > 1.0+local", "at character 11: "},
		{"name==", "at character 5: "},
		{"name==1.0.org1", "at character 5: "},
		{"demo===x,y", "at character 5: "},
		{"name>=1,,<2", `at character 9: expected "," before another version specifier`},
		{"name 1.0", `at character 6: expected a version specifier such as ">=1.0", ";" before a marker, or the end`},
		{"name >= 1.0 #", `at character 13: expected "," before another version specifier, ";" before a marker, or the end`},
		{"name >= 1.0 <= 2.0", `at character 13: expected ","`},
		{"name @ ", `at the end: expected a URL after "@"`},
		{"name @ https://é.com/; extra == 'x'", `at character 22: expected a space between the URL "https://é.com/" and ";"`},
		{"name @ https://é.com x", `at character 22: expected ";" before a marker, or the end`},
		{"name;", "at the end: expected a variable or a quoted string"},
		{"name; os_name == 'x' foo", `at character 22: expected "and", "or" or the end`},
		{"name>=1\nInjected: yes", `at character 8: unexpected control character or line break '\n'`},
		{"name\xff", "at character 5: unexpected byte 0xff, which is not UTF-8 text"},
	} {
		r, err := pep508.Parse(c.in)
		if err == nil {
			t.Errorf("Parse(%q) = %q, want an error", c.in, r)
			continue
		}
		if syntax := (*pep508.SyntaxError)(nil); !errors.As(err, &syntax) || syntax.Source != c.in || syntax.Unwrap() == nil {
			t.Errorf("Parse(%q): not a complete SyntaxError: %#v", c.in, err)
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q):\n  error %s\n  want… %s", c.in, err, c.want)
		}
	}
}

// The table of packaging's test_str_and_repr: such text is canonical already.
func TestCanonicalRequirementsStayAsTheyAre(t *testing.T) {
	for _, extras := range []string{"", "[a]", "[a,b]", "[a1,b1,b2]"} {
		for _, target := range []string{"", " @ https://url", "!=2.0", "==2.*", "<2,>=1"} {
			for _, marker := range []string{"", `; python_version == "3.11"`, `; "3." not in python_version`} {
				want := "name" + extras + target
				if strings.Contains(target, "@") && marker != "" {
					want += " "
				}
				want += marker
				if r, err := pep508.Parse(want); err != nil || r.String() != want {
					t.Errorf("Parse(%q) = %q, %v", want, r, err)
				}
			}
		}
	}
}

// What packaging prints, reads back as the same requirement.
func TestStringIsRead(t *testing.T) {
	for _, c := range oracleCases(t, "requirements.jsonl", 1400) {
		if c.Out == nil || c.Refused != "" {
			continue
		}
		r, err := pep508.Parse(*c.Out)
		if err != nil || r.String() != *c.Out {
			t.Errorf("canonical text %q reads back as %q, %v", *c.Out, r, err)
		}
	}
}

// However a requirement is cut off, the answer is a requirement or an error
// about a place in the text.
func TestEveryBeginning(t *testing.T) {
	const whole = `Naïve.Name[a, b] (>=1.0, !=2.*) ; python_version in "3.8 é" and ('x' not in extras or os.name=='nt')`
	for _, s := range []string{whole, strings.Replace(whole, "ï", "i", 1), "name[a] @ https://é/x ; extra == 'é'"} {
		for end := range len(s) + 1 {
			_, err := pep508.Parse(s[:end])
			if err == nil {
				continue
			}
			syntax := (*pep508.SyntaxError)(nil)
			if !errors.As(err, &syntax) || syntax.What != "requirement" || syntax.Offset < 0 || syntax.Offset > end {
				t.Errorf("Parse(%q): %#v", s[:end], err)
			}
			checkMessage(t, err)
		}
	}
}

// Hostile input is refused, or accepted, at once. The limit is far above the
// milliseconds it takes, and far below what a step that looks at everything
// before it would take.
func TestHugeInput(t *testing.T) {
	const megabyte, limit = 1 << 20, 20 * time.Second
	many := func(s string) string { return strings.Repeat(s, megabyte/len(s)) }
	few := func(s string) string { return strings.Repeat(s, megabyte/8/len(s)) }
	for _, in := range []string{
		many("("), many("a"), many("\xff"), many(" "), many("\x00"), "a" + many("("), "a" + many("<"), "a @ " + many("x"),
		"a;" + many("("), "a;" + many("(os_name=='x' or "), "a; '" + many("x"),
		"a[" + few("b,"), "a>=" + few("1."), "a" + few(">=1,"), "a===" + few(","), "a;" + few("os_name=='x' or "),
	} {
		began := time.Now()
		r, err := pep508.Parse(in)
		if err != nil && len(err.Error()) > 2000 {
			t.Errorf("Parse(%.20q…): message of %d bytes", in, len(err.Error()))
		}
		if err == nil {
			_ = r.String()
		}
		if took := time.Since(began); took > limit {
			t.Errorf("Parse(%.20q…) took %v", in, took)
		}
	}
}
