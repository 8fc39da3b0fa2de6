package manage

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
)

func (g *Groups) projectRoutes() []middleware.Route {
	const at = "/manage/project/{project}/"
	return []middleware.Route{
		{Methods: "GET", Path: "/manage/projects/{$}", Right: access.UseAccount, Handler: get(g.projects), Doc: "The projects of the account, and the roles it was offered."},
		{Methods: "GET", Path: at + "settings/{$}", Right: access.SeeProject, Handler: get(g.settings), Doc: "Visibility and organization of a project."},
		{Methods: "POST", Path: at + "settings/{$}", Right: access.ChangeProject, Handler: post(g.setVisibility, g.settings), Doc: "Makes a project private or public."},
		{Methods: "POST", Path: at + "transfer_organization_project/{$}", Right: access.ChangeProject, Handler: post(g.transfer, g.settings), Doc: "Gives a project to an organization."},
		{Methods: "POST", Path: at + "remove_organization_project/{$}", Right: access.ChangeProject, Handler: post(g.takeOut, g.settings), Doc: "Takes a project out of its organization."},
		{Methods: "GET", Path: at + "releases/{$}", Right: access.SeeProject, Handler: g.releases, Doc: "The releases and files of a project with what the gate says of them (PT-6, PT-7, AV-15)."},
		{Methods: "GET", Path: at + "history/{$}", Right: access.SeeProject, Handler: g.projectHistory, Doc: "What happened to a project."},
		{Methods: "GET", Path: at + "history.json", Right: access.SeeProject, Handler: g.projectHistoryJSON, Doc: "What happened to a project, as JSON."},
	}
}

// ownProject is a project in which somebody has a role, with all reasons for it.
type ownProject struct {
	index.Project
	Role   index.RoleName // the strongest
	Grants []index.Grant
}

// Manages reports whether the project has pages for the person to manage it.
func (p ownProject) Manages() bool { return p.Role == index.Owner || p.Role == index.Maintainer }

// Leaves reports whether the person was given a role that can be given up.
func (p ownProject) Leaves() bool {
	return slices.ContainsFunc(p.Grants, func(g index.Grant) bool { return g.Source == index.FromPerson })
}

// ownProjects gathers a user's grants, which come by project.
func ownProjects(grants []index.Grant) (out []ownProject) {
	for _, g := range grants {
		if len(out) == 0 || out[len(out)-1].ID != g.Project.ID {
			out = append(out, ownProject{Project: g.Project})
		}
		last := &out[len(out)-1]
		last.Grants = append(last.Grants, g)
		if g.Role.Stronger(last.Role) {
			last.Role = g.Role
		}
	}
	return out
}

// projectsPage is what projects.html shows.
type projectsPage struct {
	refusal
	Offers   []maintain.Offer
	Projects []ownProject
}

func (g *Groups) projects(w http.ResponseWriter, r *http.Request, f refusal) error {
	v, data := visitor(w), projectsPage{refusal: f}
	grants, err := g.DB.GrantsOfUser(r.Context(), v.User.ID)
	if err != nil {
		return err
	}
	data.Projects = ownProjects(grants)
	if data.Offers, err = maintain.OffersTo(r.Context(), g.DB.Q, v.User.ID, g.Clock()); err != nil {
		return err
	}
	return g.pages["projects"].Write(w, r, f.status(), data)
}

// settingsPage is what project-settings.html shows.
type settingsPage struct {
	refusal
	projectFrame
	Organization index.Organization // the one that has it, zero ID for none
	MayTakeOut   bool
	Targets      []index.Member // organizations of the visitor that can have it
}

// projectFrame is what all pages of a project know.
type projectFrame struct {
	Project index.Project
	Tab     string
	Owner   bool // the visitor may change things
	Docs    bool // it has the page about its old documentation (DR-1)
	At      time.Time
}

func (g *Groups) frame(w http.ResponseWriter, tab string) projectFrame {
	rec := middleware.Of(w)
	p := rec.At.Project
	return projectFrame{Project: p, Tab: tab, Docs: g.Docs.Always || p.DocsPrefix != "", Owner: rec.At.Role == index.Owner || rec.Visitor.User.Superuser, At: g.Clock()}
}

func (g *Groups) settings(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	ctx, v := r.Context(), visitor(w)
	data := settingsPage{refusal: f, projectFrame: g.frame(w, "settings")}
	if data.Organization, _, err = g.DB.OrganizationOf(ctx, data.Project.ID); err != nil {
		return err
	}
	role, err := g.DB.OrganizationRole(ctx, data.Organization.ID, v.User.ID)
	if err != nil {
		return err
	}
	data.MayTakeOut = data.Organization.ID != 0 && (role == index.OrganizationOwner || v.User.Superuser)
	members, err := g.DB.MembershipsOf(ctx, v.User.ID)
	for _, m := range members {
		if m.Role != index.OrganizationMember && m.OrganizationID != data.Organization.ID {
			data.Targets = append(data.Targets, m)
		}
	}
	if err != nil {
		return err
	}
	return g.pages["project-settings"].Write(w, r, f.status(), data)
}

func projectPath(p index.Project, page string) string {
	return "/manage/project/" + p.Name + "/" + page + "/"
}

func (g *Groups) setVisibility(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	to = projectPath(at.Project, "settings")
	switch form.Get("visibility") {
	case "private":
		return to, "The project is private: only who has a role can read it.", g.Actions.SetVisibility(r.Context(), v, at.Project, true)
	case "public":
		return to, "The project is public.", g.Actions.SetVisibility(r.Context(), v, at.Project, false)
	}
	return to, "", index.Refuse(index.CodeGroupField, "Choose public or private.")
}

func (g *Groups) transfer(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	if err := confirmed(form, "confirm_transfer_organization_project_name", at.Project.DisplayName); err != nil {
		return "", "", err
	}
	organization := form.Get("organization")
	err = g.Actions.Transfer(r.Context(), v, at.Project, organization)
	return projectPath(at.Project, "settings"), "The project belongs to the organization " + organization + " now.", err
}

func (g *Groups) takeOut(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	if err := confirmed(form, "confirm_remove_organization_project_name", at.Project.DisplayName); err != nil {
		return "", "", err
	}
	return projectPath(at.Project, "settings"), "The project belongs to no organization now.", g.Actions.TakeOut(r.Context(), v, at.Project)
}
