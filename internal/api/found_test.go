package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// report tells the index of a token that was found.
func report(s *apptest.Server, text string) apptest.Response {
	return s.Do(http.MethodPost, "/_/secrets/disclose-token", strings.NewReader(text), "Content-Type", "application/json")
}

// found is a report in GitHub's format of tokens at one place.
func found(place string, tokens ...string) string {
	var all []map[string]string
	for _, t := range tokens {
		all = append(all, map[string]string{"token": t, "type": "pypi_api_token", "url": place, "source": "content"})
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// TestFoundTokens (PW-11): who has a token can end it. Its owner gets a mail without the place, which a stranger chose, and finds the
// place in the history; nothing else ends.
func TestFoundTokens(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		alice := s.User("alice")
		leaked, kept := s.NewToken(access.Grant{User: alice, Description: "laptop"}), s.NewToken(access.Grant{User: alice, Description: "desk"})
		forged := leaked[:len(leaked)-4] + "AAAA"
		const place = "https://code.example/alice/x/blob/main/.pypirc"
		r := report(s, found(place, leaked, forged, "pypi-nothing"))
		var labels []struct {
			Hash  string `json:"token_hash"`
			Type  string `json:"token_type"`
			Label string `json:"label"`
		}
		if err := json.Unmarshal([]byte(r.Text), &labels); err != nil || r.StatusCode != http.StatusOK || len(labels) != 3 {
			t.Fatalf("%s %v\n%s", r.Status, err, r.Text)
		}
		sum := sha256.Sum256([]byte(leaked))
		if labels[0].Label != "true_positive" || labels[1].Label != "false_positive" || labels[2].Label != "false_positive" ||
			labels[0].Hash != base64.StdEncoding.EncodeToString(sum[:]) || labels[0].Type != "pypi_api_token" || strings.Contains(r.Text, leaked) {
			t.Errorf("%s", r.Text)
		}
		if r := s.Upload(leaked, apptest.Wheel("demo", "1.0", "x")); r.StatusCode != http.StatusForbidden {
			t.Errorf("the found token: %s", r.Status)
		}
		if r := s.Upload(kept, apptest.Wheel("demo", "1.0", "x")); r.StatusCode != http.StatusOK {
			t.Errorf("another token: %s", r.Status)
		}
		events, err := s.DB.EventsOf(t.Context(), "user:alice", 1)
		if err != nil || len(events) != 1 || events[0].Action != index.EventTokenRevoke || events[0].After != "found in public "+place {
			t.Errorf("%+v, %v", events, err)
		}
		if again := report(s, found(place, leaked)); !strings.Contains(again.Text, "true_positive") {
			t.Errorf("again: %s", again.Text)
		}
		mails := s.Mails(alice.Email)
		if len(mails) != 1 || !strings.Contains(mails[0].Subject, "Your API token was public") || !strings.Contains(mails[0].Text, "laptop") || strings.Contains(mails[0].Text+mails[0].HTML, "code.example") {
			t.Errorf("%+v", mails)
		}
	})
}

// TestReportsThatCannotBe are refused whole.
func TestReportsThatCannotBe(t *testing.T) {
	s := apptest.Start(t)
	for _, text := range []string{"", "{", `"x"`, "[1]", found("x", make([]string, 101)...), "[" + strings.Repeat(" ", 1<<20) + "]"} {
		if r := report(s, text); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%.40q: %s", text, r.Status)
		}
	}
	for range 100 {
		report(s, "[]")
	}
	if r := report(s, "[]"); r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Errorf("the 107th: %s", r.Status)
	}
}
