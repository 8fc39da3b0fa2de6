package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/standing"
)

// Close ends the visitor's account. What it published stays, and nobody else
// ever gets its name; its tokens are void. It is refused while projects or
// organizations would be left without an owner.
func (a *Accounts) Close(ctx context.Context, v *access.Visitor, typed string) error {
	if !strings.EqualFold(strings.TrimSpace(typed), v.User.Username) {
		return invalid("confirm_username", "Type your user name, %s, to close the account.", v.User.Username)
	}
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		if err := lockShared(ctx, tx, u); err != nil {
			return err
		}
		projects, groups, err := tx.SolelyOwned(ctx, u.ID)
		if err != nil {
			return err
		}
		if len(projects)+len(groups) > 0 {
			return invalid("confirm_username", "The account cannot be closed while it is the only owner of %s. Give them another owner, or delete them, first.", list(projects, groups))
		}
		return end(ctx, tx, u)
	})
}

// Remove is Close for operators, who need no consent. Nothing is deleted with the
// account: projects that nobody owns then are marked, and their names returned
// (SD-24).
func Remove(ctx context.Context, tx *change.Tx, u index.User) (ownerless []string, err error) {
	if err := lockShared(ctx, tx, u); err != nil {
		return nil, err
	}
	grants, err := tx.GrantsOfUser(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if err := end(ctx, tx, u); err != nil {
		return nil, err
	}
	for _, g := range grants {
		if slices.Contains(ownerless, g.Project.Name) { // there may be several ways to one project
			continue
		}
		left, err := standing.MarkOwnerless(ctx, tx, g.Project, "user "+u.Username)
		if err != nil {
			return nil, err
		}
		if left {
			ownerless = append(ownerless, g.Project.Name)
		}
	}
	return ownerless, nil
}

// end closes the account. Mirrors hear of the roles that everybody could see
//
func end(ctx context.Context, tx *change.Tx, u index.User) error {
	roles, err := tx.RolesOfUser(ctx, u.ID)
	if err != nil {
		return err
	}
	for _, r := range roles {
		tx.Event(index.Event{Action: index.EventRoleRemove, Object: "project:" + r.Project, Before: string(r.Role) + " " + u.Username})
		if r.Role != index.Reader {
			tx.Journal(r.Project, "", "remove "+string(r.Role)+" "+u.Username)
		}
	}
	note(tx, u, index.EventAccountClose, "", "")
	if err := notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.AccountClosed, UserID: u.ID}); err != nil {
		return err
	}
	return tx.CloseUser(ctx, u.ID, tx.Now)
}

// lockShared keeps everybody from leaving, or changing roles in, what the account
// has a role in at the same time: of two owners who go at once, the second finds
// that it is the last. Projects come before organizations, each in the order of
// their names, as for whoever locks several.
func lockShared(ctx context.Context, tx *change.Tx, u index.User) error {
	roles, err := tx.RolesOfUser(ctx, u.ID)
	if err != nil {
		return err
	}
	for _, r := range roles {
		if err := tx.HoldName(ctx, r.Project); err != nil {
			return err
		}
	}
	groups, err := tx.MembershipsOf(ctx, u.ID)
	if err != nil {
		return err
	}
	for _, m := range groups {
		if _, _, err := tx.LockOrganization(ctx, m.OrganizationID); err != nil {
			return err
		}
	}
	return nil
}

// list names things for a sentence.
func list(projects, groups []string) string {
	var all []string
	for _, p := range projects {
		all = append(all, fmt.Sprintf("the project %s", p))
	}
	for _, g := range groups {
		all = append(all, fmt.Sprintf("the organization %s", g))
	}
	return strings.Join(all, ", ")
}
