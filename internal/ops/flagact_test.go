package ops_test

import (
	"encoding/json"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
)

// TestFlagsOfModeratorsAreActs: the command that sets them freezes and refuses what the act does, and what clears them
// takes all of it back, whoever set it (SN-10).
func TestFlagsOfModeratorsAreActs(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		alice := s.NewToken(access.Grant{User: s.User("alice")})
		if r := s.Upload(alice, apptest.Wheel("demo", "1.0", "x")); r.StatusCode != 200 {
			t.Fatal(r.Text)
		}
		state := func() string {
			t.Helper()
			p, _, err := s.DB.Project(t.Context(), "demo")
			if err != nil {
				t.Fatal(err)
			}
			rules, err := s.DB.GateRules(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			said := ""
			for _, f := range append(p.Standing, s.User("alice").Standing...) {
				said += f.Kind + " " + f.Category + " " + f.Reason + ", "
			}
			if len(rules) > 0 {
				said += "rules"
			}
			return said
		}
		after := func(want string, args ...string) (act string) {
			t.Helper()
			var out struct{ Act string }
			if err := json.Unmarshal([]byte(s.Run(append([]string{"admin", "flag"}, append(args, "--json")...)...)), &out); err != nil || out.Act == "" {
				t.Errorf("%q: no act, %v", args, err)
			}
			if got := state(); got != want {
				t.Errorf("%q: %q, want %q", args, got, want)
			}
			return out.Act
		}
		demo := []string{"--project", "demo"}
		malware := after("removed malware bad, frozen  bad, rules", append([]string{"set", "removed", "--category", "malware", "--reason", "bad"}, demo...)...)
		s.Run("admin", "act", "undo", malware)
		if got := state(); got != "" {
			t.Errorf("undone: %q", got)
		}
		after("removed malware bad, frozen  bad, rules", append([]string{"set", "removed", "--category", "malware", "--reason", "bad"}, demo...)...)
		after("", append([]string{"clear", "removed"}, demo...)...)
		s.Run("admin", "quarantine", "demo", "--reason", "odd", "--freeze-owners")
		after("", append([]string{"clear", "quarantined"}, demo...)...)
		after("removed other , ", append([]string{"set", "removed"}, demo...)...)
		after("", append([]string{"clear", "removed"}, demo...)...)
		after("frozen  odd, ", "set", "--user", "alice", "frozen", "--reason", "odd", "--until", "7d")
		after("", "clear", "--user", "alice", "frozen")
	})
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	for want, args := range map[string][]string{
		"printable ASCII":  {"quarantined", "--reason", "böse"},
		"201 characters":   {"quarantined", "--reason", strings.Repeat("x", 201)},
		"no category":      {"removed", "--category", "boredom"},
		"end by itself":    {"removed", "--category", "malware", "--until", "7d"},
		"date to come":     {"quarantined", "--from", "7d"},
		"cannot stand on":  {"frozen"},
		"nothing to use":   {"quarantined", "--successor", "other"},
		"does not stand":   {"yanked"},
		"nothing to clear": {"removed"},
	} {
		verb := "set"
		if strings.HasPrefix(want, "does not") || strings.HasPrefix(want, "nothing to clear") {
			verb = "clear"
		}
		if o := run(s.Config.Data, append([]string{"admin", "flag", verb, "--project", "demo"}, args...)...).want(t, 1); !strings.Contains(o.stderr, want) {
			t.Errorf("%q: want %q in %s", args, want, o.stderr)
		}
	}
}
