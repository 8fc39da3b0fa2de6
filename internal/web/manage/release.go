package manage

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging/pep440"
)

// releaseRoutes has PyPI's addresses and fields for what PyPI has: yanking,
// deleting a release and deleting a file are forms at one address.
func (g *Groups) releaseRoutes() []middleware.Route {
	const (
		at      = "/manage/project/{project}/"
		release = at + "release/{version}/"
	)
	return []middleware.Route{
		{Methods: "GET", Path: at + "releases/{$}", Right: access.SeeProject, Handler: get(g.releases), Doc: "The releases of a project, and those that are deleted."},
		{Methods: "GET", Path: release + "{$}", Right: access.SeeProject, Handler: get(g.release), Doc: "A release: its status, and its files with what the gate says of them (PT-6, PT-7, AV-15)."},
		{Methods: "POST", Path: release + "{$}", Right: access.YankReleases, Handler: postOne(
			choice{"confirm_yank_version", g.yank, g.release},
			choice{"confirm_unyank_version", g.unyank, g.release},
			choice{"yank_file", g.yankFile, g.release},
			choice{"unyank_file", g.unyankFile, g.release},
			choice{"confirm_delete_version", g.deleteRelease, g.releaseDeletion},
			choice{"file_id", g.deleteFile, g.fileDeletion},
		), Doc: "Yanks a release or a file, takes that back, or deletes one."},
		{Methods: "POST", Path: release + "deprecate/{$}", Right: access.SetFlags, Handler: post(g.deprecateRelease, g.release), Doc: "Deprecates a release."},
		{Methods: "POST", Path: release + "undeprecate/{$}", Right: access.SetFlags, Handler: post(g.undeprecateRelease, g.release), Doc: "Ends the deprecation of a release."},
		{Methods: "POST", Path: release + "reopen/{$}", Right: access.SetFlags, Handler: post(g.reopen, g.release), Doc: "Lets an old release take new files for a day (SD-14)."},
	}
}

// releasePage is what project-release.html shows.
type releasePage struct {
	refusal
	projectFrame
	managedRelease
	Hears   []string
	Deleted []remains // the release itself, none when it is not deleted
	Yank    *stood    // of the release itself, nil for none
	Closed  bool      // it takes no new files any more
	NewDays int
	Form    deprecationForm
}

func (g *Groups) release(w http.ResponseWriter, r *http.Request, f refusal) error {
	data := releasePage{refusal: f, projectFrame: g.frame(w, "releases")}
	mine, err := g.mine(r.Context(), visitor(w))
	if err != nil {
		return err
	}
	rel, err := g.releaseAt(r, data.Project, mine)
	if err != nil {
		return err
	}
	data.managedRelease, data.Hears = rel, hears(rel.Status)
	if flag := deleted(rel.Standing); flag != nil {
		data.Deleted = []remains{mine.remains(data.Project, maintain.Place{Version: rel.Version}, *flag, data.At)}
	}
	if flag := held(rel.Standing); flag != nil {
		data.Held = flag
	}
	if data.Held != nil || data.Deleted != nil {
		data.Owner, data.Yanks = false, false
	}
	data.Yank = stands(rel.Standing, index.Yanked)
	data.NewDays, data.Closed = g.NewDays, g.closed(rel.Release, data.At)
	data.Form = deprecate(f, releasePath(data.Project, r), rel.Standing)
	return g.pages["project-release"].Write(w, r, f.status(), data)
}

// closed reports whether a release is too old for new files (SD-14).
func (g *Groups) closed(rel index.Release, now time.Time) bool {
	return g.NewDays > 0 && now.Sub(rel.CreatedAt) > time.Duration(g.NewDays)*24*time.Hour && rel.OpenUntil.Before(now)
}

// releaseAt is the release that the address names.
func (g *Groups) releaseAt(r *http.Request, p index.Project, mine mayRestore) (managedRelease, error) {
	all, err := g.managed(r.Context(), p, mine)
	if err != nil {
		return managedRelease{}, err
	}
	canonical := canonicalOf(r)
	i := slices.IndexFunc(all, func(rel managedRelease) bool { return rel.Canonical == canonical })
	if i < 0 {
		return managedRelease{}, index.Refuse(index.CodeNotFound, "Project %q has no release %s.", p.Name, r.PathValue("version"))
	}
	return all[i], nil
}

// canonicalOf is the version in the address as releases are known by.
func canonicalOf(r *http.Request) string { return canonical(r.PathValue("version")) }

// canonical leaves what is no version as it is: it is that of no release.
func canonical(version string) string {
	v, err := pep440.Parse(version)
	if err != nil {
		return version
	}
	return v.Canonical()
}

func releasePath(p index.Project, r *http.Request) string {
	return projectPath(p, "release/"+url.PathEscape(r.PathValue("version")))
}

func (g *Groups) yank(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	flag := index.Flag{Kind: index.Yanked, Reason: strings.TrimSpace(form.Get("yanked_reason"))}
	_, err = g.Actions.SetFlag(r.Context(), v, at.Project, maintain.Place{Version: canonicalOf(r)}, flag)
	return releasePath(at.Project, r), "The release " + r.PathValue("version") + " is yanked.", err
}

func (g *Groups) unyank(r *http.Request, v *access.Visitor, at access.At, _ url.Values) (to, sentence string, err error) {
	err = g.Actions.ClearFlag(r.Context(), v, at.Project, maintain.Place{Version: canonicalOf(r)}, index.Yanked)
	return releasePath(at.Project, r), "The release " + r.PathValue("version") + " is not yanked any more.", err
}

func (g *Groups) yankFile(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	file := form.Get("yank_file")
	flag := index.Flag{Kind: index.Yanked, Reason: strings.TrimSpace(form.Get("yanked_reason"))}
	_, err = g.Actions.SetFlag(r.Context(), v, at.Project, maintain.Place{File: file}, flag)
	return releasePath(at.Project, r), file + " is yanked.", err
}

func (g *Groups) unyankFile(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	file := form.Get("unyank_file")
	err = g.Actions.ClearFlag(r.Context(), v, at.Project, maintain.Place{File: file}, index.Yanked)
	return releasePath(at.Project, r), file + " is not yanked any more.", err
}

func (g *Groups) deprecateRelease(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	flag, err := deprecationOf(form)
	if err != nil {
		return "", "", err
	}
	_, err = g.Actions.SetFlag(r.Context(), v, at.Project, maintain.Place{Version: canonicalOf(r)}, flag)
	return releasePath(at.Project, r), "The release " + r.PathValue("version") + announced(flag, g.Clock()), err
}

func (g *Groups) undeprecateRelease(r *http.Request, v *access.Visitor, at access.At, _ url.Values) (to, sentence string, err error) {
	err = g.Actions.ClearFlag(r.Context(), v, at.Project, maintain.Place{Version: canonicalOf(r)}, index.Deprecated)
	return releasePath(at.Project, r), "The release " + r.PathValue("version") + " is not deprecated any more.", err
}

func (g *Groups) reopen(r *http.Request, v *access.Visitor, at access.At, _ url.Values) (to, sentence string, err error) {
	until, err := g.Actions.Reopen(r.Context(), v, at.Project, canonicalOf(r))
	return releasePath(at.Project, r), "The release takes new files until " + until.UTC().Format("2006-01-02 15:04 UTC") + ".", err
}
