package config

import (
	"strings"
	"testing"
)

// everySSO adds the settings of signing in with the company to those of everySetting.
func everySSO(want *Config, values map[string]string) {
	yes, days := true, 30
	want.SSOTokensDays = &days
	want.OIDC = OIDC{
		Issuer: "https://i.example", ClientID: "c", ClientSecretFile: "/s", Name: "n", Scopes: []string{"groups"}, UsernameClaim: "u", EmailClaim: "e", GroupsClaim: "g",
		Groups: []string{"a=administrator", "b=x:Owner"}, AllowedGroups: []string{"a"}, SecondFactor: "delegated", FactorValues: []string{"otp"}, CreateAccounts: &yes, LinkByEmail: &yes,
	}
	want.LDAP = LDAP{
		URL: "ldaps://l.example", BindDN: "cn=x", BindPasswordFile: "/p", UserDN: "uid={username}", Base: "dc=x", Filter: "(cn={username})", IDAttribute: "i",
		UsernameAttribute: "u", EmailAttribute: "e", NameAttribute: "n", GroupBase: "ou=g", GroupFilter: "(m={dn})", GroupAttribute: "ga",
		Groups: []string{"a=administrator"}, AllowedGroups: []string{"a"}, First: "directory", CreateAccounts: &yes, LinkByEmail: &yes,
	}
	for key, value := range map[string]string{
		"sso_tokens_days": "30",
		"oidc.issuer":     `"https://i.example"`, "oidc.client_id": `"c"`, "oidc.client_secret_file": `"/s"`, "oidc.name": `"n"`, "oidc.scopes": `["groups"]`,
		"oidc.username_claim": `"u"`, "oidc.email_claim": `"e"`, "oidc.groups_claim": `"g"`, "oidc.groups": `["a=administrator", "b=x:Owner"]`,
		"oidc.allowed_groups": `["a"]`, "oidc.second_factor": `"delegated"`, "oidc.factor_values": `["otp"]`, "oidc.create_accounts": "true", "oidc.link_by_email": "true",
		"ldap.url": `"ldaps://l.example"`, "ldap.bind_dn": `"cn=x"`, "ldap.bind_password_file": `"/p"`, "ldap.user_dn": `"uid={username}"`, "ldap.base": `"dc=x"`,
		"ldap.filter": `"(cn={username})"`, "ldap.id_attribute": `"i"`, "ldap.username_attribute": `"u"`, "ldap.email_attribute": `"e"`, "ldap.name_attribute": `"n"`,
		"ldap.group_base": `"ou=g"`, "ldap.group_filter": `"(m={dn})"`, "ldap.group_attribute": `"ga"`, "ldap.groups": `["a=administrator"]`, "ldap.allowed_groups": `["a"]`,
		"ldap.first": `"directory"`, "ldap.create_accounts": "true", "ldap.link_by_email": "true",
	} {
		values[key] = value
	}
}

func TestSSODefaults(t *testing.T) {
	c, err := Default().Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if o := c.OIDC; o.SecondFactor != "ours" || !*o.CreateAccounts || *o.LinkByEmail || o.GroupsClaim != "groups" || len(o.Scopes) != 2 || len(o.FactorValues) != 1 {
		t.Errorf("%+v", o)
	}
	if l := c.LDAP; l.First != "local" || !*l.CreateAccounts || *l.LinkByEmail || l.Filter != "(uid={username})" || *c.SSOTokensDays != 0 {
		t.Errorf("%+v", l)
	}
}

func TestSSORefuses(t *testing.T) {
	minus := -1
	for want, spoil := range map[string]func(*Config){
		"oidc.issuer and oidc.client_id": func(c *Config) { c.OIDC.Issuer = "https://i.example" },
		"set both or none":               func(c *Config) { c.OIDC.ClientSecretFile = "/s" },
		`oidc.second_factor: "theirs"`:   func(c *Config) { c.OIDC.SecondFactor = "theirs" },
		`ldap.first: "both"`:             func(c *Config) { c.LDAP.First = "both" },
		"ldap.url is missing":            func(c *Config) { c.LDAP.Base = "dc=x" },
		"oidc.allowed_groups":            func(c *Config) { c.OIDC.AllowedGroups = []string{"a", " "} },
		"sso_tokens_days: -1 days":       func(c *Config) { c.SSOTokensDays = &minus },
	} {
		c := Default()
		spoil(&c)
		if _, err := c.Resolve(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}
