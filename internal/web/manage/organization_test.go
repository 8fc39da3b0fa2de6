package manage_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
)

// TestOrganization walks through its life: made, described, joined, given a
// project, renamed, emptied, deleted.
func TestOrganization(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		alice, bob := s.as("alice"), s.as("bob")
		s.refused(alice.PostForm("/manage/organizations/", "name", "not a name"), 400, "is no name for an organization")
		s.refused(alice.PostForm("/manage/organizations/", "name", "acme", "link_url", "javascript:alert(1)"), 400, "is not an address such as")
		made := s.ok(alice.PostForm("/manage/organizations/", "name", "acme", "display_name", "Acme <Inc>", "link_url", "https://acme.example"))
		s.refused(alice.Follow(made), 200, "Acme &lt;Inc&gt;")
		s.refused(bob.PostForm("/manage/organizations/", "name", "ACME"), 400, "is taken")
		s.refused(bob.Get("/manage/organization/acme/people/"), http.StatusForbidden, "allowed to see")

		s.ok(alice.PostForm("/manage/organization/acme/people/", "username", "bob", "role_name", "Manager"))
		if s.member("acme", "bob") != "" {
			t.Fatal("bob is in before accepting")
		}
		s.ok(bob.PostForm("/account/verify-organization-role/", "token", token(s.link("bob@example.com", "/account/verify-organization-role/")), "accept", "yes"))
		if role := s.member("acme", "bob"); role != index.OrganizationManager {
			t.Fatalf("bob is %q", role)
		}
		s.refused(bob.Get("/manage/organizations/"), 200, "Manager")

		s.refused(bob.PostForm("/manage/organization/acme/projects/", "existing_project_name", "Demo"), 400, "You own no project")
		s.ok(alice.PostForm("/manage/organization/acme/projects/", "existing_project_name", "Demo"))
		if s.role("demo", "bob") != index.Owner {
			t.Error("a manager does not own the project")
		}
		s.refused(s.Get("/pypi/demo/json"), 200, `"ownership":{"organization":"acme","roles":[{"role":"Owner","user":"alice"}]}`)
		s.refused(s.Get("/org/acme/"), 200, `<a href="/project/demo/">Demo</a>`)
		s.refused(s.Get("/project/demo/"), 200, `<a href="/org/acme/">acme</a>`)
		s.refused(alice.PostForm("/manage/organization/acme/delete_organization/", "confirm_organization_name", "acme"), 400, "Take them out first")
		s.refused(alice.PostForm("/manage/organization/acme/rename/", "name", "bolt", "confirm_current_organization_name", "x"), 400, "to confirm")
		s.ok(alice.PostForm("/manage/organization/acme/rename/", "name", "bolt", "confirm_current_organization_name", "acme"))
		s.refused(s.Get("/pypi/demo/json"), 200, `"organization":"bolt"`)
		s.refused(s.Get("/org/acme/"), http.StatusNotFound, "no organization")

		s.refused(bob.PostForm("/manage/project/demo/remove_organization_project/", "confirm_remove_organization_project_name", "Demo"), http.StatusForbidden, "allowed to change organization")
		s.ok(alice.PostForm("/manage/project/demo/remove_organization_project/", "confirm_remove_organization_project_name", "Demo"))
		if s.role("demo", "bob") != "" || s.role("demo", "alice") != index.Owner {
			t.Error("the organization's reason has not ended")
		}
		s.refused(alice.Get("/manage/organization/bolt/history/"), 200, "An organization was given another name.")
		s.ok(alice.PostForm("/manage/organization/bolt/delete_organization/", "confirm_organization_name", "bolt"))
		s.refused(alice.Get("/manage/organization/bolt/people/"), http.StatusNotFound, "")
		if told := s.told("bob"); !strings.Contains(told, "bolt") {
			t.Errorf("bob was told:\n%s", told)
		}
	})
}

