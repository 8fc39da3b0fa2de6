package manage_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

const tokens = "/manage/account/token/"

// makeToken fills the form in and returns the answer and the secret in it.
func makeToken(t *testing.T, b *apptest.Browser, fields ...string) (apptest.Response, string) {
	t.Helper()
	r := b.PostForm(tokens, fields...)
	return r, regexp.MustCompile(`pypi-[A-Za-z0-9_-]+`).FindString(r.Text)
}

// living lists a user's tokens that are not revoked.
func living(t *testing.T, s *apptest.Server, user string) (out []index.Token) {
	t.Helper()
	all, err := s.DB.TokensOf(t.Context(), s.User(user).ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range all {
		if token.RevokedAt.IsZero() {
			out = append(out, token)
		}
	}
	return out
}

// TestTokens: made, shown once with examples, used, listed, narrowed, revoked.
func TestTokens(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	r, secret := makeToken(t, b, "description", "CI", "token_scope", "scope:user", "permissions", "upload", "permissions", "read", "expires", "30")
	has(t, r, 200, "Copy it now", "repository = "+s.Config.URL+"/legacy/", "UV_PUBLISH_TOKEN=pypi-", "machine 127.0.0.1", "password = "+secret)
	if r.Header.Get("Cache-Control") != "private, no-store" {
		t.Error("the page with the secret may be kept")
	}
	if got := s.Upload(secret, apptest.Wheel("demo", "1.0", "x")); got.StatusCode != 200 {
		t.Fatalf("%s %s", got.Status, got.Text)
	}
	if err := s.Guard.FlushUsed(t.Context()); err != nil {
		t.Fatal(err)
	}
	r = b.Get(tokens)
	has(t, r, 200, "CI", "all projects", "read, upload", `value="scope:project:demo"`)
	if strings.Contains(r.Text, secret) || living(t, s, "alice")[0].LastUsedAt.IsZero() {
		t.Error("the secret is shown again, or it was not noted when the token was used")
	}
	id := living(t, s, "alice")[0].ID
	has(t, b.Get(tokens+"?from="+id), 200, "A narrower token than CI")
	has(t, b.Get(tokens+"?from=unknown"), 404)
	r, narrow := makeToken(t, b, "description", "CI of demo", "token_scope", "scope:project:Demo", "permissions", "upload", "expires", "7", "from", id)
	has(t, r, 200, "the project demo")
	if got := s.Upload(narrow, apptest.Wheel("demo", "2.0", "x")); got.StatusCode != 200 {
		t.Errorf("%s %s", got.Status, got.Text)
	}
	if got := s.Upload(narrow, apptest.Wheel("other", "2.0", "x")); got.StatusCode != 403 {
		t.Errorf("a token of one project uploads to another: %s", got.Status)
	}
	done(t, b.PostForm(tokens+"delete/", "macaroon_id", id), tokens)
	if got := s.Upload(secret, apptest.Wheel("demo", "3.0", "x")); got.StatusCode != 403 {
		t.Errorf("a revoked token uploads: %s", got.Status)
	}
	s.SetClock(8 * 24 * time.Hour)
	if got := s.Upload(narrow, apptest.Wheel("demo", "4.0", "x")); got.StatusCode != 403 {
		t.Errorf("a token whose time is over uploads: %s", got.Status)
	}
	s.SetClock(0)
	done(t, b.PostForm(tokens+"delete-all/"), tokens)
	if left := living(t, s, "alice"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestTokenRefusals: each field, and what a narrower token may not have.
func TestTokenRefusals(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("foreign", "1.0", "x"))
	b := signIn(t, s, "alice")
	s.Upload(s.NewToken(access.Grant{User: s.User("alice"), Description: "first"}), apptest.Wheel("demo", "1.0", "x"))
	s.Upload(s.NewToken(access.Grant{User: s.User("alice"), Description: "second"}), apptest.Wheel("more", "1.0", "x"))
	makeToken(t, b, "description", "reader", "token_scope", "scope:project:demo", "permissions", "read", "expires", "7")
	var reader string
	for _, token := range living(t, s, "alice") {
		if token.Description == "reader" {
			reader = token.ID
		}
	}
	before := len(living(t, s, "alice"))
	for _, row := range [][]string{
		{"description-wrong", "description", " ", "token_scope", "scope:user", "permissions", "read"},
		{"description-wrong", "description", strings.Repeat("x", 101), "token_scope", "scope:user", "permissions", "read"},
		{"description-wrong", "description", "reader", "token_scope", "scope:user", "permissions", "read"},
		{"token_scope-wrong", "description", "n", "token_scope", "", "permissions", "read"},
		{"token_scope-wrong", "description", "n", "token_scope", "scope:project:foreign", "permissions", "read"},
		{"token_scope-wrong", "description", "n", "token_scope", "scope:project:nothing", "permissions", "read"},
		{"token_scope-wrong", "description", "n", "token_scope", "scope:project:../x", "permissions", "read"},
		{"permissions-wrong", "description", "n", "token_scope", "scope:user"},
		{"permissions-wrong", "description", "n", "token_scope", "scope:user", "permissions", "administer"},
		{"expires-wrong", "description", "n", "token_scope", "scope:user", "permissions", "read", "expires", "12345"},
		{"token_scope-wrong", "from", reader, "description", "n", "token_scope", "scope:user", "permissions", "read", "expires", "7"},
		{"token_scope-wrong", "from", reader, "description", "n", "token_scope", "scope:project:more", "permissions", "read", "expires", "7"},
		{"permissions-wrong", "from", reader, "description", "n", "token_scope", "scope:project:demo", "permissions", "upload", "expires", "7"},
		{"expires-wrong", "from", reader, "description", "n", "token_scope", "scope:project:demo", "permissions", "read"},
		{"expires-wrong", "from", reader, "description", "n", "token_scope", "scope:project:demo", "permissions", "read", "expires", "30"},
	} {
		has(t, b.PostForm(tokens, row[1:]...), 400, `id="`+row[0]+`"`)
	}
	if after := len(living(t, s, "alice")); after != before {
		t.Errorf("%d tokens, before %d", after, before)
	}
}

// TestST13PermissionsOnThePage: each is explained, none but reading and uploading
// is chosen beforehand, and only moderators make tokens to moderate.
func TestST13PermissionsOnThePage(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	alice, admin := signIn(t, s, "alice"), signIn(t, s, "admin")
	page, all := alice.Get(tokens), admin.Get(tokens)
	for _, p := range access.Permissions() {
		box := `name="permissions" value="` + p.Name + `"`
		if p.Name == "read" || p.Name == "upload" {
			box += " checked"
		}
		if has(t, all, 200, box+"> <strong>"+p.Name+"</strong>: "+p.Doc); strings.Contains(page.Text, box+">") != (p.Name != "moderate") {
			t.Errorf("%s on the page of somebody who moderates nothing", p.Name)
		}
	}
	has(t, alice.PostForm(tokens, "description", "m", "token_scope", "scope:user", "permissions", "moderate"), 400, `id="permissions-wrong"`)
	r, secret := makeToken(t, admin, "description", "yanks", "token_scope", "scope:project:demo", "permissions", "yank", "expires", "7")
	has(t, r, 200, "/api/v1/projects/demo")
	if got := s.Do("PUT", "/api/v1/projects/demo/releases/1.0/yank", nil, "Authorization", "Bearer "+secret); got.StatusCode != 200 {
		t.Errorf("%s %s", got.Status, got.Text)
	}
}

// TestReadingToken uploads nothing.
func TestReadingToken(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	_, secret := makeToken(t, b, "description", "pip", "token_scope", "scope:user", "permissions", "read")
	if got := s.Upload(secret, apptest.Wheel("demo", "1.0", "x")); got.StatusCode != 403 {
		t.Errorf("%s", got.Status)
	}
}

// TestHeldAccount makes no tokens (MFA-7).
func TestHeldAccount(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	alice := s.User("alice").ID
	do(t, s, func(ctx context.Context, tx *change.Tx) error { return tx.Hold(ctx, alice, tx.Now.Add(24*time.Hour)) })
	has(t, b.Get(tokens), 200, "on hold until")
	r, secret := makeToken(t, b, "description", "CI", "token_scope", "scope:user", "permissions", "read")
	if has(t, r, 400, "on hold until"); secret != "" || len(living(t, s, "alice")) != 0 {
		t.Error("a token was made")
	}
}
