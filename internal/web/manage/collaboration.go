package manage

import (
	"net/http"
	"net/url"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
)

func (g *Groups) collaborationRoutes() []middleware.Route {
	const at = "/manage/project/{project}/collaboration/"
	routes := []middleware.Route{
		{Methods: "GET", Path: at + "{$}", Right: access.SeeRoles, Handler: get(g.collaboration), Doc: "Who has which role in a project, and why."},
		{Methods: "POST", Path: at + "leave/{$}", Right: access.LeaveProject, Handler: post(g.leaveProject, g.projects), Doc: "Gives up the own role in a project."},
		{Methods: "GET", Path: "/account/verify-project-role/{$}", Right: access.UseAccount, Handler: g.invitation, Doc: "Shows an invitation to a project."},
		{Methods: "POST", Path: "/account/verify-project-role/{$}", Right: access.UseAccount, Handler: post(g.answer, g.projects), Doc: "Accepts or declines an invitation to a project."},
		{Methods: "GET", Path: "/account/verify-organization-role/{$}", Right: access.UseAccount, Handler: g.invitation, Doc: "Shows an invitation to an organization."},
		{Methods: "POST", Path: "/account/verify-organization-role/{$}", Right: access.UseAccount, Handler: post(g.answer, g.projects), Doc: "Accepts or declines an invitation to an organization."},
	}
	for _, form := range []struct {
		path string
		do   act
		doc  string
	}{
		{"{$}", g.inviteOrTeam, "Invites somebody to a role in a project, or gives a team one."},
		{"revoke_invite/{$}", g.revokeInvite, "Withdraws an invitation."},
		{"resend_invite/{$}", g.resendInvite, "Mails an invitation again, with another link."},
		{"change/{$}", g.changeRole, "Changes somebody's role in a project."},
		{"delete/{$}", g.deleteRole, "Takes somebody's role in a project away."},
		{"change_team/{$}", g.changeTeamRole, "Changes a team's role in a project."},
		{"delete_team/{$}", g.deleteTeamRole, "Takes a team's role in a project away."},
	} {
		routes = append(routes, middleware.Route{Methods: "POST", Path: at + form.path, Right: access.ManageRoles, Handler: post(form.do, g.collaboration), Doc: form.doc})
	}
	return routes
}

// collaborationPage is what collaboration.html shows.
type collaborationPage struct {
	refusal
	projectFrame
	People       []index.Grant // given to persons
	Others       []index.Grant // that come from teams and the organization
	Teams        []index.TeamRole
	Organization index.Organization // that has the project, zero ID for none
	FreeTeams    []index.Team       // of the organization, without a role here
	Offers       []maintain.Offer
	Roles        []index.RoleName
	Leaves       bool // the visitor was given a role
}

func (g *Groups) collaboration(w http.ResponseWriter, r *http.Request, f refusal) error {
	v, data := visitor(w), collaborationPage{refusal: f, projectFrame: g.frame(w, "collaboration"), Roles: maintain.ProjectRoles()}
	grants, err := g.DB.GrantsOf(r.Context(), data.Project.ID)
	if err != nil {
		return err
	}
	for _, grant := range grants {
		if grant.Source != index.FromPerson {
			data.Others = append(data.Others, grant)
			continue
		}
		data.People = append(data.People, grant)
		data.Leaves = data.Leaves || grant.UserID == v.User.ID
	}
	if err := g.teamsIn(r, &data); err != nil {
		return err
	}
	if data.Offers, err = maintain.OffersOf(r.Context(), g.DB.Q, data.Project.ID, 0, g.Clock()); err != nil {
		return err
	}
	return g.pages["collaboration"].Write(w, r, f.status(), data)
}

func (g *Groups) teamsIn(r *http.Request, data *collaborationPage) (err error) {
	ctx := r.Context()
	if data.Teams, err = g.DB.TeamRolesIn(ctx, data.Project.ID); err != nil {
		return err
	}
	if data.Organization, _, err = g.DB.OrganizationOf(ctx, data.Project.ID); err != nil {
		return err
	}
	has := map[int64]bool{}
	for _, t := range data.Teams {
		has[t.TeamID] = true
	}
	teams, err := g.DB.Teams(ctx, data.Organization.ID)
	for _, t := range teams {
		if !has[t.ID] {
			data.FreeTeams = append(data.FreeTeams, t)
		}
	}
	return err
}

