package manage_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// newcomer makes an account with the link of the newest mail to an address, and returns the browser and where it goes on.
func (s *shared) newcomer(name, address string) (*apptest.Browser, apptest.Response) {
	s.t.Helper()
	mails := s.Mails(address)
	if len(mails) == 0 {
		s.t.Fatalf("no mail to %s", address)
	}
	link := regexp.MustCompile(`/account/register/\?invite=[A-Za-z0-9_-]+`).FindString(mails[len(mails)-1].Text)
	b := s.NewBrowser()
	s.refused(b.Get(link), http.StatusOK, `value="`+address+`"`)
	return b, b.PostForm("/account/register/", s.registration(name, address, link)...)
}

func (*shared) registration(name, address, link string) []string {
	_, secret, _ := strings.Cut(link, "invite=")
	return []string{"username", name, "email", address, "new_password", "wandering violet lighthouse 7", "password_confirm", "wandering violet lighthouse 7", "invite", secret}
}

// TestANewcomerIsOfferedARole: on an index that nobody may register at, whoever is invited by address makes an account with
// the link and then accepts, in a project or an organization, invited by an owner or by the operator.
func TestANewcomerIsOfferedARole(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		s.Run("admin", "organization", "create", "acme", "--owner", "alice")
		alice := s.as("alice")
		for name, row := range map[string]struct {
			invite func(address string)
			got    func(name string) index.RoleName
			want   index.RoleName
		}{
			"erin": {func(a string) { s.ok(alice.PostForm(collaboration, "username", a, "role_name", "Maintainer")) }, func(n string) index.RoleName { return s.role("demo", n) }, index.Maintainer},
			"frank": {func(a string) {
				s.ok(alice.PostForm("/manage/organization/acme/people/", "username", a, "role_name", "Manager"))
			}, func(n string) index.RoleName { return s.member("acme", n) }, index.OrganizationManager},
			"grace": {func(a string) {
				s.Run("admin", "user", "invite", "--email", a, "--project", "Demo", "--role", "Reader")
			}, func(n string) index.RoleName { return s.role("demo", n) }, index.Reader},
			"heidi": {func(a string) {
				s.Run("admin", "user", "invite", "--email", a, "--organization", "acme", "--role", "Member")
			}, func(n string) index.RoleName { return s.member("acme", n) }, index.OrganizationMember},
		} {
			address := name + "@example.org"
			row.invite(address)
			b, made := s.newcomer(name, address)
			page := b.Follow(s.ok(made))
			s.refused(page, http.StatusOK, "<strong>"+string(row.want)+"</strong>")
			if got := row.got(name); got != "" {
				t.Errorf("%s is %s before accepting", name, got)
			}
			token, _ := page.Field("token")
			s.ok(b.PostForm(made.To(), "token", token, "accept", "yes"))
			if got := row.got(name); got != row.want {
				t.Errorf("%s is %q, want %s", name, got, row.want)
			}
		}
	})
}

// TestANewcomersInvitationEnds: the link is for its address, and for one account; who made it and is no owner any more gives
// nothing (T26-8).
func TestANewcomersInvitationEnds(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		s.give("demo", "dora", index.Owner)
		alice := s.as("alice")
		s.ok(alice.PostForm(collaboration, "username", "erin@example.org", "role_name", "Maintainer"))
		mails := s.Mails("erin@example.org")
		link := regexp.MustCompile(`/account/register/\?invite=[A-Za-z0-9_-]+`).FindString(mails[0].Text)
		s.refused(s.NewBrowser().PostForm("/account/register/", s.registration("other", "other@example.org", link)...), http.StatusBadRequest, "This invitation is for erin@example.org")
		b, made := s.newcomer("erin", "erin@example.org")
		s.ok(made)
		if to := s.NewBrowser().Get(link).To(); to != "/account/verify-project-role/" {
			t.Errorf("who has an account is led to %q", to)
		}
		if again := s.NewBrowser().PostForm("/account/register/", s.registration("erin2", "erin@example.org", link)...); again.StatusCode != http.StatusBadRequest {
			t.Errorf("a second account: %s", again.Status)
		}
		s.change(func(ctx context.Context, tx *change.Tx) error {
			return tx.SetRole(ctx, s.project("demo").ID, s.User("alice").ID, index.Reader)
		})
		_, secret, _ := strings.Cut(link, "invite=")
		s.refused(b.PostForm("/account/verify-project-role/", "token", secret, "accept", "yes"), http.StatusBadRequest, "is not valid any more")
		if got := s.role("demo", "erin"); got != "" {
			t.Errorf("erin is %s", got)
		}
		s.ok(s.as("dora").PostForm(collaboration, "username", "frank@example.org", "role_name", "Reader"))
		first := s.Mails("frank@example.org")[0].Text
		s.change(func(ctx context.Context, tx *change.Tx) error {
			return tx.RevokeInvitationsBy(ctx, s.User("dora").ID, s.project("demo").ID, 0)
		})
		link = regexp.MustCompile(`/account/register/\?invite=[A-Za-z0-9_-]+`).FindString(first)
		s.refused(s.NewBrowser().Get(link), http.StatusBadRequest, "This invitation was used before")
	})
}
