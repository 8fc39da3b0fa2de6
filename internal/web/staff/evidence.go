package staff

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging"
)

const (
	releasesMost = 20  // releases on the page, the newest upload first
	historyMost  = 100 // flags, acts and reports
	tracesMost   = 2_000
	peopleMost   = 5
)

func (s *Staff) projectRoutes() []middleware.Route {
	const at = "/admin/projects/{name}/"
	return []middleware.Route{
		{Methods: "GET", Path: "/admin/projects/{$}", Right: access.Moderate, Handler: s.findProject, Doc: "Goes to the evidence on a project."},
		{Methods: "GET", Path: at + "{$}", Right: access.Moderate, Handler: get(s.evidence), Doc: "The evidence on a project, and what a moderator can do about it."},
		{Methods: "POST", Path: at + "act/{$}", Right: access.Moderate, Handler: s.takedown, Doc: "Quarantines, removes or clears a project, release or file; or shows what clients would see."},
		{Methods: "POST", Path: at + "decide/{$}", Right: access.Moderate, Handler: post(s.decide, s.evidence), Doc: "Decides on a report."},
		{Methods: "POST", Path: at + "label/{$}", Right: access.Moderate, Handler: post(s.labelProject, s.evidence), Doc: "Sets or clears a label on a project."},
		{Methods: "GET", Path: at + "files/{filename}/{$}", Right: access.Moderate, Handler: s.file, Doc: "One file from the inside, beside the one before it."},
		{Methods: "GET", Path: at + "files/{filename}/member/{$}", Right: access.Moderate, Handler: s.member, Doc: "One member of a file, beside what it was."},
		{Methods: "GET", Path: at + "files/{filename}/members.txt", Right: access.Moderate, Handler: s.members, Doc: "All members of a file, as text."},
	}
}

// findProject leads from a name that was typed to its page.
func (s *Staff) findProject(w http.ResponseWriter, r *http.Request) error {
	name := packaging.NormalizeName(strings.TrimSpace(r.URL.Query().Get("name")))
	if !packaging.ValidName(name) {
		return middleware.See(w, "/admin/reports/")
	}
	return middleware.See(w, "/admin/projects/"+name+"/")
}

// place is a name with the project that holds it, if one does.
type place struct {
	Name    string
	Project index.Project
	Found   bool
	Reports []index.Report // the newest first
}

// meet finds what an address is about. Moderators who administer nothing see
// public projects, and private ones that somebody reported.
func (s *Staff) meet(w http.ResponseWriter, r *http.Request) (p place, err error) {
	ctx := r.Context()
	p.Name = packaging.NormalizeName(r.PathValue("name"))
	if p.Project, p.Found, err = s.DB.Project(ctx, p.Name); err != nil {
		return p, err
	}
	if p.Reports, err = s.DB.ReportsOf(ctx, p.Name, historyMost); err != nil {
		return p, err
	}
	hidden := p.Project.Private && !visitor(w).User.Superuser
	if len(p.Reports) == 0 && (!p.Found || hidden) {
		return p, index.Refuse(index.CodeNotFound, "There is no project %q.", p.Name)
	}
	return p, nil
}

// evidencePage is what project.html shows.
type evidencePage struct {
	frame
	place
	Registry index.Name
	Status   index.Status
	Releases []release // those with the newest uploads first
	Left     int       // releases that are not shown
	Files    int
	Month    int64 // downloads in 30 days
	All      int64 // downloads ever
	Gate     []database.Trace
	People   []person
	Flags    []placedFlag
	Acts     []index.Act
	Labels   []index.Label
	Metadata index.Release
	Preview  *preview
}

// Categories are those of removals.
func (p evidencePage) Categories() []string {
	k, _ := index.KindOf(index.Removed)
	return k.Categories
}

// Open are the reports on which nobody decided yet.
func (p evidencePage) Open() (out []reported) {
	for _, r := range p.Reports {
		if r.Open() {
			out = append(out, reported{r, p.Now})
		}
	}
	return out
}

// Decided are the other reports.
func (p evidencePage) Decided() (out []reported) {
	for _, r := range p.Reports {
		if !r.Open() {
			out = append(out, reported{r, p.Now})
		}
	}
	return out
}

// release is a release with its files.
type release struct {
	Version string
	Status  index.Status
	Newest  time.Time
	Files   []uploaded
}

// uploaded is a file with what is known of how it came and went.
type uploaded struct {
	database.FileInPlace
	Status index.Status
	Gate   index.FileReport
	Count  database.FileDownloads
	Trace  database.Trace // zero for a file from before the audit log
	By     string
}

func (s *Staff) evidence(w http.ResponseWriter, r *http.Request, f refusal) error {
	return s.evidenceWith(w, r, f, nil)
}

