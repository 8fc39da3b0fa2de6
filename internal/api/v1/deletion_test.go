package v1_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// TestSD25DeletionByAPI: each level is deleted once, is in the list of what can
// be restored, and comes back.
func TestSD25DeletionByAPI(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("olga", "delete")
		for _, row := range []struct{ path, confirm string }{
			{"/projects/demo/files/" + wheel, wheel}, {"/projects/demo/releases/1.0", "1.0"}, {"/projects/demo", "demo"},
		} {
			status := func() string {
				return w.want(200, "", "", "GET", row.path, "")["status"].(map[string]any)["status"].(string)
			}
			for _, body := range []string{"", `{"reason": "x"}`, `{"confirm": "yes"}`, `{"confirm": "` + row.confirm + `", "reason": "a\nb"}`} {
				w.want(422, index.CodeInvalidBody, token, "DELETE", row.path, body)
			}
			if f := w.want(200, "", token, "GET", row.path+"/deletion", ""); f["files"].(float64) < 1 || f["refusal"] != nil || f["restorable_until"] == nil {
				t.Errorf("%v", f)
			}
			before := w.serial("demo")
			body := `{"confirm": "` + row.confirm + `", "reason": "a mistake"}`
			got := w.want(200, "", token, "DELETE", row.path, body)
			flag := got["flags"].([]any)[0].(map[string]any)
			if flag["kind"] != "deleted" || flag["reason"] != "a mistake" || flag["restorable_until"] == nil || status() != "deleted" {
				t.Errorf("%v", got)
			}
			once := w.serial("demo")
			w.want(200, "", token, "DELETE", row.path, body)
			if after := w.serial("demo"); once == before || after != once {
				t.Errorf("%s: serials %d, %d, %d", row.path, before, once, after)
			}
			list := w.want(200, "", token, "GET", "/deleted", "")["items"].([]any)
			if len(list) != 1 || list[0].(map[string]any)["restore"] != "/api/v1"+row.path+"/restore" || len(list[0].(map[string]any)["blockers"].([]any)) != 0 {
				t.Errorf("%v", list)
			}
			w.want(403, index.CodeNotAllowed, w.token("sid", "delete"), "POST", row.path+"/restore", "")
			w.want(200, "", token, "POST", row.path+"/restore", "")
			w.want(409, index.CodeNotRestorable, token, "POST", row.path+"/restore", "")
			if status() != "active" {
				t.Errorf("%s is %s", row.path, status())
			}
		}
		if page := w.Get("/simple/demo/"); strings.Count(page.Text, "<a ") != 3 {
			t.Errorf("not all is back: %s", page.Text)
		}
	})
}

// TestSD4HeldThingsAreNotDeleted: 409, and the switch and other tokens refuse.
func TestSD4HeldThingsAreNotDeleted(t *testing.T) {
	eachWorld(t, func(w *world) {
		token, body := w.token("olga", "delete", "status", "yank"), `{"confirm": "1.0"}`
		w.want(200, "", token, "PUT", "/projects/demo/releases/2.0/yank", "")
		w.want(200, "", token, "DELETE", "/projects/demo/releases/2.0", `{"confirm": "2.0"}`)
		w.want(409, index.CodeDeleted, token, "PUT", "/projects/demo/releases/2.0/yank", `{"reason": "other"}`)
		w.Run("admin", "flag", "set", "--project", "demo", "--release", "1.0", "quarantined", "--reason", "held")
		w.want(409, index.CodeLocked, token, "DELETE", "/projects/demo/releases/1.0", body)
		w.want(409, index.CodeLocked, token, "DELETE", "/projects/demo", `{"confirm": "demo"}`)
		w.Run("admin", "flag", "clear", "--project", "demo", "--release", "1.0", "quarantined")
		w.Run("admin", "switch", "disallow-deletion", "on")
		w.want(403, index.CodeDeletionDisabled, token, "DELETE", "/projects/demo/releases/1.0", body)
		w.Run("admin", "switch", "disallow-deletion", "off")
		w.want(412, index.CodePrecondition, token, "DELETE", "/projects/demo/releases/1.0", body, "If-Match", `"other"`)
		etag := w.ask(token, "GET", "/projects/demo/releases/1.0", "").Header.Get("ETag")
		w.want(200, "", token, "DELETE", "/projects/demo/releases/1.0", body, "If-Match", etag)
	})
}

