package manage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
)

// deletionRoutes are pages of their own, so that what a deletion breaks is read
// before anything can be typed (SD-3).
func (g *Groups) deletionRoutes() []middleware.Route {
	const at = "/manage/project/{project}/"
	return []middleware.Route{
		{Methods: "GET", Path: at + "delete_project/{$}", Right: access.DeleteThings, Handler: get(g.projectDeletion), Doc: "What breaks when a project is deleted (SD-3)."},
		{Methods: "POST", Path: at + "delete_project/{$}", Right: access.DeleteThings, Handler: post(g.deleteProject, g.projectDeletion), Doc: "Deletes a project."},
		{Methods: "GET", Path: at + "release/{version}/delete/{$}", Right: access.DeleteThings, Handler: get(g.releaseDeletion), Doc: "What breaks when a release is deleted."},
		{Methods: "GET", Path: at + "release/{version}/delete_file/{filename}/{$}", Right: access.DeleteThings, Handler: get(g.fileDeletion), Doc: "What breaks when a file is deleted."},
		{Methods: "POST", Path: "/manage/projects/restore/{$}", Right: access.RestoreThings, Handler: post(g.restore, g.projects), Doc: "Restores what was deleted, for who owned it then (SD-18)."},
	}
}

// deletionPage is what project-delete.html shows, for a project, a release and a
// file.
type deletionPage struct {
	refusal
	projectFrame
	What     string // project, release or file
	Name     string // what is to be typed
	Field    string // that it is typed into
	Action   string // the address that the form is sent to
	File     string // of a file
	Back     string // the page that led here
	Forecast maintain.Forecast
}

// BadName marks the field for the name when something else was typed, BadReason
// the other one when the name was right.
func (d deletionPage) BadName() bool {
	return d.Wrong != "" && confirmed(d.Typed, d.Field, d.Name) != nil
}

// BadReason is the rest of BadName.
func (d deletionPage) BadReason() bool { return d.Wrong != "" && !d.BadName() }

func (g *Groups) projectDeletion(w http.ResponseWriter, r *http.Request, f refusal) error {
	data := deletionPage{refusal: f, projectFrame: g.frame(w, "settings"), What: "project", Field: "confirm_project_name"}
	data.Name = data.Project.DisplayName
	data.Action, data.Back = projectPath(data.Project, "delete_project"), projectPath(data.Project, "settings")
	return g.deletion(w, r, maintain.Place{}, data)
}

func (g *Groups) releaseDeletion(w http.ResponseWriter, r *http.Request, f refusal) error {
	data := deletionPage{refusal: f, projectFrame: g.frame(w, "releases"), What: "release", Field: "confirm_delete_version"}
	data.Name = r.PathValue("version")
	data.Action = releasePath(data.Project, r)
	data.Back = data.Action
	return g.deletion(w, r, maintain.Place{Version: canonicalOf(r)}, data)
}

// fileDeletion finds the filename in the address, or in the form that was
// refused.
func (g *Groups) fileDeletion(w http.ResponseWriter, r *http.Request, f refusal) error {
	data := deletionPage{refusal: f, projectFrame: g.frame(w, "releases"), What: "file", Field: "confirm_filename"}
	data.File = r.PathValue("filename")
	if data.File == "" {
		data.File = f.Typed.Get("file_id")
	}
	data.Name, data.Action = data.File, releasePath(data.Project, r)
	data.Back = data.Action
	return g.deletion(w, r, maintain.Place{Version: canonicalOf(r), File: data.File}, data)
}

func (g *Groups) deletion(w http.ResponseWriter, r *http.Request, on maintain.Place, data deletionPage) (err error) {
	if data.Forecast, err = g.Actions.Forecast(r.Context(), data.Project, on); err != nil {
		return err
	}
	return g.pages["project-delete"].Write(w, r, data.status(), data)
}

func (g *Groups) deleteProject(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	if err := confirmed(form, "confirm_project_name", at.Project.DisplayName); err != nil {
		return "", "", err
	}
	err = g.Actions.Delete(r.Context(), v, at.Project, maintain.Place{}, reasonOf(form))
	return "/manage/projects/", "The project " + at.Project.DisplayName + " is deleted. You can restore it below.", err
}

func (g *Groups) deleteRelease(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	version := r.PathValue("version")
	if err := confirmed(form, "confirm_delete_version", version); err != nil {
		return "", "", err
	}
	err = g.Actions.Delete(r.Context(), v, at.Project, maintain.Place{Version: canonicalOf(r)}, reasonOf(form))
	return projectPath(at.Project, "releases"), "The release " + version + " is deleted. You can restore it below.", err
}

