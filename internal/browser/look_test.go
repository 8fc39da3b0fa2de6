//go:build slow

package browser

import (
	"encoding/base64"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
)

// longName is as long as a user name can be, without a place to break it.
const longName = "bartholomew.featherstonehaugh.of.the.data.platform"

// look opens a page and shows it.
func (b *tab) look(path, name string) {
	b.t.Helper()
	b.goTo(path)
	b.show(name)
}

// prove renews the proof of the person, which pages with consequences ask for
// after a while.
func (p *person) prove() {
	p.t.Helper()
	p.goTo("/account/reauthenticate/?next=/manage/projects/")
	p.fill("#totp_value", p.code())
	p.click("form:has(#totp_value) button")
	p.at("/manage/projects/")
}

// tidy is clean for pages that are shown with an error on purpose: a browser
// tells its console of every answer of 400 and more.
func (b *tab) tidy() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, said := range b.console {
		if !strings.Contains(said, "the server responded with a status of 4") {
			b.t.Errorf("the console says: %s", said)
		}
	}
	for _, address := range b.requests {
		if !strings.HasPrefix(address, b.site) && address != "about:blank" && !strings.HasPrefix(address, "data:") {
			b.t.Errorf("a page asked somebody else: %s", address)
		}
	}
}

// TestPagesOfVisitors looks at what is seen before somebody signed in, and at errors.
func TestPagesOfVisitors(t *testing.T) {
	t.Parallel()
	s := start(t, public)
	b := open(t, s)
	b.look("/", "home-empty")
	b.look("/account/login/", "login")
	b.fill("#username", "nobody")
	b.fill("#password", "nonsense")
	b.click("main form button:not([hidden])")
	b.show("login-wrong")
	b.look("/account/register/", "register")
	b.fill("#email", "alice@example.org")
	b.fill("#username", "-alice-")
	b.fill("#new_password", "password1")
	b.fill("#password_confirm", "password2")
	b.until("advice", "document.querySelector('#password-strength').textContent !== ''")
	b.click("main form button:not([hidden])")
	b.show("register-wrong")
	b.look("/account/request-password-reset/", "reset-request")
	b.fill("#username_or_email", "nobody")
	b.click("main form button:not([hidden])")
	b.show("reset-sent")
	b.look("/account/logout/", "logout")
	b.look("/account/confirm-login/", "confirm-login-sent")
	b.look("/account/verify-email/?token=nonsense", "error-link")
	b.look("/project/no-such-project/", "error-not-found")
	b.look("/no/such/page", "error-no-page")
	b.look("/stats/", "stats")
	b.tidy()
}

// TestPagesByInvitation looks at an index where nobody makes an account alone.
func TestPagesByInvitation(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *config.Config) { c.Read = "login" })
	b := open(t, s)
	b.look("/account/register/", "error-by-invitation")
	b.goTo("/")
	b.until("the page to sign in on", "location.pathname === '/account/login/'")
	s.Run("admin", "user", "invite", "--email", "carol@example.org")
	p := &person{tab: b, s: s, mail: "carol@example.org"}
	b.look(p.link("You are invited"), "register-invited")
	b.tidy()
}

// TestPagesOfAnAccount looks at everything under /account/ and /manage/account/,
// from the first minute of an account to one in use.
func TestPagesOfAnAccount(t *testing.T) {
	t.Parallel()
	s := start(t, public)
	p := somebody(t, s, "alice")
	p.register()
	p.show("account-new")
	p.look("/manage/unverified-account/", "unverified")
	p.look(p.link("Confirm your mail address"), "verify-email")
	p.submit()
	p.show("account-verified")
	p.look("/manage/account/two-factor/", "factors-none")
	p.firstFactor()
	p.look("/manage/account/two-factor/", "factors")
	p.look("/manage/account/webauthn-provision", "key-add")
	p.look("/manage/account/token/", "tokens-none")
	p.tokens()
	p.changes()
	p.look("/manage/account/history/", "history")
	p.look("/manage/account/associations/", "associations")
	p.waysIn()
	p.tidy()
}

