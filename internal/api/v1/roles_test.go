package v1_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
)

// names lists a field of the objects in a list.
func names(list any, field string) (out []string) {
	for _, item := range list.([]any) {
		out = append(out, item.(map[string]any)[field].(string))
	}
	slices.Sort(out)
	return out
}

// is holds a list against what it should be.
func (w *world) is(what string, got []string, want ...string) {
	w.t.Helper()
	if !slices.Equal(got, want) {
		w.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestFN1Roles: an owner's token invites, changes and takes away; nobody else's does.
func TestFN1Roles(t *testing.T) {
	eachWorld(t, func(w *world) {
		token, demo := w.token("olga", "roles"), "/projects/demo"
		roles := w.want(200, "", token, "GET", demo+"/roles", "")
		w.is("people", names(roles["people"], "username"), "max", "olga")
		roles = w.want(200, "", token, "POST", demo+"/invitations", `{"to": "rea", "role": "Reader"}`)
		w.is("invited", names(roles["invitations"], "to"), "rea")
		w.want(422, index.CodeInvalidBody, token, "POST", demo+"/invitations", `{"to": "max", "role": "Reader"}`)
		w.want(422, index.CodeInvalidBody, token, "POST", demo+"/invitations", `{"to": "nobody", "role": "Reader"}`)
		w.want(422, index.CodeInvalidBody, token, "POST", demo+"/invitations", `{"to": "rea", "role": "Member"}`)
		offer := func() string { return demo + "/invitations/" + names(roles["invitations"], "id")[0] }
		first := offer()
		roles = w.want(200, "", token, "POST", first+"/resend", "")
		w.want(404, index.CodeNoInvitation, token, "DELETE", first, "")
		roles = w.want(200, "", token, "DELETE", offer(), "")
		w.is("invited", names(roles["invitations"], "to"))

		roles = w.want(200, "", token, "PUT", demo+"/roles/max", `{"role": "Owner"}`)
		w.is("roles", names(roles["people"], "role"), "Owner", "Owner")
		w.want(422, index.CodeInvalidBody, token, "PUT", demo+"/roles/sid", `{"role": "Owner"}`)
		w.want(200, "", token, "DELETE", demo+"/roles/max", "")
		w.want(409, index.CodeLastOwner, token, "DELETE", demo+"/roles/olga", "")
		w.want(409, index.CodeLastOwner, token, "POST", demo+"/leave", "")
		w.Run("admin", "role", "set", "--project", "demo", "--user", "max", "Maintainer")
		maintainer := w.token("max", "roles")
		w.want(200, "", maintainer, "GET", demo+"/roles", "")
		w.want(403, index.CodeNotAllowed, maintainer, "PUT", demo+"/roles/olga", `{"role": "Reader"}`)
		w.want(403, index.CodeInvalidToken, w.token("olga"), "GET", demo+"/roles", "")
		w.want(403, index.CodeInvalidToken, w.token("olga", "read", "upload", "yank", "status", "delete"), "PUT", demo+"/roles/max", `{"role": "Reader"}`)
		w.want(403, index.CodeNotAllowed, w.token("sid", "roles"), "GET", demo+"/roles", "")
		if got := w.want(200, "", maintainer, "POST", demo+"/leave", ""); got["gone"] != "demo" {
			t.Errorf("%v", got)
		}
		w.want(403, index.CodeNotAllowed, maintainer, "GET", demo+"/roles", "")
	})
}

// TestMFA7HeldAccountsGiveNothingByToken: what a browser may not for a day, a token
// may not either.
func TestMFA7HeldAccountsGiveNothingByToken(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.Run("admin", "organization", "create", "acme", "--owner", "olga")
		token := w.token("olga", "roles", "settings", "organizations", "yank")
		if err := w.Recorder.Do(t.Context(), index.Operator(), func(tx *change.Tx) error {
			return tx.Hold(t.Context(), w.User("olga").ID, tx.Now.Add(time.Hour))
		}); err != nil {
			t.Fatal(err)
		}
		for _, row := range [][3]string{
			{"POST", "/projects/demo/invitations", `{"to": "rea", "role": "Owner"}`},
			{"DELETE", "/projects/demo/roles/max", ""},
			{"PUT", "/projects/demo/visibility", `{"visibility": "private"}`},
			{"PUT", "/projects/demo/organization", `{"organization": "acme", "confirm": "demo"}`},
			{"POST", "/organizations", `{"name": "other"}`},
			{"POST", "/organizations/acme/invitations", `{"to": "rea", "role": "Owner"}`},
			{"POST", "/organizations/acme/teams", `{"name": "t"}`},
		} {
			w.want(403, index.CodeHeld, token, row[0], row[1], row[2])
		}
		w.want(200, "", token, "PUT", "/projects/demo/releases/1.0/yank", "")
	})
}

