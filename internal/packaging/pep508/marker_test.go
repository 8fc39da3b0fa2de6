package pep508_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"strongroom/internal/packaging/pep508"
)

func mustMarker(t testing.TB, s string) *pep508.Marker {
	t.Helper()
	m, err := pep508.ParseMarker(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The tables of packaging's test_parses_valid, test_parses_pep345_valid and
// test_parses_setuptools_legacy_valid: every variable in every spelling, with
// every operator and value, on either side.
func TestEveryVariableAndOperator(t *testing.T) {
	names := map[string]string{
		"os.name": "os_name", "sys.platform": "sys_platform", "platform.version": "platform_version",
		"platform.machine": "platform_machine", "platform.python_implementation": "platform_python_implementation",
		"python_implementation": "platform_python_implementation",
	}
	for _, name := range []string{
		"extra", "extras", "dependency_groups", "implementation_name", "implementation_version", "os_name",
		"platform_machine", "platform_release", "platform_system", "platform_version", "python_full_version",
		"python_version", "platform_python_implementation", "sys_platform",
	} {
		names[name] = name
	}
	operators := []string{"===", "==", ">=", "<=", "!=", "~=", ">", "<", "in", "not in"}
	values := []string{"1.0", "5.6a0", "dog", "freebsd", "literally any string can go here", "things @#4 dsfd ((("}
	for spelling, name := range names {
		for _, operator := range operators {
			for _, value := range values {
				if strings.HasPrefix(name, "extra") || name == "dependency_groups" {
					value = strings.ReplaceAll(value, ".", "-") // PEP 685
				}
				checkCanonical(t, fmt.Sprintf("%s %s '%s'", spelling, operator, value), fmt.Sprintf("%s %s %q", name, operator, value))
				checkCanonical(t, fmt.Sprintf("'%s' %s %s", value, operator, spelling), fmt.Sprintf("%q %s %s", value, operator, name))
			}
		}
	}
}

func checkCanonical(t *testing.T, in, want string) {
	t.Helper()
	if got := mustMarker(t, in).String(); got != want {
		t.Errorf("%s has text %s, want %s", in, got, want)
	}
}

func TestCanonicalMarkers(t *testing.T) {
	for in, want := range map[string]string{
		"((os_name=='a'))":                                         `os_name == "a"`,
		"((os_name=='a' or os_name=='b'))":                         `os_name == "a" or os_name == "b"`,
		"os_name=='a'and(os_name=='b')":                            `os_name == "a" and os_name == "b"`,
		"os_name=='a'and((os_name=='b' or os_name=='c'))":          `os_name == "a" and (os_name == "b" or os_name == "c")`,
		"(os_name=='a' and os_name=='b') and os_name=='c'":         `(os_name == "a" and os_name == "b") and os_name == "c"`,
		"os_name=='a' and os_name=='b' or os_name=='c'":            `os_name == "a" and os_name == "b" or os_name == "c"`,
		"os_name \tnot \t in\t'x'":                                 `os_name not in "x"`,
		`'a"b' == os_name`:                                         `'a"b' == os_name`,
		"extra=='S_P__A.m' and 'X.Y' not in dependency_groups":     `extra == "s-p-a-m" and "x-y" not in dependency_groups`,
		"os_name == extra and extra == os_name and extras == 'A_'": `os_name == extra and extra == os_name and extras == "A_"`,
	} {
		checkCanonical(t, in, want)
	}
}

func TestMarkerErrors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", `invalid marker "": at the end: expected a variable or a quoted string`},
		{"python_version", "at the end: expected an operator: <=, <,"},
		{"(python_version)", "at character 16: expected an operator"},
		{"this_isnt_real >= '1.0'", `at character 1: expected a variable such as python_version or a quoted string, not "this_isnt_real"`},
		{"python_version >= 3.8", `at character 19: expected a variable such as python_version or a quoted string, not "3.8"`},
		{`(python_version == "2.7"`, `at the end: expected "and", "or" or the ")" that closes the "(" at character 1`},
		{`(python_version == "2.7") with text`, `at character 27: expected "and", "or" or the end`},
		{`python_version == "2.7" orextra == ""`, `at character 25: expected "and", "or" or the end`},
		{`python_version == "2.7" or`, "at the end: expected a variable or a quoted string"},
		{"'3.7' notin python_version", "at character 7: expected an operator"},
		{"'3.6'inpython_version", "at character 6: expected an operator"},
		{"'3.7' not python_version", `at character 11: expected "in" after "not"`},
		{"'3.7' ~ python_version", "at character 7: expected an operator"},
		{"'3.7 <= python_version", "at character 1: missing closing quote for the string"},
		{`os_name == "C:\"`, "at character 15: unexpected backslash in a string"},
		{`os_name == "a` + "\n" + `b"`, `at character 14: unexpected control character or line break '\n'`},
		{"python_version >= '3'\r", `at character 22: unexpected control character or line break '\r'`},
	} {
		m, err := pep508.ParseMarker(c.in)
		if err == nil {
			t.Errorf("ParseMarker(%q) = %q, want an error", c.in, m)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("ParseMarker(%q):\n  error %s\n  want… %s", c.in, err, c.want)
		}
	}
}

