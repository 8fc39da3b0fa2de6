// Package maintain is what owners do with what is theirs: who has a role in a
// project, who may read it, which organization it belongs to, and who is in
// organizations and teams as what. Every action is one change: under the lock of
// the project's name or of the organization it asks once more whether the
// visitor may, changes the rows, and queues the mails that tell about it. So of
// two people who act at once, the second acts on what the first left (P29).
//
// The functions that take a *change.Tx and no visitor are the same acts for
// operators; they ask nobody.
package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/ratelimit"
)

// Actions are what visitors do. All fields but Deletions must be set.
type Actions struct {
	Recorder *change.Recorder
	Guard    *access.Guard
	Limiter  *ratelimit.Limiter

	// Deletions is what the operator set about deletion; the zero value lets
	// owners delete, and nobody but administrators restore.
	Deletions DeletionPolicy

	condition Condition // nil for none
}

// gone is the refusal for a place that is not there any more.
func gone(name string) error {
	return index.Refuse(index.CodeNotFound, "%s is not here any more.", name)
}

// bad is the refusal of a form's field.
func bad(format string, args ...any) error {
	return index.Refuse(index.CodeGroupField, format, args...)
}

// do runs fn as the visitor, with the account as it is at the time of the change:
// it cannot be closed meanwhile.
func (a *Actions) do(ctx context.Context, v *access.Visitor, fn func(tx *change.Tx, v *access.Visitor) error) error {
	return a.Recorder.Do(ctx, v.Actor(), func(tx *change.Tx) error {
		user, found, err := tx.LockUser(ctx, v.User.ID)
		if err != nil {
			return err
		}
		if !found || !user.ClosedAt.IsZero() {
			return gone("Your account")
		}
		now := *v
		now.User = user
		return fn(tx, &now)
	})
}

// inProject runs fn with the project's name held, if the visitor has the right
// in the project then, and administrators did not withdraw or lock it (SN-2).
func (a *Actions) inProject(ctx context.Context, v *access.Visitor, right access.Right, project index.Project, fn func(tx *change.Tx, v *access.Visitor, p index.Project) error) error {
	return a.do(ctx, v, func(tx *change.Tx, v *access.Visitor) error {
		p, err := HoldProject(ctx, tx, project)
		if err != nil {
			return err
		}
		if err := a.Guard.May(ctx, tx.Q, v, right, p); err != nil {
			return err
		}
		if right != access.LeaveProject && right != access.DeleteThings { // who deletes hears of it in another way (SD-4)
			if err := ownersMayIn(p); err != nil {
				return err
			}
		}
		if err := a.condition.ask(ctx, tx.Q); err != nil {
			return err
		}
		return fn(tx, v, p)
	})
}

// inOrganization is inProject for an organization.
func (a *Actions) inOrganization(ctx context.Context, v *access.Visitor, right access.Right, o index.Organization, fn func(tx *change.Tx, v *access.Visitor, o index.Organization) error) error {
	return a.do(ctx, v, func(tx *change.Tx, v *access.Visitor) error {
		o, err := holdOrganization(ctx, tx, o)
		if err != nil {
			return err
		}
		if err := a.Guard.MayInGroup(ctx, tx.Q, v, right, o); err != nil {
			return err
		}
		if err := a.condition.ask(ctx, tx.Q); err != nil {
			return err
		}
		return fn(tx, v, o)
	})
}

// HoldProject locks the name of a project until the change ends, and returns the
// project as it is then.
func HoldProject(ctx context.Context, tx *change.Tx, project index.Project) (p index.Project, err error) {
	if err := tx.HoldName(ctx, project.Name); err != nil {
		return p, err
	}
	p, found, err := tx.ProjectByID(ctx, project.ID)
	if err == nil && !found {
		err = gone("The project " + project.Name)
	}
	return p, err
}

func holdOrganization(ctx context.Context, tx *change.Tx, o index.Organization) (index.Organization, error) {
	held, found, err := tx.LockOrganization(ctx, o.ID)
	if err == nil && !found {
		err = gone("The organization " + o.Name)
	}
	return held, err
}

// notHeld refuses who may give no roles for a while (MFA-7).
func notHeld(tx *change.Tx, u index.User) error { return access.NotHeld(u, tx.Now) }

// userNamed finds an open account.
func userNamed(ctx context.Context, tx *change.Tx, name string) (index.User, error) {
	u, found, err := tx.UserByName(ctx, name)
	if err == nil && (!found || !u.ClosedAt.IsZero()) {
		err = bad("There is no user %q here.", name)
	}
	return u, err
}
