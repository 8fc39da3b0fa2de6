// Package report holds the pages on which people tell moderators that something
// is wrong with a project (SN-12), confirm that by a mailed link where they have
// no account, and see what became of it (SN-13).
package report

import (
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/moderate"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/pages"
	"strongroom/internal/web/shell"
)

//go:embed *.html
var templates embed.FS

// Pages answers whoever reports. It is made by New.
type Pages struct {
	db      *database.DB
	store   *pages.Store
	actions *moderate.Actions
	form    *shell.Page
	confirm *shell.Page
	mine    *shell.Page
}

// New makes the pages.
func New(db *database.DB, store *pages.Store, actions *moderate.Actions) *Pages {
	return &Pages{
		db: db, store: store, actions: actions, form: shell.NewPage(templates, "report.html"), confirm: shell.NewPage(templates, "confirm.html"),
		mine: shell.NewPage(templates, "mine.html"),
	}
}

// Routes is the table of these pages. Whoever may read a project may open its
// form; who may send it the action decides.
func (p *Pages) Routes() []middleware.Route {
	const form = "/project/{project}/submit-malware-report/{$}"
	return []middleware.Route{
		{Methods: "GET", Path: form, Right: access.ReadProject, Handler: p.ask, Doc: "The form to report a project to the moderators."},
		{Methods: "POST", Path: form, Right: access.ReadProject, Handler: p.send, Doc: "Reports a project to the moderators."},
		{Methods: "GET", Path: "/report/confirm/{$}", Right: access.Open, Handler: p.askConfirm, Doc: "What the link in a mail about a report opens."},
		{Methods: "POST", Path: "/report/confirm/{$}", Right: access.Open, Handler: p.sendConfirm, Doc: "Confirms a report of somebody without an account."},
		{Methods: "GET", Path: "/manage/reports/{$}", Right: access.UseAccount, Handler: p.list, Doc: "What one reported, and what became of it."},
	}
}

// formPage is what report.html shows.
type formPage struct {
	Project  index.Project
	Kinds    []index.ReportKindInfo
	Files    []string
	Versions []string
	Contacts []coremeta.ProjectURL // where the project wants to hear of vulnerabilities
	Sent     *index.Report         // what was sent just now, nil before
	Without  bool                  // who reports has no account
	Wrong    string
	values   url.Values
}

// Value is what was typed into a field, or the address asked for.
func (f formPage) Value(field string) string { return f.values.Get(field) }

// ask shows the form. Whoever must sign in first comes back to it.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	if name := r.PathValue("project"); packaging.NormalizeName(name) != name && packaging.ValidName(name) {
		middleware.Redirect(w, r, "/project/"+packaging.NormalizeName(name)+"/submit-malware-report/", http.StatusMovedPermanently)
		return nil
	}
	page, err := p.page(w, r, r.URL.Query()) // first: what is not there asks nobody to sign in, as what is private
	if err != nil {
		return err
	}
	if middleware.Of(w).Visitor.Anonymous() && !p.actions.Settings.Anonymous {
		return middleware.See(w, "/account/login/?next="+url.QueryEscape(r.URL.RequestURI()))
	}
	return p.form.Write(w, r, http.StatusOK, page)
}

func (p *Pages) page(w http.ResponseWriter, r *http.Request, values url.Values) (formPage, error) {
	view, err := p.store.View(r.Context(), packaging.NormalizeName(r.PathValue("project")), "")
	if err != nil {
		return formPage{}, err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	page := formPage{Project: view.Project, values: values, Without: middleware.Of(w).Visitor.Anonymous(), Kinds: chosen(), Contacts: contacts(view.Metadata.ProjectURLs)}
	for _, f := range view.Files {
		page.Files = append(page.Files, f.Filename)
	}
	for _, release := range view.Releases {
		page.Versions = append(page.Versions, release.Version)
	}
	return page, nil
}

// chosen lists the kinds that people choose from.
func chosen() []index.ReportKindInfo {
	return slices.DeleteFunc(slices.Clone(index.ReportKinds()), func(k index.ReportKindInfo) bool { return k.Alarm })
}

// contacts are the project's links about security (SN-24), or else that to its
// issues.
func contacts(links []coremeta.ProjectURL) (out []coremeta.ProjectURL) {
	for _, l := range links {
		if strings.Contains(coremeta.NormalizeLabel(l.Label), "security") {
			out = append(out, l)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, l := range links {
		if kind, _ := coremeta.WellKnownLabel(l.Label); kind == coremeta.Issues {
			out = append(out, l)
		}
	}
	return out
}

// send keeps the report, or shows the form again with what is wrong with it.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	values, err := shell.ReadForm(w, r)
	if err != nil {
		return err
	}
	page, err := p.page(w, r, values)
	if err != nil {
		return err
	}
	visitor := middleware.Of(w).Visitor
	report, err := reportOf(r.PathValue("project"), values)
	if err == nil && page.Without {
		report, err = p.actions.ReportWithout(r.Context(), visitor, report, strings.TrimSpace(values.Get("email")))
	} else if err == nil {
		report, err = p.actions.Report(r.Context(), visitor, report)
	}
	if index.HasCode(err, index.CodeInvalidReport) || index.HasCode(err, index.CodeInvalidForm) {
		page.Wrong = index.AsError(err).Detail
		return p.form.Write(w, r, http.StatusBadRequest, page)
	}
	if err != nil {
		return err
	}
	page.Sent = &report
	return p.form.Write(w, r, http.StatusAccepted, page)
}

func reportOf(project string, values url.Values) (index.Report, error) {
	r := index.Report{
		Name: project, Kind: index.ReportKind(values.Get("kind")), Text: values.Get("text"), Version: values.Get("version"), Filename: values.Get("file"),
		Path: strings.TrimSpace(values.Get("path")), URL: strings.TrimSpace(values.Get("url")),
	}
	line := strings.TrimSpace(values.Get("line"))
	if line == "" {
		return r, nil
	}
	var err error
	if r.Line, err = strconv.ParseInt(line, 10, 64); err != nil || r.Line < 1 {
		return r, index.Refuse(index.CodeInvalidReport, "The line %q is not a number from 1 on.", line)
	}
	return r, nil
}

// confirmPage is what confirm.html shows.
type confirmPage struct {
	Token string
	Done  bool
	Name  string
}

func (p *Pages) askConfirm(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Referrer-Policy", "same-origin")
	return p.confirm.Write(w, r, http.StatusOK, confirmPage{Token: r.URL.Query().Get("token")})
}

func (p *Pages) sendConfirm(w http.ResponseWriter, r *http.Request) error {
	values, err := shell.ReadForm(w, r)
	if err != nil {
		return err
	}
	report, err := p.actions.Confirm(r.Context(), middleware.Of(w).Visitor, values.Get("token"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return p.confirm.Write(w, r, http.StatusOK, confirmPage{Done: true, Name: report.Name})
}

// maxMine is how many reports of one person are shown.
const maxMine = 100

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	reports, err := p.db.ReportsBy(r.Context(), middleware.Of(w).Visitor.User.ID, maxMine)
	if err != nil {
		return err
	}
	return p.mine.Write(w, r, http.StatusOK, reports)
}
