//go:build slow

package browser

import (
	"encoding/base32"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
	"strongroom/internal/factor"
)

const (
	firstPassword = "correct horse battery staple"
	nextPassword  = "wandering violet lighthouse 7"
)

// public is an index that anybody may join, without asking a real service about
// breached passwords.
func public(c *config.Config) {
	c.Profile, c.PasswordBreach.Backend = "public", "off"
}

// person is somebody at a browser with an account, or about to make one.
type person struct {
	*tab
	s                *apptest.Server
	name, mail, pass string
	secret           []byte // of the authenticator app
	codes            []string
	ahead            time.Duration // of the server's clock, so that codes are new
}

// somebody opens a browser for a person who has no account yet.
func somebody(t *testing.T, s *apptest.Server, name string) *person {
	t.Helper()
	return &person{tab: open(t, s), s: s, name: name, mail: name + "@example.org", pass: firstPassword}
}

// register makes the account, as the page asks for it.
func (p *person) register() {
	p.t.Helper()
	p.goTo("/")
	p.click("header a[href='/account/login/']")
	p.click("a[href='/account/register/']")
	p.fill("#full_name", "Alice Example")
	p.fill("#email", p.mail)
	p.fill("#username", p.name)
	p.fill("#new_password", p.pass)
	p.fill("#password_confirm", p.pass)
	p.submit()
	p.at("/manage/account/")
}

// verify opens the mailed link and presses its button.
func (p *person) verify() {
	p.t.Helper()
	p.goTo(p.link("Confirm your mail address"))
	p.see(p.mail)
	p.submit()
	p.at("/manage/account/")
}

// submit presses the main button of the page's first form.
func (p *person) submit() {
	p.t.Helper()
	p.click("main form button:not(.link):not([hidden])")
}

// at fails unless the tab is at the path, whatever its query.
func (p *person) at(path string) {
	p.t.Helper()
	if got, _, _ := strings.Cut(p.path(), "?"); got != path {
		p.t.Fatalf("the tab is at %s, want %s:\n%s", got, path, p.text())
	}
}

// link is the path in the newest mail whose subject has the text.
func (p *person) link(subject string) string {
	p.t.Helper()
	mails := p.s.Mails(p.mail)
	for i := len(mails) - 1; i >= 0; i-- {
		if !strings.Contains(mails[i].Subject, subject) {
			continue
		}
		if m := regexp.MustCompile(regexp.QuoteMeta(p.site) + `(/account/\S+=\S+)`).FindStringSubmatch(mails[i].Text); m != nil {
			return m[1]
		}
		p.t.Fatalf("no link in:\n%s", mails[i].Text)
	}
	p.t.Fatalf("no mail %q to %s", subject, p.mail)
	return ""
}

// code is what the app shows; each call is a step of time later, because a code
// works once.
func (p *person) code() string {
	p.ahead += 31 * time.Second
	p.s.SetClock(p.ahead)
	return factor.TOTPCode(p.secret, factor.TOTPStep(p.s.Clock()))
}

// addApp sets up an authenticator app from the text on the page, and confirms
// the recovery codes that follow the first factor.
func (p *person) addApp() {
	p.t.Helper()
	p.goTo("/manage/account/two-factor/")
	p.click("form[action='/manage/account/totp-provision'] button")
	p.readSecret()
	p.until("the picture for the app's camera", "document.querySelector('img.qr').naturalWidth > 0")
	p.fill("#totp_value", p.code())
	p.submit()
	p.at("/manage/account/recovery-codes/generate")
	p.confirmCodes()
}

// readSecret takes the secret as a person types it into an app.
func (p *person) readSecret() {
	p.t.Helper()
	text := strings.ReplaceAll(p.read("code.secret"), " ", "")
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(text))
	if err != nil {
		p.t.Fatalf("the secret %q: %v", text, err)
	}
	p.secret = secret
}

// confirmCodes notes the recovery codes and types one.
func (p *person) confirmCodes() {
	p.t.Helper()
	p.codes = strings.Fields(p.read(".codes"))
	if len(p.codes) != factor.RecoveryCodes {
		p.t.Fatalf("%d recovery codes: %q", len(p.codes), p.codes)
	}
	p.fill("#recovery_code_value", p.codes[0])
	p.submit()
	p.at("/manage/account/two-factor/")
}

// read is the text of one element.
func (b *tab) read(selector string) string {
	b.t.Helper()
	b.until(selector, "document.querySelector("+quote(selector)+")")
	return b.eval("document.querySelector(" + quote(selector) + ").innerText")
}

// signIn sends user name and password.
func (p *person) signIn() {
	p.t.Helper()
	p.goTo("/account/login/")
	p.fill("#username", p.name)
	p.fill("#password", p.pass)
	p.submit()
}

// signOut presses the button in the page's head.
func (p *person) signOut() {
	p.t.Helper()
	p.click("header form[action='/account/logout/'] button")
	p.until("signed out", "document.querySelector('header a[href=\"/account/login/\"]')")
}

// everything takes a person as far as the pages go: a verified address, a second
// factor, recovery codes.
func (p *person) everything() {
	p.t.Helper()
	p.register()
	p.verify()
	p.addApp()
}

// makeToken makes an API token for all projects and returns its secret.
func (p *person) makeToken(name string) string {
	p.t.Helper()
	p.goTo("/manage/account/token/")
	p.fill("#description", name)
	p.choose("#token_scope", "scope:user")
	p.click("form[action='/manage/account/token/'] button")
	return strings.TrimSpace(p.read("pre.secret"))
}

// choose selects an option.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.eval(fmt.Sprintf("(e => { e.value = %s; e.dispatchEvent(new Event('change', {bubbles: true})); return e.value })(document.querySelector(%s))", quote(value), quote(selector)))
}

// upstream stands for the service that knows breached passwords: it tells of
// none but "password" and remembers what was asked.
type upstream struct {
	mu    sync.Mutex
	asked []string
}

// standIn starts it and returns the setting for its address.
func standIn(t *testing.T) (*upstream, func(*config.Config)) {
	t.Helper()
	u := &upstream{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.asked = append(u.asked, r.URL.Path)
		fmt.Fprintf(w, "%035X:1\r\n", len(u.asked)) // a range is never empty
		if strings.HasSuffix(r.URL.Path, "5BAA6") {
			fmt.Fprint(w, "1E4C9B93F3F0682250B6CF8331B7EE68FD8:9\r\n")
		}
	}))
	t.Cleanup(server.Close)
	return u, func(c *config.Config) {
		c.PasswordBreach.Backend, c.PasswordBreach.URL = "hibp", server.URL+"/range/"
	}
}
