// Package api is every machine URL of the index: one file a surface, all of
// them in the table of routes.go. Handlers decode, ask a part or an action,
// and encode; they return errors, which middleware writes.
package api

import (
	"context"
	"log/slog"
	"net/http"

	"strongroom/internal/access"
	"strongroom/internal/blob"
	"strongroom/internal/database"
	"strongroom/internal/middleware"
	"strongroom/internal/pages"
	"strongroom/internal/upload"
)

// API answers machines. All fields must be set.
type API struct {
	DB       *database.DB
	Pages    *pages.Store
	Root     *pages.Root
	Bucket   blob.Bucket
	Guard    *access.Guard
	Acceptor *upload.Acceptor
	Ready    func(context.Context) error // nil while the server takes requests
	Log      *slog.Logger
	URL      string // public address of the site, no slash at the end

	negotiator negotiator
}

// Routes is the table of every machine URL.
func (a *API) Routes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/simple", Handler: redirectTo("/simple/"), Doc: "Redirects to /simple/."},
		{Methods: "GET", Path: "/simple/{$}", Handler: a.simpleList, Doc: "All projects (PEP 503, 691)."},
		{Methods: "GET", Path: "/simple/{project}", Handler: a.simpleSlash, Doc: "Redirects to the project with a slash."},
		{Methods: "GET", Path: "/simple/{project}/{$}", Handler: a.simpleProject, Doc: "A project's files (PEP 503, 691, 700, 714, 740, 792)."},
		{Methods: "GET OPTIONS", Path: "/packages/{a}/{b}/{c}/{filename}", Handler: a.file, Doc: "A file, or with .metadata behind it its core metadata (PEP 658)."},
		{Methods: "GET", Path: "/pypi/{project}/json", Handler: a.projectJSON, Doc: "The latest release and all files of a project."},
		{Methods: "GET", Path: "/pypi/{project}/json/{$}", Handler: a.projectJSON, Doc: "The latest release and all files of a project."},
		{Methods: "GET", Path: "/pypi/{project}/{version}/json", Handler: a.releaseJSON, Doc: "One release of a project."},
		{Methods: "GET", Path: "/pypi/{project}/{version}/json/{$}", Handler: a.releaseJSON, Doc: "One release of a project."},
		{Methods: "POST", Path: "/legacy", Handler: legacySlash, Doc: "Redirects to /legacy/."},
		{Methods: "GET", Path: "/legacy/{$}", Handler: a.uploadHelp, Doc: "How to upload."},
		{Methods: "POST", Path: "/legacy/{$}", Handler: a.upload, Doc: "Uploads a file (the legacy upload API of PyPI)."},
		{Methods: "GET", Path: "/_health/", Handler: a.health, Doc: "200 while the server and its database answer."},
		{Methods: "GET", Path: "/_ready/", Handler: a.ready, Doc: "200 while the server wants requests; 503 from the moment it shuts down."},
	}
}

func (a *API) health(w http.ResponseWriter, r *http.Request) error {
	if err := a.DB.Ping(r.Context()); err != nil {
		return unavailable("The database does not answer.", err)
	}
	return plainOK(w)
}

func (a *API) ready(w http.ResponseWriter, r *http.Request) error {
	if err := a.Ready(r.Context()); err != nil {
		return unavailable("The server is not ready.", err)
	}
	return plainOK(w)
}

func plainOK(w http.ResponseWriter) error {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = textPlain, noStore
	_, err := w.Write([]byte("OK\n"))
	return err
}
