// Package config is every setting of Strongroom. A setting comes from the TOML
// file or from the environment (STRONGROOM_ and the key in capitals, dots as
// underscores), which wins. Unknown keys are refused with the nearest known
// one.
package config

// Config is the settings. The zero value of a field means "the profile's
// default"; Resolve fills it in. The tag toml is the key.
type Config struct {
	// Profile chooses the defaults of everything else: "private" for a
	// company's or a person's index, "public" where anyone may register.
	Profile string `toml:"profile"`

	// Data is the folder that holds the embedded database, the blobs, the
	// keys and the sockets. One process owns it.
	Data string `toml:"data"`

	// Listen is the address the index answers on.
	Listen string `toml:"listen"`

	// URL is the public address of the site, such as
	// "https://pypi.example.com". Links in the JSON API and in messages begin
	// with it; the Host header is never believed. Default: http(s)://Listen.
	URL string `toml:"url"`

	// TrustedProxies are the networks whose X-Forwarded-For counts, as CIDRs.
	TrustedProxies []string `toml:"trusted_proxies"`

	// CountryHeader is the header in which a trusted proxy says from which country
	// a client comes, such as "CF-IPCountry"; mails about deletions and the like
	// then say so. Empty: nobody knows.
	CountryHeader string `toml:"country_header"`

	// TLSCert and TLSKey are PEM files; with both set the index speaks https.
	TLSCert string `toml:"tls_cert"`
	TLSKey  string `toml:"tls_key"`

	// Metrics is the address Prometheus metrics are served on, apart from the
	// index; empty for none. Do not expose it.
	Metrics string `toml:"metrics"`

	// SecurityContact is where faults of this index are reported, told in
	// /.well-known/security.txt: mail addresses or URIs with spaces between them.
	SecurityContact string `toml:"security_contact"`

	// Database is "postgres://…" for several nodes; empty for the embedded
	// SQLite file in the data folder.
	Database string `toml:"database"`

	// Storage is the folder for blobs; empty for the one in the data folder.
	Storage string `toml:"storage"`

	// LogRequests writes one JSON record a request to standard error.
	LogRequests *bool `toml:"log_requests"`

	// PageMemory is how many bytes of rendered pages are remembered.
	PageMemory int `toml:"page_memory"`

	// DeletedSimple is the Simple page of a project its owner deleted: "404"
	// lets installers fall through to another index, "empty" does not.
	DeletedSimple string `toml:"deleted_simple"`

	// DeletedFiles is the address of a file that its owner deleted: "410" says so,
	// "keep" still serves it to who pinned it, as PyPI does. What administrators
	// withdrew is never served.
	DeletedFiles string `toml:"deleted_files"`

	// ShowTombstones lists deleted releases, greyed, in a project's history.
	ShowTombstones *bool `toml:"show_tombstones"`

	// ArchivedInSearch is what a search does with archived projects: "hide",
	// "rank-down" or "show". Whoever types the exact name finds one in any case.
	ArchivedInSearch string `toml:"archived_in_search"`

	// AppealURL is where the owners of something that was removed can object: an
	// https or mailto address, linked from its page. Default: the first contact of
	// security_contact.
	AppealURL string `toml:"appeal_url"`

	// PlatformTags is which wheels are taken: "pypi", "pypi+linux" or "any".
	PlatformTags string `toml:"platform_tags"`

	// LocalVersions takes versions such as 1.0+cu128.
	LocalVersions *bool `toml:"local_versions"`

	// FileLimit and ProjectLimit are in bytes; administrators raise them for
	// single projects.
	FileLimit    int64 `toml:"file_limit"`
	ProjectLimit int64 `toml:"project_limit"`

	// ReleaseMaxAgeDays closes releases to new files; 0 never does.
	ReleaseMaxAgeDays *int `toml:"release_max_age_days"`

	// LookAlikes says what happens to a new name that looks like an existing
	// one: "refuse" or "warn".
	LookAlikes string `toml:"look_alikes"`

	// NewProjectsPerHour bounds how many projects a user creates; 0 does not.
	NewProjectsPerHour *int `toml:"new_projects_per_hour"`

	// Read is who may read the index: "anyone", or with "login" only who signs in
	// with a browser or an API token. Private projects need a role in any case.
	Read string `toml:"read"`

	// NewProjects is who may read a project that its first upload makes: "public",
	// whoever may read the index, or "private", only who has a role in it.
	NewProjects string `toml:"new_projects"`

	// Registration is "open" where anyone may make an account, or "invitation".
	Registration string `toml:"registration"`

	// Organizations is who may make organizations: "open" for whoever signed in,
	// or "administrators".
	Organizations string `toml:"organizations"`

	// VerifiedEmail asks for a verified primary address before anybody uploads
	// or manages; addresses given on the command line count as verified.
	VerifiedEmail *bool `toml:"verified_email"`

	// Require2FA says who must have a second factor to manage and upload: "none",
	// "owners" of something, "managers" (who has any role but Reader) or "all".
	Require2FA string `toml:"require_2fa"`

	// Require2FAFrom is the day, such as "2027-01-31", from whose beginning (UTC)
	// require_2fa holds. Until then whoever lacks a second factor is told of the
	// day and can work as before. "" is at once.
	Require2FAFrom string `toml:"require_2fa_from"`

	// ConfirmBrowsers has people confirm by mail a sign-in from a browser that is
	// not known, unless it was with a security key, and only those whose primary
	// address is verified. Do not switch it on where no mail arrives: nobody could
	// sign in from a new browser.
	ConfirmBrowsers *bool `toml:"confirm_browsers"`

	// RememberDays is how long a browser that somebody has remembered needs no
	// second factor, 30 at most; 0 remembers none.
	RememberDays *int `toml:"remember_days"`

	// RateLimits are other figures for limits on what people do too often,
	// each as name=uses/window, such as "login-all=5000/5m".
	RateLimits []string `toml:"rate_limits"`

	// PasswordMin is how many characters a new password has at least, 8 to 15.
	PasswordMin int `toml:"password_min"`

	// SSOTokensDays refuses the API tokens of an account that belongs to the company
	// once its person did not sign in there for so many days; 0 never does.
	SSOTokensDays *int `toml:"sso_tokens_days"`

	// PasswordBreach is how breached passwords are found.
	PasswordBreach PasswordBreach `toml:"password_breach"`

	// OIDC is an OpenID Connect provider that people sign in with.
	OIDC OIDC `toml:"oidc"`

	// LDAP is a directory whose passwords people sign in with.
	LDAP LDAP `toml:"ldap"`

	// Deletion is what owners may delete and restore.
	Deletion Deletion `toml:"deletion"`

	// Names is what becomes of names.
	Names Names `toml:"names"`

	// Gate is what an upload must pass.
	Gate Gate `toml:"gate"`

	// Mail is how mail leaves.
	Mail Mail `toml:"mail"`

	// Docs is where old hosted documentation is, or went.
	Docs Docs `toml:"docs"`

	// CDN is a content delivery network in front.
	CDN CDN `toml:"cdn"`

	// Moderation is what becomes of reports.
	Moderation Moderation `toml:"moderation"`
}

// Default is the settings nothing was said about.
func Default() Config {
	return Config{Profile: "private", Data: "./strongroom-data", Listen: "127.0.0.1:8471"}
}
