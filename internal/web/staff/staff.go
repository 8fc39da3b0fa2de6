// Package staff holds the pages of moderators, below /admin/: what was reported,
// the evidence, and the acts that follow from it. Evidence comes first on each
// page, acts after it, and each act can be taken back with one click. Everything
// works without JavaScript.
package staff

import (
	"embed"
	"net/http"
	"slices"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/blob"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/moderate"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/upload"
	"strongroom/internal/web/shell"
)

//go:embed *.html
var templates embed.FS

// Staff answers moderators. All exported fields must be set.
type Staff struct {
	DB      *database.DB
	Actions *moderate.Actions
	Bucket  blob.Bucket
	Look    upload.Look // in the sandbox: the files that are looked into may be hostile
	Limits  dist.Limits
	Clock   func() time.Time
	URL     string // public address of the site, no slash at the end

	pages map[string]*shell.Page // by the template's name, without .html
}

// New makes the pages. Each template of this package is one, but for those that
// end with "parts.html", which all of them share.
func New(s Staff) (*Staff, error) {
	files, err := templates.ReadDir(".")
	if err != nil {
		return nil, err
	}
	s.pages = map[string]*shell.Page{}
	for _, f := range files {
		if name := strings.TrimSuffix(f.Name(), ".html"); !strings.HasSuffix(name, "parts") {
			s.pages[name] = shell.NewPage(templates, f.Name(), "parts.html", "evidence-parts.html")
		}
	}
	return &s, nil
}

// Routes is the table of these pages. An address without its last slash leads to
// the page.
func (s *Staff) Routes() []middleware.Route {
	return shell.Slashed(slices.Concat(s.queueRoutes(), s.projectRoutes(), s.siteRoutes(), s.peopleRoutes(), s.flagRoutes()))
}

// frame is what all pages know.
type frame struct {
	refusal
	Tab  string
	Path string     // of the page, to come back to
	Done *index.Act // what the form before did, to be undone with one click
	Now  time.Time
	Boss bool // the visitor administers the index
}

func (s *Staff) frame(w http.ResponseWriter, r *http.Request, tab string, f refusal) (frame, error) {
	out := frame{refusal: f, Tab: tab, Path: r.URL.Path, Now: s.Clock().UTC(), Boss: visitor(w).User.Superuser}
	uid := r.URL.Query().Get("done")
	if uid == "" || r.Method == http.MethodPost {
		return out, nil
	}
	act, found, err := s.DB.Act(r.Context(), uid)
	if found && !act.Undone() {
		out.Done = &act
	}
	return out, err
}

// row is one act with the page that it stands on, for the template act.
type row struct {
	Act  index.Act
	Path string
}

// With gives an act to the template act.
func (f frame) With(a index.Act) row { return row{a, f.Path} }

// personRow is an account with the page that it stands on, for the templates
// person and freeze.
type personRow struct {
	Person person
	Path   string
	Now    time.Time
}

// WithPerson gives an account to the templates person and freeze.
func (f frame) WithPerson(p person) personRow { return personRow{p, f.Path, f.Now} }

// At is the time of an event.
func (f frame) At(micros int64) time.Time { return time.UnixMicro(micros) }

// Time writes the time of an event.
func (f frame) Time(micros int64) string { return shell.When(time.UnixMicro(micros)) }

// Meaning says in words what an event's action is.
func (f frame) Meaning(action string) string { return index.EventMeaning(action) }

// write shows a page by the name of its template.
func (s *Staff) write(w http.ResponseWriter, r *http.Request, name string, f refusal, data any) error {
	return s.pages[name].Write(w, r, f.status(), data)
}

// visitor is who signed in; the gate made sure that somebody did.
func visitor(w http.ResponseWriter) *access.Visitor { return middleware.Of(w).Visitor }
