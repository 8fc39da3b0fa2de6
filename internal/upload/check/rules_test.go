package check

import (
	"fmt"
	"strings"
	"testing"

	"strongroom/internal/index"
	"strongroom/internal/packaging/inspect"
)

// ruled gives the gate one rule that refuses.
func ruled(kind index.GateRuleKind, pattern string) func(*Upload) {
	return func(u *Upload) {
		u.Rules = NewRules([]index.GateRule{{Kind: kind, Pattern: pattern, Action: index.ActionRefuse, Reason: "stolen"}})
	}
}

// TestMatches holds each kind of rule against an upload that it matches and one
// that it does not.
func TestMatches(t *testing.T) {
	for _, row := range []struct {
		kind     index.GateRuleKind
		pattern  string
		want     string // the paths of the matches
		nonsense string
	}{
		{index.RuleHash, strings.Repeat("a", 64), "demo/evil.py", strings.Repeat("b", 64)},
		{index.RuleRelease, "demo", "-", "demo2"},
		{index.RuleRelease, "demo==1", "-", "demo==1.1"},
		{index.RulePath, "ev*.py", "demo/evil.py", "*.exe"},
		{index.RulePath, "demo/*.py", "demo/evil.py", "*/*/evil.py"},
		{index.RuleText, "eval(base64", "demo/evil.py", "eval(base32"},
	} {
		u := wheel()
		m := member("demo/evil.py")
		m.SHA256 = strings.Repeat("a", 64)
		u.Archive.Members = append(u.Archive.Members, m)
		u.Hits = []inspect.Hit{{Path: "demo/evil.py", Text: "eval(base64"}}
		ruled(row.kind, row.pattern)(u)
		var got []string
		for _, m := range u.Matches() {
			if m.Path == "" {
				m.Path = "-"
			}
			got = append(got, m.Path)
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("%s %s matches %q, want %s", row.kind, row.pattern, got, row.want)
		}
		ruled(row.kind, row.nonsense)(u)
		if found := u.Matches(); len(found) != 0 {
			t.Errorf("%s %s matches %v", row.kind, row.nonsense, found)
		}
	}
}

// TestAllowBeatsRefuse, refuse beats flag, and a flag alone lets pass.
func TestAllowBeatsRefuse(t *testing.T) {
	release := func(action index.GateAction, pattern string) index.GateRule {
		return index.GateRule{Kind: index.RuleRelease, Pattern: pattern, Action: action}
	}
	for _, row := range []struct {
		rules []index.GateRule
		want  bool // refused
	}{
		{[]index.GateRule{release(index.ActionRefuse, "demo")}, true},
		{[]index.GateRule{release(index.ActionFlag, "demo")}, false},
		{[]index.GateRule{release(index.ActionFlag, "demo"), release(index.ActionRefuse, "demo==1")}, true},
		{[]index.GateRule{release(index.ActionAllow, "demo==1"), release(index.ActionRefuse, "demo")}, false},
	} {
		u := wheel()
		u.Rules = NewRules(row.rules)
		if got := len(gateRules.Run(u)) > 0; got != row.want || len(u.Matches()) != len(row.rules) {
			t.Errorf("%v: refused %v, %d matches", row.rules, got, len(u.Matches()))
		}
	}
}

// TestMatchesAreBounded: an archive cannot flood the audit log.
func TestMatchesAreBounded(t *testing.T) {
	u := wheel()
	for i := range 1000 {
		u.Archive.Members = append(u.Archive.Members, member(fmt.Sprint("demo/", i, ".py")))
	}
	ruled(index.RulePath, "*.py")(u)
	if n := len(u.Matches()); n != maxMatches {
		t.Errorf("%d matches", n)
	}
}
