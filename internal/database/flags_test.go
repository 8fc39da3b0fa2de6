package database_test

import (
	"strings"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// TestStandingMovesTheColumn: the partial indexes cover what is live only if the column follows the flags.
func TestStandingMovesTheColumn(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		live := func() int {
			files, err := w.db.ProjectFiles(w.ctx, w.project.ID, true)
			w.must(err)
			return len(files)
		}
		for _, row := range []struct {
			level index.Level
			id    int64
		}{{index.OnRelease, w.release.ID}, {index.OnFile, w.file.ID}} {
			for kind, want := range map[string]int{index.Deleted: 0, index.Yanked: 1, index.Quarantined: 0, index.Removed: 0} {
				if w.set(row.level, row.id, kind); live() != want {
					t.Errorf("%s on the %s: %d live files, want %d", kind, row.level, live(), want)
				}
				if w.set(row.level, row.id); live() != 1 {
					t.Errorf("clearing %s from the %s did not bring the file back", kind, row.level)
				}
			}
		}
		w.set(index.OnUser, w.user.ID, index.Frozen)
		if u, _, err := w.db.UserByID(w.ctx, w.user.ID); err != nil || len(u.Standing) != 1 {
			t.Errorf("the user: %+v, %v", u, err)
		}
	})
}

func TestStandingOfNothingIsAnError(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, level := range []index.Level{index.OnProject, index.OnRelease, index.OnFile, index.OnUser} {
			err := w.db.Write(w.ctx, func(tx *database.Tx) error { return tx.SetStanding(w.ctx, level, 1<<40, nil) })
			if err == nil || !strings.Contains(err.Error(), string(level)) {
				t.Errorf("%s: %v", level, err)
			}
		}
	})
}

// TestFlagsKeepTheirHistory: at most one of a kind stands on a thing, and what was cleared stays on record.
func TestFlagsKeepTheirHistory(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		f := index.Flag{Kind: index.Archived, Reason: "done", Side: index.ByOwner, Since: noon(), Successors: []string{"other"}}
		insert := func() error {
			return w.db.Write(w.ctx, func(tx *database.Tx) error {
				_, err := tx.InsertFlag(w.ctx, index.OnProject, w.project.ID, f, "private", "alice")
				return err
			})
		}
		w.must(insert())
		if err := insert(); !database.IsUnique(err) {
			t.Errorf("a second standing flag: %v", err)
		}
		w.write(func(tx *database.Tx) error {
			_, err := tx.EndFlag(w.ctx, index.OnProject, w.project.ID, index.Archived, "bob", 99)
			return err
		})
		w.must(insert())
		rows := database.Select(t, w.db, "SELECT cleared_by, cleared_at, note, successors FROM flags ORDER BY cleared_at")
		if want := "|0|private|[\"other\"]\nbob|99|private|[\"other\"]\n"; rows != want {
			t.Errorf("got\n%swant\n%s", rows, want)
		}
	})
}

func TestSettingsAndSwitches(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		if _, found, err := w.db.Setting(w.ctx, "k"); found || err != nil {
			t.Errorf("unset: %v, %v", found, err)
		}
		for _, value := range []string{"one", "two"} {
			w.write(func(tx *database.Tx) error { return tx.PutSetting(w.ctx, "k", value) })
		}
		if value, found, err := w.db.Setting(w.ctx, "k"); err != nil || !found || value != "two" {
			t.Errorf("Setting = %q, %v, %v", value, found, err)
		}
		for _, note := range []string{"", "until Monday"} {
			w.write(func(tx *database.Tx) error {
				return tx.Switch(w.ctx, index.SwitchReadOnly, note, true, index.Operator(), 1)
			})
		}
		if on, err := w.db.Switches(w.ctx); err != nil || len(on) != 1 || on[index.SwitchReadOnly] != "until Monday" {
			t.Errorf("Switches = %v, %v", on, err)
		}
		w.write(func(tx *database.Tx) error {
			return tx.Switch(w.ctx, index.SwitchReadOnly, "", false, index.Operator(), 1)
		})
		if on, err := w.db.Switches(w.ctx); err != nil || len(on) != 0 {
			t.Errorf("Switches = %v, %v", on, err)
		}
	})
}
