package manage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/standing"
)

const (
	demo     = "/manage/project/demo/"
	release1 = demo + "release/1.0/"
	wheel1   = "demo-1.0-py3-none-any.whl"
	jsonType = "application/vnd.pypi.simple.v1+json"
)

// simple is the project's page as installers read it.
func (s *shared) simple() string {
	s.t.Helper()
	return s.Get("/simple/demo/", "Accept", jsonType).Text
}

// publish uploads as alice.
func (s *shared) publish(d apptest.Dist) {
	s.t.Helper()
	if r := s.Upload(s.NewToken(access.Grant{User: s.User("alice")}), d); r.StatusCode != http.StatusOK {
		s.t.Fatalf("upload of %s: %s", d.Filename, r.Text)
	}
}

// TestST08YankAndUnyank: a Maintainer yanks with a reason that installers are
// told, for the release and for one file, and takes it back.
func TestST08YankAndUnyank(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		s.give("demo", "bob", index.Maintainer)
		s.publish(apptest.Wheel("Demo", "2.0", "x"))
		bob := s.as("bob")
		page := bob.Follow(s.ok(bob.PostForm(release1, "confirm_yank_version", "1.0", "yanked_reason", " breaks <Windows> ")))
		s.refused(page, 200, "The release 1.0 is yanked.")
		s.refused(page, 200, "<q>breaks &lt;Windows&gt;</q>")
		s.refused(page, 200, "warn: breaks &lt;Windows&gt;")
		s.refused(bob.Get(demo+"releases/"), 200, `<span class="tag warn">yanked</span>`)
		if !strings.Contains(s.simple(), `"yanked":"breaks <Windows>"`) && !strings.Contains(s.simple(), `"yanked":"breaks \u003cWindows\u003e"`) {
			t.Errorf("installers hear:\n%s", s.simple())
		}
		page = bob.Follow(s.ok(bob.PostForm(release1, "confirm_unyank_version", "1.0")))
		s.refused(page, 200, "is not yanked any more")
		s.ok(bob.PostForm(demo+"release/2.0/", "yank_file", "demo-2.0-py3-none-any.whl", "yanked_reason", "wrong tag"))
		s.refused(bob.Get(demo+"release/2.0/"), 200, "<q>wrong tag</q>")
		if page := s.simple(); strings.Count(page, `"yanked":"`) != 1 || !strings.Contains(page, `"yanked":"wrong tag"`) {
			t.Errorf("installers hear:\n%s", page)
		}
		s.ok(bob.PostForm(demo+"release/2.0/", "unyank_file", "demo-2.0-py3-none-any.whl"))
		if page := s.simple(); strings.Contains(page, `"yanked":"`) {
			t.Errorf("installers hear:\n%s", page)
		}
	})
}

// TestST15ReasonsOfForms: a reason that is no plain line comes back with the page
// and what was typed, and changes nothing.
func TestST15ReasonsOfForms(t *testing.T) {
	s := startShared(t)
	alice := s.as("alice")
	const bad = "turn \u202e around"
	for path, fields := range map[string][]string{
		release1:                {"confirm_yank_version", "1.0", "yanked_reason", bad},
		release1 + "deprecate/": {"reason", bad},
		demo + "archive/":       {"reason", bad},
		demo + "deprecate/":     {"reason", bad},
		demo + "rules/":         {"specifier", "<2", "reason", bad},
	} {
		r := alice.PostForm(path, fields...)
		s.refused(r, 400, "one line without control or direction characters")
		s.refused(r, 400, `value="`+bad+`"`)
		s.refused(r, 400, `aria-invalid="true"`)
	}
	r := alice.PostForm(release1, "yank_file", wheel1, "yanked_reason", bad)
	s.refused(r, 400, `value="`+bad+`"`)
	s.refused(alice.PostForm(release1, "nothing", "x"), 400, "none of the fields")
	s.refused(alice.PostForm(demo+"release/9.0/", "confirm_yank_version", "9.0"), 404, "no release")
	s.refused(alice.PostForm(demo+"deprecate/", "from", "tomorrow"), 400, "is no date")
	s.refused(alice.PostForm(demo+"deprecate/", "successors", "demo"), 400, "cannot succeed")
	if p := s.project("demo"); len(p.Standing) != 0 {
		t.Errorf("%+v", p.Standing)
	}
}

