package manage

import (
	"net/http"
	"net/url"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
)

func (g *Groups) organizationRoutes() []middleware.Route {
	const at = "/manage/organization/{organization}/"
	return []middleware.Route{
		{Methods: "GET", Path: "/manage/organizations/{$}", Right: access.UseAccount, Handler: get(g.organizations), Doc: "The organizations of the account."},
		{Methods: "POST", Path: "/manage/organizations/{$}", Right: access.CreateGroup, Handler: post(g.createOrganization, g.organizations), Doc: "Makes an organization."},
		{Methods: "GET", Path: at + "settings/{$}", Right: access.SeeGroup, Handler: get(g.organization("settings")), Doc: "What an organization says of itself."},
		{Methods: "POST", Path: at + "settings/{$}", Right: access.ManageGroup, Handler: post(g.describe, g.organization("settings")), Doc: "Changes what an organization says of itself."},
		{Methods: "POST", Path: at + "rename/{$}", Right: access.ManageGroup, Handler: post(g.rename, g.organization("settings")), Doc: "Gives an organization another name."},
		{Methods: "POST", Path: at + "delete_organization/{$}", Right: access.ManageGroup, Handler: post(g.deleteOrganization, g.organization("settings")), Doc: "Deletes an organization without projects."},
		{Methods: "GET", Path: at + "people/{$}", Right: access.SeeGroup, Handler: get(g.organization("people")), Doc: "Who is in an organization."},
		{Methods: "POST", Path: at + "people/{$}", Right: access.ManagePeople, Handler: post(g.inviteMember, g.organization("people")), Doc: "Invites somebody to an organization."},
		{Methods: "POST", Path: at + "people/revoke_invite/{$}", Right: access.ManagePeople, Handler: post(g.revokeMember, g.organization("people")), Doc: "Withdraws an invitation."},
		{Methods: "POST", Path: at + "people/resend_invite/{$}", Right: access.ManagePeople, Handler: post(g.resendMember, g.organization("people")), Doc: "Mails an invitation again, with another link."},
		{Methods: "POST", Path: at + "people/change/{$}", Right: access.ManagePeople, Handler: post(g.changeMember, g.organization("people")), Doc: "Changes what somebody is in an organization."},
		{Methods: "POST", Path: at + "people/delete/{$}", Right: access.ManagePeople, Handler: post(g.deleteMember, g.organization("people")), Doc: "Takes somebody out of an organization."},
		{Methods: "POST", Path: at + "people/leave/{$}", Right: access.LeaveGroup, Handler: post(g.leaveOrganization, g.organization("people")), Doc: "Leaves an organization."},
		{Methods: "GET", Path: at + "projects/{$}", Right: access.SeeGroup, Handler: get(g.organization("projects")), Doc: "The projects of an organization."},
		{Methods: "POST", Path: at + "projects/{$}", Right: access.MoveProjects, Handler: post(g.addProject, g.organization("projects")), Doc: "Puts a project that one owns into an organization."},
		{Methods: "GET", Path: at + "teams/{$}", Right: access.SeeGroup, Handler: get(g.organization("teams")), Doc: "The teams of an organization."},
		{Methods: "POST", Path: at + "teams/{$}", Right: access.ManageTeams, Handler: post(g.createTeam, g.organization("teams")), Doc: "Makes a team."},
		{Methods: "GET", Path: at + "history/{$}", Right: access.SeeLedger, Handler: get(g.organization("history")), Doc: "What happened to an organization."},
		{Methods: "GET", Path: at + "history.json", Right: access.SeeLedger, Handler: g.organizationHistoryJSON, Doc: "What happened to an organization, as JSON."},
	}
}

// organizationsPage is what organizations.html shows.
type organizationsPage struct {
	refusal
	Memberships []index.Member
	Offers      []maintain.Offer
	MayCreate   bool
}

func (g *Groups) organizations(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	ctx, v, data := r.Context(), visitor(w), organizationsPage{refusal: f}
	if data.Memberships, err = g.DB.MembershipsOf(ctx, v.User.ID); err != nil {
		return err
	}
	offers, err := maintain.OffersTo(ctx, g.DB.Q, v.User.ID, g.Clock())
	for _, o := range offers {
		if o.OrganizationID != 0 {
			data.Offers = append(data.Offers, o)
		}
	}
	if err != nil {
		return err
	}
	denied := g.Actions.Guard.Decide(v, access.CreateGroup, access.At{})
	data.MayCreate = denied == nil || index.HasCode(denied, index.CodeProveAgain)
	return g.pages["organizations"].Write(w, r, f.status(), data)
}

