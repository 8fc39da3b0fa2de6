package manage

import (
	"net/http"
	"net/url"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
)

func (g *Groups) settingsRoutes() []middleware.Route {
	const at = "/manage/project/{project}/"
	return []middleware.Route{
		{Methods: "GET", Path: at + "settings/{$}", Right: access.SeeProject, Handler: get(g.settings), Doc: "Visibility, organization and status of a project."},
		{Methods: "POST", Path: at + "settings/{$}", Right: access.ChangeProject, Handler: post(g.setVisibility, g.settings), Doc: "Makes a project private or public."},
		{Methods: "POST", Path: at + "transfer_organization_project/{$}", Right: access.ChangeProject, Handler: post(g.transfer, g.settings), Doc: "Gives a project to an organization."},
		{Methods: "POST", Path: at + "remove_organization_project/{$}", Right: access.ChangeProject, Handler: post(g.takeOut, g.settings), Doc: "Takes a project out of its organization."},
		{Methods: "POST", Path: at + "archive/{$}", Right: access.SetFlags, Handler: post(g.archive, g.settings), Doc: "Archives a project: it takes no uploads (ST-3)."},
		{Methods: "POST", Path: at + "unarchive/{$}", Right: access.SetFlags, Handler: post(g.unarchive, g.settings), Doc: "Takes a project out of the archive."},
		{Methods: "POST", Path: at + "deprecate/{$}", Right: access.SetFlags, Handler: post(g.deprecateProject, g.settings), Doc: "Deprecates a project, and says what to use instead (ST-4, ST-5)."},
		{Methods: "POST", Path: at + "undeprecate/{$}", Right: access.SetFlags, Handler: post(g.undeprecateProject, g.settings), Doc: "Ends the deprecation of a project."},
	}
}

// settingsPage is what project-settings.html shows.
type settingsPage struct {
	refusal
	projectFrame
	Organization index.Organization // the one that has it, zero ID for none
	MayTakeOut   bool
	Targets      []index.Member // organizations of the visitor that can have it
	Archived     *stood         // nil for not
	Hears        []string
	Form         deprecationForm
}

func (g *Groups) settings(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	ctx, v := r.Context(), visitor(w)
	data := settingsPage{refusal: f, projectFrame: g.frame(w, "settings")}
	data.standing()
	if data.Organization, _, err = g.DB.OrganizationOf(ctx, data.Project.ID); err != nil {
		return err
	}
	role, err := g.DB.OrganizationRole(ctx, data.Organization.ID, v.User.ID)
	if err != nil {
		return err
	}
	data.MayTakeOut = data.Owner && data.Organization.ID != 0 && (role == index.OrganizationOwner || v.User.Superuser)
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

// standing fills in what flags say of the project.
func (s *settingsPage) standing() {
	now := s.Project.Standing
	s.Hears = hears(index.StatusOf(index.At{Level: index.OnProject, Standing: now}))
	s.Archived = stands(now, index.Archived)
	s.Form = deprecate(s.refusal, "/manage/project/"+s.Project.Name+"/", now)
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

func (g *Groups) archive(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	flag := index.Flag{Kind: index.Archived, Reason: reasonOf(form)}
	_, err = g.Actions.SetFlag(r.Context(), v, at.Project, maintain.Place{}, flag)
	return projectPath(at.Project, "settings"), "The project is archived: it takes no uploads.", err
}

func (g *Groups) unarchive(r *http.Request, v *access.Visitor, at access.At, _ url.Values) (to, sentence string, err error) {
	err = g.Actions.ClearFlag(r.Context(), v, at.Project, maintain.Place{}, index.Archived)
	return projectPath(at.Project, "settings"), "The project is not archived any more.", err
}

func (g *Groups) deprecateProject(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	flag, err := deprecationOf(form)
	if err != nil {
		return "", "", err
	}
	_, err = g.Actions.SetFlag(r.Context(), v, at.Project, maintain.Place{}, flag)
	return projectPath(at.Project, "settings"), "The project" + announced(flag, g.Clock()), err
}

func (g *Groups) undeprecateProject(r *http.Request, v *access.Visitor, at access.At, _ url.Values) (to, sentence string, err error) {
	err = g.Actions.ClearFlag(r.Context(), v, at.Project, maintain.Place{}, index.Deprecated)
	return projectPath(at.Project, "settings"), "The project is not deprecated any more.", err
}
