package manage

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/packaging/pep440"
)

// releasesPage is what project-releases.html shows.
type releasesPage struct {
	refusal
	projectFrame
	Releases []managedRelease // the newest version first
	Gone     []remains        // releases that are deleted
}

// managedRelease is a release with its files.
type managedRelease struct {
	index.Release
	Status index.Status
	Marks  []mark
	Files  []managedFile // that are not deleted
	Gone   []remains     // files that are

	version pep440.Version
}

// Size is that of all files together, in bytes.
func (r managedRelease) Size() (n int64) {
	for _, f := range r.Files {
		n += f.Size
	}
	return n
}

// Warnings counts what the gate has to say about the files.
func (r managedRelease) Warnings() (n int) {
	for _, f := range r.Files {
		n += len(f.Report.Warnings)
	}
	return n
}

// managedFile is a file with what the gate found in it (PT-6, PT-7).
type managedFile struct {
	database.FileInPlace
	Status index.Status
	Marks  []mark
	Yank   *stood      // of the file itself, nil for none
	Held   *index.Flag // with it administrators keep the file as it is, nil for none
	Report index.FileReport
}

// remains is something that was deleted, as its owners see it.
type remains struct {
	Project, Version, File string
	Display                string // the project's name as it is shown
	Flag                   index.Flag
	Mine                   bool     // the visitor may restore it
	Blockers               []string // why it cannot be restored nevertheless (SD-20)
	Left                   string   // "23 days left" (SD-22)
}

// Title is what it is, for people.
func (r remains) Title() string { return cmp.Or(r.File, strings.TrimSpace(r.Display+" "+r.Version)) }

func (g *Groups) releases(w http.ResponseWriter, r *http.Request, f refusal) error {
	data := releasesPage{refusal: f, projectFrame: g.frame(w, "releases")}
	mine, err := g.mine(r.Context(), visitor(w))
	if err != nil {
		return err
	}
	all, err := g.managed(r.Context(), data.Project, mine)
	if err != nil {
		return err
	}
	for _, rel := range all {
		if flag := deleted(rel.Standing); flag != nil {
			data.Gone = append(data.Gone, mine.remains(data.Project, maintain.Place{Version: rel.Version}, *flag, data.At))
			continue
		}
		data.Releases = append(data.Releases, rel)
	}
	return g.pages["project-releases"].Write(w, r, f.status(), data)
}

// managed reads the releases of a project with their files, the newest version
// first.
func (g *Groups) managed(ctx context.Context, p index.Project, mine mayRestore) ([]managedRelease, error) {
	releases, err := g.DB.Releases(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	files, err := g.DB.ProjectFiles(ctx, p.ID, false)
	if err != nil {
		return nil, err
	}
	reports, err := g.DB.FileReportsOf(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return byVersion(p, releases, filesOf(p, files, reports, mine, g.Clock()))
}

// contents are the files of releases by the keys of those.
type contents struct {
	live map[int64][]managedFile
	gone map[int64][]remains
}

func filesOf(p index.Project, files []database.FileInPlace, reports map[int64]index.FileReport, mine mayRestore, now time.Time) contents {
	c := contents{map[int64][]managedFile{}, map[int64][]remains{}}
	slices.SortFunc(files, func(a, b database.FileInPlace) int { return cmp.Compare(a.Filename, b.Filename) })
	for _, f := range files {
		if flag := deleted(f.Standing); flag != nil {
			c.gone[f.ReleaseID] = append(c.gone[f.ReleaseID], mine.remains(p, maintain.Place{Version: f.Version, File: f.Filename}, *flag, now))
			continue
		}
		c.live[f.ReleaseID] = append(c.live[f.ReleaseID], managedFile{
			FileInPlace: f, Status: f.Status(), Marks: marks(f.Standing), Yank: stands(f.Standing, index.Yanked), Held: held(f.Standing), Report: reports[f.ID],
		})
	}
	return c
}

func byVersion(p index.Project, releases []index.Release, c contents) (out []managedRelease, err error) {
	for _, rel := range releases {
		v, err := pep440.Parse(rel.Version)
		if err != nil {
			return nil, err
		}
		st := index.StatusOf(index.At{Level: index.OnProject, Standing: p.Standing}, index.At{Level: index.OnRelease, Standing: rel.Standing})
		out = append(out, managedRelease{Release: rel, Status: st, Marks: marks(rel.Standing), Files: c.live[rel.ID], Gone: c.gone[rel.ID], version: v})
	}
	slices.SortFunc(out, func(a, b managedRelease) int { return b.version.Compare(a.version) })
	return out, nil
}
