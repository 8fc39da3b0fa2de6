package signin_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// hostileNext are texts that have led browsers to other sites somewhere
// (security-bar 2.6).
func hostileNext() []string {
	return []string{
		"https://evil.example/", "http://evil.example", "//evil.example/", "///evil.example/", "////evil.example", "/\\evil.example", "\\\\evil.example",
		"\\/evil.example", "/\\/evil.example", "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", " //evil.example", "\n//evil.example",
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "mailto:a@b", "ftp://evil.example/", "file:///etc/passwd",
		"evil.example", "evil.example/path", "@evil.example", ".evil.example", "?next=//evil.example", "#//evil.example", "", " ",
		"https:evil.example", "https:/evil.example", "https:///evil.example", "http:\\\\evil.example", "//user@evil.example/", "https://user:pass@evil.example/", "//[::1]/", "//evil%2eexample/",
		"/%zz", "/\x7f", "/simple/\r\nSet-Cookie: a=b", "/simple/\nLocation: //evil.example", "//127.0.0.1@evil.example", "blob:https://evil.example/x", "\u2028//evil.example",
		"/a\\b", "//", "///", "/\\", "http://", ":", "://evil.example",
	}
}

// TestOpenRedirects: wherever somebody wanted to go, it is on this site.
func TestOpenRedirects(t *testing.T) {
	s := start(t)
	withPassword(t, s, "alice")
	in := from(s, "192.0.2.1")
	login(in, "alice", goodPassword)
	for i, text := range hostileNext() {
		if !strings.ContainsRune(text, 0) {
			ours(t, text, in.Get("/account/login/?next="+url.QueryEscape(text)))
		}
		if i%6 > 0 {
			continue // hashing passwords takes its time
		}
		ours(t, text, login(from(s, "192.0.2.1"), "alice", goodPassword, "next", text))
	}
	has(t, login(from(s, "192.0.2.1"), "alice", goodPassword, "next", "/\x00/evil.example"), http.StatusBadRequest)
	for text, want := range map[string]string{"/simple/": "/simple/", "/manage/project/x/?a=1&b=2": "/manage/project/x/?a=1&b=2", "/search/?q=%2F%2Fx": "/search/?q=%2F%2Fx"} {
		if to := login(from(s, "192.0.2.1"), "alice", goodPassword, "next", text).Header.Get("Location"); to != want {
			t.Errorf("next %q leads to %q", text, to)
		}
	}
}

// ours fails unless a redirect stays on this site, and is not what was asked for.
func ours(t *testing.T, text string, r apptest.Response) {
	t.Helper()
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || to != "/manage/projects/" {
		t.Errorf("next %q leads to %q (%s)", text, to, r.Status)
	}
}

// TestHeaderInjection: nothing that was typed makes a header, a cookie or a
// second line of one.
func TestHeaderInjection(t *testing.T) {
	s := start(t, open)
	withPassword(t, s, "alice")
	for _, text := range []string{"x\r\nSet-Cookie: evil=1", "x\nSet-Cookie: evil=1", "x\rSet-Cookie: evil=1", "x%0d%0aSet-Cookie: evil=1", "\r\n\r\n<script>", "x\u560d\u560aSet-Cookie: evil=1", "x\u2028Set-Cookie: evil=1", `"><script>alert(1)</script>`} {
		for _, send := range []func(b *apptest.Browser) apptest.Response{
			func(b *apptest.Browser) apptest.Response { return login(b, text, text, "next", text) },
			func(b *apptest.Browser) apptest.Response { return login(b, "alice", goodPassword, "next", "/"+text) },
			func(b *apptest.Browser) apptest.Response {
				return b.PostForm("/account/request-password-reset/", "username_or_email", text)
			},
			func(b *apptest.Browser) apptest.Response {
				return b.PostForm("/account/register/", "username", text, "email", text, "full_name", text)
			},
			func(b *apptest.Browser) apptest.Response {
				return b.Get("/account/register/?invite=" + url.QueryEscape(text))
			},
			func(b *apptest.Browser) apptest.Response {
				return b.Get("/account/confirm-login/?token=" + url.QueryEscape(text))
			},
		} {
			b := from(s, "192.0.2.1")
			r := send(b)
			if _, evil := b.Cookies["evil"]; evil || r.Header.Get("Evil") != "" || strings.Contains(r.Text, "<script>a") {
				t.Errorf("%q got through: %v\n%s", text, r.Header, r.Text)
			}
			if r.StatusCode >= 500 {
				t.Errorf("%q: %s", text, r.Status)
			}
		}
		s.SetClock(time.Until(s.Clock()) + 2*time.Hour) // past the limits
	}
}