// TestST03ArchiveAndUnarchive: the status is served, uploads are refused, and all
// is as before afterwards.
func TestST03ArchiveAndUnarchive(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		alice := s.as("alice")
		page := alice.Follow(s.ok(alice.PostForm(demo+"archive/", "reason", "finished")))
		s.refused(page, 200, "The project is archived")
		s.refused(page, 200, "<q>finished</q>")
		s.refused(page, 200, "New files are refused.")
		if !strings.Contains(s.simple(), `"status":"archived"`) || !strings.Contains(s.simple(), `"reason":"finished"`) {
			t.Errorf("installers hear:\n%s", s.simple())
		}
		token := s.NewToken(access.Grant{User: s.User("alice")})
		if r := s.Upload(token, apptest.Wheel("Demo", "3.0", "x")); r.StatusCode != 403 {
			t.Errorf("an upload: %s", r.Status)
		}
		s.refused(alice.Follow(s.ok(alice.PostForm(demo+"unarchive/"))), 200, "is not archived any more")
		if r := s.Upload(token, apptest.Wheel("Demo", "3.0", "x")); r.StatusCode != 200 {
			t.Errorf("an upload: %s", r.Status)
		}
	})
}

// TestST05DeprecateTheProject with what to use instead, now and for a day to come.
func TestST05DeprecateTheProject(t *testing.T) {
	s := startShared(t)
	s.MustUpload(apptest.Wheel("better", "1.0", "x"))
	alice := s.as("alice")
	fields := []string{"category", "superseded", "reason", "Use better", "url", "https://example.com/why", "successors", "better\r\nhttps://example.com/other", "from", ""}
	page := alice.Follow(s.ok(alice.PostForm(demo+"deprecate/", fields...)))
	for _, want := range []string{"The project is deprecated.", "<q>Use better</q>", `href="https://example.com/why" rel="nofollow ugc noopener"`, "better\nhttps://example.com/other</textarea>", `<option value="superseded" selected>`} {
		s.refused(page, 200, want)
	}
	if !strings.Contains(s.simple(), `"status":"deprecated"`) {
		t.Errorf("installers hear:\n%s", s.simple())
	}
	s.refused(alice.Follow(s.ok(alice.PostForm(demo+"undeprecate/"))), 200, "is not deprecated any more")
	day := s.Clock().Add(90 * 24 * time.Hour).UTC().Format(time.DateOnly)
	page = alice.Follow(s.ok(alice.PostForm(demo+"deprecate/", "category", "eol", "from", day)))
	s.refused(page, 200, "will be deprecated from "+day+" on")
	s.refused(page, 200, "From "+day+" on it is deprecated.")
	s.refused(alice.Get("/manage/projects/"), 200, "deprecated: eol from "+day)
	if strings.Contains(s.simple(), `"status":"deprecated"`) {
		t.Errorf("installers hear of it too early:\n%s", s.simple())
	}
}

