package manage

import (
	"net/url"
	"strings"
	"time"

	"strongroom/internal/index"
)

// option is a choice in a form.
type option struct{ Value, Text string }

// deprecationForm is the fields that say why something should not be used for
// new work: for a project, for a release, or for releases by their versions. It
// shows what was typed, else what stands.
type deprecationForm struct {
	ID                                      string // begins the names of its fields on the page
	Place                                   string // the address that its forms are below
	Category, Reason, URL, Successors, From string
	Now                                     *stood // what stands, nil for nothing
	Wrong                                   bool   // what was typed was refused
}

// Categories are the kinds of deprecation (ST-9).
func (deprecationForm) Categories() []option {
	return []option{
		{"", "No particular kind"},
		{"eol", "End of life: nothing is mended any more"},
		{"insecure", "Insecure: it should not be used"},
		{"superseded", "Superseded: something else took its place"},
		{"other", "Other"},
	}
}

// deprecate fills the form with what stands, or with what was typed into it and
// refused.
func deprecate(f refusal, place string, s index.Standing) deprecationForm {
	const form = "deprecate"
	out := deprecationForm{ID: form, Place: place, Now: stands(s, index.Deprecated)}
	if out.Now != nil {
		out.Category, out.Reason, out.URL, out.Successors = out.Now.Category, out.Now.Reason, out.Now.URL, strings.Join(out.Now.Successors, "\n")
	}
	if out.Now != nil && !out.Now.From.IsZero() {
		out.From = out.Now.From.UTC().Format(time.DateOnly)
	}
	if f.Bad(form) {
		out.Wrong = true
		out.typed(f.Typed)
	}
	return out
}

func (d *deprecationForm) typed(form url.Values) {
	d.Category, d.Reason, d.URL = form.Get("category"), form.Get("reason"), form.Get("url")
	d.Successors, d.From = form.Get("successors"), form.Get("from")
}

// deprecationOf reads the fields.
func deprecationOf(form url.Values) (index.Flag, error) {
	from, err := dateOf(form.Get("from"))
	return index.Flag{
		Kind: index.Deprecated, Category: form.Get("category"), Reason: strings.TrimSpace(form.Get("reason")),
		URL: strings.TrimSpace(form.Get("url")), Successors: strings.Fields(form.Get("successors")), From: from,
	}, err
}

// dateOf reads the beginning of a day in UTC; no text is no date.
func dateOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, index.Refuse(index.CodeInvalidForm, "%q is no date: write it like 2027-06-30.", text)
	}
	return day, nil
}

// announced ends the sentence about a flag that was set, maybe for a day to come.
func announced(f index.Flag, now time.Time) string {
	if f.From.After(now) {
		return " will be " + f.Kind + " from " + f.From.UTC().Format(time.DateOnly) + " on; its pages say so already."
	}
	return " is " + f.Kind + "."
}
