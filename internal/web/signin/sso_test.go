package signin_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/password"
	"strongroom/internal/sso/ssotest"
)

// company is an index whose people sign in at a provider.
type company struct {
	*apptest.Server
	corp *ssotest.Provider
	t    *testing.T
}

func newCompany(t *testing.T, adjust ...func(*config.Config)) *company {
	t.Helper()
	p := ssotest.NewProvider(t)
	p.Person = map[string]any{"sub": "0001", "preferred_username": "alice@corp.example", "email": "alice@corp.example", "email_verified": true, "name": "Alice"}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(p.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(c *config.Config) {
		c.OIDC = config.OIDC{
			Issuer: p.URL, ClientID: p.ClientID, ClientSecretFile: secret, Name: "Corp ID",
			Groups: []string{"pythonistas=data:Manager", "everybody=data:Member", "root=administrator"},
		}
	}
	s := apptest.Start(t, append([]func(*config.Config){start}, adjust...)...)
	c := &company{s, p, t}
	p.Clock = func() time.Time { return s.App.Clock() }
	return c
}

// organization makes one.
func (c *company) organization(name string) (id int64) {
	c.t.Helper()
	err := c.Recorder.Do(context.Background(), index.Actor{Kind: "test"}, func(tx *change.Tx) (err error) {
		id, err = tx.InsertOrganization(context.Background(), index.Organization{UID: access.NewUID(), Name: name, CreatedAt: tx.Now})
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return id
}

// depart presses a button that leads to the provider, and returns where that
// sends the browser back to.
func (c *company) depart(b *apptest.Browser, path string, fields ...string) *url.URL {
	c.t.Helper()
	r := b.PostForm(path, fields...)
	to, found := strings.CutPrefix(r.Header.Get("Refresh"), "0; url=")
	if r.StatusCode != http.StatusOK || !found {
		c.t.Fatalf("%s: %s %q\n%s", path, r.Status, r.Header.Get("Refresh"), r.Text)
	}
	return c.corp.Visit(c.t, to)
}

// arrive opens the address that the provider sends the browser to.
func (c *company) arrive(b *apptest.Browser, back *url.URL) apptest.Response {
	c.t.Helper()
	if got := back.Scheme + "://" + back.Host; got != c.URL || back.Path != "/account/sso/callback" {
		c.t.Fatalf("the provider sends the browser to %s", back)
	}
	return b.Do(http.MethodGet, back.RequestURI(), "", "", "Accept", "text/html", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate")
}

func (c *company) signIn(b *apptest.Browser) apptest.Response {
	c.t.Helper()
	return c.arrive(b, c.depart(b, "/account/sso/login", "next", "/manage/account/"))
}

func (c *company) user(name string) index.User {
	c.t.Helper()
	u, found, err := c.DB.UserByName(context.Background(), name)
	if err != nil || !found {
		c.t.Fatalf("user %s: %v, %v", name, found, err)
	}
	return u
}

func (c *company) role(organization int64, u index.User) index.RoleName {
	c.t.Helper()
	role, err := c.DB.OrganizationRole(context.Background(), organization, u.ID)
	if err != nil {
		c.t.Fatal(err)
	}
	return role
}

// TestCompanyStory: the first sign-in makes the account, and groups give and take roles at each one.
func TestCompanyStory(t *testing.T) {
	for name, database := range apptest.Databases(t) {
		t.Run(name, func(t *testing.T) {
			companyStory(t, newCompany(t, func(c *config.Config) { c.Database = database(t) }))
		})
	}
}

func companyStory(t *testing.T, c *company) {
	data := c.organization("Data")
	b := c.NewBrowser()
	if page := b.Get("/account/login/"); !strings.Contains(page.Text, "Sign in with Corp ID") {
		t.Fatalf("no button:\n%s", page.Text)
	}
	c.corp.Person["groups"] = []string{"pythonistas", "everybody", "root"}
	if r := c.signIn(b); r.StatusCode != http.StatusSeeOther || r.To() != "/manage/account/" {
		t.Fatalf("%s %s\n%s", r.Status, r.To(), r.Text)
	}
	if page := b.Get("/manage/account/"); page.StatusCode != http.StatusOK || !strings.Contains(page.Text, "belongs to your company") || !strings.Contains(page.Text, "alice@corp.example") {
		t.Errorf("the account's page: %s\n%s", page.Status, page.Text)
	}
	alice := c.user("alice")
	if alice.PasswordHash != "" || alice.PasswordOff != index.PasswordCompany || !alice.Superuser || alice.Name != "Alice" || c.role(data, alice) != index.OrganizationManager {
		t.Errorf("%+v, %s", alice, c.role(data, alice))
	}
	c.corp.Person["groups"], c.corp.Person["preferred_username"] = []string{"everybody"}, "renamed"
	if r := c.signIn(c.NewBrowser()); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("again: %s\n%s", r.Status, r.Text)
	}
	if alice = c.user("alice"); alice.Superuser || c.role(data, alice) != index.OrganizationMember {
		t.Errorf("with fewer groups: administrator %v, %s", alice.Superuser, c.role(data, alice))
	}
	delete(c.corp.Person, "groups")
	c.signIn(c.NewBrowser())
	if role := c.role(data, alice); role != "" {
		t.Errorf("without groups: %s", role)
	}
}

// on runs a change as the test.
func (c *company) on(fn func(tx *change.Tx) error) {
	c.t.Helper()
	if err := c.Recorder.Do(context.Background(), index.Actor{Kind: "test"}, fn); err != nil {
		c.t.Fatal(err)
	}
}

// local makes an account of this index with a password, and a browser that signed
// in to it.
func (c *company) local(name, secret string) (index.User, *apptest.Browser) {
	c.t.Helper()
	u := c.User(name)
	c.on(func(tx *change.Tx) error {
		return tx.SetPassword(context.Background(), u.ID, password.Hash(secret), tx.Now)
	})
	b := c.NewBrowser()
	if r := b.PostForm("/account/login/", "username", name, "password", secret); r.StatusCode != http.StatusSeeOther {
		c.t.Fatalf("sign in: %s\n%s", r.Status, r.Text)
	}
	return c.user(name), b
}

// refused fails unless nobody was signed in, with a page that says why.
func (c *company) refused(b *apptest.Browser, r apptest.Response, sentence string) {
	c.t.Helper()
	if r.StatusCode != http.StatusBadRequest || !strings.Contains(html.UnescapeString(r.Text), sentence) {
		c.t.Errorf("%s, want %q\n%s", r.Status, sentence, r.Text)
	}
	if b.Cookies[middleware.LoginCookie] != "" {
		c.t.Error("somebody is signed in")
	}
}

// TestCallbackIsBound: only the browser that began comes back, once, with the state of its own sign-in, and soon.
func TestCallbackIsBound(t *testing.T) {
	c := newCompany(t)
	ended := "Please begin again"
	back := c.depart(c.NewBrowser(), "/account/sso/login")
	for name, b := range map[string]*apptest.Browser{"no browser that began": c.NewBrowser(), "another that began": c.NewBrowser()} {
		if name != "no browser that began" {
			c.depart(b, "/account/sso/login")
		}
		c.refused(b, c.arrive(b, back), ended)
	}

	b := c.NewBrowser()
	back = c.depart(b, "/account/sso/login")
	forged := *back
	forged.RawQuery = "state=forged&code=" + back.Query().Get("code")
	c.refused(b, c.arrive(b, &forged), ended)
	cookie := b.Cookies["__Host-strongroom-sso"]
	if r := c.arrive(b, back); r.StatusCode != http.StatusSeeOther {
		t.Errorf("a forged address in between did harm: %s\n%s", r.Status, r.Text)
	}
	thief := c.NewBrowser()
	thief.Cookies["__Host-strongroom-sso"] = cookie
	c.refused(thief, c.arrive(thief, back), ended)

	late := c.NewBrowser()
	back = c.depart(late, "/account/sso/login")
	c.SetClock(account.SSOTime + time.Second)
	c.refused(late, c.arrive(late, back), ended)
	for _, query := range []string{"", "?state=", "?code=x", "?state=%00", "?state=x&state=y", "?error=access_denied"} {
		if r := c.NewBrowser().Get("/account/sso/callback" + query); r.StatusCode != http.StatusBadRequest {
			t.Errorf("callback%s: %s", query, r.Status)
		}
	}
}

// TestBeginIsAForm of this site: other sites cannot begin, nor GET.
func TestBeginIsAForm(t *testing.T) {
	c := newCompany(t)
	b := c.NewBrowser()
	r := b.Do(http.MethodPost, "/account/sso/login", "application/x-www-form-urlencoded", "", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	if r.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %s", r.Status)
	}
	if r := b.Get("/account/sso/login"); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("by GET: %s", r.Status)
	}
	back := c.depart(b, "/account/sso/login", "next", "//evil.example/")
	if r := c.arrive(b, back); r.Header.Get("Location") != "/manage/projects/" {
		t.Errorf("goes on to %q", r.Header.Get("Location"))
	}
	page := c.NewBrowser().PostForm("/account/sso/login")
	if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self'") || page.Header.Get("Referrer-Policy") != "no-referrer" || page.Header.Get("Cache-Control") == "" {
		t.Errorf("the page in between: %q, %q", csp, page.Header.Get("Referrer-Policy"))
	}
	plain := apptest.Start(t)
	if r := plain.NewBrowser().PostForm("/account/sso/login"); r.StatusCode != http.StatusNotFound {
		t.Errorf("an index without a provider: %s", r.Status)
	}
	if r := plain.NewBrowser().Get("/account/sso/callback?state=x"); r.StatusCode != http.StatusNotFound {
		t.Errorf("its callback: %s", r.Status)
	}
}

// TestTheProviderSaysNo, or is down, or lies: the page says so and nobody is signed in.
func TestTheProviderSaysNo(t *testing.T) {
	c := newCompany(t)
	b := c.NewBrowser()
	c.corp.Answer = func(q url.Values) {
		q.Set("error", "access_denied")
		q.Set("error_description", "<script>alert(1)</script>")
	}
	r := c.signIn(b)
	c.refused(b, r, "access_denied")
	if strings.Contains(r.Text, "<script>alert") {
		t.Error("what the address says is written into the page")
	}
	c.corp.Answer, c.corp.Claims = nil, func(claims map[string]any) { claims["aud"] = "somebody-else" }
	c.refused(b, c.signIn(b), "could not be trusted")
	c.corp.Claims, c.corp.Token = nil, func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusBadGateway); return true }
	if r := c.signIn(b); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("down: %s", r.Status)
	}
}

