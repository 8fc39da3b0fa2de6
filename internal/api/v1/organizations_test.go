package v1_test

import (
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/index"
)

// TestFN1Organizations are made, described, renamed and deleted.
func TestFN1Organizations(t *testing.T) {
	eachWorld(t, func(w *world) {
		token := w.token("olga", "organizations", "history", "read")
		r := w.ask(token, "POST", "/organizations", `{"name": "acme", "url": "https://acme.example"}`)
		if r.StatusCode != 201 || r.Header.Get("Location") != "/api/v1/organizations/acme" {
			t.Fatalf("%s %s", r.Status, r.Text)
		}
		w.want(422, index.CodeInvalidBody, token, "POST", "/organizations", `{"name": "Acme"}`)
		w.want(422, index.CodeInvalidBody, token, "POST", "/organizations", `{"name": "a c"}`)
		w.want(422, index.CodeInvalidBody, token, "POST", "/organizations", `{}`)
		if got := w.want(200, "", token, "GET", "/organizations/ACME", ""); got["name"] != "acme" || got["role"] != "Owner" || got["display_name"] != "acme" {
			t.Errorf("%v", got)
		}
		if got := w.want(200, "", token, "PUT", "/organizations/acme", `{"display_name": "Acme Inc."}`); got["display_name"] != "Acme Inc." || got["url"] != nil {
			t.Errorf("%v", got)
		}
		w.want(412, index.CodePrecondition, token, "PUT", "/organizations/acme", `{}`, "If-Match", `"other"`)
		mine := w.want(200, "", token, "GET", "/organizations", "")
		w.is("mine", names(mine["items"], "name"), "acme")
		if got := w.want(200, "", token, "POST", "/organizations/acme/rename", `{"name": "apex"}`); got["name"] != "apex" {
			t.Errorf("%v", got)
		}
		happened := w.want(200, "", token, "GET", "/organizations/apex/history", "")
		if n := len(happened["items"].([]any)); n < 4 {
			t.Errorf("%d events", n)
		}
		stranger, narrow := w.token("sid", "organizations", "history"), w.NewToken(access.Grant{User: w.User("olga"), Description: "narrow", Project: "demo", Permissions: []string{"organizations", "roles"}})
		for _, path := range []string{"", "/people", "/projects", "/teams", "/history"} {
			w.want(404, index.CodeNotFound, stranger, "GET", "/organizations/none"+path, "")
			w.want(403, index.CodeNotAllowed, stranger, "GET", "/organizations/apex"+path, "")
			w.want(403, index.CodeInvalidToken, narrow, "GET", "/organizations/apex"+path, "")
			w.want(401, index.CodeSignIn, "", "GET", "/organizations/apex"+path, "")
		}
		w.want(403, index.CodeInvalidToken, narrow, "POST", "/organizations", `{"name": "other"}`)
		w.want(200, "", narrow, "GET", "/projects/demo/roles", "")
		w.want(422, index.CodeInvalidBody, token, "DELETE", "/organizations/apex", `{"confirm": "acme"}`)
		if got := w.want(200, "", token, "DELETE", "/organizations/apex", `{"confirm": "apex"}`); got["gone"] != "apex" {
			t.Errorf("%v", got)
		}
		w.want(404, index.CodeNotFound, token, "GET", "/organizations/apex", "")
	})
}

// TestFN1People are invited, changed and taken out.
func TestFN1People(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.Run("admin", "organization", "create", "acme", "--owner", "olga")
		w.Run("admin", "organization", "member", "acme", "max", "Member")
		token, acme := w.token("olga", "organizations"), "/organizations/acme"
		people := w.want(200, "", token, "POST", acme+"/invitations", `{"to": "rea", "role": "Manager"}`)
		w.is("invited", names(people["invitations"], "to"), "rea")
		id := func() string { return acme + "/invitations/" + names(people["invitations"], "id")[0] }
		people = w.want(200, "", token, "POST", id()+"/resend", "")
		people = w.want(200, "", token, "DELETE", id(), "")
		w.is("invited", names(people["invitations"], "to"))
		people = w.want(200, "", token, "PUT", acme+"/people/max", `{"role": "Manager"}`)
		w.is("roles", names(people["members"], "role"), "Manager", "Owner")
		w.want(409, index.CodeLastOwner, token, "PUT", acme+"/people/olga", `{"role": "Member"}`)
		w.want(409, index.CodeLastOwner, token, "POST", acme+"/leave", "")
		w.want(422, index.CodeInvalidBody, token, "PUT", acme+"/people/sid", `{"role": "Member"}`)
		manager := w.token("max", "organizations")
		w.want(403, index.CodeNotAllowed, manager, "PUT", acme+"/people/olga", `{"role": "Member"}`)
		if got := w.want(200, "", manager, "POST", acme+"/leave", ""); got["gone"] != "acme" {
			t.Errorf("%v", got)
		}
		w.Run("admin", "organization", "member", "acme", "max", "Member")
		people = w.want(200, "", token, "DELETE", acme+"/people/max", "")
		w.is("members", names(people["members"], "username"), "olga")
	})
}

