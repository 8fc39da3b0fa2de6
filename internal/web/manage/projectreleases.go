package manage

import (
	"cmp"
	"net/http"
	"slices"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging/pep440"
)

// releasesPage is what project-releases.html shows.
type releasesPage struct {
	projectFrame
	Releases []managedRelease // the newest version first
}

// managedRelease is a release with its files.
type managedRelease struct {
	Version string
	Status  index.Status
	Files   []managedFile

	version pep440.Version
}

// managedFile is a file with what the gate found in it (PT-6, PT-7).
type managedFile struct {
	database.FileInPlace
	Status index.Status
	Report index.FileReport
}

func (g *Groups) releases(w http.ResponseWriter, r *http.Request) error {
	data := releasesPage{projectFrame: g.frame(w, "releases")}
	id := middleware.Of(w).At.Project.ID
	files, err := g.DB.ProjectFiles(r.Context(), id, false)
	if err != nil {
		return err
	}
	reports, err := g.DB.FileReportsOf(r.Context(), id)
	if err != nil {
		return err
	}
	if data.Releases, err = byVersion(files, reports); err != nil {
		return err
	}
	return g.pages["project-releases"].Write(w, r, http.StatusOK, data)
}

func byVersion(files []database.FileInPlace, reports map[int64]index.FileReport) (out []managedRelease, err error) {
	at := map[string]int{}
	for _, f := range files {
		i, known := at[f.Version]
		if !known {
			v, err := pep440.Parse(f.Version)
			if err != nil {
				return nil, err
			}
			i, at[f.Version] = len(out), len(out)
			st := index.StatusOf(index.At{Level: index.OnProject, Standing: f.ProjectStanding}, index.At{Level: index.OnRelease, Standing: f.ReleaseStanding})
			out = append(out, managedRelease{Version: f.Version, Status: st, version: v})
		}
		out[i].Files = append(out[i].Files, managedFile{f, f.Status(), reports[f.ID]})
	}
	for _, rel := range out {
		slices.SortFunc(rel.Files, func(a, b managedFile) int { return cmp.Compare(a.Filename, b.Filename) })
	}
	slices.SortFunc(out, func(a, b managedRelease) int { return b.version.Compare(a.version) })
	return out, nil
}
