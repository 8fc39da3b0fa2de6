package config

import (
	"fmt"
	"strings"
)

// OIDC is the settings of signing in with an OpenID Connect provider. In the file
// they stand in the table [oidc]. docs/OPERATING.md has examples.
type OIDC struct {
	// Issuer is the provider's address as its metadata write it, to the letter,
	// such as "https://login.example.com/realms/main"; empty for no provider.
	Issuer string `toml:"issuer"`

	// ClientID is the name under which the provider knows this index. The address
	// to register there is URL/account/sso/callback.
	ClientID string `toml:"client_id"`

	// ClientSecretFile is a file that holds the client's secret; empty for a public
	// client, which PKCE alone protects.
	ClientSecretFile string `toml:"client_secret_file"`

	// Name is what the button of the sign-in page calls the provider.
	Name string `toml:"name"`

	// Scopes are what is asked for beside openid.
	Scopes []string `toml:"scopes"`

	// UsernameClaim, EmailClaim and GroupsClaim name claims of the ID token or of
	// userinfo; a name with dots is also tried as a path.
	UsernameClaim string `toml:"username_claim"`
	EmailClaim    string `toml:"email_claim"`
	GroupsClaim   string `toml:"groups_claim"`

	// Groups says what groups mean here: entries "GROUP=administrator" or
	// "GROUP=ORGANIZATION:ROLE" with the role Owner, Manager or Member. What it gives
	// is taken back at the first sign-in without the group.
	Groups []string `toml:"groups"`

	// AllowedGroups are the groups of which one is needed to sign in; empty for
	// everybody the provider knows.
	AllowedGroups []string `toml:"allowed_groups"`

	// SecondFactor is "ours" to ask for the account's own second factor after the
	// provider, or "delegated" to believe the provider where FactorValues say so.
	SecondFactor string `toml:"second_factor"`

	// FactorValues are the values of the claims amr and acr that mean that a second
	// factor was proven.
	FactorValues []string `toml:"factor_values"`

	// CreateAccounts makes an account at the first sign-in of somebody new.
	CreateAccounts *bool `toml:"create_accounts"`

	// LinkByEmail gives an existing account to whoever has its verified address at
	// the provider, if the provider vouches for it (email_verified).
	LinkByEmail *bool `toml:"link_by_email"`
}

// resolve fills in the defaults, which no profile changes.
func (o *OIDC) resolve() {
	setText(&o.Name, false, "", "single sign-on")
	setText(&o.UsernameClaim, false, "", "preferred_username")
	setText(&o.EmailClaim, false, "", "email")
	setText(&o.GroupsClaim, false, "", "groups")
	setText(&o.SecondFactor, false, "", "ours")
	set(&o.CreateAccounts, false, true, true)
	set(&o.LinkByEmail, false, false, false)
	if o.Scopes == nil {
		o.Scopes = []string{"profile", "email"}
	}
	if o.FactorValues == nil {
		o.FactorValues = []string{"mfa"}
	}
}

// checkSSO refuses what the company's sign-in cannot work with. What depends on
// more than one setting is told by package sso at the start.
func (c Config) checkSSO() error {
	if o := c.OIDC; o.Issuer != "" && o.ClientID == "" || o.Issuer == "" && (o.ClientID != "" || o.ClientSecretFile != "") {
		return fmt.Errorf("oidc.issuer and oidc.client_id go together; set both or none")
	}
	if l := c.LDAP; l.URL == "" && (l.Base != "" || l.UserDN != "" || l.BindDN != "") {
		return fmt.Errorf("ldap.url is missing, so the other settings of ldap have no use")
	}
	for key, list := range map[string][]string{"oidc.allowed_groups": c.OIDC.AllowedGroups, "ldap.allowed_groups": c.LDAP.AllowedGroups} {
		for _, group := range list {
			if strings.TrimSpace(group) == "" {
				return fmt.Errorf("%s: a group without a name would let nobody in", key)
			}
		}
	}
	if *c.SSOTokensDays < 0 {
		return fmt.Errorf("sso_tokens_days: %d days; it must not be negative", *c.SSOTokensDays)
	}
	return nil
}
