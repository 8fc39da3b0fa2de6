package browse_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// found are the projects on a page of results, in order.
func found(r apptest.Response) string {
	var names []string
	for _, m := range regexp.MustCompile(`<li><a href="/project/([^/"]+)/">`).FindAllStringSubmatch(r.Text, -1) {
		names = append(names, m[1])
	}
	return strings.Join(names, " ")
}

// look searches for a text.
func look(s *apptest.Server, text string) apptest.Response {
	return s.Get("/search/?q=" + url.QueryEscape(text))
}

// settles waits until a search finds what it should: the index lags a second
// behind at most.
func settles(t *testing.T, s *apptest.Server, text, want string) {
	t.Helper()
	got := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if got = found(look(s, text)); got == want {
			return
		}
	}
	t.Errorf("a search for %s finds %q, want %q", text, got, want)
}

// mark has an operator set a flag on a project, or clear it.
func mark(s *apptest.Server, name, kind string, on bool) {
	if on {
		s.Run("admin", "flag", "set", "--project", name, kind, "--reason", "why")
		return
	}
	s.Run("admin", "flag", "clear", "--project", name, kind)
}

// eachIndex runs a test on each database, with as many searches as it likes.
func eachIndex(t *testing.T, test func(t *testing.T, s *apptest.Server)) {
	for name, where := range apptest.Databases(t) {
		t.Run(name, func(t *testing.T) {
			test(t, apptest.Start(t, func(c *config.Config) { c.Database, c.RateLimits = where(t), []string{"search=100000/1s"} }))
		})
	}
}

// TestSearch finds by name, summary, keywords and description, the best match first; what is deprecated comes last
// (ST-4) unless its exact name was typed.
func TestSearch(t *testing.T) {
	eachIndex(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("Log.Parser", "1.0", "x", "Summary: Reads logs", "Keywords: tail,syslog"))
		s.MustUpload(apptest.Wheel("logs", "1.0", "x", "Summary: Another <b>log parser</b>"))
		s.MustUpload(apptest.Wheel("zebra", "1.0", "x", "Summary: Parses nothing, logs everything.", "Author: Eva Müller"))
		settles(t, s, "log pars", "log-parser logs zebra")
		settles(t, s, "logparser", "log-parser")
		settles(t, s, "logs", "logs log-parser zebra")
		settles(t, s, "syslog", "log-parser")
		settles(t, s, "muller", "zebra")
		settles(t, s, `"logs everything"`, "zebra")
		settles(t, s, `"everything logs"`, "")
		has(t, look(s, "logs"), "3 projects", `<a href="/project/logs/">logs</a> 1.0`, "Another &lt;b&gt;log parser&lt;/b&gt;", `value="logs"`)
		has(t, look(s, "nothing of it"), "No project has all of these words")
		has(t, s.Get("/search/"), `<form class="search" action="/search/"`)

		mark(s, "log-parser", index.Deprecated, true)
		settles(t, s, "log pars", "logs zebra log-parser")
		settles(t, s, "Log_Parser", "log-parser logs")
		has(t, look(s, "log-parser"), `<span class="tag warn">deprecated</span>`)
	})
}

// TestSearchFollows: what changed is found as it is now, withdrawn projects at once by nobody (SD-6), restored ones at
// once again; and an index that is made anew is the same (P12).
func TestSearchFollows(t *testing.T) {
	eachIndex(t, func(t *testing.T, s *apptest.Server) {
		for i := range 3 {
			s.MustUpload(apptest.Wheel(fmt.Sprintf("demo-%d", i), "1.0", "x", "Summary: First words"))
		}
		settles(t, s, "first", "demo-0 demo-1 demo-2")
		s.MustUpload(apptest.Wheel("demo-1", "2.0", "x", "Summary: Second thoughts"))
		settles(t, s, "first", "demo-0 demo-2")
		settles(t, s, "second", "demo-1")
		for _, kind := range []string{index.Quarantined, index.Removed} {
			mark(s, "demo-1", kind, true)
			if got := found(look(s, "demo-1")) + found(look(s, "second")); got != "" {
				t.Errorf("%s, a project is found: %s", kind, got)
			}
			mark(s, "demo-1", kind, false)
			if got := found(look(s, "demo-1")); got != "demo-1" {
				t.Errorf("no longer %s, a project is not found: %s", kind, got)
			}
			settles(t, s, "second", "demo-1")
		}
		s.Run("admin", "flag", "set", "--project", "demo-1", "--release", "2.0", "yanked")
		settles(t, s, "second", "")
		settles(t, s, "first", "demo-0 demo-1 demo-2")

		s.Run("admin", "search", "rebuild")
		settles(t, s, "first", "demo-0 demo-1 demo-2")
		out := ""
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && !strings.Contains(out, `"complete":true`); time.Sleep(50 * time.Millisecond) {
			out = s.Run("admin", "search", "status", "--json")
		}
		if !strings.Contains(out, `"complete":true`) || !strings.Contains(out, `"behind":0`) {
			t.Errorf("the status is %q", out)
		}
	})
}

