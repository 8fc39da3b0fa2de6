package v1

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// teamNameJSON is a team in a list.
type teamNameJSON struct {
	Name    string    `json:"name" doc:"The team's name."`
	Created time.Time `json:"created" doc:"When it was made."`
}

// teamJSON is a team with its people and what they are in projects.
type teamJSON struct {
	teamNameJSON
	Organization string            `json:"organization" doc:"The organization that it is part of."`
	Members      []string          `json:"members" doc:"Usernames of who is in it."`
	Projects     []teamProjectJSON `json:"projects" doc:"Projects in which it has a role."`
}

// location implements located.
func (t teamJSON) location() string {
	return Base + "/organizations/" + t.Organization + "/teams/" + t.Name
}

// teamProjectJSON is what a team was given in a project.
type teamProjectJSON struct {
	Project string         `json:"project" doc:"The project's normal name."`
	Role    index.RoleName `json:"role" enum:"Owner,Maintainer,Reader" doc:"What the team's members are in it."`
}

func (c *call) readTeams(q database.Q) (out list[teamNameJSON], err error) {
	o, err := c.group(q)
	if err != nil {
		return out, err
	}
	teams, err := q.Teams(c.ctx, o.ID)
	if err != nil {
		return out, err
	}
	rows := []teamNameJSON{}
	for _, t := range teams {
		rows = append(rows, teamNameJSON{t.Name, t.CreatedAt})
	}
	return pageOf(c, rows, func(t teamNameJSON) string { return t.Name })
}

func (c *call) readTeam(q database.Q) (teamJSON, error) { return c.teamNamed(q, c.path("team")) }

// teamNamed describes a team, with the projects that the visitor may know of.
func (c *call) teamNamed(q database.Q, name string) (out teamJSON, err error) {
	o, err := c.group(q)
	if err != nil {
		return out, err
	}
	t, err := maintain.TeamNamed(c.ctx, q, o, name)
	if err != nil {
		return out, err
	}
	out = teamJSON{teamNameJSON{t.Name, t.CreatedAt}, o.Name, []string{}, []teamProjectJSON{}}
	members, err := q.TeamMembers(c.ctx, t.ID)
	if err != nil {
		return out, err
	}
	for _, m := range members {
		out.Members = append(out.Members, m.Username)
	}
	seen, err := c.projectsSeen(q)
	if err != nil {
		return out, err
	}
	roles, err := q.RolesOfTeam(c.ctx, t.ID)
	for _, r := range roles {
		for _, p := range seen {
			if p.ID == r.ProjectID {
				out.Projects = append(out.Projects, teamProjectJSON{p.Name, r.Role})
			}
		}
	}
	return out, err
}

func (c *call) createTeam(in nameBody) (out teamJSON, err error) {
	t, err := c.maintain.CreateTeam(c.ctx, c.visitor, c.at.Organization, in.Name)
	if err != nil {
		return out, err
	}
	return c.teamNamed(c.DB.Q, t.Name)
}

func (c *call) renameTeam(in nameBody) (out teamJSON, err error) {
	if err := c.maintain.RenameTeam(c.ctx, c.visitor, c.at.Organization, c.path("team"), in.Name); err != nil {
		return out, err
	}
	return c.teamNamed(c.DB.Q, in.Name)
}

func (c *call) deleteTeam(in confirmBody) (out goneJSON, err error) {
	team := c.path("team")
	if err := confirmed(in.Confirm, team); err != nil {
		return out, err
	}
	return goneJSON{team}, c.maintain.DeleteTeam(c.ctx, c.visitor, c.at.Organization, team)
}

func (c *call) addToTeam(none) error {
	return c.maintain.AddToTeam(c.ctx, c.visitor, c.at.Organization, c.path("team"), c.path("username"))
}

func (c *call) removeFromTeam(none) error {
	return c.maintain.RemoveFromTeam(c.ctx, c.visitor, c.at.Organization, c.path("team"), c.path("username"))
}

func (c *call) leaveTeam(none) (goneJSON, error) {
	return goneJSON{c.path("team")}, c.maintain.LeaveTeam(c.ctx, c.visitor, c.at.Organization, c.path("team"))
}

func (c *call) readTeamHistory(q database.Q) (out list[eventJSON], err error) {
	t, err := maintain.TeamNamed(c.ctx, q, c.at.Organization, c.path("team"))
	if err != nil {
		return out, err
	}
	return c.history(q, "team:"+t.UID, t.CreatedAt)
}

func teamOperations() []operation {
	const teams, team = atOrganization + "/teams", atOrganization + "/teams/{team}"
	state := reads((*call).readTeam)
	changes := func(id, method, path, summary string, d doer) operation {
		return operation{ID: id, Tag: "organizations", Method: method, Path: path, Right: access.ManageTeams, Summary: summary, Reads: state, Does: d, Errors: []index.Code{index.CodeHeld}}
	}
	create := changes("createTeam", "POST", teams, "Makes a team", makes((*call).createTeam))
	create.Reads, create.Status = reads((*call).readTeams), 201
	return []operation{
		{ID: "listTeams", Tag: "organizations", Method: "GET", Path: teams, Right: access.SeeGroup, Listed: true, Summary: "The teams of an organization", Reads: reads((*call).readTeams)},
		create,
		{ID: "getTeam", Tag: "organizations", Method: "GET", Path: team, Right: access.SeeGroup, Summary: "A team with its people and projects", Reads: state},
		changes("renameTeam", "POST", team+"/rename", "Gives a team another name", makes((*call).renameTeam)),
		changes("deleteTeam", "DELETE", team, "Deletes a team, and with it what it was given", makes((*call).deleteTeam)),
		changes("addToTeam", "PUT", team+"/members/{username}", "Puts somebody who is in the organization into a team", does((*call).addToTeam)),
		changes("removeFromTeam", "DELETE", team+"/members/{username}", "Takes somebody out of a team", does((*call).removeFromTeam)),
		{ID: "leaveTeam", Tag: "organizations", Method: "POST", Path: team + "/leave", Right: access.LeaveGroup, Summary: "Leaves a team, and so what it was given", Does: makes((*call).leaveTeam)},
		{ID: "getTeamHistory", Tag: "organizations", Method: "GET", Path: team + "/history", Right: access.SeeLedger, Listed: true, Summary: "What happened to a team, the newest first", Reads: reads((*call).readTeamHistory)},
	}
}
