package spdx_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/packaging/spdx"
)

// oracleCase is one line of testdata/expressions.jsonl.
type oracleCase struct {
	From string
	In   string
	Out  *string // nil: refused
}

func oracleCases(t testing.TB) []oracleCase {
	t.Helper()
	file, err := os.Open("testdata/expressions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var cases []oracleCase
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var c oracleCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		cases = append(cases, c)
	}
	if len(cases) < 700 {
		t.Fatalf("only %d cases in the data file", len(cases))
	}
	return cases
}

// L-01: the same verdict and the same canonical text as PyPA's packaging.
func TestParseAgreesWithPackaging(t *testing.T) {
	for _, c := range oracleCases(t) {
		got, err := spdx.Parse(c.In)
		switch {
		case c.Out == nil && err == nil:
			t.Errorf("%s: Parse(%q) = %q, packaging refuses it", c.From, c.In, got)
		case c.Out != nil && err != nil:
			t.Errorf("%s: Parse(%q) failed: %v; packaging gives %q", c.From, c.In, err, *c.Out)
		case c.Out != nil && got.String() != *c.Out:
			t.Errorf("%s: Parse(%q) = %q, want %q", c.From, c.In, got, *c.Out)
		}
	}
}

// listed returns the identifiers of one kind in list.txt, with whether each is
// deprecated.
func listed(t *testing.T, kind string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("list.txt")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); fields[0] == kind {
			ids[fields[1]] = slices.Contains(fields, "deprecated")
		}
	}
	return ids
}

// L-01, L-02: every identifier is found in any case, and known to be deprecated
// or not.
func TestEveryLicense(t *testing.T) {
	ids := listed(t, "license")
	if spdx.ListVersion() != "3.27.0" || len(ids) != 699 {
		t.Fatalf("list %s has %d licenses, want 3.27.0 with 699", spdx.ListVersion(), len(ids))
	}
	for id, deprecated := range ids {
		for _, spelling := range []string{id, strings.ToLower(id), strings.ToUpper(id)} {
			e, err := spdx.Parse(spelling)
			if err != nil || e.String() != id {
				t.Errorf("Parse(%q) = %q, %v, want %q", spelling, e, err, id)
			}
			if got := e.Licenses(); !slices.Equal(got, []string{id}) {
				t.Errorf("Parse(%q).Licenses() = %q", spelling, got)
			}
			if got := len(e.Deprecated()) == 1; got != deprecated {
				t.Errorf("Parse(%q) deprecated: %v, want %v", spelling, got, deprecated)
			}
		}
	}
}

func TestEveryException(t *testing.T) {
	ids := listed(t, "exception")
	if len(ids) != 79 {
		t.Fatalf("%d exceptions, want 79", len(ids))
	}
	for id, deprecated := range ids {
		e, err := spdx.Parse("mit with " + strings.ToLower(id))
		if err != nil || e.String() != "MIT WITH "+id || !slices.Equal(e.Exceptions(), []string{id}) {
			t.Errorf("exception %q: %q, exceptions %q, %v", id, e, e.Exceptions(), err)
		}
		if got := len(e.Deprecated()) == 1; got != deprecated {
			t.Errorf("exception %q deprecated: %v, want %v", id, got, deprecated)
		}
		if _, err := spdx.Parse(id); err == nil {
			t.Errorf("exception %q stands alone as a license", id)
		}
	}
}

