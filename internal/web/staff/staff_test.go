package staff_test

import (
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// TestWayOfAModerator goes from a report to a removal: queue, evidence, preview,
// quarantine, undo, removal.
func TestWayOfAModerator(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.shows("/admin/", "No report waits", "Nothing.")
		r := w.report(index.Report{Name: "demo", Kind: index.ReportMalware, Text: "It sends ~/.ssh to <script>alert(1)</script> somewhere.", Version: "2.0", Filename: wheel2, Path: "demo/__init__.py", Line: 1})
		w.shows("/admin/", "1 project waits", `href="/admin/projects/demo/"`)
		w.shows("/admin/reports/", "Malware", "bob", "less than a minute")
		if text := w.shows("/admin/reports/?kind=spam"); strings.Contains(text, "/admin/projects/demo/") {
			t.Error("the filter shows what does not fit")
		}
		text := w.shows(evidence, "&lt;script&gt;alert(1)&lt;/script&gt;", "demo/__init__.py", wheel2, "eve", "ci &lt;token&gt;", "Second factors", "none", "A &lt;b&gt;better&lt;/b&gt; demo")
		if strings.Contains(text, "<script") {
			t.Error("a report runs a script")
		}
		w.look()
		w.quarantineAndUndo(r)
		w.remove(r)
	})
}

func (w *world) look() {
	w.t.Helper()
	w.shows(inside, "Compared with demo-1.0-py3-none-any.whl", "<del>-PAYLOAD = &#34;harmless&#34;</del>", "<ins>+PAYLOAD = &#34;evil&#34;</ins>", "<ins>+Summary: A &lt;b&gt;better", "*.dist-info/METADATA")
	w.shows(evidence+"files/demo-1.0-py3-none-any.whl/", "Nothing to compare with", "demo/__init__.py", "4 members")
	w.shows(evidence+"files/demo-1.0-py3-none-any.whl/?against="+wheel2, "Compared with "+wheel2)
	w.shows(inside+"member/?path=demo/__init__.py", "compared with demo-1.0-py3-none-any.whl: changed", "evil")
	if text := w.shows(inside + "members.txt"); !strings.Contains(text, " demo/__init__.py\n") || strings.Count(text, "\n") != 4 {
		w.t.Error(text)
	}
	for _, gone := range []string{"/admin/projects/nobody/", evidence + "files/no-1.0.tar.gz/", inside + "member/?path=none", "/admin/users/nobody/"} {
		if r := w.mod.Get(gone); r.StatusCode != http.StatusNotFound {
			w.t.Errorf("%s: %s", gone, r.Status)
		}
	}
}

func (w *world) quarantineAndUndo(r index.Report) {
	w.t.Helper()
	order := []string{"do", "quarantine", "on", "project", "reason", "suspected malware", "note", "see chat", "verdict:" + r.UID, "confirmed"}
	seen := w.mod.PostForm(evidence+"act/", append(order, "preview", "yes")...)
	for _, text := range []string{"What clients will see", "HTTP/1.1 403 Quarantined: suspected malware since ", "suspected malware", "Nothing is done yet", `value="suspected malware"`} {
		if seen.StatusCode != http.StatusOK || !strings.Contains(seen.Text, text) {
			w.t.Errorf("preview: %s, without %q\n%s", seen.Status, text, seen.Text)
		}
	}
	if got := w.file(wheel2); got.StatusCode != http.StatusOK {
		w.t.Errorf("the preview did something: %s", got.Status)
	}
	page := w.done(w.mod.PostForm(evidence+"act/", order...))
	act, found := page.Field("act")
	if !found || !strings.Contains(page.Text, "Quarantined: the project") || !strings.Contains(page.Text, "You can take this back") || !strings.Contains(page.Text, "0 open reports") {
		w.t.Fatal(page.Text)
	}
	got := w.file(wheel2)
	if got.StatusCode != http.StatusForbidden || !strings.Contains(got.Status, "suspected malware") {
		w.t.Errorf("the file: %s", got.Status)
	}
	w.shows("/admin/acts/", "quarantine", "suspected malware", "Undo")
	w.shows("/admin/flags/", `href="/admin/projects/demo/"`)
	page = w.done(w.mod.PostForm("/admin/acts/undo/", "act", act, "next", evidence))
	if !strings.Contains(page.Text, "Undone") || !strings.Contains(page.Text, "1 open report") || w.file(wheel2).StatusCode != http.StatusOK {
		w.t.Error(page.Text)
	}
	if again := w.mod.PostForm("/admin/acts/undo/", "act", act); again.StatusCode != http.StatusBadRequest || !strings.Contains(again.Text, "mod undid this") {
		w.t.Errorf("undone twice: %s\n%s", again.Status, again.Text)
	}
}