// firstFactor looks at each step of the first second factor.
func (p *person) firstFactor() {
	p.t.Helper()
	p.look("/manage/account/totp-provision", "app-begin")
	p.submit()
	p.readSecret()
	p.show("app-add")
	p.fill("#totp_value", "000000")
	p.submit()
	p.show("app-wrong")
	p.readSecret()
	p.fill("#totp_value", p.code())
	p.submit()
	p.show("codes")
	p.confirmCodes()
	p.show("codes-confirmed")
}

// tokens looks at tokens and at the one time that a secret is shown.
func (p *person) tokens() {
	p.t.Helper()
	p.prove()
	p.makeToken("GitHub Actions of story-demo, on the main branch")
	p.show("token-made")
	p.makeToken("laptop")
	p.look("/manage/account/token/", "tokens")
	p.click("td a")
	p.show("tokens-narrow")
}

// changes looks at the account in use and at a form with errors.
func (p *person) changes() {
	p.t.Helper()
	p.prove()
	p.goTo("/manage/account/")
	p.fill("#email", "alice.of.a.long.department.name@mail.subsidiary.example.org")
	p.click("form:has(#email) button")
	p.show("account")
	p.fill("#password", "nonsense")
	p.fill("#new_password", nextPassword)
	p.fill("#password_confirm", firstPassword)
	p.click("form:has(#new_password) button")
	p.show("account-wrong")
}

// waysIn looks at the steps of signing in, of proving oneself, and of a reset.
func (p *person) waysIn() {
	p.t.Helper()
	p.prove()
	p.addPasskey()
	p.show("factors-all")
	p.look("/account/reauthenticate/?next=/manage/projects/", "prove-again")
	p.signOut()
	p.withoutScript(true) // so that the passkey does not sign in by itself
	p.signIn()
	p.withoutScript(false)
	p.look("/account/two-factor/", "two-factor")
	p.fill("#totp_value", "000000")
	p.click("form:has(#totp_value) button")
	p.show("two-factor-wrong")
	p.look("/account/recovery-code/", "recovery-code")
	p.goTo("/account/request-password-reset/")
	p.fill("#username_or_email", p.name)
	p.submit()
	p.look(p.link("Choose a new password"), "reset")
}

// TestPagesOfANewBrowser is MFA-8 as people see it: a browser that the account
// never used asks for the mailed link.
func TestPagesOfANewBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, public)
	p := somebody(t, s, "alice")
	p.register()
	p.verify()
	other := &person{tab: open(t, s), s: s, name: p.name, mail: p.mail, pass: p.pass}
	other.signIn()
	other.see("Look into your mail")
	other.look(other.link("Is this you?"), "confirm-login")
	other.submit()
	other.signedIn("the mailed link")
	other.tidy()
}

// TestPagesOfGroups looks at projects, organizations and teams, with a
// colleague whose name is as long as can be.
func TestPagesOfGroups(t *testing.T) {
	t.Parallel()
	s := start(t, public, func(c *config.Config) { c.Organizations = "open" })
	p := somebody(t, s, "alice")
	p.everything()
	p.look("/manage/projects/", "projects-none")
	p.look("/manage/organizations/", "organizations-none")
	s.Upload(p.makeToken("twine"), apptest.Wheel("story-demo", "1.0", "x", "Summary: Told in a test"))
	s.Upload(p.makeToken("twine again"), apptest.Wheel("a-library-with-a-name-of-many-words", "2026.11.1.dev3", "x"))
	p.group()
	p.teams()
	p.projects()
	p.invited()
	p.tidy()
}