// TestOrganizationPeople: changes, removals and the last owner.
func TestOrganizationPeople(t *testing.T) {
	s := startShared(t)
	s.Run("admin", "organization", "create", "acme", "--owner", "alice")
	s.Run("admin", "organization", "member", "acme", "bob", "Member")
	alice, bob := s.as("alice"), s.as("bob")
	const people = "/manage/organization/acme/people/"
	for path, form := range map[string][]string{
		"change/": {"username", "alice", "role_name", "Member"}, "delete/": {"username", "alice"}, "leave/": nil,
	} {
		s.refused(alice.PostForm(people+path, form...), 400, "would have no owner")
	}
	s.refused(alice.PostForm(people+"change/", "username", "carol", "role_name", "Owner"), 400, "is not in acme")
	s.refused(alice.PostForm(people, "username", "bob", "role_name", "Owner"), 400, "is Member of acme already")
	s.refused(bob.Get("/manage/organization/acme/history/"), http.StatusForbidden, "allowed to")
	s.ok(alice.PostForm(people+"change/", "username", "bob", "role_name", "Owner"))
	s.ok(alice.PostForm(people + "leave/"))
	s.ok(bob.PostForm(people, "username", "carol", "role_name", "Member"))
	hash, _ := bob.Get(people).Field("invitation")
	s.ok(bob.PostForm(people+"resend_invite/", "invitation", hash))
	hash, _ = bob.Get(people).Field("invitation")
	s.Run("admin", "organization", "create", "evil", "--owner", "mallory")
	s.refused(s.as("mallory").PostForm("/manage/organization/evil/people/revoke_invite/", "invitation", hash), 400, "no such invitation")
	s.ok(bob.PostForm(people+"revoke_invite/", "invitation", hash))
	s.ok(bob.PostForm(people, "username", "carol", "role_name", "Member"))
	hash, _ = bob.Get(people).Field("invitation")
	s.ok(s.as("carol").PostForm("/account/verify-organization-role/", "invitation", hash, "decline", "yes"))
	if s.member("acme", "alice") != "" || s.member("acme", "bob") != index.OrganizationOwner || s.member("acme", "carol") != "" {
		t.Error("somebody is what they should not be")
	}
	if told := s.told("bob"); !strings.Contains(told, "acme") {
		t.Errorf("bob was told:\n%s", told)
	}
}

// TestTeams: what a team has, its members have, until any reason for it ends
// (P29, security-bar 3.2, finding 13).
func TestTeams(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		s.Run("admin", "organization", "create", "acme", "--owner", "alice")
		s.Run("admin", "organization", "create", "bolt", "--owner", "alice")
		s.Run("admin", "organization", "member", "acme", "bob", "Member")
		alice, bob := s.as("alice"), s.as("bob")
		const team = "/manage/organization/acme/team/red/"
		s.ok(alice.PostForm("/manage/project/demo/transfer_organization_project/", "organization", "acme", "confirm_transfer_organization_project_name", "Demo"))
		s.ok(alice.PostForm("/manage/organization/acme/teams/", "name", "red"))
		s.refused(alice.PostForm("/manage/organization/acme/teams/", "name", "RED"), 400, "has a team")
		s.refused(alice.PostForm(team+"members/", "username", "carol"), 400, "is not in acme")
		s.ok(alice.PostForm(team+"members/", "username", "bob"))
		s.ok(alice.PostForm(collaboration, "team_name", "red", "team_project_role_name", "Reader"))
		s.ok(alice.PostForm(collaboration+"change_team/", "team_name", "red", "team_project_role_name", "Maintainer"))
		if role := s.role("demo", "bob"); role != index.Maintainer {
			t.Fatalf("bob is %q", role)
		}
		s.refused(bob.Get("/manage/projects/"), 200, "team red of acme (Maintainer)")
		s.refused(bob.Get(team+"projects/"), 200, "Maintainer")
		s.refused(bob.PostForm(team+"projects/", "project_name", "demo", "team_project_role_name", "Owner"), http.StatusForbidden, "allowed to change the teams")
		s.refused(bob.PostForm(collaboration+"leave/"), 400, "comes from a team")
		s.refused(alice.PostForm("/manage/organization/acme/team/blue/members/", "username", "bob"), http.StatusNotFound, "has no team")

		s.ok(alice.PostForm("/manage/project/demo/transfer_organization_project/", "organization", "bolt", "confirm_transfer_organization_project_name", "Demo"))
		if role := s.role("demo", "bob"); role != "" {
			t.Errorf("T26-13: bob is %s after the transfer", role)
		}
		s.refused(alice.PostForm(team+"projects/", "project_name", "demo", "team_project_role_name", "Owner"), 400, "has no project")
		s.ok(alice.PostForm("/manage/project/demo/transfer_organization_project/", "organization", "acme", "confirm_transfer_organization_project_name", "Demo"))
		if role := s.role("demo", "bob"); role != "" {
			t.Errorf("bob is %s again after the way back", role)
		}
		s.ok(alice.PostForm(team+"projects/", "project_name", "demo", "team_project_role_name", "Owner"))
		s.ok(alice.PostForm(team+"projects/delete/", "project_name", "demo"))
		s.ok(alice.PostForm(team+"projects/", "project_name", "demo", "team_project_role_name", "Owner"))
		s.refused(alice.PostForm(team+"members/leave/"), 400, "is not in the team")
		s.refused(bob.Get(team+"members/"), 200, "Leave the team")
		s.ok(bob.PostForm(team + "members/leave/"))
		if role := s.role("demo", "bob"); role != "" || s.member("acme", "bob") != index.OrganizationMember {
			t.Errorf("bob is %q after leaving the team, and %q of acme", role, s.member("acme", "bob"))
		}
		s.refused(bob.PostForm(team+"members/leave/"), 400, "is not in the team")
		s.ok(alice.PostForm(team+"members/", "username", "bob"))
		s.ok(alice.PostForm("/manage/organization/acme/people/delete/", "username", "bob"))
		if role := s.role("demo", "bob"); role != "" {
			t.Errorf("bob is %s after leaving the organization", role)
		}
		s.ok(alice.PostForm(team+"settings/", "name", "crimson"))
		s.refused(alice.Get("/manage/organization/acme/team/crimson/history/"), 200, "red → crimson")
		s.ok(alice.PostForm("/manage/organization/acme/team/crimson/delete_team/", "confirm_team_name", "crimson"))
		s.refused(alice.Get(team+"members/"), http.StatusNotFound, "has no team")
		if told := s.told("bob"); !strings.Contains(told, "red") {
			t.Errorf("bob was told:\n%s", told)
		}
	})
}

