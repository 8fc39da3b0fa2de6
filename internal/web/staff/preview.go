package staff

import (
	"cmp"
	"net/http"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging/pep440"
)

// preview is what clients and readers would see of a place after an act.
type preview struct {
	Do     string
	Shown  string
	Status index.Status
	Banner string // the first line of the project's page
	Code   int    // of the addresses of its files, 200 where they are served
	Phrase string // with it, as installers print it
	Upload string // what an upload hears, "" where it goes through
	Listed bool   // the Simple page of the project offers what it concerns
}

// preview works out the status that an act would give, by the same function that
// everything served asks.
func (s *Staff) preview(w http.ResponseWriter, r *http.Request, o order) (*preview, error) {
	levels, err := s.levels(w, r, o)
	if err != nil {
		return nil, err
	}
	last := &levels[len(levels)-1]
	switch o.Do {
	case "quarantine":
		last.Standing = last.Standing.With(index.Flag{Kind: index.Quarantined, Reason: o.Reason, Side: index.ByAdministrator, Since: s.Clock().UTC()})
	case "remove":
		last.Standing = last.Standing.With(index.Flag{Kind: index.Removed, Category: o.Category, Reason: o.Reason, Side: index.ByAdministrator, Since: s.Clock().UTC()})
	case "clear":
		last.Standing = last.Standing.Without(index.Quarantined).Without(index.Removed)
	default:
		return nil, index.Refuse(index.CodeInvalidForm, "Choose to quarantine, to remove or to clear.")
	}
	st := index.StatusOf(levels...)
	p := &preview{Do: o.Do, Shown: o.Shown, Status: st, Banner: cmp.Or(st.Phrase(), "No banner"), Code: http.StatusOK, Listed: st.Offered}
	if st.File != "" {
		p.Code, p.Phrase = middleware.Status(st.File.Info().Kind), st.FilePhrase(s.URL+"/project/"+r.PathValue("project")+"/")
	}
	if st.Upload != "" {
		p.Upload = st.Upload.Info().Title
	}
	return p, nil
}

// levels are the flags of the place that an act is on, and of what it is in.
func (s *Staff) levels(w http.ResponseWriter, r *http.Request, o order) ([]index.At, error) {
	place, err := s.meet(w, r)
	if err != nil {
		return nil, err
	}
	files, err := s.DB.ProjectFiles(r.Context(), place.Project.ID, false)
	if err != nil {
		return nil, err
	}
	levels := []index.At{{Level: index.OnProject, Standing: place.Project.Standing}}
	if o.On.Version == "" && o.On.File == "" {
		return levels, nil
	}
	for _, f := range files {
		v, err := pep440.Parse(f.Version)
		if err != nil || f.Filename != o.On.File && (o.On.File != "" || v.Canonical() != o.On.Version) {
			continue
		}
		levels = append(levels, index.At{Level: index.OnRelease, Standing: f.ReleaseStanding})
		if o.On.File != "" {
			levels = append(levels, index.At{Level: index.OnFile, Standing: f.Standing})
		}
		return levels, nil
	}
	return nil, index.Refuse(index.CodeInvalidForm, "The project has no %s.", o.Shown)
}
