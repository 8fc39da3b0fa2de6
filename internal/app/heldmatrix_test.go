package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
	"strongroom/internal/standing"
)

// heldActs is every act on a project in pages and in /api/v1, with a form or body with which it would succeed.
func heldActs() map[string]string {
	const page, api, deprecate = "POST /manage/project/{project}/", " /api/v1/projects/{project}", "category=eol&reason=x"
	return map[string]string{
		page + "settings/{$}":                                                      "visibility=private",
		page + "transfer_organization_project/{$}":                                 "organization=second&confirm_transfer_organization_project_name=demo",
		page + "remove_organization_project/{$}":                                   "confirm_remove_organization_project_name=demo",
		page + "archive/{$}":                                                       "reason=x&confirm_project_name=demo",
		page + "unarchive/{$}":                                                     "confirm_project_name=demo",
		page + "deprecate/{$}":                                                     deprecate,
		page + "undeprecate/{$}":                                                   "",
		page + "release/{version}/{$}":                                             "confirm_yank_version=1.0&yanked_reason=x",
		page + "release/{version}/deprecate/{$}":                                   deprecate,
		page + "release/{version}/undeprecate/{$}":                                 "",
		page + "release/{version}/reopen/{$}":                                      "",
		page + "rules/{$}":                                                         "specifier=%3C2&" + deprecate,
		page + "rules/end/{$}":                                                     "rule=RULE",
		page + "delete_project/{$}":                                                "confirm_project_name=demo",
		page + "documentation/{$}":                                                 "redirect_url=https%3A%2F%2Fdocs.example.org%2F",
		page + "delete_project_docs/{$}":                                           "confirm_project_name=demo",
		page + "collaboration/{$}":                                                 "username=erin&role_name=Maintainer",
		page + "collaboration/revoke_invite/{$}":                                   "invitation=INVITATION",
		page + "collaboration/resend_invite/{$}":                                   "invitation=INVITATION",
		page + "collaboration/change/{$}":                                          "username=bob&role_name=Owner",
		page + "collaboration/delete/{$}":                                          "username=bob",
		page + "collaboration/change_team/{$}":                                     "team_name=blue&team_project_role_name=Reader",
		page + "collaboration/delete_team/{$}":                                     "team_name=blue",
		"PATCH" + api + "/status":                                                  `{"status": "archived"}`,
		"PUT" + api + "/releases/{version}/yank":                                   `{"reason": "other"}`,
		"DELETE" + api + "/releases/{version}/yank":                                "",
		"PUT" + api + "/files/{filename}/yank":                                     `{"reason": "other"}`,
		"DELETE" + api + "/files/{filename}/yank":                                  "",
		"PUT" + api + "/releases/{version}/deprecation":                            `{"category": "eol"}`,
		"DELETE" + api + "/releases/{version}/deprecation":                         "",
		"POST" + api + "/deprecations":                                             `{"specifier": "<2"}`,
		"DELETE" + api + "/deprecations/{id}":                                      "",
		"DELETE" + api:                                                             `{"confirm": "demo"}`,
		"DELETE" + api + "/releases/{version}":                                     `{"confirm": "1.0"}`,
		"DELETE" + api + "/files/{filename}":                                       `{"confirm": "` + demoWheel + `"}`,
		"POST" + api + "/restore":                                                  "",
		"POST" + api + "/releases/{version}/restore":                               "",
		"POST" + api + "/files/{filename}/restore":                                 "",
		"POST" + api + "/releases/{version}/reopen":                                "",
		"PUT" + api + "/docs-redirect":                                             `{"url": "https://docs.example.org/"}`,
		"DELETE" + api + "/docs-redirect":                                          "",
		"PUT" + api + "/visibility":                                                `{"visibility": "private"}`,
		"PUT" + api + "/organization":                                              `{"organization": "second", "confirm": "demo"}`,
		"DELETE" + api + "/organization":                                           `{"confirm": "demo"}`,
		"DELETE" + api + "/docs":                                                   `{"confirm": "demo"}`,
		"PUT" + api + "/roles/{username}":                                          `{"role": "Owner"}`,
		"DELETE" + api + "/roles/{username}":                                       "",
		"PUT" + api + "/teams/{team}":                                              `{"role": "Reader"}`,
		"DELETE" + api + "/teams/{team}":                                           "",
		"POST" + api + "/invitations":                                              `{"to": "erin", "role": "Maintainer"}`,
		"POST" + api + "/invitations/{invitation}/resend":                          "",
		"DELETE" + api + "/invitations/{invitation}":                               "",
		"POST /manage/projects/restore/{$}":                                        "project=demo&version=3.0&file=",
		"POST /manage/organization/{organization}/projects/{$}":                    "existing_project_name=demo",
		"POST /manage/organization/{organization}/team/{team}/projects/{$}":        "project_name=demo&team_project_role_name=Reader",
		"POST /manage/organization/{organization}/team/{team}/projects/delete/{$}": "project_name=demo",
	}
}

