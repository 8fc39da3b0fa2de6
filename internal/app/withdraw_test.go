package app_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/mail"
	"strongroom/internal/maintain"
	"strongroom/internal/standing"
)

const (
	demoWheel = "demo-1.0-py3-none-any.whl"
	demoSdist = "demo-1.0.tar.gz"
)

// owned is an index in which alice owns the project demo, with two releases, and
// bob maintains it.
type owned struct {
	*apptest.Server
	t     *testing.T
	ctx   context.Context
	alice string // her token
}

func eachOwned(t *testing.T, test func(w *owned), adjust ...func(*config.Config)) {
	t.Helper()
	for name, where := range apptest.Databases(t) {
		t.Run(name, func(t *testing.T) {
			s := apptest.Start(t, append(adjust, func(c *config.Config) { c.Database = where(t) })...)
			w := &owned{Server: s, t: t, ctx: context.Background()}
			w.alice = s.NewToken(access.Grant{User: s.User("alice")})
			for _, d := range []apptest.Dist{apptest.Wheel("demo", "1.0", "a"), apptest.Sdist("demo", "1.0", "a"), apptest.Wheel("demo", "2.0", "b")} {
				w.upload(d, http.StatusOK)
			}
			demo, bob := w.project(), s.User("bob")
			w.must(s.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error { return tx.SetRole(w.ctx, demo.ID, bob.ID, index.Maintainer) }))
			test(w)
		})
	}
}

func (w *owned) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *owned) project() index.Project {
	w.t.Helper()
	p, found, err := w.DB.Project(w.ctx, "demo")
	if err != nil || !found {
		w.t.Fatal(found, err)
	}
	return p
}

// as is a browser in which somebody just signed in.
func (w *owned) as(name string) *access.Visitor {
	return &access.Visitor{User: w.User(name), Login: &index.Login{ProvenAt: w.Clock()}, Address: "192.0.2.7"}
}

func (w *owned) upload(d apptest.Dist, want int) apptest.Response {
	w.t.Helper()
	r := w.Upload(w.alice, d)
	if r.StatusCode != want {
		w.t.Errorf("%s: %s %s, want %d", d.Filename, r.Status, r.Text, want)
	}
	return r
}

func (w *owned) delete(on standing.Place) {
	w.t.Helper()
	w.must(w.Maintain.Delete(w.ctx, w.as("alice"), w.project(), on, "by mistake"))
}

// refused checks the code of a refusal and something of its sentence.
func (w *owned) refused(err error, code index.Code, says string) {
	w.t.Helper()
	if !index.HasCode(err, code) || !strings.Contains(err.Error(), says) {
		w.t.Errorf("%v; want %s with %q", err, code, says)
	}
}

func (w *owned) file(name string) database.FileInPlace {
	w.t.Helper()
	f, found, err := w.DB.PlacedFile(w.ctx, name)
	if err != nil || !found {
		w.t.Fatal(name, found, err)
	}
	return f
}

// serves checks what the URL of a file answers.
func (w *owned) serves(name string, want int) {
	w.t.Helper()
	if r := w.Get("/" + w.file(name).Path()); r.StatusCode != want {
		w.t.Errorf("%s: %s, want %d", name, r.Status, want)
	}
}

// since lists the journal's actions after a serial, oldest first.
func (w *owned) since(serial int64) (out []string) {
	w.t.Helper()
	entries, err := w.DB.Entries(w.ctx, serial, 1000)
	w.must(err)
	for _, e := range entries {
		out = append(out, strings.TrimSpace(e.Version+" "+e.Action))
	}
	return out
}

func (w *owned) serial() int64 {
	w.t.Helper()
	n, err := w.DB.LastSerial(w.ctx)
	w.must(err)
	return n
}

// sound holds the whole index against itself.
func (w *owned) sound() {
	w.t.Helper()
	faults, err := w.DB.Faults(w.ctx)
	if err != nil || len(faults) > 0 {
		w.t.Errorf("%+v, %v", faults, err)
	}
}