// TestST3ArchivedInSearch: archived projects are hidden, ranked down or shown, and found by their exact names.
func TestST3ArchivedInSearch(t *testing.T) {
	for setting, want := range map[string]string{"": "beta alpha", "hide": "beta", "rank-down": "beta alpha", "show": "alpha beta"} {
		s := apptest.Start(t, func(c *config.Config) { c.ArchivedInSearch = setting })
		s.MustUpload(apptest.Wheel("alpha", "1.0", "x", "Summary: letter"))
		s.MustUpload(apptest.Wheel("beta", "1.0", "x", "Summary: letter"))
		mark(s, "alpha", index.Archived, true)
		settles(t, s, "letter", want)
		settles(t, s, "ALPHA", "alpha")
	}
}

// TestPrivateSearch: a private project is found by who has a role in it and signed in, and by no other.
func TestPrivateSearch(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { c.NewProjects = "private" })
	owner, stranger := s.User("owner"), s.User("stranger")
	if r := s.Upload(s.NewToken(access.Grant{User: owner}), apptest.Wheel("secret-plan", "1.0", "x", "Summary: nothing to see")); r.StatusCode != http.StatusOK {
		t.Fatal(r.Status)
	}
	for who, want := range map[string]string{"": "", owner.Username: "secret-plan", stranger.Username: "", s.Admin.Username: "secret-plan"} {
		b := s.NewBrowser()
		if who != "" {
			b.Cookies[middleware.LoginCookie] = login(t, s, s.User(who))
		}
		for _, text := range []string{"secret-plan", "nothing"} {
			got := ""
			for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && got != want; time.Sleep(50 * time.Millisecond) {
				got = found(b.Get("/search/?q=" + text))
			}
			if got != want {
				t.Errorf("%q finds %q for %s, want %q", who, got, text, want)
			}
		}
	}
}

// login signs somebody in.
func login(t *testing.T, s *apptest.Server, u index.User) (secret string) {
	t.Helper()
	err := s.Recorder.Do(t.Context(), index.Operator(), func(tx *change.Tx) (err error) {
		secret, err = s.Guard.NewLogin(t.Context(), tx, index.Login{UserID: u.ID, Method: index.ByPassword})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// TestSearchPages: 20 results a page, in either order; what is no page is refused.
func TestSearchPages(t *testing.T) {
	s := apptest.Start(t)
	for i := range 21 {
		s.MustUpload(apptest.Wheel(fmt.Sprintf("many-%02d", i), "1.0", "x"))
	}
	settles(t, s, `"many 20"`, "many-20") // quoted, it is no name that needs no index
	first, second := look(s, "many"), s.Get("/search/?q=many&page=2")
	has(t, first, "21 projects", `<a href="/search/?page=2&amp;q=many" rel="next">Next</a>`, "Page 1 of 2")
	if got := len(strings.Fields(found(first))); got != 20 || found(second) != "many-20" {
		t.Errorf("%d on the first page, %s on the second", got, found(second))
	}
	has(t, second, `<a href="/search/?q=many" rel="prev">Previous</a>`)
	if got := found(s.Get("/search/?q=many&o=-created")); !strings.HasPrefix(got, "many-20 many-19 ") {
		t.Errorf("the newest first are %s", got)
	}
	for query, want := range map[string]int{
		"q=many&page=3": http.StatusNotFound, "q=many&page=0": http.StatusUnprocessableEntity, "q=many&page=x": http.StatusUnprocessableEntity,
		"q=many&page=99999999999999999999": http.StatusUnprocessableEntity, "q=" + strings.Repeat("a", 1001): http.StatusRequestEntityTooLarge,
		"q=%00%ff": http.StatusOK, "q=%20": http.StatusOK, "q=a&o=other": http.StatusOK,
	} {
		if r := s.Get("/search/?" + query); r.StatusCode != want {
			t.Errorf("%.40s: %s, want %d", query, r.Status, want)
		}
	}
	refused := 0
	for range 60 {
		if look(s, "many").StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("nobody is told to search less often")
	}
}
