//go:build slow

package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestKeyboardAlone signs in, opens the account and makes a token with the keys
// Tab and Enter, and letters. Each stop on the way shows that it has the focus.
func TestKeyboardAlone(t *testing.T) {
	t.Parallel()
	s := start(t, public)
	p := somebody(t, s, "alice")
	p.everything()
	p.signOut()
	p.goTo("/account/login/")
	p.tabTo("#username")
	p.keys(p.name)
	p.tabTo("#password")
	p.keys(p.pass)
	p.enter()
	p.tabTo("#totp_value")
	p.keys(p.code())
	p.enter()
	p.until("the skip link is out of the way", "document.querySelector('.skip').getBoundingClientRect().right < 0")
	p.keys(kb.Tab)
	p.until("the first stop is the skip link, which shows", "document.activeElement.matches('.skip') && document.activeElement.getBoundingClientRect().left >= 0")
	p.tabTo("header a.user")
	p.enter()
	p.at("/manage/account/")
	p.tabTo(".tabs a[href='/manage/account/token/']")
	p.enter()
	p.tabTo("#description")
	p.keys("by keys alone")
	p.tabTo("#token_scope")
	p.keys("All") // a list takes the first letters of a choice
	p.tabTo("form[action='/manage/account/token/'] button")
	p.enter()
	p.see("Copy it now")
	p.see("by keys alone")
	clean(t, p.tab)
}

// keys types.
func (b *tab) keys(text string) {
	b.t.Helper()
	b.do("type", chromedp.KeyEvent(text))
}

// enter presses the key and waits for the page that follows.
func (b *tab) enter() {
	b.t.Helper()
	b.eval("window.left = 'no'; ''")
	b.keys(kb.Enter)
	b.until("a new page", "window.left === undefined && document.readyState === 'complete'")
}

// tabTo presses Tab until the focus is where it should be. It goes forwards only,
// so that an order that is not that of the page fails.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	b.until(selector, "document.querySelector("+quote(selector)+")")
	if b.eval("String(document.querySelectorAll('[tabindex]:not([tabindex=\"0\"], [tabindex=\"-1\"])').length)") != "0" {
		b.t.Errorf("%s changes the order of the focus", b.path())
	}
	for range 60 {
		switch b.eval(`(e => e.matches(` + quote(selector) + `) ? 'there' : e === document.body ? 'nowhere' : getComputedStyle(e).outlineStyle === 'none' ? 'unseen: ' + e.outerHTML : 'on the way')(document.activeElement)`) {
		case "there":
			return
		case "nowhere", "on the way":
			b.keys(kb.Tab)
		default:
			b.t.Fatalf("the focus cannot be seen: %s", b.eval("document.activeElement.outerHTML"))
		}
	}
	b.t.Fatalf("Tab does not lead to %s", selector)
}
