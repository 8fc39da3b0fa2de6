package app_test

import (
	"net/http"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/standing"
)

// TestSN2HeldProjects: what administrators hold nobody changes, whether the right is the person's own, a token's, or an
// organization's; once it is cleared they can.
func TestSN2HeldProjects(t *testing.T) {
	eachOwned(t, func(w *owned) {
		dora, demo := w.User("dora"), w.project()
		w.must(w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
			o, err := maintain.NewOrganization(w.ctx, tx, index.Organization{Name: "acme"}, dora)
			if err != nil {
				return err
			}
			return tx.PutInOrganization(w.ctx, demo.ID, o.ID)
		}))
		for kind, code := range map[string]index.Code{index.Quarantined: index.CodeProjectQuarantined, index.Removed: index.CodeProjectRemoved, index.Locked: index.CodeProjectLocked} {
			w.Run("admin", "flag", "set", "--project", "demo", kind)
			for _, who := range []string{"alice", "dora"} {
				for act, err := range w.acts(who) {
					want := code
					if act == "delete" || act == "delete a release" {
						want = index.CodeLocked
					}
					if !index.HasCode(err, want) {
						t.Errorf("%s: %s by %s: %v", kind, act, who, err)
					}
				}
				if r := w.Upload(w.NewToken(access.Grant{User: w.User(who)}), apptest.Wheel("demo", "5.0", kind)); r.StatusCode != http.StatusForbidden {
					t.Errorf("%s: upload by %s: %s", kind, who, r.Status)
				}
			}
			w.Run("admin", "flag", "clear", "--project", "demo", kind)
		}
		w.must(w.acts("dora")["yank"])
	})
}

// acts tries every change of a project.
func (w *owned) acts(who string) map[string]error {
	v, p, m := w.as(who), w.project(), w.Maintain
	_, yank := m.SetFlag(w.ctx, v, p, standing.Place{Version: "1"}, index.Flag{Kind: index.Yanked})
	_, archive := m.SetFlag(w.ctx, v, p, standing.Place{}, index.Flag{Kind: index.Archived})
	_, reopen := m.Reopen(w.ctx, v, p, "1")
	_, _, rule := m.AddRule(w.ctx, v, p, index.ReleaseRule{Kind: index.Deprecated, Specifier: "<2"})
	return map[string]error{
		"yank": yank, "archive": archive, "reopen": reopen, "rule": rule,
		"change a role":    m.ChangeRole(w.ctx, v, p, "bob", index.Owner),
		"remove a role":    m.RemoveRole(w.ctx, v, p, "bob"),
		"invite":           m.InviteToProject(w.ctx, v, p, "carol", index.Maintainer),
		"visibility":       m.SetVisibility(w.ctx, v, p, true),
		"transfer":         m.Transfer(w.ctx, v, p, "acme"),
		"take out":         m.TakeOut(w.ctx, v, p),
		"delete a release": m.Delete(w.ctx, v, p, standing.Place{Version: "1"}, ""),
		"delete":           m.Delete(w.ctx, v, p, standing.Place{}, ""),
	}
}
