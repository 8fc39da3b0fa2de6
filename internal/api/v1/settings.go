package v1

import (
	"strconv"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// visibilityBody makes a project private or public.
type visibilityBody struct {
	Visibility string `json:"visibility" need:"yes" enum:"private,public" doc:"private: only who has a role can read it."`
}

func (c *call) setVisibility(in visibilityBody) error {
	return c.maintain.SetVisibility(c.ctx, c.visitor, c.at.Project, in.Visibility == "private")
}

// transferBody gives a project to an organization.
type transferBody struct {
	Organization string `json:"organization" need:"yes" doc:"An organization that you own or manage."`
	Confirm      string `json:"confirm" need:"yes" doc:"The exact name of the project."`
}

func (c *call) transfer(in transferBody) error {
	if err := c.confirmProject(in.Confirm); err != nil {
		return err
	}
	return c.maintain.Transfer(c.ctx, c.visitor, c.at.Project, in.Organization)
}

// confirmBody confirms what cannot simply be taken back.
type confirmBody struct {
	Confirm string `json:"confirm" need:"yes" doc:"The exact name of what it is about."`
}

func (c *call) takeOut(in confirmBody) error {
	if err := c.confirmProject(in.Confirm); err != nil {
		return err
	}
	return c.maintain.TakeOut(c.ctx, c.visitor, c.at.Project)
}

func (c *call) confirmProject(given string) error {
	return confirmed(given, c.at.Project.Name, c.at.Project.DisplayName)
}

// ownProjectJSON is a project in which somebody has a role.
type ownProjectJSON struct {
	Name    string         `json:"name" doc:"The normal name (PEP 503)."`
	Display string         `json:"display_name" doc:"The name as its newest upload spells it."`
	Role    index.RoleName `json:"role" enum:"Owner,Maintainer,Reader" doc:"What you are in it."`
	Private bool           `json:"private" doc:"Only who has a role can read it."`
	Status  statusJSON     `json:"status" doc:"What its flags add up to."`
}

// readOwnProjects lists the account's projects, each with the strongest role.
func (c *call) readOwnProjects(q database.Q) (out list[ownProjectJSON], err error) {
	grants, err := q.GrantsOfUser(c.ctx, c.visitor.User.ID)
	if err != nil {
		return out, err
	}
	rows := []ownProjectJSON{}
	for _, g := range grants { // they come by project
		n := len(rows)
		if n == 0 || rows[n-1].Name != g.Project.Name {
			rows = append(rows, ownProjectJSON{g.Project.Name, g.Project.DisplayName, g.Role, g.Project.Private, toStatus(index.StatusOf(onProject(g.Project)))})
		} else if g.Role.Stronger(rows[n-1].Role) {
			rows[n-1].Role = g.Role
		}
	}
	return pageOf(c, rows, func(p ownProjectJSON) string { return p.Name })
}

// eventJSON is something that happened, as the audit log has it.
type eventJSON struct {
	ID        string    `json:"id" doc:"Number of the event; newer ones have larger numbers."`
	At        time.Time `json:"time" doc:"When."`
	Action    string    `json:"action" doc:"What was done, as a stable word."`
	Words     string    `json:"meaning" doc:"The same for people."`
	Actor     string    `json:"actor" doc:"Who did it."`
	ActorKind string    `json:"actor_kind" doc:"What sort of actor: user, operator, system or visitor."`
	Before    string    `json:"before,omitempty" doc:"What was there before."`
	After     string    `json:"after,omitempty" doc:"What is there since."`
	Reason    string    `json:"reason,omitempty" doc:"Why."`
	Address   string    `json:"hashed_address,omitempty" doc:"The network address, hashed: two events from one place have the same."`
	UserAgent string    `json:"user_agent,omitempty" doc:"The program that was used."`
}

func toEvent(e database.Event) eventJSON {
	return eventJSON{
		ID: strconv.FormatInt(e.ID, 10), At: time.UnixMicro(e.At).UTC(), Action: e.Action, Words: index.EventMeaning(e.Action), Actor: e.Actor, ActorKind: e.ActorKind,
		Before: e.Before, After: e.After, Reason: e.Reason, Address: e.Address, UserAgent: e.UserAgent,
	}
}

// history is what happened to an object since a time: its name may have belonged
// to something else before.
func (c *call) history(q database.Q, object string, since time.Time) (list[eventJSON], error) {
	return pageFrom(c, func(before int64, limit int) ([]database.Event, error) {
		return q.ObjectEvents(c.ctx, object, since, database.Span{Before: before, N: limit})
	}, func(e database.Event) int64 { return e.ID }, toEvent)
}

func (c *call) readHistory(q database.Q) (out list[eventJSON], err error) {
	p, err := c.here(q)
	if err != nil {
		return out, err
	}
	return c.history(q, "project:"+p.Name, p.CreatedAt)
}

func settingsOperations() []operation {
	state := reads((*call).readProject)
	changes := func(id, method, path, summary, doc string, d doer) operation {
		return operation{ID: id, Tag: "projects", Method: method, Path: atProject + path, Right: access.ChangeProject, Summary: summary, Doc: doc, Reads: state, Does: d, Errors: heldErrors(index.CodeHeld)}
	}
	return []operation{
		{ID: "listOwnProjects", Tag: "projects", Method: "GET", Path: "/projects", Right: access.SeeOwn, Listed: true, Summary: "The projects in which you have a role", Reads: reads((*call).readOwnProjects)},
		{ID: "getHistory", Tag: "projects", Method: "GET", Path: atProject + "/history", Right: access.SeeHistory, Listed: true, Summary: "What happened to a project, the newest first", Reads: reads((*call).readHistory)},
		changes("setVisibility", "PUT", "/visibility", "Makes a project private or public", "", does((*call).setVisibility)),
		changes("transferProject", "PUT", "/organization", "Gives a project to an organization", "A token needs the permission `organizations` too, and must not be narrowed to projects.", does((*call).transfer)),
		changes("takeOutProject", "DELETE", "/organization", "Takes a project out of its organization", "You become its owner. A token needs the permission `organizations` too, and must not be narrowed to projects.", does((*call).takeOut)),
	}
}