// person is somebody with a right to the project, and by which way.
type person struct {
	name    string
	owner   bool // else a maintainer, whom owners' acts are refused to anyway
	leads   bool // the organization
	browser *apptest.Browser
	token   string
}

// heldWorld gives the project demo to the organization acme, with a team for each role, somebody invited, and a deleted release.
func heldWorld(w *owned) (people []person, invitation, rule string) {
	w.t.Helper()
	for _, args := range [][]string{
		{"organization", "create", "acme", "--owner", "dora"},
		{"organization", "create", "second", "--owner", "dora"},
		{"organization", "member", "acme", "mia", "Manager"},
		{"organization", "member", "acme", "tess", "Member"},
		{"organization", "member", "acme", "tom", "Member"},
		{"team", "create", "acme", "red"},
		{"team", "create", "acme", "blue"},
		{"team", "add", "acme", "red", "tess"},
		{"team", "add", "acme", "blue", "tom"},
	} {
		for _, name := range []string{"dora", "mia", "tess", "tom", "carol", "erin"} {
			w.User(name)
		}
		w.Run(append([]string{"admin"}, args...)...)
	}
	acme, _, err := w.DB.Organization(w.ctx, "acme")
	w.must(err)
	w.must(w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error { return tx.PutInOrganization(w.ctx, w.project().ID, acme.ID) }))
	w.Run("admin", "team", "role", "demo", "red", "Owner")
	w.Run("admin", "team", "role", "demo", "blue", "Maintainer")
	w.upload(apptest.Wheel("demo", "3.0", "x"), http.StatusOK)
	w.delete(standing.Place{Version: "3"})
	for _, f := range []index.Flag{{Kind: index.Yanked}, {Kind: index.Deprecated}} {
		_, err := w.Maintain.SetFlag(w.ctx, w.as("alice"), w.project(), standing.Place{Version: "1"}, f)
		w.must(err)
	}
	_, err = w.Maintain.SetFlag(w.ctx, w.as("alice"), w.project(), standing.Place{File: demoWheel}, index.Flag{Kind: index.Yanked})
	w.must(err)
	made, _, err := w.Maintain.AddRule(w.ctx, w.as("alice"), w.project(), index.ReleaseRule{Kind: index.Deprecated, Specifier: "==2.*"})
	w.must(err)
	w.delete(standing.Place{File: demoSdist})
	w.must(w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
		d := index.DocsRedirect{ProjectID: w.project().ID, URL: "https://old.example.org/", SetBy: "alice", SetAt: tx.Now}
		if err := maintain.HostedDocs(w.ctx, tx, w.project(), "demo"); err != nil {
			return err
		}
		return tx.PutDocsRedirect(w.ctx, d)
	}))
	w.must(w.Maintain.InviteToProject(w.ctx, w.as("alice"), w.project(), "carol", index.Maintainer))
	offers, err := maintain.OffersTo(w.ctx, w.DB.Q, w.User("carol").ID, w.Clock())
	w.must(err)
	for name, owner := range map[string]bool{"alice": true, "bob": false, "tess": true, "tom": false, "dora": true, "mia": true} {
		p := person{name: name, owner: owner, leads: name == "dora" || name == "mia", browser: w.NewBrowser()}
		p.token = w.NewToken(access.Grant{User: w.User(name), Permissions: []string{"read", "upload", "yank", "status", "delete", "roles", "settings", "organizations"}})
		w.must(w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
			secret, err := w.Guard.NewLogin(w.ctx, tx, index.Login{UserID: w.User(name).ID, Method: index.ByTOTP})
			p.browser.Cookies[middleware.LoginCookie] = secret
			return err
		}))
		people = append(people, p)
	}
	return people, offers[0].Hash, fmt.Sprint(made.ID)
}

