package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Resolve fills in what the profile decides and refuses what cannot be.
func (c Config) Resolve() (Config, error) {
	public := c.Profile == "public"
	if !public && c.Profile != "private" {
		return c, fmt.Errorf("profile: %q is unknown; it is private or public", c.Profile)
	}
	setText(&c.DeletedSimple, public, "404", "empty")
	setText(&c.DeletedFiles, public, "410", "410")
	set(&c.ShowTombstones, public, true, true)
	setText(&c.ArchivedInSearch, public, "rank-down", "rank-down")
	setText(&c.PlatformTags, public, "pypi", "pypi+linux")
	setText(&c.LookAlikes, public, "refuse", "warn")
	setText(&c.Require2FA, public, "all", "none")
	setText(&c.Read, public, "anyone", "anyone")
	setText(&c.NewProjects, public, "public", "public")
	setText(&c.Registration, public, "open", "invitation")
	setText(&c.Organizations, public, "administrators", "open")
	set(&c.VerifiedEmail, public, true, false)
	set(&c.ConfirmBrowsers, public, true, false)
	set(&c.RememberDays, public, 30, 30)
	set(&c.LocalVersions, public, false, true)
	set(&c.ReleaseMaxAgeDays, public, 14, 0)
	set(&c.NewProjectsPerHour, public, 20, 0)
	set(&c.LogRequests, public, true, true)
	setNumber(&c.FileLimit, 100<<20)
	setNumber(&c.ProjectLimit, 10<<30)
	setNumber(&c.PageMemory, 64<<20)
	setNumber(&c.PasswordMin, 8)
	c.PasswordBreach.resolve(public)
	set(&c.SSOTokensDays, public, 0, 0)
	c.OIDC.resolve()
	c.LDAP.resolve()
	c.Deletion.resolve(public)
	set(&c.Names.ReleaseAfterDays, public, 0, 0)
	c.Gate.resolve()
	c.Mail.resolve()
	c.Docs.resolve(public)
	c.CDN.resolve()
	c.Moderation.resolve(public)
	if err := c.check(); err != nil {
		return c, err
	}
	return c, c.resolveURL()
}

func setText(field *string, public bool, whenPublic, whenPrivate string) {
	if *field != "" {
		return
	}
	if *field = whenPrivate; public {
		*field = whenPublic
	}
}

func set[T any](field **T, public bool, whenPublic, whenPrivate T) {
	if *field != nil {
		return
	}
	if *field = &whenPrivate; public {
		*field = &whenPublic
	}
}

func (c Config) check() error {
	for _, f := range []struct {
		key, value string
		known      []string
	}{
		{"deleted_simple", c.DeletedSimple, []string{"404", "empty"}},
		{"deleted_files", c.DeletedFiles, []string{"410", "keep"}},
		{"archived_in_search", c.ArchivedInSearch, []string{"hide", "rank-down", "show"}},
		{"platform_tags", c.PlatformTags, []string{"pypi", "pypi+linux", "any"}},
		{"look_alikes", c.LookAlikes, []string{"refuse", "warn"}},
		{"read", c.Read, []string{"anyone", "login"}},
		{"new_projects", c.NewProjects, []string{"public", "private"}},
		{"registration", c.Registration, []string{"open", "invitation"}},
		{"organizations", c.Organizations, []string{"open", "administrators"}},
		{"require_2fa", c.Require2FA, []string{"none", "owners", "managers", "all"}},
		{"password_breach.backend", c.PasswordBreach.Backend, []string{"off", "hibp", "local"}},
		{"oidc.second_factor", c.OIDC.SecondFactor, []string{"ours", "delegated"}},
		{"ldap.first", c.LDAP.First, []string{"local", "directory"}},
		{"gate.record", c.Gate.Record, []string{"reject", "warn"}},
		{"gate.form", c.Gate.Form, []string{"reject", "warn"}},
		{"gate.binaries", c.Gate.Binaries, []string{"off", "warn", "reject"}},
		{"gate.scan_failure", c.Gate.ScanFailure, []string{"open", "closed"}},
	} {
		if !slices.Contains(f.known, f.value) {
			return fmt.Errorf("%s: %q is unknown; it is one of %s", f.key, f.value, strings.Join(f.known, ", "))
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("tls_cert and tls_key go together; set both or none")
	}
	if c.FileLimit < 0 || c.ProjectLimit < 0 || c.PageMemory < 0 || *c.ReleaseMaxAgeDays < 0 || *c.NewProjectsPerHour < 0 {
		return fmt.Errorf("limits must not be negative")
	}
	if *c.RememberDays < 0 || *c.RememberDays > 30 {
		return fmt.Errorf("remember_days: %d is not possible; it is from 0 to 30", *c.RememberDays)
	}
	if _, err := c.FactorFrom(); err != nil {
		return err
	}
	if g := c.Gate; g.Members < 1 || g.Expanded < 1 || g.Ratio < 1 || g.Checks < 0 || g.ScanTimeout < 1 {
		return fmt.Errorf("the limits of the gate must be positive")
	}
	if *c.Moderation.MaxDownloads < 0 || *c.Moderation.TopNames < 0 {
		return fmt.Errorf("moderation.max_downloads and moderation.top_names must not be negative")
	}
	if err := errors.Join(c.checkPasswords(), c.checkSSO(), c.Deletion.check(), c.Names.check(), c.CDN.check(), c.checkAppeal()); err != nil {
		return err
	}
	if scan := c.Gate.Scan; scan != "" && !strings.HasPrefix(scan, "/") && !strings.HasPrefix(scan, "http://") && !strings.HasPrefix(scan, "https://") {
		return fmt.Errorf("gate.scan: %q is neither an absolute path of a program nor an http(s) URL", scan)
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		return fmt.Errorf("database: want postgres://USER@HOST/NAME, or leave it out for the embedded one")
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("listen: %q is not HOST:PORT: %w", c.Listen, err)
	}
	return errors.Join(c.Mail.check(), c.Docs.check())
}

// FactorFrom is the beginning of the day of require_2fa_from, zero for none.
func (c Config) FactorFrom() (time.Time, error) {
	if c.Require2FAFrom == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, c.Require2FAFrom)
	if err != nil {
		return day, fmt.Errorf("require_2fa_from: %q is no day; write it as 2027-01-31", c.Require2FAFrom)
	}
	return day, nil
}

// checkAppeal lets the link on tombstones lead to a page or a mailbox only.
func (c Config) checkAppeal() error {
	if a := c.AppealURL; a != "" && !strings.HasPrefix(a, "https://") && !strings.HasPrefix(a, "mailto:") {
		return fmt.Errorf("appeal_url: %q begins neither with https:// nor with mailto", a)
	}
	return nil
}

// Appeal is where owners of what was removed can object, "" for nowhere.
func (c Config) Appeal() string {
	if c.AppealURL != "" {
		return c.AppealURL
	}
	contact, _, _ := strings.Cut(strings.TrimSpace(c.SecurityContact), " ")
	if strings.Contains(contact, "@") && !strings.Contains(contact, ":") {
		return "mailto:" + contact
	}
	return contact
}

func (c *Config) resolveURL() error {
	if c.URL == "" {
		return nil // app fills it in once the port is known
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("url: %q is not an address such as https://pypi.example.com", c.URL)
	}
	c.URL = strings.TrimRight(c.URL, "/")
	return nil
}

// HTTPS reports whether the public address is https.
func (c Config) HTTPS() bool { return strings.HasPrefix(c.URL, "https://") || c.TLSCert != "" }
