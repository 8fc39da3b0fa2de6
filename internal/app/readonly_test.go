package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// stillAnswered are the addresses with a method that changes things and that
// answer while the index is read-only: signing in and out, calls that read, and
// what refuses by itself.
func stillAnswered() []string {
	return []string{
		"/pypi", "/pypi/{$}", "/RPC2", // XML-RPC reads
		"/legacy", "/legacy/{$}", // a redirect; the upload itself refuses once the body is drained
		"/account/login/{$}", "/account/sso/login", "/account/sso/prove", "/account/two-factor/{$}", "/account/recovery-code/{$}",
		"/account/webauthn-authenticate/options", "/account/webauthn-authenticate/validate", "/account/passkey/options", "/account/passkey/validate",
		"/account/confirm-login/{$}", "/account/reauthenticate/{$}", "/account/logout/{$}",
		"/admin/switches/{$}", "/api/v1/moderation/switches/{name}", // or nobody could end it
	}
}

// TestFN4ReadOnlyHoldsForEveryRoute of the table, those that come later too: a
// write is refused with its stable code, to an administrator as well; reading
// and installing go on.
func TestFN4ReadOnlyHoldsForEveryRoute(t *testing.T) {
	m := newMatrix(t, apptest.Start(t))
	before := map[string]string{}
	m.eachWrite(func(key, method, path string, a actor) { before[key] = m.ask(method, path, a) })
	m.Run("admin", "switch", "read-only", "on", "--note", "back at noon")
	refused := 0
	m.eachWrite(func(key, method, path string, a actor) {
		if before[key] != "yes" {
			return
		}
		if got := m.ask(method, path, a); got != "read-only" {
			t.Errorf("%s as %s: %q, want read-only", key, a.name, got)
		}
		refused++
	})
	if refused < 50 {
		t.Errorf("only %d writes were refused", refused)
	}
	for _, path := range []string{"/", "/simple/", "/simple/own/", "/project/own/", "/pypi/own/json", "/account/login/"} {
		if got := m.Get(path); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
	token := m.NewToken(access.Grant{User: m.User("owner"), Description: "all"})
	if r := m.Upload(token, apptest.Wheel("own", "2.0", "x")); r.StatusCode != http.StatusForbidden || !strings.Contains(r.Text+r.Status, "back at noon") {
		t.Errorf("an upload: %s %s", r.Status, r.Text)
	}
	m.Run("admin", "switch", "read-only", "off")
	m.eachWrite(func(key, method, path string, a actor) {
		if got := m.ask(method, path, a); got != before[key] {
			t.Errorf("%s as %s, switched off again: %q, before %q", key, a.name, got, before[key])
		}
	})
}

// eachWrite goes through the routes that may change something, as those who have
// most rights.
func (m *matrix) eachWrite(fn func(key, method, path string, a actor)) {
	for _, route := range m.Routes {
		if slices.Contains(stillAnswered(), route.Path) {
			continue
		}
		for method := range strings.FieldsSeq(route.Methods) {
			if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method) {
				continue
			}
			place := "own"
			if rule, _ := access.RuleOf(route.Right); rule.On == access.OnOrganization {
				place = "own-group"
			}
			for _, a := range m.actors {
				if slices.Contains([]string{"anonymous", "owner", "admin", "owner's token"}, a.name) {
					fn(method+" "+route.Path+" "+a.name, method, fill(route.Path, place), a)
				}
			}
		}
	}
}

// TestFN4Switches: each has its code and a text with the note, holds from the next request on, and ends as soon.
func TestFN4Switches(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.Accounts.Open = true
		s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
		token := s.NewToken(access.Grant{User: s.User("admin"), Description: "all"})
		register := func() apptest.Response {
			return s.NewBrowser().PostForm("/account/register/", "username", "carol", "email", "carol@example.com", "new_password", "wandering violet lighthouse", "password_confirm", "wandering violet lighthouse")
		}
		for _, row := range []struct {
			name string
			code index.Code
			try  func() apptest.Response
		}{
			{index.SwitchReadOnly, index.CodeReadOnly, func() apptest.Response { return s.Upload(token, apptest.Wheel("demo", "2.0", "b")) }},
			{index.SwitchNoUploads, index.CodeUploadsDisabled, func() apptest.Response { return s.Upload(token, apptest.Wheel("demo", "2.0", "b")) }},
			{index.SwitchNoNewProjects, index.CodeNewProjectsOff, func() apptest.Response { return s.Upload(token, apptest.Wheel("fresh", "1.0", "b")) }},
			{index.SwitchNoNewUsers, index.CodeNewUsersOff, register},
		} {
			s.Run("admin", "switch", row.name, "on", "--note", "see the status page")
			if r := row.try(); r.StatusCode != http.StatusForbidden || !strings.Contains(r.Text, string(row.code)) || !strings.Contains(r.Text, "see the status page") {
				t.Errorf("%s: %s %s, want code %s and the note", row.name, r.Status, r.Text, row.code)
			}
			s.Run("admin", "switch", row.name, "off")
			if r := row.try(); r.StatusCode >= 400 {
				t.Errorf("%s, off again: %s %s", row.name, r.Status, r.Text)
			}
			events, err := s.DB.EventsOf(t.Context(), "switch:"+row.name, 2)
			if err != nil || len(events) != 2 || events[1].After != "on" || events[1].Reason != "see the status page" || events[0].After != "off" {
				t.Errorf("%s: %+v, %v", row.name, events, err)
			}
		}
	})
}
