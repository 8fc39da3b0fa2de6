package database_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

func TestFiles(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		if got, found, err := w.db.FileByName(w.ctx, w.file.Filename); err != nil || !found || !reflect.DeepEqual(got, w.file) {
			t.Errorf("FileByName = %+v, %v, %v; want %+v", got, found, err, w.file)
		}
		for _, name := range []string{"Demo-1.0.tar.gz", "", "demo"} {
			if _, found, err := w.db.FileByName(w.ctx, name); found || err != nil {
				t.Errorf("%q: %v, %v", name, found, err)
			}
			if _, found, err := w.db.PlacedFile(w.ctx, name); found || err != nil {
				t.Errorf("placed %q: %v, %v", name, found, err)
			}
		}
		if name, found, err := w.db.SdistOf(w.ctx, w.release.ID); err != nil || !found || name != w.file.Filename {
			t.Errorf("SdistOf = %q, %v, %v", name, found, err)
		}
		if _, found, err := w.db.SdistOf(w.ctx, w.release.ID+1); err != nil || found {
			t.Errorf("SdistOf nothing: %v, %v", found, err)
		}
		err := w.db.Write(w.ctx, func(tx *database.Tx) error { _, err := tx.InsertFile(w.ctx, w.file); return err })
		if !database.IsUnique(err) {
			t.Errorf("the same filename again: %v", err)
		}
	})
}

// TestP4NoFileWithoutItsBlob: a file's row refers to a blob's.
func TestP4NoFileWithoutItsBlob(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		f := w.file
		f.Filename, f.SHA256 = "other.whl", digest("never stored")
		err := w.db.Write(w.ctx, func(tx *database.Tx) error { _, err := tx.InsertFile(w.ctx, f); return err })
		if err == nil || database.IsUnique(err) || !strings.Contains(strings.ToUpper(err.Error()), "FOREIGN KEY") {
			t.Errorf("%v, want a violated foreign key", err)
		}
	})
}

// TestPlacedFileJoinsThreeStandings reads a file with what its parents say.
func TestPlacedFileJoinsThreeStandings(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.set(index.OnProject, w.project.ID, index.Archived)
		w.set(index.OnRelease, w.release.ID, index.Yanked)
		w.set(index.OnFile, w.file.ID, index.Quarantined)
		got, found, err := w.db.PlacedFile(w.ctx, w.file.Filename)
		if err != nil || !found || got.Project != "demo" || got.Version != "1.0" || got.SHA256 != w.file.SHA256 {
			t.Fatalf("%+v, %v, %v", got, found, err)
		}
		st := got.Status()
		if st.Marker != "archived" || !st.Yanked || st.File != index.CodeFileQuarantined || st.Offered {
			t.Errorf("%+v", st)
		}
	})
}

func TestProjectFilesLive(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		gone := w.addRelease(w.project, "2.0", "2")
		w.addFile(gone, "demo-2.0.tar.gz")
		w.set(index.OnRelease, gone.ID, index.Deleted)
		w.set(index.OnFile, w.addFile(w.release, "demo-1.0-py3-none-any.whl").ID, index.Removed)
		w.set(index.OnFile, w.addFile(w.release, "demo-1.0-py2-none-any.whl").ID, index.Yanked)
		other := w.addProject("other", w.user.ID)
		w.addFile(w.addRelease(other, "1.0", "1"), "other-1.0.tar.gz")
		for live, want := range map[bool][]string{
			true:  {"demo-1.0-py2-none-any.whl", "demo-1.0.tar.gz"},
			false: {"demo-1.0-py2-none-any.whl", "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz", "demo-2.0.tar.gz"},
		} {
			files, err := w.db.ProjectFiles(w.ctx, w.project.ID, live)
			w.must(err)
			var got []string
			for _, f := range files {
				got = append(got, f.Filename)
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("live %v: %v, want %v", live, got, want)
			}
		}
	})
}

// TestSD9FilenamesAreClaimedOnce by identity, and by filename.
func TestSD9FilenamesAreClaimedOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		first := database.Claim{Identity: "demo|1|sdist", Filename: "demo-1.0.tar.gz", Name: "demo", SHA256: "aa", Size: 3}
		for _, row := range []struct {
			claim database.Claim
			want  bool
		}{
			{first, true},
			{first, false},
			{database.Claim{Identity: first.Identity, Filename: "Demo-1.0.0.tar.gz", Name: "demo"}, false},
			{database.Claim{Identity: "another", Filename: first.Filename, Name: "demo"}, false},
			{database.Claim{Identity: "demo|2|sdist", Filename: "demo-2.0.tar.gz", Name: "demo"}, true},
		} {
			w.write(func(tx *database.Tx) error {
				if won, err := tx.ClaimFilename(w.ctx, row.claim, 1); err != nil || won != row.want {
					t.Errorf("%+v: %v, %v", row.claim, won, err)
				}
				return nil
			})
		}
		if got, found, err := w.db.ClaimOf(w.ctx, first.Identity); err != nil || !found || got != first {
			t.Errorf("ClaimOf = %+v, %v, %v", got, found, err)
		}
		if _, found, err := w.db.ClaimOf(w.ctx, "nobody"); err != nil || found {
			t.Errorf("nobody: %v, %v", found, err)
		}
	})
}
