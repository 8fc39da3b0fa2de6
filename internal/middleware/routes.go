package middleware

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
)

// Route is one line of a door's route table: Path is a pattern of
// http.ServeMux without method.
type Route struct {
	Methods string // "GET", "GET POST"; GET answers HEAD too
	Path    string
	Right   access.Right // who may: a row of access.Rules
	Handler Handler
	Doc     string // one sentence for the API reference
	// Machine marks an address for programs: without a login it answers 401, and
	// never with the way to a page for people.
	Machine bool
	// Always marks what is answered while the index is read-only (FN-4), though
	// its method is one that changes things: signing in, calls that only read, and
	// the way to end it.
	Always bool
	// Early, when it is set, refuses a request by nothing but the client's address,
	// before anything else is done for it: what many at once would be refused
	// anyway must cost little (P34).
	Early func(address string) error
	// About finds the project that a request is about where the path does not
	// name it; missing refuses what is not there. Absent is the same refusal for
	// whoever may not know of what is there. Both must send nothing.
	About  func(r *http.Request) (project string, missing error)
	Absent func(r *http.Request) error
}

// Writes reports whether the method may change something here that waits while
// the index is read-only.
func (route Route) Writes(method string) bool {
	return !route.Always && !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}

// Router makes one Handler of route tables. A path that exists answers other
// methods with 405 and Allow; everything else is 404.
func Router(gate *Gate, tables ...[]Route) Handler {
	mux := http.NewServeMux()
	byPath := map[string][]Route{}
	var paths []string
	for _, table := range tables {
		for _, route := range table {
			if byPath[route.Path] == nil {
				paths = append(paths, route.Path)
			}
			route.Handler = gate.Admit(route)
			byPath[route.Path] = append(byPath[route.Path], route)
		}
	}
	for _, path := range paths {
		mux.Handle(path, dispatch(path, byPath[path]))
	}
	mux.Handle("/", carried(func(http.ResponseWriter, *http.Request) error {
		return index.Refuse(index.CodeNotFound, "There is nothing at this address.")
	}))
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := gate.keepOut(w, r); err != nil {
			return err
		}
		mux.ServeHTTP(w, r)
		return nil
	}
}

// carried writes the handler's error where it happens: the mux has no way to
// return it.
type carried Handler

// ServeHTTP implements http.Handler.
func (h carried) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		WriteError(w, r, err)
	}
}

func dispatch(path string, routes []Route) carried {
	handlers := map[string]Handler{}
	for _, route := range routes {
		for method := range strings.FieldsSeq(route.Methods) {
			handlers[method] = route.Handler
		}
	}
	if h := handlers[http.MethodGet]; h != nil {
		handlers[http.MethodHead] = h
	}
	allow := make([]string, 0, len(handlers))
	for method := range handlers {
		allow = append(allow, method)
	}
	slices.Sort(allow)
	allowed := strings.Join(allow, ", ")
	return func(w http.ResponseWriter, r *http.Request) error {
		Of(w).Route = path
		if h := handlers[r.Method]; h != nil {
			return h(w, r)
		}
		w.Header().Set("Allow", allowed)
		return index.Refuse(index.CodeMethodNotAllowed, "%s is not possible here; possible: %s.", r.Method, allowed)
	}
}

// Redirect goes to a path of this site only, with the query kept: never to
// what a client sent as a whole address (security-bar 2.6).
func Redirect(w http.ResponseWriter, r *http.Request, path string, status int) {
	target := url.URL{Path: "/" + strings.TrimLeft(path, "/\\"), RawQuery: r.URL.RawQuery}
	w.Header().Set("Location", target.String())
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}