// TestCrossSite: no form of another site does anything, whatever browser sent it.
func TestCrossSite(t *testing.T) {
	s := start(t, open)
	withPassword(t, s, "alice")
	victim := from(s, "192.0.2.1")
	login(victim, "alice", goodPassword)
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "same-site", "Origin", "https://sister.example"},
		{"Sec-Fetch-Site", "cross-site"},
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
		{"Origin", "http://localhost:1"},
	} {
		for _, path := range []string{"/account/login/", "/account/logout/", "/account/two-factor/", "/account/recovery-code/", "/account/register/", "/account/reset-password/", "/account/request-password-reset/", "/account/verify-email/", "/account/confirm-login/", "/account/reauthenticate/", "/account/passkey/options", "/account/passkey/validate", "/account/webauthn-authenticate/options", "/account/webauthn-authenticate/validate"} {
			r := victim.Do(http.MethodPost, path, "application/x-www-form-urlencoded", "username=alice&password="+url.QueryEscape(goodPassword), append(headers, "Accept", "text/html")...)
			if has(t, r, http.StatusForbidden, "cross-site-request"); len(r.Cookies()) > 0 {
				t.Errorf("%s %v set %v", path, headers, r.Cookies())
			}
		}
	}
	if !signedIn(victim) {
		t.Error("another site signed the person out")
	}
}

// TestSessionFixation: a secret that somebody planted before is worth nothing
// after the sign-in, for logins, devices and what is under way.
func TestSessionFixation(t *testing.T) {
	s := start(t)
	_, secret, _ := enrolled(t, s, "alice")
	planted := map[string]string{
		middleware.LoginCookie: strings.Repeat("A", 43), middleware.DeviceCookie: strings.Repeat("B", 43),
		"__Host-strongroom-pending": strings.Repeat("C", 43), "__Host-strongroom-confirm": strings.Repeat("D", 43),
	}
	b := from(s, "192.0.2.1")
	maps.Copy(b.Cookies, planted)
	goes(t, login(b, "alice", goodPassword), "/account/two-factor/")
	begun := b.Cookies["__Host-strongroom-pending"]
	goes(t, b.PostForm("/account/two-factor/", "totp_value", code(s, secret), "remember_device", "true"), "/manage/projects/")
	thief := from(s, "192.0.2.1")
	maps.Copy(thief.Cookies, planted)
	if signedIn(thief) {
		t.Error("the planted login was taken over")
	}
	goes(t, login(thief, "alice", goodPassword), "/account/two-factor/") // not as a remembered browser
	thief.Cookies["__Host-strongroom-pending"] = begun
	goes(t, thief.Get("/account/two-factor/"), "/account/login/")
	if !signedIn(b) || slices.Contains(slices.Collect(maps.Values(planted)), loginOf(b)) {
		t.Error("the person is not signed in with a new secret")
	}
}

// TestEqualAnswers is P31 without the clock: status, headers and bodies tell
// nothing of the account, and the same rows are written.
func TestEqualAnswers(t *testing.T) {
	s := start(t)
	for _, name := range []string{"right", "frozen1", "closed1", "nopass1", "pwdoff1"} {
		if name != "nopass1" {
			withPassword(t, s, name)
		}
	}
	s.User("nopass1")
	enrolled(t, s, "factor1")
	do(t, s, func(ctx context.Context, tx *change.Tx) error {
		frozen, _, _ := tx.UserByName(ctx, "frozen1")
		off, _, _ := tx.UserByName(ctx, "pwdoff1")
		if err := tx.SetStanding(ctx, index.OnUser, frozen.ID, index.Standing{{Kind: index.Frozen, Since: tx.Now}}); err != nil {
			return err
		}
		return tx.TurnPasswordOff(ctx, off.ID, index.PasswordBreached)
	})
	closed, _, _ := s.DB.UserByName(t.Context(), "closed1")
	do(t, s, func(ctx context.Context, tx *change.Tx) error { return tx.CloseUser(ctx, closed.ID, tx.Now) })
	rows := []struct{ name, password string }{
		{"right", "wrong one"},
		{"unknown", "wrong one"},
		{"frozen1", goodPassword},
		{"frozen1", "wrong one"},
		{"closed1", goodPassword},
		{"nopass1", goodPassword},
		{"pwdoff1", goodPassword},
		{"factor1", "wrong one"},
		{"unknown", strings.Repeat("x", 5000)},
		{"right", strings.Repeat("x", 5000)},
	}
	var first string
	for i, row := range rows {
		before := failures(t, s)
		r := login(from(s, "192.0.2."+string(rune('1'+i%9))), row.name, row.password)
		got := answer(r, row.name)
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("%s is answered otherwise:\n%s\nthan:\n%s", row.name, got, first)
		}
		if n := failures(t, s) - before; n != 1 {
			t.Errorf("%s: %d rows in the audit log, want 1", row.name, n)
		}
	}
	first = ""
	for _, typed := range []string{"right", "unknown", "frozen1", "closed1", "right@example.com", "unknown@example.com", "closed1@example.com"} {
		r := from(s, "192.0.2.77").PostForm("/account/request-password-reset/", "username_or_email", typed)
		if got := answer(r, typed); first == "" {
			first = got
		} else if got != first {
			t.Errorf("a reset for %s is answered otherwise:\n%s", typed, got)
		}
	}
}

