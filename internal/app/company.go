package app

import (
	"fmt"
	"os"
	"strings"
	"time"

	"strongroom/internal/account"
	"strongroom/internal/config"
	"strongroom/internal/sso"
)

// company is where people sign in who belong to one, as far as the settings name
// it. Nothing is called: the index starts while the company's sign-in is down.
func company(c config.Config, clock func() time.Time) (out account.Company, err error) {
	if c.OIDC.Issuer != "" {
		if err := provider(c, clock, &out); err != nil {
			return out, fmt.Errorf("oidc: %w", err)
		}
	}
	if c.LDAP.URL != "" {
		if err := directory(c.LDAP, &out); err != nil {
			return out, fmt.Errorf("ldap: %w", err)
		}
	}
	return out, nil
}

func provider(c config.Config, clock func() time.Time, out *account.Company) error {
	o := c.OIDC
	secret, err := secretIn("client_secret_file", o.ClientSecretFile)
	if err != nil {
		return err
	}
	rules, err := companyRules(o.Groups, o.AllowedGroups, *o.CreateAccounts, *o.LinkByEmail)
	if err != nil {
		return err
	}
	settings := sso.OIDC{
		Issuer: o.Issuer, ClientID: o.ClientID, Secret: secret, Redirect: c.URL + "/account/sso/callback", Scopes: o.Scopes,
		Username: o.UsernameClaim, Email: o.EmailClaim, Groups: o.GroupsClaim, Clock: clock,
	}
	out.ProviderRules, out.Name, out.Delegated = rules, o.Name, o.SecondFactor == "delegated"
	if out.Delegated {
		settings.Factors = o.FactorValues
	}
	out.Provider, err = sso.NewProvider(settings)
	return err
}

func directory(l config.LDAP, out *account.Company) error {
	password, err := secretIn("bind_password_file", l.BindPasswordFile)
	if err != nil {
		return err
	}
	if out.DirectoryRules, err = companyRules(l.Groups, l.AllowedGroups, *l.CreateAccounts, *l.LinkByEmail); err != nil {
		return err
	}
	out.DirectoryFirst = l.First == "directory"
	out.Directory, err = sso.NewDirectory(sso.LDAP{
		URL: l.URL, BindDN: l.BindDN, BindPassword: password, UserDN: l.UserDN, Base: l.Base, Filter: l.Filter,
		ID: l.IDAttribute, Username: l.UsernameAttribute, Email: l.EmailAttribute, Name: l.NameAttribute,
		GroupBase: l.GroupBase, GroupFilter: l.GroupFilter, GroupName: l.GroupAttribute,
	})
	return err
}

func companyRules(groups, allowed []string, create, link bool) (account.CompanyRules, error) {
	mapping, err := sso.ParseMapping(groups, allowed)
	if err != nil {
		err = fmt.Errorf("groups: %w", err)
	}
	return account.CompanyRules{Mapping: mapping, Create: create, LinkByEmail: link}, err
}

// secretIn reads a secret from the file that a setting names; "" for none.
func secretIn(setting, path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", setting, err)
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if secret == "" {
		return "", fmt.Errorf("%s: %s is empty", setting, path)
	}
	return secret, nil
}
