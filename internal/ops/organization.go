package ops

import (
	"context"
	"fmt"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// OrganizationCommand groups the commands on organizations.
type OrganizationCommand struct {
	Create OrganizationCreate `cmd:"" help:"Make an organization. Example: strongroom admin organization create acme --owner alice"`
	List   OrganizationList   `cmd:"" help:"List the organizations."`
	Member OrganizationMember `cmd:"" help:"Put somebody into an organization as Owner, Manager or Member, or take them out with \"none\"."`
	Delete OrganizationDelete `cmd:"" help:"Delete an organization; with --projects also one that has some, which then belong to nobody but their own owners."`
}

// OrganizationCreate makes an organization.
type OrganizationCreate struct {
	Name        string `arg:"" help:"Its name, which stands in addresses."`
	Owner       string `required:"" help:"Its first owner."`
	DisplayName string `help:"Its name as shown."`
	JSON        bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *OrganizationCreate) Run(ctx context.Context, o *Operator) error {
	var made index.Organization
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		owner, err := accountNamed(ctx, tx, c.Owner)
		if err != nil {
			return err
		}
		made, err = maintain.NewOrganization(ctx, tx, index.Organization{Name: c.Name, DisplayName: c.DisplayName}, owner)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"name": made.Name, "owner": c.Owner}, "Made the organization %s.\n", made.Name)
}

// accountNamed finds an open account.
func accountNamed(ctx context.Context, tx *change.Tx, name string) (index.User, error) {
	u, found, err := tx.UserByName(ctx, name)
	if err == nil && (!found || !u.ClosedAt.IsZero()) {
		err = fmt.Errorf("there is no user %q", name)
	}
	return u, err
}

// organizationNamed finds an organization.
func organizationNamed(ctx context.Context, tx *change.Tx, name string) (index.Organization, error) {
	g, found, err := tx.Organization(ctx, name)
	if err == nil && !found {
		err = fmt.Errorf("there is no organization %q", name)
	}
	return g, err
}

// inOrganization runs fn with an organization held.
func inOrganization(ctx context.Context, o *Operator, name string, fn func(tx *change.Tx, g index.Organization) error) error {
	return o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		g, err := organizationNamed(ctx, tx, name)
		if err != nil {
			return err
		}
		g, found, err := tx.LockOrganization(ctx, g.ID)
		if err == nil && !found {
			err = fmt.Errorf("the organization %q was deleted just now", name)
		}
		if err != nil {
			return err
		}
		return fn(tx, g)
	})
}

// OrganizationList lists organizations with who is in them.
type OrganizationList struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *OrganizationList) Run(ctx context.Context, o *Operator) error {
	all, err := o.DB.Organizations(ctx)
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, g := range all {
		members, err := o.DB.Members(ctx, g.ID)
		if err != nil {
			return err
		}
		people := map[string]index.RoleName{}
		for _, m := range members {
			people[m.Username] = m.Role
		}
		projects, err := o.DB.ProjectsOfOrganization(ctx, g.ID)
		if err != nil {
			return err
		}
		names := []string{}
		for _, p := range projects {
			names = append(names, p.Name)
		}
		rows = append(rows, map[string]any{"name": g.Name, "display_name": g.DisplayName, "created": g.CreatedAt, "members": people, "projects": names})
		fmt.Fprintf(&text, "%s\t%d members\t%d projects\n", g.Name, len(people), len(names))
	}
	return o.say(c.JSON, rows, "%s", text.String())
}

// OrganizationMember changes what somebody is in an organization.
type OrganizationMember struct {
	Name string `arg:"" help:"The organization."`
	User string `arg:"" help:"The user."`
	Role string `arg:"" enum:"Owner,Manager,Member,none" help:"Owner, Manager, Member or none."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *OrganizationMember) Run(ctx context.Context, o *Operator) error {
	err := inOrganization(ctx, o, c.Name, func(tx *change.Tx, g index.Organization) error {
		if c.Role == "none" {
			return maintain.DropMember(ctx, tx, g, c.User)
		}
		user, err := accountNamed(ctx, tx, c.User)
		if err != nil {
			return err
		}
		return maintain.PutMember(ctx, tx, g, user, index.RoleName(c.Role))
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"organization": c.Name, "user": c.User, "role": c.Role}, "%s: %s is %s.\n", c.Name, c.User, c.Role)
}

// OrganizationDelete removes an organization.
type OrganizationDelete struct {
	Name     string `arg:"" help:"The organization."`
	Projects bool   `help:"Delete it although it has projects. They stay; those that nobody owns then are listed by 'project list --ownerless'."`
	JSON     bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *OrganizationDelete) Run(ctx context.Context, o *Operator) error {
	var ownerless []string
	remove := func() error {
		return inOrganization(ctx, o, c.Name, func(tx *change.Tx, g index.Organization) error { return maintain.RemoveOrganization(ctx, tx, g) })
	}
	if c.Projects {
		remove = func() (err error) { ownerless, err = dissolve(ctx, o, c.Name); return err }
	}
	if err := remove(); err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"deleted": c.Name, "ownerless": append([]string{}, ownerless...)}, "Deleted the organization %s.\n%s", c.Name, sayOwnerless(ownerless))
}

// dissolve is not done in a transaction that holds the organization: the names of
// its projects are held before it.
func dissolve(ctx context.Context, o *Operator, name string) (ownerless []string, err error) {
	err = o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		g, err := organizationNamed(ctx, tx, name)
		if err != nil {
			return err
		}
		ownerless, err = maintain.Dissolve(ctx, tx, g)
		return err
	})
	return ownerless, err
}

// sayOwnerless tells an operator which projects need an owner now.
func sayOwnerless(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "Nobody owns these now: " + strings.Join(names, ", ") + ". Give each an owner, for example with 'admin role set'.\n"
}
