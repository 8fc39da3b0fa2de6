package manage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

const account = "/manage/account/"

// emails are a user's addresses by text.
func emails(t *testing.T, s *apptest.Server, user string) map[string]index.Email {
	t.Helper()
	all, err := s.DB.EmailsOf(t.Context(), s.User(user).ID)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]index.Email{}
	for _, e := range all {
		out[e.Address] = e
	}
	return out
}

// addEmail gives a user another address behind the pages' back.
func addEmail(t *testing.T, s *apptest.Server, user, address string, verified bool) string {
	t.Helper()
	var id int64
	owner := s.User(user).ID
	do(t, s, func(ctx context.Context, tx *change.Tx) (err error) {
		id, err = tx.InsertEmail(ctx, index.Email{UserID: owner, Address: address, Verified: verified, CreatedAt: tx.Now})
		return err
	})
	return number(id)
}

// do changes rows behind the pages' back.
func do(t *testing.T, s *apptest.Server, fn func(ctx context.Context, tx *change.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := s.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// subjects are those of the mails to an address, one a line.
func subjects(s *apptest.Server, to string) string {
	var all []string
	for _, m := range s.Mails(to) {
		all = append(all, m.Subject)
	}
	return strings.Join(all, "\n")
}

// TestName: the name that is shown, and the one address that everybody may see.
func TestName(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	id := number(emails(t, s, "alice")["alice@example.com"].ID)
	done(t, b.PostForm(account, "name", " Alice A. ", "public_email", id), account)
	has(t, b.Get(account), 200, `value="Alice A."`, "Saved.", `<span class="tag">public</span>`)
	if s.User("alice").Name != "Alice A." || !emails(t, s, "alice")["alice@example.com"].Public {
		t.Error("not saved")
	}
	for name, form := range map[string][]string{
		"too long": {"name", strings.Repeat("é", 101)}, "controls": {"name", "a\u202eb"}, "another's address": {"name", "A", "public_email", "999"},
		"no number": {"name", "A", "public_email", "x"},
	} {
		has(t, b.PostForm(account, form...), 400, `aria-invalid="true"`)
		if s.User("alice").Name != "Alice A." {
			t.Errorf("%s: saved", name)
		}
	}
	has(t, b.PostForm(account, "name", "a\x00b"), 400, "is not valid text")
	has(t, b.PostForm(account, "nonsense", "1"), 400, "none of the fields")
	has(t, b.PostForm(account, "name", strings.Repeat("x", 70_000)), 400, "larger than")
	done(t, b.PostForm(account, "name", "Alice A.", "public_email", ""), account)
	if emails(t, s, "alice")["alice@example.com"].Public {
		t.Error("still public")
	}
}

// TestAddAddress: a link goes to the new address, and those that are verified
// hear of it (MFA-11).
func TestAddAddress(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	s.User("bob")
	done(t, b.PostForm(account, "email", "new@example.com"), account)
	has(t, b.Get(account), 200, "new@example.com", "not verified", "Open the link in the mail")
	if got := subjects(s, "alice@example.com"); got != "An address was added to your account" {
		t.Errorf("mails to the old address: %q", got)
	}
	mails := s.Mails("new@example.com")
	if len(mails) != 1 || !strings.Contains(mails[0].Text, s.Config.URL+"/account/verify-email/?token=") {
		t.Errorf("mails to the new address: %+v", mails)
	}
	tries := 0
	for text, want := range map[string]string{
		"bob@EXAMPLE.com": "belongs to an account already", "NEW@example.com": "belongs to an account already", "nonsense": "is not an e-mail address",
		"Bob <b@example.com>": "is not an e-mail address", "": "is not an e-mail address", strings.Repeat("a", 250) + "@example.com": "is not an e-mail address",
		"a@example.com\r\nBcc: x@example.com": "is not an e-mail address", "é@example.com": "before the @", `"a b"@example.com`: "before the @",
		"a@[127.0.0.1]": "is not a domain", "a@b\u200b.example": "is not a domain",
	} {
		tries++
		again := signIn(t, s, "carol"+number(int64(tries)))
		has(t, again.PostForm(account, "email", text), 400, want, `id="email-wrong"`)
	}
	if n := len(emails(t, s, "alice")); n != 2 {
		t.Errorf("%d addresses", n)
	}
}

// TestAddressLimits: ten an account, two a day, and three mails in six hours.
func TestAddressLimits(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	done(t, b.PostForm(account, "email", "a1@example.com"), account)
	done(t, b.PostForm(account, "email", "a2@example.com"), account)
	has(t, b.PostForm(account, "email", "a3@example.com"), 400, "tried too often")
	id := number(emails(t, s, "alice")["a1@example.com"].ID)
	for range 3 {
		done(t, b.PostForm(account, "reverify_email_id", id), account)
	}
	has(t, b.PostForm(account, "reverify_email_id", id), 400, "tried too often")
	if n := len(s.Mails("a1@example.com")); n != 4 {
		t.Errorf("%d mails", n)
	}
	for i := range 7 {
		addEmail(t, s, "alice", "b"+number(int64(i))+"@example.com", true)
	}
	has(t, b.Get(account), 200, "10 addresses at most")
	b = signIn(t, s, "bob")
	for i := range 9 {
		addEmail(t, s, "bob", "c"+number(int64(i))+"@example.com", true)
	}
	has(t, b.PostForm(account, "email", "one@more.example"), 400, "10 addresses at most")
	has(t, b.PostForm(account, "reverify_email_id", number(emails(t, s, "bob")["c1@example.com"].ID)), 400, "is verified already")
}

// TestPrimaryAndRemove: only a verified address becomes primary, the primary one
// stays, and whoever is left out hears of it.
func TestPrimaryAndRemove(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	good, bad := addEmail(t, s, "alice", "good@example.com", true), addEmail(t, s, "alice", "bad@example.com", false)
	device := remember(t, s, "alice")
	has(t, b.PostForm(account, "primary_email_id", bad), 400, "is not verified")
	done(t, b.PostForm(account, "primary_email_id", good), account)
	if all := emails(t, s, "alice"); !all["good@example.com"].Primary || all["alice@example.com"].Primary {
		t.Errorf("%+v", all)
	}
	if s.User("alice").Email != "good@example.com" {
		t.Error("the account has another primary address")
	}
	if trusted(t, s, "alice") != 0 {
		t.Errorf("device %s is still trusted (MFA-9)", device)
	}
	has(t, b.PostForm(account, "delete_email_id", good), 400, "is the primary address")
	done(t, b.PostForm(account, "delete_email_id", number(emails(t, s, "alice")["alice@example.com"].ID)), account)
	if len(emails(t, s, "alice")) != 2 {
		t.Error("not removed")
	}
	got := subjects(s, "alice@example.com")
	if !strings.Contains(got, "another primary address") || !strings.Contains(got, "An address was removed from your account") {
		t.Errorf("mails to the address that was removed: %q", got)
	}
	if got := subjects(s, "bad@example.com"); got != "" {
		t.Errorf("mails to an address that is not verified: %q", got)
	}
}

// remember makes a browser that needs no second factor and returns its key.
func remember(t *testing.T, s *apptest.Server, user string) string {
	t.Helper()
	_, hash := access.NewSecret()
	var id int64
	owner := s.User(user).ID
	do(t, s, func(ctx context.Context, tx *change.Tx) (err error) {
		id, err = tx.InsertDevice(ctx, index.Device{
			UserID: owner, Hash: hash, UserAgent: "Mozilla/5.0 (Windows NT 10.0) Edg/140.0", TrustedUntil: tx.Now.Add(time.Hour), CreatedAt: tx.Now, SeenAt: tx.Now,
		})
		return err
	})
	return number(id)
}

// trusted counts the remembered browsers.
func trusted(t *testing.T, s *apptest.Server, user string) int {
	t.Helper()
	all, err := s.DB.TrustedDevices(t.Context(), s.User(user).ID, s.Clock())
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// TestChangePassword: the old one, a good new one twice; then all other browsers
// are out, none is remembered, and this one has a new cookie (MFA-9).
func TestChangePassword(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	remember(t, s, "alice")
	const good = "entirely unguessable walrus 7"
	for _, row := range []struct{ old, new, again, field, want string }{
		{"not-the-old-one", good, good, "password", "The password is wrong"},
		{oldPassword, "sh0rt!", "sh0rt!", "new_password", "choose one with 8 or more"},
		{oldPassword, good, good + "x", "password_confirm", "differ"},
		{oldPassword, "password123", "password123", "new_password", "guessed too soon"},
	} {
		r := b.PostForm(account, "password", row.old, "new_password", row.new, "password_confirm", row.again)
		has(t, r, 400, row.want, `id="`+row.field+`-wrong"`)
		if strings.Contains(r.Text, row.new) || strings.Contains(r.Text, row.old) {
			t.Error("the page holds a password")
		}
	}
	has(t, b.PostForm(account, "password", oldPassword, "new_password", oldPassword, "password_confirm", oldPassword), 400, "the password you have")
	has(t, b.PostForm(account, "password", oldPassword, "new_password", good, "password_confirm", good), 400, "tried too often")
	s.SetClock(5*time.Minute - time.Second) // before the proof is too old
	b = signIn(t, s, "alice")
	other := signIn(t, s, "alice")
	s.SetClock(5*time.Minute + time.Second)
	before := b.Cookies[middleware.LoginCookie]
	done(t, b.PostForm(account, "password", oldPassword, "new_password", good, "password_confirm", good), account)
	has(t, b.Get(account), 200, "The password was changed")
	done(t, other.Get(account), "/account/login/")
	if trusted(t, s, "alice") != 0 || b.Cookies[middleware.LoginCookie] == before {
		t.Error("a browser is still remembered, or the cookie is the old one")
	}
	if got := subjects(s, "alice@example.com"); got != "Your password was changed" {
		t.Errorf("mails: %q", got)
	}
	has(t, b.PostForm(account, "password", oldPassword, "new_password", "another walrus entirely", "password_confirm", "another walrus entirely"), 400, "The password is wrong")
}

// TestLogins: one browser is signed out, then all.
func TestLogins(t *testing.T) {
	s := apptest.Start(t)
	b, other := signIn(t, s, "alice"), signIn(t, s, "alice")
	device := remember(t, s, "alice")
	r := b.Get(account)
	has(t, r, 200, "Firefox on Linux", "this browser", "Edge on Windows")
	hash, _ := r.Field("login")
	done(t, b.PostForm("/manage/account/logins/end", "login", hash), account)
	done(t, other.Get(account), "/account/login/")
	done(t, b.PostForm("/manage/account/devices/delete", "device_id", device), account)
	if trusted(t, s, "alice") != 0 {
		t.Error("still remembered")
	}
	has(t, b.PostForm("/manage/account/devices/delete", "device_id", device), 404)
	remember(t, s, "alice")
	third := signIn(t, s, "alice")
	done(t, b.PostForm("/manage/account/logins/end-all"), "/account/login/")
	done(t, third.Get(account), "/account/login/")
	done(t, b.Get(account), "/account/login/")
	if trusted(t, s, "alice") != 0 || !strings.Contains(subjects(s, "alice@example.com"), "All browsers were signed out") {
		t.Error("a browser is remembered, or nobody was told")
	}
}

// TestClose: not while something would be left without an owner; then nothing
// works any more, what was published stays, and the name is taken.
func TestClose(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		b := signIn(t, s, "alice")
		token := s.NewToken(access.Grant{User: s.User("alice")})
		s.Upload(token, apptest.Wheel("demo", "1.0", "x"))
		has(t, b.PostForm(account, "confirm_username", "bob"), 400, "Type your user name")
		has(t, b.PostForm(account, "confirm_username", "alice"), 400, "only owner of the project demo")
		project, _, err := s.DB.Project(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		bob := s.User("bob")
		do(t, s, func(ctx context.Context, tx *change.Tx) error {
			return tx.SetRole(ctx, project.ID, bob.ID, index.Owner)
		})
		done(t, b.PostForm(account, "confirm_username", " Alice "), "/")
		done(t, b.Get(account), "/account/login/")
		has(t, s.Get("/simple/demo/"), 200, "demo-1.0")
		if r := s.Upload(token, apptest.Wheel("demo", "2.0", "x")); r.StatusCode != 403 {
			t.Errorf("its token works: %s", r.Status)
		}
		u := s.User("alice")
		roles, err := s.DB.RolesOfUser(t.Context(), u.ID)
		if err != nil || len(roles) != 0 || u.ClosedAt.IsZero() || u.Email != "" || u.PasswordHash != "" {
			t.Errorf("left: %+v %+v %v", u, roles, err)
		}
		if got := subjects(s, "alice@example.com"); !strings.Contains(got, "Your account was closed") {
			t.Errorf("mails: %q", got)
		}
	})
}
