package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/standing"
)

// succeeded makes demo what carol has after alice: a new project of that name.
func (w *owned) succeeded() (old index.Project) {
	w.t.Helper()
	old = w.project()
	w.must(w.Maintain.Delete(w.ctx, w.as("alice"), old, standing.Place{}, ""))
	carol := w.User("carol")
	w.SetClock(time.Hour)
	w.Run("admin", "name", "assign", "demo", "--owner", "carol")
	if r := w.Upload(w.NewToken(access.Grant{User: carol}), apptest.Wheel("demo", "3.0", "new")); r.StatusCode != http.StatusOK {
		w.t.Fatal(r.Text)
	}
	return old
}

// hide makes demo private.
func (w *owned) hide() {
	w.t.Helper()
	p := w.project()
	w.must(w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
		_, err := tx.SetPrivate(w.ctx, p.ID, true)
		return err
	}))
}

// public is what mirrors hear of a name, in order.
func (w *owned) public(name string) (out []string) {
	w.t.Helper()
	entries, err := w.DB.PublicEntries(w.ctx, 0, 1_000)
	w.must(err)
	for _, e := range entries {
		if e.Name == name {
			out = append(out, strings.TrimSpace(e.Action+" "+e.Version))
		}
	}
	return out
}

// TestSD17PrivateBefore: a name whose first project was private hides nothing of the public one that has it now, and
// tells nothing of the first (SD-19, SN-17).
func TestSD17PrivateBefore(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.hide()
		if got := w.public("demo"); got != nil {
			t.Errorf("of a private project is told %q", got)
		}
		w.succeeded()
		w.Run("admin", "flag", "set", "--project", "demo", "removed", "--category", "malware", "--reason", "steals keys")
		if got := strings.Join(w.public("demo"), ", "); got != "create, add Owner carol, new release 3.0, add py3 file demo-3.0-py3-none-any.whl 3.0, remove project" {
			t.Errorf("of the public project is told %q", got)
		}
		for path, want := range map[string]bool{"/removed.json": true, "/deleted.json": false} {
			if got := strings.Contains(w.Get(path).Text, `"demo"`); got != want {
				t.Errorf("%s has demo: %t", path, got)
			}
		}
		row, _, err := w.DB.Name(w.ctx, "demo")
		w.must(err)
		if likes, err := w.DB.LookAlikes(w.ctx, row.LookAlike); err != nil || len(likes) != 1 {
			t.Errorf("names that look alike: %q, %v", likes, err)
		}
	})
}

// TestSD17PrivateAfter: what was public stays told, and what a private successor does is not.
func TestSD17PrivateAfter(t *testing.T) {
	eachOwned(t, func(w *owned) {
		before := len(w.public("demo"))
		w.succeeded()
		w.hide()
		if got := w.public("demo"); len(got) != before+1 || got[before] != "remove project" {
			t.Errorf("%q, with %d of before", got, before)
		}
	})
}

// TestSD17OldContentIsNotTheNewOwners: what administrators do with the project of before is not told as if it happened to
// that of today.
func TestSD17OldContentIsNotTheNewOwners(t *testing.T) {
	eachOwned(t, func(w *owned) {
		old := w.succeeded()
		w.Run("admin", "project", "restore", "demo", "--uid", old.UID)
		w.serves(demoWheel, http.StatusForbidden)
		if got := w.Get("/statuses.json").Text; strings.Contains(got, "demo") {
			t.Errorf("the record of statuses has demo: %s", got)
		}
		for _, told := range w.public("demo") {
			if strings.Contains(told, "quarantine") {
				t.Errorf("mirrors hear %q", told)
			}
		}
		w.sound()
	})
}

// TestNewOwnersProjectIsPrivate where new projects are.
func TestNewOwnersProjectIsPrivate(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.must(w.Maintain.Delete(w.ctx, w.as("alice"), w.project(), standing.Place{}, ""))
		w.User("carol")
		w.Acceptor.Policy.NewPrivate = true
		w.Run("admin", "name", "assign", "demo", "--owner", "carol")
		if !w.project().Private {
			t.Error("the new project is public")
		}
	})
}

// TestSN4HeldNamesStay: no name becomes free under which administrators found malware, or that they hold (SD-15).
func TestSN4HeldNamesStay(t *testing.T) {
	for name, hold := range map[string]func(w *owned){
		"removed":     func(w *owned) { w.flag("removed", "--category", "malware", "--reason", "steals keys") },
		"quarantined": func(w *owned) { w.flag("quarantined", "--reason", "suspected malware") },
		"locked":      func(w *owned) { w.flag("locked", "--category", "legal", "--reason", "an order") },
		"a release": func(w *owned) {
			w.flag("removed", "--release", "1.0", "--category", "malware", "--reason", "steals keys")
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachOwned(t, func(w *owned) {
				hold(w)
				w.Run("admin", "project", "delete", "demo")
				w.SetClock(11 * 24 * time.Hour)
				w.must((&maintain.NameRelease{Recorder: w.Recorder, After: 10 * 24 * time.Hour}).Run(w.ctx))
				if n, _, err := w.DB.Name(w.ctx, "demo"); err != nil || n.State != index.NameDeleted {
					t.Errorf("%+v, %v", n, err)
				}
			})
		})
	}
}

// flag has an operator set a flag on demo.
func (w *owned) flag(kind string, more ...string) {
	w.t.Helper()
	w.Run(append([]string{"admin", "flag", "set", "--project", "demo", kind}, more...)...)
}
