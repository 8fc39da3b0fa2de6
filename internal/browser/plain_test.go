//go:build slow

package browser

import (
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
)

// TestWithoutScript is MFA-14: register, verify, second factor, recovery codes,
// sign in with each, tokens, change and reset of the password, all in a browser
// that runs no scripts.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	s := start(t, public)
	p := somebody(t, s, "alice")
	p.withoutScript(true)
	p.everything()
	p.goTo("/manage/account/webauthn-provision")
	p.see("Security keys need JavaScript")
	if token := p.makeToken("without scripts"); !strings.HasPrefix(token, "pypi-") {
		t.Errorf("the token is %q", token)
	}
	p.goTo("/manage/account/token/")
	p.click("form[action='/manage/account/token/delete/'] button")
	p.see("You have no tokens")
	p.changePassword(nextPassword)
	p.signOut()
	p.signIn()
	p.fill("#totp_value", p.code())
	p.submit()
	p.signedIn("password and app")
	p.signOut()
	p.resetPassword(firstPassword)
	p.signIn()
	p.click("a[href='/account/recovery-code/']")
	p.fill("#recovery_code_value", p.codes[1])
	p.submit()
	p.signedIn("password and recovery code")
	clean(t, p.tab)
}

// changePassword takes the form of the account's page.
func (p *person) changePassword(to string) {
	p.t.Helper()
	p.goTo("/manage/account/")
	p.fill("#password", p.pass)
	p.fill("#new_password", to)
	p.fill("#password_confirm", to)
	p.click("section[aria-labelledby=secret] button")
	p.see("The password was changed")
	p.pass = to
}

// resetPassword goes through the mailed link.
func (p *person) resetPassword(to string) {
	p.t.Helper()
	p.goTo("/account/login/")
	p.click("a[href='/account/request-password-reset/']")
	p.fill("#username_or_email", p.name)
	p.submit()
	p.see("a mail with a link is on its way")
	p.goTo(p.link("Choose a new password"))
	p.fill("#new_password", to)
	p.fill("#password_confirm", to)
	p.submit()
	p.pass = to
}

// TestGroupsWithoutScript is MFA-14 for roles: an organization, its invitation, a
// team, and a role in a project, between two browsers that run no scripts.
func TestGroupsWithoutScript(t *testing.T) {
	t.Parallel()
	s := start(t, public, func(c *config.Config) { c.Organizations = "open" })
	p, other := somebody(t, s, "alice"), somebody(t, s, "carol")
	for _, one := range []*person{p, other} {
		one.withoutScript(true)
		one.register()
		one.verify()
		one.addApp()
	}
	if r := s.Upload(p.makeToken("twine"), apptest.Wheel("story-demo", "1.0", "x")); r.StatusCode != http.StatusOK {
		t.Fatal(r.Status, r.Text)
	}
	p.prove()
	p.goTo("/manage/organizations/")
	p.fill("#name", "data-platform")
	p.click("form:has(#name) button")
	p.goTo("/manage/organization/data-platform/people/")
	p.fill("#username", other.name)
	p.click("form:has(#username[type=text]) button")
	other.accepts("data-platform")
	p.goTo("/manage/organization/data-platform/teams/")
	p.fill("#name", "Builders")
	p.click("form:has(#name) button")
	p.goTo("/manage/organization/data-platform/team/Builders/members/")
	p.choose("#username", other.name)
	p.click("form:has(#username) button")
	p.see("carol")
	p.goTo("/manage/project/story-demo/collaboration/")
	p.fill("#username", other.name)
	p.click("form:has(#username[type=text]) button")
	other.accepts("story-demo")
	other.see("story-demo")
	p.goTo("/manage/project/story-demo/collaboration/")
	p.press("tr:has(input[value=carol]) summary")
	p.click("tr:has(input[value=carol]) button.stop")
	other.goTo("/manage/projects/")
	other.see("You have no role in a project yet")
	clean(t, p.tab)
	clean(t, other.tab)
}

// accepts takes the newest invitation, from its mail.
func (p *person) accepts(to string) {
	p.t.Helper()
	p.goTo(p.link("invites you to " + to))
	p.click("button[name=accept]")
}
