package config

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// file writes settings and returns the path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "strongroom.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// everySetting gives each key another value than its default, as TOML and as environment.
func everySetting() (toml string, environ []string, want Config) {
	yes, days, projects, downloads, many := true, 7, 3, int64(11), int64(1000)
	want = Config{
		Profile: "public", Data: "/d", Listen: ":80", URL: "https://x.example", TrustedProxies: []string{"10.0.0.0/8", "::1"}, CountryHeader: "Geo",
		TLSCert: "c.pem", TLSKey: "k.pem", Metrics: ":90", SecurityContact: "a@x.example", Database: "postgres://h/d", Storage: "/s", LogRequests: &yes, PageMemory: 1000,
		DeletedSimple: "empty", DeletedFiles: "keep", ShowTombstones: &yes, ArchivedInSearch: "hide", AppealURL: "mailto:a@x.example", PlatformTags: "any", LocalVersions: &yes, FileLimit: 1 << 40, ProjectLimit: 1 << 41,
		ReleaseMaxAgeDays: &days, LookAlikes: "warn", NewProjectsPerHour: &projects, Require2FA: "owners", Require2FAFrom: "2027-01-31",
		Read: "login", NewProjects: "private", Registration: "invitation", Organizations: "open", VerifiedEmail: &yes, ConfirmBrowsers: &yes, RememberDays: &days,
		PasswordMin: 12, RateLimits: []string{"login-all=5/1m"}, PasswordBreach: PasswordBreach{Backend: "local", File: "/f", URL: "https://u/"},
		Deletion: Deletion{Policy: "window", MaxAgeHours: &days, Downloads: &downloads, RestoreDays: &days, PurgeAfterDays: &days}, Names: Names{ReleaseAfterDays: &days},
		Gate:       Gate{Record: "warn", Form: "reject", Binaries: "off", Members: 5, Expanded: 6, Ratio: 7, Checks: 8, Scan: "/scan", ScanTimeout: 9, ScanFailure: "open"},
		Mail:       Mail{SMTP: "mail.example:25", TLS: "starttls", User: "u", PasswordFile: "/p", From: "a@x.example", ReplyTo: "b@x.example"},
		Docs:       Docs{Listen: ":81", URL: "https://docs.example", Dir: "/docs", RedirectsFile: "/redirects.txt", Show: "always", HTTP: &yes, AnyHost: &yes},
		CDN:        CDN{PurgeURL: "https://u/", TokenFile: "/t", TokenHeader: "Token"},
		Moderation: Moderation{AnonymousReports: &yes, AutoQuarantine: &yes, MaxDownloads: &many, TopNames: &days},
	}
	values := map[string]string{
		"profile": `"public"`, "data": `"/d"`, "listen": `":80"`, "url": `"https://x.example"`, "trusted_proxies": `["10.0.0.0/8", "::1"]`, "country_header": `"Geo"`,
		"tls_cert": `"c.pem"`, "tls_key": `"k.pem"`, "metrics": `":90"`, "security_contact": `"a@x.example"`, "database": `"postgres://h/d"`, "storage": `"/s"`, "log_requests": "true",
		"page_memory": "1000", "deleted_simple": `"empty"`, "deleted_files": `"keep"`, "show_tombstones": "true", "archived_in_search": `"hide"`, "appeal_url": `"mailto:a@x.example"`, "platform_tags": `"any"`, "local_versions": "true", "file_limit": "1099511627776",
		"project_limit": "2199023255552", "release_max_age_days": "7", "look_alikes": `"warn"`, "new_projects_per_hour": "3", "require_2fa": `"owners"`, "require_2fa_from": `"2027-01-31"`,
		"read": `"login"`, "new_projects": `"private"`, "registration": `"invitation"`, "organizations": `"open"`, "verified_email": "true", "confirm_browsers": "true", "remember_days": "7",
		"rate_limits": `["login-all=5/1m"]`, "password_min": "12", "password_breach.backend": `"local"`, "password_breach.file": `"/f"`, "password_breach.url": `"https://u/"`,
		"deletion.policy": `"window"`, "deletion.max_age_hours": "7", "deletion.downloads": "11", "deletion.restore_days": "7", "deletion.purge_after_days": "7",
		"names.release_after_days": "7",
		"gate.record":              `"warn"`, "gate.form": `"reject"`, "gate.binaries": `"off"`, "gate.members": "5", "gate.expanded": "6", "gate.ratio": "7",
		"gate.checks": "8", "gate.scan": `"/scan"`, "gate.scan_timeout": "9", "gate.scan_failure": `"open"`,
		"mail.smtp": `"mail.example:25"`, "mail.tls": `"starttls"`, "mail.user": `"u"`, "mail.password_file": `"/p"`, "mail.from": `"a@x.example"`, "mail.reply_to": `"b@x.example"`,
		"docs.listen": `":81"`, "docs.url": `"https://docs.example"`, "docs.dir": `"/docs"`, "docs.redirects_file": `"/redirects.txt"`, "docs.show": `"always"`,
		"docs.http": "true", "docs.any_host": "true",
		"cdn.purge_url": `"https://u/"`, "cdn.token_file": `"/t"`, "cdn.token_header": `"Token"`,
		"moderation.anonymous_reports": "true", "moderation.auto_quarantine": "true", "moderation.max_downloads": "1000", "moderation.top_names": "7",
	}
	everySSO(&want, values)
	for _, key := range Keys() {
		toml += key + " = " + values[key] + "\n"
		plain := strings.NewReplacer(`"`, "", "[", "", "]", "").Replace(values[key])
		environ = append(environ, "STRONGROOM_"+strings.ToUpper(strings.ReplaceAll(key, ".", "_"))+"="+plain)
	}
	return toml, environ, want
}

