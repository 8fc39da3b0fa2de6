package v1

import (
	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// peopleJSON is who is in an organization.
type peopleJSON struct {
	Members     []memberJSON     `json:"members" doc:"Who is in it."`
	Invitations []invitationJSON `json:"invitations" doc:"Offers to join that nobody answered yet."`
}

// memberJSON is somebody in an organization.
type memberJSON struct {
	Username string         `json:"username" doc:"Whose account."`
	Role     index.RoleName `json:"role" enum:"Owner,Manager,Member" doc:"What they are in the organization."`
}

func (c *call) readPeople(q database.Q) (out peopleJSON, err error) {
	o, err := c.group(q)
	if err != nil {
		return out, err
	}
	members, err := q.Members(c.ctx, o.ID)
	if err != nil {
		return out, err
	}
	out.Members = []memberJSON{}
	for _, m := range members {
		out.Members = append(out.Members, memberJSON{m.Username, m.Role})
	}
	offers, err := maintain.OffersOf(c.ctx, q, 0, o.ID, c.Clock())
	out.Invitations = toInvitations(offers)
	return out, err
}

// memberBody says what somebody is in an organization.
type memberBody struct {
	Role index.RoleName `json:"role" need:"yes" enum:"Owner,Manager,Member" doc:"Which role."`
}

// memberInvitationBody invites somebody to an organization.
type memberInvitationBody struct {
	To   string         `json:"to" need:"yes" doc:"A username, or an address: whoever has it verified can accept."`
	Role index.RoleName `json:"role" need:"yes" enum:"Owner,Manager,Member" doc:"Which role."`
}

func (c *call) inviteMember(in memberInvitationBody) error {
	return c.maintain.InviteToOrganization(c.ctx, c.visitor, c.at.Organization, in.To, in.Role)
}

func (c *call) resendMember(none) error {
	return c.maintain.ResendOrganizationInvitation(c.ctx, c.visitor, c.at.Organization, c.path("invitation"))
}

func (c *call) revokeMember(none) error {
	return c.maintain.RevokeOrganizationInvitation(c.ctx, c.visitor, c.at.Organization, c.path("invitation"))
}

func (c *call) changeMember(in memberBody) error {
	return c.maintain.ChangeMember(c.ctx, c.visitor, c.at.Organization, c.path("username"), in.Role)
}

func (c *call) removeMember(none) error {
	return c.maintain.RemoveMember(c.ctx, c.visitor, c.at.Organization, c.path("username"))
}

func peopleOperations() []operation {
	const people, offer = atOrganization + "/people", atOrganization + "/invitations"
	state := reads((*call).readPeople)
	changes := func(id, method, path, summary, doc string, d doer, errors ...index.Code) operation {
		return operation{ID: id, Tag: "organizations", Method: method, Path: path, Right: access.ManagePeople, Summary: summary, Doc: doc, Reads: state, Does: d, Errors: append(errors, index.CodeHeld)}
	}
	return []operation{
		{ID: "getPeople", Tag: "organizations", Method: "GET", Path: people, Right: access.SeeGroup, Summary: "Who is in an organization, and who was invited", Reads: state},
		changes("changeMember", "PUT", people+"/{username}", "Changes what somebody is in an organization", "Who is not in it is invited instead.", does((*call).changeMember), index.CodeLastOwner),
		changes("removeMember", "DELETE", people+"/{username}", "Takes somebody out of an organization, and so out of its teams", "", does((*call).removeMember), index.CodeLastOwner),
		changes("inviteMember", "POST", offer, "Invites somebody to an organization", "They are in it when they accept, in a browser.", does((*call).inviteMember), index.CodeTooManyAttempts),
		changes("resendMemberInvitation", "POST", offer+"/{invitation}/resend", "Mails an invitation again, with another link", "The old link ends, and the offer has another id.", does((*call).resendMember), index.CodeNoInvitation, index.CodeTooManyAttempts),
		changes("revokeMemberInvitation", "DELETE", offer+"/{invitation}", "Withdraws an invitation", "", does((*call).revokeMember), index.CodeNoInvitation),
	}
}
