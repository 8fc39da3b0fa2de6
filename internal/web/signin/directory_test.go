package signin_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/sso/ssotest"
)

const below = "dc=example,dc=com"

// person is an entry of the test's directory.
func person(name, password string, disabled bool) ssotest.Entry {
	return ssotest.Entry{DN: "uid=" + name + ",ou=people," + below, Password: password, Disabled: disabled, Attributes: map[string][]string{
		"uid": {name}, "entryuuid": {"id-" + name}, "mail": {name + "@corp.example"}, "cn": {strings.ToUpper(name)},
	}}
}

// group is one, with the people in it.
func group(name string, people ...string) ssotest.Entry {
	e := ssotest.Entry{DN: "cn=" + name + ",ou=groups," + below, Attributes: map[string][]string{"cn": {name}}}
	for _, p := range people {
		e.Attributes["member"] = append(e.Attributes["member"], "uid="+p+",ou=people,"+below)
	}
	return e
}

func service() ssotest.Entry { return ssotest.Entry{DN: "cn=index," + below, Password: "service"} }

// newDirectoryIndex is an index that asks a directory about passwords.
func newDirectoryIndex(t *testing.T, adjust ...func(*config.Config)) (*company, *ssotest.Directory) {
	t.Helper()
	d := ssotest.NewDirectory(t, false, service(), person("alice", "wonderland", false), person("bob", "builder", true), group("devs", "alice"))
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("service"), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(c *config.Config) {
		c.LDAP = config.LDAP{
			URL: "ldap://" + d.Address, BindDN: "cn=index," + below, BindPasswordFile: secret, Base: "ou=people," + below,
			GroupBase: "ou=groups," + below, Groups: []string{"devs=data:Member", "chiefs=administrator"},
		}
	}
	return &company{Server: apptest.Start(t, append([]func(*config.Config){start}, adjust...)...), t: t}, d
}

// password signs a browser in, or tries to.
func (c *company) password(b *apptest.Browser, name, password string) apptest.Response {
	return b.PostForm("/account/login/", "username", name, "password", password)
}

// TestDirectoryStory: the directory's password makes an account and signs in to it, and groups count at each sign-in.
func TestDirectoryStory(t *testing.T) {
	c, d := newDirectoryIndex(t)
	data := c.organization("data")
	b := c.NewBrowser()
	if r := c.password(b, "alice", "wonderland"); r.StatusCode != http.StatusSeeOther || b.Cookies[middleware.LoginCookie] == "" {
		t.Fatalf("%s\n%s", r.Status, r.Text)
	}
	alice := c.user("alice")
	if alice.PasswordHash != "" || alice.PasswordOff != index.PasswordCompany || alice.Email != "alice@corp.example" || c.role(data, alice) != index.OrganizationMember {
		t.Errorf("%+v, %s", alice, c.role(data, alice))
	}
	d.Set(service(), person("alice", "wonderland", false), group("chiefs", "alice"))
	c.password(c.NewBrowser(), "ALICE", "wonderland")
	if alice = c.user("alice"); !alice.Superuser || c.role(data, alice) != "" {
		t.Errorf("other groups: %+v, %s", alice, c.role(data, alice))
	}
	d.Set(service(), person("alice", "wonderland", true), group("chiefs", "alice"))
	if r := c.password(c.NewBrowser(), "alice", "wonderland"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("disabled: %s", r.Status)
	}
	dump := c.Run("admin", "user", "list", "--json")
	if strings.Contains(dump, "wonderland") {
		t.Error("the password is kept")
	}
}

// TestWrongPasswordsAreAlike, wherever they were looked up (P31).
func TestWrongPasswordsAreAlike(t *testing.T) {
	c, _ := newDirectoryIndex(t)
	c.password(c.NewBrowser(), "alice", "wonderland")
	pages := map[string]bool{}
	for _, row := range [][2]string{{"alice", "x"}, {"bob", "builder"}, {"nobody", "x"}, {"admin", "x"}, {"*", "wonderland"}, {"alice", ""}} {
		b := c.NewBrowser()
		r := c.password(b, row[0], row[1])
		if r.StatusCode != http.StatusBadRequest || b.Cookies[middleware.LoginCookie] != "" {
			t.Errorf("%q: %s", row, r.Status)
		}
		pages[strings.ReplaceAll(r.Text, `value="`+row[0]+`"`, "")] = true
	}
	if len(pages) != 1 {
		t.Errorf("%d different pages", len(pages))
	}
}