// TestSD1DeletionIsAFlag with a category, a reason and a deadline; SD-19: restoring it changes nothing else, and mirrors hear of it as of an upload.
func TestSD1AndSD19DeleteAndRestore(t *testing.T) {
	eachOwned(t, func(w *owned) {
		_, err := w.Maintain.SetFlag(w.ctx, w.as("alice"), w.project(), standing.Place{File: demoSdist}, index.Flag{Kind: index.Yanked, Reason: "odd"})
		w.must(err)
		before := []database.FileInPlace{w.file(demoWheel), w.file(demoSdist)}
		w.delete(standing.Place{Version: "1"})
		f, _ := w.file(demoWheel).ReleaseStanding.Get(index.Deleted)
		if f.Category != "owner" || f.Side != index.ByOwner || f.Reason != "by mistake" || f.Restorable.Sub(w.Clock()).Round(time.Hour) != 30*24*time.Hour {
			t.Errorf("%+v", f)
		}
		w.serves(demoWheel, http.StatusGone)
		if page := w.Get("/simple/demo/"); strings.Contains(page.Text, "demo-1.0") {
			t.Error("the page lists a deleted release")
		}
		serial := w.serial()
		w.refused(w.Maintain.Restore(w.ctx, w.as("bob"), w.project(), standing.Place{Version: "1"}), index.CodeNotAllowed, "when it was deleted")
		w.must(w.Maintain.Restore(w.ctx, w.as("alice"), w.project(), standing.Place{Version: "1"}))
		after := []database.FileInPlace{w.file(demoWheel), w.file(demoSdist)}
		for i := range before {
			before[i].ReleaseStanding, after[i].ReleaseStanding = nil, nil
			if a, b := before[i], after[i]; a.Path() != b.Path() || a.SHA256 != b.SHA256 || !a.UploadedAt.Equal(b.UploadedAt) || a.Standing.Text() != b.Standing.Text() {
				t.Errorf("%+v came back as %+v", a, b)
			}
		}
		w.serves(demoWheel, http.StatusOK)
		want := []string{"1.0 new release", "1.0 add py3 file " + demoWheel, "1.0 add source file " + demoSdist}
		if got := w.since(serial); !slices.Equal(got, want) {
			t.Errorf("journal %q, want %q", got, want)
		}
		for _, person := range []string{"alice", "bob"} {
			var subjects []string
			for _, m := range w.Mails(person + "@example.com") {
				subjects = append(subjects, m.Subject)
			}
			if all := strings.Join(subjects, "\n"); !strings.Contains(all, "demo 1.0 was deleted") || !strings.Contains(all, "was restored") {
				t.Errorf("%s was told %q", person, subjects)
			}
		}
		w.sound()
	})
}

// TestX6DeletionsHaveEventsOfTheirOwn on each level, with who, before, after and reason.
func TestX6DeletionsHaveEventsOfTheirOwn(t *testing.T) {
	eachOwned(t, func(w *owned) {
		for _, row := range []struct {
			on     standing.Place
			object string
			level  string
		}{{standing.Place{}, "project:demo", "project"}, {standing.Place{Version: "1"}, "release:demo/1.0", "release"}, {standing.Place{File: demoSdist}, "file:demo/1.0/" + demoSdist, "file"}} {
			w.delete(row.on)
			w.must(w.Maintain.Restore(w.ctx, w.as("alice"), w.project(), row.on))
			events, err := w.DB.EventsOf(w.ctx, row.object, 2)
			w.must(err)
			if len(events) != 2 || events[0].Action != row.level+":restore" || events[1].Action != row.level+":delete" || events[1].Reason != "by mistake" || events[1].Actor != "alice" || events[1].After == "" {
				t.Errorf("%s: %+v", row.object, events)
			}
		}
	})
}

