package staff_test

import (
	"strings"
	"testing"
)

// TestBulkClearingClearsOneKind: what was quarantined and then removed stays removed when quarantines are cleared.
func TestBulkClearingClearsOneKind(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.done(w.mod.PostForm(evidence+"act/", "do", "quarantine", "on", "project", "reason", "suspected malware"))
		w.done(w.mod.PostForm(evidence+"act/", "do", "remove", "on", "project", "category", "malware", "reason", "steals keys"))
		thing, found := w.mod.Get("/admin/flags/?kind=quarantined").Field("thing")
		if !found {
			t.Fatal("the project does not stand in the list of what is quarantined")
		}
		page := w.done(w.mod.PostForm("/admin/flags/", "kind", "quarantined", "thing", thing))
		if !strings.Contains(page.Text, "Cleared on 1 of 1") {
			t.Error(page.Text)
		}
		w.shows("/admin/flags/?kind=removed", `href="/admin/projects/demo/"`)
		w.shows("/admin/users/eve/", "frozen")
		if got := w.file(wheel2); got.StatusCode != 410 {
			t.Errorf("the file: %s", got.Status)
		}
		w.done(w.mod.PostForm("/admin/flags/", "kind", "removed", "thing", thing))
		if got := w.file(wheel2); got.StatusCode != 200 {
			t.Errorf("the file, after all is cleared: %s", got.Status)
		}
	})
}