// TestEverySetting reads each key from the file, and from the environment.
func TestEverySetting(t *testing.T) {
	toml, environ, want := everySetting()
	for _, l := range leaves(reflect.ValueOf(want)) {
		if l.value.IsZero() {
			t.Fatalf("this test lacks the setting %s", l.key)
		}
	}
	if got, err := Load(file(t, toml), nil); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("file: %+v, %v", got, err)
	}
	if got, err := Load("", environ); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("environment: %+v, %v", got, err)
	}
	if _, err := want.Resolve(); err != nil {
		t.Errorf("these settings do not resolve: %v", err)
	}
}

// TestTheEnvironmentWins over the file; variables that are not settings do not matter.
func TestTheEnvironmentWins(t *testing.T) {
	path := file(t, "listen = \"file:1\"\nfile_limit = 5\nurl = \"https://file.example\"\n")
	got, err := Load(path, []string{"STRONGROOM_LISTEN=env:2", "STRONGROOM_URL=", "HOME=/x", "STRONGROOM_TEST_POSTGRES=p", "STRONGROOMX=1", "broken"})
	if err != nil || got.Listen != "env:2" || got.FileLimit != 5 || got.URL != "" || got.Profile != "private" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLoadErrorsSayWhatToDo(t *testing.T) {
	for _, row := range []struct {
		name, toml string
		environ    []string
		want       []string
	}{
		{"an unknown key", "profile = 'private'\nplatform_tag = 'any'\n", nil, []string{"line 2", `"platform_tag"`, `did you mean "platform_tags"?`}},
		{"a table", "[gate]\nrecords = 'warn'\n", nil, []string{"strongroom.toml", "gate.record"}},
		{"a value of the wrong type", "file_limit = 'large'\n", nil, []string{"strongroom.toml"}},
		{"broken TOML", "profile = \n", nil, []string{"strongroom.toml"}},
		{"an unknown variable", "", []string{"STRONGROOM_LISTN=x"}, []string{"STRONGROOM_LISTN", `did you mean "listen"?`}},
		{"a number", "", []string{"STRONGROOM_FILE_LIMIT=10MB"}, []string{"STRONGROOM_FILE_LIMIT", `"10MB" is not a whole number`}},
		{"a switch", "", []string{"STRONGROOM_LOCAL_VERSIONS=ja"}, []string{"STRONGROOM_LOCAL_VERSIONS", `"ja" is neither true nor false`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Load(file(t, row.toml), row.environ)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range row.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%v; want %q", err, part)
				}
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.toml"), nil); err == nil || !strings.Contains(err.Error(), "none.toml") {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestNearest(t *testing.T) {
	for _, key := range Keys() {
		if got := nearest(strings.ToUpper(key[1:])); got != key {
			t.Errorf("nearest(%q) = %q, want %q", key[1:], got, key)
		}
	}
	for _, row := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"same", "same", 0}} {
		if got := distance(row.a, row.b); got != row.want {
			t.Errorf("distance(%q, %q) = %d, want %d", row.a, row.b, got, row.want)
		}
	}
}

// TestEverySettingHasAKey: a field without a tag could not be set.
func TestEverySettingHasAKey(t *testing.T) {
	seen := map[string]bool{}
	for _, key := range Keys() {
		if key == "" || seen[key] || key != strings.ToLower(key) {
			t.Errorf("key %q is empty, repeated or not lower case", key)
		}
		seen[key] = true
	}
	if !slices.Contains(Keys(), "require_2fa") {
		t.Error("require_2fa is known from the first day (design 7)")
	}
}

// FuzzLoad reads any file: an error or settings, never a panic.
func FuzzLoad(f *testing.F) {
	toml, _, _ := everySetting()
	f.Add(toml)
	f.Add("a.b.c = 1")
	f.Fuzz(func(_ *testing.T, text string) {
		c := Default()
		if c.parse([]byte(text)) == nil {
			_, _ = c.Resolve()
		}
	})
}
