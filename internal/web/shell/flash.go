package shell

import (
	"encoding/base64"
	"net/http"
	"unicode/utf8"

	"strongroom/internal/middleware"
)

const (
	flashCookie = "__Host-strongroom-flash"
	flashMost   = 500 // bytes
)

// Done ends a form that did what it was asked: it goes on to a page of this
// site, which shows the sentence once. The sentence is never a secret.
func Done(w http.ResponseWriter, path, sentence string) error {
	if len(sentence) > flashMost {
		sentence = sentence[:flashMost]
	}
	middleware.SetCookie(w, flashCookie, base64.RawURLEncoding.EncodeToString([]byte(sentence)), 60)
	return middleware.See(w, path)
}

// flashOf is the sentence that the form before left. It is text that the
// browser brings, so it is only ever shown as text.
func flashOf(r *http.Request) string {
	cookie, err := r.Cookie(flashCookie)
	if err != nil || len(cookie.Value) > 2*flashMost {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || !utf8.Valid(text) {
		return ""
	}
	return string(text)
}