// TestFN1Settings: visibility and transfers, confirmed by the project's name.
func TestFN1Settings(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.Run("admin", "organization", "create", "acme", "--owner", "olga")
		token, demo := w.token("olga", "settings", "organizations"), "/projects/demo"
		if got := w.want(200, "", token, "PUT", demo+"/visibility", `{"visibility": "private"}`); got["private"] != true {
			t.Errorf("%v", got)
		}
		w.want(401, index.CodeSignIn, "", "GET", demo, "")
		w.want(404, index.CodeNotFound, w.token("sid", "settings"), "PUT", demo+"/visibility", `{"visibility": "public"}`)
		if got := w.want(200, "", token, "PUT", demo+"/visibility", `{"visibility": "public"}`); got["private"] != false {
			t.Errorf("%v", got)
		}
		w.want(422, index.CodeInvalidBody, token, "PUT", demo+"/visibility", `{"visibility": "secret"}`)
		w.want(403, index.CodeInvalidToken, w.token("olga", "status", "roles"), "PUT", demo+"/visibility", `{"visibility": "private"}`)

		w.want(422, index.CodeInvalidBody, token, "PUT", demo+"/organization", `{"organization": "acme", "confirm": "other"}`)
		w.want(422, index.CodeInvalidBody, token, "PUT", demo+"/organization", `{"organization": "none", "confirm": "demo"}`)
		w.want(403, index.CodeInvalidToken, w.token("olga", "settings"), "PUT", demo+"/organization", `{"organization": "acme", "confirm": "demo"}`)
		if got := w.want(200, "", token, "PUT", demo+"/organization", `{"organization": "acme", "confirm": "demo"}`); got["organization"] != "acme" {
			t.Errorf("%v", got)
		}
		all := w.want(200, "", token, "GET", "/organizations/acme/projects", "")
		w.is("projects", names(all["items"], "name"), "demo")
		w.want(422, index.CodeInvalidBody, token, "DELETE", demo+"/organization", `{"confirm": "acme"}`)
		if got := w.want(200, "", token, "DELETE", demo+"/organization", `{"confirm": "demo"}`); got["organization"] != nil {
			t.Errorf("%v", got)
		}
		own := w.want(200, "", w.token("max"), "GET", "/projects", "")
		w.is("own", append(names(own["items"], "name"), names(own["items"], "role")...), "demo", "Maintainer")
		w.want(422, index.CodeInvalidBody, w.token("olga", "delete"), "DELETE", demo+"/docs", `{"confirm": ""}`)
		w.want(200, "", w.token("olga", "delete"), "DELETE", demo+"/docs", `{"confirm": "demo"}`)
	})
}

// TestFN1History has pages, and is for who maintains the project and a token made
// for it.
func TestFN1History(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("max", "history")
		first := w.want(200, "", token, "GET", "/projects/demo/history?limit=1", "")
		if got := first["items"].([]any)[0].(map[string]any); got["action"] == "" || got["meaning"] == "" || first["next"] == nil {
			t.Errorf("%v", first)
		}
		all := w.want(200, "", token, "GET", "/projects/demo/history", "")
		if n := len(all["items"].([]any)); n < 3 {
			t.Errorf("%d events", n)
		}
		w.want(403, index.CodeInvalidToken, w.token("max", "read", "roles"), "GET", "/projects/demo/history", "")
		w.want(403, index.CodeNotAllowed, w.token("sid", "history"), "GET", "/projects/demo/history", "")
	})
}

// TestFN1ConditionsHoldUnderTheLock: of many who change the roles that all read, one
// does.
func TestFN1ConditionsHoldUnderTheLock(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.Run("admin", "organization", "create", "acme", "--owner", "olga")
		token := w.token("olga", "roles", "organizations")
		for path, body := range map[string]string{
			"/projects/demo/invitations": `{"to": "p%d@example.com", "role": "Reader"}`, "/organizations/acme/invitations": `{"to": "p%d@example.com", "role": "Member"}`,
		} {
			state := map[string]string{"/projects/demo/invitations": "/projects/demo/roles", "/organizations/acme/invitations": "/organizations/acme/people"}[path]
			etag := w.ask(token, "GET", state, "").Header.Get("ETag")
			answers := make(chan int, 5)
			for i := range cap(answers) {
				go func() { answers <- w.ask(token, "POST", path, fmt.Sprintf(body, i), "If-Match", etag).StatusCode }()
			}
			count := map[int]int{}
			for range cap(answers) {
				count[<-answers]++
			}
			if count[200] != 1 || count[412] != cap(answers)-1 {
				t.Errorf("%s: %v", path, count)
			}
		}
	})
}