// TestFN1Teams are made, filled, given roles, renamed and deleted; who leads the
// organization not hears nothing of private projects.
func TestFN1Teams(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.Run("admin", "organization", "create", "acme", "--owner", "olga")
		w.Run("admin", "organization", "member", "acme", "max", "Member")
		w.Run("admin", "organization", "member", "acme", "rea", "Member")
		token, teams := w.token("olga", "organizations", "settings", "roles", "history"), "/organizations/acme/teams"
		w.want(422, index.CodeInvalidBody, token, "PUT", "/projects/demo/teams/builders", `{"role": "Maintainer"}`)
		w.want(200, "", token, "PUT", "/projects/demo/organization", `{"organization": "acme", "confirm": "demo"}`)
		r := w.ask(token, "POST", teams, `{"name": "builders"}`)
		if r.StatusCode != 201 || r.Header.Get("Location") != "/api/v1/organizations/acme/teams/builders" {
			t.Fatalf("%s %s", r.Status, r.Text)
		}
		w.want(422, index.CodeInvalidBody, token, "POST", teams, `{"name": "builders"}`)
		for range 2 {
			if got := w.want(200, "", token, "PUT", teams+"/builders/members/max", ""); got["members"].([]any)[0] != "max" {
				t.Errorf("%v", got)
			}
		}
		w.want(422, index.CodeInvalidBody, token, "PUT", teams+"/builders/members/sid", "")
		roles := w.want(200, "", token, "PUT", "/projects/demo/teams/builders", `{"role": "Maintainer"}`)
		w.is("teams", names(roles["teams"], "team"), "builders")
		w.is("inherited", names(roles["inherited"], "username"), "max", "olga")
		w.want(200, "", token, "PUT", "/projects/demo/visibility", `{"visibility": "private"}`)
		member := w.token("rea", "organizations")
		if got := w.want(200, "", member, "GET", teams+"/builders", ""); len(got["projects"].([]any)) != 0 {
			t.Errorf("a member without a role hears of %v", got)
		}
		if got := w.want(200, "", member, "GET", "/organizations/acme/projects", ""); len(got["items"].([]any)) != 0 {
			t.Errorf("a member without a role hears of %v", got)
		}
		got := w.want(200, "", w.token("max", "organizations"), "GET", teams+"/builders", "")
		w.is("projects", names(got["projects"], "project"), "demo")
		w.want(403, index.CodeNotAllowed, member, "POST", teams, `{"name": "more"}`)
		w.want(200, "", token, "DELETE", "/projects/demo/teams/builders", "")
		w.want(200, "", w.token("max", "organizations"), "POST", teams+"/builders/leave", "")
		w.want(422, index.CodeInvalidBody, token, "DELETE", teams+"/builders/members/max", "")
		if got := w.want(200, "", token, "POST", teams+"/builders/rename", `{"name": "makers"}`); got["name"] != "makers" {
			t.Errorf("%v", got)
		}
		w.want(404, index.CodeNotFound, token, "GET", teams+"/builders", "")
		w.want(200, "", token, "GET", teams+"/makers/history", "")
		w.want(422, index.CodeInvalidBody, token, "DELETE", teams+"/makers", `{"confirm": "builders"}`)
		w.want(200, "", token, "DELETE", teams+"/makers", `{"confirm": "makers"}`)
		if got := w.want(200, "", token, "GET", teams, ""); len(got["items"].([]any)) != 0 {
			t.Errorf("%v", got)
		}
	})
}