// TestAccountsOfTheCompany have no other way in: no password, no reset, no end of the association.
func TestAccountsOfTheCompany(t *testing.T) {
	c := newCompany(t)
	b := c.NewBrowser()
	c.signIn(b)
	if r := b.PostForm("/manage/account/", "new_password", "correct horse battery", "password_confirm", "correct horse battery"); r.StatusCode != http.StatusBadRequest || c.user("alice").PasswordHash != "" {
		t.Errorf("a password: %s", r.Status)
	}
	if r := c.NewBrowser().PostForm("/account/request-password-reset/", "username_or_email", "alice@corp.example"); r.StatusCode >= 400 {
		t.Errorf("a reset: %s", r.Status)
	}
	page := b.Get("/manage/account/associations/")
	if page.StatusCode != http.StatusOK || !strings.Contains(page.Text, "alice</strong>") || strings.Contains(page.Text, "/associations/unlink") || strings.Contains(page.Text, "Link with") {
		t.Errorf("%s\n%s", page.Status, page.Text)
	}
	if r := b.PostForm("/manage/account/associations/unlink", "issuer", c.corp.URL, "subject", "0001"); r.StatusCode != http.StatusForbidden {
		t.Errorf("unlink: %s", r.Status)
	}
	alice := c.user("alice")
	c.on(func(tx *change.Tx) error {
		return tx.SetPassword(context.Background(), alice.ID, password.Hash("correct horse battery"), tx.Now)
	})
	c.on(func(tx *change.Tx) error {
		return tx.TurnPasswordOff(context.Background(), alice.ID, index.PasswordCompany)
	})
	if r := c.NewBrowser().PostForm("/account/login/", "username", "alice", "password", "correct horse battery"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("a password that was set signs in: %s", r.Status)
	}
}