// group makes an organization and looks at its pages.
func (p *person) group() {
	p.t.Helper()
	p.goTo("/manage/organizations/")
	p.fill("#name", "data-platform")
	p.fill("#display_name", "The Data Platform")
	p.click("form:has(#display_name) button")
	p.goTo("/manage/organization/data-platform/projects/")
	p.show("organization-projects-none")
	p.fill("#existing_project_name", "story-demo")
	p.click("form:has(#existing_project_name) button")
	p.show("organization-projects")
	p.s.User(longName)
	p.goTo("/manage/organization/data-platform/people/")
	p.fill("#username", longName)
	p.click("form:has(#username) button")
	p.show("organization-people")
	p.fill("#username", "nobody-of-this-name")
	p.click("form:has(#username[type=text]) button")
	p.show("organization-people-wrong")
	p.look("/manage/organization/data-platform/settings/", "organization-settings")
	p.look("/manage/organizations/", "organizations")
	p.look("/org/data-platform/", "organization-public")
}

// teams makes a team and looks at its pages.
func (p *person) teams() {
	p.t.Helper()
	const at = "/manage/organization/data-platform/team/Builders/"
	p.prove()
	p.look("/manage/organization/data-platform/teams/", "teams-none")
	p.fill("#name", "Builders")
	p.click("form:has(#name) button")
	p.look("/manage/organization/data-platform/teams/", "teams")
	p.look(at+"members/", "team-members")
	p.click("form:has(#username) button")
	p.show("team-members-added")
	p.look(at+"projects/", "team-projects")
	p.click("form:has(#project_name) button")
	p.show("team-projects-added")
	p.look(at+"settings/", "team-settings")
	p.look(at+"history/", "team-history")
	p.look("/manage/organization/data-platform/history/", "organization-history")
}

// projects looks at the pages of a project.
func (p *person) projects() {
	p.t.Helper()
	p.prove()
	p.look("/manage/projects/", "projects")
	for _, tab := range []string{"releases", "history", "settings"} {
		p.look("/manage/project/story-demo/"+tab+"/", "project-"+tab)
	}
	p.goTo("/manage/project/story-demo/collaboration/")
	p.fill("#username", longName)
	p.click("form:has(#username[type=text]) button")
	p.show("project-collaboration")
	p.look("/project/story-demo/", "project-managed")
	p.look("/user/alice/", "user-public")
	p.look("/manage/project/no-such-project/settings/", "error-no-project")
}

// invited is what the colleague sees.
func (p *person) invited() {
	p.t.Helper()
	other := somebody(p.t, p.s, "carol")
	other.everything()
	p.prove()
	p.goTo("/manage/project/story-demo/collaboration/")
	p.fill("#username", other.name)
	p.click("form:has(#username[type=text]) button")
	other.look("/manage/projects/", "projects-invited")
	other.look(other.link("invites you"), "invitation")
	other.click("button[name=accept]")
	other.show("projects-accepted")
	other.look("/manage/project/story-demo/settings/", "project-settings-maintainer")
	other.tidy()
}

// TestLongName: the head of the page stays whole on a phone whatever the name.
func TestLongName(t *testing.T) {
	t.Parallel()
	s := start(t, public)
	p := somebody(t, s, longName)
	p.register()
	p.look("/", "home-signed-in")
	p.look("/manage/account/", "account-long-name")
	p.tidy()
}

// TestMailsAsPages looks at mails as a mail program shows their HTML.
func TestMailsAsPages(t *testing.T) {
	t.Parallel()
	s := start(t, public)
	p := somebody(t, s, "alice")
	p.everything()
	p.goTo("/account/request-password-reset/")
	p.fill("#username_or_email", p.name)
	p.submit()
	for name, subject := range map[string]string{"mail-verify": "Confirm your mail address", "mail-factor": "A second factor was added", "mail-reset": "Choose a new password"} {
		p.showMail(subject, name)
	}
}

func (p *person) showMail(subject, name string) {
	p.t.Helper()
	for _, m := range p.s.Mails(p.mail) {
		if !strings.Contains(m.Subject, subject) {
			continue
		}
		if !strings.Contains(m.HTML, "<html") {
			p.t.Fatalf("%q is no page:\n%s", subject, m.HTML)
		}
		p.look("data:text/html;charset=utf-8;base64,"+base64.StdEncoding.EncodeToString([]byte(m.HTML)), name)
		return
	}
	p.t.Errorf("no mail %q to %s", subject, p.mail)
}
