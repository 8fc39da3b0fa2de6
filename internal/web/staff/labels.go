package staff

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/packaging"
)

// labelsPage is what labels.html shows.
type labelsPage struct {
	frame
	Labels  []index.Label
	Colours []string
}

func (s *Staff) labels(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	data := labelsPage{Colours: index.LabelColours()}
	if data.frame, err = s.frame(w, r, "labels", f); err != nil {
		return err
	}
	data.Path = "/admin/labels/"
	if data.Labels, err = s.DB.Labels(r.Context()); err != nil {
		return err
	}
	return s.write(w, r, "labels", f, data)
}

func (s *Staff) defineLabel(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	key := strings.TrimSpace(form.Get("key"))
	if form.Get("do") == "remove" {
		act, err := s.Actions.DropLabel(r.Context(), v, key)
		return done{"/admin/labels/", fmt.Sprintf("The label %s is defined no longer.", key), act}, err
	}
	l := index.Label{Key: key, Public: form.Get("public") == "yes", Colour: form.Get("colour"), Text: strings.TrimSpace(form.Get("text"))}
	act, err := s.Actions.DefineLabel(r.Context(), v, l)
	return done{"/admin/labels/", fmt.Sprintf("The label %s is defined.", key), act}, err
}

// setLabel sets a label on many things by their names.
func (s *Staff) setLabel(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	key := form.Get("label")
	end := done{to: "/admin/flags/?kind=" + url.QueryEscape(key)}
	chosen, err := s.thingsNamed(r.Context(), form.Get("level"), list(form.Get("names")))
	if err != nil {
		return end, err
	}
	var n int
	n, end.act, err = s.label(r, v, chosen, form)
	end.sentence = fmt.Sprintf("The label %s stands on %d things now.", key, n)
	return end, err
}

// labelProject sets or clears a label on the project of a page.
func (s *Staff) labelProject(r *http.Request, v *access.Visitor, form url.Values) (end done, err error) {
	end.to = "/admin/projects/" + r.PathValue("name") + "/"
	chosen, err := s.thingsNamed(r.Context(), string(index.OnProject), []string{r.PathValue("name")})
	if err != nil {
		return end, err
	}
	key := form.Get("label")
	if form.Get("do") == "clear" {
		_, end.act, err = s.Actions.ClearLabel(r.Context(), v, chosen, key)
		end.sentence = fmt.Sprintf("The label %s is cleared.", key)
		return end, err
	}
	_, end.act, err = s.label(r, v, chosen, form)
	end.sentence = fmt.Sprintf("The label %s is set.", key)
	return end, err
}

func (s *Staff) label(r *http.Request, v *access.Visitor, on []moderate.Thing, form url.Values) (int, index.Act, error) {
	until, err := moderate.Until(form.Get("until"))
	if err != nil {
		return 0, index.Act{}, err
	}
	f := index.Flag{Kind: form.Get("label"), Reason: strings.TrimSpace(form.Get("reason")), Until: until}
	return s.Actions.SetLabel(r.Context(), v, on, f, strings.TrimSpace(form.Get("note")))
}

// thingsNamed finds projects or accounts by name; one that is not there refuses
// them all.
func (s *Staff) thingsNamed(ctx context.Context, level string, names []string) (out []moderate.Thing, err error) {
	for _, name := range names {
		var id int64
		found := false
		switch index.Level(level) {
		case index.OnProject:
			var p index.Project
			p, found, err = s.DB.Project(ctx, packaging.NormalizeName(name))
			id = p.ID
		case index.OnUser:
			var u index.User
			u, found, err = s.DB.UserByName(ctx, name)
			id = u.ID
		}
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, index.Refuse(index.CodeInvalidForm, "There is no %s %q.", level, name)
		}
		out = append(out, moderate.Thing{Level: index.Level(level), ID: id})
	}
	return out, nil
}