// TestWhoMakesOrganizations: administrators only, where the setting says so.
func TestWhoMakesOrganizations(t *testing.T) {
	s := startShared(t, func(c *config.Config) { c.Organizations = "administrators" })
	s.refused(s.as("alice").PostForm("/manage/organizations/", "name", "acme"), http.StatusForbidden, "allowed to make an organization")
	if page := s.as("alice").Get("/manage/organizations/"); strings.Contains(page.Text, "Make an organization") {
		t.Error("the page offers what is refused")
	}
	s.ok(s.as("admin").PostForm("/manage/organizations/", "name", "acme"))
}

// TestVisibility: a private project is there for those with a role, and its name
// stands on no page that others see.
func TestVisibility(t *testing.T) {
	s := startShared(t)
	s.give("demo", "bob", index.Reader)
	s.Run("admin", "organization", "create", "acme", "--owner", "alice")
	s.Run("admin", "organization", "member", "acme", "carol", "Member")
	alice := s.as("alice")
	s.ok(alice.PostForm("/manage/project/demo/transfer_organization_project/", "organization", "acme", "confirm_transfer_organization_project_name", "Demo"))
	s.refused(s.Get("/user/alice/"), 200, "/project/demo/")
	s.refused(alice.PostForm("/manage/project/demo/settings/", "visibility", "secret"), 400, "Choose public or private")
	s.ok(alice.PostForm("/manage/project/demo/settings/", "visibility", "private"))
	for path, b := range map[string]*apptest.Browser{
		"/user/alice/": s.as("carol"), "/org/acme/": s.as("carol"), "/manage/organization/acme/projects/": s.as("carol"),
	} {
		if r := b.Get(path); r.StatusCode != 200 || strings.Contains(r.Text, "emo") && strings.Contains(strings.ToLower(r.Text), "/demo/") {
			t.Errorf("%s: %s\n%s", path, r.Status, r.Text)
		}
	}
	hidden, missing := s.as("carol").Get("/manage/project/demo/settings/"), s.as("carol").Get("/manage/project/nothing/settings/")
	if hidden.StatusCode != http.StatusNotFound || missing.StatusCode != http.StatusNotFound || strings.ReplaceAll(hidden.Text, "demo", "nothing") != missing.Text {
		t.Errorf("hidden: %s\n%s\nmissing: %s\n%s", hidden.Status, hidden.Text, missing.Status, missing.Text)
	}
	s.refused(s.as("bob").Get("/manage/projects/"), 200, `<span class="tag">private</span>`)
	s.ok(alice.PostForm("/manage/project/demo/settings/", "visibility", "public"))
	s.refused(s.Get("/org/acme/"), 200, "/project/demo/")
}

