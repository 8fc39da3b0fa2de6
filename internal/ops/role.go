package ops

import (
	"context"
	"fmt"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// RoleCommand groups the commands on roles.
type RoleCommand struct {
	Set    RoleSet    `cmd:"" help:"Give a role. Example: strongroom admin role set --project demo --user bob Reader"`
	Remove RoleRemove `cmd:"" help:"Take a person's own role away; roles by teams and organizations stay."`
	List   RoleList   `cmd:"" help:"List the roles that people have themselves."`
}

// holder is the flags that name whose role it is.
type holder struct {
	Project string `required:"" help:"The project."`
	User    string `required:"" help:"The user."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// RoleSet gives a role.
type RoleSet struct {
	holder
	Role string `arg:"" enum:"Owner,Maintainer,Reader" help:"Owner, Maintainer or Reader."`
}

// Run implements Command.
func (c *RoleSet) Run(ctx context.Context, o *Operator) error {
	err := inProject(ctx, o, c.Project, func(tx *change.Tx, p index.Project) error {
		user, err := accountNamed(ctx, tx, c.User)
		if err != nil {
			return err
		}
		return maintain.PutRole(ctx, tx, p, user, index.RoleName(c.Role))
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"user": c.User, "project": c.Project, "role": c.Role}, "%s is %s of %s.\n", c.User, c.Role, c.Project)
}

// RoleRemove takes a role away.
type RoleRemove struct{ holder }

// Run implements Command.
func (c *RoleRemove) Run(ctx context.Context, o *Operator) error {
	err := inProject(ctx, o, c.Project, func(tx *change.Tx, p index.Project) error { return maintain.DropRole(ctx, tx, p, c.User) })
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"user": c.User, "project": c.Project, "role": nil}, "%s has no role of their own in %s any more.\n", c.User, c.Project)
}

// RoleList lists roles.
type RoleList struct {
	Project string `required:"" help:"The project."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *RoleList) Run(ctx context.Context, o *Operator) error {
	p, err := projectNamed(ctx, o.DB.Q, c.Project)
	if err != nil {
		return err
	}
	roles, err := o.DB.RolesOf(ctx, p.ID)
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, r := range roles {
		rows = append(rows, map[string]any{"role": r.Role, "user": r.Username})
		fmt.Fprintf(&text, "%s\t%s\n", r.Role, r.Username)
	}
	return o.say(c.JSON, rows, "%s", text.String())
}
