package report_test

import (
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
)

const (
	form = "/project/demo/submit-malware-report/"
	text = "it sends <b>my keys</b> to a host far away"
)

// browser is one in which somebody signed in.
func browser(t *testing.T, s *apptest.Server, name string) *apptest.Browser {
	t.Helper()
	user, b := s.User(name), s.NewBrowser()
	err := s.Recorder.Do(t.Context(), index.Actor{Kind: "user", UserID: user.ID, Username: name, Address: "127.0.0.1"}, func(tx *change.Tx) error {
		secret, err := s.Guard.NewLogin(t.Context(), tx, index.Login{UserID: user.ID, Method: index.ByTOTP})
		b.Cookies["__Host-strongroom"] = secret
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wants(t *testing.T, r apptest.Response, code int, texts ...string) {
	t.Helper()
	if r.StatusCode != code {
		t.Errorf("%s, want %d:\n%s", r.Status, code, r.Text)
	}
	for _, text := range texts {
		if !strings.Contains(r.Text, text) {
			t.Errorf("the page lacks %q:\n%s", text, r.Text)
		}
	}
}

// TestSN12TheForm stands on every project's page, takes a report of who signed in, and keeps what was typed when something is wrong.
func TestSN12TheForm(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "a", "Project-URL: Security policy, https://example.org/security"))
		wants(t, s.Get("/project/demo/"), 200, form, "Report this project")
		if r := s.Get(form); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/account/login/?next=") {
			t.Errorf("without signing in: %s %s", r.Status, r.Header.Get("Location"))
		}
		bob := browser(t, s, "bob")
		wants(t, bob.Get(form+"?version=1.0"), 200, "Report demo", "https://example.org/security", `value="malware"`, "<option selected>1.0</option>")
		if r := bob.Get(form); strings.Contains(r.Text, "look-alike") {
			t.Error("people cannot choose what rules report")
		}
		wants(t, bob.PostForm(form, "kind", "malware", "text", text[:10]), 400, "must have 20", text[:3])
		wants(t, bob.PostForm(form, "kind", "malware", "text", text, "line", "x"), 400, "not a number", "it sends &lt;b&gt;my keys&lt;/b&gt;")
		wants(t, bob.PostForm(form, "kind", "malware", "text", text, "file", "demo-1.0-py3-none-any.whl", "path", "demo/x.py", "line", "3", "url", "https://example.com/"), 202, "with the moderators")
		open, err := s.DB.OpenReports(t.Context(), 10)
		if err != nil || len(open) != 1 || open[0].Line != 3 || open[0].Text != text || open[0].Reporter != "bob" || open[0].SHA256 == "" {
			t.Fatalf("%+v, %v", open, err)
		}
		wants(t, bob.Get("/manage/reports/"), 200, "demo", "received")
		s.Run("admin", "report", "decide", open[0].UID, "confirmed")
		wants(t, bob.Get("/manage/reports/"), 200, "confirmed")
		wants(t, browser(t, s, "eve").Get("/manage/reports/"), 200, "You reported nothing")
		wants(t, bob.Get("/project/nothing/submit-malware-report/"), 404)
	})
}

// TestSN14ReportsOutliveTheProject, and removed projects can be reported still.
func TestSN14ReportsOutliveTheProject(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
		bob := browser(t, s, "bob")
		wants(t, bob.PostForm(form, "kind", "spam", "text", text, "version", "1.0"), 202)
		s.Run("admin", "remove", "demo", "--category", "spam", "--reason", "advertises")
		wants(t, bob.PostForm(form, "kind", "other", "text", text), 202)
		reports, err := s.DB.ReportsOf(t.Context(), "demo", 10)
		if err != nil || len(reports) != 2 || reports[1].Version != "1.0" {
			t.Errorf("%+v, %v", reports, err)
		}
	})
}

// TestPrivateProjectsAreReportedByReadersOnly: to others they do not exist.
func TestPrivateProjectsAreReportedByReadersOnly(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
		s.Run("admin", "project", "private", "demo")
		bob := browser(t, s, "bob")
		wants(t, bob.Get(form), 404)
		wants(t, bob.PostForm(form, "kind", "spam", "text", text), 404)
		s.Run("admin", "role", "set", "--project", "demo", "--user", "bob", "Reader")
		wants(t, bob.PostForm(form, "kind", "spam", "text", text), 202)
	})
}

// TestSN12ConfirmPage: the mailed link opens a page with a button; opening it changes nothing.
func TestSN12ConfirmPage(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { yes := true; c.Moderation.AnonymousReports = &yes })
	s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
	b := s.NewBrowser()
	wants(t, b.Get(form), 200, "Your e-mail address")
	wants(t, b.PostForm(form, "kind", "spam", "text", text, "email", "no address"), 400, "not an e-mail address")
	wants(t, b.PostForm(form, "kind", "spam", "text", text, "email", "a@[127.0.0.1]"), 400, "is not a domain")
	wants(t, b.PostForm(form, "kind", "spam", "text", text, "email", "zoe@example.com"), 202, "We sent you a mail")
	mails := s.Mails("zoe@example.com")
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	_, rest, _ := strings.Cut(mails[0].Text, "/report/confirm/?token=")
	token := strings.Fields(rest)[0]
	wants(t, b.Get("/report/confirm/?token="+token), 200, token, "Send it")
	if open, err := s.DB.OpenReports(t.Context(), 10); err != nil || len(open) != 0 {
		t.Errorf("a GET confirmed it: %+v, %v", open, err)
	}
	wants(t, b.PostForm("/report/confirm/", "token", token), 200, "The moderators see your report on demo now")
	wants(t, b.PostForm("/report/confirm/", "token", token), 400)
	if open, err := s.DB.OpenReports(t.Context(), 10); err != nil || len(open) != 1 {
		t.Errorf("%+v, %v", open, err)
	}
}
