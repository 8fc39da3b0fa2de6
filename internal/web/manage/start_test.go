package manage_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/password"
)

const oldPassword = "correct horse battery"

// signIn makes an account with a password and a browser that signed in to it
// just now.
func signIn(t *testing.T, s *apptest.Server, name string) *apptest.Browser {
	t.Helper()
	user := s.User(name)
	b := s.NewBrowser()
	ctx := context.Background()
	actor := index.Actor{Kind: "user", UserID: user.ID, Username: user.Username, Address: "127.0.0.1", UserAgent: b.Header.Get("User-Agent")}
	err := s.Recorder.Do(ctx, actor, func(tx *change.Tx) error {
		if user.PasswordHash == "" {
			if err := tx.SetPassword(ctx, user.ID, password.Hash(oldPassword), tx.Now); err != nil {
				return err
			}
		}
		secret, err := s.Guard.NewLogin(ctx, tx, index.Login{UserID: user.ID, Method: index.ByPassword})
		b.Cookies[middleware.LoginCookie] = secret
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// has fails unless the answer has the status and holds every text.
func has(t *testing.T, r apptest.Response, status int, texts ...string) {
	t.Helper()
	if r.StatusCode != status {
		t.Errorf("%s %s: %s, want %d\n%s", r.Request.Method, r.Request.URL.Path, r.Status, status, r.Text)
	}
	for _, text := range texts {
		if !strings.Contains(r.Text, text) {
			t.Errorf("%s %s: the page lacks %q:\n%s", r.Request.Method, r.Request.URL.Path, text, r.Text)
		}
	}
}

// done fails unless the form succeeded and leads to the path.
func done(t *testing.T, r apptest.Response, path string) {
	t.Helper()
	if r.StatusCode != http.StatusSeeOther || r.To() != path {
		t.Errorf("%s %s: %s to %q, want 303 to %q\n%s", r.Request.Method, r.Request.URL.Path, r.Status, r.To(), path, r.Text)
	}
}

// get fetches pages of a browser.
func pages() []string {
	return []string{
		"/manage/account/", "/manage/unverified-account/", "/manage/account/two-factor/", "/manage/account/totp-provision",
		"/manage/account/webauthn-provision", "/manage/account/recovery-codes/generate", "/manage/account/token/",
		"/manage/account/history/", "/manage/account/history.json",
	}
}

// TestPagesAskForSignIn: nobody sees them without signing in, nor with a login
// that ended.
func TestPagesAskForSignIn(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	for _, path := range pages() {
		r := s.NewBrowser().Get(path)
		if done(t, r, "/account/login/"); !strings.Contains(r.Header.Get("Location"), "next=%2Fmanage%2F") {
			t.Errorf("%s: no way back in %q", path, r.Header.Get("Location"))
		}
		r = b.Get(path)
		if has(t, r, 200); r.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s may be kept: %q", path, r.Header.Get("Cache-Control"))
		}
		if strings.Contains(r.Text, " style=") || strings.Contains(r.Text, "<script>") || strings.Contains(r.Text, "ZgotmplZ") {
			t.Errorf("%s holds inline style or script, or a value out of place:\n%s", path, r.Text)
		}
	}
	s.SetClock(13 * time.Hour)
	done(t, b.Get("/manage/account/"), "/account/login/")
}

// TestFreshProof (MFA-10): pages of consequence ask again after five minutes;
// looking does not, and a form comes back to its page.
func TestFreshProof(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	s.SetClock(6 * time.Minute)
	for _, path := range []string{"/manage/account/totp-provision", "/manage/account/recovery-codes/generate", "/manage/account/webauthn-provision"} {
		done(t, b.Get(path), "/account/reauthenticate/")
	}
	for _, path := range []string{"/manage/account/", "/manage/account/token/"} {
		has(t, b.Get(path), 200)
		done(t, b.PostForm(path, "name", "A", "description", "x", "token_scope", "scope:user", "permissions", "read"), "/account/reauthenticate/")
	}
	if u := s.User("alice"); u.Name != "" {
		t.Errorf("the name was changed: %q", u.Name)
	}
}

// number is a row's key as forms send it.
func number(id int64) string { return strconv.FormatInt(id, 10) }