func TestIdentifiersOfAnExpression(t *testing.T) {
	for _, c := range []struct{ in, text, licenses, exceptions, deprecated string }{
		{"mit", "MIT", "MIT", "", ""},
		{"mit or MIT and Mit", "MIT OR MIT AND MIT", "MIT", "", ""},
		{"apache-2.0+", "Apache-2.0+", "Apache-2.0", "", ""},
		{"gpl-2.0+", "GPL-2.0+", "GPL-2.0+", "", "GPL-2.0+"},
		{"gpl-2.0 or mit or GPL-2.0", "GPL-2.0 OR MIT OR GPL-2.0", "GPL-2.0 MIT", "", "GPL-2.0"},
		{
			"(gpl-3.0-only with gcc-exception-3.1 or bsd-3-clause) and licenseref-X",
			"(GPL-3.0-only WITH GCC-exception-3.1 OR BSD-3-Clause) AND LicenseRef-X",
			"GPL-3.0-only BSD-3-Clause LicenseRef-X", "GCC-exception-3.1", "",
		},
		{
			"mit with nokia-qt-exception-1.1", "MIT WITH Nokia-Qt-exception-1.1",
			"MIT", "Nokia-Qt-exception-1.1", "Nokia-Qt-exception-1.1",
		},
		// References are equal in any case; the last spelling stands for all.
		{"LicenseRef-A or licenseref-a", "LicenseRef-a OR LicenseRef-a", "LicenseRef-a", "", ""},
	} {
		e, err := spdx.Parse(c.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		got := []string{e.String(), strings.Join(e.Licenses(), " "), strings.Join(e.Exceptions(), " "), strings.Join(e.Deprecated(), " ")}
		if want := []string{c.text, c.licenses, c.exceptions, c.deprecated}; !slices.Equal(got, want) {
			t.Errorf("Parse(%q):\n got %q\nwant %q", c.in, got, want)
		}
	}
}

func TestResultsAreTheCallersOwn(t *testing.T) {
	e, err := spdx.Parse("GPL-2.0 OR MIT")
	if err != nil {
		t.Fatal(err)
	}
	e.Licenses()[0], e.Deprecated()[0] = "changed", "changed"
	if e.Licenses()[0] != "GPL-2.0" || e.Deprecated()[0] != "GPL-2.0" {
		t.Error("a caller changed the expression through a returned slice")
	}
	if zero := (spdx.Expression{}); zero.String() != "" || zero.Licenses() != nil {
		t.Errorf("the zero expression is %q", zero)
	}
}

// Errors name the wrong token and, where one is close, the right one.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", `license expression "": it is empty; write an SPDX expression such as "MIT"`},
		{" \t\n", "it is empty"},
		{"mit-O", `unknown license "mit-O" (did you mean MIT-0?)`},
		{"bzip2-1.0.7", "(did you mean bzip2-1.0.6?)"}, // 1.0.5 is as near, but deprecated
		{"XYZ", `unknown license "XYZ"; SPDX lists them at`},
		{"Apache-2", `unknown license "Apache-2" (did you mean Apache-2.0?)`},
		{"apache2", "(did you mean Apache-2.0?)"},
		{"BSD", "(did you mean BSD-3-Clause?)"},
		{"GPLv3", "(did you mean GPL-3.0-only or GPL-3.0-or-later?)"},
		{"GPL-2.0-onyl", "(did you mean GPL-2.0-only?)"},
		{"Proprietary", "(did you mean LicenseRef-Proprietary?)"},
		{"Use-it-after-midnight", `unknown license "Use-it-after-midnight"; SPDX lists them at https://spdx.org/licenses/`},
		{"mit++", `unknown license "mit++"`},
		{"Apache 2.0", `unknown license "Apache" (did you mean Apache-2.0?)`},
		{"gpl-2.0 only", `"GPL-2.0" "only" is not one identifier (did you mean GPL-2.0-only?)`},
		{"MIT Apache-2.0", `AND, OR or WITH is missing between "MIT" and "Apache-2.0"`},
		{"MIT / Apache-2.0", `AND, OR or WITH is missing between "MIT" and "/"`},
		{"MIT (BSD-3-Clause)", `AND or OR is missing between "MIT" and "("`},
		{"(MIT) BSD-3-Clause", `AND, OR or WITH is missing between ")" and "BSD-3-Clause"`},
		{"or mit", `a license is missing before "or"`},
		{"with mit", `a license is missing before "with"`},
		{"mit and", `a license is missing after "AND"`},
		{"mit and or mit", `a license is missing before "or"`},
		{"(mit or)", `a license is missing between "OR" and ")"`},
		{"(mit", `1 ")" missing at the end`},
		{"mit)", `a ")" has no matching "("`},
		{"( ) or mit", "a pair of parentheses is empty"},
		{"mit with", `an exception is missing after "WITH"`},
		{"mit with (x)", `an exception must follow "WITH", not a parenthesis`},
		{"mit with apache-2.0", `unknown license exception "apache-2.0"`},
		{"mit with classpath-exception-2", "(did you mean Classpath-exception-2.0?)"},
		{"mit with Classpath-exception-2.0 with GCC-exception-3.1", `one exception only, but a second "with"`},
		{"(mit) with Classpath-exception-2.0", `"with" must follow a single license, not parentheses`},
		{"LicenseRef-", `"LicenseRef-": after "LicenseRef-" only letters, digits`},
		{"licenseref-a_b", `"licenseref-a_b": after "LicenseRef-" only letters, digits`},
		{"LicenseRef-Foo+", `"LicenseRef-Foo+": after "LicenseRef-" only letters, digits`},
		{"DocumentRef-x:LicenseRef-y", `unknown license "DocumentRef-x:LicenseRef-y"`},
		{"M\u0130T", "unknown license"},          // a dotted capital I is no I
		{"\u212aastrup", "unknown license"},      // nor is the Kelvin sign a K
		{"mit\x00", `unknown license "mit\x00"`}, // control characters are shown, not sent
	} {
		e, err := spdx.Parse(c.in)
		if err == nil {
			t.Errorf("Parse(%q) = %q, want an error", c.in, e)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q):\n  error %s\n  want… %s", c.in, err, c.want)
		}
	}
}

