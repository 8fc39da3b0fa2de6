package standing_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// world is an index with a project "demo" of two releases.
type world struct {
	*apptest.Server
	t   *testing.T
	ctx context.Context
}

func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, d := range []apptest.Dist{apptest.Wheel("demo", "1.0", "a"), apptest.Sdist("demo", "1.0", "a"), apptest.Wheel("demo", "2.0", "b"), apptest.Wheel("other", "1.0", "c")} {
			s.MustUpload(d)
		}
		test(t, &world{s, t, context.Background()})
	})
}

// act finds a subject in a change and does something with it.
func (w *world) act(version, file string, fn func(tx *change.Tx, s standing.Subject) error) error {
	actor := index.Actor{Kind: "administrator", Username: "mod"}
	return w.Recorder.Do(w.ctx, actor, func(tx *change.Tx) error {
		s, err := standing.Find(w.ctx, tx, "demo", version, file)
		if err != nil {
			return err
		}
		return fn(tx, s)
	})
}

func (w *world) set(version, file string, f index.Flag) error {
	return w.act(version, file, func(tx *change.Tx, s standing.Subject) error {
		_, err := standing.Set(w.ctx, tx, s, f, "private note")
		return err
	})
}

func (w *world) clear(version, file, kind string) error {
	return w.act(version, file, func(tx *change.Tx, s standing.Subject) error { return standing.Clear(w.ctx, tx, s, kind) })
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// lastAction is the newest row of the project's journal.
func (w *world) lastAction() index.Entry {
	w.t.Helper()
	entries, err := w.DB.EntriesOf(w.ctx, "demo", 1)
	if err != nil || len(entries) != 1 {
		w.t.Fatal(entries, err)
	}
	return entries[0]
}

// TestX07JournalActions: mirrors know PyPI's words; ours say the same in their way. Each change moves the project's serial.
func TestX07JournalActions(t *testing.T) {
	const wheel = "demo-1.0-py3-none-any.whl"
	eachWorld(t, func(t *testing.T, w *world) {
		for _, row := range []struct{ version, file, kind, set, cleared string }{
			{"1", "", index.Yanked, "yank release", "unyank release"},
			{"", wheel, index.Yanked, "set yanked file " + wheel, "clear yanked file " + wheel},
			{"", "", index.Quarantined, "project quarantined", "project quarantine cleared"},
			{"1", "", index.Quarantined, "release quarantined", "release quarantine cleared"},
			{"", wheel, index.Quarantined, "set quarantined file " + wheel, "clear quarantined file " + wheel},
			{"", "", index.Deleted, "remove project", "add py3 file demo-2.0-py3-none-any.whl"},
			{"1", "", index.Deleted, "remove release", "add source file demo-1.0.tar.gz"},
			{"", wheel, index.Removed, "remove file " + wheel, "add py3 file " + wheel},
			{"", "", index.Archived, "set archived project", "clear archived project"},
			{"", "", index.Deprecated, "set deprecated project", "clear deprecated project"},
			{"", "", index.Locked, "set locked project", "clear locked project"},
		} {
			before := w.lastAction().Serial
			w.must(w.set(row.version, row.file, index.Flag{Kind: row.kind, Reason: "why"}))
			set := w.lastAction()
			w.must(w.clear(row.version, row.file, row.kind))
			cleared := w.lastAction()
			if set.Action != row.set || cleared.Action != row.cleared || set.Serial <= before || cleared.Serial <= set.Serial {
				t.Errorf("%s: %+v, %+v; want %q, %q", row.kind, set, cleared, row.set, row.cleared)
			}
			if want := row.version != "" || row.file != ""; (set.Version == "1.0") != want || set.Actor != "mod" {
				t.Errorf("%s: %+v", row.kind, set)
			}
		}
		if p, _, err := w.DB.Project(w.ctx, "demo"); err != nil || p.LastSerial != w.lastAction().Serial {
			t.Errorf("the project's serial is %d, %v", p.LastSerial, err)
		}
	})
}

// TestX6AuditOfAFlag keeps before, after and reason.
func TestX6AuditOfAFlag(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.set("", "", index.Flag{Kind: index.Archived, Reason: "done"}))
		w.must(w.clear("", "", index.Archived))
		events, err := w.DB.EventsOf(w.ctx, "project:demo", 2)
		w.must(err)
		clear, set := events[0], events[1]
		if set.Action != index.EventFlagSet || set.Before != "" || !strings.Contains(set.After, `"archived"`) || set.Reason != "done" || set.Actor != "mod" {
			t.Errorf("set: %+v", set)
		}
		if clear.Action != index.EventFlagClear || clear.Before != set.After || clear.After != "" {
			t.Errorf("clear: %+v", clear)
		}
	})
}

// TestSetFillsInWhatTheKindSays: side and time are not the caller's to forget.
func TestSetFillsInWhatTheKindSays(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.set("", "", index.Flag{Kind: index.Archived, Since: time.Unix(1, 0)}))
		w.must(w.set("", "", index.Flag{Kind: index.Deprecated, Side: index.ByAdministrator}))
		got, err := standing.Snapshot(w.ctx, w.DB.Q, "demo")
		w.must(err)
		archived, _ := got.Get(index.Archived)
		deprecated, _ := got.Get(index.Deprecated)
		if archived.Side != index.ByOwner || time.Since(archived.Since) > time.Hour || deprecated.Side != index.ByAdministrator {
			t.Errorf("%+v", got)
		}
		w.must(w.set("", "", index.Flag{Kind: index.Archived, Reason: "again"}))
		if got, err = standing.Snapshot(w.ctx, w.DB.Q, "demo"); err != nil || len(got) != 2 {
			t.Errorf("setting again must replace: %+v, %v", got, err)
		}
		if _, err := standing.Snapshot(w.ctx, w.DB.Q, "nobody"); !index.HasCode(err, index.CodeNotFound) {
			t.Errorf("an unknown project: %v", err)
		}
	})
}

