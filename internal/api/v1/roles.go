package v1

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// rolesJSON is who has which role in a project, and why.
type rolesJSON struct {
	People       []personRoleJSON    `json:"people" doc:"Roles that were given to persons."`
	Teams        []teamRoleJSON      `json:"teams" doc:"Roles that were given to teams of the organization that has the project."`
	Inherited    []inheritedRoleJSON `json:"inherited" doc:"What persons have by their teams and by leading the organization."`
	Organization string              `json:"organization,omitempty" doc:"The organization that has the project."`
	Invitations  []invitationJSON    `json:"invitations" doc:"Offers of a role that nobody answered yet."`
}

// personRoleJSON is what somebody was given in a project.
type personRoleJSON struct {
	Username string         `json:"username" doc:"Whose account."`
	Role     index.RoleName `json:"role" enum:"Owner,Maintainer,Reader" doc:"What they are in the project."`
}

// teamRoleJSON is what a team was given in a project.
type teamRoleJSON struct {
	Team string         `json:"team" doc:"The team's name."`
	Role index.RoleName `json:"role" enum:"Owner,Maintainer,Reader" doc:"What its members are in the project."`
}

// inheritedRoleJSON is a role with where it comes from.
type inheritedRoleJSON struct {
	Username string            `json:"username" doc:"Whose account."`
	Role     index.RoleName    `json:"role" enum:"Owner,Maintainer,Reader" doc:"What they are in the project."`
	Source   index.GrantSource `json:"source" enum:"team,organization" doc:"Whether a team gives it, or leading the organization."`
	Team     string            `json:"team,omitempty" doc:"Which team."`
}

// invitationJSON is an offer of a role.
type invitationJSON struct {
	ID      string         `json:"id" doc:"The offer is sent again and withdrawn with it; it accepts nothing."`
	To      string         `json:"to" doc:"The username or address that was invited."`
	Role    index.RoleName `json:"role" doc:"Which role is offered."`
	By      string         `json:"by" doc:"Who made the offer."`
	Created time.Time      `json:"created" doc:"When it was sent."`
	Until   time.Time      `json:"until" doc:"Until when it can be accepted."`
}

func toInvitations(offers []maintain.Offer) []invitationJSON {
	out := []invitationJSON{}
	for _, o := range offers {
		out = append(out, invitationJSON{o.Hash, o.To, o.Role, o.By, o.CreatedAt, o.ExpiresAt})
	}
	return out
}

func (c *call) readRoles(q database.Q) (out rolesJSON, err error) {
	p, err := c.here(q)
	if err != nil {
		return out, err
	}
	out = rolesJSON{People: []personRoleJSON{}, Teams: []teamRoleJSON{}, Inherited: []inheritedRoleJSON{}}
	grants, err := q.GrantsOf(c.ctx, p.ID)
	if err != nil {
		return out, err
	}
	for _, g := range grants {
		if g.Source == index.FromPerson {
			out.People = append(out.People, personRoleJSON{g.Username, g.Role})
		} else {
			out.Inherited = append(out.Inherited, inheritedRoleJSON{g.Username, g.Role, g.Source, g.Team})
		}
	}
	teams, err := q.TeamRolesIn(c.ctx, p.ID)
	if err != nil {
		return out, err
	}
	for _, t := range teams {
		out.Teams = append(out.Teams, teamRoleJSON{t.Team, t.Role})
	}
	o, _, err := q.OrganizationOf(c.ctx, p.ID)
	if err != nil {
		return out, err
	}
	out.Organization = o.Name
	offers, err := maintain.OffersOf(c.ctx, q, p.ID, 0, c.Clock())
	out.Invitations = toInvitations(offers)
	return out, err
}

// roleBody gives a role in a project.
type roleBody struct {
	Role index.RoleName `json:"role" need:"yes" enum:"Owner,Maintainer,Reader" doc:"Which role."`
}

