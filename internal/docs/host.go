package docs

import (
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"strongroom/internal/docsredirect"
	"strongroom/internal/packaging"
)

// isolation keeps a page from acting for the host, and from being framed: no
// scripts of it see another page's things.
const isolation = "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox"

// ServeHTTP implements http.Handler.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", isolation)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "Documentation can only be read.", http.StatusMethodNotAllowed)
		return
	}
	name, rest, slash := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if !packaging.ValidName(name) {
		h.missing(w, r, "")
		return
	}
	project, found, err := h.Find(r.Context(), packaging.NormalizeName(name))
	switch {
	case err != nil:
		h.Log.Error("documentation", "error", err.Error())
		http.Error(w, "The documentation cannot be looked up now; try again later.", http.StatusServiceUnavailable)
	case !found || project.URL == "" && !h.stored(project):
		h.missing(w, r, project.Name)
	case !slash:
		h.move(w, r, "/"+name+"/", http.StatusMovedPermanently)
	case project.URL != "":
		redirect(w, project, rest, r.URL.RawQuery)
	default:
		h.page(w, r, project, rest)
	}
}

// stored reports whether there is a folder for the project. A prefix that is
// more than one folder's name is none.
func (h *Host) stored(p docsredirect.Redirect) bool {
	return h.Root != nil && p.Prefix != "" && p.Prefix != "." && p.Prefix != ".." && !strings.ContainsAny(p.Prefix, `/\`)
}

func redirect(w http.ResponseWriter, p docsredirect.Redirect, rest, query string) {
	status := http.StatusFound
	if p.Permanent {
		status = http.StatusMovedPermanently
	}
	w.Header().Set("Location", p.Target(rest, query))
	w.Header().Set("Cache-Control", "max-age=300")
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}

// move goes to another path of this host, with the query kept.
func (h *Host) move(w http.ResponseWriter, r *http.Request, to string, status int) {
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	w.Header().Set("Location", to)
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}

// page sends a stored page. os.Root keeps every path inside of the folder, also
// through links.
func (h *Host) page(w http.ResponseWriter, r *http.Request, p docsredirect.Redirect, rest string) {
	inside := path.Clean("/" + rest)
	name := p.Prefix + inside
	info, err := h.Root.Stat(strings.TrimSuffix(name, "/"))
	if err == nil && info.IsDir() {
		if !strings.HasSuffix(r.URL.Path, "/") {
			h.move(w, r, (&url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, "/") + "/"}).EscapedPath(), http.StatusMovedPermanently)
			return
		}
		name = strings.TrimSuffix(name, "/") + "/index.html"
		info, err = h.Root.Stat(name)
	}
	if err != nil || info.IsDir() || hidden(inside) {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			h.Log.Warn("documentation", "error", err.Error())
		}
		h.missing(w, r, p.Name)
		return
	}
	f, err := h.Root.Open(name)
	if err != nil {
		h.missing(w, r, p.Name)
		return
	}
	defer f.Close()
	w.Header().Set("Cache-Control", "max-age=300")
	http.ServeContent(w, r, path.Base(name), info.ModTime(), f)
}

// hidden keeps back files that nobody meant to publish.
func hidden(name string) bool { return strings.Contains(name, "/.") }

// missing answers 404 with the way to the project.
func (h *Host) missing(w http.ResponseWriter, r *http.Request, name string) {
	link := ""
	if name != "" {
		link = fmt.Sprintf("<p>The project is at <a href=\"%s\">%s</a>.</p>\n", html.EscapeString(h.Site+"/project/"+name+"/"), html.EscapeString(name))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=\"en\">\n<title>Not found</title>\n<h1>There is no such page of documentation here</h1>\n%s</html>\n", link)
	}
}
