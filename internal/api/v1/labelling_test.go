package v1_test

import (
	"testing"

	"strongroom/internal/change"
	"strongroom/internal/index"
)

// TestST12Labels: moderators set and clear them on everything; everybody reads
// the public ones, with reason and end, and never the note.
func TestST12Labels(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.Run("admin", "organization", "create", "acme", "--owner", "olga")
		w.define(index.Label{Key: "watched", Text: "Watched", Colour: "red", Public: true}, index.Label{Key: "inner", Text: "For us", Colour: "grey"})
		token := w.token("admin", "moderate")
		for moderated, read := range map[string]string{
			"/projects/demo": "/projects/demo", "/projects/demo/releases/1.0.0": "/projects/demo/releases/1.0", "/projects/demo/files/" + wheel: "/projects/demo/files/" + wheel,
			"/users/sid": "/users/sid/labels", "/organizations/acme": "/organizations/acme/labels",
		} {
			at := "/moderation" + moderated + "/labels/"
			before := w.serial("demo")
			w.want(200, "", token, "PUT", at+"watched", `{"reason": "asked twice", "note": "secret", "until": "2999-01-01T00:00:00Z"}`)
			all := w.want(200, "", token, "PUT", at+"inner", "")
			w.is("all", names(all["labels"], "key"), "inner", "watched")
			if got := all["labels"].([]any)[1].(map[string]any); got["note"] != "secret" || got["set_by"] != "admin" {
				t.Errorf("%v", got)
			}
			public := w.want(200, "", "", "GET", read, "")["labels"].([]any)
			if len(public) != 1 {
				t.Fatalf("%s: %v", read, public)
			}
			if got := public[0].(map[string]any); got["key"] != "watched" || got["reason"] != "asked twice" || got["until"] != "2999-01-01T00:00:00Z" || got["note"] != nil {
				t.Errorf("%s: %v", read, got)
			}
			w.want(200, "", token, "POST", "/moderation/acts/"+all["act"].(string)+"/undo", "")
			if left := w.want(200, "", token, "DELETE", at+"inner", ""); left["act"] != nil || len(left["labels"].([]any)) != 1 {
				t.Errorf("%s, undone: %v", at, left)
			}
			w.want(422, index.CodeInvalidBody, token, "PUT", at+"undefined", "")
			w.want(422, index.CodeInvalidBody, token, "PUT", at+"quarantined", `{"reason": "x"}`)
			for range 2 {
				w.want(200, "", token, "DELETE", at+"watched", "")
			}
			if left := w.want(200, "", "", "GET", read, "")["labels"].([]any); len(left) != 0 || w.serial("demo") != before {
				t.Errorf("%s: %v", read, left)
			}
		}
		w.want(403, index.CodeNotAllowed, w.token("olga", "moderate"), "PUT", "/moderation/projects/demo/labels/watched", "")
		w.want(403, index.CodeInvalidToken, w.token("admin", "status"), "PUT", "/moderation/projects/demo/labels/watched", "")
		for _, path := range []string{"/moderation/projects/none/labels/watched", "/moderation/users/none/labels/watched", "/moderation/organizations/none/labels/watched"} {
			w.want(404, index.CodeNotFound, token, "PUT", path, "")
		}
		w.Run("admin", "user", "moderator", "olga", "--on")
		w.want(403, index.CodeNotAllowed, w.token("olga", "moderate"), "PUT", "/moderation/labels/mine", `{"text": "x", "colour": "red"}`)
		w.want(200, "", token, "PUT", "/moderation/labels/mine", `{"text": "x", "colour": "red"}`)
		w.want(200, "", w.token("olga", "moderate"), "PUT", "/moderation/users/sid/labels/mine", "")
		w.want(200, "", token, "DELETE", "/moderation/labels/mine", "")
		w.want(422, index.CodeInvalidBody, token, "PUT", "/moderation/users/sid/trust", `{"trusted": null}`) // "not" would be a guess
		if got := w.want(200, "", token, "PUT", "/moderation/users/sid/trust", `{"trusted": true}`); got["trusted"] != true || !w.User("sid").Trusted {
			t.Errorf("%v", got)
		}
	})
}

// TestModeratorsLabelNoHiddenProjects that nobody reported.
func TestModeratorsLabelNoHiddenProjects(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.Run("admin", "user", "moderator", "sid", "--on")
		w.Run("admin", "project", "private", "demo")
		w.define(index.Label{Key: "watched", Text: "Watched", Colour: "red"})
		token := w.token("sid", "moderate")
		hidden := w.want(404, index.CodeNotFound, token, "PUT", "/moderation/projects/demo/labels/watched", "")
		absent := w.want(404, index.CodeNotFound, token, "PUT", "/moderation/projects/none/labels/watched", "")
		if hidden["title"] != absent["title"] {
			t.Errorf("%v, %v", hidden, absent)
		}
		w.want(200, "", token, "PUT", "/moderation/projects/other/labels/watched", "")
	})
}

func (w *world) define(labels ...index.Label) {
	w.t.Helper()
	if err := w.Recorder.Do(w.t.Context(), index.Operator(), func(tx *change.Tx) error {
		for _, l := range labels {
			l.CreatedAt = tx.Now
			if err := tx.PutLabel(w.t.Context(), l); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
}