// TestSD2EarlierDeletionsStay when what they are part of comes back; SD-18: a part does not come back alone.
func TestSD2EarlierDeletionsStay(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.delete(standing.Place{File: demoSdist})
		w.delete(standing.Place{Version: "1"})
		w.delete(standing.Place{})
		w.refused(w.Maintain.Delete(w.ctx, w.as("alice"), w.project(), standing.Place{Version: "2"}, ""), index.CodeProjectDeleted, "already")
		w.refused(w.Maintain.Restore(w.ctx, w.as("alice"), w.project(), standing.Place{Version: "1"}), index.CodeNotRestorable, "project that it is part of")
		mine, err := w.Maintain.DeletedOf(w.ctx, w.as("alice"))
		w.must(err)
		if len(mine) != 3 || len(mine[0].Blockers) != 0 || len(mine[1].Blockers) != 1 || len(mine[2].Blockers) != 2 || mine[2].File != demoSdist {
			t.Errorf("%+v", mine)
		}
		w.must(w.Maintain.Restore(w.ctx, w.as("alice"), w.project(), standing.Place{}))
		w.serves("demo-2.0-py3-none-any.whl", http.StatusOK)
		w.serves(demoWheel, http.StatusGone)
		w.must(w.Maintain.Restore(w.ctx, w.as("alice"), w.project(), standing.Place{Version: "1"}))
		w.serves(demoWheel, http.StatusOK)
		w.serves(demoSdist, http.StatusGone)
		w.sound()
	})
}

// TestSD4HeldThingsAreNotDeleted by owners, nor what holds them; a yanked release is.
func TestSD4HeldThingsAreNotDeleted(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.Run("admin", "flag", "set", "--project", "demo", "--file", demoSdist, "quarantined")
		for _, on := range []standing.Place{{File: demoSdist}, {Version: "1"}, {}} {
			w.refused(w.Maintain.Delete(w.ctx, w.as("alice"), w.project(), on, ""), index.CodeLocked, "administrators")
		}
		w.delete(standing.Place{File: demoWheel}) // beside it
		w.Run("admin", "flag", "clear", "--project", "demo", "--file", demoSdist, "quarantined")
		w.Run("admin", "flag", "set", "--project", "demo", "locked", "--category", "legal")
		w.refused(w.Maintain.Delete(w.ctx, w.as("alice"), w.project(), standing.Place{Version: "2"}, ""), index.CodeLocked, `"locked"`)
		w.refused(w.Maintain.Restore(w.ctx, w.as("alice"), w.project(), standing.Place{File: demoWheel}), index.CodeLocked, `"locked"`)
		w.Run("admin", "flag", "clear", "--project", "demo", "locked")
		_, err := w.Maintain.SetFlag(w.ctx, w.as("bob"), w.project(), standing.Place{Version: "2"}, index.Flag{Kind: index.Yanked})
		w.must(err)
		w.delete(standing.Place{Version: "2"})
		w.sound()
	})
}

// TestSD5Policy: what owners may delete is the operator's to say, and what they may not they can yank.
func TestSD5Policy(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.upload(apptest.Wheel("demo", "3.0rc1", "c"), http.StatusOK)
		w.SetClock(73 * time.Hour)
		p, on := w.project(), standing.Place{Version: "1"}
		try := func(on standing.Place) error { return w.Maintain.Delete(w.ctx, w.as("alice"), w.project(), on, "") }
		w.Maintain.Deletions.Policy = maintain.DeleteNever
		w.refused(try(on), index.CodeDeletionPolicy, "Yank")
		w.Maintain.Deletions.Policy, w.Maintain.Deletions.Downloads = maintain.DeleteWindow, -1
		w.refused(try(on), index.CodeDeletionPolicy, "older than 72 hours")
		if f, err := w.Maintain.Forecast(w.ctx, p, on); err != nil || f.Files != 2 || f.Releases != 1 || f.Bytes == 0 || f.RestorableUntil.IsZero() || !strings.Contains(f.Refusal, "Yank") {
			t.Errorf("%+v, %v", f, err)
		}
		w.must(try(standing.Place{Version: "3rc1"}))
		w.Maintain.Deletions.Downloads = 0
		w.must(try(on))
		w.Run("admin", "switch", "disallow-deletion", "on", "--note", "An incident.")
		w.refused(try(standing.Place{Version: "2"}), index.CodeDeletionDisabled, "An incident.")
	})
}