func (g *Groups) inviteOrTeam(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	to = projectPath(at.Project, "collaboration")
	if team := form.Get("team_name"); team != "" {
		err = g.Actions.SetTeamRole(r.Context(), v, at.Project, team, index.RoleName(form.Get("team_project_role_name")))
		return to, "The team " + team + " has a role now.", err
	}
	who := form.Get("username")
	err = g.Actions.InviteToProject(r.Context(), v, at.Project, who, index.RoleName(form.Get("role_name")))
	return to, "Invited " + who + ". The role begins when the invitation is accepted.", err
}

func (g *Groups) revokeInvite(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	return projectPath(at.Project, "collaboration"), "The invitation is withdrawn.", g.Actions.RevokeProjectInvitation(r.Context(), v, at.Project, form.Get("invitation"))
}

func (g *Groups) resendInvite(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	return projectPath(at.Project, "collaboration"), "The invitation was sent again; the old link does not work any more.", g.Actions.ResendProjectInvitation(r.Context(), v, at.Project, form.Get("invitation"))
}

func (g *Groups) changeRole(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	who, role := form.Get("username"), form.Get("role_name")
	return projectPath(at.Project, "collaboration"), who + " is " + role + " now.", g.Actions.ChangeRole(r.Context(), v, at.Project, who, index.RoleName(role))
}

func (g *Groups) deleteRole(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	who := form.Get("username")
	to = projectPath(at.Project, "collaboration")
	if who == v.User.Username {
		to = "/manage/projects/"
	}
	return to, who + " has no role of their own any more.", g.Actions.RemoveRole(r.Context(), v, at.Project, who)
}

func (g *Groups) changeTeamRole(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	team, role := form.Get("team_name"), form.Get("team_project_role_name")
	return projectPath(at.Project, "collaboration"), "The team " + team + " is " + role + " now.", g.Actions.SetTeamRole(r.Context(), v, at.Project, team, index.RoleName(role))
}

func (g *Groups) deleteTeamRole(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	team := form.Get("team_name")
	return projectPath(at.Project, "collaboration"), "The team " + team + " has no role any more.", g.Actions.RemoveTeamRole(r.Context(), v, at.Project, team)
}

func (g *Groups) leaveProject(r *http.Request, v *access.Visitor, at access.At, _ url.Values) (to, sentence string, err error) {
	return "/manage/projects/", "You left " + at.Project.DisplayName + ".", g.Actions.LeaveProject(r.Context(), v, at.Project)
}

// invitationPage is what collaboration-invitation.html shows.
type invitationPage struct {
	maintain.Offer
	Action string // where the form goes
	Token  string
}

// invitation shows what the link of a mail offers. Opening it changes nothing.
func (g *Groups) invitation(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	offer, err := maintain.ReadOffer(r.Context(), g.DB.Q, visitor(w).User.ID, access.HashSecret(token), g.Clock())
	if err != nil {
		return err
	}
	return g.pages["collaboration-invitation"].Write(w, r, http.StatusOK, invitationPage{offer, r.URL.Path, token})
}

// answer accepts or declines: the offer is named by the link's token, or on the
// person's own page by its hash, which is worth nothing to others.
func (g *Groups) answer(r *http.Request, v *access.Visitor, _ access.At, form url.Values) (to, sentence string, err error) {
	hash := form.Get("invitation")
	if token := form.Get("token"); token != "" {
		hash = access.HashSecret(token)
	}
	switch {
	case form.Has("accept"):
		offer, err := g.Actions.Accept(r.Context(), v, hash)
		return "/manage/projects/", "You are " + string(offer.Role) + " of " + offer.Name() + " now.", err
	case form.Has("decline"):
		offer, err := g.Actions.Decline(r.Context(), v, hash)
		return "/manage/projects/", "You declined the role in " + offer.Name() + ".", err
	}
	return "", "", index.Refuse(index.CodeGroupField, "Choose whether to accept or to decline.")
}
