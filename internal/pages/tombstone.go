package pages

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/pep440"
)

// affectedFiles bounds the list of a tombstone; Affected counts the rest.
const affectedFiles = 500

// Affected is the files that a withdrawal is about, so that people can look
// whether they have one (SN-7).
type Affected struct {
	Files []AffectedFile
	More  int // how many are left out
}

// AffectedFile is one of them.
type AffectedFile struct{ Version, Filename, SHA256 string }

// affected lists the files of a project, or of one release of it, by version and
// filename. Files that went before on their own are listed too: their names are
// as burned as those of the others.
func affected(ctx context.Context, q database.Q, projectID, releaseID int64) (a Affected, err error) {
	files, err := q.ProjectFiles(ctx, projectID, false)
	if err != nil {
		return a, err
	}
	if releaseID != 0 {
		files = slices.DeleteFunc(files, func(f database.FileInPlace) bool { return f.ReleaseID != releaseID })
	}
	slices.SortFunc(files, func(a, b database.FileInPlace) int {
		return cmp.Or(compareVersions(a.Version, b.Version), strings.Compare(a.Filename, b.Filename))
	})
	for _, f := range files[:min(len(files), affectedFiles)] {
		a.Files = append(a.Files, AffectedFile{f.Version, f.Filename, f.SHA256})
	}
	a.More = len(files) - len(a.Files)
	return a, nil
}

// compareVersions orders stored versions, which always parse.
func compareVersions(a, b string) int {
	va, errA := pep440.Parse(a)
	vb, errB := pep440.Parse(b)
	if errA != nil || errB != nil {
		return strings.Compare(a, b)
	}
	return va.Compare(vb)
}

// tombstone fills in what is shown of a project that is not offered: nothing
// that its owners wrote (SN-7).
func (v *View) tombstone(ctx context.Context, q database.Q) (err error) {
	v.Affected, err = affected(ctx, q, v.Project.ID, 0)
	return err
}

// goneRelease turns the view into that of a release that was withdrawn, and
// reports whether there is one.
func (v *View) goneRelease(ctx context.Context, q database.Q, canonical string) (bool, error) {
	r, found, err := q.Release(ctx, v.Project.ID, canonical)
	if err != nil || !found {
		return false, err
	}
	st := index.StatusOf(index.At{Level: index.OnRelease, Standing: r.Standing})
	if st.Offered {
		return false, nil
	}
	v.Gone, v.Version, v.Release, v.GoneID = true, r.Version, st, r.ID
	v.Affected, err = affected(ctx, q, v.Project.ID, r.ID)
	return true, err
}

// history is the live releases and those that were withdrawn, the newest version
// first (SD-7).
func (s *Store) history(ctx context.Context, q database.Q, p index.Project, groups []group) ([]ViewRelease, error) {
	var out []ViewRelease
	for _, g := range groups {
		out = append(out, g.line())
	}
	if s.opt.HideTombstones {
		slices.Reverse(out)
		return out, nil
	}
	withdrawn, err := q.WithdrawnReleases(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range withdrawn {
		st := index.StatusOf(index.At{Level: index.OnRelease, Standing: r.Standing})
		out = append(out, ViewRelease{Version: r.Version, Prerelease: r.Prerelease, Gone: st.Phrase()})
	}
	slices.SortFunc(out, func(a, b ViewRelease) int { return compareVersions(b.Version, a.Version) })
	return out, nil
}

// publicLabels are the labels on a project that everybody may see (ST-12).
func publicLabels(ctx context.Context, q database.Q, p index.Project) (out []index.Label, err error) {
	flags, err := q.FlagsOn(ctx, index.OnProject, p.ID, true)
	for _, f := range flags {
		if _, isKind := index.KindOf(f.Kind); isKind {
			continue
		}
		l, found, err := q.Label(ctx, f.Kind)
		if err != nil {
			return nil, err
		}
		if found && l.Public {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b index.Label) int { return strings.Compare(a.Key, b.Key) })
	return out, err
}
