//go:build slow

package browser

import (
	"slices"
	"strings"
	"testing"
)

// TestBreachedWhileTyping is PW-6 and PW-7 on the real pages: whoever registers,
// changes or resets is told of a breached password before the form is sent, by
// this site alone; the form can be sent all the same, and the server decides.
func TestBreachedWhileTyping(t *testing.T) {
	service, settings := standIn(t)
	s := start(t, public, settings)
	p := somebody(t, s, "alice")
	p.goTo("/account/register/")
	p.fill("#email", p.mail)
	p.fill("#username", p.name)
	p.breached()
	p.show("register-breached")
	p.register()
	p.verify()
	p.goTo("/manage/account/")
	p.fill("#password", p.pass)
	p.breached()
	p.signOut()
	p.goTo("/account/request-password-reset/")
	p.fill("#username_or_email", p.mail)
	p.submit()
	p.goTo(p.link("Choose a new password"))
	p.breached()
	p.tidy() // the server's decision is an answer of 400
	if got := ranges(p.tab); !slices.Contains(got, "5BAA6") {
		t.Errorf("the site was asked for the ranges %v", got)
	}
	service.mu.Lock()
	defer service.mu.Unlock()
	if len(service.asked) == 0 || slices.ContainsFunc(service.asked, func(path string) bool {
		prefix, ok := strings.CutPrefix(path, "/range/")
		return !ok || len(prefix) != 5
	}) {
		t.Errorf("the server asked the service for %v: want five digits each", service.asked)
	}
}

// breached types a known password, is warned in the live region, sends the form,
// and gets the server's decision at the field.
func (p *person) breached() {
	p.t.Helper()
	p.fill("#new_password", "password")
	p.until("the warning is announced", "document.querySelector('#password-breach[aria-live=polite]').textContent.includes('appears in a security breach')")
	p.until("the field is described by it", "document.querySelector('#new_password').getAttribute('aria-describedby').split(' ').includes('password-breach')")
	p.fill("#password_confirm", "password")
	p.click("form:has(#new_password) button:not(.link)")
	p.until("the server's decision", "document.querySelector('#new_password[aria-invalid=true]') && document.querySelector('#new_password-wrong').textContent !== ''")
}
