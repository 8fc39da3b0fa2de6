package v1_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// TestST13Status: an owner's token sets and takes back each status; asking twice
// is one change.
func TestST13Status(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("olga", "status")
		w.want(200, "", "", "GET", "/projects/demo/status", "")
		for _, row := range []struct{ body, status, marker string }{
			{`{"status": "deprecated", "reason": "use other", "category": "superseded", "successors": ["other"], "url": "https://example.com/why"}`, "deprecated", "deprecated"},
			{`{"status": "archived", "reason": "done"}`, "archived", "archived"},
			{`{"status": "active"}`, "active", "active"},
			{`{"status": "deprecated", "from": "2999-01-01T00:00:00Z"}`, "active", "active"},
		} {
			before := w.serial("demo")
			got := w.want(200, "", token, "PATCH", "/projects/demo/status", row.body)
			if got["status"] != row.status || got["marker"] != row.marker {
				t.Errorf("%s: %v", row.body, got)
			}
			once := w.serial("demo")
			w.want(200, "", token, "PATCH", "/projects/demo/status", row.body)
			if after := w.serial("demo"); once == before || after != once {
				t.Errorf("%s: serials %d, %d, %d", row.body, before, once, after)
			}
		}
		got := w.want(200, "", "", "GET", "/projects/demo", "")
		upcoming, _ := got["status"].(map[string]any)["upcoming"].(map[string]any)
		if upcoming["kind"] != "deprecated" || upcoming["pending"] != true {
			t.Errorf("announced: %v", got)
		}
		if page := w.Get("/simple/demo/", "Accept", "application/vnd.pypi.simple.v1+json"); !strings.Contains(page.Text, "demo-1.0") {
			t.Error(page.Status)
		}
		if faults, err := w.DB.Faults(t.Context()); err != nil || len(faults) != 0 {
			t.Errorf("what is stored disagrees: %+v, %v", faults, err)
		}
	})
}

// TestST13YankByReleaseAndFile, also in other spellings of the version and name.
func TestST13YankByReleaseAndFile(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("max", "yank")
		before := w.serial("demo")
		got := w.want(200, "", token, "PUT", "/projects/demo/releases/1.0.0/yank", `{"reason": "broken"}`)
		if st := got["status"].(map[string]any); st["yanked"] != true || st["yanked_reason"] != "broken" || got["version"] != "1.0" {
			t.Errorf("%v", got)
		}
		w.want(200, "", token, "PUT", "/projects/demo/releases/1.0/yank", `{"reason": "broken"}`)
		if n := w.serial("demo") - before; n != 1 {
			t.Errorf("%d changes, want 1", n)
		}
		w.want(200, "", token, "PUT", "/projects/demo/releases/1.0/yank", `{"reason": "very broken"}`)
		if page := w.Get("/simple/demo/"); !strings.Contains(page.Text, `data-yanked="very broken"`) {
			t.Error("installers do not hear of it")
		}
		w.want(200, "", token, "DELETE", "/projects/demo/releases/1.0/yank", "")
		w.want(200, "", token, "DELETE", "/projects/demo/releases/1.0/yank", "")
		got = w.want(200, "", token, "PUT", "/projects/demo/files/"+wheel+"/yank", "")
		if got["filename"] != wheel || got["status"].(map[string]any)["yanked"] != true {
			t.Errorf("%v", got)
		}
		w.want(200, "", token, "DELETE", "/projects/demo/files/"+wheel+"/yank", "")
		if page := w.Get("/simple/demo/"); strings.Contains(page.Text, "data-yanked") {
			t.Error("still yanked")
		}
		for _, path := range []string{"/projects/demo/releases/3/yank", "/projects/demo/releases/x/yank", "/projects/demo/files/other-1.0-py3-none-any.whl/yank"} {
			w.want(404, index.CodeNotFound, token, "PUT", path, "{}")
		}
		r := w.ask(token, "PUT", "/projects/Demo/releases/1.0/yank", "{}")
		if r.StatusCode != http.StatusPermanentRedirect || r.Header.Get("Location") != "/api/v1/projects/demo/releases/1.0/yank" {
			t.Errorf("%s %s", r.Status, r.Header.Get("Location"))
		}
	})
}