func (g *Groups) deleteFile(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	file := form.Get("file_id")
	if err := confirmed(form, "confirm_filename", file); err != nil {
		return "", "", err
	}
	err = g.Actions.Delete(r.Context(), v, at.Project, maintain.Place{Version: canonicalOf(r), File: file}, reasonOf(form))
	return releasePath(at.Project, r), file + " is deleted. You can restore it below.", err
}

// reasonOf is the public line that a form gives.
func reasonOf(form url.Values) string { return strings.TrimSpace(form.Get("reason")) }

// mayRestore is what a person may restore, over all projects.
type mayRestore struct {
	things     []maintain.Deleted // that the person owned when they were deleted
	everything bool               // administrators may restore all else too
}

func (g *Groups) mine(ctx context.Context, v *access.Visitor) (m mayRestore, err error) {
	m.everything = v.User.Superuser
	m.things, err = g.Actions.DeletedOf(ctx, v)
	return m, err
}

// remains describes something deleted, by its version as it is shown, for the
// person who may restore these.
func (m mayRestore) remains(p index.Project, on maintain.Place, f index.Flag, now time.Time) remains {
	out := remains{Project: p.Name, Display: p.DisplayName, Version: on.Version, File: on.File, Flag: f, Left: daysLeft(f.Restorable, now), Mine: m.everything}
	if d, found := m.find(p.Name, on); found && d.Project.ID == p.ID {
		out.Mine, out.Blockers = true, d.Blockers
	}
	return out
}

func (m mayRestore) find(name string, on maintain.Place) (d maintain.Deleted, found bool) {
	i := slices.IndexFunc(m.things, func(d maintain.Deleted) bool {
		return d.Project.Name == name && d.Version == on.Version && d.File == on.File
	})
	if i < 0 {
		return d, false
	}
	return m.things[i], true
}

// all describes everything that the person owned.
func (m mayRestore) all(now time.Time) (out []remains) {
	for _, d := range m.things {
		out = append(out, m.remains(d.Project, maintain.Place{Version: d.Version, File: d.File}, d.Flag, now))
	}
	return out
}

// daysLeft says how long something can be restored (SD-22); a day that has begun
// counts.
func daysLeft(until, now time.Time) string {
	if !until.After(now) {
		return ""
	}
	days := int((until.Sub(now) + 24*time.Hour - 1) / (24 * time.Hour))
	return counted(days, "day", "days") + " left"
}

// restore takes back a deletion. Who may is decided by who owned the thing then,
// not by the roles of today (SD-18); a name may belong to another project now.
func (g *Groups) restore(r *http.Request, v *access.Visitor, _ access.At, form url.Values) (to, sentence string, err error) {
	ctx, shown := r.Context(), maintain.Place{Version: form.Get("version"), File: form.Get("file")}
	p, err := g.deletedProject(ctx, v, form.Get("project"), shown)
	if err != nil {
		return "", "", err
	}
	if to, err = g.afterRestore(ctx, v, p, shown); err != nil {
		return "", "", err
	}
	what := remains{Display: p.DisplayName, Version: shown.Version, File: shown.File}
	on := maintain.Place{Version: canonical(shown.Version), File: shown.File}
	return to, what.Title() + " is restored.", g.Actions.Restore(ctx, v, p, on)
}

// deletedProject is the project in which something was deleted: one that the
// person owned then, else the one that has the name.
func (g *Groups) deletedProject(ctx context.Context, v *access.Visitor, name string, on maintain.Place) (index.Project, error) {
	mine, err := g.mine(ctx, v)
	if err != nil {
		return index.Project{}, err
	}
	if d, found := mine.find(name, on); found {
		return d.Project, nil
	}
	p, found, err := g.DB.Project(ctx, name)
	if err == nil && !found {
		err = index.Refuse(index.CodeGroupField, "There is nothing of the name %q to restore.", name)
	}
	return p, err
}

// afterRestore is the page that shows what was restored, as far as the person
// may still open it.
func (g *Groups) afterRestore(ctx context.Context, v *access.Visitor, p index.Project, on maintain.Place) (string, error) {
	role, err := g.DB.RoleOf(ctx, p.ID, v.User.ID)
	switch {
	case err != nil:
		return "", err
	case !v.User.Superuser && role != index.Owner && role != index.Maintainer:
		return "/manage/projects/", nil
	case on.File != "":
		return projectPath(p, "release/"+url.PathEscape(on.Version)), nil
	}
	return projectPath(p, "releases"), nil
}