func TestNestingIsBounded(t *testing.T) {
	nested := func(n int) string {
		return strings.Repeat("(", n) + `os_name == "x"` + strings.Repeat(" or os_name == 'y')", n)
	}
	deep := mustMarker(t, nested(100))
	if again := mustMarker(t, deep.String()); again.String() != deep.String() {
		t.Error("a deep marker changes when it is read again")
	}
	if _, err := pep508.ParseMarker(nested(101)); err == nil || !strings.Contains(err.Error(), "at character 101: more than 100 nested parentheses") {
		t.Errorf("101 parentheses: %v", err)
	}
}

// V-21 in the cases that packaging's tables do not reach.
func TestEvaluate(t *testing.T) {
	env := pep508.Environment{
		Values: map[string]string{
			"python_version": "3.12", "python_full_version": "3.13.0a1+", "os_name": "posix", "extra": "A.b",
			"platform_release": "6.8.0-45-generic", "platform_version": "1.10", "odd": "odd",
		},
		Sets: map[string][]string{"extras": {"Some_Extra"}},
	}
	for marker, want := range map[string]string{
		`python_version >= "3.9"`:                               "true",  // as versions, not as text
		`platform_version >= "1.9"`:                             "false", // as text: equal only
		`platform_version >= "1.10"`:                            "true",
		`"3.9" <= python_version`:                               "true",
		`python_version > "=3.12"`:                              "true", // ">" and "=3.12" make ">=3.12"
		`python_version >= "3.9,<4"`:                            "false",
		`python_version in "3.11 3.12"`:                         "true",
		`python_version ~= "3.9"`:                               "true",
		`python_version ~= "3"`:                                 "undefined comparison",
		`python_version === "3.12"`:                             "true",
		`python_version === "3.12.0"`:                           "false",
		`platform_release === "6.8.0-45-GENERIC"`:               "true",
		`platform_release === "6 8"`:                            "undefined comparison",
		`platform_release >= "6"`:                               "false", // no version, so in no range
		`platform_release >= "generic"`:                         "false",
		`platform_release >= "6.8.0-45-generic"`:                "true",
		`python_full_version == "3.13.0a1"`:                     "true", // the local part "+local" is ignored
		`python_full_version >= "3.13"`:                         "false",
		`os_name ~= "posix"`:                                    "undefined comparison",
		`os_name > "a"`:                                         "false",
		`extra == "a_B"`:                                        "true",
		`extra == "a" or extra == "a-b"`:                        "true",
		`"some-extra" in extras`:                                "true",
		`"some-extra" == extras`:                                "false",
		`"some-extra" != extras`:                                "true",
		`"some-extra" ~= extras`:                                "undefined comparison",
		`extras == "some-extra"`:                                "undefined comparison",
		`"dev" in dependency_groups`:                            "undefined variable",
		`sys_platform == "linux"`:                               "undefined variable",
		`os_name == "posix" or sys_platform == "x"`:             "undefined variable", // no short cut
		`os_name == "x" and os_name ~= "y"`:                     "undefined comparison",
		`"odd" == "odd"`:                                        "true", // the right string is looked up
		`"a" == "b"`:                                            "undefined variable",
		`os_name == "x" and os_name == "x" or extra in "a-b c"`: "true",
	} {
		checkResult(t, marker, env, want)
	}
}