// TestST09RulesOnVersions: the preview says what a rule would match and changes
// nothing; a rule and its matches are shown until it is ended.
func TestST09RulesOnVersions(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		for _, v := range []string{"1.5", "2.0rc1", "2.0"} {
			s.publish(apptest.Wheel("Demo", v, "x"))
		}
		alice := s.as("alice")
		preview := demo + "rules/?" + url.Values{"specifier": {"<2.0"}, "category": {"eol"}, "reason": {"Use 2.0"}, "later": {"yes"}}.Encode()
		r := alice.Get(preview)
		for _, want := range []string{"<li>1.5</li><li>1.0</li>", "matches 2 of the releases", "uploaded later will be deprecated too", `name="reason" value="Use 2.0"`, "Deprecate 2 releases"} {
			s.refused(r, 200, want)
		}
		s.refused(r, 200, "No rule stands.")
		s.refused(alice.Get(demo+"rules/?specifier=two"), 200, "is no set of version specifiers")
		s.refused(alice.PostForm(demo+"rules/", "specifier", "two"), 400, "two")
		page := alice.Follow(s.ok(alice.PostForm(demo+"rules/", "specifier", "<2.0", "category", "eol", "reason", "Use 2.0", "later", "yes")))
		for _, want := range []string{"it matches 2 releases", "<code>&lt;2.0</code>", "1.5, 1.0, and what is uploaded later", "<q>Use 2.0</q>"} {
			s.refused(page, 200, want)
		}
		s.refused(alice.Get(demo+"releases/"), 200, `<span class="tag warn">deprecated: eol</span>`)
		s.refused(alice.Get(release1), 200, "rule on versions</a> says so")
		rule, _ := page.Field("rule")
		if rule == "" {
			rule = between(page.Text, `name="rule" value="`, `"`)
		}
		s.refused(alice.Follow(s.ok(alice.PostForm(demo+"rules/end/", "rule", rule))), 200, "No rule stands.")
		if r := alice.Get(demo + "releases/"); strings.Contains(r.Text, "deprecated: eol") {
			t.Errorf("the deprecations stayed:\n%s", r.Text)
		}
		s.refused(alice.PostForm(demo+"rules/end/", "rule", "x"), 400, "no such rule")
	})
}

func between(text, begin, end string) string {
	_, rest, _ := strings.Cut(text, begin)
	value, _, _ := strings.Cut(rest, end)
	return value
}

// TestSD03DeleteAndRestore: each page names what breaks, wants the name typed, and
// leads to where it can be restored.
func TestSD03DeleteAndRestore(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		s.publish(apptest.Sdist("Demo", "1.0", "x"))
		alice := s.as("alice")
		for _, row := range []struct{ page, post, confirm, name, where, file, says string }{
			{release1 + "delete_file/" + wheel1 + "/", release1, "confirm_filename", wheel1, release1, wheel1, "filename is never used again for other bytes"},
			{release1 + "delete/", release1, "confirm_delete_version", "1.0", demo + "releases/", "", "<strong>2 files</strong>"},
			{demo + "delete_project/", demo + "delete_project/", "confirm_project_name", "Demo", "/manage/projects/", "", "The name stays reserved"},
		} {
			r := alice.Get(row.page)
			for _, want := range []string{row.says, "Type " + row.name + " to confirm", "restore it until", "in the last 30 days"} {
				s.refused(r, 200, want)
			}
			s.refused(alice.PostForm(row.post, row.confirm, "nonsense", "file_id", row.file, "reason", "typed before"), 400, "Nothing was done: type")
			s.refused(alice.PostForm(row.post, row.confirm, "nonsense", "file_id", row.file, "reason", "typed before"), 400, `value="typed before"`)
			done := s.ok(alice.PostForm(row.post, row.confirm, row.name, "file_id", row.file, "reason", "a mistake"))
			if done.To() != row.where {
				t.Errorf("%s leads to %s", row.page, done.To())
			}
			page := alice.Follow(done)
			for _, want := range []string{"is deleted. You can restore it below.", "<q>a mistake</q>", "30 days left", ">Restore</button>"} {
				s.refused(page, 200, want)
			}
			project, _ := page.Field("project")
			version, _ := page.Field("version")
			file, _ := page.Field("file")
			back := alice.Follow(s.ok(alice.PostForm("/manage/projects/restore/", "project", project, "version", version, "file", file)))
			s.refused(back, 200, "is restored.")
			s.refused(back, 200, "1.0")
			if strings.Count(s.simple(), `"filename"`) != 2 {
				t.Errorf("%s: after restoring installers see\n%s", row.page, s.simple())
			}
		}
	})
}