func TestRefusals(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		serial := w.lastAction().Serial
		for name, err := range map[string]error{
			"not-found: There is no project":        w.find("nobody", "", ""),
			"not-found: Project \"demo\" has no re": w.find("demo", "9", ""),
			"not-found: Project \"demo\" has no fi": w.find("demo", "", "other-1.0-py3-none-any.whl"),
			"invalid-form: There is no flag":        w.set("", "", index.Flag{Kind: "haunted"}),
			"cannot stand on a project":             w.set("", "", index.Flag{Kind: index.Yanked}),
			"cannot stand on a release":             w.set("1", "", index.Flag{Kind: index.Archived}),
			"does not stand on project:demo":        w.clear("", "", index.Archived),
			"one line":                              w.set("", "", index.Flag{Kind: index.Archived, Reason: "a\nb"}),
			"has 501 characters":                    w.set("", "", index.Flag{Kind: index.Archived, Reason: strings.Repeat("x", 501)}),
		} {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%v; want %q", err, name)
			}
		}
		if got := w.lastAction().Serial; got != serial {
			t.Errorf("refusals moved the serial from %d to %d", serial, got)
		}
	})
}

func (w *world) find(name, version, file string) error {
	return w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
		_, err := standing.Find(w.ctx, tx, name, version, file)
		return err
	})
}

// TestST15Reasons must be one line without what hides or turns text.
func TestST15Reasons(t *testing.T) {
	for reason, ok := range map[string]bool{
		"": true, "plain": true, "schön <b>&": true, strings.Repeat("x", 500): true,
		strings.Repeat("ü", 500): true, "a\rb": false, "a\x00": false, "\x7f": false, "\u0085": false, "\u009b": false,
		"a\u202eb": false, "a\u2066b": false, "\u200e": false, "\u200f": false, "\u061c": false, "\u2028": false, "\u2029": false, "\xff": false,
	} {
		if err := standing.CheckReason(reason); (err == nil) != ok {
			t.Errorf("%q: %v", reason, err)
		}
	}
}

// TestUsersHaveNoJournal: what is said about a person is no business of mirrors.
func TestUsersHaveNoJournal(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		user := w.User("bob")
		serial, err := w.DB.LastSerial(w.ctx)
		w.must(err)
		s := standing.Subject{Level: index.OnUser, ID: user.ID, Name: user.Username}
		w.must(w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
			_, err := standing.Set(w.ctx, tx, s, index.Flag{Kind: index.Frozen, Reason: "odd"}, "")
			return err
		}))
		if now, err := w.DB.LastSerial(w.ctx); err != nil || now != serial {
			t.Errorf("serial %d, want %d, %v", now, serial, err)
		}
		if events, err := w.DB.EventsOf(w.ctx, "user:bob", 1); err != nil || len(events) != 1 || events[0].Action != index.EventFlagSet {
			t.Errorf("%+v, %v", events, err)
		}
	})
}

// TestSD2RestoringAParentBringsBackWhatWasThere: deleting the project leaves its release's own deletion alone.
func TestSD2RestoringAParentBringsBackWhatWasThere(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		live := func() (n int) {
			p, _, err := w.DB.Project(w.ctx, "demo")
			w.must(err)
			if standing.Status(p).Offered {
				files, err := w.DB.ProjectFiles(w.ctx, p.ID, true)
				w.must(err)
				n = len(files)
			}
			return n
		}
		w.must(w.set("1", "", index.Flag{Kind: index.Deleted}))
		if got := live(); got != 1 {
			t.Errorf("%d files after deleting a release, want 1", got)
		}
		w.must(w.set("", "", index.Flag{Kind: index.Deleted}))
		if got := live(); got != 0 {
			t.Errorf("%d files after deleting the project", got)
		}
		w.must(w.clear("", "", index.Deleted))
		if got := live(); got != 1 {
			t.Errorf("%d files after restoring the project, want the 1 that was there", got)
		}
		w.must(w.clear("1", "", index.Deleted))
		if got := live(); got != 3 {
			t.Errorf("%d files in the end, want 3", got)
		}
	})
}

// TestColumnsFollowTheFlagsOnAnyWalk sets and clears flags at random, then recomputes every column from the flags (design 3).
func TestColumnsFollowTheFlagsOnAnyWalk(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		rng := rand.New(rand.NewPCG(1, 7))
		subjects := [][2]string{{"", ""}, {"1", ""}, {"2", ""}, {"", "demo-1.0-py3-none-any.whl"}, {"", "demo-1.0.tar.gz"}}
		kinds := index.FlagKinds()
		done := 0
		for range 120 {
			s, kind := subjects[rng.IntN(len(subjects))], kinds[rng.IntN(len(kinds))].Name
			var err error
			if rng.IntN(3) == 0 {
				err = w.clear(s[0], s[1], kind)
			} else {
				err = w.set(s[0], s[1], index.Flag{Kind: kind})
			}
			if err == nil {
				done++
			} else if !index.HasCode(err, index.CodeInvalidForm) && !index.HasCode(err, index.CodeNotRestorable) {
				t.Fatal(err)
			}
		}
		faults, err := w.DB.Faults(w.ctx)
		if err != nil || len(faults) != 0 {
			t.Errorf("%+v, %v", faults, err)
		}
		if done < 30 {
			t.Errorf("only %d of the steps did something", done)
		}
	})
}