// V-21: each variable is looked up under its current name, whatever its
// spelling, and no other is.
func TestEveryVariableIsLookedUp(t *testing.T) {
	spellings := map[string][]string{
		"python_version": nil, "python_full_version": nil, "os_name": {"os.name"}, "sys_platform": {"sys.platform"},
		"platform_release": nil, "platform_system": nil, "platform_version": {"platform.version"},
		"platform_machine":               {"platform.machine"},
		"platform_python_implementation": {"platform.python_implementation", "python_implementation"},
		"implementation_name":            nil, "implementation_version": nil, "extra": nil,
	}
	for name, older := range spellings {
		only := pep508.Environment{Values: map[string]string{name: "3.8"}}
		for _, spelling := range append(older, name) {
			checkResult(t, spelling+` in "3-8 3.8"`, only, "true")
			checkResult(t, `"3.9" == `+spelling, only, "false")
			checkResult(t, spelling+` == ""`, pep508.Environment{}, "undefined variable")
		}
	}
	for _, name := range []string{"extras", "dependency_groups"} {
		only := pep508.Environment{Sets: map[string][]string{name: {"Some_Name"}}}
		checkResult(t, `"some.name" in `+name, only, "true")
		checkResult(t, `"some.name" in `+name, pep508.Environment{Values: map[string]string{name: "some-name"}}, "undefined variable")
	}
}

// "and" binds stronger than "or", parentheses strongest: every truth value of
// four comparisons in every shape.
func TestPrecedence(t *testing.T) {
	shapes := map[string]func(a, b, c, d bool) bool{
		"A or B and C or D":        func(a, b, c, d bool) bool { return a || (b && c) || d },
		"A and B or C and D":       func(a, b, c, d bool) bool { return (a && b) || (c && d) },
		"A and (B or C) and D":     func(a, b, c, d bool) bool { return a && (b || c) && d },
		"(A or B) and (C or D)":    func(a, b, c, d bool) bool { return (a || b) && (c || d) },
		"A or B and (C or D)":      func(a, b, c, d bool) bool { return a || (b && (c || d)) },
		"((A or B) and C) or D":    func(a, b, c, d bool) bool { return ((a || b) && c) || d },
		"A and ((B or (C and D)))": func(a, b, c, d bool) bool { return a && (b || (c && d)) },
	}
	for shape, want := range shapes {
		for bits := range 16 {
			var truth [4]bool
			marker := shape
			for i, letter := range []string{"A", "B", "C", "D"} {
				truth[i] = bits>>i&1 == 1
				operator := map[bool]string{true: "==", false: "!="}[truth[i]]
				marker = strings.Replace(marker, letter, `os_name `+operator+` 'posix'`, 1)
			}
			env := pep508.Environment{Values: map[string]string{"os_name": "posix"}}
			checkResult(t, marker, env, fmt.Sprint(want(truth[0], truth[1], truth[2], truth[3])))
			checkResult(t, mustMarker(t, marker).String(), env, fmt.Sprint(want(truth[0], truth[1], truth[2], truth[3])))
		}
	}
}

func TestEvaluationErrorsSayWhat(t *testing.T) {
	env := pep508.Environment{Values: map[string]string{"os_name": "posix"}, Sets: map[string][]string{"extras": nil}}
	for marker, want := range map[string]string{
		`sys_platform == "x"`:      `variable not defined in the environment: "sys_platform"`,
		`"x" in dependency_groups`: `variable not defined in the environment: "dependency_groups" (only lock files have it)`,
		`os_name ~= "x"`:           `undefined comparison: "posix" ~= "x"`,
		`extras == "x"`:            `undefined comparison: extras is a set and can only be used as in "name" in extras`,
		`"x" === extras`:           `undefined comparison: "x" === "extras"`,
	} {
		if _, err := mustMarker(t, marker).Evaluate(env); err == nil || err.Error() != want {
			t.Errorf("%s:\n  error %v\n  want  %s", marker, err, want)
		}
	}
}

// A marker and an environment are only read, so they may be shared (run with
// -race).
func TestConcurrentEvaluation(t *testing.T) {
	m := mustMarker(t, `python_full_version >= "3.8" and (extra == "a-b" or "c-d" in extras)`)
	env := pep508.Environment{
		Values: map[string]string{"python_full_version": "3.12.0+", "extra": "A_b"},
		Sets:   map[string][]string{"extras": {"C_d"}},
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if result, err := m.Evaluate(env); !result || err != nil {
				t.Errorf("%v, %v", result, err)
			}
		})
	}
	group.Wait()
	if env.Values["python_full_version"] != "3.12.0+" || env.Values["extra"] != "A_b" || env.Sets["extras"][0] != "C_d" {
		t.Errorf("the environment was changed: %v", env)
	}
}

func TestNilMarkerIsTrueEverywhere(t *testing.T) {
	var none *pep508.Marker
	if result, err := none.Evaluate(pep508.Environment{}); !result || err != nil || none.String() != "" {
		t.Errorf("nil marker: %v, %v, %q", result, err, none)
	}
	if _, err := pep508.ParseMarker("os_name"); !errors.As(err, new(*pep508.SyntaxError)) {
		t.Errorf("not a SyntaxError: %v", err)
	}
}
