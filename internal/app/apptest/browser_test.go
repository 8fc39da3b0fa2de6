package apptest_test

import (
	"net/http"
	"testing"

	"strongroom/internal/app/apptest"
)

func TestBrowserFindsFieldsAndKeepsCookies(t *testing.T) {
	r := apptest.Response{Text: `<form><input type="hidden" name="next" value="/a?b=1&amp;c=2"><input name="username"><button name="go">x</button></form>`}
	for name, want := range map[string]string{"next": "/a?b=1&c=2", "username": "", "go": ""} {
		if got, found := r.Field(name); !found || got != want {
			t.Errorf("field %s: %q, %v", name, got, found)
		}
	}
	if _, found := r.Field("password"); found {
		t.Error("a field that is not there was found")
	}
	b := apptest.Start(t).NewBrowser()
	b.Cookies["__Host-strongroom-flash"] = "SGVsbG8" // "Hello", as a form leaves it
	if page := b.Get("/"); page.StatusCode != http.StatusOK || len(b.Cookies) != 0 {
		t.Errorf("the page that shows a sentence ends its cookie: %s, %v", page.Status, b.Cookies)
	}
}
