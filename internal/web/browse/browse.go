// Package browse holds the pages anybody may read: the start page and the
// pages of projects.
package browse

import (
	"embed"
	"net/http"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
	"strongroom/internal/pages"
	"strongroom/internal/ratelimit"
	"strongroom/internal/search"
	"strongroom/internal/web/shell"
)

//go:embed *.html
var templates embed.FS

// Browse answers readers. All fields must be set.
type Browse struct {
	DB    *database.DB
	Pages *pages.Store
	URL   string // public address of the site, no slash at the end

	Clock  func() time.Time // what may still be restored depends on it
	Appeal string           // where owners of what was removed can object, "" for nowhere
	Purged bool             // caches in front are told of changes (SN-9)

	Search  *search.Searcher
	Limiter *ratelimit.Limiter

	home  *shell.Page
	gone  *shell.Page
	page  *shell.Page
	user  *shell.Page
	group *shell.Page

	results *shell.Page
}

// New makes the pages.
func New(db *database.DB, store *pages.Store, url string) *Browse {
	return &Browse{
		DB: db, Pages: store, URL: url, Clock: time.Now, gone: shell.NewPage(templates, "tombstone.html", "banner.html"), home: shell.NewPage(templates, "home.html"), page: shell.NewPage(templates, "project.html", "banner.html"),
		user: shell.NewPage(templates, "user.html"), group: shell.NewPage(templates, "organization.html"),
		results: shell.NewPage(templates, "search.html"),
	}
}

// Routes is the table of these pages.
func (b *Browse) Routes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/{$}", Right: access.ReadIndex, Handler: b.start, Doc: "The start page."},
		{Methods: "GET", Path: "/search/{$}", Right: access.ReadIndex, Handler: b.find, Doc: "Projects that have the words of q, by relevance or the newest release first."},
		{Methods: "GET", Path: "/search", Right: access.ReadIndex, Handler: addSlash, Doc: "Redirects to the page with a slash."},
		{Methods: "GET", Path: "/project/{project}/{$}", Right: access.ReadProject, Handler: b.project, Doc: "A project with its latest release."},
		{Methods: "GET", Path: "/project/{project}", Right: access.ReadIndex, Handler: addSlash, Doc: "Redirects to the page with a slash."},
		{Methods: "GET", Path: "/project/{project}/{version}/{$}", Right: access.ReadProject, Handler: b.project, Doc: "A release of a project."},
		{Methods: "GET", Path: "/project/{project}/{version}", Right: access.ReadIndex, Handler: addSlash, Doc: "Redirects to the page with a slash."},
		{Methods: "GET", Path: "/user/{username}/{$}", Right: access.ReadIndex, Handler: b.person, Doc: "A user, with the public projects they own or maintain."},
		{Methods: "GET", Path: "/user/{username}", Right: access.ReadIndex, Handler: addSlash, Doc: "Redirects to the page with a slash."},
		{Methods: "GET", Path: "/org/{organization}/{$}", Right: access.ReadIndex, Handler: b.organization, Doc: "An organization, with its public projects."},
		{Methods: "GET", Path: "/org/{organization}", Right: access.ReadIndex, Handler: addSlash, Doc: "Redirects to the page with a slash."},
	}
}

// homePage is what home.html shows.
type homePage struct {
	URL      string
	Totals   database.Totals
	Releases []recent
}

type recent struct {
	database.RecentRelease
	Date string
}

func (b *Browse) start(w http.ResponseWriter, r *http.Request) error {
	data := homePage{URL: b.URL}
	var err error
	if data.Totals, err = b.DB.Totals(r.Context()); err != nil {
		return err
	}
	releases, err := b.DB.RecentReleases(r.Context(), "", 12)
	if err != nil {
		return err
	}
	for _, rel := range releases {
		data.Releases = append(data.Releases, recent{rel, day(rel.At)})
	}
	return b.home.Write(w, r, http.StatusOK, data)
}

// day writes the date of a time in microseconds.
func day(at int64) string { return time.UnixMicro(at).UTC().Format("2006-01-02") }

// projectPage is what project.html shows.
type projectPage struct {
	pages.View
	URL     string
	Pinned  bool // the address names a version
	Banners []banner
}

func (b *Browse) project(w http.ResponseWriter, r *http.Request) error {
	name, version := r.PathValue("project"), r.PathValue("version")
	if normal := packaging.NormalizeName(name); normal != name || !packaging.ValidName(name) {
		return toNormal(w, r, name, version)
	}
	view, err := b.Pages.View(r.Context(), name, canonicalOf(version))
	if err != nil {
		return err
	}
	if b.Purged {
		w.Header().Set("Surrogate-Key", pages.SurrogateKey(name))
	}
	if !view.Status.Offered || view.Gone {
		return b.tombstone(w, r, view)
	}
	data := projectPage{View: view, URL: b.URL, Pinned: version != "", Banners: bannersOf(view)}
	return b.page.Write(w, r, http.StatusOK, data)
}

// canonicalOf leaves what is no version as it is: it is that of no release.
func canonicalOf(version string) string {
	v, err := pep440.Parse(version)
	if err != nil {
		return version
	}
	return v.Canonical()
}

func toNormal(w http.ResponseWriter, r *http.Request, name, version string) error {
	if !packaging.ValidName(name) {
		return index.Refuse(index.CodeNotFound, "There is no project %q here.", name)
	}
	path := "/project/" + packaging.NormalizeName(name) + "/"
	if version != "" {
		path += version + "/"
	}
	middleware.Redirect(w, r, path, http.StatusMovedPermanently)
	return nil
}

func addSlash(w http.ResponseWriter, r *http.Request) error {
	middleware.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
	return nil
}
