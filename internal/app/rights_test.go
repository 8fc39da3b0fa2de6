package app_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

var update = flag.Bool("update", false, "accept what the table of rights gives as the new docs/RIGHTS.md")

// actor is somebody who asks: headers of a request.
type actor struct {
	name    string
	headers map[string]string
	address string // "" for one like all others'
}

// matrix is the real gate, rows and rights behind every real route; in place of
// the handlers stands one that says that it was reached.
type matrix struct {
	*apptest.Server
	t      *testing.T
	server http.Handler
	actors []actor
	places []string // project names
}

func newMatrix(t *testing.T, s *apptest.Server) *matrix {
	m := &matrix{Server: s, t: t, places: []string{"own", "other", "own-private", "other-private", "own-quarantined"}}
	gate, err := middleware.NewGate(s.Guard, s.Config.URL)
	if err != nil {
		t.Fatal(err)
	}
	routes := slices.Clone(s.Routes)
	for i := range routes {
		if rule, _ := access.RuleOf(routes[i].Right); rule.Who == access.Anyone && rule.By == access.ByToken {
			continue // the handler reads the token itself
		}
		routes[i].Handler = func(w http.ResponseWriter, r *http.Request) error {
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
	}
	m.server = (&middleware.Site{Clock: s.Clock}).Wrap(middleware.Router(gate, routes))
	m.populate()
	return m
}

func (m *matrix) do(fn func(tx *change.Tx) error) {
	m.t.Helper()
	if err := m.Recorder.Do(context.Background(), index.Operator(), fn); err != nil {
		m.t.Fatal(err)
	}
}

// populate makes the projects and everybody who has to do with them.
func (m *matrix) populate() {
	roles := map[string]index.RoleName{"reader": index.Reader, "maintainer": index.Maintainer, "owner": index.Owner, "frozen": index.Owner}
	for _, name := range []string{"stranger", "reader", "maintainer", "owner", "frozen", "moderator"} {
		m.User(name)
	}
	m.Run("admin", "user", "moderator", "moderator", "--on")
	for _, name := range m.places {
		d := apptest.Wheel(name, "1.0", "x")
		m.MustUpload(d)
		p, _, err := m.DB.Project(context.Background(), name)
		if err != nil {
			m.t.Fatal(err)
		}
		m.do(func(tx *change.Tx) error { return m.furnish(tx, p, roles) })
	}
	m.organize(roles)
	m.Run("admin", "flag", "set", "--project", "own-quarantined", "quarantined", "--reason", "under review")
	m.add("anonymous", nil)
	for _, name := range []string{"stranger", "reader", "maintainer", "owner", "moderator", "admin"} {
		m.add(name, m.login(name, 0))
	}
	m.add("owner, an hour ago", m.login("owner", time.Hour))
	m.add("owner's token", bearer(m.NewToken(access.Grant{User: m.User("owner"), Description: "all"})))
	m.add("owner's token for own", bearer(m.NewToken(access.Grant{User: m.User("owner"), Description: "one", Project: "own"})))
	m.add("owner's token for everything", bearer(m.NewToken(access.Grant{User: m.User("owner"), Description: "everything", Permissions: everything()})))
	m.add("reader's token", bearer(m.NewToken(access.Grant{User: m.User("reader"), Description: "all"})))
	m.add("stranger's token", bearer(m.NewToken(access.Grant{User: m.User("stranger"), Description: "all"})))
	m.add("bad token", bearer("pypi-AgEIcHlwaS5vcmc"))
	frozen := m.User("frozen")
	m.add("frozen", m.login("frozen", 0))
	m.do(func(tx *change.Tx) error {
		return tx.SetStanding(context.Background(), index.OnUser, frozen.ID, index.Standing{{Kind: index.Frozen, Since: tx.Now}})
	})
}

// everything is each permission that a token can have.
func everything() (all []string) {
	for _, p := range access.Permissions() {
		all = append(all, p.Name)
	}
	return all
}

// organize makes the organizations: who owns projects owns one of them, who
// maintains manages it, who reads is a member.
func (m *matrix) organize(roles map[string]index.RoleName) {
	m.Run("admin", "organization", "create", "own-group", "--owner", "owner")
	m.Run("admin", "organization", "create", "other-group", "--owner", "admin")
	inGroup := map[index.RoleName]string{index.Owner: "Owner", index.Maintainer: "Manager", index.Reader: "Member"}
	for name, role := range roles {
		m.Run("admin", "organization", "member", "own-group", name, inGroup[role])
	}
}

// furnish gives the roles in a project by its name.
func (m *matrix) furnish(tx *change.Tx, p index.Project, roles map[string]index.RoleName) error {
	ctx := context.Background()
	if strings.HasSuffix(p.Name, "private") {
		tx.Touch(p.Name)
		if _, err := tx.SetPrivate(ctx, p.ID, true); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(p.Name, "own") {
		return nil
	}
	for name, role := range roles {
		user, _, err := tx.UserByName(ctx, name)
		if err != nil {
			return err
		}
		if err := tx.SetRole(ctx, p.ID, user.ID, role); err != nil {
			return err
		}
	}
	return nil
}

func (m *matrix) add(name string, headers map[string]string) {
	m.actors = append(m.actors, actor{name: name, headers: headers})
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

// login signs a browser in, that long ago.
func (m *matrix) login(name string, ago time.Duration) map[string]string {
	m.t.Helper()
	user, secret := m.User(name), ""
	m.do(func(tx *change.Tx) (err error) {
		tx.Now = tx.Now.Add(-ago)
		secret, err = m.Guard.NewLogin(context.Background(), tx, index.Login{UserID: user.ID, Method: index.ByTOTP})
		return err
	})
	return map[string]string{"Cookie": middleware.LoginCookie + "=" + secret}
}

// ask sends one request and says in a word how far it came.
func (m *matrix) ask(method, path string, a actor) string {
	r := httptest.NewRequest(method, "http://index.example"+path, nil)
	for name, value := range a.headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	if a.address != "" {
		r.RemoteAddr = a.address
	}
	m.server.ServeHTTP(w, r)
	if w.Code == http.StatusNoContent {
		return "yes"
	}
	code := regexp.MustCompile(`"code":"([a-z-]+)"`).FindStringSubmatch(w.Body.String())
	if method == http.MethodHead || code == nil {
		return fmt.Sprint(w.Code)
	}
	return words()[index.Code(code[1])]
}

// words are the refusals of the gate for the table.
func words() map[index.Code]string {
	return map[index.Code]string{
		index.CodeSignIn: "sign in", index.CodeNotAllowed: "no", index.CodeNotFound: "hidden", index.CodeProveAgain: "prove", index.CodeUserFrozen: "frozen",
		index.CodeInvalidToken: "token", index.CodeAuthentication: "token", index.CodeNeedFactor: "factor", index.CodeNeedEmail: "address",
		index.CodeBanned: "banned", index.CodeMethodNotAllowed: "method", index.CodeHeld: "held", index.CodeReadOnly: "read-only",
	}
}

// fill makes an address of a route's pattern.
func fill(pattern, project string) string {
	pattern = strings.ReplaceAll(strings.TrimSuffix(pattern, "{$}"), "{project}", project)
	pattern = strings.ReplaceAll(pattern, "{organization}", project)
	return regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(pattern, "1")
}

// row is what a right gives each actor in each place.
func (m *matrix) row(method string, route middleware.Route, place string) string {
	cells := make([]string, 0, len(m.actors))
	for _, a := range m.actors {
		cells = append(cells, m.ask(method, fill(route.Path, place), a))
	}
	return strings.Join(cells, " | ")
}

// TestP28TheMatrix asks for every route with every method as everybody in every
// place. All routes of one right must give the same, which docs/RIGHTS.md shows
// for people to read; a route without a rule lets nobody in, and fails here.
func TestP28TheMatrix(t *testing.T) {
	m := newMatrix(t, apptest.Start(t))
	seen, cells := map[string]string{}, 0
	for _, route := range m.Routes {
		rule, found := access.RuleOf(route.Right)
		if !found {
			t.Errorf("%s %s has no rule: its right is %q", route.Methods, route.Path, route.Right)
			continue
		}
		if rule.Who == access.Anyone && rule.By == access.ByToken {
			continue // the handler reads the token itself: its own tests ask as everybody
		}
		for method := range strings.FieldsSeq(route.Methods) {
			for _, place := range m.placesOf(rule, route) {
				key := string(rule.Right) + " | " + place
				if rule.By == access.ByEither && rule.Who != access.Anyone && rule.Who != access.Readers && !route.Machine {
					key += onPages
				}
				row := m.row(method, route, strings.TrimSpace(place))
				cells += len(m.actors)
				if before, known := seen[key]; known && before != row {
					t.Errorf("%s %s: the right %s gives\n%s, elsewhere\n%s", method, route.Path, key, row, before)
				}
				seen[key] = row
			}
		}
	}
	t.Logf("%d cells", cells)
	m.golden(seen)
}

// placesOf lists the projects or organizations to ask about; a right that is
// about neither is asked for once.
func (m *matrix) placesOf(rule access.Rule, route middleware.Route) []string {
	if rule.On == access.OnProject && strings.Contains(route.Path, "{project}") {
		return m.places
	}
	if rule.On == access.OnOrganization {
		return []string{"own-group", "other-group"}
	}
	return []string{"-"}
}

// golden compares the rows with docs/RIGHTS.md.
func (m *matrix) golden(seen map[string]string) {
	var b strings.Builder
	b.WriteString(rightsHead)
	for _, rule := range access.Rules() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %s | %s |\n", rule.Right, rule.On, rule.Who, join(rule.Roles), tick(rule.Superuser), tick(rule.Moderator), rule.By, tick(rule.Factor), age(rule.Fresh))
	}
	b.WriteString("\n## What everybody hears\n\n" + matrixHead + "\n| right | where |")
	for _, a := range m.actors {
		b.WriteString(" " + a.name + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(m.actors)) + "\n")
	for _, rule := range access.Rules() {
		for _, place := range append([]string{"-", "own-group", "other-group"}, m.places...) {
			for _, on := range []string{"", onPages} {
				if row, ok := seen[string(rule.Right)+" | "+place+on]; ok {
					fmt.Fprintf(&b, "| `%s` | %s | %s |\n", rule.Right, place+on, row)
				}
			}
		}
	}
	b.WriteString("\n## Routes\n\n| methods | path | right |\n|---|---|---|\n")
	for _, route := range m.Routes {
		fmt.Fprintf(&b, "| %s | `%s` | `%s` |\n", route.Methods, route.Path, route.Right)
	}
	path := filepath.Join("..", "..", "docs", "RIGHTS.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			m.t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != b.String() {
		m.t.Errorf("docs/RIGHTS.md is not what the gate does; read the difference, then run: go test ./internal/app -run P28 -update (%v)", err)
	}
}

func join(roles []index.RoleName) string {
	var out []string
	for _, r := range roles {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

func tick(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func age(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%d min", int(d/time.Minute))
}

const rightsHead = `# Who may do what

One table decides, ` + "`access.Rules`" + `; one gate asks it before every handler. This page is generated from both:
` + "`go test ./internal/app -run P28 -update`" + `.

| right | on | who | roles | administrators | moderators | by | second factor | proof at most |
|---|---|---|---|---|---|---|---|---|
`

// onPages marks what holds on pages where programs have the same right by a token.
const onPages = ", pages"

const matrixHead = `Every route was asked for as each of these; routes of one right answer alike. Owner, maintainer and reader have their
role in what is named own, and are Owner, Manager and Member of the organization. "sign in" is 401, or for browsers the page to sign in; "prove" asks again for a password or
factor; "hidden" is 404, as for what does not exist; "no" is 403; "token" says what is wrong with the token. Where programs may do by a
token what people do on pages, the pages have a row of their own: there a token is nobody.
`

// TestP28Invariants hold whatever the table says.
func TestP28Invariants(t *testing.T) {
	m := newMatrix(t, apptest.Start(t))
	for _, route := range m.Routes {
		rule, _ := access.RuleOf(route.Right)
		for method := range strings.FieldsSeq(route.Methods) {
			unsafe := method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
			anonymous := m.ask(method, fill(route.Path, "own"), m.actors[0])
			if anonymous == "yes" && rule.Who != access.Anyone && rule.Who != access.Readers {
				t.Errorf("%s %s lets anybody in", method, route.Path)
			}
			if strings.HasPrefix(route.Path, "/manage/") && anonymous == "yes" {
				t.Errorf("%s %s: a page of management lets anybody in", method, route.Path)
			}
			if unsafe && rule.By != access.ByToken {
				m.foreign(method, route)
			}
		}
	}
}

// foreign sends what a page of another site would make a browser send.
func (m *matrix) foreign(method string, route middleware.Route) {
	for _, headers := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}} {
		for _, a := range m.actors[1:6] {
			headers["Cookie"] = a.headers["Cookie"]
			if got := m.ask(method, fill(route.Path, "own"), actor{name: "browser", headers: headers}); got == "yes" {
				m.t.Errorf("%s %s accepts a form of another site (%v)", method, route.Path, headers)
			}
		}
	}
}
