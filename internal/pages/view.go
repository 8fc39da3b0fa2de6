package pages

import (
	"context"
	"slices"
	"strings"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
)

// View is what a person sees of a project: one release with its files, and the
// others by name.
type View struct {
	Project  index.Project
	Status   index.Status // of the project
	Version  string       // of the shown release, empty when there is none
	Release  index.Status // of the shown release
	Metadata coremeta.Metadata

	ReleaseStanding index.Standing // of the shown release

	Files        []FileState
	Releases     []ViewRelease // the newest version first
	Owners       []index.Role  // who uploads: no readers
	Organization string        // name, "" for none

	Gone          bool          // the release that was asked for is withdrawn: Version and Release are its
	GoneID        int64         // key of that release
	Affected      Affected      // of a project or release that is withdrawn
	Labels        []index.Label // public ones (ST-12)
	IdentitySince string        // date since which the name is this project's, where it was another's (SD-17)
	Documentation string        // where old documentation redirects to, "" for nowhere (DR-10)
}

// ViewRelease is a line of the release history.
type ViewRelease struct {
	Version    string
	Prerelease bool
	Yanked     bool
	Uploaded   string // date of its first file
	Gone       string // the phrase of a release that is withdrawn, "" for one that is there
	Deprecated string // category of its deprecation, "" for none
	Insecure   bool   // that is why
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
			return missing(ctx, q, name)
		}
		v.Project, v.Status = p, index.StatusOf(index.At{Level: index.OnProject, Standing: p.Standing})
		if !v.Status.Offered {
			return v.tombstone(ctx, q)
		}
		return s.fill(ctx, q, &v, canonical)
	})
	return v, err
}

func (s *Store) fill(ctx context.Context, q database.Q, v *View, canonical string) error {
	files, err := liveFiles(ctx, q, v.Project)
	if err != nil {
		return err
	}
	groups := byRelease(files)
	if v.Releases, err = s.history(ctx, q, v.Project, groups); err != nil {
		return err
	}
	if err := v.people(ctx, q); err != nil {
		return err
	}
	if err := v.surroundings(ctx, q); err != nil {
		return err
	}
	shown, ok := pickRelease(groups, canonical)
	if !ok {
		return v.nothingToShow(ctx, q, canonical)
	}
	first := shown.files[0]
	v.Version = first.Version
	v.ReleaseStanding = first.ReleaseStanding
	v.Release = index.StatusOf(index.At{Level: index.OnRelease, Standing: first.ReleaseStanding})
	for _, f := range shown.files {
		v.Files = append(v.Files, FileState{f.FileInPlace, f.status})
	}
	v.Metadata, err = q.ReleaseMetadata(ctx, first.ReleaseID)
	return err
}

// nothingToShow is for a project without live releases, and for a release that
// is not there or not any more.
func (v *View) nothingToShow(ctx context.Context, q database.Q, canonical string) error {
	if canonical == "" {
		return nil
	}
	if gone, err := v.goneRelease(ctx, q, canonical); err != nil || gone {
		return err
	}
	return index.Refuse(index.CodeNotFound, "%s has no release %s.", v.Project.DisplayName, canonical)
}

func (v *View) people(ctx context.Context, q database.Q) (err error) {
	if v.Owners, err = q.RolesOf(ctx, v.Project.ID); err != nil {
		return err
	}
	v.Owners = slices.DeleteFunc(v.Owners, func(r index.Role) bool { return r.Role == index.Reader })
	o, _, err := q.OrganizationOf(ctx, v.Project.ID)
	v.Organization = o.Name
	return err
}

// surroundings is what others than its owners say of the project.
func (v *View) surroundings(ctx context.Context, q database.Q) (err error) {
	if v.Labels, err = publicLabels(ctx, q, v.Project); err != nil {
		return err
	}
	if v.Documentation, err = q.DocumentationOf(ctx, v.Project.ID); err != nil {
		return err
	}
	since, err := identitySince(ctx, q, v.Project)
	v.IdentitySince, _, _ = strings.Cut(since, "T")
	return err
}

func (g group) line() ViewRelease {
	first := g.files[0]
	for _, f := range g.files {
		if f.UploadedAt.Before(first.UploadedAt) {
			first = f
		}
	}
	deprecated := ""
	if d := deprecationOf(first.ReleaseStanding); d != nil {
		deprecated = d.Kind
	}
	return ViewRelease{
		Deprecated: deprecated, Insecure: deprecated == "insecure",
		Version: first.Version, Prerelease: first.version.IsPrerelease(), Yanked: g.allYanked(),
		Uploaded: first.UploadedAt.Format("2006-01-02"),
	}
}
