package v1_test

import (
	"strings"
	"testing"

	"strongroom/internal/index"
)

const found = "It sends the environment to a server when it is imported."

// TestSN13Reports: 202, the state can be followed, and nobody else's can.
func TestSN13Reports(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("rea", "report")
		body := `{"kind": "malware", "text": "` + found + `", "filename": "` + wheel + `", "path": "demo/__init__.py", "line": 3, "url": "https://example.com/x"}`
		r := w.ask(token, "POST", "/projects/demo/reports", body)
		if r.StatusCode != 202 || !strings.Contains(r.Text, `"state":"received"`) || !strings.HasPrefix(r.Header.Get("Location"), "/api/v1/reports/") {
			t.Fatalf("%s %s", r.Status, r.Text)
		}
		at := strings.TrimPrefix(r.Header.Get("Location"), "/api/v1")
		if got := w.want(200, "", token, "GET", at, ""); got["state"] != "received" || got["version"] != "1.0" || got["sha256"] == "" {
			t.Errorf("%v", got)
		}
		w.want(404, index.CodeNotFound, w.token("sid", "report"), "GET", at, "")
		w.want(404, index.CodeNotFound, token, "POST", "/projects/nothing/reports", body)
		w.want(401, index.CodeSignIn, "", "POST", "/projects/demo/reports", body)
		w.want(403, index.CodeInvalidToken, w.token("rea"), "POST", "/projects/demo/reports", body)
		for _, bad := range []string{
			`{}`, `{"kind": "malware"}`, `{"kind": "malware", "text": "short"}`, `{"kind": "look-alike", "text": "` + found + `"}`,
			`{"kind": "spam", "text": "` + found + `", "version": "9"}`, `{"kind": "spam", "text": "` + found + `", "filename": "none.whl"}`,
		} {
			w.want(422, index.CodeInvalidBody, token, "POST", "/projects/demo/reports", bad)
		}
		moderator := w.token("admin", "moderate")
		queue := w.want(200, "", moderator, "GET", "/moderation/reports", "")["items"].([]any)
		if len(queue) != 1 || queue[0].(map[string]any)["text"] != found || queue[0].(map[string]any)["reporter"] != "rea" {
			t.Fatalf("%v", queue)
		}
		if got := w.want(200, "", moderator, "POST", "/moderation"+at+"/decision", `{"state": "rejected", "note": "it does not"}`); got["kind"] != "decide" {
			t.Errorf("%v", got)
		}
		w.want(409, index.CodeReportDecided, moderator, "POST", "/moderation"+at+"/decision", `{"state": "confirmed"}`)
		w.want(422, index.CodeInvalidBody, moderator, "POST", "/moderation"+at+"/decision", `{"state": "received"}`)
		if got := w.want(200, "", token, "GET", at, ""); got["state"] != "rejected" || got["note"] != nil {
			t.Errorf("%v", got)
		}
		if open := w.want(200, "", moderator, "GET", "/moderation/reports", "")["items"].([]any); len(open) != 0 {
			t.Errorf("%v", open)
		}
		if all := w.want(200, "", moderator, "GET", "/moderation/reports?state=all", "")["items"].([]any); len(all) != 1 {
			t.Errorf("%v", all)
		}
		w.want(422, index.CodeInvalidQuery, moderator, "GET", "/moderation/reports?state=x", "")
		w.want(200, "", moderator, "GET", "/moderation"+at, "")
		if own := w.want(200, "", token, "GET", "/reports", "")["items"].([]any); len(own) != 1 {
			t.Errorf("%v", own)
		}
	})
}