// answer is everything of an answer but the time, with what was typed taken out.
func answer(r apptest.Response, typed string) string {
	r.Header.Del("Date")
	r.Header.Del("Content-Length")
	var b strings.Builder
	b.WriteString(r.Status + "\n")
	if err := r.Header.Write(&b); err != nil {
		panic(err)
	}
	return b.String() + strings.ReplaceAll(r.Text, `value="`+typed+`"`, `value=""`)
}

// failures counts failed sign-ins in the audit log, of known and unknown users.
func failures(t *testing.T, s *apptest.Server) (n int) {
	t.Helper()
	for _, name := range []string{"", "right", "frozen1", "closed1", "nopass1", "pwdoff1", "factor1"} {
		all, err := s.DB.EventsOf(t.Context(), "user:"+name, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if e.Action == index.EventLoginFail {
				n++
			}
		}
	}
	return n
}

// TestLimits: too many wrong passwords, codes and resets are answered with 429
// and when to come back, by user and by network, also after a restart of the
// window's other end; right ones do not count.
func TestLimits(t *testing.T) {
	s := start(t)
	withPassword(t, s, "alice")
	_, secret, _ := enrolled(t, s, "bob")
	limited := func(r apptest.Response) {
		t.Helper()
		if has(t, r, http.StatusTooManyRequests, "too-many-attempts"); r.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	for range 12 {
		goes(t, login(from(s, "192.0.2.1"), "alice", goodPassword), "/manage/projects/")
	}
	for i := range 10 { // from ten networks, at one user
		has(t, login(from(s, "2001:db8:0:"+string(rune('0'+i))+"::1"), "alice", "x"), http.StatusBadRequest)
	}
	limited(login(from(s, "192.0.2.2"), "alice", goodPassword))
	limited(login(from(s, "192.0.2.3"), "ALICE", "x"))
	for i := range 10 { // from one network, at ten users
		has(t, login(from(s, "2001:db8:ffff::"+string(rune('0'+i))), "nobody"+string(rune('0'+i)), "x"), http.StatusBadRequest)
	}
	limited(login(from(s, "2001:db8:ffff::ffff"), "bob", goodPassword))
	limited(from(s, "2001:db8:ffff::1").PostForm("/account/login/", "username", "\x00")) // before the form is read
	b := from(s, "192.0.2.4")
	goes(t, login(b, "bob", goodPassword), "/account/two-factor/")
	for range 5 {
		has(t, b.PostForm("/account/two-factor/", "totp_value", wrong(s, secret)), http.StatusBadRequest)
	}
	limited(b.PostForm("/account/two-factor/", "totp_value", code(s, secret)))
	limited(b.PostForm("/account/recovery-code/", "recovery_code_value", "x"))
	for range 5 {
		has(t, b.PostForm("/account/request-password-reset/", "username_or_email", "alice"), http.StatusOK)
	}
	limited(b.PostForm("/account/request-password-reset/", "username_or_email", "Alice"))
	s.SetClock(5*time.Minute + time.Second)
	goes(t, login(from(s, "192.0.2.2"), "alice", goodPassword), "/manage/projects/")
}

// TestBans: a banned network gets 403 everywhere but at /_health/, whatever
// credentials it has; lifting or outliving the ban ends that.
func TestBans(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		withPassword(t, s, "alice")
		b := from(s, "198.51.100.7")
		login(b, "alice", goodPassword)
		s.Run("admin", "ban", "add", "198.51.100.0/24", "--reason", "flood", "--until", "7d")
		for _, path := range []string{"/", "/simple/", "/account/login/", "/manage/account/", "/nothing/", "/static/strongroom.css"} {
			has(t, b.Get(path), http.StatusForbidden, "198.51.100.7")
		}
		r := s.Do(http.MethodPost, "/legacy/", strings.NewReader("x"), "X-Forwarded-For", "198.51.100.7", "Authorization", "Bearer "+s.Token)
		has(t, r, http.StatusForbidden, "network-banned")
		has(t, b.Get("/_health/"), http.StatusOK)
		has(t, from(s, "198.51.101.7").Get("/"), http.StatusOK)
		if !strings.Contains(s.Run("admin", "ban", "list"), "198.51.100.0/24 until") {
			t.Error("the ban is not listed")
		}
		s.SetClock(8 * 24 * time.Hour)
		has(t, from(s, "198.51.100.7").Get("/"), http.StatusOK)
		s.SetClock(0)
		s.Run("admin", "ban", "remove", "198.51.100.99/24")
		has(t, b.Get("/manage/account/"), http.StatusOK)
	})
}
