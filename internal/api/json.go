package api

import (
	"net/http"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
	"strongroom/internal/pages"
)

// contentJSON is the content type of the legacy JSON API (J-04).
var contentJSON = []string{"application/json"}

func (a *API) projectJSON(w http.ResponseWriter, r *http.Request) error {
	return a.legacyJSON(w, r, pages.Key{Kind: pages.ProjectJSON}, "/json")
}

func (a *API) releaseJSON(w http.ResponseWriter, r *http.Request) error {
	text := r.PathValue("version")
	canonical := text // what is no version is that of no release: the project is looked for first
	if v, err := pep440.Parse(text); err == nil {
		canonical = v.Canonical()
	}
	return a.legacyJSON(w, r, pages.Key{Kind: pages.ReleaseJSON, Version: canonical}, "/"+text+"/json")
}

// legacyJSON answers /pypi/…/json; an un-normalised name goes to the
// normalised one (J-01).
func (a *API) legacyJSON(w http.ResponseWriter, r *http.Request, key pages.Key, tail string) error {
	name := r.PathValue("project")
	if key.Name = packaging.NormalizeName(name); !packaging.ValidName(name) {
		return index.Refuse(index.CodeNotFound, "Not Found")
	}
	if key.Name != name {
		openToAll(w.Header())
		middleware.Redirect(w, r, "/pypi/"+key.Name+tail, http.StatusMovedPermanently)
		return nil
	}
	page, err := a.Pages.Get(r.Context(), key)
	if err != nil {
		return err
	}
	return serve(w, r, a.jsonFixed(), contentJSON, page.In(encodingFor(r.Header.Get("Accept-Encoding"))))
}
