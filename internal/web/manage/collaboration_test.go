package manage_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// TestInviteAndAccept: nothing is granted before the invitee accepts; the link
// works once, for nobody else, and opening it changes nothing.
func TestInviteAndAccept(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		alice, bob, carol := s.as("alice"), s.as("bob"), s.as("carol")
		s.ok(alice.PostForm(collaboration, "username", "bob", "role_name", "Maintainer"))
		if role := s.role("demo", "bob"); role != "" {
			t.Fatalf("bob is %s before accepting", role)
		}
		s.refused(alice.Get(collaboration), 200, "bob: Maintainer, invited by alice")
		link := s.link("bob@example.com", "/account/verify-project-role/")
		s.refused(s.NewBrowser().Get(link), http.StatusSeeOther, "")
		s.refused(carol.Get(link), http.StatusNotFound, "There is no such invitation for you")
		s.refused(carol.PostForm("/account/verify-project-role/", "token", token(link), "accept", "yes"), 400, "There is no such invitation for you")
		s.refused(bob.Get(link), 200, "alice invites you to be <strong>Maintainer</strong>")
		s.refused(bob.Get("/manage/projects/"), 200, "alice invites you")
		if role := s.role("demo", "bob"); role != "" {
			t.Fatalf("a GET gave bob the role %s", role)
		}
		s.refused(bob.PostForm("/account/verify-project-role/", "token", token(link)), 400, "accept or to decline")
		s.ok(bob.PostForm("/account/verify-project-role/", "token", token(link), "accept", "yes"))
		if role := s.role("demo", "bob"); role != index.Maintainer {
			t.Fatalf("bob is %q", role)
		}
		s.refused(bob.PostForm("/account/verify-project-role/", "token", token(link), "accept", "yes"), 400, "There is no such invitation for you")
		s.refused(bob.Get(collaboration), 200, "<td>Maintainer</td>")
		if told := s.told("alice"); !strings.Contains(told, "bob has a role in Demo now") {
			t.Errorf("alice was told:\n%s", told)
		}
		s.refused(alice.Get("/manage/project/demo/history/"), 200, "Maintainer bob")
		s.refused(s.Get("/pypi/demo/json"), 200, `{"role":"Owner","user":"alice"},{"role":"Maintainer","user":"bob"}`)
	})
}

// TestInviteAnAddress: an invitation to an address is for whoever has verified
// it, and tells nobody whether there is such an account (P31).
func TestInviteAnAddress(t *testing.T) {
	s := startShared(t)
	alice, bob := s.as("alice"), s.as("bob")
	known := s.ok(alice.PostForm(collaboration, "username", "Bob@Example.com", "role_name", "Reader"))
	unknown := s.ok(alice.PostForm(collaboration, "username", "nobody@example.com", "role_name", "Reader"))
	if known.To() != unknown.To() {
		t.Error("the answers differ")
	}
	page := alice.Follow(unknown)
	s.refused(page, 200, "bob@example.com: Reader")
	s.refused(page, 200, "nobody@example.com: Reader")
	s.refused(alice.PostForm(collaboration, "username", "bob@example.com", "role_name", "Reader"), 400, "is invited already")
	s.refused(bob.Get("/manage/projects/"), 200, "alice invites you")
	link := s.link("bob@example.com", "/account/verify-project-role/")
	s.refused(s.as("carol").Get(link), http.StatusNotFound, "There is no such invitation")
	s.change(func(ctx context.Context, tx *change.Tx) error {
		_, err := tx.InsertUser(ctx, index.User{UID: "u-una", Username: "una", Email: "una@example.com", CreatedAt: tx.Now}, false)
		return err
	})
	s.ok(alice.PostForm(collaboration, "username", "una@example.com", "role_name", "Reader"))
	s.refused(s.as("una").Get(s.link("una@example.com", "/account/verify-project-role/")), http.StatusNotFound, "There is no such invitation")
}

