// Package stop holds the page behind the link in each mail about a change of a
// project: who was told of a change that should not have happened freezes the
// project for a day, without signing in (SD-28).
package stop

import (
	"embed"
	"net"
	"net/http"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

//go:embed *.html
var templates embed.FS

// Page answers whoever has such a link. It is made by New.
type Page struct {
	recorder *change.Recorder
	page     *shell.Page
}

// New makes the page.
func New(recorder *change.Recorder) *Page {
	return &Page{recorder, shell.NewPage(templates, "stop.html")}
}

// Routes is the table of the page. Nobody signs in here: the link is the proof,
// and whoever took over the account that did it must not be in its way.
func (p *Page) Routes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: maintain.StopURL + "{$}", Right: access.Open, Handler: p.ask, Doc: "Asks whether to freeze a project because of a change that was mailed."},
		{Methods: "POST", Path: maintain.StopURL + "{$}", Right: access.Open, Handler: p.stop, Doc: "Freezes the project for 24 hours; a link works once."},
	}
}

// data is what stop.html shows.
type data struct {
	Project string
	Done    bool
	Until   string
}

func (p *Page) ask(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "private, no-store")
	project, err := maintain.ReadStop(r.Context(), p.recorder.DB.Q, r.URL.Query().Get("token"), p.recorder.Clock())
	if err != nil {
		return err
	}
	return p.page.Write(w, r, http.StatusOK, data{Project: project.DisplayName})
}

func (p *Page) stop(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "private, no-store")
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	project, until, err := maintain.Stop(r.Context(), p.recorder, r.URL.Query().Get("token"), address)
	if err != nil {
		return err
	}
	d := data{Project: project.DisplayName, Done: true}
	if !until.IsZero() {
		d.Until = until.UTC().Format("2 January 2006, 15:04 UTC")
	}
	return p.page.Write(w, r, http.StatusOK, d)
}