// TestSN1TakedownsByAPI: each act on each level, cleared, and undone.
func TestSN1TakedownsByAPI(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("admin", "moderate")
		for _, place := range []struct{ path, read string }{
			{"/moderation/projects/demo", "/projects/demo"},
			{"/moderation/projects/demo/releases/1.0.0", "/projects/demo/releases/1.0"},
			{"/moderation/projects/demo/files/" + wheel, "/projects/demo/files/" + wheel},
		} {
			status := func() string {
				return w.want(200, "", "", "GET", place.read, "")["status"].(map[string]any)["status"].(string)
			}
			w.want(422, index.CodeInvalidBody, token, "POST", place.path+"/quarantine", `{}`)
			w.want(422, index.CodeInvalidBody, token, "POST", place.path+"/quarantine", `{"reason": "schön"}`)
			act := w.want(200, "", token, "POST", place.path+"/quarantine", `{"reason": "under review"}`)
			if act["kind"] != "quarantine" || status() != "quarantined" {
				t.Errorf("%s: %v, %s", place.path, act, status())
			}
			w.want(422, index.CodeInvalidBody, token, "POST", place.path+"/remove", `{"reason": "bad"}`)
			removed := w.want(200, "", token, "POST", place.path+"/remove", `{"reason": "spam", "category": "spam", "silent": true}`)
			if status() != "removed" {
				t.Errorf("%s: %s", place.path, status())
			}
			undone := w.want(200, "", token, "POST", "/moderation/acts/"+removed["id"].(string)+"/undo", "")
			if undone["undone_by"] != "admin" || status() != "quarantined" {
				t.Errorf("%v, %s", undone, status())
			}
			w.want(409, index.CodeActOvertaken, token, "POST", "/moderation/acts/"+removed["id"].(string)+"/undo", "")
			w.want(200, "", token, "POST", place.path+"/clear", "")
			if status() != "active" {
				t.Errorf("%s: %s", place.path, status())
			}
			w.want(409, index.CodeActOvertaken, token, "POST", place.path+"/clear", "")
		}
		first := w.want(200, "", token, "GET", "/moderation/acts?limit=4", "")
		rest := w.want(200, "", token, "GET", strings.TrimPrefix(first["next"].(string), w.Config.URL+"/api/v1"), "")
		if len(first["items"].([]any)) != 4 || len(rest["items"].([]any)) == 0 {
			t.Errorf("%v\n%v", first, rest)
		}
		w.want(404, index.CodeNotFound, token, "POST", "/moderation/acts/none/undo", "")
		w.want(404, index.CodeNotFound, token, "POST", "/moderation/projects/nothing/quarantine", `{"reason": "x"}`)
		w.want(412, index.CodePrecondition, token, "POST", "/moderation/projects/demo/quarantine", `{"reason": "x"}`, "If-Match", "*")
	})
}

// TestPeopleNamesAndSwitchesByAPI: an administrator's token turns switches, a moderator's does not.
func TestPeopleNamesAndSwitchesByAPI(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("admin", "moderate")
		victim := w.token("sid", "report")
		w.want(422, index.CodeInvalidBody, token, "POST", "/moderation/users/sid/freeze", `{}`)
		w.want(200, "", token, "POST", "/moderation/users/sid/freeze", `{"reason": "odd uploads"}`)
		w.want(403, index.CodeUserFrozen, victim, "GET", "/reports", "")
		w.want(200, "", token, "POST", "/moderation/users/sid/unfreeze", `{"reason": "sorry"}`)
		w.want(200, "", victim, "GET", "/reports", "")
		w.want(404, index.CodeNotFound, token, "POST", "/moderation/users/nobody/freeze", `{"reason": "x"}`)
		w.want(200, "", token, "POST", "/moderation/names/Ev.il/prohibit", `{"message": "did you mean demo?", "successors": ["demo"]}`)
		w.want(200, "", token, "POST", "/moderation/names/ev-il/allow", "")
		w.want(409, index.CodeActOvertaken, token, "POST", "/moderation/names/ev-il/allow", "")
		w.want(422, index.CodeInvalidBody, token, "POST", "/moderation/names/demo/prohibit", "{}")
		w.want(422, index.CodeInvalidBody, token, "POST", "/moderation/names/ev-il/prohibit", `{"message": "did you mean demo?", "successors": [null]}`)
		w.want(403, index.CodeInvalidToken, w.token("admin", "status"), "PUT", "/moderation/switches/read-only", `{"on": true}`)
		w.want(200, "", token, "PUT", "/moderation/switches/read-only", `{"on": true, "note": "moving"}`)
		w.want(403, index.CodeReadOnly, token, "POST", "/moderation/names/ev-il/prohibit", `{"message": "no"}`)
		w.want(200, "", token, "PUT", "/moderation/switches/read-only", `{"on": false}`)
		for _, who := range []string{w.token("olga", "moderate"), w.token("max", "moderate", "yank", "status", "delete", "report")} {
			w.want(403, index.CodeNotAllowed, who, "POST", "/moderation/projects/other/quarantine", `{"reason": "x"}`)
			w.want(403, index.CodeNotAllowed, who, "GET", "/moderation/reports", "")
		}
		w.Run("admin", "user", "moderator", "olga", "--on")
		w.want(403, index.CodeNotAllowed, w.token("olga", "moderate"), "PUT", "/moderation/switches/read-only", `{"on": true}`)
	})
}
