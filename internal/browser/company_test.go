//go:build slow

package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/internal/config"
	"strongroom/internal/sso/ssotest"
)

// TestCompany signs in at a provider on another site: the page in between passes the content security policy, and the
// cookies come back with the address that the provider sends the browser to, with scripts and without.
func TestCompany(t *testing.T) {
	p := ssotest.NewProvider(t)
	p.Person = map[string]any{"sub": "0001", "preferred_username": "alice", "email": "alice@corp.example", "email_verified": true}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(p.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, func(c *config.Config) {
		c.OIDC = config.OIDC{Issuer: p.URL, ClientID: p.ClientID, ClientSecretFile: secret, Name: "Corp ID"}
		c.LDAP = config.LDAP{URL: "ldap://127.0.0.1:1", Base: "dc=corp,dc=example"}
	})
	for _, scripts := range []string{"with scripts", "without scripts"} {
		b := open(t, s)
		b.withoutScript(scripts == "without scripts")
		b.goTo("/account/login/?next=/manage/account/associations/")
		b.see("Sign in with Corp ID")
		if scripts == "with scripts" {
			b.show("login-company")
		}
		b.press("form[action='/account/sso/login'] button")
		b.see("Who you are at your company")
		if b.path() != "/manage/account/associations/" {
			t.Errorf("%s: the browser is at %s", scripts, b.path())
		}
		b.see("alice")
		if scripts == "with scripts" {
			b.show("associations")
		}
		for _, address := range b.asked() {
			if !strings.HasPrefix(address, b.site) && !strings.HasPrefix(address, p.URL+"/authorize?") && address != "about:blank" && !strings.HasPrefix(address, "data:") {
				t.Errorf("%s: a page asked somebody else: %s", scripts, address)
			}
		}
		if said := b.said(); len(said) > 0 {
			t.Errorf("%s: the console says: %v", scripts, said)
		}
	}
}
