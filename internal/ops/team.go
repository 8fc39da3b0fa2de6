package ops

import (
	"context"
	"fmt"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// TeamCommand groups the commands on teams.
type TeamCommand struct {
	Create TeamCreate `cmd:"" help:"Make a team. Example: strongroom admin team create acme core"`
	List   TeamList   `cmd:"" help:"List the teams of an organization."`
	Add    TeamAdd    `cmd:"" help:"Put somebody of the organization into a team."`
	Role   TeamRole   `cmd:"" help:"Give a team a role in a project of its organization."`
}

// teamOf is the arguments that name a team.
type teamOf struct {
	Organization string `arg:"" help:"The organization."`
	Team         string `arg:"" help:"The team."`
	JSON         bool   `name:"json" help:"Answer as JSON."`
}

func (c teamOf) done(o *Operator, more ...string) error {
	answer := map[string]any{"organization": c.Organization, "team": c.Team}
	for i := 0; i < len(more); i += 2 {
		answer[more[i]] = more[i+1]
	}
	return o.say(c.JSON, answer, "Done: %s/%s.\n", c.Organization, c.Team)
}

// TeamCreate makes a team.
type TeamCreate struct{ teamOf }

// Run implements Command.
func (c *TeamCreate) Run(ctx context.Context, o *Operator) error {
	err := inOrganization(ctx, o, c.Organization, func(tx *change.Tx, g index.Organization) error {
		_, err := maintain.NewTeam(ctx, tx, g, c.Team)
		return err
	})
	if err != nil {
		return err
	}
	return c.done(o)
}

// TeamAdd puts somebody into a team.
type TeamAdd struct {
	teamOf
	User string `arg:"" help:"The user."`
}

// Run implements Command.
func (c *TeamAdd) Run(ctx context.Context, o *Operator) error {
	err := inOrganization(ctx, o, c.Organization, func(tx *change.Tx, g index.Organization) error {
		t, err := maintain.TeamNamed(ctx, tx.Q, g, c.Team)
		if err != nil {
			return err
		}
		return maintain.PutInTeam(ctx, tx, g, t, c.User)
	})
	if err != nil {
		return err
	}
	return c.done(o, "user", c.User)
}

// TeamRole gives a team a role.
type TeamRole struct {
	Project string `arg:"" help:"The project."`
	Team    string `arg:"" help:"A team of the organization that has it."`
	Role    string `arg:"" enum:"Owner,Maintainer,Reader" help:"Owner, Maintainer or Reader."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *TeamRole) Run(ctx context.Context, o *Operator) error {
	err := inProject(ctx, o, c.Project, func(tx *change.Tx, p index.Project) error {
		return maintain.GiveTeamRole(ctx, tx, p, c.Team, index.RoleName(c.Role))
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"project": c.Project, "team": c.Team, "role": c.Role}, "The team %s is %s of %s.\n", c.Team, c.Role, c.Project)
}

// TeamList lists an organization's teams.
type TeamList struct {
	Organization string `arg:"" help:"The organization."`
	JSON         bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *TeamList) Run(ctx context.Context, o *Operator) error {
	g, found, err := o.DB.Organization(ctx, c.Organization)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no organization %q", c.Organization)
	}
	teams, err := o.DB.Teams(ctx, g.ID)
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, t := range teams {
		roles, err := o.DB.RolesOfTeam(ctx, t.ID)
		if err != nil {
			return err
		}
		in := map[string]index.RoleName{}
		for _, r := range roles {
			in[r.Project] = r.Role
		}
		rows = append(rows, map[string]any{"name": t.Name, "roles": in})
		fmt.Fprintf(&text, "%s\t%d projects\n", t.Name, len(in))
	}
	return o.say(c.JSON, rows, "%s", text.String())
}