// TestInvitationsThatEnd: revoked, resent, expired, declined, and those of
// somebody who lost the right to make them.
func TestInvitationsThatEnd(t *testing.T) {
	s := startShared(t)
	alice, bob := s.as("alice"), s.as("bob")
	invite := func(user string) (link, hash string) {
		t.Helper()
		page := alice.Follow(s.ok(alice.PostForm(collaboration, "username", user, "role_name", "Owner")))
		hash, _ = page.Field("invitation")
		return s.link(user+"@example.com", "/account/verify-project-role/"), hash
	}
	accept := func(b *apptest.Browser, link string) apptest.Response {
		return b.PostForm("/account/verify-project-role/", "token", token(link), "accept", "yes")
	}
	link, hash := invite("bob")
	s.refused(alice.PostForm(collaboration, "username", "bob", "role_name", "Reader"), 400, "invited already")
	s.ok(alice.PostForm(collaboration+"resend_invite/", "invitation", hash))
	fresh := s.link("bob@example.com", "/account/verify-project-role/")
	s.refused(accept(bob, link), 400, "no such invitation")
	if fresh == link {
		t.Error("the link was not renewed")
	}
	hash, _ = alice.Get(collaboration).Field("invitation")
	s.ok(alice.PostForm(collaboration+"revoke_invite/", "invitation", hash))
	s.refused(accept(bob, fresh), 400, "no such invitation")
	s.refused(alice.PostForm(collaboration+"revoke_invite/", "invitation", hash), 400, "no such invitation")

	link, _ = invite("bob")
	s.ok(bob.PostForm("/account/verify-project-role/", "token", token(link), "decline", "yes"))
	s.refused(accept(bob, link), 400, "no such invitation")
	if told := s.told("alice"); !strings.Contains(told, "declined") {
		t.Errorf("alice was told:\n%s", told)
	}

	link, _ = invite("bob")
	s.SetClock(8 * 24 * time.Hour)
	late := s.as("bob")
	s.refused(accept(late, link), 400, "no such invitation")
	s.SetClock(0)

	link, _ = invite("carol")
	s.give("demo", "dora", index.Owner)
	s.ok(s.as("dora").PostForm(collaboration+"delete/", "username", "alice"))
	s.refused(accept(s.as("carol"), link), 400, "no such invitation")
	if s.role("demo", "bob") != "" || s.role("demo", "carol") != "" || s.role("demo", "alice") != "" {
		t.Error("somebody has a role who should have none")
	}
}

// TestInviterWhoseRightEnds: an owner by an organization invites and then is
// not in it any more.
func TestInviterWhoseRightEnds(t *testing.T) {
	s := startShared(t)
	s.Run("admin", "organization", "create", "acme", "--owner", "alice")
	s.Run("admin", "organization", "member", "acme", "dora", "Manager")
	s.ok(s.as("alice").PostForm("/manage/project/demo/transfer_organization_project/", "organization", "acme", "confirm_transfer_organization_project_name", "Demo"))
	s.ok(s.as("dora").PostForm(collaboration, "username", "bob", "role_name", "Owner"))
	link := s.link("bob@example.com", "/account/verify-project-role/")
	s.Run("admin", "organization", "member", "acme", "dora", "Member")
	s.refused(s.as("bob").PostForm("/account/verify-project-role/", "token", token(link), "accept", "yes"), 400, "is not an owner of Demo now")
	if role := s.role("demo", "bob"); role != "" {
		t.Errorf("bob is %s", role)
	}
}

