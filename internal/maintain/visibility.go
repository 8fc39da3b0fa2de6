package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// SetVisibility makes a project readable with a role only, or public again.
func (a *Actions) SetVisibility(ctx context.Context, v *access.Visitor, project index.Project, private bool) error {
	return a.inProject(ctx, v, access.ChangeProject, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		return MakePrivate(ctx, tx, p, private)
	})
}

// MakePrivate makes a project private or public. The caller must hold its name.
func MakePrivate(ctx context.Context, tx *change.Tx, p index.Project, private bool) error {
	if p.Private == private {
		return nil
	}
	words := map[bool]string{false: "public", true: "private"}
	tx.Event(index.Event{Action: index.EventVisibility, Object: "project:" + p.Name, Before: words[p.Private], After: words[private]})
	tx.Journal(p.Name, "", "make "+words[private])
	if _, err := tx.SetPrivate(ctx, p.ID, private); err != nil {
		return err
	}
	return rewriteDocs(tx)
}

// Transfer gives a project to an organization that the visitor owns or manages.
// What teams of another organization had in it ends (T26-13); roles of persons
// stay.
func (a *Actions) Transfer(ctx context.Context, v *access.Visitor, project index.Project, organization string) error {
	return a.inProject(ctx, v, access.ChangeProject, project, func(tx *change.Tx, v *access.Visitor, p index.Project) error {
		if err := notHeld(tx, v.User); err != nil {
			return err
		}
		to, found, err := tx.Organization(ctx, organization)
		if err != nil {
			return err
		}
		if !found {
			return bad("There is no organization %q here.", organization)
		}
		if to, err = holdOrganization(ctx, tx, to); err != nil {
			return err
		}
		if err := a.Guard.MayInGroup(ctx, tx.Q, v, access.MoveProjects, to); err != nil {
			return err
		}
		if now, _, err := tx.OrganizationOf(ctx, p.ID); err != nil || now.ID == to.ID {
			return err
		}
		if _, err := a.leaveOrganization(ctx, tx, v, p); err != nil {
			return err
		}
		return arrive(ctx, tx, p, to)
	})
}

// arrive puts a project into an organization and tells who should know.
func arrive(ctx context.Context, tx *change.Tx, p index.Project, to index.Organization) error {
	if err := tx.PutInOrganization(ctx, p.ID, to.ID); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventGroupProject, Object: "project:" + p.Name, After: to.Name})
	tx.Event(index.Event{Action: index.EventGroupProjectAdd, Object: groupObject(to), After: p.Name})
	tx.Journal(p.Name, "", "add organization "+to.Name)
	d := notify.Data{Project: p.DisplayName, Organization: to.Name}
	if err := tellLeaders(ctx, tx, to, 0, notify.OrganizationProjectAdded, d); err != nil {
		return err
	}
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.OwnershipTransferred, ProjectID: p.ID, Data: d})
}

// leaveOrganization takes a project out of the organization that has it, if one
// has: only that organization's owners may, or a Manager could keep for himself
// what is everybody's.
func (a *Actions) leaveOrganization(ctx context.Context, tx *change.Tx, v *access.Visitor, p index.Project) (from index.Organization, err error) {
	from, found, err := tx.OrganizationOf(ctx, p.ID)
	if err != nil || !found {
		return from, err
	}
	if err := a.Guard.MayInGroup(ctx, tx.Q, v, access.ManageGroup, from); err != nil {
		return from, err
	}
	return from, takeOut(ctx, tx, p, from)
}

// takeOut takes a project out of its organization and tells who should know.
func takeOut(ctx context.Context, tx *change.Tx, p index.Project, from index.Organization) error {
	if err := tx.PutInOrganization(ctx, p.ID, 0); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventGroupLeft, Object: "project:" + p.Name, Before: from.Name})
	tx.Event(index.Event{Action: index.EventGroupProjectRemove, Object: groupObject(from), Before: p.Name})
	tx.Journal(p.Name, "", "remove organization "+from.Name)
	return tellLeaders(ctx, tx, from, 0, notify.OrganizationProjectRemoved, notify.Data{Project: p.DisplayName})
}

// TakeOut takes a project out of its organization. Whoever does it becomes its
// owner, so that it has one; an administrator who was not must leave it to
// owners that it has.
func (a *Actions) TakeOut(ctx context.Context, v *access.Visitor, project index.Project) error {
	return a.inProject(ctx, v, access.ChangeProject, project, func(tx *change.Tx, v *access.Visitor, p index.Project) error {
		role, err := tx.RoleOf(ctx, p.ID, v.User.ID)
		if err != nil {
			return err
		}
		from, err := a.leaveOrganization(ctx, tx, v, p)
		if err != nil {
			return err
		}
		if from.ID == 0 {
			return bad("%s belongs to no organization.", p.DisplayName)
		}
		if role != index.Owner {
			return ownerStays(ctx, tx, p, 0, index.Owner)
		}
		if err := addRole(ctx, tx, p, v.User, index.Owner); err != nil {
			return err
		}
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.OwnershipTransferred, ProjectID: p.ID, Data: notify.Data{Project: p.DisplayName, Other: v.User.Username}})
	})
}
