package config

// LDAP is the settings of signing in with a directory's passwords. In the file
// they stand in the table [ldap]. docs/OPERATING.md has examples.
type LDAP struct {
	// URL is the directory: "ldaps://HOST", or "ldap://HOST", where StartTLS is
	// required unless the host is this machine. Empty for no directory.
	URL string `toml:"url"`

	// BindDN is who searches for persons and groups, and BindPasswordFile a file
	// that holds its password.
	BindDN           string `toml:"bind_dn"`
	BindPasswordFile string `toml:"bind_password_file"`

	// UserDN is a template such as "uid={username},ou=people,dc=example,dc=com"; with
	// it nobody needs to search for a person, and Filter is not used.
	UserDN string `toml:"user_dn"`

	// Base is below which persons are searched for.
	Base string `toml:"base"`

	// Filter finds a person. Let it leave out who is disabled where the directory
	// still lets them bind.
	Filter string `toml:"filter"`

	// IDAttribute never changes and names a person for ever: "entryUUID", or
	// "objectGUID" in Active Directory.
	IDAttribute string `toml:"id_attribute"`

	// UsernameAttribute, EmailAttribute and NameAttribute describe the person.
	UsernameAttribute string `toml:"username_attribute"`
	EmailAttribute    string `toml:"email_attribute"`
	NameAttribute     string `toml:"name_attribute"`

	// GroupBase is below which the person's groups are searched for, GroupFilter
	// finds them, and GroupAttribute is their name. Without a base there are none.
	GroupBase      string `toml:"group_base"`
	GroupFilter    string `toml:"group_filter"`
	GroupAttribute string `toml:"group_attribute"`

	// Groups says what groups mean here, as oidc.groups.
	Groups []string `toml:"groups"`

	// AllowedGroups are the groups of which one is needed to sign in; empty for
	// everybody whom Filter finds.
	AllowedGroups []string `toml:"allowed_groups"`

	// First is who is asked about a password first: "local" never tells the
	// directory the passwords of local accounts; "directory" asks it about everybody.
	First string `toml:"first"`

	// CreateAccounts makes an account at the first sign-in of somebody new.
	CreateAccounts *bool `toml:"create_accounts"`

	// LinkByEmail gives an existing account to whoever has its verified address in
	// the directory. Persons must not be able to change that attribute themselves.
	LinkByEmail *bool `toml:"link_by_email"`
}

// resolve fills in the defaults, which no profile changes.
func (l *LDAP) resolve() {
	setText(&l.Filter, false, "", "(uid={username})")
	setText(&l.IDAttribute, false, "", "entryUUID")
	setText(&l.UsernameAttribute, false, "", "uid")
	setText(&l.EmailAttribute, false, "", "mail")
	setText(&l.NameAttribute, false, "", "cn")
	setText(&l.GroupFilter, false, "", "(member={dn})")
	setText(&l.GroupAttribute, false, "", "cn")
	setText(&l.First, false, "", "local")
	set(&l.CreateAccounts, false, true, true)
	set(&l.LinkByEmail, false, false, false)
}
