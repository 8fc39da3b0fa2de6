package staff

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/packaging/pep440"
	"strongroom/internal/standing"
	"strongroom/internal/web/shell"
)

// order is what a moderator typed into the form of acts.
type order struct {
	Do    string         // quarantine, remove, clear
	On    standing.Place // of the project
	Shown string         // the place as people read it
	moderate.Takedown
}

// readOrder reads the form of acts. The place is "project", "release:1.0" or
// "file:demo-1.0.tar.gz".
func readOrder(form url.Values) (o order, err error) {
	o.Do = form.Get("do")
	level, name, _ := strings.Cut(form.Get("on"), ":")
	switch {
	case level == "project" && name == "":
		o.Shown = "the project"
	case level == "release":
		v, err := pep440.Parse(name)
		if err != nil {
			return o, index.Refuse(index.CodeInvalidForm, "%q is no version.", name)
		}
		o.On.Version, o.Shown = v.Canonical(), "release "+name
	case level == "file" && name != "":
		o.On.File, o.Shown = name, name
	default:
		return o, index.Refuse(index.CodeInvalidForm, "Choose the project, a release or a file.")
	}
	o.Takedown = moderate.Takedown{
		Reason: strings.TrimSpace(form.Get("reason")), Details: strings.TrimSpace(form.Get("details")),
		URL: strings.TrimSpace(form.Get("url")), Note: strings.TrimSpace(form.Get("note")), Silent: form.Get("silent") == "yes",
		FreezeOwners: form.Get("freeze") == "yes", KeepOwners: form.Get("freeze") == "no",
	}
	if o.Do == "remove" {
		o.Category = form.Get("category")
	}
	o.readVerdicts(form)
	return o, nil
}

// readVerdicts reads what the form says of reports; it is part of the act.
func (o *order) readVerdicts(form url.Values) {
	for field := range form {
		uid, isVerdict := strings.CutPrefix(field, "verdict:")
		if !isVerdict {
			continue
		}
		switch index.ReportState(form.Get(field)) {
		case index.ReportConfirmed:
			o.Confirms = append(o.Confirms, uid)
		case index.ReportRejected:
			o.Rejects = append(o.Rejects, uid)
		case index.ReportDuplicate:
			o.Duplicates = append(o.Duplicates, uid)
		}
	}
	slices.Sort(o.Confirms)
	slices.Sort(o.Rejects)
	slices.Sort(o.Duplicates)
}

// takedown carries the form of acts out, or shows what clients would see when
// its other button was pressed.
func (s *Staff) takedown(w http.ResponseWriter, r *http.Request) error {
	form, err := shell.ReadForm(w, r)
	if err != nil {
		return err
	}
	o, err := readOrder(form)
	if err == nil && form.Has("preview") {
		var seen *preview
		if seen, err = s.preview(w, r, o); err == nil {
			return s.evidenceWith(w, r, refusal{Typed: form}, seen)
		}
	}
	var end done
	if err == nil {
		end, err = s.carryOut(r, visitor(w), o)
	}
	if err == nil {
		return end.leave(w)
	}
	if e := index.AsError(err); curable(e.Code) {
		return s.evidence(w, r, refusal{Wrong: e.Detail, Typed: form})
	}
	return err
}

func (s *Staff) carryOut(r *http.Request, v *access.Visitor, o order) (done, error) {
	ctx, name := r.Context(), r.PathValue("name")
	end := done{to: "/admin/projects/" + name + "/"}
	var err error
	switch o.Do {
	case "quarantine":
		end.sentence = fmt.Sprintf("Quarantined: %s. Installers cannot get it any more.", o.Shown)
		end.act, err = s.Actions.Quarantine(ctx, v, name, o.On, o.Takedown)
	case "remove":
		end.sentence = fmt.Sprintf("Removed as %s: %s. A notice stands in its place.", o.Category, o.Shown)
		end.act, err = s.Actions.Remove(ctx, v, name, o.On, o.Takedown)
	case "clear":
		end.sentence = fmt.Sprintf("Cleared: %s is as it was before.", o.Shown)
		end.act, err = s.Actions.ClearTakedown(ctx, v, name, o.On, o.Takedown)
	default:
		return end, index.Refuse(index.CodeInvalidForm, "Choose to quarantine, to remove or to clear.")
	}
	return end, err
}

// decide answers one report without an act on the project.
func (s *Staff) decide(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	state := index.ReportState(form.Get("state"))
	act, err := s.Actions.Decide(r.Context(), v, form.Get("report"), state, strings.TrimSpace(form.Get("note")))
	return done{"/admin/projects/" + r.PathValue("name") + "/", fmt.Sprintf("The report is %s.", state), act}, err
}