// organizationPage is what the templates organization-….html show.
type organizationPage struct {
	refusal
	groupFrame
	Members  []index.Member
	Offers   []maintain.Offer
	Roles    []index.RoleName
	Projects []index.Project
	Teams    []index.Team
	Events   ledger
	MeID     int64
}

// groupFrame is what all pages of an organization know.
type groupFrame struct {
	Organization index.Organization
	Tab          string
	Owner        bool // the visitor may change things
	Leader       bool // the visitor may add projects and change teams
	Member       bool // the visitor is in it
}

func groupFrameOf(w http.ResponseWriter, tab string) groupFrame {
	rec := middleware.Of(w)
	owner := rec.At.Role == index.OrganizationOwner || rec.Visitor.User.Superuser
	return groupFrame{Organization: rec.At.Organization, Tab: tab, Owner: owner, Leader: owner || rec.At.Role == index.OrganizationManager, Member: rec.At.Role != ""}
}

// organization is one of an organization's pages.
func (g *Groups) organization(tab string) page {
	return func(w http.ResponseWriter, r *http.Request, f refusal) error {
		data := organizationPage{refusal: f, groupFrame: groupFrameOf(w, tab), Roles: maintain.OrganizationRoles(), MeID: visitor(w).User.ID}
		if err := g.fillOrganization(r, &data); err != nil {
			return err
		}
		return g.pages["organization-"+tab].Write(w, r, f.status(), data)
	}
}

func (g *Groups) fillOrganization(r *http.Request, data *organizationPage) (err error) {
	ctx, o := r.Context(), data.Organization
	switch data.Tab {
	case "people":
		if data.Offers, err = maintain.OffersOf(ctx, g.DB.Q, 0, o.ID, g.Clock()); err != nil {
			return err
		}
		data.Members, err = g.DB.Members(ctx, o.ID)
	case "settings", "projects":
		data.Projects, err = g.projectsSeen(r, data.groupFrame, data.MeID)
	case "teams":
		data.Teams, err = g.DB.Teams(ctx, o.ID)
	case "history":
		data.Events, err = g.events(r, "organization:"+o.UID, o.CreatedAt, historyPage)
	}
	return err
}

// projectsSeen lists what the person may know of an organization's projects.
func (g *Groups) projectsSeen(r *http.Request, f groupFrame, userID int64) ([]index.Project, error) {
	return maintain.ProjectsSeen(r.Context(), g.DB.Q, f.Organization, userID, f.Leader)
}

func (g *Groups) organizationHistoryJSON(w http.ResponseWriter, r *http.Request) error {
	o := middleware.Of(w).At.Organization
	return g.export(w, r, "organization:"+o.UID, o.CreatedAt)
}

func groupPath(o index.Organization, page string) string {
	return "/manage/organization/" + o.Name + "/" + page + "/"
}

// described is what an organization says of itself, as forms have it.
func described(form url.Values) index.Organization {
	return index.Organization{Name: form.Get("name"), DisplayName: form.Get("display_name"), URL: form.Get("link_url"), Description: form.Get("description")}
}

func (g *Groups) createOrganization(r *http.Request, v *access.Visitor, _ access.At, form url.Values) (to, sentence string, err error) {
	o, err := g.Actions.CreateOrganization(r.Context(), v, described(form))
	return groupPath(o, "settings"), "You own the organization " + o.Name + " now.", err
}

func (g *Groups) describe(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	return groupPath(at.Organization, "settings"), "Saved.", g.Actions.DescribeOrganization(r.Context(), v, at.Organization, described(form))
}

func (g *Groups) rename(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	if err := confirmed(form, "confirm_current_organization_name", at.Organization.Name); err != nil {
		return "", "", err
	}
	renamed := index.Organization{Name: form.Get("name")}
	err = g.Actions.RenameOrganization(r.Context(), v, at.Organization, renamed.Name)
	return groupPath(renamed, "settings"), "The organization is called " + renamed.Name + " now.", err
}

func (g *Groups) deleteOrganization(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	if err := confirmed(form, "confirm_organization_name", at.Organization.Name); err != nil {
		return "", "", err
	}
	return "/manage/organizations/", "The organization " + at.Organization.Name + " was deleted.", g.Actions.DeleteOrganization(r.Context(), v, at.Organization)
}

func (g *Groups) addProject(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	p, err := g.projectNamed(r, form.Get("existing_project_name"))
	if err == nil {
		err = g.Actions.Transfer(r.Context(), v, p, at.Organization.Name)
	}
	if index.HasCode(err, index.CodeNotAllowed) || index.HasCode(err, index.CodeNotFound) { // one sentence for both: private projects stay hidden
		err = index.Refuse(index.CodeGroupField, "You own no project %q.", form.Get("existing_project_name"))
	}
	return groupPath(at.Organization, "projects"), p.DisplayName + " belongs to the organization now.", err
}
