package manage

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

// Groups answers people about what they share with others: projects,
// organizations and teams. All exported fields must be set.
type Groups struct {
	DB      *database.DB
	Actions *maintain.Actions
	Clock   func() time.Time
	Docs    Documentation

	pages map[string]*shell.Page // by the template's name
}

// NewGroups makes the pages.
func NewGroups(g Groups) *Groups {
	g.pages = map[string]*shell.Page{}
	for _, name := range []string{
		"projects", "project-settings", "project-documentation", "project-releases", "project-history", "collaboration", "collaboration-invitation",
		"organizations", "organization-settings", "organization-people", "organization-projects", "organization-teams", "organization-history",
		"team-settings", "team-members", "team-projects", "team-history",
	} {
		g.pages[name] = shell.NewPage(templates, name+".html", "organization-parts.html", "pager.html")
	}
	return &g
}

// Routes is the table of these pages. An address without its last slash leads to
// the page.
func (g *Groups) Routes() []middleware.Route {
	routes := slices.Concat(g.projectRoutes(), g.documentationRoutes(), g.collaborationRoutes(), g.organizationRoutes(), g.teamRoutes())
	for _, route := range routes {
		if bare, ok := strings.CutSuffix(route.Path, "/{$}"); ok && route.Methods == "GET" {
			routes = append(routes, middleware.Route{Methods: "GET", Path: bare, Right: route.Right, Handler: slash, Doc: "Redirects to the page with a slash."})
		}
	}
	return routes
}

func slash(w http.ResponseWriter, r *http.Request) error {
	middleware.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
	return nil
}

// refusal is what was wrong with the form that led to a page, zero for a page
// that was only asked for.
type refusal struct {
	Wrong string     // a sentence
	Form  string     // the last part of the form's address
	Typed url.Values // what was typed, to be filled in again
}

// Bad marks a field of the form that was refused.
func (f refusal) Bad(form string) bool { return f.Wrong != "" && f.Form == form }

// Value is what was typed into a field of the form that was refused, else the
// usual value.
func (f refusal) Value(form, field, usual string) string {
	if f.Bad(form) && f.Typed.Has(field) {
		return f.Typed.Get(field)
	}
	return usual
}

// status is that of a page with a refused form.
func (f refusal) status() int {
	if f.Wrong != "" {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// act carries a form out and says where to go on with which sentence.
type act func(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error)

// page shows a page, after a form that was refused with why.
type page func(w http.ResponseWriter, r *http.Request, f refusal) error

// get is the page that is only asked for.
func get(show page) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return show(w, r, refusal{}) }
}

// post carries out a form; a refusal that the person can do something about is
// shown on the page that the form stands on.
func post(do act, again page) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := readForm(w, r)
		if err != nil {
			return err
		}
		rec := middleware.Of(w)
		to, sentence, err := do(r, rec.Visitor, rec.At, form)
		if err == nil {
			return shell.Done(w, to, sentence)
		}
		if e := index.AsError(err); curable(e.Code) {
			parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
			return again(w, r, refusal{Wrong: e.Detail, Form: parts[len(parts)-1], Typed: form})
		}
		return err
	}
}

// curable reports whether a refusal belongs on the form's page.
func curable(code index.Code) bool {
	switch code {
	case index.CodeGroupField, index.CodeLastOwner, index.CodeHeld, index.CodeNoInvitation, index.CodeDocsAddress:
		return true
	}
	return false
}

// confirmed refuses a form of consequence unless the name of what it is about
// was typed into a field.
func confirmed(form url.Values, field, name string) error {
	if strings.TrimSpace(form.Get(field)) != name {
		return index.Refuse(index.CodeGroupField, "Nothing was done: type %q to confirm.", name)
	}
	return nil
}
