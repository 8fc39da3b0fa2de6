package v1

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// atOrganization is the address of an organization.
const atOrganization = "/organizations/{organization}"

// organizationJSON is an organization for those who are in it.
type organizationJSON struct {
	Name        string         `json:"name" doc:"Its name in addresses."`
	Display     string         `json:"display_name" doc:"Its name for people."`
	URL         string         `json:"url,omitempty" doc:"Its own site."`
	Description string         `json:"description,omitempty" doc:"What it says of itself."`
	Role        index.RoleName `json:"role,omitempty" enum:"Owner,Manager,Member" doc:"What you are in it; none for administrators who are not."`
	Created     time.Time      `json:"created" doc:"When it was made."`
}

// location implements located.
func (o organizationJSON) location() string { return Base + "/organizations/" + o.Name }

func toOrganization(o index.Organization, role index.RoleName) organizationJSON {
	return organizationJSON{o.Name, o.DisplayName, o.URL, o.Description, role, o.CreatedAt}
}

// group finds the organization in the address as it is now; it may have another
// name since.
func (c *call) group(q database.Q) (index.Organization, error) {
	o, found, err := q.OrganizationByID(c.ctx, c.at.Organization.ID)
	if err == nil && !found {
		err = noOrganization(c.path("organization"))
	}
	return o, err
}

func noOrganization(name string) error {
	return index.Refuse(index.CodeNotFound, "There is no organization %.60q here.", name)
}

func (c *call) readOrganization(q database.Q) (out organizationJSON, err error) {
	o, err := c.group(q)
	if err != nil {
		return out, err
	}
	role, err := q.OrganizationRole(c.ctx, o.ID, c.visitor.User.ID)
	return toOrganization(o, role), err
}

// membershipJSON is an organization in which somebody is.
type membershipJSON struct {
	Name string         `json:"name" doc:"The organization's name."`
	Role index.RoleName `json:"role" enum:"Owner,Manager,Member" doc:"What you are in it."`
}

func (c *call) readMemberships(q database.Q) (out list[membershipJSON], err error) {
	all, err := q.MembershipsOf(c.ctx, c.visitor.User.ID)
	if err != nil {
		return out, err
	}
	rows := []membershipJSON{}
	for _, m := range all {
		rows = append(rows, membershipJSON{m.Organization, m.Role})
	}
	return pageOf(c, rows, func(m membershipJSON) string { return m.Name })
}

// newOrganizationBody makes an organization.
type newOrganizationBody struct {
	Name string `json:"name" need:"yes" doc:"Its name in addresses: up to 50 ASCII letters, digits, dots, hyphens and underscores."`
	organizationBody
}

// organizationBody is what an organization says of itself.
type organizationBody struct {
	Display     string `json:"display_name,omitempty" doc:"Its name for people, at most 100 characters."`
	URL         string `json:"url,omitempty" doc:"Its own site."`
	Description string `json:"description,omitempty" doc:"What it says of itself, at most 400 characters."`
}

func (b organizationBody) described(name string) index.Organization {
	return index.Organization{Name: name, DisplayName: b.Display, URL: b.URL, Description: b.Description}
}

func (c *call) createOrganization(in newOrganizationBody) (organizationJSON, error) {
	o, err := c.maintain.CreateOrganization(c.ctx, c.visitor, in.described(in.Name))
	return toOrganization(o, index.OrganizationOwner), err
}

func (c *call) describeOrganization(in organizationBody) error {
	return c.maintain.DescribeOrganization(c.ctx, c.visitor, c.at.Organization, in.described(""))
}

// nameBody gives something another name.
type nameBody struct {
	Name string `json:"name" need:"yes" doc:"The new name: up to 50 ASCII letters, digits, dots, hyphens and underscores."`
}

func (c *call) renameOrganization(in nameBody) error {
	return c.maintain.RenameOrganization(c.ctx, c.visitor, c.at.Organization, in.Name)
}

func (c *call) deleteOrganization(in confirmBody) (out goneJSON, err error) {
	o := c.at.Organization
	if err := confirmed(in.Confirm, o.Name); err != nil {
		return out, err
	}
	return goneJSON{o.Name}, c.maintain.DeleteOrganization(c.ctx, c.visitor, o)
}