// TestSD06TheDeletedProject: its pages say so and have no forms, the public page
// is 410, and somebody who came later restores nothing (SD-18).
func TestSD06TheDeletedProject(t *testing.T) {
	s := startShared(t)
	alice := s.as("alice")
	s.ok(alice.PostForm(demo+"delete_project/", "confirm_project_name", "Demo", "reason", "over"))
	s.refused(s.Get("/project/demo/", "Accept", "text/html"), http.StatusGone, "over")
	for _, page := range []string{"settings/", "releases/", "release/1.0/", "rules/", "collaboration/", "history/"} {
		r := alice.Get(demo + page)
		s.refused(r, 200, "The project was deleted on")
		s.noForms(r)
	}
	s.give("demo", "bob", index.Owner)
	if r := s.as("bob").Get("/manage/projects/"); strings.Contains(r.Text, ">Restore</button>") {
		t.Errorf("an owner of later may restore it:\n%s", r.Text)
	}
	if r := s.as("bob").PostForm("/manage/projects/restore/", "project", "demo", "version", "", "file", ""); r.StatusCode != http.StatusForbidden {
		t.Errorf("an owner of later restores it: %s", r.Status)
	}
	s.refused(s.as("carol").PostForm("/manage/projects/restore/", "project", "nothing-here"), 400, "nothing of the name")
}

// noForms fails for a form in the page but for signing out.
func (s *shared) noForms(r apptest.Response) {
	s.t.Helper()
	if _, main, _ := strings.Cut(r.Text, "<main"); strings.Contains(main, "<form") {
		s.t.Errorf("%s has a form:\n%s", r.Request.URL.Path, main)
	}
}

// flag sets a flag as an administrator does.
func (s *shared) flag(version, file string, f index.Flag) {
	s.t.Helper()
	s.change(func(ctx context.Context, tx *change.Tx) error {
		on, err := standing.Find(ctx, tx, "demo", version, file)
		if err != nil {
			return err
		}
		f.Side = index.ByAdministrator
		_, err = standing.Set(ctx, tx, on, f, "")
		return err
	})
}

// TestSN02HeldByAdministrators: each page of the project says what was done, why
// and where to turn to; nothing can be sent, and what is sent nevertheless is refused.
func TestSN02HeldByAdministrators(t *testing.T) {
	for _, kind := range []string{index.Quarantined, index.Removed, index.Locked} {
		s := startShared(t)
		s.flag("", "", index.Flag{Kind: kind, Reason: "we look into it"})
		alice := s.as("alice")
		for _, page := range []string{"settings/", "releases/", "release/1.0/", "rules/", "collaboration/", "history/"} {
			r := alice.Get(demo + page)
			s.refused(r, 200, "by the administrators of this index on "+s.Clock().UTC().Format(time.DateOnly))
			s.refused(r, 200, "we look into it")
			s.refused(r, 200, "tell the administrators")
			s.noForms(r)
		}
		for path, fields := range map[string][]string{
			release1:                 {"confirm_yank_version", "1.0"},
			demo + "archive/":        {},
			demo + "deprecate/":      {},
			demo + "rules/":          {"specifier", "<2"},
			demo + "delete_project/": {"confirm_project_name", "Demo"},
		} {
			if r := alice.PostForm(path, fields...); r.StatusCode < 400 {
				t.Errorf("%s: %s gives %s", kind, path, r.Status)
			}
		}
	}
}

// TestSN03HeldRelease: one release is held, the others are as ever.
func TestSN03HeldRelease(t *testing.T) {
	s := startShared(t)
	s.publish(apptest.Wheel("Demo", "2.0", "x"))
	s.flag("1", "", index.Flag{Kind: index.Quarantined, Reason: "we look into it"})
	alice := s.as("alice")
	r := alice.Get(release1)
	s.refused(r, 200, "we look into it")
	s.noForms(r)
	s.refused(alice.Get(demo+"release/2.0/"), 200, "confirm_yank_version")
	s.flag("", "demo-2.0-py3-none-any.whl", index.Flag{Kind: index.Quarantined, Reason: "only this file"})
	r = alice.Get(demo + "release/2.0/")
	s.refused(r, 200, "<q>only this file</q>")
	if strings.Contains(r.Text, `name="yank_file"`) || strings.Contains(r.Text, "delete_file/") {
		t.Errorf("the held file has forms:\n%s", r.Text)
	}
}

