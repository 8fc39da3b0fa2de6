package ops

import (
	"context"
	"fmt"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
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

func (h holder) find(ctx context.Context, q database.Q) (p index.Project, u index.User, err error) {
	if p, err = projectNamed(ctx, q, h.Project); err != nil {
		return p, u, err
	}
	u, found, err := q.UserByName(ctx, h.User)
	if err == nil && !found {
		err = fmt.Errorf("there is no user %q", h.User)
	}
	return p, u, err
}

// RoleSet gives a role.
type RoleSet struct {
	holder
	Role string `arg:"" enum:"Owner,Maintainer,Reader" help:"Owner, Maintainer or Reader."`
}

// Run implements Command.
func (c *RoleSet) Run(ctx context.Context, o *Operator) error {
	role := index.RoleName(c.Role)
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		p, u, err := c.find(ctx, tx.Q)
		if err != nil {
			return err
		}
		before, err := tx.DirectRole(ctx, p.ID, u.ID)
		if err != nil || before == role {
			return err
		}
		if before == index.Owner {
			if err := anotherOwner(ctx, tx.Q, p, u); err != nil {
				return err
			}
		}
		action, verb := index.EventRoleAdd, "add "
		if before != "" {
			action, verb = index.EventRoleChange, "change "
		}
		noteRole(tx, p, verb, role, u)
		tx.Event(index.Event{Action: action, Object: "project:" + p.Name, Before: roleText(before, u), After: roleText(role, u)})
		return tx.SetRole(ctx, p.ID, u.ID, role)
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
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		p, u, err := c.find(ctx, tx.Q)
		if err != nil {
			return err
		}
		role, err := tx.DirectRole(ctx, p.ID, u.ID)
		switch {
		case err == nil && role == "":
			err = fmt.Errorf("%s has no role of their own in %s", u.Username, p.Name)
		case err == nil && role == index.Owner:
			err = anotherOwner(ctx, tx.Q, p, u)
		}
		if err != nil {
			return err
		}
		noteRole(tx, p, "remove ", role, u)
		tx.Event(index.Event{Action: index.EventRoleRemove, Object: "project:" + p.Name, Before: roleText(role, u)})
		_, err = tx.RemoveRole(ctx, p.ID, u.ID)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"user": c.User, "project": c.Project, "role": nil}, "%s has no role of their own in %s any more.\n", c.User, c.Project)
}

// noteRole puts a role that everybody sees into the journal. Who reads a private
// project is nobody's business.
func noteRole(tx *change.Tx, p index.Project, verb string, role index.RoleName, u index.User) {
	if role == index.Reader {
		tx.Touch(p.Name)
		return
	}
	tx.Journal(p.Name, "", verb+roleText(role, u))
}

func roleText(role index.RoleName, u index.User) string {
	if role == "" {
		return ""
	}
	return string(role) + " " + u.Username
}

// anotherOwner refuses to leave a project without any Owner.
func anotherOwner(ctx context.Context, q database.Q, p index.Project, u index.User) error {
	roles, err := q.RolesOf(ctx, p.ID)
	for _, r := range roles {
		if r.Role == index.Owner && r.UserID != u.ID {
			return err
		}
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s is the only Owner of %s; make somebody else Owner first", u.Username, p.Name)
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
