package signin_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
)

// TestRegisterAndVerify: an open index lets anybody make an account; the address
// counts when the mailed link was opened and its button pressed.
func TestRegisterAndVerify(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		b := from(s, "192.0.2.1")
		has(t, b.Get("/account/register/"), http.StatusOK, `name="confirm_form"`, "data-password")
		form := []string{"username", "alice", "full_name", "Alice", "email", "alice@example.org", "new_password", newPassword, "password_confirm", newPassword}
		goes(t, b.PostForm("/account/register/", append(form, "confirm_form", "x")...), "/")
		if _, found, _ := s.DB.UserByName(t.Context(), "alice"); found {
			t.Error("whoever filled in the hidden field got an account")
		}
		goes(t, b.PostForm("/account/register/", form...), "/manage/account/")
		if !signedIn(b) {
			t.Fatal("not signed in after registering")
		}
		path := link(t, s, "alice@example.org", "Confirm your mail address")
		other := s.NewBrowser()
		has(t, other.Get(path), http.StatusOK, "alice@example.org", "<strong>alice</strong>")
		if e, _, _ := s.DB.EmailByAddress(t.Context(), "ALICE@example.org"); e.Verified {
			t.Fatal("a GET verified the address")
		}
		goes(t, other.PostForm("/account/verify-email/", "token", tokenOf(path)), "/manage/account/")
		if e, _, _ := s.DB.EmailByAddress(t.Context(), "alice@example.org"); !e.Verified {
			t.Error("the address is not verified")
		}
		has(t, other.PostForm("/account/verify-email/", "token", tokenOf(path)), http.StatusBadRequest, "used before")
		has(t, other.Get("/account/verify-email/?token=nonsense"), http.StatusBadRequest, "link-ended")
	}, open)
}

// TestRegisterRefuses: what is wrong is said at its field, and nothing is made.
func TestRegisterRefuses(t *testing.T) {
	s := start(t, open)
	withPassword(t, s, "bob")
	for field, row := range map[string]struct{ change, value, says string }{
		"user name taken":    {"username", "BOB", "is taken"},
		"user name rule":     {"username", "-x", "is invalid"},
		"address taken":      {"email", "Bob@Example.com", "belongs to an account"},
		"address rule":       {"email", "x", "is not an e-mail address"},
		"address, quoted":    {"email", `"a b"@example.com`, "before the @ there may be"},
		"address, no domain": {"email", "a@[127.0.0.1]", "is not a domain"},
		"address, two lines": {"email", "a@example.com\r\nBcc: b@example.com", "is not an e-mail address"},
		"short":              {"new_password", "aB3$x", "has 5 characters"},
		"weak":               {"new_password", "password1", "guessed too soon"},
		"of the user's name": {"new_password", "newcomer", "guessed too soon"},
		"long":               {"new_password", strings.Repeat("x", 4097), "4097 bytes"},
		"differs":            {"password_confirm", "something else", "differ"},
		"name with controls": {"full_name", "a\u202eb", "cannot be shown"},
	} {
		form := map[string]string{"username": "newcomer", "email": "new@example.com", "new_password": newPassword, "password_confirm": newPassword}
		form[row.change] = row.value
		if row.change == "new_password" {
			form["password_confirm"] = row.value
		}
		var pairs []string
		for k, v := range form {
			pairs = append(pairs, k, v)
		}
		r := from(s, "192.0.2.9").PostForm("/account/register/", pairs...)
		if has(t, r, http.StatusBadRequest, row.says, `aria-invalid="true"`); strings.Contains(r.Text, newPassword) {
			t.Errorf("%s: the page repeats the password", field)
		}
	}
	if _, found, _ := s.DB.UserByName(t.Context(), "newcomer"); found {
		t.Error("an account was made")
	}
}

