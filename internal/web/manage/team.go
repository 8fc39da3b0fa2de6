package manage

import (
	"net/http"
	"net/url"
	"slices"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
)

func (g *Groups) teamRoutes() []middleware.Route {
	const at = "/manage/organization/{organization}/team/{team}/"
	return []middleware.Route{
		{Methods: "GET", Path: at + "settings/{$}", Right: access.SeeGroup, Handler: get(g.team("settings")), Doc: "The name of a team."},
		{Methods: "POST", Path: at + "settings/{$}", Right: access.ManageTeams, Handler: post(g.renameTeam, g.team("settings")), Doc: "Gives a team another name."},
		{Methods: "POST", Path: at + "delete_team/{$}", Right: access.ManageTeams, Handler: post(g.deleteTeam, g.team("settings")), Doc: "Deletes a team."},
		{Methods: "GET", Path: at + "members/{$}", Right: access.SeeGroup, Handler: get(g.team("members")), Doc: "Who is in a team."},
		{Methods: "POST", Path: at + "members/{$}", Right: access.ManageTeams, Handler: post(g.addTeamMember, g.team("members")), Doc: "Puts somebody into a team."},
		{Methods: "POST", Path: at + "members/delete/{$}", Right: access.ManageTeams, Handler: post(g.deleteTeamMember, g.team("members")), Doc: "Takes somebody out of a team."},
		{Methods: "POST", Path: at + "members/leave/{$}", Right: access.LeaveGroup, Handler: post(g.leaveTeam, g.team("members")), Doc: "Leaves a team."},
		{Methods: "GET", Path: at + "projects/{$}", Right: access.SeeGroup, Handler: get(g.team("projects")), Doc: "The projects in which a team has a role."},
		{Methods: "POST", Path: at + "projects/{$}", Right: access.ManageTeams, Handler: post(g.giveTeamRole, g.team("projects")), Doc: "Gives a team a role in a project."},
		{Methods: "POST", Path: at + "projects/delete/{$}", Right: access.ManageTeams, Handler: post(g.takeTeamRole, g.team("projects")), Doc: "Takes a team's role in a project away."},
		{Methods: "GET", Path: at + "history/{$}", Right: access.SeeLedger, Handler: get(g.team("history")), Doc: "What happened to a team."},
		{Methods: "GET", Path: at + "history.json", Right: access.SeeLedger, Handler: g.teamHistoryJSON, Doc: "What happened to a team, as JSON."},
	}
}

// teamPage is what the templates team-….html show.
type teamPage struct {
	refusal
	groupFrame
	Team     index.Team
	Members  []index.Member
	Others   []index.Member // of the organization
	Roles    []index.RoleName
	Has      []index.TeamRole
	Projects []index.Project // of the organization
	Events   ledger
	MeID     int64
}

// team is one of a team's pages.
func (g *Groups) team(tab string) page {
	return func(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
		data := teamPage{refusal: f, groupFrame: groupFrameOf(w, tab), Roles: maintain.ProjectRoles(), MeID: visitor(w).User.ID}
		if data.Team, err = maintain.TeamNamed(r.Context(), g.DB.Q, data.Organization, r.PathValue("team")); err != nil {
			return err
		}
		if err := g.fillTeam(r, &data); err != nil {
			return err
		}
		return g.pages["team-"+tab].Write(w, r, f.status(), data)
	}
}

func (g *Groups) fillTeam(r *http.Request, data *teamPage) (err error) {
	ctx, o := r.Context(), data.Organization
	switch data.Tab {
	case "members":
		if data.Members, err = g.DB.TeamMembers(ctx, data.Team.ID); err != nil {
			return err
		}
		data.Others, err = g.DB.Members(ctx, o.ID)
	case "projects":
		if data.Projects, err = g.projectsSeen(r, data.groupFrame, data.MeID); err != nil {
			return err
		}
		has, err := g.DB.RolesOfTeam(ctx, data.Team.ID)
		for _, role := range has {
			if slices.ContainsFunc(data.Projects, func(p index.Project) bool { return p.ID == role.ProjectID }) {
				data.Has = append(data.Has, role)
			}
		}
		return err
	case "history":
		data.Events, err = g.events(r, "team:"+data.Team.UID, data.Team.CreatedAt, historyPage)
	}
	return err
}