// TestWhatAdministratorsSetIsTheirs: owners see it, and neither take it back nor put their own in its place (ST-1).
func TestWhatAdministratorsSetIsTheirs(t *testing.T) {
	s := startShared(t)
	for _, flag := range [][]string{{"archived", "--reason", "nobody is left"}, {"deprecated"}, {"yanked", "--release", "1.0"}} {
		s.Run(append([]string{"admin", "flag", "set", "--project", "demo"}, flag...)...)
	}
	alice := s.as("alice")
	s.refused(alice.Get(demo+"settings/"), 200, "Administrators archived it")
	s.refused(alice.PostForm(demo+"unarchive/"), 403, "only they can clear it")
	s.refused(alice.Get(release1), 200, "Administrators did that")
	s.refused(alice.PostForm(release1, "confirm_unyank_version", "1.0"), 403, "only they can clear it")
	for path, fields := range map[string][]string{
		release1:              {"confirm_yank_version", "1.0", "yanked_reason", "mine"},
		demo + "archive/":     {"reason", "mine"},
		demo + "deprecate/":   {"reason", "mine"},
		demo + "undeprecate/": {},
	} {
		s.refused(alice.PostForm(path, fields...), 403, "only they can clear it")
	}
	if text := s.Get("/pypi/demo/json").Text; !strings.Contains(text, `"set_by_role":"admin"`) || !strings.Contains(text, "nobody is left") {
		t.Error(text)
	}
}

// TestMaintainersYankOnly: the other forms are not on their pages, and are refused.
func TestMaintainersYankOnly(t *testing.T) {
	s := startShared(t)
	s.give("demo", "bob", index.Maintainer)
	bob := s.as("bob")
	r := bob.Get(release1)
	s.refused(r, 200, "confirm_yank_version")
	for _, not := range []string{"deprecate/", "delete", "reopen/"} {
		if strings.Contains(r.Text, not) {
			t.Errorf("a Maintainer sees %q:\n%s", not, r.Text)
		}
	}
	s.noForms(bob.Get(demo + "settings/"))
	s.noForms(bob.Get(demo + "rules/"))
	s.refused(bob.Get(release1+"delete/"), 403, "")
	s.refused(bob.PostForm(release1, "confirm_delete_version", "1.0"), 403, "")
	s.refused(bob.PostForm(release1+"deprecate/"), 403, "")
	s.refused(bob.PostForm(demo+"archive/"), 403, "")
}

// TestSD03ProveAgain: half an hour after the last proof, deleting leads to the page
// that asks for one, and back to the page of the deletion; yanking does not.
func TestSD03ProveAgain(t *testing.T) {
	s := startShared(t)
	alice := s.as("alice")
	s.SetClock(31 * time.Minute)
	const again = "/account/reauthenticate/?next="
	get := alice.Do("GET", release1+"delete/", "", "", "Accept", "text/html")
	if to := get.Header.Get("Location"); to != again+url.QueryEscape(release1+"delete/") {
		t.Errorf("asking for the page leads to %q", to)
	}
	body := url.Values{"confirm_delete_version": {"1.0"}}.Encode()
	post := alice.Do("POST", release1, "application/x-www-form-urlencoded", body, "Accept", "text/html", "Referer", s.URL+release1+"delete/")
	if to := post.Header.Get("Location"); post.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, again) {
		t.Errorf("sending the form: %s %q", post.Status, to)
	}
	s.refused(alice.Get(release1), 200, "confirm_yank_version")
	s.ok(alice.PostForm(release1, "confirm_yank_version", "1.0"))
	if _, has := alice.Cookies[middleware.LoginCookie]; !has {
		t.Error("the login ended")
	}
}

