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
	"strongroom/internal/password"
	"strongroom/internal/ratelimit"
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
	Limiter  *ratelimit.Limiter
	Counter  *Downloads
	Breach   *password.Checker           // nil: no ranges of breached passwords
	Ready    func(context.Context) error // nil while the server takes requests
	Log      *slog.Logger
	URL      string // public address of the site, no slash at the end

	// SecurityContact is where faults are reported: mail addresses or URIs with
	// spaces between them; empty for nothing said.
	SecurityContact string

	figures figures
	rpc     rpcState

	negotiator negotiator
}

// Routes is the table of every machine URL. Addresses that only send on to
// others, whatever is there, tell nothing of a project.
func (a *API) Routes() []middleware.Route {
	routes := a.table()
	for i := range routes {
		routes[i].Machine = true
	}
	return routes
}

func (a *API) table() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/simple", Right: access.Open, Handler: redirectTo("/simple/"), Doc: "Redirects to /simple/."},
		{Methods: "GET", Path: "/simple/{$}", Right: access.ReadIndex, Handler: a.simpleList, Doc: "All projects (PEP 503, 691)."},
		{Methods: "GET", Path: "/simple/{project}", Right: access.ReadIndex, Handler: a.simpleSlash, Doc: "Redirects to the project with a slash."},
		{Methods: "GET", Path: "/simple/{project}/{$}", Right: access.ReadProject, Handler: a.simpleProject, Doc: "A project's files (PEP 503, 691, 700, 714, 740, 792)."},
		{Methods: "OPTIONS", Path: "/packages/{a}/{b}/{c}/{filename}", Right: access.Open, Handler: fileOptions, Doc: "What pages of other sites may ask for."},
		{Methods: "GET", Path: "/packages/{a}/{b}/{c}/{filename}", Right: access.ReadProject, About: a.aboutFile, Absent: noFile, Handler: a.file, Doc: "A file, or with .metadata behind it its core metadata (PEP 658)."},
		{Methods: "GET", Path: "/pypi/{project}/json", Right: access.ReadProject, Handler: a.projectJSON, Doc: "The latest release and all files of a project."},
		{Methods: "GET", Path: "/pypi/{project}/json/{$}", Right: access.ReadProject, Handler: a.projectJSON, Doc: "The latest release and all files of a project."},
		{Methods: "GET", Path: "/pypi/{project}/{version}/json", Right: access.ReadProject, Handler: a.releaseJSON, Doc: "One release of a project."},
		{Methods: "GET", Path: "/pypi/{project}/{version}/json/{$}", Right: access.ReadProject, Handler: a.releaseJSON, Doc: "One release of a project."},
		{Methods: "GET", Path: "/pypi", Right: access.ReadIndex, Handler: a.pypiGet, Doc: "?:action=…, addresses from before 2018: redirects, or says what to use."},
		{Methods: "GET", Path: "/pypi/{$}", Right: access.ReadIndex, Handler: a.pypiGet, Doc: "As /pypi."},
		{Methods: "POST", Path: "/pypi", Always: true, Right: access.ReadIndex, Handler: a.pypiPost, Doc: "XML-RPC (text/xml), and ?:action=…."},
		{Methods: "POST", Path: "/pypi/{$}", Always: true, Right: access.ReadIndex, Handler: a.pypiPost, Doc: "As /pypi."},
		{Methods: "POST", Path: "/RPC2", Always: true, Right: access.ReadIndex, Handler: a.xmlrpc, Doc: "XML-RPC."},
		{Methods: "GET", Path: "/pypi/{project}", Right: access.ReadIndex, Handler: projectPage, Doc: "Redirects to the project's page."},
		{Methods: "GET", Path: "/pypi/{project}/{$}", Right: access.ReadIndex, Handler: projectPage, Doc: "Redirects to the project's page."},
		{Methods: "GET", Path: "/pypi/{project}/{version}", Right: access.ReadIndex, Handler: projectPage, Doc: "Redirects to the release's page."},
		{Methods: "GET", Path: "/pypi/{project}/{version}/{$}", Right: access.ReadIndex, Handler: projectPage, Doc: "Redirects to the release's page."},
		{Methods: "GET", Path: "/p/{project}", Right: access.ReadIndex, Handler: projectPage, Doc: "Redirects to the project's page."},
		{Methods: "GET", Path: "/p/{project}/{$}", Right: access.ReadIndex, Handler: projectPage, Doc: "Redirects to the project's page."},
		{Methods: "GET", Path: "/p/{project}/{version}", Right: access.ReadIndex, Handler: projectPage, Doc: "Redirects to the release's page."},
		{Methods: "GET", Path: "/p/{project}/{version}/{$}", Right: access.ReadIndex, Handler: projectPage, Doc: "Redirects to the release's page."},
		{Methods: "GET", Path: "/rss/updates.xml", Right: access.ReadIndex, Handler: a.rssUpdates, Doc: "The newest releases (RSS 2.0)."},
		{Methods: "GET", Path: "/rss/packages.xml", Right: access.ReadIndex, Handler: a.rssPackages, Doc: "The newest projects (RSS 2.0)."},
		{Methods: "GET", Path: "/rss/project/{project}/releases.xml", Right: access.ReadProject, Handler: a.rssReleases, Doc: "A project's newest releases (RSS 2.0)."},
		{Methods: "GET", Path: "/stats", Right: access.Open, Handler: redirectTo("/stats/"), Doc: "Redirects to /stats/."},
		{Methods: "GET", Path: "/stats/{$}", Right: access.ReadIndex, Handler: a.stats, Doc: "How large everything is, and the largest projects: JSON or HTML."},
		{Methods: "GET", Path: "/sitemap.xml", Right: access.ReadIndex, Handler: a.sitemapIndex, Doc: "The index of the sitemaps."},
		{Methods: "GET", Path: "/{sitemap}", Right: access.ReadIndex, Handler: a.sitemapBucket, Doc: "N.sitemap.xml, one of the sitemaps."},
		{Methods: "GET", Path: "/robots.txt", Right: access.Open, Handler: a.robots, Doc: "What search engines should leave alone."},
		{Methods: "GET", Path: "/opensearch.xml", Right: access.Open, Handler: a.openSearchDescription, Doc: "How browsers search here."},
		{Methods: "GET", Path: "/favicon.ico", Right: access.Open, Handler: favicon, Doc: "The icon."},
		{Methods: "GET", Path: "/.well-known/security.txt", Right: access.Open, Handler: a.securityTxt, Doc: "Where to report faults (RFC 9116)."},
		{Methods: "POST", Path: "/legacy", Always: true, Right: access.Open, Handler: legacySlash, Doc: "Redirects to /legacy/."},
		{Methods: "GET", Path: "/legacy/{$}", Right: access.Open, Handler: a.uploadHelp, Doc: "How to upload."},
		{Methods: "POST", Path: "/legacy/{$}", Right: access.KnockUpload, Handler: a.upload, Doc: "Uploads a file (the legacy upload API of PyPI)."},
		{Methods: "GET", Path: "/_/password-range/{prefix}", Right: access.Open, Handler: a.passwordRange, Doc: "Which hashes of breached passwords begin with five digits: what the pages for passwords ask."},
		{Methods: "GET", Path: "/_health/", Right: access.Open, Handler: a.health, Doc: "200 while the server and its database answer."},
		{Methods: "GET", Path: "/_ready/", Right: access.Open, Handler: a.ready, Doc: "200 while the server wants requests; 503 from the moment it shuts down."},
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