// TestNamesAreNobodysProof: a person whose name or address an account has gets another account, or none.
func TestNamesAreNobodysProof(t *testing.T) {
	c := newCompany(t)
	before := c.User("alice")
	c.signIn(c.NewBrowser())
	if u := c.user("alice-2"); u.ID == before.ID || u.Email != "alice@corp.example" {
		t.Errorf("%+v", u)
	}
	c.User("bob") // with the verified address bob@example.com
	c.corp.Person = map[string]any{"sub": "0002", "preferred_username": "bob", "email": "bob@example.com", "email_verified": true}
	b := c.NewBrowser()
	c.refused(b, c.signIn(b), "An account here has your address bob@example.com")
	c.corp.Person["email_verified"] = false
	c.signIn(b)
	if u := c.user("bob-2"); u.Email != "" {
		t.Errorf("an address that the provider does not vouch for: %+v", u)
	}
	c.corp.Person = map[string]any{"sub": "0003", "preferred_username": "zoe", "email": "zoe@-.example", "email_verified": true}
	c.signIn(c.NewBrowser())
	if u := c.user("zoe"); u.Email != "" {
		t.Errorf("an address that no mail can be sent to: %+v", u)
	}
}

// TestLinkByEmail gives an account to whom both sides vouch for, if the settings say so, and never an administrator's.
func TestLinkByEmail(t *testing.T) {
	yes := true
	c := newCompany(t, func(c *config.Config) { c.OIDC.LinkByEmail = &yes })
	bob, _ := c.local("bob", "correct horse battery")
	c.corp.Person = map[string]any{"sub": "0002", "preferred_username": "robert", "email": "BOB@example.com", "email_verified": "true"}
	if r := c.signIn(c.NewBrowser()); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s\n%s", r.Status, r.Text)
	}
	if u := c.user("bob"); u.ID != bob.ID || u.PasswordOff != index.PasswordCompany {
		t.Errorf("%+v", u)
	}
	if r := c.NewBrowser().PostForm("/account/login/", "username", "bob", "password", "correct horse battery"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("the password that it had: %s", r.Status)
	}
	b := c.NewBrowser()
	c.corp.Person["sub"] = "0003" // the address was given to somebody else
	c.refused(b, c.signIn(b), "belongs to somebody else at your company")
	c.corp.Person["sub"], c.corp.Person["email"] = "0004", "admin@example.com"
	c.refused(b, c.signIn(b), "an administrator's")
}

