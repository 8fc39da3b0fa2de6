package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/standing"
)

// AssignName gives the name of a deleted project to somebody: another project of
// that name, without a release (SD-17). The versions and filenames that the name
// ever had stay used. What the old project was stays in its rows, and only
// administrators can bring it back, into quarantine; nobody keeps a role in it.
// The new project is private where new ones are.
func AssignName(ctx context.Context, tx *change.Tx, name string, owner index.User, private bool) (p index.Project, err error) {
	row, found, err := tx.LockName(ctx, name)
	if err != nil {
		return p, err
	}
	if !found {
		return p, index.Refuse(index.CodeNotFound, "Nobody ever had the name %q; whoever uploads to it first gets it.", name)
	}
	if row.State == index.NameProhibited || row.State == index.NameReserved {
		return p, index.Refuse(index.CodeNameProhibited, "The name %q is %s; allow it first.", name, row.State)
	}
	display, err := vacate(ctx, tx, row)
	if err != nil {
		return p, err
	}
	p = index.Project{UID: access.NewUID(), Name: name, DisplayName: display, Private: private, CreatedAt: tx.Now}
	if p.ID, err = tx.InsertProject(ctx, p, owner.ID); err != nil {
		return p, err
	}
	row.State, row.ProjectID, row.Identity = index.NameActive, p.ID, row.Identity+1
	if err := tx.UpdateName(ctx, row); err != nil {
		return p, err
	}
	tx.Journal(name, "", "create")
	tx.Event(index.Event{Action: index.EventNameAssign, Object: "name:" + name, After: owner.Username})
	tx.Event(index.Event{Action: index.EventProjectCreate, Object: "project:" + name, After: display})
	if err := rewriteDocs(tx); err != nil {
		return p, err
	}
	return p, addRole(ctx, tx, p, owner, index.Owner)
}

// vacate takes a name from the project that holds it, which must be withdrawn,
// and returns how the name is written.
func vacate(ctx context.Context, tx *change.Tx, row index.Name) (display string, err error) {
	if row.ProjectID == 0 {
		return row.Name, nil
	}
	p, _, err := tx.ProjectByID(ctx, row.ProjectID)
	if err != nil {
		return "", err
	}
	_, deleted := p.Standing.Get(index.Deleted)
	_, removed := p.Standing.Get(index.Removed)
	if !deleted && !removed {
		return "", index.Refuse(index.CodeInvalidForm, "The project %s is there. Delete it before its name goes to somebody else, or change its roles.", p.DisplayName)
	}
	s := standing.Subject{Level: index.OnProject, ID: p.ID, ProjectID: p.ID, Name: p.Name}
	if err := tellPeople(ctx, tx, s, notify.OwnershipTransferred, notify.Data{}, false); err != nil {
		return "", err
	}
	people, err := tx.ProjectPeople(ctx, p.ID)
	if err != nil {
		return "", err
	}
	for _, one := range people {
		tx.Event(index.Event{Action: index.EventRoleRemove, Object: "project:" + p.Name, Before: string(one.Role) + " " + one.Username})
	}
	return p.DisplayName, tx.DropGrants(ctx, p.ID)
}