// TestSD18WhoMayRestore: who owned it then, until the deadline; administrators until the end.
func TestSD18WhoMayRestore(t *testing.T) {
	eachOwned(t, func(w *owned) {
		p, on := w.project(), standing.Place{Version: "1"}
		w.delete(on)
		alice, carol := w.User("alice"), w.User("carol")
		w.must(w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
			if err := tx.SetRole(w.ctx, p.ID, carol.ID, index.Owner); err != nil {
				return err
			}
			_, err := tx.RemoveRole(w.ctx, p.ID, alice.ID)
			return err
		}))
		w.refused(w.Maintain.Restore(w.ctx, w.as("carol"), p, on), index.CodeNotAllowed, "when it was deleted")
		w.must(w.Maintain.Restore(w.ctx, w.as("alice"), p, on)) // without a role now
		w.must(w.Maintain.Delete(w.ctx, w.as("carol"), p, on, ""))
		w.refused(w.Maintain.Restore(w.ctx, w.as("alice"), p, on), index.CodeNotAllowed, "")
		w.SetClock(30*24*time.Hour + time.Minute)
		w.refused(w.Maintain.Restore(w.ctx, w.as("carol"), p, on), index.CodeNotRestorable, "until")
		w.must(w.Maintain.Restore(w.ctx, w.as("admin"), p, on))
		w.Run("admin", "project", "delete", "demo", "--release", "1.0", "--category", "malware")
		w.refused(w.Maintain.Restore(w.ctx, w.as("carol"), p, on), index.CodeNotRestorable, "malware")
		stale := w.as("carol")
		stale.Login.ProvenAt = w.Clock().Add(-time.Hour)
		w.refused(w.Maintain.Restore(w.ctx, stale, p, on), index.CodeProveAgain, "")
	})
}

// TestSD10TheSameBytesRestore a deleted file, within the window; other bytes never pass, nor other spellings.
func TestSD10TheSameBytesRestore(t *testing.T) {
	eachOwned(t, func(w *owned) {
		on := standing.Place{File: demoWheel}
		w.delete(on)
		serial := w.serial()
		if r := w.upload(apptest.Wheel("demo", "1.0", "other bytes"), http.StatusBadRequest); strings.Contains(r.Text, "already exist") {
			t.Errorf("twine would pass over %s", r.Text)
		}
		if w.serial() != serial {
			t.Error("a refusal changed something")
		}
		bob := w.NewToken(access.Grant{User: w.User("bob")}) // who may upload may do this
		if r := w.Upload(bob, apptest.Wheel("demo", "1.0", "a")); r.StatusCode != http.StatusOK {
			t.Fatal(r.Status, r.Text)
		}
		w.serves(demoWheel, http.StatusOK)
		if got := w.since(serial); !slices.Equal(got, []string{"1.0 add py3 file " + demoWheel}) {
			t.Errorf("journal %q", got)
		}
		if events, err := w.DB.EventsOf(w.ctx, "file:demo/1.0/"+demoWheel, 1); err != nil || len(events) != 1 || events[0].Action != "file:restore" {
			t.Errorf("%+v, %v", events, err)
		}
		w.delete(on)
		w.SetClock(31 * 24 * time.Hour)
		w.upload(apptest.Wheel("demo", "1.0", "a"), http.StatusBadRequest)
		w.sound()
	})
}

// TestSD11DeletedReleasesTakeNothing, SD-12: and their versions are never made again.
func TestSD11DeletedReleasesTakeNothing(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.delete(standing.Place{Version: "1"})
		for _, d := range []apptest.Dist{apptest.Wheel("demo", "1.0", "a"), apptest.TaggedWheel("py2", "demo", "1.0", "a"), apptest.TaggedWheel("py2", "demo", "1.0.0", "a")} {
			r := w.upload(d, http.StatusBadRequest)
			if !strings.Contains(r.Text, "Release 1.0 of 'demo' was deleted on ") || !strings.Contains(r.Text, "restore it or use a new version.") {
				t.Errorf("%s: %s", d.Filename, r.Text)
			}
		}
		w.delete(standing.Place{})
		w.upload(apptest.Wheel("demo", "9.0", "a"), http.StatusBadRequest)
		w.sound()
	})
}