// TestInvitation: where accounts are by invitation, a link makes one, once.
func TestInvitation(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		b := from(s, "192.0.2.1")
		has(t, b.Get("/account/register/"), http.StatusForbidden, "by invitation")
		form := []string{"username", "carol", "email", "carol@example.org", "new_password", newPassword, "password_confirm", newPassword}
		has(t, b.PostForm("/account/register/", form...), http.StatusForbidden, "by invitation")
		if said := s.Run("admin", "user", "invite", "--email", "carol@example.org", "--role", "administrator"); strings.Contains(said, "token=") || strings.Contains(said, "invite=") {
			t.Errorf("the link was printed: %s", said)
		}
		path := link(t, s, "carol@example.org", "You are invited")
		has(t, b.Get(path), http.StatusOK, `value="carol@example.org"`)
		goes(t, b.PostForm("/account/register/", append(form, "invite", tokenOf(path))...), "/manage/account/")
		u, _, err := s.DB.UserByName(t.Context(), "carol")
		st, _ := s.DB.StateOf(t.Context(), u.ID)
		if err != nil || !u.Superuser || !st.Verified {
			t.Errorf("%+v %+v %v: want an administrator whose address is verified", u, st, err)
		}
		again := []string{"username", "dave", "email", "dave@example.org", "new_password", newPassword, "password_confirm", newPassword, "invite", tokenOf(path)}
		has(t, s.NewBrowser().PostForm("/account/register/", again...), http.StatusBadRequest, "used before")
	})
}

// TestPasswordAlone signs in and out.
func TestPasswordAlone(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		withPassword(t, s, "alice")
		b := from(s, "192.0.2.1")
		has(t, b.Get("/account/login/?next=%2Fsimple%2F"), http.StatusOK, `name="next" value="/simple/"`, `autocomplete="current-password"`)
		has(t, login(b, "alice", "nonsense"), http.StatusBadRequest, "is wrong", `value="alice"`)
		goes(t, login(b, "ALICE", goodPassword, "next", "/simple/"), "/simple/")
		if !signedIn(b) {
			t.Fatal("not signed in")
		}
		first := loginOf(b)
		goes(t, login(b, "alice", goodPassword), "/manage/projects/")
		old := s.NewBrowser()
		old.Cookies["__Host-strongroom"] = first
		if signedIn(old) {
			t.Error("the login before still lives")
		}
		copied := s.NewBrowser()
		copied.Cookies["__Host-strongroom"] = loginOf(b)
		goes(t, b.PostForm("/account/logout/"), "/")
		if loginOf(b) != "" || signedIn(copied) {
			t.Error("signing out left the login or its cookie")
		}
		for _, want := range []string{index.EventLoginFail, index.EventLogin, index.EventLogout} {
			if !slices.Contains(events(t, s, "alice"), want) {
				t.Errorf("no event %s in %v", want, events(t, s, "alice"))
			}
		}
	})
}

// TestTOTP is MFA-5 and MFA-2: a code works once, on whatever sign-in, with
// spaces or without; the password alone opens nothing.
func TestTOTP(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		_, secret, _ := enrolled(t, s, "alice")
		b, other := from(s, "192.0.2.1"), from(s, "192.0.2.2")
		goes(t, login(b, "alice", goodPassword, "next", "/simple/"), "/account/two-factor/")
		if signedIn(b) || loginOf(b) != "" {
			t.Fatal("signed in without the second factor")
		}
		has(t, b.Get("/account/two-factor/"), http.StatusOK, `name="totp_value"`, `autocomplete="one-time-code"`, "recovery code")
		has(t, b.PostForm("/account/two-factor/", "totp_value", wrong(s, secret)), http.StatusBadRequest, "code is wrong")
		goes(t, login(other, "alice", goodPassword), "/account/two-factor/")
		now := code(s, secret)
		goes(t, b.PostForm("/account/two-factor/", "totp_value", now[:3]+" "+now[3:]), "/simple/")
		if !signedIn(b) {
			t.Error("not signed in")
		}
		has(t, other.PostForm("/account/two-factor/", "totp_value", now), http.StatusBadRequest, "already used")
		goes(t, b.PostForm("/account/two-factor/", "totp_value", now), "/account/login/")
		s.SetClock(301 * time.Second)
		goes(t, other.PostForm("/account/two-factor/", "totp_value", code(s, secret)), "/account/login/")
		if signedIn(other) {
			t.Error("signed in after 300 s")
		}
	})
}

// TestPendingEndsWithThePassword: what was begun with one password is void under
// another.
func TestPendingEndsWithThePassword(t *testing.T) {
	s := start(t)
	_, secret, _ := enrolled(t, s, "alice")
	b := from(s, "192.0.2.1")
	goes(t, login(b, "alice", goodPassword), "/account/two-factor/")
	withPassword(t, s, "alice") // another hash
	goes(t, b.PostForm("/account/two-factor/", "totp_value", code(s, secret)), "/account/login/")
	if signedIn(b) {
		t.Error("signed in")
	}
}