// invitationBody offers a role in a project.
type invitationBody struct {
	To   string         `json:"to" need:"yes" doc:"A username, or an address: whoever has it verified can accept."`
	Role index.RoleName `json:"role" need:"yes" enum:"Owner,Maintainer,Reader" doc:"Which role."`
}

func (c *call) invite(in invitationBody) error {
	return c.maintain.InviteToProject(c.ctx, c.visitor, c.at.Project, in.To, in.Role)
}

func (c *call) resendInvitation(none) error {
	return c.maintain.ResendProjectInvitation(c.ctx, c.visitor, c.at.Project, c.path("invitation"))
}

func (c *call) revokeInvitation(none) error {
	return c.maintain.RevokeProjectInvitation(c.ctx, c.visitor, c.at.Project, c.path("invitation"))
}

func (c *call) changeRole(in roleBody) error {
	return c.maintain.ChangeRole(c.ctx, c.visitor, c.at.Project, c.path("username"), in.Role)
}

func (c *call) removeRole(none) error {
	return c.maintain.RemoveRole(c.ctx, c.visitor, c.at.Project, c.path("username"))
}

func (c *call) setTeamRole(in roleBody) error {
	return c.maintain.SetTeamRole(c.ctx, c.visitor, c.at.Project, c.path("team"), in.Role)
}

func (c *call) removeTeamRole(none) error {
	return c.maintain.RemoveTeamRole(c.ctx, c.visitor, c.at.Project, c.path("team"))
}

// goneJSON is the answer where nothing is left that whoever asks could read.
type goneJSON struct {
	Gone string `json:"gone" doc:"What was left or deleted."`
}

func (c *call) leaveProject(none) (goneJSON, error) {
	return goneJSON{c.project}, c.maintain.LeaveProject(c.ctx, c.visitor, c.at.Project)
}

func roleOperations() []operation {
	const offer = atProject + "/invitations"
	state := reads((*call).readRoles)
	changes := func(id, method, path, summary, doc string, d doer, errors ...index.Code) operation {
		return operation{ID: id, Tag: "roles", Method: method, Path: path, Right: access.ManageRoles, Summary: summary, Doc: doc, Reads: state, Does: d, Errors: heldErrors(append(errors, index.CodeHeld)...)}
	}
	return []operation{
		{ID: "getRoles", Tag: "roles", Method: "GET", Path: atProject + "/roles", Right: access.SeeRoles, Summary: "Who has which role in a project, and who was invited", Reads: state},
		changes("changeRole", "PUT", atProject+"/roles/{username}", "Changes somebody's role in a project", "Who has none of their own is invited instead.", does((*call).changeRole), index.CodeLastOwner),
		changes("removeRole", "DELETE", atProject+"/roles/{username}", "Takes somebody's role in a project away", "", does((*call).removeRole), index.CodeLastOwner),
		changes("setTeamRole", "PUT", atProject+"/teams/{team}", "Gives a team a role in a project of its organization, or changes it", "", does((*call).setTeamRole)),
		changes("removeTeamRole", "DELETE", atProject+"/teams/{team}", "Takes a team's role in a project away", "", does((*call).removeTeamRole)),
		changes("invite", "POST", offer, "Offers somebody a role in a project", "The role begins when the person accepts, in a browser.", does((*call).invite), index.CodeTooManyAttempts),
		changes("resendInvitation", "POST", offer+"/{invitation}/resend", "Mails an invitation again, with another link", "The old link ends, and the offer has another id.", does((*call).resendInvitation), index.CodeNoInvitation, index.CodeTooManyAttempts),
		changes("revokeInvitation", "DELETE", offer+"/{invitation}", "Withdraws an invitation", "", does((*call).revokeInvitation), index.CodeNoInvitation),
		{ID: "leaveProject", Tag: "roles", Method: "POST", Path: atProject + "/leave", Right: access.LeaveProject, Summary: "Gives up your own role in a project", Does: makes((*call).leaveProject), Errors: []index.Code{index.CodeLastOwner}},
	}
}