// TestSD13RestoringDoesNotReopen a release that is too old; SD-14: its owner does, for a day.
func TestSD13RestoringDoesNotReopen(t *testing.T) {
	fourteen := 14
	eachOwned(t, func(w *owned) {
		on, late := standing.Place{Version: "1"}, apptest.TaggedWheel("py2", "demo", "1.0", "late")
		w.delete(on)
		w.must(w.Maintain.Restore(w.ctx, w.as("alice"), w.project(), on))
		w.SetClock(15 * 24 * time.Hour)
		w.upload(late, http.StatusBadRequest)
		_, err := w.Maintain.Reopen(w.ctx, w.as("bob"), w.project(), "1")
		w.refused(err, index.CodeNotAllowed, "")
		until, err := w.Maintain.Reopen(w.ctx, w.as("alice"), w.project(), "1")
		w.must(err)
		if left := until.Sub(w.Clock()).Round(time.Hour); left != 24*time.Hour {
			t.Errorf("open for %s", left)
		}
		w.upload(late, http.StatusOK)
		w.SetClock(16*24*time.Hour + time.Minute)
		w.upload(apptest.TaggedWheel("py2.py3", "demo", "1.0", "later"), http.StatusBadRequest)
		if !slices.ContainsFunc(w.Mails("bob@example.com"), func(m mail.Message) bool { return m.Subject == "demo 1.0 takes new files" }) {
			t.Error("nobody was told")
		}
	}, func(c *config.Config) { c.ReleaseMaxAgeDays = &fourteen })
}

// TestSD17AnotherIdentity: who gets the name gets no content, no version and no filename of before; the old content only comes back into quarantine.
func TestSD17AnotherIdentity(t *testing.T) {
	eachOwned(t, func(w *owned) {
		old := w.project()
		if err := w.Maintain.Delete(w.ctx, w.as("alice"), old, standing.Place{}, ""); err != nil {
			t.Fatal(err)
		}
		if n, _, err := w.DB.Name(w.ctx, "demo"); err != nil || n.State != index.NameDeleted {
			t.Errorf("%+v, %v", n, err)
		}
		w.User("carol")
		w.Run("admin", "name", "assign", "demo", "--owner", "carol", "--json")
		now := w.project()
		if now.ID == old.ID || now.UID == old.UID || now.Standing.Withdrawn() {
			t.Errorf("%+v", now)
		}
		if role, err := w.DB.RoleOf(w.ctx, old.ID, w.User("alice").ID); err != nil || role != "" {
			t.Errorf("alice is %q of what was", role)
		}
		carol := w.NewToken(access.Grant{User: w.User("carol")})
		for _, d := range []apptest.Dist{apptest.Wheel("demo", "1.0", "a"), apptest.Wheel("demo", "1.0", "evil"), apptest.TaggedWheel("py2", "demo", "1.0.0", "evil")} {
			if r := w.Upload(carol, d); r.StatusCode != http.StatusBadRequest {
				t.Errorf("%s: %s", d.Filename, r.Status)
			}
		}
		if r := w.Upload(carol, apptest.Wheel("demo", "3.0", "new")); r.StatusCode != http.StatusOK {
			t.Error(r.Text)
		}
		w.refused(w.Maintain.Restore(w.ctx, w.as("alice"), old, standing.Place{}), index.CodeNotRestorable, "belongs to another project")
		if mine, err := w.Maintain.DeletedOf(w.ctx, w.as("alice")); err != nil || len(mine) != 1 || len(mine[0].Blockers) != 1 {
			t.Errorf("%+v, %v", mine, err)
		}
		w.Run("admin", "project", "restore", "demo", "--uid", old.UID)
		w.serves(demoWheel, http.StatusForbidden)
		if page := w.Get("/simple/demo/"); !strings.Contains(page.Text, "demo-3.0") || strings.Contains(page.Text, "demo-1.0") {
			t.Errorf("%s", page.Text)
		}
		w.sound()
	})
}