// TestSD25UploadTokensNeitherYankNorDeleteNorRestore, whoever has them.
func TestSD25UploadTokensNeitherYankNorDeleteNorRestore(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.Run("admin", "flag", "set", "--project", "demo", "--release", "2.0", "deleted", "--reason", "gone")
		before := w.serial("demo")
		for _, token := range []string{w.token("olga"), w.token("olga", "upload"), w.token("olga", "read", "upload", "report"), w.token("admin", "upload")} {
			for _, row := range [][3]string{
				{"PUT", "/projects/demo/releases/1.0/yank", ""},
				{"DELETE", "/projects/demo/releases/1.0/yank", ""},
				{"PUT", "/projects/demo/files/" + wheel + "/yank", ""},
				{"DELETE", "/projects/demo", `{"confirm": "demo"}`},
				{"DELETE", "/projects/demo/releases/1.0", `{"confirm": "1.0"}`},
				{"DELETE", "/projects/demo/files/" + wheel, `{"confirm": "` + wheel + `"}`},
				{"POST", "/projects/demo/releases/2.0/restore", ""},
				{"PATCH", "/projects/demo/status", `{"status": "archived"}`},
				{"POST", "/projects/demo/deprecations", `{"specifier": "<2"}`},
				{"POST", "/projects/demo/releases/1.0/reopen", ""},
				{"GET", "/deleted", ""},
				{"POST", "/moderation/projects/demo/quarantine", `{"reason": "x"}`},
			} {
				if got := w.ask(token, row[0], row[1], row[2]); got.StatusCode != 403 || !strings.Contains(got.Text, `"invalid-token"`) && !strings.Contains(got.Text, `"not-allowed"`) {
					t.Errorf("%s %s: %s %s", row[0], row[1], got.Status, got.Text)
				}
			}
		}
		if w.serial("demo") != before {
			t.Error("something changed")
		}
	})
}

// TestST9DeprecationsBySpecifier: made, listed with what they are on, taken back.
func TestST9DeprecationsBySpecifier(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("olga", "status")
		for _, specifier := range []string{"", "new", "<", "1.0", "=1"} {
			code := index.CodeInvalidSpecifier
			if specifier == "" {
				code = index.CodeInvalidBody
			}
			w.want(422, code, token, "POST", "/projects/demo/deprecations", `{"specifier": "`+specifier+`"}`)
		}
		made := w.want(201, "", token, "POST", "/projects/demo/deprecations", `{"specifier": "<2.0", "category": "eol", "reason": "old", "later": true}`)
		if v := made["versions"].([]any); len(v) != 1 || v[0] != "1.0" || made["specifier"] != "<2.0" {
			t.Fatalf("%v", made)
		}
		if st := w.want(200, "", "", "GET", "/projects/demo/releases/1.0", "")["status"].(map[string]any); st["status"] != "deprecated" || st["category"] != "eol" {
			t.Errorf("%v", st)
		}
		items := w.want(200, "", "", "GET", "/projects/demo/deprecations", "")["items"].([]any)
		if len(items) != 1 {
			t.Fatalf("%v", items)
		}
		w.want(404, index.CodeNotFound, token, "DELETE", "/projects/demo/deprecations/999999", "")
		w.want(404, index.CodeNotFound, token, "DELETE", "/projects/demo/deprecations/x", "")
		left := w.want(200, "", token, "DELETE", "/projects/demo/deprecations/"+number(made["id"]), "")
		if len(left["items"].([]any)) != 0 {
			t.Errorf("%v", left)
		}
		if got := w.want(200, "", token, "POST", "/projects/demo/releases/1.0/reopen", ""); got["open_until"] == nil {
			t.Errorf("%v", got)
		}
	})
}

// TestST9DeprecationOfOneRelease is set once and taken back once.
func TestST9DeprecationOfOneRelease(t *testing.T) {
	eachWorld(t, func(w *world) {
		token, path := w.token("olga", "status"), "/projects/demo/releases/1.0/deprecation"
		for _, row := range []struct{ method, body, status string }{
			{"PUT", `{"category": "insecure", "reason": "a hole", "successors": ["https://example.com/other"]}`, "deprecated"}, {"DELETE", "", "active"},
		} {
			before := w.serial("demo")
			got := w.want(200, "", token, row.method, path, row.body)
			w.want(200, "", token, row.method, path, row.body)
			if st := got["status"].(map[string]any); st["status"] != row.status || w.serial("demo") != before+1 {
				t.Errorf("%s: %v, %d changes", row.method, st, w.serial("demo")-before)
			}
		}
		w.want(422, index.CodeInvalidBody, token, "PUT", path, `{"category": "old"}`)
		w.want(404, index.CodeNotFound, token, "PUT", "/projects/demo/releases/9/deprecation", "{}")
	})
}