// TestReleasesAndHistory: what the gate found (PT-6, PT-7, AV-15), and what
// happened, for maintainers and as JSON.
func TestReleasesAndHistory(t *testing.T) {
	s := startShared(t)
	s.give("demo", "bob", index.Maintainer)
	bob := s.as("bob")
	s.change(func(ctx context.Context, tx *change.Tx) error {
		files, err := tx.ProjectFiles(ctx, s.project("demo").ID, false)
		if err != nil {
			return err
		}
		return tx.InsertFileReport(ctx, files[0].ID, index.FileReport{Warnings: []string{"needs glibc, says <the gate>"}, Platform: "manylinux_2_28_x86_64"})
	})
	s.refused(bob.Get("/manage/project/demo/releases/"), 200, "<a href=\"/manage/project/demo/release/1.0/\">1.0</a>")
	s.refused(bob.Get("/manage/project/demo/releases/"), 200, "1 warning of the gate")
	r := bob.Get("/manage/project/demo/release/1.0/")
	s.refused(r, 200, "<a href=\"/project/demo/1.0/\">")
	s.refused(r, 200, "needs glibc, says &lt;the gate&gt;")
	s.refused(r, 200, "<strong>manylinux_2_28_x86_64</strong>")
	s.refused(bob.Get("/manage/project/demo/history/"), 200, "A file was accepted.")
	var events []map[string]any
	answer := bob.Get("/manage/project/demo/history.json")
	if err := json.Unmarshal([]byte(answer.Text), &events); err != nil || len(events) < 4 || events[0]["meaning"] == "" || answer.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%v %v", err, answer.Text)
	}
	s.refused(bob.Get("/manage/project/demo/history"), http.StatusMovedPermanently, "")
	s.refused(s.as("carol").Get("/manage/project/demo/history.json"), http.StatusForbidden, "")
}

// TestSharedPages: every page answers, and none has script or style of
// its own or a field without label.
func TestSharedPages(t *testing.T) {
	s := startShared(t)
	s.Run("admin", "organization", "create", "acme", "--owner", "alice")
	s.Run("admin", "team", "create", "acme", "red")
	alice := s.as("alice")
	s.ok(alice.PostForm("/manage/project/demo/transfer_organization_project/", "organization", "acme", "confirm_transfer_organization_project_name", "Demo"))
	s.ok(s.as("alice").PostForm(collaboration, "username", "bob", "role_name", "Reader"))
	const o = "/manage/organization/acme/"
	for _, path := range []string{
		"/manage/projects/", "/manage/project/demo/settings/", "/manage/project/demo/releases/", collaboration, "/manage/project/demo/history/",
		"/manage/project/demo/release/1.0/", "/manage/project/demo/rules/?specifier=%3C2", "/manage/project/demo/delete_project/", "/manage/project/demo/release/1.0/delete/",
		"/manage/organizations/", o + "settings/", o + "people/", o + "projects/", o + "teams/", o + "history/",
		o + "team/red/settings/", o + "team/red/members/", o + "team/red/projects/", o + "team/red/history/",
	} {
		r := alice.Get(path)
		s.refused(r, 200, "<h1>")
		if strings.Count(r.Text, "<h1") != 1 || strings.Contains(r.Text, "<script") || strings.Contains(r.Text, "style=") || strings.Contains(r.Text, "ZgotmplZ") {
			t.Errorf("%s:\n%s", path, r.Text)
		}
		for _, tag := range []string{`<input type="text" `, "<select ", "<textarea ", `<input type="url" `} {
			for _, rest := range strings.Split(r.Text, tag)[1:] {
				attributes, _, _ := strings.Cut(rest, ">")
				_, id, _ := strings.Cut(attributes, `id="`)
				id, _, _ = strings.Cut(id, `"`)
				if !strings.Contains(attributes, "aria-label=") && (id == "" || !strings.Contains(r.Text, `<label for="`+id+`"`)) {
					t.Errorf("%s: a field without label: %s%s", path, tag, attributes)
				}
			}
		}
	}
}