// TestSD21Purge: the bytes go, the tombstone stays, and nothing brings it back; SD-23: bytes that another file has stay.
func TestSD21AndSD23Purge(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.upload(apptest.Wheel("demo", "1.0", "a"), http.StatusOK) // the same: nothing
		key := w.file(demoWheel).SHA256
		args := []string{"admin", "project", "purge", "demo", "--release", "1.0", "--category", "legal", "--json"}
		w.refused(w.purge("1", "legal"), index.CodeInvalidForm, "Delete or remove it")
		w.delete(standing.Place{Version: "1"})
		w.refused(w.purge("1", "boredom"), index.CodeInvalidForm, "boredom")
		if out := w.Run(args...); !strings.Contains(out, key) {
			t.Errorf("%s", out)
		}
		w.gone(key)
		w.serves(demoWheel, http.StatusUnavailableForLegalReasons)
		w.refused(w.Maintain.Restore(w.ctx, w.as("admin"), w.project(), standing.Place{Version: "1"}), index.CodeNotRestorable, "The bytes of "+demoWheel)
		w.upload(apptest.Wheel("demo", "1.0", "a"), http.StatusBadRequest)
		if f := w.file(demoWheel); f.SHA256 != key || f.Size == 0 || f.PurgeCategory != "legal" {
			t.Errorf("the tombstone is %+v", f)
		}
		w.serves("demo-2.0-py3-none-any.whl", http.StatusOK)
		w.sound()
	})
}

func (w *owned) purge(canonical, category string) error {
	return w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
		s, err := standing.Find(w.ctx, tx, "demo", canonical, "")
		if err == nil {
			_, err = maintain.Purge(w.ctx, tx, s, category, "")
		}
		return err
	})
}

// gone waits for the job that unlinks.
func (w *owned) gone(sha256 string) {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		b, err := w.Bucket.Open(w.ctx, blob.Key(sha256))
		if err != nil {
			return
		}
		b.Content.Close()
		if time.Now().After(end) {
			w.t.Fatalf("%s is still there", sha256)
		}
	}
}

// TestSD22RetentionPurgesWhatIsOver, and SD-10: an upload of the same bytes stores them again while the window is open.
func TestSD22RetentionPurgesWhatIsOver(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.delete(standing.Place{File: demoWheel})
		w.Run("admin", "project", "purge", "demo", "--file", demoWheel, "--category", "retention")
		key := w.file(demoWheel).SHA256
		w.gone(key)
		w.upload(apptest.Wheel("demo", "1.0", "a"), http.StatusOK)
		w.serves(demoWheel, http.StatusOK)
		w.sound()

		job := &maintain.Retention{Recorder: w.Recorder, After: 7 * 24 * time.Hour}
		w.delete(standing.Place{Version: "2"})
		w.SetClock(8 * 24 * time.Hour) // owners may restore it still
		w.must(job.Run(w.ctx))
		if f := w.file("demo-2.0-py3-none-any.whl"); !f.PurgedAt.IsZero() {
			t.Error("purged within the window")
		}
		w.SetClock(31 * 24 * time.Hour)
		w.must(job.Run(w.ctx))
		f := w.file("demo-2.0-py3-none-any.whl")
		if f.PurgedAt.IsZero() || f.PurgeCategory != "retention" {
			t.Errorf("%+v", f)
		}
		w.gone(f.SHA256)
		w.serves(f.Filename, http.StatusGone)
		w.sound()
	})
}

// TestSD15NamesBecomeFree only where the operator wants it; versions and filenames do not.
func TestSD15NamesBecomeFree(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.delete(standing.Place{})
		carol := w.NewToken(access.Grant{User: w.User("carol")})
		if r := w.Upload(carol, apptest.Wheel("demo", "7.0", "x")); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s %s", r.Status, r.Text)
		}
		job := &maintain.NameRelease{Recorder: w.Recorder, After: 10 * 24 * time.Hour}
		w.must(job.Run(w.ctx))
		if n, _, err := w.DB.Name(w.ctx, "demo"); err != nil || n.State != index.NameDeleted {
			t.Errorf("%+v, %v", n, err)
		}
		w.SetClock(11 * 24 * time.Hour)
		w.must(job.Run(w.ctx))
		if r := w.Upload(carol, apptest.Wheel("demo", "1.0", "evil")); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s %s", r.Status, r.Text)
		}
		if r := w.Upload(carol, apptest.Wheel("demo", "7.0", "x")); r.StatusCode != http.StatusOK {
			t.Errorf("%s %s", r.Status, r.Text)
		}
		w.sound()
	})
}