// TestLinkByHand: who signed in and proves to be a person at the company can link both, and end it.
func TestLinkByHand(t *testing.T) {
	c := newCompany(t)
	data := c.organization("data")
	_, b := c.local("bob", "correct horse battery")
	c.corp.Person["groups"] = []string{"everybody"}
	if r := c.arrive(b, c.depart(b, "/manage/account/associations/link")); r.To() != "/manage/account/associations/" {
		t.Fatalf("%s %s\n%s", r.Status, r.To(), r.Text)
	}
	bob := c.user("bob")
	if c.role(data, bob) != index.OrganizationMember || bob.PasswordOff != "" {
		t.Errorf("%+v, %s", bob, c.role(data, bob))
	}
	other := c.NewBrowser()
	c.signIn(other)
	if page := other.Get("/manage/account/"); !strings.Contains(page.Text, "bob@example.com") {
		t.Error("the link does not sign in")
	}
	_, eve := c.local("eve", "another horse battery")
	if r := c.arrive(eve, c.depart(eve, "/manage/account/associations/link")); r.StatusCode != http.StatusForbidden || !strings.Contains(r.Text, "belongs to another account") {
		t.Errorf("somebody else's: %s\n%s", r.Status, r.Text)
	}
	back := c.depart(eve, "/manage/account/associations/link")
	eve.PostForm("/account/logout/")
	c.refused(eve, c.arrive(eve, back), "Please begin again")
	if r := b.PostForm("/manage/account/associations/unlink", "issuer", c.corp.URL, "subject", "0001"); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("unlink: %s\n%s", r.Status, r.Text)
	}
	if role := c.role(data, bob); role != "" {
		t.Errorf("what the groups gave stays: %s", role)
	}
}

// TestHandsAndGroups: what a person gave, groups do not take.
func TestHandsAndGroups(t *testing.T) {
	c := newCompany(t)
	data := c.organization("data")
	c.signIn(c.NewBrowser())
	alice := c.user("alice")
	ctx := context.Background()
	c.on(func(tx *change.Tx) error {
		_, err := tx.GiveRole(ctx, data, alice.ID, index.OrganizationOwner, "", tx.Now)
		return err
	})
	c.corp.Person["groups"] = []string{"everybody"}
	c.signIn(c.NewBrowser())
	delete(c.corp.Person, "groups")
	c.signIn(c.NewBrowser())
	if role := c.role(data, alice); role != index.OrganizationOwner {
		t.Errorf("%q", role)
	}
}