// TestLastOwner: nobody can take the last owner away, not even the owner.
func TestLastOwner(t *testing.T) {
	s := startShared(t)
	alice := s.as("alice")
	for path, form := range map[string][]string{
		"change/": {"username", "alice", "role_name", "Reader"}, "delete/": {"username", "alice"}, "leave/": nil,
	} {
		s.refused(alice.PostForm(collaboration+path, form...), 400, "would have no owner")
	}
	s.give("demo", "bob", index.Owner)
	s.ok(alice.PostForm(collaboration + "leave/"))
	if s.role("demo", "alice") != "" || s.role("demo", "bob") != index.Owner {
		t.Error("alice did not leave")
	}
	if told := s.told("bob"); !strings.Contains(told, "alice has no role in Demo") && !strings.Contains(told, "Demo") {
		t.Errorf("bob was told:\n%s", told)
	}
	s.refused(alice.Get(collaboration), http.StatusForbidden, "isn")
}

// TestTwoOwnersAtOnce remove each other: one of them stays.
func TestTwoOwnersAtOnce(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		s.give("demo", "bob", index.Owner)
		both := map[string]*apptest.Browser{"bob": s.as("alice"), "alice": s.as("bob")}
		var all sync.WaitGroup
		for victim, b := range both {
			all.Go(func() { b.PostForm(collaboration+"delete/", "username", victim) })
		}
		all.Wait()
		if a, b := s.role("demo", "alice"), s.role("demo", "bob"); (a == index.Owner) == (b == index.Owner) {
			t.Errorf("alice is %q, bob is %q", a, b)
		}
	})
}

// TestP30AcceptOnce: of many who accept or revoke at once, one wins.
func TestP30AcceptOnce(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		alice, bob := s.as("alice"), s.as("bob")
		s.ok(alice.PostForm(collaboration, "username", "bob", "role_name", "Maintainer"))
		hash, _ := alice.Get(collaboration).Field("invitation")
		results := make(chan bool, 41)
		var all sync.WaitGroup
		for i := range 41 {
			all.Go(func() {
				one := s.NewBrowser()
				var r apptest.Response
				if i == 20 {
					one.Cookies = map[string]string{middleware.LoginCookie: alice.Cookies[middleware.LoginCookie]}
					r = one.PostForm(collaboration+"revoke_invite/", "invitation", hash)
				} else {
					one.Cookies = map[string]string{middleware.LoginCookie: bob.Cookies[middleware.LoginCookie]}
					r = one.PostForm("/account/verify-project-role/", "invitation", hash, "accept", "yes")
				}
				results <- r.StatusCode == http.StatusSeeOther
			})
		}
		all.Wait()
		won := 0
		for range 41 {
			if <-results {
				won++
			}
		}
		if won != 1 {
			t.Errorf("%d of 41 won", won)
		}
	})
}

// TestIDOR: what belongs to another project cannot be acted on with a right in
// one's own (security-bar 3.2, finding 11).
func TestIDOR(t *testing.T) {
	s := startShared(t)
	s.MustUpload(apptest.Wheel("other", "1.0", "x"))
	s.give("other", "mallory", index.Owner)
	alice, mallory := s.as("alice"), s.as("mallory")
	s.ok(alice.PostForm(collaboration, "username", "bob", "role_name", "Owner"))
	hash, _ := alice.Get(collaboration).Field("invitation")
	for _, form := range []string{"revoke_invite/", "resend_invite/"} {
		s.refused(mallory.PostForm("/manage/project/other/collaboration/"+form, "invitation", hash), 400, "no such invitation")
	}
	s.refused(mallory.PostForm("/account/verify-project-role/", "invitation", hash, "accept", "yes"), 400, "no such invitation")
	s.refused(mallory.PostForm("/manage/project/other/collaboration/delete/", "username", "alice"), 400, "was given no role")
	for _, path := range []string{"", "revoke_invite/", "resend_invite/", "change/", "delete/", "leave/", "change_team/", "delete_team/"} {
		s.refused(mallory.PostForm(collaboration+path, "username", "alice", "role_name", "Reader", "invitation", hash), http.StatusForbidden, "allowed to")
	}
	s.ok(s.as("bob").PostForm("/account/verify-project-role/", "invitation", hash, "accept", "yes"))
}

