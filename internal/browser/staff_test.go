//go:build slow

package browser

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
)

// suspect is a project that somebody reports, and the file that it is about.
const (
	suspect     = "reqeusts-helper"
	suspectFile = "reqeusts_helper-1.1-py3-none-any.whl"
)

// TestModerator is the way of a moderator: a report comes in, the queue, the
// evidence, a quarantine with its preview, undone, then a removal as malware.
func TestModerator(t *testing.T) {
	t.Parallel()
	s := start(t, public, func(c *config.Config) { c.Require2FA = "none" })
	p := somebody(t, s, "mod")
	p.everything()
	p.promote()
	p.look("/admin/", "moderation-none")
	p.reported()
	p.goTo("/")
	p.click("header a[href='/admin/']")
	p.show("moderation")
	p.click(".tabs a[href='/admin/reports/']")
	p.show("moderation-reports")
	p.click("th a[href='/admin/projects/" + suspect + "/']")
	p.show("moderation-evidence")
	p.click("th a[href$='/files/" + suspectFile + "/']")
	p.see("Compared with")
	p.show("moderation-file")
	p.click("th a[href*='__init__']")
	p.see("b64decode")
	p.show("moderation-member")
	p.quarantineAndUndo()
	p.removeAsMalware()
	p.otherPages()
	p.tidy()
}

// promote makes the person a moderator.
func (p *person) promote() {
	p.t.Helper()
	err := p.s.Recorder.Do(context.Background(), index.Operator(), func(tx *change.Tx) error {
		_, err := moderate.SetModerator(context.Background(), tx, p.name, true)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// reported has eve upload two releases, the second of which steals, and bob
// report it.
func (p *person) reported() {
	p.t.Helper()
	s := p.s
	token := s.NewToken(access.Grant{User: s.User("eve"), Description: "laptop"})
	for _, d := range []apptest.Dist{
		apptest.Wheel(suspect, "1.0", "harmless", "Summary: Helps with HTTP"),
		apptest.Wheel(suspect, "1.1", "__import__('os').system(b64decode(x)) if CI else 0", "Summary: Helps with HTTP", "Requires-Dist: requests"),
	} {
		if r := s.Upload(token, d); r.StatusCode != http.StatusOK {
			p.t.Fatal(r.Status, r.Text)
		}
	}
	bob := &access.Visitor{User: s.User("bob"), Login: &index.Login{ProvenAt: s.Clock()}, Address: "192.0.2.7"}
	_, err := s.Moderate.Report(context.Background(), bob, index.Report{
		Name: suspect, Version: "1.1", Filename: suspectFile, Path: "reqeusts_helper/__init__.py", Line: 1, Kind: index.ReportMalware,
		Text: "Since 1.1 it runs a command that it decodes from base64 when it is imported on a build machine.",
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// fetch is what an installer hears that asks for the file.
func (p *person) fetch() string {
	p.t.Helper()
	f, _, err := p.s.DB.FileByName(context.Background(), suspectFile)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.s.Get("/" + f.Path()).Status
}

func (p *person) quarantineAndUndo() {
	p.t.Helper()
	p.goTo("/admin/projects/" + suspect + "/")
	p.press("input[name='do'][value='quarantine']")
	p.fill("#reason", "suspected malware")
	p.click("button[name='preview']")
	p.see("Nothing is done yet")
	p.see("HTTP/1.1 403 Quarantined")
	p.show("moderation-preview")
	if got := p.fetch(); got != "200 OK" {
		p.t.Errorf("the preview did something: %s", got)
	}
	p.click("form[action$='/act/'] button.stop")
	p.see("You can take this back")
	p.show("moderation-quarantined")
	if got := p.fetch(); !strings.HasPrefix(got, "403 Quarantined") || !strings.Contains(got, "suspected malware") {
		p.t.Errorf("the file: %s", got)
	}
	p.click("form.flash button")
	p.see("Undone")
	if got := p.fetch(); got != "200 OK" {
		p.t.Errorf("after the undoing: %s", got)
	}
}

func (p *person) removeAsMalware() {
	p.t.Helper()
	p.press("input[name='do'][value='remove']")
	p.choose("#on", "project")
	p.choose("#category", "malware")
	p.click("form[action$='/act/'] button.stop")
	p.see("Say in one line why")
	p.show("moderation-wrong")
	p.fill("#reason", "runs commands from base64 at import")
	p.click("form[action$='/act/'] button.stop")
	p.see("Removed as malware")
	p.show("moderation-removed")
	if got := p.fetch(); !strings.HasPrefix(got, "410 Removed as malware") {
		p.t.Errorf("the file: %s", got)
	}
	if got := p.s.Get("/project/" + suspect + "/"); got.StatusCode == http.StatusOK && strings.Contains(got.Text, "Helps with HTTP") {
		p.t.Errorf("the page of what was removed: %s\n%s", got.Status, got.Text)
	}
}

// otherPages looks at the rest below /admin/, with something on each.
func (p *person) otherPages() {
	p.t.Helper()
	p.look("/admin/acts/", "moderation-acts")
	p.goTo("/admin/names/")
	p.fill("#name", "reqeusts")
	p.fill("#message", "A misspelling that was used for malware.")
	p.fill("#successors", "https://example.com/requests")
	p.click("button[value='prohibit']")
	p.see("misspelling")
	p.show("moderation-names")
	p.look("/admin/users/", "moderation-users")
	p.look("/admin/users/eve/", "moderation-user")
	p.look("/admin/flags/?kind=removed", "moderation-flags")
	p.look("/admin/switches/", "moderation-switches")
	p.look("/admin/labels/", "moderation-labels")
	p.look("/admin/projects/nobody/", "error-no-evidence")
}
