package unsubscribe_test

import (
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/notify"
)

// TestOneClick: a GET asks and changes nothing; a POST from a mail program, with
// no cookie and the body of RFC 8058, does it; and it can be taken back.
func TestOneClick(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		path := notify.UnsubscribePath(s.Keys, s.Admin.ID, notify.GateWarnings)
		post := func(body string) apptest.Response {
			return s.Do(http.MethodPost, path, strings.NewReader(body), "Content-Type", "application/x-www-form-urlencoded")
		}
		for _, row := range []struct {
			answer   func() apptest.Response
			says     string
			unwanted bool
		}{
			{func() apptest.Response { return s.Get(path) }, "Stop mails of this sort?", false},
			{func() apptest.Response { return s.Get(path) }, "accepted with warnings", false},
			{func() apptest.Response { return post("List-Unsubscribe=One-Click") }, "no more mails of this sort", true},
			{func() apptest.Response { return post("List-Unsubscribe=One-Click") }, "no more mails of this sort", true},
			{func() apptest.Response { return post("wanted=yes") }, "get these mails again", false},
		} {
			r := row.answer()
			if r.StatusCode != http.StatusOK || !strings.Contains(r.Text, row.says) {
				t.Errorf("%s, want %q\n%s", r.Status, row.says, r.Text)
			}
			unwanted, err := s.DB.MailUnwanted(t.Context(), s.Admin.ID, string(notify.GateWarnings))
			if err != nil || unwanted != row.unwanted {
				t.Errorf("after %q: unwanted %v, %v", row.says, unwanted, err)
			}
		}
	})
}

// TestLinksThatAreNone change nothing and say what to do.
func TestLinksThatAreNone(t *testing.T) {
	s := apptest.Start(t)
	good := notify.UnsubscribePath(s.Keys, s.Admin.ID, notify.GateWarnings)
	for _, path := range []string{
		notify.UnsubscribeURL, notify.UnsubscribeURL + "?token=x", good[:len(good)-3],
		notify.UnsubscribePath(s.Keys, s.Admin.ID, notify.PasswordChange),
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if r := s.Do(method, path, nil); r.StatusCode != http.StatusNotFound || !strings.Contains(r.Text, "not whole") {
				t.Errorf("%s %s: %s", method, path, r.Status)
			}
		}
	}
	gone := notify.UnsubscribePath(s.Keys, 99, notify.GateWarnings)
	if r := s.Do(http.MethodPost, gone, nil); r.StatusCode != http.StatusOK {
		t.Errorf("an account that is gone: %s", r.Status)
	}
	if r := s.Do(http.MethodPost, good, nil, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); r.StatusCode != http.StatusForbidden {
		t.Errorf("from another site's page: %s", r.Status)
	}
}
