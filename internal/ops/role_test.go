package ops_test

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/password"
)

// TestPasswordsOfTheCommandLine: PW-2 and PW-8 hold for them as for a form's, with the index's own least length.
func TestPasswordsOfTheCommandLine(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { c.PasswordMin = 12 })
	list := filepath.Join(t.TempDir(), "list")
	sum := fmt.Sprintf("%X:1\n", sha1.Sum([]byte("correct horse battery staple")))
	if err := os.WriteFile(list, []byte(sum), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Run("admin", "breach-list", "build", list, list+".bin")
	checker, err := password.Open(password.Options{Backend: password.BackendLocal, File: list + ".bin"})
	if err != nil {
		t.Fatal(err)
	}
	defer checker.Close()
	s.Accounts.Breaches = checker
	for text, want := range map[string]string{
		"v7!qz#mK0":                    "choose one with 12 or more",
		"password1234":                 "guessed too soon",
		"correct horse battery staple": "appears in a security breach",
		"wandering violet lighthouse":  "",
	} {
		o := typed(s.Config.Data, text+"\n", "admin", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin")
		if made := o.code == 0; made != (want == "") || !strings.Contains(o.stderr, want) {
			t.Errorf("%q: exit %d, %s", text, o.code, o.stderr)
		}
	}
}

// TestProjectsAndRoles: who may read a project and who has which role, from the command line, with journal and audit log.
func TestProjectsAndRoles(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
		s.User("bob")
		do := func(code int, want string, args ...string) {
			t.Helper()
			if o := run(s.Config.Data, append([]string{"admin"}, args...)...).want(t, code); !strings.Contains(o.stdout+o.stderr, want) {
				t.Errorf("%v: want %q in\n%s%s", args, want, o.stdout, o.stderr)
			}
		}
		do(0, "Demo is private.", "project", "private", "Demo")
		do(0, "demo is private.", "project", "private", "demo")
		do(0, `{"private":false,"project":"demo"}`, "project", "public", "Demo", "--json")
		do(1, `no project "nothing"`, "project", "private", "nothing")
		do(0, "bob is Reader of demo.", "role", "set", "--project", "demo", "--user", "bob", "Reader")
		do(0, "bob is Maintainer of demo.", "role", "set", "--project", "demo", "--user", "bob", "Maintainer")
		do(0, "Owner\tadmin\nMaintainer\tbob\n", "role", "list", "--project", "demo")
		do(0, `{"role":"Maintainer","user":"bob"}`, "role", "list", "--project", "demo", "--json")
		do(1, "demo would have no owner", "role", "remove", "--project", "demo", "--user", "admin")
		do(1, "demo would have no owner", "role", "set", "--project", "demo", "--user", "admin", "Reader")
		do(1, `no user "carol"`, "role", "set", "--project", "demo", "--user", "carol", "Reader")
		do(2, "must be one of", "role", "set", "--project", "demo", "--user", "bob", "King")
		do(0, "bob has no role of their own", "role", "remove", "--project", "demo", "--user", "bob")
		do(1, "\"bob\" was given no role in demo", "role", "remove", "--project", "demo", "--user", "bob")
		do(2, "must be one of", "token", "create", "--user", "bob", "--permission", "dance")
		do(0, "pypi-", "token", "create", "--user", "bob", "--permission", "read", "--project", "demo")

		entries, err := s.DB.EntriesOf(t.Context(), "demo", 4)
		if err != nil {
			t.Fatal(err)
		}
		var actions []string
		for _, e := range entries {
			actions = append(actions, e.Action)
		}
		if got := strings.Join(actions, ", "); got != "remove Maintainer bob, add Maintainer bob, make public, make private" { // no Reader: nobody's business
			t.Errorf("the journal has %s", got)
		}
		events, err := s.DB.EventsOf(t.Context(), "project:demo", 5)
		if err != nil || len(events) != 5 || events[0].Before != "Maintainer bob" || events[2].After != "Reader bob" || events[3].After != "public" || events[4].Before != "public" {
			t.Errorf("%+v, %v", events, err)
		}
		var subjects []string // the same mails as from the pages
		for _, m := range s.Mails("bob@example.com") {
			subjects = append(subjects, m.Subject)
		}
		if len(subjects) != 3 || !strings.Contains(subjects[0], "demo") {
			t.Errorf("bob was told %q", subjects)
		}
		s.Run("admin", "organization", "create", "acme", "--owner", "admin")
		p, _, err := s.DB.Project(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		err = s.Recorder.Do(t.Context(), index.Operator(), func(tx *change.Tx) error {
			g, _, err := tx.Organization(t.Context(), "acme")
			return errors.Join(err, tx.PutInOrganization(t.Context(), p.ID, g.ID))
		})
		if err != nil {
			t.Fatal(err)
		}
		do(0, "admin has no role of their own in demo any more", "role", "remove", "--project", "demo", "--user", "admin") // its organization owns it
		tokens, err := s.DB.TokensOf(t.Context(), s.User("bob").ID)
		if err != nil || len(tokens) != 1 || strings.Join(tokens[0].Permissions, ",") != "read" || tokens[0].ProjectID == 0 {
			t.Errorf("%+v, %v", tokens, err)
		}
	})
}