// TestRecoveryCode is MFA-4: it works once, and a mail tells.
func TestRecoveryCode(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		_, _, codes := enrolled(t, s, "alice")
		b := from(s, "192.0.2.1")
		for i, typed := range []string{strings.ToUpper(codes[0]), codes[0]} {
			goes(t, login(b, "alice", goodPassword), "/account/two-factor/")
			has(t, b.Get("/account/recovery-code/"), http.StatusOK, `name="recovery_code_value"`)
			r := b.PostForm("/account/recovery-code/", "recovery_code_value", typed)
			if i == 0 {
				goes(t, r, "/manage/projects/")
			} else {
				has(t, r, http.StatusBadRequest, "none of your recovery codes")
			}
		}
		if mails := s.Mails("alice@example.com"); len(mails) != 1 || !strings.Contains(mails[0].Text, "7 are left") {
			t.Errorf("%d mails: %+v", len(mails), mails)
		}
	})
}

// TestRememberedBrowser is MFA-9: 30 days without a factor, for this account in
// this browser.
func TestRememberedBrowser(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		u, secret, _ := enrolled(t, s, "alice")
		enrolled(t, s, "bob")
		b := from(s, "192.0.2.1")
		login(b, "alice", goodPassword)
		goes(t, b.PostForm("/account/two-factor/", "totp_value", code(s, secret), "remember_device", "true"), "/manage/projects/")
		goes(t, login(b, "alice", goodPassword), "/manage/projects/")
		goes(t, login(b, "bob", goodPassword), "/account/two-factor/")
		goes(t, login(from(s, "192.0.2.1"), "alice", goodPassword), "/account/two-factor/")
		s.SetClock(30*24*time.Hour + time.Minute)
		goes(t, login(b, "alice", goodPassword), "/account/two-factor/")
		s.SetClock(0)
		goes(t, login(b, "alice", goodPassword), "/manage/projects/")
		do(t, s, func(ctx context.Context, tx *change.Tx) error { return tx.EndTrust(ctx, u.ID) })
		goes(t, login(b, "alice", goodPassword), "/account/two-factor/")
	})
}

// TestNewBrowser is MFA-8: a browser that is not known is let in by the mailed
// link, in that browser; a recovery code is not used up before.
func TestNewBrowser(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		u, _, codes := enrolled(t, s, "alice")
		b := from(s, "192.0.2.1")
		login(b, "alice", goodPassword, "next", "/simple/")
		goes(t, b.PostForm("/account/recovery-code/", "recovery_code_value", codes[0]), "/account/confirm-login/")
		has(t, b.Get("/account/confirm-login/"), http.StatusOK, "Look into your mail")
		if sums, _ := s.DB.RecoverySums(t.Context(), u.ID); len(sums) != len(codes) || signedIn(b) {
			t.Fatal("the code was used up, or the browser let in, before the mail was answered")
		}
		path := link(t, s, "alice@example.com", "Is this you?")
		thief := from(s, "192.0.2.1")
		has(t, thief.PostForm("/account/confirm-login/", "token", tokenOf(path)), http.StatusBadRequest, "in the browser in which you began")
		has(t, b.Get(path), http.StatusOK, "Is this you?")
		goes(t, b.PostForm("/account/confirm-login/", "token", tokenOf(path)), "/simple/")
		if sums, _ := s.DB.RecoverySums(t.Context(), u.ID); len(sums) != len(codes)-1 || !signedIn(b) {
			t.Error("not signed in with one code less")
		}
		has(t, b.PostForm("/account/confirm-login/", "token", tokenOf(path)), http.StatusBadRequest)
		login(b, "alice", goodPassword)
		goes(t, b.PostForm("/account/recovery-code/", "recovery_code_value", codes[1]), "/manage/projects/") // known now
		late := from(s, "192.0.2.1")
		login(late, "alice", goodPassword)
		late.PostForm("/account/recovery-code/", "recovery_code_value", codes[2])
		path = link(t, s, "alice@example.com", "Is this you?")
		s.SetClock(16 * time.Minute)
		has(t, late.PostForm("/account/confirm-login/", "token", tokenOf(path)), http.StatusBadRequest, "took too long")
	}, confirming)
}