// TestST9RulesOnReleases that are there and that come; ending a rule clears what it set.
func TestST9RulesOnReleases(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.upload(apptest.Wheel("demo", "1.10", "x"), http.StatusOK)
		r := index.ReleaseRule{Kind: index.Deprecated, Specifier: "< 2.0", Category: "eol", Reason: "too old", Later: true}
		rule, matched, err := w.Maintain.AddRule(w.ctx, w.as("alice"), w.project(), r)
		w.must(err)
		if !slices.Equal(matched, []string{"1.0", "1.10"}) || rule.Specifier != "<2.0" {
			t.Errorf("%+v matched %q", rule, matched)
		}
		w.upload(apptest.Wheel("demo", "1.5", "x"), http.StatusOK)
		w.upload(apptest.Wheel("demo", "2.5", "x"), http.StatusOK)
		deprecated := func(version string) bool {
			release, _, err := w.DB.Release(w.ctx, w.project().ID, version)
			w.must(err)
			_, is := release.Standing.Get(index.Deprecated)
			return is
		}
		if !deprecated("1.5") || deprecated("2.5") || deprecated("2") {
			t.Error("the rule's later matches are wrong")
		}
		if rules, err := w.DB.ReleaseRules(w.ctx, w.project().ID); err != nil || len(rules) != 1 || rules[0].Reason != "too old" {
			t.Errorf("%+v, %v", rules, err)
		}
		_, err = w.Maintain.SetFlag(w.ctx, w.as("alice"), w.project(), standing.Place{Version: "2"}, index.Flag{Kind: index.Deprecated})
		w.must(err)
		w.must(w.Maintain.EndRule(w.ctx, w.as("alice"), w.project(), rule.ID))
		if deprecated("1") || deprecated("1.5") || !deprecated("2") {
			t.Error("ending the rule cleared the wrong flags")
		}
		_, _, err = w.Maintain.AddRule(w.ctx, w.as("alice"), w.project(), index.ReleaseRule{Kind: index.Deprecated, Specifier: "~~1"})
		w.refused(err, index.CodeInvalidForm, "names no versions")
		_, _, err = w.Maintain.AddRule(w.ctx, w.as("alice"), w.project(), index.ReleaseRule{Kind: index.Yanked, Specifier: ">99"})
		w.refused(err, index.CodeInvalidForm, "No release")
		w.sound()
	})
}

// TestST5WithdrawnSuccessors: nobody is sent to what is gone.
func TestST5WithdrawnSuccessors(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.upload(apptest.Wheel("heir", "1.0", "x"), http.StatusOK)
		for _, kind := range []string{"deleted", "quarantined", "removed"} {
			w.Run("admin", "flag", "set", "--project", "heir", kind)
			_, err := w.Maintain.SetFlag(w.ctx, w.as("alice"), w.project(), standing.Place{}, index.Flag{Kind: index.Deprecated, Successors: []string{"Heir"}})
			w.refused(err, index.CodeInvalidForm, "withdrawn itself")
			w.Run("admin", "flag", "clear", "--project", "heir", kind)
		}
		_, err := w.Maintain.SetFlag(w.ctx, w.as("alice"), w.project(), standing.Place{}, index.Flag{Kind: index.Deprecated, Successors: []string{"Heir"}})
		w.must(err)
	})
}

// TestST9RulesOutliveTheirSuccessors: that what to use instead is no longer there is no reason to refuse an upload.
func TestST9RulesOutliveTheirSuccessors(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.upload(apptest.Wheel("heir", "1.0", "x"), http.StatusOK)
		r := index.ReleaseRule{Kind: index.Deprecated, Specifier: "<2.0", Reason: "too old", Successors: []string{"heir"}, Later: true}
		_, _, err := w.Maintain.AddRule(w.ctx, w.as("alice"), w.project(), r)
		w.must(err)
		heir, _, err := w.DB.Project(w.ctx, "heir")
		w.must(err)
		w.must(w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
			_, err := tx.SetPrivate(w.ctx, heir.ID, true)
			return err
		}))
		w.upload(apptest.Wheel("demo", "1.5", "x"), http.StatusOK)
		release, _, err := w.DB.Release(w.ctx, w.project().ID, "1.5")
		w.must(err)
		if _, is := release.Standing.Get(index.Deprecated); !is {
			t.Error("the rule was not applied")
		}
	})
}