func (g *Groups) teamHistoryJSON(w http.ResponseWriter, r *http.Request) error {
	t, err := maintain.TeamNamed(r.Context(), g.DB.Q, middleware.Of(w).At.Organization, r.PathValue("team"))
	if err != nil {
		return err
	}
	return g.export(w, r, "team:"+t.UID, t.CreatedAt)
}

func teamPath(o index.Organization, team, page string) string {
	return groupPath(o, "team/"+team+"/"+page)
}

func (g *Groups) leaveTeam(r *http.Request, v *access.Visitor, at access.At, _ url.Values) (to, sentence string, err error) {
	team := r.PathValue("team")
	return groupPath(at.Organization, "teams"), "You left the team " + team + ".", g.Actions.LeaveTeam(r.Context(), v, at.Organization, team)
}

func (g *Groups) createTeam(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	t, err := g.Actions.CreateTeam(r.Context(), v, at.Organization, form.Get("name"))
	return teamPath(at.Organization, t.Name, "members"), "There is a team " + t.Name + " now.", err
}

func (g *Groups) renameTeam(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	name := form.Get("name")
	return teamPath(at.Organization, name, "settings"), "The team is called " + name + " now.", g.Actions.RenameTeam(r.Context(), v, at.Organization, r.PathValue("team"), name)
}

func (g *Groups) deleteTeam(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	team := r.PathValue("team")
	if err := confirmed(form, "confirm_team_name", team); err != nil {
		return "", "", err
	}
	return groupPath(at.Organization, "teams"), "The team " + team + " was deleted.", g.Actions.DeleteTeam(r.Context(), v, at.Organization, team)
}

func (g *Groups) addTeamMember(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	team, who := r.PathValue("team"), form.Get("username")
	return teamPath(at.Organization, team, "members"), who + " is in the team now.", g.Actions.AddToTeam(r.Context(), v, at.Organization, team, who)
}

func (g *Groups) deleteTeamMember(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	team, who := r.PathValue("team"), form.Get("username")
	return teamPath(at.Organization, team, "members"), who + " is not in the team any more.", g.Actions.RemoveFromTeam(r.Context(), v, at.Organization, team, who)
}

// ofGroup finds a project of the organization; another's is not there.
func (g *Groups) ofGroup(r *http.Request, o index.Organization, name string) (index.Project, error) {
	p, err := g.projectNamed(r, name)
	if err == nil {
		var has index.Organization
		if has, _, err = g.DB.OrganizationOf(r.Context(), p.ID); err == nil && has.ID == o.ID {
			return p, nil
		}
	}
	if err != nil && !index.HasCode(err, index.CodeNotFound) {
		return p, err
	}
	return p, index.Refuse(index.CodeGroupField, "%s has no project %q.", o.Name, name)
}

func (g *Groups) giveTeamRole(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	team := r.PathValue("team")
	p, err := g.ofGroup(r, at.Organization, form.Get("project_name"))
	if err != nil {
		return "", "", err
	}
	err = g.Actions.SetTeamRole(r.Context(), v, p, team, index.RoleName(form.Get("team_project_role_name")))
	return teamPath(at.Organization, team, "projects"), "The team has a role in " + p.DisplayName + " now.", err
}

func (g *Groups) takeTeamRole(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	team := r.PathValue("team")
	p, err := g.ofGroup(r, at.Organization, form.Get("project_name"))
	if err != nil {
		return "", "", err
	}
	return teamPath(at.Organization, team, "projects"), "The team has no role in " + p.DisplayName + " any more.", g.Actions.RemoveTeamRole(r.Context(), v, p, team)
}