// TestAllowedGroups: who left the group is out at the next sign-in, with all browsers.
func TestAllowedGroups(t *testing.T) {
	c := newCompany(t, func(c *config.Config) { c.OIDC.AllowedGroups = []string{"everybody"} })
	data := c.organization("data")
	b := c.NewBrowser()
	c.refused(b, c.signIn(b), "in none of the groups")
	c.corp.Person["groups"] = []string{"everybody"}
	c.signIn(b)
	alice := c.user("alice")
	c.corp.Person["groups"] = []string{"former"}
	again := c.NewBrowser()
	c.refused(again, c.signIn(again), "in none of the groups")
	if r := b.Get("/manage/account/"); r.To() != "/account/login/" || c.role(data, alice) != "" {
		t.Errorf("the browser that was signed in: %s %s; role %q", r.Status, r.To(), c.role(data, alice))
	}
}

// TestNoAccountsAreMade where the settings say so.
func TestNoAccountsAreMade(t *testing.T) {
	no := false
	c := newCompany(t, func(c *config.Config) { c.OIDC.CreateAccounts = &no })
	b := c.NewBrowser()
	c.refused(b, c.signIn(b), "No account here belongs to you yet")
}

// TestFrozenAndClosed: nobody signs in to a frozen account; a closed one is nobody's any more.
func TestFrozenAndClosed(t *testing.T) {
	c := newCompany(t)
	c.signIn(c.NewBrowser())
	frozen := index.Standing{{Kind: index.Frozen, Since: time.Now()}}
	c.on(func(tx *change.Tx) error {
		return tx.SetStanding(context.Background(), index.OnUser, c.user("alice").ID, frozen)
	})
	b := c.NewBrowser()
	c.refused(b, c.signIn(b), "is frozen or closed")
}

// TestSecondFactor: MFA-13, for browsers and for their tokens.
func TestSecondFactor(t *testing.T) {
	for _, row := range []struct {
		setting string
		amr     []string
		lets    bool
	}{
		{"delegated", []string{"pwd", "mfa"}, true},
		{"delegated", []string{"pwd"}, false},
		{"ours", []string{"pwd", "mfa"}, false},
	} {
		c := newCompany(t, func(c *config.Config) { c.OIDC.SecondFactor, c.Require2FA = row.setting, "all" })
		c.corp.Person["amr"] = row.amr
		b := c.NewBrowser()
		c.signIn(b)
		const setUp = "/manage/account/two-factor/"
		if r := b.PostForm("/manage/account/token/"); (r.To() != setUp) != row.lets {
			t.Errorf("%s, %v: making a token: %s %s", row.setting, row.amr, r.Status, r.To())
		}
		token := c.NewToken(access.Grant{User: c.user("alice")})
		if r := c.Upload(token, apptest.Wheel("demo", "1.0", "x")); (r.StatusCode == http.StatusOK) != row.lets {
			t.Errorf("%s, %v: upload: %s", row.setting, row.amr, r.Status)
		}
		if !row.lets {
			continue
		}
		c.corp.Person["amr"] = []string{"pwd"}
		weak := c.NewBrowser()
		c.signIn(weak)
		if r := weak.PostForm("/manage/account/token/"); r.To() != setUp {
			t.Error("a browser profits from the factor of another")
		}
		if r := c.Upload(token, apptest.Wheel("demo", "2.0", "x")); r.StatusCode == http.StatusOK {
			t.Error("a token outlives the factor of the last sign-in")
		}
	}
}

// TestOurSecondFactor is asked for after the company's sign-in.
func TestOurSecondFactor(t *testing.T) {
	c := newCompany(t)
	c.signIn(c.NewBrowser())
	alice := c.user("alice")
	c.on(func(tx *change.Tx) error {
		_, err := tx.InsertFactor(context.Background(), index.Factor{UserID: alice.ID, Kind: index.FactorTOTP, Label: "phone", Secret: []byte("x"), CreatedAt: tx.Now})
		return err
	})
	b := c.NewBrowser()
	if r := c.signIn(b); r.To() != "/account/two-factor/" || b.Cookies[middleware.LoginCookie] != "" {
		t.Errorf("%s %s", r.Status, r.To())
	}
}

