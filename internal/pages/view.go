package pages

import (
	"context"
	"slices"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
)

// View is what a person sees of a project: one release with its files, and the
// others by name.
type View struct {
	Project      index.Project
	Status       index.Status // of the project
	Version      string       // of the shown release, empty when there is none
	Release      index.Status // of the shown release
	Metadata     coremeta.Metadata
	Files        []FileState
	Releases     []ViewRelease // the newest version first
	Owners       []index.Role  // who uploads: no readers
	Organization string        // name, "" for none
}

// ViewRelease is a line of the release history.
type ViewRelease struct {
	Version    string
	Prerelease bool
	Yanked     bool
	Uploaded   string // date of its first file
}

// View reads a project for people; canonical chooses a release, the latest
// when empty. A withdrawn project has a View without releases that says why.
func (s *Store) View(ctx context.Context, name, canonical string) (View, error) {
	var v View
	err := s.db.Snapshot(ctx, func(q database.Q) error {
		p, found, err := q.Project(ctx, name)
		if err != nil {
			return err
		}
		if !found {
			return index.Refuse(index.CodeNotFound, "There is no project %q here.", name)
		}
		v.Project, v.Status = p, index.StatusOf(index.At{Level: index.OnProject, Standing: p.Standing})
		if !v.Status.Offered {
			return nil
		}
		return v.fill(ctx, q, canonical)
	})
	return v, err
}

func (v *View) fill(ctx context.Context, q database.Q, canonical string) error {
	files, err := liveFiles(ctx, q, v.Project)
	if err != nil {
		return err
	}
	groups := byRelease(files)
	for _, g := range slices.Backward(groups) {
		v.Releases = append(v.Releases, g.line())
	}
	if v.Owners, err = q.RolesOf(ctx, v.Project.ID); err != nil {
		return err
	}
	v.Owners = slices.DeleteFunc(v.Owners, func(r index.Role) bool { return r.Role == index.Reader })
	o, _, err := q.OrganizationOf(ctx, v.Project.ID)
	if err != nil {
		return err
	}
	v.Organization = o.Name
	shown, ok := pickRelease(groups, canonical)
	if !ok {
		if canonical == "" {
			return nil
		}
		return index.Refuse(index.CodeNotFound, "%s has no release %s.", v.Project.DisplayName, canonical)
	}
	first := shown.files[0]
	v.Version = first.Version
	v.Release = index.StatusOf(index.At{Level: index.OnRelease, Standing: first.ReleaseStanding})
	for _, f := range shown.files {
		v.Files = append(v.Files, FileState{f.FileInPlace, f.status})
	}
	v.Metadata, err = q.ReleaseMetadata(ctx, first.ReleaseID)
	return err
}

func (g group) line() ViewRelease {
	first := g.files[0]
	for _, f := range g.files {
		if f.UploadedAt.Before(first.UploadedAt) {
			first = f
		}
	}
	return ViewRelease{
		Version: first.Version, Prerelease: first.version.IsPrerelease(), Yanked: g.allYanked(),
		Uploaded: first.UploadedAt.Format("2006-01-02"),
	}
}
