package api

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/pep440"
)

// pypiActions are what /pypi?:action= did before it had addresses of its own
// (warehouse-inventory 2.3).
func (a *API) pypiActions() map[string]func(http.ResponseWriter, *http.Request, url.Values) error {
	return map[string]func(http.ResponseWriter, *http.Request, url.Values) error{
		"file_upload":      a.uploadMoved,
		"submit":           a.uploadMoved,
		"submit_pkg_info":  a.uploadMoved,
		"doc_upload":       retired("Documentation is not hosted here any more; host it elsewhere and link to it with Project-URL."),
		"doap":             retired("DOAP records are not made any more; the metadata is at " + a.URL + "/pypi/NAME/json."),
		"list_classifiers": listClassifiers,
		"search":           search,
		"browse":           browseClassifier,
		"files":            files,
		"display":          display,
		"rss":              goTo("/rss/updates.xml"),
		"packages_rss":     goTo("/rss/packages.xml"),
	}
}

// pypiGet answers GET /pypi: an action, or the start page.
func (a *API) pypiGet(w http.ResponseWriter, r *http.Request) error {
	form := r.URL.Query()
	if form.Get(":action") == "" {
		return moved(w, "/", nil, "")
	}
	return a.pypiAction(w, r, form)
}

// pypiPost answers POST /pypi: a call of XML-RPC, or an action named in the
// address or the form. A form with files is the upload of old tools.
func (a *API) pypiPost(w http.ResponseWriter, r *http.Request) error {
	form := r.URL.Query()
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what cannot be read is none of these
	if form.Get(":action") == "" && (media == "text/xml" || media == "application/xml") {
		return a.xmlrpc(w, r)
	}
	body := middleware.NewSlowBody(w, r)
	defer body.Done()
	switch media {
	case "multipart/form-data":
		form.Set(":action", "file_upload")
	case "application/x-www-form-urlencoded":
		if err := addForm(form, body); err != nil {
			return err
		}
	}
	if !body.Drain(a.Acceptor.Policy.FileLimit + (1 << 20)) { // as for an upload: UE-07
		w.Header().Set("Connection", "close")
	}
	return a.pypiAction(w, r, form)
}

// formLimit bounds a form without files, in bytes.
const formLimit = 64 << 10

func addForm(form url.Values, body io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(body, formLimit))
	if err != nil {
		return index.Refuse(index.CodeInvalidForm, "The form ended early.")
	}
	values, err := url.ParseQuery(string(text))
	if err != nil {
		return index.Refuse(index.CodeInvalidForm, "The form cannot be read: %v.", err)
	}
	for key, list := range values {
		form[key] = append(form[key], list...)
	}
	return nil
}

func (a *API) pypiAction(w http.ResponseWriter, r *http.Request, form url.Values) error {
	actions := a.pypiActions()
	name := form.Get(":action")
	if act := actions[name]; act != nil {
		return act(w, r, form)
	}
	if name == "" {
		return index.Refuse(index.CodeInvalidForm, "Calls of XML-RPC come as Content-Type: text/xml. Uploads go to %s/legacy/.", a.URL)
	}
	var known []string
	for action := range actions {
		known = append(known, action)
	}
	slices.Sort(known)
	return index.Refuse(index.CodeNotFound, "There is no :action %.40q; there are %s.", name, strings.Join(known, ", "))
}

func (a *API) uploadMoved(http.ResponseWriter, *http.Request, url.Values) error {
	e := index.Refuse(index.CodeRetired, "Uploads go to %s/legacy/ now; set that address as the repository of twine or uv.", a.URL)
	e.URL = a.URL + "/legacy/"
	return e
}

func retired(detail string) func(http.ResponseWriter, *http.Request, url.Values) error {
	return func(http.ResponseWriter, *http.Request, url.Values) error {
		return index.Refuse(index.CodeRetired, "%s", detail)
	}
}

func goTo(path string) func(http.ResponseWriter, *http.Request, url.Values) error {
	return func(w http.ResponseWriter, _ *http.Request, _ url.Values) error { return moved(w, path, nil, "") }
}

func listClassifiers(w http.ResponseWriter, r *http.Request, _ url.Values) error {
	return document(w, r, textPlain, maxAgeHour, []byte(strings.Join(coremeta.Classifiers(), "\n")+"\n"))
}

func search(w http.ResponseWriter, _ *http.Request, form url.Values) error {
	term := form.Get("term")
	if term == "" {
		return index.Refuse(index.CodeNotFound, "The parameter term is missing: what to search for.")
	}
	return moved(w, "/search/", url.Values{"q": {term}}, "")
}

// browseClassifier takes classifiers by name. PyPI's numbers for them mean
// nothing here.
func browseClassifier(w http.ResponseWriter, _ *http.Request, form url.Values) error {
	c := form.Get("c")
	if !slices.Contains(coremeta.Classifiers(), c) {
		return index.Refuse(index.CodeNotFound, "The parameter c names no classifier; ?:action=list_classifiers lists them.")
	}
	return moved(w, "/search/", url.Values{"c": {c}}, "")
}

func display(w http.ResponseWriter, _ *http.Request, form url.Values) error {
	path, err := pagePath(form.Get("name"), form.Get("version"))
	if err != nil {
		return err
	}
	return moved(w, path, nil, "")
}

func files(w http.ResponseWriter, _ *http.Request, form url.Values) error {
	if form.Get("version") == "" {
		return index.Refuse(index.CodeNotFound, "The parameter version is missing.")
	}
	path, err := pagePath(form.Get("name"), form.Get("version"))
	if err != nil {
		return err
	}
	return moved(w, path, nil, "files")
}

// projectPage leads from old and short addresses to the page of a project.
func projectPage(w http.ResponseWriter, r *http.Request) error {
	path, err := pagePath(r.PathValue("project"), r.PathValue("version"))
	if err != nil {
		return err
	}
	return moved(w, path, nil, "")
}

// pagePath is the path of a project's page, or of a release's with a version.
// It is made of the normal forms only (security-bar 2.6, open redirects).
func pagePath(name, version string) (string, error) {
	if !packaging.ValidName(name) {
		return "", index.Refuse(index.CodeNotFound, "%.80q is not the name of a project.", name)
	}
	path := "/project/" + packaging.NormalizeName(name) + "/"
	if version == "" {
		return path, nil
	}
	v, err := pep440.Parse(version)
	if err != nil {
		return "", index.Refuse(index.CodeNotFound, "%.80q is not a version.", version)
	}
	return path + v.String() + "/", nil
}
