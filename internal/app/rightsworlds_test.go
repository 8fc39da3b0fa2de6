package app_test

import (
	"context"
	"net/http"
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

// fallen adds whoever once had a right, or has a part of one. All but the last
// are owners of what is named own.
func (m *matrix) fallen() {
	ctx := context.Background()
	for _, name := range []string{"closed", "held"} {
		m.User(name)
		for _, place := range m.places {
			if p, _, err := m.DB.Project(ctx, place); err != nil {
				m.t.Fatal(err)
			} else if strings.HasPrefix(place, "own") {
				m.do(func(tx *change.Tx) error { return tx.SetRole(ctx, p.ID, m.User(name).ID, index.Owner) })
			}
		}
	}
	owner := m.User("owner")
	m.add("token to read", bearer(m.NewToken(access.Grant{User: owner, Description: "read", Permissions: []string{"read"}})))
	m.add("expired token", bearer(m.oldToken(access.Grant{User: owner, Description: "old", Expires: time.Minute})))
	m.add("revoked token", bearer(m.revokedToken(access.Grant{User: owner, Description: "gone"})))
	m.add("held", m.login("held", 0))
	m.add("closed", m.login("closed", 0))
	m.add("closed account's token", bearer(m.NewToken(access.Grant{User: m.User("closed"), Description: "all"})))
	m.do(func(tx *change.Tx) error { return tx.Hold(ctx, m.User("held").ID, tx.Now.Add(time.Hour)) })
	m.do(func(tx *change.Tx) error { return tx.CloseUser(ctx, m.User("closed").ID, tx.Now) })
	m.Run("admin", "ban", "add", "198.51.100.0/24", "--reason", "flood", "--until", "7d")
	if err := m.Guard.LoadBans(ctx); err != nil {
		m.t.Fatal(err)
	}
	m.actors = append(m.actors, actor{name: "admin, banned network", headers: m.login("admin", 0), address: "198.51.100.7:1234"})
}

// oldToken has ended by now.
func (m *matrix) oldToken(g access.Grant) (secret string) {
	m.do(func(tx *change.Tx) (err error) {
		tx.Now = tx.Now.Add(-time.Hour)
		_, secret, err = m.Guard.NewToken(context.Background(), tx, g)
		return err
	})
	return secret
}

func (m *matrix) revokedToken(g access.Grant) (secret string) {
	m.do(func(tx *change.Tx) error {
		token, text, err := m.Guard.NewToken(context.Background(), tx, g)
		if err != nil {
			return err
		}
		secret = text
		_, err = tx.RevokeToken(context.Background(), token.ID, tx.Now)
		return err
	})
	return secret
}

// methods are all that are asked for at every address.
func methods() []string {
	return []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}
}

// TestP28EveryCell asks for every address of the table with every method, known
// to it or not, as everybody, in every place, in three worlds: as it comes, with
// a second factor asked of all, and with reading for members. What the rules say
// of each cell in words is held against the answer.
func TestP28EveryCell(t *testing.T) {
	cells := 0
	for name, adjust := range map[string]func(*access.Policy){
		"as it comes": func(*access.Policy) {}, "second factor": func(p *access.Policy) { p.Require2FA = "all" }, "reading for members": func(p *access.Policy) { p.ClosedReading = true },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMatrix(t, apptest.Start(t))
			m.fallen()
			adjust(&m.Guard.Policy)
			known := map[string][]middleware.Route{}
			for _, route := range m.Routes {
				known[route.Path] = append(known[route.Path], route)
			}
			for path, routes := range known {
				for _, method := range methods() {
					for _, place := range m.cellPlaces(path) {
						for _, a := range m.actors {
							cells++
							m.cell(name, method, path, place, a, routes)
						}
					}
				}
			}
		})
	}
	t.Logf("%d cells", cells)
	if cells < 20_000 {
		t.Errorf("%d cells, want 20,000 (P28)", cells)
	}
}

func (m *matrix) cellPlaces(path string) []string {
	if strings.Contains(path, "{project}") {
		return append(slices.Clone(m.places), "no-such")
	}
	return []string{"-"}
}

// cell asks once and holds the answer against what may be said of it without
// asking the table's code again.
func (m *matrix) cell(world, method, path, place string, a actor, routes []middleware.Route) {
	m.t.Helper()
	i := slices.IndexFunc(routes, func(r middleware.Route) bool {
		return strings.Contains(" "+r.Methods+" ", " "+method+" ") || method == http.MethodHead && strings.Contains(r.Methods, http.MethodGet)
	})
	got := m.ask(method, fill(path, place), a)
	if i < 0 {
		if got != "method" && got != "405" && a.address == "" {
			m.t.Errorf("%s %s is not in the table, and %s hears %q", method, path, a.name, got)
		}
		return
	}
	if path == "/_health/" {
		return // for balancers, also from a banned network
	}
	rule, _ := access.RuleOf(routes[i].Right)
	if inside := rule.Who != access.Anyone && rule.Who != access.Readers; got == "yes" && inside && !routes[i].Machine && rule.By != access.ByToken && a.headers["Authorization"] != "" {
		m.t.Errorf("%s: %s %s lets %s in, with a token on a page (T-09)", world, method, fill(path, place), a.name)
	}
	if wrong := forbidden(world, rule, place, a.name); got == "yes" && wrong != "" {
		m.t.Errorf("%s: %s %s (%s) lets in %s: %s", world, method, fill(path, place), rule.Right, a.name, wrong)
	}
}

// forbidden says why somebody must not get in, "" where somebody may. It is
// written from the requirements, not from the code.
func forbidden(world string, rule access.Rule, place, who string) string {
	browser := slices.Contains([]string{"stranger", "reader", "maintainer", "owner", "moderator", "admin", "owner, an hour ago", "held", "frozen"}, who)
	inside := rule.Who != access.Anyone && rule.Who != access.Readers
	switch {
	case who == "admin, banned network":
		return "bans come first (MFA-12)"
	case rule.Who == access.Anyone:
		return ""
	case inside && slices.Contains([]string{"anonymous", "bad token", "expired token", "revoked token", "closed", "closed account's token"}, who):
		return "it is nobody"
	case inside && rule.By == access.BySession && !browser:
		return "this is for browsers"
	case rule.Fresh > 0 && who == "owner, an hour ago":
		return "the proof is an hour old (MFA-10)"
	case rule.Who == access.Nobody && who != "admin" && !(rule.Right == access.Moderate && who == "moderator"):
		return "this is for administrators"
	case world == "second factor" && rule.Factor:
		return "nobody here has a second factor"
	case rule.Held && who == "held":
		return "the account is on hold (MFA-7)"
	case !inside && world == "reading for members" && slices.Contains([]string{"anonymous", "bad token", "expired token", "revoked token", "closed", "closed account's token"}, who):
		return "reading is for members"
	case rule.On == access.OnProject && strings.HasSuffix(place, "private"):
		return privately(place, who)
	}
	return ""
}

// privately: of private projects only who has a role in it knows, and an
// administrator.
func privately(place, who string) string {
	if who == "admin" {
		return ""
	}
	roles := []string{"reader", "maintainer", "owner", "owner, an hour ago", "owner's token", "owner's token for everything", "reader's token", "token to read", "held"}
	if place == "other-private" || !slices.Contains(roles, who) {
		return "it has no role in a private project"
	}
	return ""
}