// TestProveAgain at the provider (MFA-10).
func TestProveAgain(t *testing.T) {
	c := newCompany(t)
	b := c.NewBrowser()
	c.signIn(b)
	c.SetClock(time.Hour)
	if r := b.Get("/manage/account/totp-provision"); r.To() != "/account/reauthenticate/" {
		t.Fatalf("%s %s", r.Status, r.To())
	}
	page := b.Get("/account/reauthenticate/?next=/manage/account/token/")
	if !strings.Contains(page.Text, "Go on with Corp ID") || strings.Contains(page.Text, `name="password"`) {
		t.Errorf("%s", page.Text)
	}
	c.corp.Claims = func(claims map[string]any) { claims["auth_time"] = c.App.Clock().Add(-time.Hour).Unix() }
	if r := c.arrive(b, c.depart(b, "/account/sso/prove", "next", "/manage/account/token/")); r.StatusCode != http.StatusForbidden || !strings.Contains(r.Text, "sign out here and in again") {
		t.Errorf("a provider that asked nothing: %s %s", r.Status, r.To())
	}
	c.corp.Claims = nil
	old := b.Cookies[middleware.LoginCookie]
	if r := c.arrive(b, c.depart(b, "/account/sso/prove", "next", "/manage/account/token/")); r.To() != "/manage/account/token/" || b.Cookies[middleware.LoginCookie] == old {
		t.Errorf("%s %s\n%s", r.Status, r.To(), r.Text)
	}
	if r := b.Get("/manage/account/totp-provision"); r.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %s %s", r.Status, r.To())
	}
	c.corp.Person["sub"] = "0009"
	if r := c.arrive(b, c.depart(b, "/account/sso/prove")); r.StatusCode != http.StatusBadRequest || !strings.Contains(r.Text, "as somebody else") {
		t.Errorf("somebody else proves it: %s", r.Status)
	}
}

// TestTokensOfWhoLeft: sso_tokens_days.
func TestTokensOfWhoLeft(t *testing.T) {
	days := 30
	c := newCompany(t, func(c *config.Config) { c.SSOTokensDays = &days })
	c.signIn(c.NewBrowser())
	token := c.NewToken(access.Grant{User: c.user("alice")})
	for _, row := range []struct {
		day  int
		want int
	}{{29, http.StatusOK}, {31, http.StatusForbidden}} {
		c.SetClock(time.Duration(row.day) * 24 * time.Hour)
		if r := c.Upload(token, apptest.Wheel("demo", "1."+strings.Repeat("1", row.day), "x")); r.StatusCode != row.want {
			t.Errorf("after %d days: %s", row.day, r.Status)
		}
	}
	c.SetClock(40 * 24 * time.Hour)
	c.MustUpload(apptest.Wheel("other", "1.0", "x")) // with the token of an account of this index
	c.signIn(c.NewBrowser())
	if r := c.Upload(token, apptest.Wheel("demo", "3.0", "x")); r.StatusCode != http.StatusOK {
		t.Errorf("after signing in again: %s", r.Status)
	}
}

// TestTwoFirstSignInsAtOnce make one account, and everybody is let in: who comes second is the same person.
func TestTwoFirstSignInsAtOnce(t *testing.T) {
	for name, database := range apptest.Databases(t) {
		t.Run(name+"/provider", func(t *testing.T) {
			c := newCompany(t, func(c *config.Config) { c.Database = database(t) })
			var backs [8]*url.URL
			c.firstAtOnce(len(backs),
				func(i int, b *apptest.Browser) { backs[i] = c.depart(b, "/account/sso/login") },
				func(i int, b *apptest.Browser) apptest.Response { return c.arrive(b, backs[i]) })
		})
		t.Run(name+"/directory", func(t *testing.T) {
			c, _ := newDirectoryIndex(t, func(c *config.Config) { c.Database = database(t) })
			c.firstAtOnce(8,
				func(_ int, b *apptest.Browser) { b.Get("/account/login/") },
				func(_ int, b *apptest.Browser) apptest.Response { return c.password(b, "alice", "wonderland") })
		})
	}
}

// firstAtOnce lets n browsers of alice begin one after the other and arrive together.
func (c *company) firstAtOnce(n int, begin func(int, *apptest.Browser), arrive func(int, *apptest.Browser) apptest.Response) {
	c.t.Helper()
	browsers := make([]*apptest.Browser, n)
	for i := range browsers {
		browsers[i] = c.NewBrowser()
		begin(i, browsers[i])
	}
	in := atOnce(n, func(i int) bool {
		r := arrive(i, browsers[i])
		if r.StatusCode != http.StatusSeeOther {
			c.t.Errorf("%s\n%s", r.Status, r.Text)
		}
		return browsers[i].Cookies[middleware.LoginCookie] != ""
	})
	if in != n {
		c.t.Errorf("%d of %d are signed in", in, n)
	}
	c.user("alice")
	if _, found, _ := c.DB.UserByName(context.Background(), "alice-2"); found {
		c.t.Error("two accounts of one person")
	}
}
