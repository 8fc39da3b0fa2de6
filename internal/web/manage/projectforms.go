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
// organizations and teams. DB, Actions and Clock must be set.
type Groups struct {
	DB      *database.DB
	Actions *maintain.Actions
	Clock   func() time.Time
	Docs    Documentation
	NewDays int    // how long a release takes new files, 0 for ever (SD-14)
	Appeal  string // where owners turn to about what administrators did, "" for no address

	pages map[string]*shell.Page // by the template's name
}

// NewGroups makes the pages.
func NewGroups(g Groups) *Groups {
	g.pages = map[string]*shell.Page{}
	for _, name := range []string{
		"projects", "project-settings", "project-documentation", "project-releases", "project-release", "project-rules", "project-delete", "project-history", "collaboration", "collaboration-invitation",
		"organizations", "organization-settings", "organization-people", "organization-projects", "organization-teams", "organization-history",
		"team-settings", "team-members", "team-projects", "team-history",
	} {
		g.pages[name] = shell.NewPage(templates, name+".html", "organization-parts.html", "standing-parts.html", "pager.html")
	}
	return &g
}

// Routes is the table of these pages. An address without its last slash leads to
// the page.
func (g *Groups) Routes() []middleware.Route {
	return shell.Slashed(slices.Concat(g.projectRoutes(), g.settingsRoutes(), g.releaseRoutes(), g.ruleRoutes(), g.deletionRoutes(), g.documentationRoutes(), g.collaborationRoutes(), g.organizationRoutes(), g.teamRoutes()))
}

// refusal is what was wrong with the form that led to a page, zero for a page
// that was only asked for.
type refusal struct {
	Wrong string     // a sentence
	Code  index.Code // of the refusal
	Form  string     // the last part of the form's address, or the field that it is known by
	Typed url.Values // what was typed, to be filled in again
}

// Bad marks a field of the form that was refused.
func (f refusal) Bad(form string) bool { return f.Wrong != "" && f.Form == form }

// Refused marks a form of many alike, by the value that a field had.
func (f refusal) Refused(field, value string) bool {
	return f.Bad(field) && f.Typed.Get(field) == value
}

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
	if f.Wrong == "" {
		return http.StatusOK
	}
	switch f.Code {
	case index.CodeDeletionDisabled, index.CodeDeletionPolicy, index.CodeProjectQuarantined, index.CodeProjectRemoved, index.CodeProjectLocked: // SN-2
		return http.StatusForbidden
	case index.CodeLocked: // SD-4
		return http.StatusConflict
	}
	return http.StatusBadRequest
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
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		return carryOut(w, r, form, choice{parts[len(parts)-1], do, again})
	}
}

// choice is one of the forms at an address, known by a field that only it has.
type choice struct {
	field string
	do    act
	again page
}

// postOne carries out one of several forms at an address.
func postOne(choices ...choice) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := readForm(w, r)
		if err != nil {
			return err
		}
		for _, c := range choices {
			if form.Has(c.field) {
				return carryOut(w, r, form, c)
			}
		}
		return index.Refuse(index.CodeInvalidForm, "The form has none of the fields that say what is to be done.")
	}
}

func carryOut(w http.ResponseWriter, r *http.Request, form url.Values, c choice) error {
	rec := middleware.Of(w)
	to, sentence, err := c.do(r, rec.Visitor, rec.At, form)
	if err == nil {
		return shell.Done(w, to, sentence)
	}
	if e := index.AsError(err); curable(e.Code) {
		return c.again(w, r, refusal{Wrong: e.Detail, Code: e.Code, Form: c.field, Typed: form})
	}
	return err
}

// curable reports whether a refusal belongs on the form's page.
func curable(code index.Code) bool {
	switch code {
	case index.CodeGroupField, index.CodeLastOwner, index.CodeHeld, index.CodeNoInvitation, index.CodeDocsAddress, index.CodeInvalidForm,
		index.CodeDeletionDisabled, index.CodeDeletionPolicy, index.CodeLocked, index.CodeNotRestorable,
		index.CodeProjectDeleted, index.CodeReleaseDeleted, index.CodeFileDeleted,
		index.CodeProjectQuarantined, index.CodeProjectRemoved, index.CodeProjectLocked:
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
