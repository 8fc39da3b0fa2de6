//go:build slow

package browser

import (
	"strings"
	"testing"
)

// TestWithoutScript is MFA-14: register, verify, second factor, recovery codes,
// sign in with each, tokens, change and reset of the password, all in a browser
// that runs no scripts.
func TestWithoutScript(t *testing.T) {
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
