package manage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

const history = "/manage/account/history/"

// TestHistory says who did what from where, in pages and as JSON; where others
// came from is theirs.
func TestHistory(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		b := signIn(t, s, "alice")
		done(t, b.PostForm(account, "name", "Alice"), account)
		b.Header.Set("User-Agent", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605")
		done(t, b.PostForm(account, "name", "Alicia"), account)
		admin := index.Actor{Kind: "user", UserID: s.Admin.ID, Username: "admin", Address: "192.0.2.9", UserAgent: "curl/8"}
		if err := s.Recorder.Do(t.Context(), admin, func(tx *change.Tx) error {
			tx.Event(index.Event{Action: index.EventFlagSet, Object: "user:alice", Reason: "a test"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		r := b.Get(history)
		has(t, r, 200, "An account was made.", "The name that is shown", "Alice → Alicia", "this browser", "Firefox on Linux", "A flag was set", "a test")
		if strings.Contains(r.Text, "curl") || strings.Contains(r.Text, "127.0.0.1") {
			t.Errorf("an address, or where somebody else came from:\n%s", r.Text)
		}
		var got struct {
			Account string
			Events  []struct {
				Action, Who, Place string
				ThisBrowser        bool `json:"this_browser"`
			}
		}
		if err := json.Unmarshal([]byte(b.Get("/manage/account/history.json").Text), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Events) != 4 || got.Events[0].Who != "admin" || got.Events[0].Place != "" || !got.Events[1].ThisBrowser || got.Events[2].ThisBrowser ||
			got.Events[1].Place == "" || got.Events[1].Place != got.Events[2].Place {
			t.Errorf("%+v", got)
		}
		if other := signIn(t, s, "bob").Get(history); strings.Contains(other.Text, "Alicia") {
			t.Error("somebody else's history")
		}
	})
}

// TestHistoryPages: fifty a page, nothing twice and nothing left out.
func TestHistoryPages(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	do(t, s, func(_ context.Context, tx *change.Tx) error {
		for range 119 {
			tx.Event(index.Event{Action: index.EventAccountName, Object: "user:alice"})
		}
		return nil
	})
	seen := 0
	path := history
	for range 3 {
		r := b.Get(path)
		seen += strings.Count(r.Text, "<tr><td>")
		_, rest, more := strings.Cut(r.Text, `<a href="?before=`)
		if !more {
			break
		}
		before, _, _ := strings.Cut(rest, `"`)
		path = history + "?before=" + before
	}
	if seen != 120 { // the account's making is one
		t.Errorf("saw %d", seen)
	}
	has(t, b.Get(history+"?before=nonsense"), 200, "Older")
}

// TestLedgerPages: the history of a project, an organization and a team goes back page by page and forth again, with nothing
// twice and nothing left out; the export names its next part.
func TestLedgerPages(t *testing.T) {
	eachShared(t, func(t *testing.T, s *shared) {
		s.Run("admin", "organization", "create", "acme", "--owner", "alice")
		s.Run("admin", "team", "create", "acme", "red")
		alice := s.as("alice")
		var group index.Organization
		var team index.Team
		s.change(func(ctx context.Context, tx *change.Tx) (err error) {
			if group, _, err = tx.Organization(ctx, "acme"); err != nil {
				return err
			}
			if team, _, err = tx.Team(ctx, group.ID, "red"); err != nil {
				return err
			}
			for i := range 1_010 {
				for _, object := range []string{"project:demo", "organization:" + group.UID, "team:" + team.UID, "user:alice"} {
					tx.Event(index.Event{Action: index.EventVisibility, Object: object, After: fmt.Sprintf("mark-%04d.", i)})
				}
			}
			return nil
		})
		for _, at := range []string{"/manage/project/demo/", "/manage/organization/acme/", "/manage/organization/acme/team/red/", "/manage/account/"} {
			first := alice.Get(at + "history/")
			if marks(first) != 50 || strings.Contains(first.Text, "Newer") {
				t.Errorf("%s: %d events on the first page, or a page newer than it", at, marks(first))
			}
			second := alice.Get(at + "history/" + linked(t, first, "Older"))
			third := alice.Get(at + "history/" + linked(t, second, "Older"))
			if third.Text == second.Text || !strings.Contains(third.Text, "mark-0909.") || strings.Contains(third.Text, "mark-0910.") {
				t.Errorf("%s: the third page does not follow the second:\n%s", at, third.Text)
			}
			if back := alice.Get(at + "history/" + linked(t, third, "Newer")); marks(back) != 50 || !strings.Contains(back.Text, "mark-0910.") || !strings.Contains(back.Text, "mark-0959.") {
				t.Errorf("%s: back from the third page: %d events", at, marks(back))
			}
			part := alice.Get(at + "history.json")
			next, ok := strings.CutSuffix(strings.TrimPrefix(part.Header.Get("Link"), "<"), `>; rel="next"`)
			if !ok || marks(part) != 1000 {
				t.Fatalf("%s: %d events in the first part, Link %q", at, marks(part), part.Header.Get("Link"))
			}
			if last := alice.Get(next); marks(last) != 10 || last.Header.Get("Link") != "" {
				t.Errorf("%s: %d events in the last part, Link %q", at, marks(last), last.Header.Get("Link"))
			}
		}
	})
}

func marks(r apptest.Response) int { return strings.Count(r.Text, "mark-") }

// linked is the query of a page's link.
func linked(t *testing.T, r apptest.Response, text string) string {
	t.Helper()
	m := regexp.MustCompile(`<a href="(\?[a-z]+=\d+)" rel="[a-z]+">` + text).FindStringSubmatch(r.Text)
	if m == nil {
		t.Fatalf("no link %q:\n%s", text, r.Text)
	}
	return m[1]
}

// TestNotYours: the keys of another account's rows change nothing, and the
// answer is that of keys that never were (IDOR).
func TestNotYours(t *testing.T) {
	s := apptest.Start(t)
	bob := signIn(t, s, "bob")
	email := addEmail(t, s, "bob", "bob2@example.com", true)
	unverified := addEmail(t, s, "bob", "bob3@example.com", false)
	s.NewToken(access.Grant{User: s.User("bob"), Description: "CI"})
	token := living(t, s, "bob")[0].ID
	addApp(t, s, bob, "Phone")
	login := access.HashSecret(bob.Cookies["__Host-strongroom"])
	device := remember(t, s, "bob") // after the second factor, which ends the trust in others

	alice := signIn(t, s, "alice")
	for _, row := range []struct{ path, field, theirs, none string }{
		{account, "primary_email_id", email, "9999"},
		{account, "delete_email_id", email, "9999"},
		{account, "reverify_email_id", unverified, "x"},
		{"/manage/account/logins/end", "login", login, "none"},
		{"/manage/account/devices/delete", "device_id", device, "9999"},
		{tokens + "delete/", "macaroon_id", token, "none"},
		{totp + "/delete", "label", "Phone", "none"},
	} {
		a, b := alice.PostForm(row.path, row.field, row.theirs), alice.PostForm(row.path, row.field, row.none)
		if has(t, a, 404); a.Text != b.Text || a.StatusCode != b.StatusCode {
			t.Errorf("%s %s: a row of somebody else is told from none:\n%s\n%s", row.path, row.field, a.Text, b.Text)
		}
	}
	has(t, alice.Get(tokens+"?from="+token), 404)
	has(t, bob.Get(account), 200, "bob2@example.com")
	has(t, bob.Get(two), 200, "Phone")
	if len(emails(t, s, "bob")) != 3 || trusted(t, s, "bob") != 1 || len(living(t, s, "bob")) != 1 || len(s.Mails("bob3@example.com")) != 0 {
		t.Error("something of somebody else was changed")
	}
}

// TestOtherSites (security-bar 2.4): forms of other sites do nothing.
func TestOtherSites(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	r := b.Do("POST", account, "application/x-www-form-urlencoded", "name=Mallory", "Accept", "text/html", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	if has(t, r, 403); s.User("alice").Name != "" {
		t.Error("the name was changed")
	}
}