// TestMaintainersAndMembersInviteNobody (T26-8).
func TestMaintainersAndMembersInviteNobody(t *testing.T) {
	s := startShared(t)
	s.give("demo", "bob", index.Maintainer)
	s.give("demo", "carol", index.Reader)
	for _, user := range []string{"bob", "carol"} {
		s.refused(s.as(user).PostForm(collaboration, "username", "dora", "role_name", "Owner"), http.StatusForbidden, "allowed to change the roles")
		s.refused(s.as(user).PostForm(collaboration+"change/", "username", user, "role_name", "Owner"), http.StatusForbidden, "allowed to change the roles")
	}
	s.refused(s.as("carol").Get(collaboration), http.StatusForbidden, "allowed to")
	s.Run("admin", "organization", "create", "acme", "--owner", "alice")
	for user, role := range map[string]string{"bob": "Manager", "carol": "Member"} {
		s.Run("admin", "organization", "member", "acme", user, role)
		s.refused(s.as(user).PostForm("/manage/organization/acme/people/", "username", "dora", "role_name", "Owner"), http.StatusForbidden, "allowed to change the people")
		s.refused(s.as(user).PostForm("/manage/organization/acme/people/change/", "username", user, "role_name", "Owner"), http.StatusForbidden, "allowed to change the people")
	}
}

// TestHeldAccountsGiveNoRoles (MFA-7).
func TestHeldAccountsGiveNoRoles(t *testing.T) {
	s := startShared(t)
	s.give("demo", "bob", index.Reader)
	alice := s.as("alice")
	s.ok(alice.PostForm(collaboration, "username", "carol", "role_name", "Owner"))
	s.change(func(ctx context.Context, tx *change.Tx) error {
		return tx.Hold(ctx, s.User("alice").ID, time.Now().Add(time.Hour))
	})
	for path, form := range map[string][]string{
		collaboration: {"username", "dora", "role_name", "Owner"}, collaboration + "change/": {"username", "bob", "role_name", "Owner"},
		"/manage/organizations/": {"name", "acme"},
	} {
		s.refused(alice.PostForm(path, form...), http.StatusForbidden, "is on hold until")
	}
	hash, _ := s.as("admin").Get(collaboration).Field("invitation")
	s.refused(s.as("carol").PostForm("/account/verify-project-role/", "invitation", hash, "accept", "yes"), 400, "is on hold until")
	if role := s.role("demo", "carol"); role != "" {
		t.Errorf("carol is %s", role)
	}
}

// TestFormsThatCannotBe: what is wrong is said on the page, next to the form.
func TestFormsThatCannotBe(t *testing.T) {
	s := startShared(t)
	alice := s.as("alice")
	for want, form := range map[string][]string{
		"There is no user &#34;nobody&#34;":    {"username", "nobody", "role_name", "Owner"},
		"There is no role &#34;King&#34;":      {"username", "bob", "role_name", "King"},
		"alice is Owner of Demo already":       {"username", "alice", "role_name", "Reader"},
		"is not an e-mail address such as":     {"username", "a b@example.com", "role_name", "Owner"},
		"is not a domain":                      {"username", "a@b\u200b.example", "role_name", "Owner"},
		"belongs to no organization":           {"team_name", "red", "team_project_role_name", "Owner"},
		"There is no user &#34;&lt;b&gt;&#34;": {"username", "<b>", "role_name", "Owner"},
	} {
		s.User("bob")
		r := alice.PostForm(collaboration, form...)
		s.refused(r, 400, want)
		s.refused(r, 400, `role="alert" id="refusal"`)
		if form[0] == "username" {
			s.refused(r, 400, `aria-invalid="true" aria-describedby="refusal"`)
		}
	}
	s.refused(alice.PostForm(collaboration+"change/", "username", "bob", "role_name", "Owner"), 400, "was given no role")
}