// TestSN2EveryActByEverybody: while a project is in quarantine no act of pages or of /api/v1 and no upload changes it,
// whatever gives the right to it: a role of the person's own, one of a team, the organization, or a token. A route that
// comes later must be in the table. In the end everybody's right is proven by an act that succeeds.
func TestSN2EveryActByEverybody(t *testing.T) {
	eachOwned(t, func(w *owned) {
		people, invitation, rule := heldWorld(w)
		w.Run("admin", "flag", "set", "--project", "demo", "quarantined", "--reason", "held")
		acts := heldActs()
		for _, route := range w.Routes {
			for method := range strings.FieldsSeq(route.Methods) {
				key := method + " " + route.Path
				if _, known := acts[key]; !known && changesProject(method, route) {
					t.Errorf("%s is not in the table of acts", key)
				}
			}
		}
		before := w.traces()
		for act, body := range acts {
			for _, p := range people {
				w.heldAct(p, strings.NewReplacer("{id}", rule, "{invitation}", invitation).Replace(act), strings.NewReplacer("INVITATION", invitation, "RULE", rule).Replace(body))
			}
			if now := w.traces(); now != before {
				t.Fatalf("%s changed something:\n%s\nwas\n%s", act, now, before)
			}
		}
		for _, p := range people {
			for _, d := range []apptest.Dist{apptest.Wheel("demo", "5.0", p.name), apptest.Wheel("demo", "1.0", "a"), apptest.TaggedWheel("py2", "demo", "2.0", p.name)} {
				if r := w.Upload(p.token, d); r.StatusCode != http.StatusForbidden || !strings.Contains(r.Status, "Quarantined: held") {
					t.Errorf("upload of %s by %s: %s", d.Filename, p.name, r.Status)
				}
			}
		}
		_, err := w.Maintain.Accept(w.ctx, w.as("carol"), invitation)
		w.refused(err, index.CodeProjectQuarantined, "held")
		if now := w.traces(); now != before {
			t.Errorf("an upload or an invitation changed something:\n%s\nwas\n%s", now, before)
		}
		w.Run("admin", "flag", "clear", "--project", "demo", "quarantined")
		for _, p := range people {
			if r := w.Upload(p.token, apptest.Wheel("demo", "6.0", "x")); r.StatusCode != http.StatusOK {
				t.Errorf("%s has no right to upload: %s", p.name, r.Status)
			}
		}
		_, err = w.Maintain.Accept(w.ctx, w.as("carol"), invitation)
		w.must(err)
	})
}

// changesProject reports whether a route is an act on a project by who has a role in it. Going is everybody's right, and
// reports are made by others.
func changesProject(method string, route middleware.Route) bool {
	rule, _ := access.RuleOf(route.Right)
	return route.Writes(method) && rule.On == access.OnProject && rule.Who != access.Readers && rule.Who != access.Anyone &&
		!slices.Contains([]access.Right{access.LeaveProject, access.Report}, route.Right)
}

// heldAct does one act as one person, and reads the refusal: whoever could do it hears of the quarantine.
func (w *owned) heldAct(p person, act, body string) {
	w.t.Helper()
	method, path, _ := strings.Cut(act, " ")
	version, file := "1.0", demoWheel
	if strings.HasSuffix(path, "/restore") {
		version, file = "3.0", demoSdist
	}
	path = strings.NewReplacer("{$}", "", "{project}", "demo", "{version}", version, "{filename}", file, "{organization}", "acme", "{team}", "blue", "{username}", "bob").Replace(path)
	var r apptest.Response
	if strings.HasPrefix(path, "/api/") {
		headers := []string{"Authorization", "Bearer " + p.token}
		if body != "" {
			headers = append(headers, "Content-Type", "application/json")
		}
		r = w.Do(method, path, strings.NewReader(body), headers...)
	} else {
		r = p.browser.Do(method, path, "application/x-www-form-urlencoded", body, "Accept", "text/html", "Origin", w.URL, "Sec-Fetch-Site", "same-origin")
	}
	want := http.StatusForbidden
	if deletes(act) {
		want = http.StatusConflict // SD-4
	}
	says := strings.Contains(r.Text, "uarantined") && r.StatusCode == want
	if !p.owner || !p.leads && strings.HasPrefix(path, "/manage/organization/") {
		says = says || r.StatusCode == http.StatusForbidden && (strings.Contains(r.Text, "allowed to") || strings.Contains(r.Text, "Only who owned"))
	}
	if act == "POST /api/v1/projects/{project}/restore" {
		says = strings.Contains(r.Text, "is not deleted")
	}
	if r.StatusCode < 400 || !says {
		w.t.Errorf("%s by %s: %s %.300s", act, p.name, r.Status, r.Text)
	}
}

// deletes reports whether an act deletes or restores a project or a part of it.
func deletes(act string) bool {
	return strings.Contains(act, "/delete_project/") || strings.Contains(act, "/restore") ||
		slices.Contains([]string{"DELETE /api/v1/projects/{project}", "DELETE /api/v1/projects/{project}/releases/{version}", "DELETE /api/v1/projects/{project}/files/{filename}"}, act)
}

// traces is what every change of the project would change.
func (w *owned) traces() string {
	w.t.Helper()
	grants, err := w.DB.GrantsOf(w.ctx, w.project().ID)
	w.must(err)
	offers, err := w.DB.InvitationsToProject(w.ctx, w.project().ID, w.Clock())
	w.must(err)
	events, err := w.DB.EventsOf(w.ctx, "project:demo", 1)
	w.must(err)
	out := fmt.Sprintf("serial %d, event %d, private %t", w.serial(), events[0].ID, w.project().Private)
	for _, g := range grants {
		out += fmt.Sprintf("\n%s is %s by %s", g.Username, g.Role, g.Source)
	}
	for _, o := range offers {
		out += "\ninvited: " + o.Hash
	}
	return out
}