// TestST13Refusals: 422 for what cannot be, 409 where administrators hold it.
func TestST13Refusals(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("olga", "status", "yank")
		for body, code := range map[string]index.Code{
			`{`: index.CodeInvalidBody, `[]`: index.CodeInvalidBody, `{"status": 1}`: index.CodeInvalidBody, `{}`: index.CodeInvalidBody,
			`{"status": "active"} {}`: index.CodeInvalidBody, `{"status": "frozen"}`: index.CodeInvalidBody, `{"Status": "active"}`: index.CodeInvalidBody,
			`{"status": "active", "status": "archived"}`: index.CodeInvalidBody, `{"status": "active", "why": ""}`: index.CodeInvalidBody,
			`{"status": "active", "reason": "x"}`: index.CodeInvalidBody, `{"status": "archived", "reason": "a\nb"}`: index.CodeInvalidBody,
			`{"status": "archived", "reason": "\u202e"}`: index.CodeInvalidBody, `{"status": "archived", "reason": "` + strings.Repeat("x", 501) + `"}`: index.CodeInvalidBody,
			`{"status": "deprecated", "url": "http://example.com"}`: index.CodeInvalidBody, `{"status": "deprecated", "successors": ["demo"]}`: index.CodeInvalidBody,
			`{"status": "deprecated", "successors": ["nothing-here"]}`: index.CodeInvalidBody, `{"status": "archived", "from": "soon"}`: index.CodeInvalidBody,
			`{"status": "deprecated", "category": "malware"}`: index.CodeInvalidBody, `{"status": "archived", "reason": null}`: index.CodeInvalidBody,
			`{"status": "deprecated", "successors": [null]}`: index.CodeInvalidBody, `{"status": "deprecated", "successors": ["https://example.com/x", null ]}`: index.CodeInvalidBody,
		} {
			w.want(422, code, token, "PATCH", "/projects/demo/status", body)
		}
		w.want(413, index.CodeBodyTooLarge, token, "PATCH", "/projects/demo/status", `{"status": "active", "reason": "`+strings.Repeat("x", 64<<10)+`"}`)
		w.want(422, index.CodeInvalidBody, token, "DELETE", "/projects/demo/releases/1.0/yank", `{"reason": "x"}`)
		w.want(415, index.CodeUnsupportedBody, token, "PATCH", "/projects/demo/status", "", "Content-Type", "application/x-www-form-urlencoded")
		w.want(415, index.CodeUnsupportedBody, token, "PUT", "/projects/demo/releases/1.0/yank", "", "Content-Type", "text/plain")
		w.want(405, index.CodeMethodNotAllowed, token, "POST", "/projects/demo/status", "{}")
		for kind, code := range map[string]index.Code{"quarantined": index.CodeProjectQuarantined, "removed": index.CodeProjectRemoved, "locked": index.CodeProjectLocked} { // SN-2
			w.Run("admin", "flag", "set", "--project", "demo", kind, "--reason", "held")
			w.want(403, code, token, "PATCH", "/projects/demo/status", `{"status": "archived"}`)
			w.want(403, code, token, "PUT", "/projects/demo/releases/1.0/yank", "{}")
			w.Run("admin", "flag", "clear", "--project", "demo", kind)
		}
	})
}

// TestIfMatch: of two who change the state that both read, one is refused (412).
func TestIfMatch(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("olga", "status", "yank")
		etag := w.ask("", "GET", "/projects/demo/status", "").Header.Get("ETag")
		if r := w.ask("", "GET", "/projects/demo/status", "", "If-None-Match", "W/"+etag); r.StatusCode != http.StatusNotModified || r.Text != "" {
			t.Errorf("the state that is known: %s", r.Status)
		}
		w.want(412, index.CodePrecondition, token, "PATCH", "/projects/demo/status", `{"status": "archived"}`, "If-Match", `"other"`)
		w.want(412, index.CodePrecondition, token, "PATCH", "/projects/demo/status", `{"status": "archived"}`, "If-Match", "W/"+etag)
		var won, lost sync.Map
		var all sync.WaitGroup
		before := w.serial("demo")
		for i := range 20 {
			all.Go(func() {
				body := `{"status": "deprecated", "reason": "` + strings.Repeat("x", i+1) + `"}`
				switch r := w.ask(token, "PATCH", "/projects/demo/status", body, "If-Match", etag); r.StatusCode {
				case http.StatusOK:
					won.Store(i, r.Header.Get("ETag"))
				case http.StatusPreconditionFailed:
					lost.Store(i, true)
				default:
					t.Error(r.Status, r.Text)
				}
			})
		}
		all.Wait()
		if wins, losses := size(&won), size(&lost); wins != 1 || losses != 19 || w.serial("demo") != before+1 {
			t.Errorf("%d won, %d lost, %d changes", wins, losses, w.serial("demo")-before)
		}
		won.Range(func(_, etag any) bool {
			w.want(200, "", token, "PATCH", "/projects/demo/status", `{"status": "active"}`, "If-Match", `"x", `+etag.(string))
			return true
		})
		w.want(200, "", token, "PUT", "/projects/demo/releases/1.0/yank", "{}", "If-Match", "*")
	})
}

