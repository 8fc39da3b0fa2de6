package app_test

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// TestMailsOfAChange goes the whole way: an action's transaction, the queue, the
// folder.
func TestMailsOfAChange(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		alice := s.User("alice")
		if got := s.Mails("alice@example.com"); len(got) != 0 {
			t.Errorf("before anything happened: %q", got)
		}
		actor := index.Actor{Kind: "user", UserID: alice.ID, Username: "alice", Address: "192.0.2.1", UserAgent: "Firefox"}
		err := s.Recorder.Do(t.Context(), actor, func(tx *change.Tx) error {
			return notify.Enqueue(t.Context(), tx, notify.Notice{Kind: notify.PasswordChange, UserID: alice.ID})
		})
		if err != nil {
			t.Fatal(err)
		}
		got := s.Mails("alice@example.com")
		if len(got) != 1 || got[0].Subject != "Your password was changed" || !strings.Contains(got[0].Text, "Hello alice,") ||
			!strings.Contains(got[0].Text, "From: 192.0.2.1") || !strings.Contains(got[0].Text, s.URL+"/account/request-password-reset/") {
			t.Errorf("%q", got)
		}
		if got := s.Mails("admin@example.com"); len(got) != 0 {
			t.Errorf("to somebody else: %q", got)
		}
	})
}

// TestPT6Digest: one mail tells the owner of all files of a release that were
// accepted with warnings, some minutes after the first; there is no second one
// for the release, and none for files that were imported or have no warning.
func TestPT6Digest(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		upload := func(d apptest.Dist) {
			fields := d.Fields()
			fields["summary"] = []string{"another than the file's"}
			if r := s.UploadForm(s.Token, d, fields); r.StatusCode != http.StatusOK {
				t.Fatalf("%s %s", r.Status, r.Text)
			}
		}
		digests := func() (all []string) {
			for _, m := range s.Mails("admin@example.com") {
				all = append(all, m.Subject+"\n"+m.Text)
			}
			return all
		}
		upload(apptest.Wheel("demo", "1.0", "x"))
		upload(apptest.Sdist("demo", "1.0", "x"))
		s.MustUpload(apptest.TaggedWheel("py2.py3", "demo", "1.0", "x"))
		s.MustUpload(apptest.Wheel("demo", "2.0", "x"))
		if got := digests(); len(got) != 0 {
			t.Errorf("before the other files could come: %q", got)
		}
		s.SetClock(6 * time.Minute)
		got := digests()
		if len(got) != 1 || !strings.HasPrefix(got[0], "demo 1.0 was accepted with warnings\n") ||
			strings.Count(got[0], "\n- demo-1.0") != 2 || !strings.Contains(got[0], s.URL+"/project/demo/1.0/\n") || strings.Contains(got[0], "py2.py3") {
			t.Errorf("%q", got)
		}
		upload(apptest.TaggedWheel("py3.py4", "demo", "1.0", "x"))
		s.SetClock(time.Hour)
		if got := digests(); len(got) != 1 {
			t.Errorf("a second mail for the release: %q", got)
		}
		if r := s.Get("/project/demo/1.0/"); r.StatusCode != http.StatusOK {
			t.Errorf("the mail's link: %s", r.Status)
		}
	})
}

// TestSenderOfTheSettings: the settings decide who delivers, and say what is
// wrong before the server starts.
func TestSenderOfTheSettings(t *testing.T) {
	folder := t.TempDir()
	password := filepath.Join(folder, "password")
	for path, text := range map[string]string{password: "secret\r\nmore\n", filepath.Join(folder, "empty"): "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	smtp := config.Mail{SMTP: "mail.example.com:587", From: "Index <index@example.com>"}
	with := func(change func(*config.Mail)) config.Mail {
		m := smtp
		change(&m)
		return m
	}
	for _, row := range []struct {
		mail config.Mail
		want string // of String, or of the error
	}{
		{config.Mail{}, "files in "},
		{smtp, "SMTP to mail.example.com:587 (starttls)"},
		{with(func(m *config.Mail) { m.User, m.PasswordFile = "u", password }), "(starttls) as u"},
		{with(func(m *config.Mail) { m.TLS = "implicit" }), "(implicit)"},
		{with(func(m *config.Mail) { m.TLS = "none-on-loopback" }), "is not this machine"},
		{with(func(m *config.Mail) { m.TLS = "none" }), "mail.tls"},
		{with(func(m *config.Mail) { m.SMTP = "mail.example.com" }), "mail.smtp"},
		{with(func(m *config.Mail) { m.From = "" }), "mail.from"},
		{with(func(m *config.Mail) { m.From = "index" }), "sender of mail"},
		{with(func(m *config.Mail) { m.User = "u" }), "mail.password_file go together"},
		{with(func(m *config.Mail) { m.User, m.PasswordFile = "u", filepath.Join(folder, "none") }), "mail.password_file"},
		{with(func(m *config.Mail) { m.User, m.PasswordFile = "u", filepath.Join(folder, "empty") }), "is empty"},
	} {
		if got := senderOf(t, row.mail); !strings.Contains(got, row.want) || strings.Contains(got, "secret") {
			t.Errorf("%+v: %s, want %q", row.mail, got, row.want)
		}
	}
}

// senderOf is how the sender of an index with the settings calls itself, or why
// there is none.
func senderOf(t *testing.T, m config.Mail) string {
	t.Helper()
	c := config.Default()
	c.Data, c.Mail = t.TempDir(), m
	c, err := c.Resolve()
	if err != nil {
		return err.Error()
	}
	a, err := app.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err.Error()
	}
	defer a.Close()
	return a.Mail.String()
}