// The list is read on first use, by whoever comes first, and expressions are
// shared without locks (run with -race).
func TestConcurrentUse(t *testing.T) {
	shared, err := spdx.Parse("gpl-2.0 with gcc-exception-3.1")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if e, err := spdx.Parse("mit or gpl-2.0"); err != nil || e.String() != "MIT OR GPL-2.0" {
				t.Errorf("got %q, %v", e, err)
			}
			if len(shared.Licenses())+len(shared.Exceptions())+len(shared.Deprecated()) != 3 {
				t.Errorf("the shared expression is %q", shared)
			}
		})
	}
	group.Wait()
}

// A hostile expression is answered at once, with a short message. The limit is
// far above the milliseconds it takes, and far below what a step that looks at
// everything before it would take.
func TestHugeInput(t *testing.T) {
	const megabyte, limit = 1 << 20, 20 * time.Second
	many := func(s string) string { return strings.Repeat(s, megabyte/len(s)) }
	var references strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&references, "LicenseRef-%d or ", i)
	}
	for _, in := range []string{
		many("("), many(")"), many("a"), many("\xff"), many("(mit or "), strings.Repeat("mit or ", 20_000), references.String(),
	} {
		began := time.Now()
		_, err := spdx.Parse(in)
		if err == nil || len(err.Error()) > 1000 {
			t.Errorf("Parse(%.10q…): error %.200v", in, err)
		}
		if took := time.Since(began); took > limit {
			t.Errorf("Parse(%.10q…) took %v", in, took)
		}
	}
}

func TestNestingIsBounded(t *testing.T) {
	nested := func(n int) string {
		return strings.Repeat("(", n) + "MIT" + strings.Repeat(")", n)
	}
	if e, err := spdx.Parse(nested(100)); err != nil || e.String() != nested(100) {
		t.Errorf("100 parentheses: %v", err)
	}
	if _, err := spdx.Parse(nested(101)); err == nil || !strings.Contains(err.Error(), "more than 100 nested") {
		t.Errorf("101 parentheses: %v", err)
	}
}