// TestSD14Reopen: an old release says so, and takes files again for a day.
func TestSD14Reopen(t *testing.T) {
	days := 14
	s := startShared(t, func(c *config.Config) { c.ReleaseMaxAgeDays = &days })
	s.SetClock(15 * 24 * time.Hour)
	alice := s.as("alice")
	s.refused(alice.Get(release1), 200, "takes no new files")
	page := alice.Follow(s.ok(alice.PostForm(release1 + "reopen/")))
	s.refused(page, 200, "The release takes new files until")
	if r := alice.Get(release1); strings.Contains(r.Text, "takes no new files") || !strings.Contains(r.Text, "It takes new files until") {
		t.Errorf("the page says:\n%s", r.Text)
	}
}

// TestSD18WhoRestores: who owned it then, though the role is gone; and
// administrators.
func TestSD18WhoRestores(t *testing.T) {
	s := startShared(t)
	s.give("demo", "dora", index.Owner)
	alice := s.as("alice")
	s.ok(alice.PostForm(release1, "confirm_delete_version", "1.0"))
	s.ok(s.as("dora").PostForm(collaboration+"delete/", "username", "alice"))
	page := alice.Get("/manage/projects/")
	s.refused(page, 200, "<strong>Demo 1.0</strong>")
	done := s.ok(alice.PostForm("/manage/projects/restore/", "project", "demo", "version", "1.0", "file", ""))
	if done.To() != "/manage/projects/" {
		t.Errorf("who has no role comes to %s", done.To())
	}
	s.ok(s.as("dora").PostForm(release1, "confirm_delete_version", "1.0"))
	admin := s.as("admin")
	s.refused(admin.Get(demo+"releases/"), 200, ">Restore</button>")
	s.ok(admin.PostForm("/manage/projects/restore/", "project", "demo", "version", "1.0", "file", ""))
	if !strings.Contains(s.simple(), wheel1) {
		t.Errorf("installers see\n%s", s.simple())
	}
}

// TestSD20BlockersAreExplained: a file cannot come back before its release, and
// the page says so in place of a button.
func TestSD20BlockersAreExplained(t *testing.T) {
	s := startShared(t)
	s.publish(apptest.Sdist("Demo", "1.0", "x"))
	alice := s.as("alice")
	s.ok(alice.PostForm(release1, "file_id", wheel1, "confirm_filename", wheel1))
	s.ok(alice.PostForm(release1, "confirm_delete_version", "1.0"))
	_, list, _ := strings.Cut(alice.Get("/manage/projects/").Text, "<strong>"+wheel1)
	item, _, _ := strings.Cut(list, "<strong>")
	if !strings.Contains(item, "It cannot be restored now. The release") || strings.Contains(item, "<button") {
		t.Errorf("the page says of the file:\n%s", item)
	}
	r := alice.PostForm("/manage/projects/restore/", "project", "demo", "version", "1.0", "file", wheel1)
	if r.StatusCode != 400 || strings.Contains(s.simple(), wheel1) {
		t.Errorf("the file: %s", r.Status)
	}
}

// TestSD05PolicyOffersYank: where owners may not delete, the page says why, has
// nothing to type into, and leads to yanking; a form that is sent is refused.
func TestSD05PolicyOffersYank(t *testing.T) {
	s := startShared(t, func(c *config.Config) { c.Deletion.Policy = "admins-only" })
	alice := s.as("alice")
	for page, back := range map[string]string{
		demo + "delete_project/":                 demo + "releases/",
		release1 + "delete/":                     release1 + "#yank",
		release1 + "delete_file/" + wheel1 + "/": release1,
	} {
		r := alice.Get(page)
		s.refused(r, 200, "Only administrators delete here.")
		s.refused(r, 200, `<a class="button" href="`+back+`">Yank`)
		s.noForms(r)
	}
	s.refused(alice.PostForm(release1, "confirm_delete_version", "1.0"), 403, "Only administrators delete here.")
	s.Run("admin", "switch", index.SwitchNoDeletion, "on")
	s.refused(alice.PostForm(demo+"delete_project/", "confirm_project_name", "Demo"), 403, "Deletion is temporarily disabled")
}
