package manage_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/ratelimit"
)

// TestLimitsOfPages: what is counted for each account is refused with 429 and the time to come back, as a page, and others go on
// (warehouse-inventory 7.4).
func TestLimitsOfPages(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		s.Run("admin", "organization", "create", "acme", "--owner", "alice")
		alice, bob := s.as("alice"), s.as("bob")
		limited := func(r apptest.Response) {
			t.Helper()
			if s.refused(r, http.StatusTooManyRequests, "There were too many attempts. Try again in"); r.Header.Get("Retry-After") == "" || !strings.Contains(r.Text, "<h1>") {
				t.Errorf("no Retry-After, or no page: %v", r.Header)
			}
		}
		for i := range 20 {
			path := collaboration
			if i%2 == 0 {
				path = "/manage/organization/acme/people/"
			}
			role := map[bool]string{true: "Member", false: "Reader"}[i%2 == 0]
			s.ok(alice.PostForm(path, "username", fmt.Sprintf("p%d@example.org", i), "role_name", role))
		}
		limited(alice.PostForm(collaboration, "username", "p99@example.org", "role_name", "Reader"))
		limited(alice.PostForm(collaboration+"resend_invite/", "invitation", "any"))
		limited(alice.PostForm("/manage/organization/acme/people/", "username", "p99@example.org", "role_name", "Member"))
		limited(alice.PostForm("/manage/organization/acme/people/resend_invite/", "invitation", "any"))
		spend := func(name ratelimit.Name, user string) {
			for s.Accounts.Limiter.Allow(t.Context(), name, s.User(user).UID).OK {
				continue
			}
		}
		spend(ratelimit.CreateGroup, "alice")
		limited(alice.PostForm("/manage/organizations/", "name", "bolt"))
		s.ok(bob.PostForm("/manage/organizations/", "name", "bolt"))
		spend(ratelimit.CreateToken, "alice")
		limited(alice.PostForm(tokens, "description", "ci", "permissions", "upload", "token_scope", "scope:user", "expires", "30"))
	})
}
