package ops

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"strongroom/internal/account"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// UserInvite makes an invitation. Its link goes to the address, or to the
// caller.
type UserInvite struct {
	Email        string `help:"Mail the link to this address; it counts as verified when the account is made with it."`
	Project      string `xor:"place" help:"Offer a role in this project too. Example: strongroom admin user invite --email bob@example.com --project demo --role Maintainer"`
	Organization string `xor:"place" help:"Offer to join this organization too."`
	Role         string `enum:"member,administrator,Owner,Maintainer,Reader,Manager,Member" default:"member" help:"member, or administrator of the index; with --project Owner, Maintainer or Reader; with --organization Owner, Manager or Member."`
	JSON         bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *UserInvite) Run(ctx context.Context, o *Operator) error {
	if c.Project+c.Organization != "" {
		return c.offer(ctx, o)
	}
	if c.Role != "member" && c.Role != "administrator" {
		return fmt.Errorf("%s is a role in a project or an organization; say which with --project or --organization", c.Role)
	}
	link, err := o.Accounts.Invite(ctx, index.Operator(), c.Email, c.Role == "administrator")
	if err != nil {
		return err
	}
	life := fmt.Sprintf("%d days", int(account.InvitationTime.Hours()/24))
	if c.Email != "" {
		return o.say(c.JSON, map[string]any{"mailed": c.Email}, "The link is mailed to %s. It works once, for %s.\n", c.Email, life)
	}
	return o.handOver(c.JSON, "invitation", link, "Whoever has it makes an account with it: once, for "+life+".")
}

// offer offers a role to an address: who reads it makes an account with the
// link, if they have none, and then accepts or declines.
func (c *UserInvite) offer(ctx context.Context, o *Operator) (err error) {
	if c.Email == "" {
		return fmt.Errorf("a role is offered to an address; name it with --email")
	}
	role := index.RoleName(c.Role)
	if c.Project != "" {
		err = inProject(ctx, o, c.Project, func(tx *change.Tx, p index.Project) error {
			return maintain.OfferRole(ctx, tx, p, c.Email, role)
		})
	} else {
		err = inOrganization(ctx, o, c.Organization, func(tx *change.Tx, g index.Organization) error {
			return maintain.OfferMembership(ctx, tx, g, c.Email, role)
		})
	}
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"mailed": c.Email, "role": role}, "Offered %s to %s by mail, for %d days.\n", role, c.Email, int(maintain.InvitationTime.Hours()/24))
}

// UserReset gives somebody a way back who lost the second factor (MFA-7).
type UserReset struct {
	Name     string `arg:"" help:"User name."`
	Password bool   `help:"End the password too, and make a link to choose a new one."`
	JSON     bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *UserReset) Run(ctx context.Context, o *Operator) error {
	link, err := o.Accounts.AdminReset(ctx, index.Operator(), c.Name, c.Password)
	if err != nil {
		return err
	}
	if link == "" {
		return o.say(c.JSON, map[string]any{"reset": c.Name}, "Removed the second factors of %s and signed out all browsers.\n", c.Name)
	}
	return o.handOver(c.JSON, "password-link", link, "It chooses a new password for "+c.Name+": once, for 6 hours.")
}

// handOver gives the caller a secret: on a terminal it is shown, else it goes to
// a file in the data folder that only its owner can read.
func (o *Operator) handOver(asJSON bool, name, secret, note string) error {
	if o.Width > 0 {
		return o.say(asJSON, map[string]any{name: secret}, "%s\n%s\n", secret, note)
	}
	path := filepath.Join(o.Data, name)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := writeFile(path, []byte(secret+"\n")); err != nil {
		return err
	}
	return o.say(asJSON, map[string]any{"file": path}, "The link is in %s. %s\n", path, note)
}