func (w *world) remove(r index.Report) {
	w.t.Helper()
	for _, bad := range [][]string{
		{"do", "remove", "on", "project", "category", "malware"},
		{"do", "remove", "on", "project", "category", "malware", "reason", "böse"},
		{"do", "remove", "on", "project", "category", "malware", "reason", strings.Repeat("x", 201)},
		{"do", "remove", "on", "project", "category", "nonsense", "reason", "x"},
		{"do", "explode", "on", "project", "reason", "x"},
		{"do", "quarantine", "on", "planet:1", "reason", "x"},
		{"do", "quarantine", "on", "release:9.9", "reason", "x"},
		{"do", "quarantine", "on", "file:none-1.0.tar.gz", "reason", "x"},
	} {
		if got := w.mod.PostForm(evidence+"act/", bad...); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.Text, `role="alert"`) {
			w.t.Errorf("%v: %s", bad, got.Status)
		}
	}
	w.done(w.mod.PostForm(evidence+"act/", "do", "remove", "on", "release:2.0", "category", "malware", "reason", "steals keys", "verdict:"+r.UID, "confirmed"))
	if got := w.file(wheel2); got.StatusCode != http.StatusGone {
		w.t.Errorf("the file: %s", got.Status)
	}
	if got := w.file("demo-1.0-py3-none-any.whl"); got.StatusCode != http.StatusOK {
		w.t.Errorf("the other release: %s", got.Status)
	}
	w.shows(inside, "removed: malware", "Compared with") // evidence outlives the removal
	w.shows("/admin/users/eve/", "frozen")               // malware takes the owners along
	other := w.report(index.Report{Name: "demo", Kind: index.ReportSpam, Text: "It advertises something, I think."})
	w.done(w.mod.PostForm(evidence+"act/", "do", "clear", "on", "release:2.0", "verdict:"+other.UID, "rejected"))
	if got, _, err := w.DB.Report(w.ctx, other.UID); err != nil || got.State != index.ReportRejected {
		w.t.Errorf("%+v, %v", got, err)
	}
	if got := w.file(wheel2); got.StatusCode != http.StatusOK {
		w.t.Errorf("after clearing: %s", got.Status)
	}
}

// TestOnlyModerators: nobody else sees or does anything here.
func TestOnlyModerators(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		eve := w.as("eve")
		for _, path := range []string{"/admin/", "/admin/reports/", evidence, inside, inside + "members.txt", "/admin/acts/", "/admin/names/", "/admin/users/eve/", "/admin/switches/", "/admin/labels/", "/admin/flags/"} {
			if r := eve.Get(path); r.StatusCode != http.StatusForbidden && r.StatusCode != http.StatusNotFound {
				t.Errorf("eve reads %s: %s", path, r.Status)
			}
			if r := w.Get(path, "Accept", "application/json"); r.StatusCode == http.StatusOK {
				t.Errorf("anybody reads %s", path)
			}
		}
		for _, path := range []string{evidence + "act/", evidence + "decide/", evidence + "label/", "/admin/acts/undo/", "/admin/names/", "/admin/users/bob/freeze/", "/admin/users/eve/trust/", "/admin/switches/", "/admin/labels/", "/admin/labels/set/", "/admin/flags/"} {
			if r := eve.PostForm(path, "do", "quarantine", "on", "project", "reason", "x"); r.StatusCode != http.StatusForbidden && r.StatusCode != http.StatusNotFound {
				t.Errorf("eve posts to %s: %s", path, r.Status)
			}
		}
		if r := eve.Get("/manage/projects/"); strings.Contains(r.Text, `href="/admin/"`) {
			t.Error("the header shows Moderate to everybody")
		}
		if r := w.mod.Get("/manage/projects/"); !strings.Contains(r.Text, `href="/admin/"`) {
			t.Error("the header shows Moderate to no moderator")
		}
		if r := w.mod.PostForm("/admin/switches/", "switch", index.SwitchReadOnly, "turn", "on"); r.StatusCode != http.StatusForbidden {
			t.Errorf("a moderator turns a switch: %s", r.Status)
		}
		w.upload(apptest.Wheel("secret", "1.0", "x"))
		w.change(func(tx *change.Tx) error {
			p, _, err := tx.Project(w.ctx, "secret")
			if err == nil {
				_, err = tx.SetPrivate(w.ctx, p.ID, true)
			}
			tx.Touch("secret")
			return err
		})
		if r := w.mod.Get("/admin/projects/secret/"); r.StatusCode != http.StatusNotFound {
			t.Errorf("a private project that nobody reported: %s", r.Status)
		}
	})
}

