// Package shell is what all pages share: the frame around them, the assets,
// and the one way in which a page is written. Pages work without JavaScript;
// there is no inline script or style.
package shell

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"sync"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/middleware"
)

//go:embed base.html leave.html assets
var files embed.FS

// Page is one kind of page: its template fills the blocks "title" and "main"
// of the frame. It is parsed at the first use.
type Page struct {
	parse func() *template.Template
}

// NewPage makes a page of templates in a folder of embedded files; those after
// the first are parts that several pages share.
func NewPage(from fs.FS, names ...string) *Page {
	return &Page{parse: sync.OnceValue(func() *template.Template {
		t := template.Must(template.New("base.html").Funcs(functions()).ParseFS(files, "base.html"))
		return template.Must(t.ParseFS(from, names...))
	})}
}

func functions() template.FuncMap {
	return template.FuncMap{"bytes": Bytes, "when": When, "visible": Visible}
}

// csp allows our own style, images and script files, and asking our own server:
// nothing inline and nothing foreign (PW-7).
const csp = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// frame is what the frame around a page knows; the page's own template gets Page.
type frame struct {
	User  string // who signed in, "" for nobody
	Flash string // what was done by the form before, see Flash
	Page  any
}

// Write renders the page. Nothing is sent when the template fails.
func (p *Page) Write(w http.ResponseWriter, r *http.Request, status int, data any) error {
	f := frame{Page: data, Flash: flashOf(r)}
	if v := middleware.Of(w).Visitor; v != nil && v.Login != nil {
		f.User = v.User.Username
	}
	var b bytes.Buffer
	if err := p.parse().ExecuteTemplate(&b, "base.html", f); err != nil {
		return err
	}
	if f.Flash != "" {
		middleware.SetCookie(w, flashCookie, "", 0)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", csp)
	if h.Get("Cache-Control") == "" { // the handler may be stricter
		h.Set("Cache-Control", "no-cache")
	}
	if f.User != "" || f.Flash != "" {
		h.Set("Cache-Control", "private, no-store")
	}
	h.Add("Vary", "Cookie")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // a reader who left needs no page
	}
	return nil
}

// Routes serves the assets.
func Routes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/static/{name}", Right: access.Open, Handler: asset, Doc: "Style sheets and images of the pages."},
	}
}

func asset(w http.ResponseWriter, r *http.Request) error {
	sub, err := fs.Sub(files, "assets")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "max-age=3600, public")
	http.ServeFileFS(w, r, sub, r.PathValue("name"))
	return nil
}

// Bytes writes a size for people.
func Bytes(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	f, i := float64(n), 0
	for f >= 1000 && i < len(units)-1 {
		f, i = f/1000, i+1
	}
	precision := 1
	if i == 0 || f >= 100 {
		precision = 0
	}
	return strconv.FormatFloat(f, 'f', precision, 64) + " " + units[i]
}

// When writes a time for people: to the minute, in UTC; "never" for none.
func When(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
