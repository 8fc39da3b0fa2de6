// Package manage holds the pages on which people manage what is theirs: the
// account, its projects and organizations. Everything works with the keyboard
// and without JavaScript; only security keys need a script, and say so.
package manage

import (
	"embed"
	"net/http"
	"slices"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/database"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

//go:embed *.html
var templates embed.FS

// Manage answers people who signed in. All exported fields must be set.
type Manage struct {
	DB       *database.DB
	Accounts *account.Accounts
	Guard    *access.Guard
	Clock    func() time.Time
	URL      string // public address of the site, no slash at the end

	pages map[string]*shell.Page // by the template's name
}

// New makes the pages. Each template of this package is one, but for parts.html,
// which all of them share.
func New(m Manage) (*Manage, error) {
	files, err := templates.ReadDir(".")
	if err != nil {
		return nil, err
	}
	m.pages = map[string]*shell.Page{}
	for _, f := range files {
		if f.Name() != "parts.html" && f.Name() != "pager.html" {
			m.pages[f.Name()] = shell.NewPage(templates, f.Name(), "parts.html", "pager.html")
		}
	}
	return &m, nil
}

// Routes is the table of these pages.
func (m *Manage) Routes() []middleware.Route {
	return slices.Concat(m.accountRoutes(), m.factorRoutes(), m.tokenRoutes(), m.historyRoutes(), m.associationRoutes())
}

// write shows a page by the name of its template.
func (m *Manage) write(w http.ResponseWriter, r *http.Request, status int, name string, data any) error {
	return m.pages[name].Write(w, r, status, data)
}

// visitor is who signed in; the gate made sure that somebody did.
func visitor(w http.ResponseWriter) *access.Visitor { return middleware.Of(w).Visitor }
