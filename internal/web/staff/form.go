package staff

import (
	"net/http"
	"net/url"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

// refusal is what was wrong with the form that led to a page, zero for a page
// that was only asked for.
type refusal struct {
	Wrong string     // a sentence
	Typed url.Values // what was typed, to be filled in again
}

// Value is what was typed into a field, else the usual value.
func (f refusal) Value(field, usual string) string {
	if f.Typed.Has(field) {
		return f.Typed.Get(field)
	}
	return usual
}

// Chosen reports whether a value was chosen for a field.
func (f refusal) Chosen(field, value string) bool {
	for _, v := range f.Typed[field] {
		if v == value {
			return true
		}
	}
	return false
}

// status is that of a page with a refused form.
func (f refusal) status() int {
	if f.Wrong != "" {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// page shows a page, after a form that was refused with why.
type page func(w http.ResponseWriter, r *http.Request, f refusal) error

// get is the page that is only asked for.
func get(show page) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return show(w, r, refusal{}) }
}

// done is how a form ended: where to go on, with which sentence, and what undoes
// it.
type done struct {
	to, sentence string
	act          index.Act
}

// act carries a form out.
type act func(r *http.Request, v *access.Visitor, form url.Values) (done, error)

// post carries out a form; a refusal that the person can do something about is
// shown on the page that the form stands on.
func post(do act, again page) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := shell.ReadForm(w, r)
		if err != nil {
			return err
		}
		end, err := do(r, visitor(w), form)
		if err == nil {
			return end.leave(w)
		}
		if e := index.AsError(err); curable(e.Code) {
			return again(w, r, refusal{Wrong: e.Detail, Typed: form})
		}
		return err
	}
}

func (d done) leave(w http.ResponseWriter) error {
	if d.act.UID != "" {
		mark := "?"
		if strings.Contains(d.to, "?") {
			mark = "&"
		}
		d.to += mark + "done=" + url.QueryEscape(d.act.UID)
	}
	return shell.Done(w, d.to, d.sentence)
}

// curable reports whether a refusal belongs on the form's page.
func curable(code index.Code) bool {
	switch code {
	case index.CodeInvalidForm, index.CodeInvalidReport, index.CodeReportDecided, index.CodeActOvertaken, index.CodeNotFound:
		return true
	}
	return false
}

// back is the path of a page of moderators that a form names to come back to.
func back(form url.Values, usual string) string {
	next := form.Get("next")
	if strings.HasPrefix(next, "/admin/") && !strings.ContainsAny(next, "\\?#") {
		return next
	}
	return usual
}