// TestNobodyIsLockedOut: without a verified address that mail can reach, new
// browsers are let in.
func TestNobodyIsLockedOut(t *testing.T) {
	s := start(t, confirming)
	u := withPassword(t, s, "alice")
	do(t, s, func(ctx context.Context, tx *change.Tx) error {
		e := index.Email{UserID: u.ID, Address: "new@example.org", CreatedAt: tx.Now}
		_, err := tx.InsertEmail(ctx, e)
		return err
	})
	goes(t, login(from(s, "192.0.2.1"), "alice", goodPassword), "/account/confirm-login/")
	s.Run("admin", "user", "create", "first", "--email", "first@localhost.localdomain")
	withPassword(t, s, "first")
	goes(t, login(from(s, "192.0.2.1"), "first", goodPassword), "/manage/projects/")
}

// TestReset: the link sets a new password, once; the second factor stays.
func TestReset(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		_, secret, _ := enrolled(t, s, "alice")
		b := from(s, "192.0.2.1")
		login(b, "alice", goodPassword)
		b.PostForm("/account/two-factor/", "totp_value", code(s, secret))
		has(t, b.Get("/account/request-password-reset/"), http.StatusOK, `name="username_or_email"`)
		other := from(s, "192.0.2.2")
		has(t, other.PostForm("/account/request-password-reset/", "username_or_email", "Alice@Example.com"), http.StatusOK, "on its way")
		path := link(t, s, "alice@example.com", "Choose a new password")
		has(t, other.Get(path), http.StatusOK, "New password for alice")
		token := tokenOf(path)
		has(t, other.PostForm("/account/reset-password/", "token", token, "new_password", "password1", "password_confirm", "password1"), http.StatusBadRequest, "guessed too soon")
		goes(t, other.PostForm("/account/reset-password/", "token", token, "new_password", newPassword, "password_confirm", newPassword), "/account/login/")
		has(t, other.PostForm("/account/reset-password/", "token", token, "new_password", goodPassword, "password_confirm", goodPassword), http.StatusBadRequest, "used before")
		if signedIn(b) || signedIn(other) {
			t.Error("a browser is signed in after the reset")
		}
		has(t, login(b, "alice", goodPassword), http.StatusBadRequest)
		goes(t, login(b, "alice", newPassword), "/account/two-factor/")
	})
}

// TestNoResetToUnverified: an address that nobody has shown to read gets no link
// (security-bar 2.4), nor does the account elsewhere.
func TestNoResetToUnverified(t *testing.T) {
	s := start(t, open)
	b := from(s, "192.0.2.1")
	b.PostForm("/account/register/", "username", "eve", "email", "eve@example.org", "new_password", newPassword, "password_confirm", newPassword)
	for _, typed := range []string{"eve", "eve@example.org"} {
		has(t, b.PostForm("/account/request-password-reset/", "username_or_email", typed), http.StatusOK, "on its way")
	}
	for _, m := range s.Mails("eve@example.org") {
		if strings.Contains(m.Text, "reset-password") {
			t.Errorf("a link was mailed to an address that is not verified:\n%s", m.Text)
		}
	}
}

// TestReauthenticate is MFA-10: the factor where there is one, and a new secret
// for the cookie.
func TestReauthenticate(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		_, secret, _ := enrolled(t, s, "alice")
		withPassword(t, s, "bob")
		goes(t, from(s, "192.0.2.1").Get("/account/reauthenticate/"), "/account/login/")
		a, b := from(s, "192.0.2.1"), from(s, "192.0.2.2")
		login(a, "alice", goodPassword)
		a.PostForm("/account/two-factor/", "totp_value", code(s, secret))
		login(b, "bob", goodPassword)
		s.SetClock(time.Hour)
		goes(t, a.Get("/manage/account/totp-provision"), "/account/reauthenticate/")
		has(t, a.Get("/account/reauthenticate/?next=/simple/"), http.StatusOK, `name="totp_value"`)
		has(t, a.PostForm("/account/reauthenticate/", "password", goodPassword), http.StatusBadRequest, "has a second factor")
		has(t, a.PostForm("/account/reauthenticate/", "totp_value", wrong(s, secret)), http.StatusBadRequest, "code is wrong")
		before := loginOf(a)
		goes(t, a.PostForm("/account/reauthenticate/", "totp_value", code(s, secret), "next", "/simple/"), "/simple/")
		if loginOf(a) == before {
			t.Error("the cookie kept its secret")
		}
		has(t, a.Get("/manage/account/totp-provision"), http.StatusOK)
		has(t, b.Get("/account/reauthenticate/"), http.StatusOK, `name="password"`)
		has(t, b.PostForm("/account/reauthenticate/", "password", "nonsense"), http.StatusBadRequest, "password is wrong")
		goes(t, b.PostForm("/account/reauthenticate/", "password", goodPassword), "/manage/projects/")
		if !slices.Contains(events(t, s, "alice"), index.EventReauthFail) || !slices.Contains(events(t, s, "alice"), index.EventReauth) {
			t.Errorf("events: %v", events(t, s, "alice"))
		}
	})
}

