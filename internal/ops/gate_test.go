package ops_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// TestGateRuleCommands put, list, load and remove rules, in the forms people write them.
func TestGateRuleCommands(t *testing.T) {
	s := apptest.Start(t)
	hash := strings.Repeat("ab", 32)
	run(s.Config.Data, "admin", "gate", "put", "release", "refuse", "Demo.Pkg==1.0", "--reason", "why", "--json").want(t, 0)
	list := filepath.Join(t.TempDir(), "bad.txt")
	text := "# known\n" + strings.ToUpper(hash) + "  evil.whl\n\n{\"kind\":\"path\",\"action\":\"flag\",\"pattern\":\"*.pth\"}\n"
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run(s.Config.Data, "admin", "gate", "load", list, "--reason", "listed").want(t, 0); got.stdout != "Loaded 2 rules.\n" {
		t.Errorf("%q", got.stdout)
	}
	rules := decode[struct{ Rules []index.GateRule }](t, run(s.Config.Data, "admin", "gate", "list", "--json").want(t, 0)).Rules
	var got []string
	for _, r := range rules {
		got = append(got, strings.Join([]string{string(r.Kind), string(r.Action), r.Pattern, r.Reason}, " "))
	}
	if want := "hash refuse " + hash + " listed|path flag *.pth |release refuse demo-pkg==1 why"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if shown := run(s.Config.Data, "admin", "gate", "list").want(t, 0).stdout; strings.Count(shown, "\n") != 3 || !strings.Contains(shown, "(why)") {
		t.Errorf("%s", shown)
	}
	run(s.Config.Data, "admin", "gate", "remove", "release", "DEMO_pkg==1.0.0").want(t, 0)
	if got := run(s.Config.Data, "admin", "gate", "remove", "release", "demo-pkg==1").want(t, 1); !strings.Contains(got.stderr, "there is no rule") {
		t.Errorf("%s", got.stderr)
	}
}

// TestGateRulesThatCannotBe are refused, and of a list with a wrong line nothing is loaded.
func TestGateRulesThatCannotBe(t *testing.T) {
	s := apptest.Start(t)
	for _, args := range [][]string{{"hash", "abc"}, {"hash", strings.Repeat("zz", 32)}, {"release", "-demo"}, {"release", "demo==one"}, {"path", "*"}, {"path", "[a"}, {"text", "short"}, {"text", "new\nline"}} {
		if got := run(s.Config.Data, "admin", "gate", "put", args[0], "refuse", "--", args[1]); got.code == 0 {
			t.Errorf("%q was taken", args)
		}
	}
	list := filepath.Join(t.TempDir(), "bad.txt")
	if err := os.WriteFile(list, []byte(strings.Repeat("ab", 32)+"\nnonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run(s.Config.Data, "admin", "gate", "load", list).want(t, 1); !strings.Contains(got.stderr, "line 2") || !strings.Contains(got.stderr, "nothing was loaded") {
		t.Errorf("%s", got.stderr)
	}
	if got := run(s.Config.Data, "admin", "gate", "list", "--json").want(t, 0); got.stdout != "{\"rules\":[]}\n" {
		t.Errorf("%s", got.stdout)
	}
}

// TestRecheck holds stored files against the rules of today and changes nothing (AV-21).
func TestRecheck(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "harmless"))
	s.MustUpload(apptest.Sdist("other", "1.0", "steal_tokens"))
	if got := run(s.Config.Data, "admin", "recheck").want(t, 0); !strings.Contains(got.stdout, "2 files checked, 0 would be refused today") {
		t.Errorf("%s", got.stdout)
	}
	run(s.Config.Data, "admin", "gate", "put", "text", "refuse", "steal_tokens").want(t, 0)
	got := run(s.Config.Data, "admin", "recheck", "--json").want(t, 1)
	report := decode[struct {
		Checked int
		Files   []struct {
			File     string
			OK       bool
			Problems []index.Problem
		}
	}](t, got)
	if report.Checked != 2 || len(report.Files) != 1 || report.Files[0].File != "other-1.0.tar.gz" || report.Files[0].Problems[0].Code != index.CodeKnownBad {
		t.Errorf("%+v", report)
	}
	run(s.Config.Data, "admin", "recheck", "--project", "Demo").want(t, 0)
	run(s.Config.Data, "admin", "flag", "set", "--project", "other", "quarantined").want(t, 0)
	if got := run(s.Config.Data, "admin", "recheck").want(t, 1); !strings.Contains(got.stdout, "2 files checked, 1 would be refused today") {
		t.Errorf("withdrawn files are left out: %s", got.stdout)
	}
	run(s.Config.Data, "admin", "flag", "clear", "--project", "other", "quarantined").want(t, 0)
	run(s.Config.Data, "admin", "recheck", "--project", "nobody").want(t, 1)
	if r := s.Get("/simple/other/"); !strings.Contains(r.Text, "other-1.0.tar.gz") {
		t.Errorf("a re-check took the file away: %s", r.Text)
	}
}

// TestExplainSandbox shows what holds a child.
func TestExplainSandbox(t *testing.T) {
	if got := run(t.TempDir(), "check", "--explain-sandbox").want(t, 0); !strings.Contains(got.stdout, "memory") || !strings.Contains(got.stdout, "active") {
		t.Errorf("%s", got.stdout)
	}
	layers := decode[struct {
		Layers []struct {
			Name   string
			Active bool
		}
	}](t, run(t.TempDir(), "check", "--explain-sandbox", "--json").want(t, 0)).Layers
	if len(layers) == 0 || layers[0].Name == "" {
		t.Errorf("%+v", layers)
	}
}
