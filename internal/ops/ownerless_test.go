package ops_test

import (
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// TestSD24RemovalsLeaveProjects: when administrators close an account or delete an organization, nothing is deleted with it.
// What nobody owns then is marked in its history and listed; what somebody owns still is not.
func TestSD24RemovalsLeaveProjects(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for name, owner := range map[string]string{"alone": "alice", "both": "alice", "team-led": "bob", "grouped": "carol"} {
			if r := s.Upload(s.NewToken(access.Grant{User: s.User(owner)}), apptest.Wheel(name, "1.0", "x")); r.StatusCode != 200 {
				t.Fatal(r.Text)
			}
		}
		s.Run("admin", "role", "set", "--project", "both", "--user", "bob", "Owner")
		s.Run("admin", "organization", "create", "acme", "--owner", "carol")
		s.Run("admin", "organization", "create", "lone", "--owner", "alice")
		admit(t, s, "grouped", "acme", "carol")
		admit(t, s, "team-led", "lone", "bob")
		ownerless := func(want string) {
			t.Helper()
			if got := strings.Join(strings.Fields(s.Run("admin", "project", "list", "--ownerless")), " "); got != want {
				t.Errorf("ownerless are %q, want %q", got, want)
			}
		}
		ownerless("")
		json := s.Get("/pypi/both/json").Text
		if out := run(s.Config.Data, "admin", "user", "remove", "alice", "--confirm", "bob").want(t, 1); !strings.Contains(out.stderr, "must be") {
			t.Errorf("%+v", out)
		}
		if out := s.Run("admin", "user", "remove", "alice", "--confirm", "alice", "--json"); !strings.Contains(out, `"ownerless":["alone","team-led"]`) {
			t.Error(out)
		}
		ownerless("alone team-led") // whose organization has no owner any more
		if now := s.Get("/pypi/both/json").Text; !strings.Contains(json, `"user":"alice"`) || strings.Contains(now, `"user":"alice"`) {
			t.Errorf("the roles that are shown: %s", now)
		}
		if out := run(s.Config.Data, "admin", "organization", "delete", "acme").want(t, 1); !strings.Contains(out.stderr, "grouped") {
			t.Errorf("%+v", out)
		}
		if out := s.Run("admin", "organization", "delete", "acme", "--projects"); !strings.Contains(out, "Nobody owns these now: grouped.") {
			t.Error(out)
		}
		ownerless("alone grouped team-led")
		for _, name := range []string{"alone", "grouped", "team-led"} {
			if r := s.Get("/simple/" + name + "/"); !strings.Contains(r.Text, "-1.0-py3") {
				t.Errorf("%s is gone: %s", name, r.Status)
			}
			if events, err := s.DB.EventsOf(t.Context(), "project:"+name, 1); err != nil || len(events) != 1 || events[0].Action != index.EventOwnerless {
				t.Errorf("%s: %+v, %v", name, events, err)
			}
		}
		s.Run("admin", "role", "set", "--project", "alone", "--user", "bob", "Owner")
		ownerless("grouped team-led")
		clean(t, s.Config.Data)
	})
}

// admit puts a project into an organization and takes its uploader's own role away.
func admit(t *testing.T, s *apptest.Server, project, group, uploader string) {
	t.Helper()
	p, _, err := s.DB.Project(t.Context(), project)
	if err != nil {
		t.Fatal(err)
	}
	g, _, err := s.DB.Organization(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Recorder.Do(t.Context(), index.Operator(), func(tx *change.Tx) error {
		if _, err := tx.RemoveRole(t.Context(), p.ID, s.User(uploader).ID); err != nil {
			return err
		}
		return tx.PutInOrganization(t.Context(), p.ID, g.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
}