func (c *call) leaveOrganization(none) (goneJSON, error) {
	return goneJSON{c.at.Organization.Name}, c.maintain.LeaveOrganization(c.ctx, c.visitor, c.at.Organization)
}

// groupProjectJSON is a project of an organization.
type groupProjectJSON struct {
	Name    string     `json:"name" doc:"The normal name (PEP 503)."`
	Display string     `json:"display_name" doc:"The name as its newest upload spells it."`
	Private bool       `json:"private" doc:"Only who has a role can read it."`
	Status  statusJSON `json:"status" doc:"What its flags add up to."`
}

func (c *call) readGroupProjects(q database.Q) (out list[groupProjectJSON], err error) {
	all, err := c.projectsSeen(q)
	if err != nil {
		return out, err
	}
	rows := []groupProjectJSON{}
	for _, p := range all {
		rows = append(rows, groupProjectJSON{p.Name, p.DisplayName, p.Private, toStatus(index.StatusOf(onProject(p)))})
	}
	return pageOf(c, rows, func(p groupProjectJSON) string { return p.Name })
}

// projectsSeen lists what the visitor may know of the organization's projects.
func (c *call) projectsSeen(q database.Q) ([]index.Project, error) {
	leads := c.at.Role == index.OrganizationOwner || c.at.Role == index.OrganizationManager || c.visitor.User.Superuser
	return maintain.ProjectsSeen(c.ctx, q, c.at.Organization, c.visitor.User.ID, leads)
}

func (c *call) readOrganizationHistory(q database.Q) (out list[eventJSON], err error) {
	o, err := c.group(q)
	if err != nil {
		return out, err
	}
	return c.history(q, "organization:"+o.UID, o.CreatedAt)
}

func organizationOperations() []operation {
	state := reads((*call).readOrganization)
	return []operation{
		{ID: "listOrganizations", Tag: "organizations", Method: "GET", Path: "/organizations", Right: access.SeeOwn, Listed: true, Summary: "The organizations that you are in", Reads: reads((*call).readMemberships)},
		{
			ID: "createOrganization", Tag: "organizations", Method: "POST", Path: "/organizations", Right: access.CreateGroup, Status: 201,
			Summary: "Makes an organization, which you own", Does: makes((*call).createOrganization), Errors: []index.Code{index.CodeHeld, index.CodeTooManyAttempts},
		},
		{ID: "getOrganization", Tag: "organizations", Method: "GET", Path: atOrganization, Right: access.SeeGroup, Summary: "An organization", Reads: state},
		{
			ID: "describeOrganization", Tag: "organizations", Method: "PUT", Path: atOrganization, Right: access.ManageGroup, Summary: "Changes what an organization says of itself",
			Doc: "The body says all of it: what is left out is empty afterwards.", Reads: state, Does: does((*call).describeOrganization),
		},
		{ID: "renameOrganization", Tag: "organizations", Method: "POST", Path: atOrganization + "/rename", Right: access.ManageGroup, Summary: "Gives an organization another name", Reads: state, Does: does((*call).renameOrganization)},
		{ID: "deleteOrganization", Tag: "organizations", Method: "DELETE", Path: atOrganization, Right: access.ManageGroup, Summary: "Deletes an organization without projects, with its teams", Reads: state, Does: makes((*call).deleteOrganization)},
		{ID: "leaveOrganization", Tag: "organizations", Method: "POST", Path: atOrganization + "/leave", Right: access.LeaveGroup, Summary: "Leaves an organization", Does: makes((*call).leaveOrganization), Errors: []index.Code{index.CodeLastOwner}},
		{ID: "listOrganizationProjects", Tag: "organizations", Method: "GET", Path: atOrganization + "/projects", Right: access.SeeGroup, Listed: true, Summary: "The projects of an organization", Reads: reads((*call).readGroupProjects)},
		{ID: "getOrganizationHistory", Tag: "organizations", Method: "GET", Path: atOrganization + "/history", Right: access.SeeLedger, Listed: true, Summary: "What happened to an organization, the newest first", Reads: reads((*call).readOrganizationHistory)},
	}
}
