package api

import (
	"net/http"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging"
	"strongroom/internal/pages"
)

// simpleSlash adds the slash, and normalises the name on the way (SI-02,
// SI-03).
func (a *API) simpleSlash(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("project")
	if !packaging.ValidName(name) {
		return index.Refuse(index.CodeNotFound, "There is no project %q here.", name)
	}
	middleware.Redirect(w, r, "/simple/"+packaging.NormalizeName(name)+"/", http.StatusMovedPermanently)
	return nil
}

func (a *API) simpleProject(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("project")
	normal := packaging.NormalizeName(name)
	if normal != name {
		return a.simpleSlash(w, r)
	}
	t := a.simpleType(r)
	if t == notAcceptable {
		return refuseType()
	}
	kind := pages.SimpleHTML
	if t == v1JSON {
		kind = pages.SimpleJSON
	}
	page, err := a.Pages.Get(r.Context(), pages.Key{Kind: kind, Name: name})
	if err != nil {
		return err
	}
	rep := page.In(encodingFor(r.Header.Get("Accept-Encoding")))
	return serve(w, r, a.simpleFixed(), contentTypes[t], rep)
}

func (a *API) simpleType(r *http.Request) simpleType {
	if r.URL.RawQuery != "" {
		if f := r.URL.Query().Get("format"); f != "" {
			return formatParameter(f)
		}
	}
	if accept := r.Header["Accept"]; len(accept) == 1 {
		return a.negotiator.accept(accept[0])
	} else if len(accept) > 1 {
		return negotiate(joined(accept))
	}
	return textHTML
}

// serve writes a prepared answer, or 304 when the client has it (SC-03).
func serve(w http.ResponseWriter, r *http.Request, f fixed, contentType []string, rep *pages.Representation) error {
	f.put(w, r, rep)
	if have := r.Header["If-None-Match"]; len(have) > 0 && matches(joined(have), rep.ETag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h := w.Header()
	h["Content-Type"], h["Content-Length"] = contentType, rep.ContentLength
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(rep.Body) // a client that went away needs no answer
	}
	return nil
}

func (a *API) simpleList(w http.ResponseWriter, r *http.Request) error {
	t := a.simpleType(r)
	if t == notAcceptable {
		return refuseType()
	}
	format := pages.HTML
	if t == v1JSON {
		format = pages.JSON
	}
	list, err := a.Root.Get(r.Context(), format)
	if err != nil {
		return err
	}
	if encodingFor(r.Header.Get("Accept-Encoding")) != pages.Identity {
		return serve(w, r, simpleEdge(), contentTypes[t], list.Gzip)
	}
	if err := serve(w, r, simpleEdge(), contentTypes[t], list.Plain); err != nil || r.Method == http.MethodHead || notModified(w) {
		return err
	}
	_ = list.WritePlain(w) // as above
	return nil
}