// TestWhoIsAskedFirst: the directory hears no password of a local account unless the settings say so.
func TestWhoIsAskedFirst(t *testing.T) {
	for _, first := range []string{"local", "directory"} {
		c, d := newDirectoryIndex(t, func(c *config.Config) { c.LDAP.First = first })
		c.local("carol", "correct horse battery")
		if asked := len(d.Heard()) > 0; asked != (first == "directory") {
			t.Errorf("%s first: asked %v", first, asked)
		}
		c.local("alice", "another horse battery") // somebody else than the directory's
		b := c.NewBrowser()
		r := c.password(b, "alice", "wonderland")
		if in := r.StatusCode == http.StatusSeeOther; in != (first == "directory") {
			t.Errorf("%s first: the directory's password for a local name: %s", first, r.Status)
		}
		if first == "directory" && !strings.Contains(b.Get("/manage/account/").Text, "alice-2") {
			t.Error("the directory's alice got the local one's account")
		}
	}
}

// TestADirectoryThatIsDown keeps out its own people only.
func TestADirectoryThatIsDown(t *testing.T) {
	for _, first := range []string{"local", "directory"} {
		c, d := newDirectoryIndex(t, func(c *config.Config) { c.LDAP.First = first })
		d.Set()
		c.local("carol", "correct horse battery")
		if r := c.password(c.NewBrowser(), "alice", "wonderland"); r.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s first: %s", first, r.Status)
		}
	}
}

// TestLinkWithTheDirectory: from then on the directory's password counts and the account's own does not.
func TestLinkWithTheDirectory(t *testing.T) {
	c, _ := newDirectoryIndex(t)
	carol, b := c.local("carol", "correct horse battery")
	form := []string{"username", "alice", "password"}
	if r := b.PostForm("/manage/account/associations/directory", append(form, "wrong")...); r.StatusCode != http.StatusBadRequest || !strings.Contains(r.Text, `value="alice"`) {
		t.Errorf("a wrong password: %s", r.Status)
	}
	if r := b.PostForm("/manage/account/associations/directory", append(form, "wonderland")...); r.To() != "/manage/account/associations/" {
		t.Fatalf("%s\n%s", r.Status, r.Text)
	}
	if r := c.password(c.NewBrowser(), "carol", "correct horse battery"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("the account's own password: %s", r.Status)
	}
	other := c.NewBrowser()
	if r := c.password(other, "alice", "wonderland"); r.StatusCode != http.StatusSeeOther || !strings.Contains(other.Get("/manage/account/").Text, "carol@example.com") {
		t.Errorf("the directory's: %s", r.Status)
	}
	if u := c.user("carol"); u.ID != carol.ID || u.PasswordOff != index.PasswordCompany {
		t.Errorf("%+v", u)
	}
}

// TestProveAgainByTheDirectory (MFA-10).
func TestProveAgainByTheDirectory(t *testing.T) {
	c, _ := newDirectoryIndex(t)
	b := c.NewBrowser()
	c.password(b, "alice", "wonderland")
	c.SetClock(time.Hour)
	if page := b.Get("/account/reauthenticate/"); !strings.Contains(page.Text, `name="password"`) {
		t.Errorf("%s\n%s", page.Status, page.Text)
	}
	if r := b.PostForm("/account/reauthenticate/", "password", "x"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("a wrong password: %s", r.Status)
	}
	if r := b.PostForm("/account/reauthenticate/", "password", "wonderland", "next", "/manage/account/totp-provision"); r.To() != "/manage/account/totp-provision" {
		t.Errorf("%s\n%s", r.Status, r.Text)
	}
	if r := b.Get("/manage/account/totp-provision"); r.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %s", r.Status)
	}
}

// TestBrokenSettings stop the start with a sentence.
func TestBrokenSettings(t *testing.T) {
	c := config.Default()
	c.LDAP.URL, c.LDAP.Base, c.LDAP.Groups = "ldap://127.0.0.1", below, []string{"devs=owner"}
	if err := apptest.StartError(t, c); err == nil || !strings.Contains(err.Error(), `ldap: groups: "devs=owner"`) {
		t.Error(err)
	}
	c = config.Default()
	c.OIDC.Issuer, c.OIDC.ClientID, c.OIDC.ClientSecretFile = "https://login.example.com", "x", "/nowhere/secret"
	if err := apptest.StartError(t, c); err == nil || !strings.Contains(err.Error(), "oidc: client_secret_file: open /nowhere/secret") {
		t.Error(err)
	}
	c.OIDC.ClientSecretFile, c.OIDC.Issuer = "", "http://login.example.com"
	if err := apptest.StartError(t, c); err == nil || !strings.Contains(err.Error(), "is not https") {
		t.Error(err)
	}
}
