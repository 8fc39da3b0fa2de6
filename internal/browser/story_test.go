//go:build slow

package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"strongroom/internal/app/apptest"
	"strongroom/internal/clients"
)

// TestStory is a person's way from no account to a published project: register,
// verify, authenticator app, recovery codes, passkey, each way of signing in, a
// token, and a real twine that uploads with it.
func TestStory(t *testing.T) {
	t.Parallel()
	s := start(t, public)
	p := somebody(t, s, "alice")
	p.everything()
	key := p.addPasskey()
	p.signOut()

	p.goTo("/account/login/") // the browser offers the passkey by itself
	p.signedIn("a passkey")
	p.signOut()
	p.plug(key, false)
	p.signIn()
	p.at("/account/two-factor/")
	p.fill("#totp_value", p.code())
	p.submit()
	p.signedIn("password and app")
	p.signOut()
	p.signIn()
	p.click("a[href='/account/recovery-code/']")
	p.fill("#recovery_code_value", p.codes[1])
	p.submit()
	p.signedIn("password and recovery code")

	token := p.makeToken("laptop")
	publish(t, s, token)
	p.goTo("/project/story-demo/")
	p.see("Told in a test")
	p.see(p.name)
	last := ""
	for end := time.Now().Add(patience); !strings.Contains(last, "UTC") && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		p.goTo("/manage/account/token/") // the use is written within a second or two
		p.see("laptop")
		last = p.read("tbody tr td:nth-of-type(4)")
	}
	if !strings.Contains(last, "UTC") {
		t.Errorf("the token was last used %q", last)
	}
	clean(t, p.tab)
}

// signedIn waits until the page greets the person.
func (p *person) signedIn(how string) {
	p.t.Helper()
	p.until("signed in by "+how, "document.querySelector('header a[href=\"/manage/account/\"]') && !location.pathname.startsWith('/account/')")
}

// addPasskey registers the virtual authenticator.
func (p *person) addPasskey() webauthn.AuthenticatorID {
	p.t.Helper()
	id := p.addKey()
	p.goTo("/manage/account/two-factor/")
	p.click("a[href='/manage/account/webauthn-provision']")
	p.fill("#label", "My computer")
	p.click("button[data-options$='passkey=1']")
	p.see("My computer")
	p.see("passkey")
	return id
}

// plug lets the authenticator agree, or not answer at all.
func (b *tab) plug(id webauthn.AuthenticatorID, in bool) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: id, Enabled: in}); err != nil {
		b.t.Fatal(err)
	}
}

// publish uploads a wheel with the real twine.
func publish(t *testing.T, s *apptest.Server, token string) {
	t.Helper()
	wheel := apptest.Wheel("story-demo", "1.0", "x", "Summary: Told in a test")
	shell := clients.Env(t)
	file := filepath.Join(shell.Dir, wheel.Filename)
	if err := os.WriteFile(file, wheel.Body, 0o644); err != nil {
		t.Fatal(err)
	}
	shell.Must(clients.Twine, "upload", "--repository-url", s.Config.URL+"/legacy/", "-u", "__token__", "-p", token, file)
}