// TestSD18WhoOwnedItRestoresPrivateThings although their role ended with the deletion; they see nothing else of the project, and
// who owned nothing of it hears of none.
func TestSD18WhoOwnedItRestoresPrivateThings(t *testing.T) {
	eachWorld(t, func(w *world) {
		token, sid := w.token("olga", "delete", "read"), w.token("sid", "delete")
		w.Run("admin", "project", "private", "demo")
		w.Run("admin", "role", "set", "--project", "demo", "--user", "max", "Owner")
		w.want(200, "", token, "DELETE", "/projects/demo/releases/1.0", `{"confirm": "1.0"}`)
		w.Run("admin", "role", "remove", "--project", "demo", "--user", "olga")
		w.want(200, "", w.token("max", "delete"), "DELETE", "/projects/demo/releases/2.0", `{"confirm": "2.0"}`)
		w.want(404, index.CodeNotFound, token, "GET", "/projects/demo", "")
		hidden := w.want(404, index.CodeNotFound, sid, "POST", "/projects/demo/releases/1.0/restore", "")
		if nothing := w.want(404, index.CodeNotFound, sid, "POST", "/projects/none/releases/1.0/restore", ""); len(nothing) != len(hidden) {
			t.Errorf("what is hidden says %v, what is not there %v", hidden, nothing)
		}
		w.want(404, index.CodeNotFound, token, "POST", "/projects/demo/releases/2.0/restore", "") // deleted after her time
		list := w.want(200, "", token, "GET", "/deleted", "")["items"].([]any)
		if len(list) != 1 || list[0].(map[string]any)["version"] != "1.0" {
			t.Fatalf("%v", list)
		}
		w.want(200, "", token, "POST", "/projects/demo/releases/1.0/restore", "")
		w.want(404, index.CodeNotFound, token, "POST", "/projects/demo/releases/1.0/restore", "") // it is hers no longer
	})
}

// TestSD15NamesThatNeverHadAFile are held for a day after a deletion. Until then their owner restores the project, by the address that
// the list gives; afterwards anybody may have the name, and who had it hears what stands in the way.
func TestSD15NamesThatNeverHadAFile(t *testing.T) {
	eachWorld(t, func(w *world) {
		token, sid := w.token("rea", "delete"), w.token("sid")
		for _, args := range [][]string{{"prohibit", "fresh", "--note", "x"}, {"allow", "fresh"}, {"assign", "fresh", "--owner", "rea"}} {
			w.Run(append([]string{"admin", "name"}, args...)...)
		}
		upload := func(token string, want int, says string) {
			t.Helper()
			if r := w.Upload(token, apptest.Wheel("fresh", "1.0", "x")); r.StatusCode != want || !strings.Contains(r.Text, says) {
				t.Errorf("%s %s; want %d %q", r.Status, r.Text, want, says)
			}
		}
		state := func(want index.NameState, left time.Duration) {
			t.Helper()
			n, _, err := w.DB.Name(t.Context(), "fresh")
			if err != nil || n.State != want || left > 0 && n.HeldUntil.Sub(w.Clock()).Round(time.Minute) != left {
				t.Errorf("%+v, %v; want %s for %s", n, err, want, left)
			}
		}
		for range 2 {
			w.want(200, "", token, "DELETE", "/projects/fresh", `{"confirm": "fresh"}`)
			state(index.NameHeld, 24*time.Hour)
			upload(sid, 409, "is held until")
			upload(w.token("rea"), 409, "is held until")
			w.want(404, index.CodeNotFound, w.token("sid", "delete"), "POST", "/projects/fresh/restore", "")
			item := w.want(200, "", token, "GET", "/deleted", "")["items"].([]any)[0].(map[string]any)
			w.want(200, "", token, "POST", strings.TrimPrefix(item["restore"].(string), "/api/v1"), "")
			state(index.NameActive, 0)
		}
		w.want(200, "", token, "DELETE", "/projects/fresh", `{"confirm": "fresh"}`)
		w.SetClock(24*time.Hour - time.Minute)
		upload(sid, 409, "is held until")
		w.SetClock(24*time.Hour + time.Minute)
		upload(sid, 200, "")
		state(index.NameActive, 0)
		item := w.want(200, "", token, "GET", "/deleted", "")["items"].([]any)[0].(map[string]any)
		if b := fmt.Sprint(item["blockers"]); !strings.Contains(b, "belongs to another project") {
			t.Errorf("%v", item)
		}
		if r := w.ask(token, "POST", "/projects/fresh/restore", ""); r.StatusCode == 200 {
			t.Error("the name was taken back")
		}
	})
}
