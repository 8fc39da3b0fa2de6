package manage

import (
	"net/http"
	"net/url"

	"strongroom/internal/access"
	"strongroom/internal/docsredirect"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// Documentation is what the operator said about old hosted documentation.
type Documentation struct {
	Policy docsredirect.Policy
	Always bool   // every project has the page, not only those with hosted documentation
	URL    string // public address of the docs host, "" for none
}

func (g *Groups) documentationRoutes() []middleware.Route {
	const at = "/manage/project/{project}/"
	return []middleware.Route{
		{Methods: "GET", Path: at + "documentation/{$}", Right: access.SeeProject, Handler: get(g.documentation), Doc: "Where a project's old documentation redirects to (DR-1)."},
		{Methods: "POST", Path: at + "documentation/{$}", Right: access.SetFlags, Handler: post(g.redirectDocs, g.documentation), Doc: "Redirects a project's old documentation, or ends that (DR-1)."},
		{Methods: "POST", Path: at + "delete_project_docs/{$}", Right: access.DeleteThings, Handler: post(g.deleteDocs, g.documentation), Doc: "Takes a project's hosted documentation off the docs host (DR-9)."},
	}
}

// documentationPage is what project-documentation.html shows.
type documentationPage struct {
	refusal
	projectFrame
	Redirect index.DocsRedirect // zero URL for none

	Keep, Permanent bool   // what is ticked
	Hosted          string // where the documentation is now, "" for nowhere
}

func (g *Groups) documentation(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	data := documentationPage{refusal: f, projectFrame: g.frame(w, "documentation")}
	if !data.Docs {
		return index.Refuse(index.CodeNotFound, "The project %s has no documentation here.", data.Project.Name)
	}
	if data.Redirect, _, err = g.DB.DocsRedirect(r.Context(), data.Project.ID); err != nil {
		return err
	}
	data.Keep, data.Permanent = data.Redirect.URL == "" || data.Redirect.KeepPath, data.Redirect.Permanent
	if f.Bad("documentation") {
		data.Keep, data.Permanent = f.Typed.Get("keep_path") != "", f.Typed.Get("permanent") != ""
	}
	if data.Project.DocsPrefix != "" && g.Docs.URL != "" {
		data.Hosted = g.Docs.URL + "/" + data.Project.DocsPrefix + "/"
	}
	return g.pages["project-documentation"].Write(w, r, f.status(), data)
}

func (g *Groups) redirectDocs(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	to = projectPath(at.Project, "documentation")
	if form.Get("remove") != "" {
		return to, "The documentation redirects no longer.", g.Actions.EndDocsRedirect(r.Context(), v, at.Project)
	}
	d := index.DocsRedirect{URL: form.Get("redirect_url"), KeepPath: form.Get("keep_path") != "", Permanent: form.Get("permanent") != ""}
	return to, "The documentation redirects.", g.Actions.RedirectDocs(r.Context(), v, at.Project, g.Docs.Policy, d)
}

func (g *Groups) deleteDocs(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	if err := confirmed(form, "confirm_project_name", at.Project.DisplayName); err != nil {
		return "", "", err
	}
	return projectPath(at.Project, "settings"), "The hosted documentation is shown no longer.", g.Actions.DeleteDocs(r.Context(), v, at.Project)
}