// TestST8FilesOfAYankedRelease are yanked, those that come later too.
func TestST8FilesOfAYankedRelease(t *testing.T) {
	eachOwned(t, func(w *owned) {
		_, err := w.Maintain.SetFlag(w.ctx, w.as("bob"), w.project(), standing.Place{Version: "2"}, index.Flag{Kind: index.Yanked, Reason: "broken"})
		w.must(err)
		w.upload(apptest.Sdist("demo", "2.0", "b"), http.StatusOK)
		if st := w.file("demo-2.0.tar.gz").Status(); !st.Yanked || st.YankedReason != "broken" {
			t.Errorf("%+v", st)
		}
		page := w.Get("/simple/demo/").Text
		if n := strings.Count(page, `data-yanked="broken"`); n != 2 {
			t.Errorf("%d of the files are yanked in the page\n%s", n, page)
		}
	})
}

// TestSD28TheMailSaysFromWhere: everybody who looks after a project hears from which country it was changed, where the
// proxy knows it; nobody hears from where moderators come.
func TestSD28TheMailSaysFromWhere(t *testing.T) {
	behindProxy := func(c *config.Config) { c.TrustedProxies, c.CountryHeader = []string{"127.0.0.1"}, "CF-IPCountry" }
	eachOwned(t, func(w *owned) {
		mona := w.User("mona")
		w.must(w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error { return tx.SetModerator(w.ctx, mona.ID, true) }))
		send := func(token, method, path, body string) {
			w.t.Helper()
			r := w.Do(method, "/api/v1"+path, strings.NewReader(body), "Authorization", "Bearer "+token, "Content-Type", "application/json", "CF-IPCountry", "NL", "X-Forwarded-For", "203.0.113.7")
			if r.StatusCode >= 400 {
				w.t.Fatalf("%s %s: %s %s", method, path, r.Status, r.Text)
			}
		}
		send(w.NewToken(access.Grant{User: w.User("alice"), Permissions: []string{"delete"}}), "DELETE", "/projects/demo/releases/1.0", `{"confirm": "1.0"}`)
		send(w.NewToken(access.Grant{User: mona, Permissions: []string{"moderate"}}), "POST", "/moderation/projects/demo/quarantine", `{"reason": "suspected malware"}`)
		said := map[string]bool{}
		for _, m := range w.Mails("bob@example.com") {
			said[m.Subject] = strings.Contains(m.Text, "  Country: NL\n")
			if strings.Contains(m.Text, "203.0.113.7") {
				t.Errorf("the address is told to others:\n%s", m.Text)
			}
		}
		if !said["demo 1.0 was deleted"] || len(said) < 2 || said["demo is in quarantine"] {
			t.Errorf("the country is told: %v", said)
		}
	}, behindProxy)
}

// TestSD28TheMailFreezesTheProject: the link of the mail stops everybody for a day, once.
func TestSD28TheMailFreezesTheProject(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.delete(standing.Place{Version: "1"})
		link := ""
		for _, m := range w.Mails("bob@example.com") {
			if m.Subject == "demo 1.0 was deleted" {
				link = regexp.MustCompile(`/account/stop/\?token=[^\s"]+`).FindString(m.Text)
			}
		}
		if r := w.Get(link); link == "" || r.StatusCode != http.StatusOK || !strings.Contains(r.Text, "Freeze demo") {
			t.Fatalf("%q: %s", link, r.Text)
		}
		if _, locked := w.project().Standing.Get(index.Locked); locked {
			t.Fatal("asking froze it")
		}
		if r := w.Do("POST", link, nil); r.StatusCode != http.StatusOK || !strings.Contains(r.Text, "is frozen") {
			t.Fatalf("%s %s", r.Status, r.Text)
		}
		w.refused(w.Maintain.Delete(w.ctx, w.as("alice"), w.project(), standing.Place{Version: "2"}, ""), index.CodeLocked, "locked")
		w.upload(apptest.Wheel("demo", "4.0", "x"), http.StatusForbidden)
		if r := w.Do("POST", link, nil); r.StatusCode == http.StatusOK {
			t.Error("the link worked twice")
		}
		f, _ := w.project().Standing.Get(index.Locked)
		if left := f.Until.Sub(w.Clock()).Round(time.Hour); left != 24*time.Hour {
			t.Errorf("frozen for %s", left)
		}
		w.sound()
	})
}
