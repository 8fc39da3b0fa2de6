package database_test

import (
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// TestEvidence reads what moderators look at.
func TestEvidence(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		other := w.addProject("other", w.user.ID)
		later := w.addFile(w.addRelease(other, "2.0", "2"), "other-2.0.tar.gz")
		files, err := w.db.UploadsBy(w.ctx, w.user.ID, noon(), 10)
		w.must(err)
		if len(files) != 2 || files[0].Project == files[1].Project {
			t.Errorf("uploads %+v", files)
		}
		for _, c := range []struct {
			user  int64
			since time.Time
			n     int
			want  int
		}{{w.user.ID, noon(), 1, 1}, {w.user.ID, noon().Add(time.Second), 10, 0}, {0, time.Time{}, 10, 0}, {w.user.ID + 99, time.Time{}, 10, 0}} {
			if files, err = w.db.UploadsBy(w.ctx, c.user, c.since, c.n); err != nil || len(files) != c.want {
				t.Errorf("%+v: %d files, %v", c, len(files), err)
			}
		}
		w.traces()
		w.downloads(later)
		w.flags(other, later)
	})
}

func (w *world) traces() {
	w.t.Helper()
	a := index.Actor{Kind: "user", Username: "Alice", TokenID: "t1", UserAgent: "twine"}
	w.write(func(tx *database.Tx) error {
		if err := tx.InsertToken(w.ctx, index.Token{ID: "t1", UserID: w.user.ID, Description: "laptop", SealedKey: []byte("k"), CreatedAt: noon()}); err != nil {
			return err
		}
		return tx.InsertEvents(w.ctx, a, "hashed", noon().UnixMicro(),
			index.Event{Action: index.EventFileAdd, Object: "project:demo", After: "demo-1.0.tar.gz sha256:aa"},
			index.Event{Action: index.EventGateMatch, Object: "project:demo"},
			index.Event{Action: index.EventRoleAdd, Object: "project:demo"},
			index.Event{Action: index.EventFileAdd, Object: "project:demo2"})
	})
	got, err := w.db.Traces(w.ctx, "project:demo", noon(), 10, index.EventFileAdd, index.EventGateMatch)
	w.must(err)
	if len(got) != 2 || got[1].Token != "laptop" || got[1].TokenID != "t1" || got[1].Address != "hashed" || got[1].UserAgent != "twine" || got[1].After != "demo-1.0.tar.gz sha256:aa" {
		w.t.Errorf("%+v", got)
	}
	if got, err = w.db.Traces(w.ctx, "project:demo", noon().Add(time.Second), 10, index.EventFileAdd, index.EventGateMatch); err != nil || len(got) != 0 {
		w.t.Errorf("%+v, %v", got, err)
	}
}

func (w *world) downloads(later index.File) {
	w.t.Helper()
	day := noon().Unix() / 86400
	w.write(func(tx *database.Tx) error {
		for _, row := range [][3]int64{{w.file.ID, day, 5}, {w.file.ID, day - 29, 2}, {w.file.ID, day - 30, 100}, {later.ID, day, 9}} {
			if err := database.Exec(w.ctx, tx, `INSERT INTO downloads (file_id, day, n) VALUES ($1, $2, $3)`, row[0], row[1], row[2]); err != nil {
				return err
			}
		}
		return nil
	})
	got, err := w.db.FileDownloadsOf(w.ctx, w.project.ID, noon())
	w.must(err)
	if len(got) != 1 || got[w.file.ID] != (database.FileDownloads{All: 107, Month: 7}) {
		w.t.Errorf("%+v", got)
	}
}

func (w *world) flags(other index.Project, later index.File) {
	w.t.Helper()
	w.write(func(tx *database.Tx) error {
		for _, on := range []struct {
			level index.Level
			id    int64
			kind  string
		}{
			{index.OnProject, w.project.ID, "quarantined"},
			{index.OnRelease, w.release.ID, "yanked"},
			{index.OnFile, w.file.ID, "removed"},
			{index.OnFile, later.ID, "removed"},
			{index.OnUser, w.user.ID, "frozen"},
		} {
			if _, err := tx.InsertFlag(w.ctx, on.level, on.id, index.Flag{Kind: on.kind, Side: index.ByAdministrator, Since: noon()}, "note", "mod"); err != nil {
				return err
			}
		}
		_, err := tx.EndFlag(w.ctx, index.OnProject, w.project.ID, "quarantined", "mod", noon().UnixMicro())
		return err
	})
	in, err := w.db.FlagsInProject(w.ctx, w.project.ID, 10)
	w.must(err)
	if len(in) != 3 || in[0].Kind != "removed" || in[2].ClearedBy != "mod" {
		w.t.Errorf("%+v", in)
	}
	if in, err = w.db.FlagsInProject(w.ctx, other.ID, 10); err != nil || len(in) != 1 {
		w.t.Errorf("%+v, %v", in, err)
	}
	for _, c := range []struct {
		kind  string
		level index.Level
		want  int
	}{{"removed", "", 2}, {"removed", index.OnFile, 2}, {"removed", index.OnProject, 0}, {"quarantined", "", 0}, {"frozen", "", 1}} {
		found, err := w.db.FlagsOfKind(w.ctx, c.kind, c.level, 0, 10)
		if err != nil || len(found) != c.want {
			w.t.Errorf("%+v: %+v, %v", c, found, err)
		}
		if len(found) == 2 {
			if next, err := w.db.FlagsOfKind(w.ctx, c.kind, c.level, found[0].ID, 10); err != nil || len(next) != 1 || next[0].On.Name != "demo" || next[0].On.File != "demo-1.0.tar.gz" {
				w.t.Errorf("the next page: %+v, %v", next, err)
			}
		}
	}
}
