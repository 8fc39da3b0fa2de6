package app_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/middleware"
)

// site is the whole server with its real handlers and an https address, without
// a network: one answer for each request.
type site struct {
	*apptest.Server
	t       *testing.T
	handler http.Handler
	people  []actor
	answers int
}

// newSite fills an index with something for each route to show.
func newSite(t *testing.T) *site {
	m := newMatrix(t, apptest.Start(t))
	gate, err := middleware.NewGate(m.Guard, m.Config.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Server: m.Server, t: t, people: []actor{{name: "anonymous"}, {name: "owner", headers: m.login("owner", 0)}, {name: "stranger", headers: m.login("stranger", 0)}, {name: "admin", headers: m.login("admin", 0)}}}
	s.handler = (&middleware.Site{Clock: m.Clock, HTTPS: true}).Wrap(middleware.Router(gate, m.Routes))
	return s
}

func (s *site) ask(method, path string, headers ...map[string]string) *http.Response {
	r := httptest.NewRequest(method, "http://index.example"+path, nil)
	for _, set := range headers {
		for name, value := range set {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	s.answers++
	return w.Result()
}

// TestHeadersEverywhere asks for every route, with every method and some that it
// does not know, as everybody, for people and programs, and holds each answer
// against security-bar 2.6: pages, files, redirects, 304 and errors alike.
func TestHeadersEverywhere(t *testing.T) {
	s, seen := newSite(t), map[int]int{}
	for _, route := range s.Routes {
		rule, _ := access.RuleOf(route.Right)
		methods := append(strings.Fields(route.Methods), http.MethodHead, http.MethodPut)
		for _, place := range []string{"own", "own-private", "no-such"} {
			for _, who := range s.people {
				for _, accept := range []string{"text/html", "application/json", "image/png"} {
					for _, method := range methods {
						r := s.ask(method, fill(route.Path, place), who.headers, map[string]string{"Accept": accept})
						seen[r.StatusCode]++
						s.safe(r, method+" "+fill(route.Path, place)+" as "+who.name, rule, who)
					}
				}
			}
			if place == "own" && !strings.Contains(route.Path, "{project}") {
				break
			}
		}
	}
	for _, path := range []string{"/nothing/", "//simple/", "/simple/../account/login/", "/static/strongroom.css", "/static/none", "/simple/Own/"} {
		r := s.ask(http.MethodGet, path)
		seen[r.StatusCode]++
		s.safe(r, path, access.Rule{Who: access.Anyone}, s.people[0])
	}
	seen[s.again(t)]++
	t.Logf("%d answers, by status: %v", s.answers, seen)
	for _, status := range []int{200, 301, 303, 304, 400, 401, 403, 404, 405} {
		if seen[status] == 0 {
			t.Errorf("no answer with %d was looked at", status)
		}
	}
}

// again asks for a page that did not change and gives the status.
func (s *site) again(t *testing.T) int {
	first := s.ask(http.MethodGet, "/simple/own/")
	etag := ""
	for name, values := range first.Header { // no client is between, who would write the name as Go does
		if strings.EqualFold(name, "ETag") {
			etag = values[0]
		}
	}
	r := s.ask(http.MethodGet, "/simple/own/", map[string]string{"If-None-Match": etag})
	s.safe(r, "a page again", access.Rule{Who: access.Readers}, s.people[0])
	if r.StatusCode != http.StatusNotModified {
		t.Errorf("%s, want 304", r.Status)
	}
	return r.StatusCode
}

// safe holds one answer against the rules.
func (s *site) safe(r *http.Response, what string, rule access.Rule, who actor) {
	s.t.Helper()
	h := r.Header
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "origin", "Permissions-Policy": "camera=()",
		"Strict-Transport-Security": "max-age=31536000", "Content-Security-Policy": "default-src 'none'", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := h.Values(name); len(got) != 1 || !strings.Contains(got[0], want) {
			s.t.Errorf("%s (%d): %s is %q, want %q in it", what, r.StatusCode, name, got, want)
		}
	}
	if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
		s.t.Errorf("%s: the policy %q", what, csp)
	}
	open := rule.Who == access.Anyone || rule.Who == access.Readers && !(rule.On == access.OnProject && strings.Contains(what, "private"))
	cache := h.Get("Cache-Control")
	if !open && !strings.Contains(cache, "private") && !strings.Contains(cache, "no-store") && who.headers != nil {
		s.t.Errorf("%s (%d) depends on a login, and caches may keep it: %q", what, r.StatusCode, cache)
	}
	if strings.Contains(what, " /account/") && r.StatusCode != http.StatusMethodNotAllowed && !strings.Contains(cache, "no-store") {
		s.t.Errorf("%s (%d): Cache-Control %q", what, r.StatusCode, cache)
	}
	for _, c := range r.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || !slices.Contains([]http.SameSite{http.SameSiteLaxMode, http.SameSiteStrictMode}, c.SameSite) {
			s.t.Errorf("%s sets an unsafe cookie: %s", what, c)
		}
	}
	if to := h.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) && !strings.HasPrefix(to, s.Config.URL+"/") {
		s.t.Errorf("%s leads away: %q", what, to)
	}
}