// TestNamesAccountsLabels carries out every other form.
func TestNamesAccountsLabels(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		p := w.done(w.mod.PostForm("/admin/names/", "do", "prohibit", "name", "Bad.Name", "message", "Use demo", "successors", "demo"))
		if !strings.Contains(p.Text, "bad-name") || !strings.Contains(p.Text, "Use demo") {
			t.Error(p.Text)
		}
		w.done(w.mod.PostForm("/admin/names/", "do", "allow", "name", "bad-name"))
		if r := w.mod.PostForm("/admin/names/", "do", "prohibit", "name", "demo"); r.StatusCode != http.StatusBadRequest {
			t.Errorf("a name that a project holds: %s", r.Status)
		}
		p = w.done(w.mod.PostForm("/admin/users/eve/freeze/", "reason", "uploads malware", "next", evidence))
		if p.Request.URL.Path != evidence || !strings.Contains(p.Text, "Unfreeze eve") {
			t.Error(p.Text)
		}
		w.shows("/admin/users/", `href="/admin/users/eve/"`)
		w.done(w.mod.PostForm("/admin/users/eve/unfreeze/"))
		w.undoes(w.mod, w.mod.PostForm("/admin/users/bob/trust/", "trusted", "yes"))
		if strings.Contains(w.mod.Get("/admin/users/bob/").Text, "trusted reporter") {
			t.Error("the trust stands after its undoing")
		}
		w.done(w.mod.PostForm("/admin/users/bob/trust/", "trusted", "yes"))
		w.shows("/admin/users/bob/", "trusted reporter")
		w.labels()
		admin := w.as("admin")
		if r := admin.PostForm("/admin/switches/", "switch", index.SwitchNoUploads, "turn", "on", "note", "Back soon"); r.StatusCode != http.StatusSeeOther {
			t.Errorf("%s\n%s", r.Status, r.Text)
		}
		w.shows("/admin/", "Switches that are on", "Back soon")
	})
}

func (w *world) labels() {
	w.t.Helper()
	admin := w.as("admin")
	for _, bad := range [][]string{{"key", "Bad Key"}, {"key", "yanked"}, {"key", "ok", "colour", "pink"}, {"key", "ok", "colour", "red"}} {
		if r := admin.PostForm("/admin/labels/", bad...); r.StatusCode != http.StatusBadRequest {
			w.t.Errorf("%v: %s", bad, r.Status)
		}
	}
	if r := admin.PostForm("/admin/labels/", "key", "watched", "colour", "yellow", "text", "Somebody <watches> it"); r.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s\n%s", r.Status, r.Text)
	}
	w.undoes(admin, admin.PostForm("/admin/labels/", "key", "watched", "do", "remove"))
	w.shows("/admin/labels/", "Somebody &lt;watches&gt; it")
	w.done(w.mod.PostForm("/admin/labels/set/", "label", "watched", "level", "project", "names", "demo", "reason", "odd"))
	p := w.done(w.mod.PostForm("/admin/labels/set/", "label", "watched", "level", "user", "names", "eve, bob"))
	thing, found := p.Field("thing")
	if !found || strings.Count(p.Text, `name="thing"`) != 3 {
		w.t.Error(p.Text)
	}
	p = w.done(w.mod.PostForm("/admin/flags/", "kind", "watched", "thing", thing))
	if !strings.Contains(p.Text, "Cleared on 1 of 1") || strings.Count(p.Text, `name="thing"`) != 2 {
		w.t.Error(p.Text)
	}
	w.done(w.mod.PostForm(evidence+"label/", "label", "watched", "do", "clear"))
	if r := w.mod.PostForm("/admin/labels/set/", "label", "watched", "level", "user", "names", "nobody"); r.StatusCode != http.StatusBadRequest {
		w.t.Errorf("nobody: %s", r.Status)
	}
	if r := w.mod.PostForm("/admin/flags/", "kind", "yanked", "thing", "release 1"); r.StatusCode != http.StatusBadRequest {
		w.t.Errorf("an owner's flag: %s", r.Status)
	}
}
