//go:build slow

package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAdviceMovesNothing: what a page says about a password while it is typed
// must not move the button that somebody is about to press. A press that begins
// on a button and ends beside it is none. Only the warning of a breach may make
// room, once; taking it back must not move anything either.
func TestAdviceMovesNothing(t *testing.T) {
	t.Parallel()
	_, settings := standIn(t)
	s := start(t, public, settings)
	b := open(t, s)
	for size, width := range widths() {
		b.do("size", chromedp.EmulateViewport(width, 900))
		b.goTo("/account/register/")
		b.watchButton()
		for text, advice := range map[string]string{"password": "Very weak", "Gvq7-": "Weak", firstPassword: "Very strong."} {
			b.retype("#new_password", text)
			b.until(advice, "document.querySelector('#password-strength').textContent.startsWith("+quote(advice)+")")
		}
		if moved := b.eval("String(window.tops.size - 1)"); moved != "0" {
			t.Errorf("on a %s, advice moves the button %s times: %s", size, moved, b.eval("[...window.tops].join(', ')"))
		}
		b.takenBack(size)
	}
}

// takenBack: a warning is shown, and another password typed whose form is sent
// from the very field.
func (b *tab) takenBack(size string) {
	b.t.Helper()
	b.retype("#new_password", breachedPassword)
	b.see("appears in a security breach")
	b.watchButton()
	b.retype("#new_password", firstPassword)
	b.until("the warning is taken back", "document.querySelector('#password-breach').textContent === ''")
	b.until("the strength", "document.querySelector('#password-strength').textContent === 'Very strong.'")
	if moved := b.eval("String(window.tops.size - 1)"); moved != "0" {
		b.t.Errorf("on a %s, a warning taken back moves the button: %s", size, b.eval("[...window.tops].join(', ')"))
	}
}

// watchButton notes, with each picture of the page, where the main button is.
func (b *tab) watchButton() {
	b.t.Helper()
	b.eval(`(() => {
  const tops = window.tops = new Set(), button = document.querySelector('main form button:not(.link):not([hidden])');
  const look = () => { tops.add(Math.round(button.getBoundingClientRect().top + scrollY)); if (window.tops === tops) requestAnimationFrame(look); };
  look();
  return '';
})()`)
}