// TestAdminReset is MFA-7: no factors, no logins, no known browsers; no new
// tokens or roles for a day; and a mail.
func TestAdminReset(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Server) {
		_, secret, _ := enrolled(t, s, "alice")
		b := from(s, "192.0.2.1")
		login(b, "alice", goodPassword)
		b.PostForm("/account/two-factor/", "totp_value", code(s, secret), "remember_device", "true")
		said := s.Run("admin", "user", "reset", "alice", "--password")
		if signedIn(b) || strings.Contains(said, "token=") || !strings.Contains(said, "password-link") {
			t.Errorf("still signed in, or the link was printed: %s", said)
		}
		has(t, login(b, "alice", goodPassword), http.StatusBadRequest)
		u, _, _ := s.DB.UserByName(t.Context(), "alice")
		st, _ := s.DB.StateOf(t.Context(), u.ID)
		if st.Factors != 0 || u.PasswordOff != index.PasswordReset || u.HeldUntil.Sub(s.Clock()) < 23*time.Hour {
			t.Errorf("%+v, %+v", st, u)
		}
		mails := s.Mails("alice@example.com")
		if !slices.ContainsFunc(mails, func(m mailMessage) bool { return strings.Contains(m.Subject, "removed your second factors") }) {
			t.Errorf("no mail tells: %d", len(mails))
		}
	})
}

// TestBreachedAtSignIn is PW-3: the right password that is known from a breach
// ends, with all logins, and a mail has the link to another.
func TestBreachedAtSignIn(t *testing.T) {
	api := breachServer(t, goodPassword)
	s := start(t, func(c *config.Config) {
		c.PasswordBreach.Backend, c.PasswordBreach.URL = "hibp", api
	})
	u := withPassword(t, s, "alice")
	var secret string
	do(t, s, func(ctx context.Context, tx *change.Tx) (err error) {
		secret, err = s.Guard.NewLogin(ctx, tx, index.Login{UserID: u.ID, Method: index.ByPassword})
		return err
	})
	b, old := from(s, "192.0.2.1"), s.NewBrowser()
	old.Cookies["__Host-strongroom"] = secret
	has(t, login(b, "alice", "nonsense"), http.StatusBadRequest, "is wrong")
	has(t, login(b, "alice", goodPassword), http.StatusBadRequest, "appears in a security breach")
	if signedIn(b) || signedIn(old) {
		t.Error("a browser is signed in")
	}
	has(t, login(b, "alice", goodPassword), http.StatusBadRequest, "is wrong")
	path := link(t, s, "alice@example.com", "known to others")
	has(t, b.PostForm("/account/reset-password/", "token", tokenOf(path), "new_password", goodPassword, "password_confirm", goodPassword), http.StatusBadRequest, "appears in a security breach")
	goes(t, b.PostForm("/account/reset-password/", "token", tokenOf(path), "new_password", newPassword, "password_confirm", newPassword), "/account/login/")
	goes(t, login(b, "alice", newPassword), "/manage/projects/")
}

// TestLeastLengthOfPasswords: what the setting says holds on every page, and stands on it (PW-8).
func TestLeastLengthOfPasswords(t *testing.T) {
	s := start(t, open, func(c *config.Config) { c.PasswordMin = 15 })
	b := from(s, "192.0.2.1")
	has(t, b.Get("/account/register/"), http.StatusOK, `minlength="15"`, "15 characters or more")
	form := []string{"username", "carol", "email", "carol@example.com", "new_password", "v7!qz#mK0wLp", "password_confirm", "v7!qz#mK0wLp"}
	has(t, b.PostForm("/account/register/", form...), http.StatusBadRequest, "choose one with 15 or more")
	withPassword(t, s, "alice")
	goes(t, login(b, "alice", goodPassword), "/manage/projects/")
	has(t, b.Get("/manage/account/"), http.StatusOK, `minlength="15"`, "At least 15 characters")
	change := []string{"password", goodPassword, "new_password", "v7!qz#mK0wLp", "password_confirm", "v7!qz#mK0wLp", "intent", "password"}
	has(t, b.PostForm("/manage/account/", change...), http.StatusBadRequest, "choose one with 15 or more")
}
