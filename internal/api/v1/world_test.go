package v1_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// world is an index with a project demo, which olga owns and max maintains, and
// whoever else asks for something.
type world struct {
	*apptest.Server
	t *testing.T
}

const wheel = "demo-1.0-py3-none-any.whl"

func eachWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		w := &world{s, t}
		for _, name := range []string{"olga", "max", "rea", "sid"} {
			s.User(name)
		}
		upload := s.NewToken(access.Grant{User: s.User("olga"), Description: "upload"})
		for _, d := range []apptest.Dist{apptest.Wheel("demo", "1.0", "a"), apptest.Sdist("demo", "1.0", "a"), apptest.Wheel("demo", "2.0", "b")} {
			if r := s.Upload(upload, d); r.StatusCode != http.StatusOK {
				t.Fatal(r.Status, r.Text)
			}
		}
		s.MustUpload(apptest.Wheel("other", "1.0", "c"))
		s.Run("admin", "role", "set", "--project", "demo", "--user", "max", "Maintainer")
		test(w)
	})
}

// token makes one of a user with permissions; "" gives none.
func (w *world) token(user string, permissions ...string) string {
	w.t.Helper()
	if user == "" {
		return ""
	}
	return w.NewToken(access.Grant{User: w.User(user), Description: fmt.Sprint(user, permissions), Permissions: permissions})
}

// ask sends a request with JSON; headers come in pairs.
func (w *world) ask(token, method, path, body string, headers ...string) apptest.Response {
	w.t.Helper()
	if token != "" {
		headers = append(headers, "Authorization", "Bearer "+token)
	}
	if body != "" {
		headers = append(headers, "Content-Type", "application/json")
	}
	return w.Do(method, "/api/v1"+path, strings.NewReader(body), headers...)
}

// want asks and holds status and, for a refusal, the code against what they should be.
func (w *world) want(status int, code index.Code, token, method, path, body string, headers ...string) map[string]any {
	w.t.Helper()
	r := w.ask(token, method, path, body, headers...)
	got := map[string]any{}
	if err := json.Unmarshal([]byte(r.Text), &got); err != nil && r.StatusCode != http.StatusNotModified {
		w.t.Errorf("%s %s: %s %q is no JSON: %v", method, path, r.Status, r.Text, err)
	}
	if r.StatusCode != status || code != "" && got["code"] != string(code) {
		w.t.Errorf("%s %s %s: %s %s; want %d %s", method, path, body, r.Status, r.Text, status, code)
	}
	if status < 300 && r.Header.Get("ETag") == "" {
		w.t.Errorf("%s %s: no ETag", method, path)
	}
	if want := "application/problem+json"; status >= 400 && r.Header.Get("Content-Type") != want {
		w.t.Errorf("%s %s: a refusal of the type %q", method, path, r.Header.Get("Content-Type"))
	}
	return got
}

// number is an identifier that is one.
func number(v any) string { return fmt.Sprintf("%.0f", v) }

// serial is the number of the project's last change.
func (w *world) serial(name string) int64 {
	w.t.Helper()
	p, found, err := w.DB.Project(w.t.Context(), name)
	if err != nil || !found {
		w.t.Fatal(name, err)
	}
	return p.LastSerial
}
