package ops_test

import (
	"encoding/json"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// TestModerationByCommand does on the command line all that moderators do on pages, and takes it back.
func TestModerationByCommand(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
		bob := s.User("bob")
		report, err := s.Moderate.Report(t.Context(), &access.Visitor{User: bob, Login: &index.Login{ProvenAt: s.Clock()}},
			index.Report{Name: "demo", Kind: index.ReportSpam, Text: "it sends my keys to a host far away"})
		if err != nil {
			t.Fatal(err)
		}
		do := func(code int, want string, args ...string) string {
			t.Helper()
			o := run(s.Config.Data, append([]string{"admin"}, args...)...).want(t, code)
			if !strings.Contains(o.stdout+o.stderr, want) {
				t.Errorf("%q: want %q in\n%s%s", args, want, o.stdout, o.stderr)
			}
			return o.stdout
		}
		undo := func(out string) {
			t.Helper()
			uid := strings.TrimSpace(out[strings.LastIndex(out, " ")+1:])
			do(0, "Undone: ", "act", "undo", uid)
			do(1, "admin undid this", "act", "undo", uid)
		}
		do(0, "demo\turgency ", "report", "list")
		do(0, `"urgency":`, "report", "list", "--json")
		do(0, "it sends my keys", "report", "show", report.UID)
		do(1, "no report", "report", "show", "nothing")
		do(2, "must be one of", "report", "decide", report.UID, "received")
		undo(do(0, "Done: decide report:"+report.UID, "report", "decide", report.UID, "rejected", "--note", "fine"))

		do(1, "Say in one line why", "quarantine", "demo")
		undo(do(0, "Done: quarantine project:demo.", "quarantine", "demo", "--reason", "odd", "--freeze-owners"))
		undo(do(0, "Done: quarantine release:demo/1.0.", "quarantine", "demo", "--release", "1.0.0", "--reason", "odd"))
		do(2, "--category", "remove", "demo", "--reason", "odd")
		do(2, "must be one of", "remove", "demo", "--category", "boredom", "--reason", "odd")
		do(0, "Done: remove file:demo/1.0/demo-1.0-py3-none-any.whl.", "remove", "demo", "--file", "demo-1.0-py3-none-any.whl", "--category", "malware", "--reason", "bad",
			"--details", "two\nlines", "--url", "https://example.com/", "--note", "seen", "--silent", "--report", report.UID)
		do(0, `"state":"confirmed"`, "report", "show", report.UID, "--json")
		do(0, "Done: clear file:", "clear-takedown", "demo", "--file", "demo-1.0-py3-none-any.whl")
		do(1, "is not removed or quarantined", "clear-takedown", "demo")
		do(1, "no project", "quarantine", "nothing", "--reason", "odd")

		undo(do(0, "Done: freeze user:bob.", "user", "freeze", "bob", "--reason", "odd", "--until", "7d"))
		do(1, "is not frozen", "user", "unfreeze", "bob")
		do(0, "bob: moderator yes, trusted reporter no.", "user", "moderator", "bob", "--on")
		do(0, "bob: moderator yes, trusted reporter yes.", "user", "trust", "bob")
		do(0, `"trusted":false`, "user", "distrust", "bob", "--json")
		do(2, "--on", "user", "moderator", "bob")
		do(0, "moderator no", "user", "moderator", "bob", "--off")

		undo(do(0, "Done: prohibit name:demoo.", "name", "prohibit", "Demoo", "--message", "not demo", "--successor", "demo", "--note", "squatted"))
		do(1, "neither prohibited nor reserved", "name", "allow", "demoo")
		do(1, "holds the name", "name", "prohibit", "demo")
		do(1, "no project \"nothing\"", "name", "prohibit", "demoo", "--successor", "nothing")

		do(0, "read-only\toff", "switch", "list")
		do(0, "disallow-deletion is on.", "switch", "disallow-deletion", "on", "--note", "for now")
		do(0, "disallow-deletion is on.", "switch", "disallow-deletion", "on", "--note", "for now") // scripts may say it again
		do(0, `{"note":"for now","on":true,"switch":"disallow-deletion"}`, "switch", "list", "--json")
		do(1, "There is no switch", "switch", "no-such", "on")

		var list struct {
			Acts []struct{ Kind, By string }
		}
		out := do(0, "", "act", "list", "--json")
		if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Acts) != 10 || list.Acts[0].Kind != "switch" || list.Acts[0].By != "admin" {
			t.Errorf("%+v, %v", list, err)
		}
		do(0, "undone by admin", "act", "list", "--project", "demo")
	})
}
