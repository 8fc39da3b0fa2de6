package database_test

import (
	"reflect"
	"slices"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
)

func TestReleases(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		want := w.release
		want.Metadata = coremeta.Metadata{} // is read apart
		if got, found, err := w.db.Release(w.ctx, w.project.ID, "1"); err != nil || !found || !reflect.DeepEqual(got, want) {
			t.Errorf("Release = %+v, %v, %v; want %+v", got, found, err, want)
		}
		for _, canonical := range []string{"1.0", "2", ""} {
			if _, found, err := w.db.Release(w.ctx, w.project.ID, canonical); found || err != nil {
				t.Errorf("%q: %v, %v", canonical, found, err)
			}
		}
		if got, err := w.db.ReleaseMetadata(w.ctx, w.release.ID); err != nil || !reflect.DeepEqual(got, w.release.Metadata) {
			t.Errorf("ReleaseMetadata = %+v, %v", got, err)
		}
		if got, err := w.db.ReleaseMetadata(w.ctx, w.release.ID+1); err != nil || !reflect.DeepEqual(got, coremeta.Metadata{}) {
			t.Errorf("of no release: %+v, %v", got, err)
		}
		pre := index.Release{ProjectID: w.project.ID, Version: "2.0rc1", Canonical: "2rc1", Prerelease: true, CreatedAt: noon()}
		w.write(func(tx *database.Tx) error { _, err := tx.InsertRelease(w.ctx, pre); return err })
		w.set(index.OnRelease, w.release.ID, index.Deleted)
		all, err := w.db.Releases(w.ctx, w.project.ID)
		w.must(err)
		if len(all) != 2 {
			t.Errorf("Releases = %+v", all)
		}
		for _, r := range all { // in no order
			if first := r.Canonical == "1"; r.Prerelease == first || r.Standing.Withdrawn() != first {
				t.Errorf("%+v", r)
			}
		}
	})
}

// TestV03OneReleaseForEachCanonicalVersion: 1.0 and 1.0.0 are one.
func TestV03OneReleaseForEachCanonicalVersion(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		again := index.Release{ProjectID: w.project.ID, Version: "1.0.0", Canonical: "1"}
		err := w.db.Write(w.ctx, func(tx *database.Tx) error { _, err := tx.InsertRelease(w.ctx, again); return err })
		if !database.IsUnique(err) {
			t.Errorf("%v, want a unique violation", err)
		}
	})
}

// TestSD12BurnedVersionsStay keeps the first project on record.
func TestSD12BurnedVersionsStay(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		other := w.release
		other.ProjectID++
		for _, r := range []index.Release{w.release, other} {
			w.write(func(tx *database.Tx) error { return tx.BurnVersion(w.ctx, "demo", r) })
		}
		if by, burned, err := w.db.VersionBurned(w.ctx, "demo", "1"); err != nil || !burned || by != w.project.ID {
			t.Errorf("by %d, %v, %v", by, burned, err)
		}
		if _, burned, err := w.db.VersionBurned(w.ctx, "demo", "2"); err != nil || burned {
			t.Errorf("2: %v, %v", burned, err)
		}
	})
}

func TestE01RecentReleases(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.addFile(w.addRelease(w.project, "2.0", "2"), "demo-2.0.tar.gz")
		gone := w.addRelease(w.project, "3.0", "3")
		w.addFile(gone, "demo-3.0.tar.gz")
		w.set(index.OnFile, w.addFile(w.addRelease(w.project, "4.0", "4"), "demo-4.0.tar.gz").ID, index.Deleted) // the only one
		w.set(index.OnRelease, gone.ID, index.Quarantined)
		hidden := w.addProject("hidden", w.user.ID)
		w.addFile(w.addRelease(hidden, "9", "9"), "hidden-9.tar.gz")
		w.set(index.OnProject, hidden.ID, index.Deleted)
		other := w.addProject("other", w.user.ID)
		w.addFile(w.addRelease(other, "5", "5"), "other-5.tar.gz")
		for name, want := range map[string][]string{"": {"other 5", "demo 2.0"}, "demo": {"demo 2.0", "demo 1.0"}, "hidden": nil} {
			recent, err := w.db.RecentReleases(w.ctx, name, 2)
			w.must(err)
			var got []string
			for _, r := range recent {
				got = append(got, r.Name+" "+r.Version)
				if r.Summary != "About "+r.Version || r.At != noon().UnixMicro() || r.Project != r.Name {
					t.Errorf("%+v", r)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q: %v, want %v", name, got, want)
			}
		}
	})
}