func (s *Staff) evidenceWith(w http.ResponseWriter, r *http.Request, f refusal, seen *preview) (err error) {
	ctx, data := r.Context(), evidencePage{Preview: seen}
	if data.place, err = s.meet(w, r); err != nil {
		return err
	}
	if data.frame, err = s.frame(w, r, "reports", f); err != nil {
		return err
	}
	data.Path = "/admin/projects/" + data.Name + "/"
	if data.Registry, _, err = s.DB.Name(ctx, data.Name); err != nil {
		return err
	}
	if data.Acts, err = s.DB.ActsOf(ctx, data.Name, historyMost); err != nil {
		return err
	}
	if data.Labels, err = s.DB.Labels(ctx); err != nil {
		return err
	}
	if data.Found {
		if err := s.ofProject(ctx, &data, r.URL.Query().Get("releases") == "all"); err != nil {
			return err
		}
	}
	return s.write(w, r, "project", f, data)
}

// ofProject reads what there is of a project that holds its name.
func (s *Staff) ofProject(ctx context.Context, data *evidencePage, all bool) (err error) {
	id := data.Project.ID
	data.Status = index.StatusOf(index.At{Level: index.OnProject, Standing: data.Project.Standing})
	files, err := s.uploads(ctx, data)
	if err != nil {
		return err
	}
	data.Files, data.Releases = len(files), byRelease(files)
	if len(data.Releases) > 0 {
		if err := s.newest(ctx, data, files); err != nil {
			return err
		}
	}
	if !all && len(data.Releases) > releasesMost {
		data.Left, data.Releases = len(data.Releases)-releasesMost, data.Releases[:releasesMost]
	}
	if data.Gate, err = s.DB.Traces(ctx, "project:"+data.Name, data.Project.CreatedAt, historyMost, index.EventGateMatch, index.EventGateScan); err != nil {
		return err
	}
	flags, err := s.DB.FlagsInProject(ctx, id, historyMost)
	if err != nil {
		return err
	}
	data.Flags = placeFlags(flags, files)
	data.People, err = s.peopleOf(ctx, data, files)
	return err
}

// newest reads what the newest file's release says of itself.
func (s *Staff) newest(ctx context.Context, data *evidencePage, files []uploaded) (err error) {
	last := slices.MaxFunc(files, func(a, b uploaded) int { return a.UploadedAt.Compare(b.UploadedAt) })
	data.Metadata.Version = last.Version
	data.Metadata.Metadata, err = s.DB.ReleaseMetadata(ctx, last.ReleaseID)
	return err
}

// uploads reads the project's files with everything about how they came.
func (s *Staff) uploads(ctx context.Context, data *evidencePage) (out []uploaded, err error) {
	files, err := s.DB.ProjectFiles(ctx, data.Project.ID, false)
	if err != nil {
		return nil, err
	}
	reports, err := s.DB.FileReportsOf(ctx, data.Project.ID)
	if err != nil {
		return nil, err
	}
	counts, err := s.DB.FileDownloadsOf(ctx, data.Project.ID, data.Now)
	if err != nil {
		return nil, err
	}
	traces, err := s.traces(ctx, data.Name)
	for _, f := range files {
		data.Month, data.All = data.Month+counts[f.ID].Month, data.All+counts[f.ID].All
		out = append(out, uploaded{FileInPlace: f, Status: f.Status(), Gate: reports[f.ID], Count: counts[f.ID], Trace: traces[f.Filename], By: traces[f.Filename].Actor})
	}
	return out, err
}

// traces maps filenames to the newest event of their upload.
func (s *Staff) traces(ctx context.Context, name string) (map[string]database.Trace, error) {
	events, err := s.DB.Traces(ctx, "project:"+name, time.Time{}, tracesMost, index.EventFileAdd, index.EventFileAdd)
	out := map[string]database.Trace{}
	for _, e := range events {
		filename, _, _ := strings.Cut(e.After, " ")
		if _, known := out[filename]; !known {
			out[filename] = e
		}
	}
	return out, err
}

func byRelease(files []uploaded) (out []release) {
	at := map[string]int{}
	for _, f := range files {
		i, known := at[f.Version]
		if !known {
			i, at[f.Version] = len(out), len(out)
			st := index.StatusOf(index.At{Level: index.OnProject, Standing: f.ProjectStanding}, index.At{Level: index.OnRelease, Standing: f.ReleaseStanding})
			out = append(out, release{Version: f.Version, Status: st})
		}
		rel := &out[i]
		rel.Files = append(rel.Files, f)
		if f.UploadedAt.After(rel.Newest) {
			rel.Newest = f.UploadedAt
		}
	}
	for _, rel := range out {
		slices.SortFunc(rel.Files, func(a, b uploaded) int { return cmp.Compare(a.Filename, b.Filename) })
	}
	slices.SortFunc(out, func(a, b release) int { return cmp.Or(b.Newest.Compare(a.Newest), cmp.Compare(b.Version, a.Version)) })
	return out
}

// placedFlag is a flag with the release or file that it stands on, in words.
type placedFlag struct {
	database.StoodFlag
	On string
}

// placeFlags says what flags of a project stand on.
func placeFlags(flags []database.StoodFlag, files []uploaded) (out []placedFlag) {
	names := map[index.Level]map[int64]string{index.OnRelease: {}, index.OnFile: {}}
	for _, f := range files {
		names[index.OnRelease][f.ReleaseID], names[index.OnFile][f.ID] = "release "+f.Version, f.Filename
	}
	for _, f := range flags {
		out = append(out, placedFlag{f, cmp.Or(names[f.Level][f.SubjectID], string(f.Level))})
	}
	return out
}