func size(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

// TestIdempotencyKey: of 50 requests at once with one key one is carried out,
// and its answer is everybody's.
func TestIdempotencyKey(t *testing.T) {
	eachWorld(t, func(w *world) {
		token, path := w.token("olga", "status", "yank"), "/projects/demo/status"
		before := w.serial("demo")
		var all sync.WaitGroup
		var texts sync.Map
		for range 50 {
			all.Go(func() {
				switch r := w.ask(token, "PATCH", path, `{"status": "archived", "reason": "once"}`, "Idempotency-Key", "one"); r.StatusCode {
				case http.StatusOK:
					texts.Store(r.Text+r.Header.Get("ETag"), true)
				case http.StatusConflict:
					if !strings.Contains(r.Text, string(index.CodeKeyBusy)) {
						t.Error(r.Text)
					}
				default:
					t.Error(r.Status, r.Text)
				}
			})
		}
		all.Wait()
		if n := w.serial("demo") - before; n != 1 || size(&texts) != 1 {
			t.Errorf("%d changes, %d different answers", n, size(&texts))
		}
		w.want(200, "", token, "PATCH", path, `{"status": "active"}`)
		r := w.ask(w.token("olga", "status"), "PATCH", path, `{"status": "archived", "reason": "once"}`, "Idempotency-Key", "one")
		if r.StatusCode != http.StatusOK || r.Header.Get("Idempotency-Replayed") != "true" || !strings.Contains(r.Text, `"archived"`) {
			t.Errorf("again with a new token: %s %s", r.Status, r.Text)
		}
		if got := w.want(200, "", "", "GET", path, ""); got["status"] != "active" {
			t.Errorf("it was carried out twice: %v", got)
		}
		w.want(422, index.CodeKeyMismatch, token, "PATCH", path, `{"status": "archived"}`, "Idempotency-Key", "one")
		w.want(422, index.CodeKeyMismatch, token, "PUT", "/projects/demo/releases/1.0/yank", "{}", "Idempotency-Key", "one")
		w.want(200, "", w.token("admin", "status"), "PATCH", path, `{"status": "active"}`, "Idempotency-Key", "one")
		w.want(422, index.CodeInvalidQuery, token, "PATCH", path, `{"status": "active"}`, "Idempotency-Key", "")
		w.want(422, index.CodeInvalidBody, token, "PATCH", path, `{"status": "x"}`, "Idempotency-Key", "two")
		w.want(422, index.CodeInvalidBody, token, "PATCH", path, `{"status": "x"}`, "Idempotency-Key", "two")
	})
}

// TestReading: what everybody sees and what maintainers see besides.
func TestReading(t *testing.T) {
	eachWorld(t, func(w *world) {
		read := w.token("max", "read")
		if got := w.want(200, "", read, "GET", "/projects/demo", ""); got["role"] != "Maintainer" || got["name"] != "demo" {
			t.Errorf("%v", got)
		}
		if got := w.want(200, "", "pypi-nonsense", "GET", "/projects/demo", ""); got["role"] != nil {
			t.Errorf("%v", got)
		}
		w.want(404, index.CodeNotFound, "", "GET", "/projects/nothing", "")
		w.want(404, index.CodeNotFound, "", "GET", "/projects/-", "")
		w.Run("admin", "flag", "set", "--project", "demo", "--release", "2.0", "deleted", "--reason", "oops")
		versions := func(token string) (out []string) {
			for _, item := range w.want(200, "", token, "GET", "/projects/demo/releases", "")["items"].([]any) {
				out = append(out, item.(map[string]any)["version"].(string))
			}
			return out
		}
		if everybody, insiders := versions(""), versions(read); strings.Join(everybody, " ") != "1.0" || strings.Join(insiders, " ") != "2.0 1.0" {
			t.Errorf("%v, %v", everybody, insiders)
		}
		if got := versions(w.token("olga", "yank")); len(got) != 1 {
			t.Errorf("a token that may not read sees %v", got)
		}
		deleted := w.want(200, "", "", "GET", "/projects/demo/releases/2.0", "")
		if st := deleted["status"].(map[string]any); st["status"] != "deleted" || st["reason"] != "oops" || len(deleted["files"].([]any)) != 0 {
			t.Errorf("%v", deleted)
		}
		w.want(200, "", "", "GET", "/projects/demo/files/"+wheel, "")
		w.want(200, "", "", "GET", "/projects/demo/flags", "")
		w.want(200, "", "", "GET", "/labels", "")
		w.pages(read)
	})
}

// pages goes through the list of releases one at a time.
func (w *world) pages(token string) {
	w.t.Helper()
	first := w.ask(token, "GET", "/projects/demo/releases?limit=1", "")
	next := w.want(200, "", token, "GET", "/projects/demo/releases?limit=1", "")["next"]
	if next == nil || first.Header.Get("Link") != "<"+next.(string)+`>; rel="next"` {
		w.t.Fatalf("%v %s", next, first.Header.Get("Link"))
	}
	last := w.want(200, "", token, "GET", strings.TrimPrefix(next.(string), w.Config.URL+"/api/v1"), "")
	if items := last["items"].([]any); len(items) != 1 || items[0].(map[string]any)["version"] != "1.0" || last["next"] != nil {
		w.t.Errorf("%v", last)
	}
	for _, query := range []string{"limit=0", "limit=1001", "limit=x", "limit=", "limit=1&limit=2", "cursor=%2f", "cursor=bm9uZQ"} {
		w.want(422, index.CodeInvalidQuery, token, "GET", "/projects/demo/releases?"+query, "")
	}
}

// TestPrivateProjectsAreNotThere for whoever has no role in them, in any spelling.
func TestPrivateProjectsAreNotThere(t *testing.T) {
	s := apptest.Start(t)
	w := &world{s, t}
	s.MustUpload(apptest.Wheel("Hid.Den", "1.0", "a"))
	s.Run("admin", "project", "private", "hid-den")
	token := w.token("sid", "read", "yank", "status", "delete", "report")
	for _, path := range []string{"", "/status", "/releases", "/releases/1.0", "/flags", "/files/hid_den-1.0-py3-none-any.whl"} {
		w.want(401, index.CodeSignIn, "", "GET", "/projects/hid-den"+path, "")
		w.want(404, index.CodeNotFound, token, "GET", "/projects/hid-den"+path, "")
		hidden, absent := w.ask(token, "GET", "/projects/hid-den"+path, ""), w.ask(token, "GET", "/projects/not-here"+path, "")
		if strings.ReplaceAll(absent.Text, "not-here", "hid-den") != hidden.Text {
			t.Errorf("%s tells what is there: %s / %s", path, hidden.Text, absent.Text)
		}
		if other := w.ask(token, "GET", "/projects/Hid.Den"+path, ""); other.StatusCode != http.StatusPermanentRedirect {
			t.Errorf("%s: %s", path, other.Status)
		}
	}
	stranger := w.token("sid", "yank", "status")
	for _, path := range []string{"/projects/hid-den/releases/1.0/yank", "/projects/not-here/releases/1.0/yank"} {
		w.want(404, index.CodeNotFound, stranger, "PUT", path, "{}")
	}
}

// TestLimits: each answer says how many requests are left, and too many are refused.
func TestLimits(t *testing.T) {
	s := apptest.Start(t)
	w := &world{s, t}
	s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
	r := w.ask("", "GET", "/projects/demo", "")
	if !strings.HasPrefix(r.Header.Get("RateLimit"), `"api-read";r=1199;`) || r.Header.Get("RateLimit-Policy") != `"api-read";q=1200;w=300` {
		t.Errorf("%q %q", r.Header.Get("RateLimit"), r.Header.Get("RateLimit-Policy"))
	}
	token := w.token("admin", "yank")
	for range 300 {
		s.Limiter.Allow(t.Context(), "api-write", s.Admin.UID)
	}
	r = w.ask(token, "PUT", "/projects/demo/releases/1.0/yank", "{}")
	if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" || !strings.Contains(r.Text, string(index.CodeTooManyRequests)) {
		t.Errorf("%s %s", r.Status, r.Text)
	}
}

// TestMFA6TokensMeetThePolicy: where everybody needs a second factor, the token of
// somebody without one changes nothing.
func TestMFA6TokensMeetThePolicy(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("olga", "yank", "status", "delete")
		w.Guard.Policy.Require2FA = "all"
		w.want(403, index.CodeNeedFactor, token, "PUT", "/projects/demo/releases/1.0/yank", "")
		w.want(403, index.CodeNeedFactor, token, "DELETE", "/projects/demo", `{"confirm": "demo"}`)
		w.Guard.Policy.Require2FA = "none"
		w.want(200, "", token, "PUT", "/projects/demo/releases/1.0/yank", "")
	})
}
