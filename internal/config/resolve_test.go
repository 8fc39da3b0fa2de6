package config

import (
	"strings"
	"testing"
)

// TestProfiles holds the table of design 7: a profile is nothing but a set of defaults.
func TestProfiles(t *testing.T) {
	for _, row := range []struct {
		profile, deleted, tags, looks, factor string
		local                                 bool
		days, projects                        int
	}{
		{"private", "empty", "pypi+linux", "warn", "none", true, 0, 0},
		{"public", "404", "pypi", "refuse", "all", false, 14, 20},
	} {
		c := Default()
		c.Profile = row.profile
		c, err := c.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		if c.DeletedSimple != row.deleted || c.PlatformTags != row.tags || c.LookAlikes != row.looks || c.Require2FA != row.factor {
			t.Errorf("%s: %+v", row.profile, c)
		}
		if public := row.profile == "public"; c.Read != "anyone" || (c.Registration == "open") != public || *c.VerifiedEmail != public {
			t.Errorf("%s: read %s, registration %s, verified %v", row.profile, c.Read, c.Registration, *c.VerifiedEmail)
		}
		if *c.LocalVersions != row.local || *c.ReleaseMaxAgeDays != row.days || *c.NewProjectsPerHour != row.projects || !*c.LogRequests {
			t.Errorf("%s: %v, %d, %d, %v", row.profile, *c.LocalVersions, *c.ReleaseMaxAgeDays, *c.NewProjectsPerHour, *c.LogRequests)
		}
		if breach := map[string]string{"private": "off", "public": "hibp"}[row.profile]; c.PasswordBreach.Backend != breach || c.PasswordMin != 8 {
			t.Errorf("%s: %+v, %d", row.profile, c.PasswordBreach, c.PasswordMin)
		}
		if c.FileLimit != 100<<20 || c.ProjectLimit != 10<<30 || c.PageMemory != 64<<20 {
			t.Errorf("%s: limits %d, %d, %d", row.profile, c.FileLimit, c.ProjectLimit, c.PageMemory)
		}
	}
}

// TestWhatIsSetStaysSet: zero and false are said, not left out.
func TestWhatIsSetStaysSet(t *testing.T) {
	no, zero := false, 0
	c := Default()
	c.Profile, c.LocalVersions, c.ReleaseMaxAgeDays, c.NewProjectsPerHour, c.LogRequests, c.LookAlikes = "public", &no, &zero, &zero, &no, "warn"
	c, err := c.Resolve()
	if err != nil || *c.LocalVersions || *c.ReleaseMaxAgeDays != 0 || *c.NewProjectsPerHour != 0 || *c.LogRequests || c.LookAlikes != "warn" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestResolveRefuses(t *testing.T) {
	minus := -1
	for want, spoil := range map[string]func(*Config){
		`profile: "secret"`:                func(c *Config) { c.Profile = "secret" },
		`deleted_simple: "gone"`:           func(c *Config) { c.DeletedSimple = "gone" },
		`deleted_files: "410 "`:            func(c *Config) { c.DeletedFiles = "410 " },
		`cdn.purge_url: "purge"`:           func(c *Config) { c.CDN.PurgeURL = "purge" },
		`cdn.purge_url: ""`:                func(c *Config) { c.CDN.TokenFile = "/token" },
		`appeal_url: "javascript:`:         func(c *Config) { c.AppealURL = "javascript:alert(1)" },
		`platform_tags: "all"`:             func(c *Config) { c.PlatformTags = "all" },
		`look_alikes: "x"`:                 func(c *Config) { c.LookAlikes = "x" },
		`require_2fa_from: "soon"`:         func(c *Config) { c.Require2FAFrom = "soon" },
		`require_2fa: "some"`:              func(c *Config) { c.Require2FA = "some" },
		"tls_cert and tls_key go together": func(c *Config) { c.TLSCert = "c.pem" },
		"password_min: 7":                  func(c *Config) { c.PasswordMin = 7 },
		"password_min: 16":                 func(c *Config) { c.PasswordMin = 16 },
		`password_breach.backend: "x"`:     func(c *Config) { c.PasswordBreach.Backend = "x" },
		`password_breach.url: "x"`:         func(c *Config) { c.PasswordBreach.URL = "x" },
		"password_breach.file and":         func(c *Config) { c.PasswordBreach.Backend = "local" },
		"set both or none":                 func(c *Config) { c.TLSKey = "k.pem" },
		"negative":                         func(c *Config) { c.ReleaseMaxAgeDays = &minus },
		"database: want postgres://":       func(c *Config) { c.Database = "mysql://u:secret@h/d" },
		`listen: "nowhere"`:                func(c *Config) { c.Listen = "nowhere" },
		`url: "pypi.example.com"`:          func(c *Config) { c.URL = "pypi.example.com" },
		`url: "ftp://h"`:                   func(c *Config) { c.URL = "ftp://h" },
		`url: "https://u:p@h"`:             func(c *Config) { c.URL = "https://u:p@h" },
		`url: "https://h/?a=b"`:            func(c *Config) { c.URL = "https://h/?a=b" },
	} {
		c := Default()
		spoil(&c)
		if _, err := c.Resolve(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

func TestURLAndHTTPS(t *testing.T) {
	for url, want := range map[string]struct {
		url   string
		https bool
	}{
		"":                          {"", false},
		"https://pypi.example.com/": {"https://pypi.example.com", true},
		"http://h:8080/index//":     {"http://h:8080/index", false},
	} {
		c := Default()
		c.URL = url
		c, err := c.Resolve()
		if err != nil || c.URL != want.url || c.HTTPS() != want.https {
			t.Errorf("%q: %q, %v, %v", url, c.URL, c.HTTPS(), err)
		}
	}
	c := Default()
	c.TLSCert, c.TLSKey = "c", "k"
	if !c.HTTPS() {
		t.Error("with a certificate of its own the index speaks https")
	}
}
