package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// ProjectRoles lists the roles that can be given in a project.
func ProjectRoles() []index.RoleName {
	return []index.RoleName{index.Owner, index.Maintainer, index.Reader}
}

func checkRole(role index.RoleName, known []index.RoleName) error {
	for _, r := range known {
		if r == role {
			return nil
		}
	}
	return bad("There is no role %q here.", role)
}

// ChangeRole changes what somebody was given in a project (not what comes from
// a team or an organization).
func (a *Actions) ChangeRole(ctx context.Context, v *access.Visitor, project index.Project, username string, role index.RoleName) error {
	return a.inProject(ctx, v, access.ManageRoles, project, func(tx *change.Tx, v *access.Visitor, p index.Project) error {
		if err := checkRole(role, ProjectRoles()); err != nil {
			return err
		}
		if err := notHeld(tx, v.User); err != nil {
			return err
		}
		user, old, err := collaborator(ctx, tx, p, username)
		if err != nil || old == role {
			return err
		}
		return changeRole(ctx, tx, p, user, old, role)
	})
}

func changeRole(ctx context.Context, tx *change.Tx, p index.Project, user index.User, old, role index.RoleName) error {
	if err := ownerStays(ctx, tx, p, user.ID, old); err != nil {
		return err
	}
	if err := tx.SetRole(ctx, p.ID, user.ID, role); err != nil {
		return err
	}
	if old == index.Owner {
		if err := tx.RevokeInvitationsBy(ctx, user.ID, p.ID, 0); err != nil {
			return err
		}
	}
	tx.Event(index.Event{Action: index.EventRoleChange, Object: "project:" + p.Name, Before: string(old) + " " + user.Username, After: string(role) + " " + user.Username})
	journalRole(tx, p, old, role, user)
	d := notify.Data{Project: p.DisplayName, Role: string(role), OldRole: string(old), Other: user.Username}
	if err := tell(ctx, tx, user.ID, notify.RoleChangedAsCollaborator, d); err != nil {
		return err
	}
	return tellOwners(ctx, tx, p.ID, user.ID, notify.CollaboratorRoleChanged, d)
}

// PutRole gives somebody a role in a project, or changes the one they were
// given, without asking anybody. The caller must hold the project.
func PutRole(ctx context.Context, tx *change.Tx, p index.Project, user index.User, role index.RoleName) error {
	if err := checkRole(role, ProjectRoles()); err != nil {
		return err
	}
	old, err := tx.DirectRole(ctx, p.ID, user.ID)
	switch {
	case err != nil || old == role:
		return err
	case old == "":
		return addRole(ctx, tx, p, user, role)
	}
	return changeRole(ctx, tx, p, user, old, role)
}

// DropRole takes away what somebody was given in a project without asking
// anybody. The caller must hold the project.
func DropRole(ctx context.Context, tx *change.Tx, p index.Project, username string) error {
	user, old, err := collaborator(ctx, tx, p, username)
	if err != nil {
		return err
	}
	return removeRole(ctx, tx, p, user, old)
}

// RemoveRole takes away what somebody was given in a project.
func (a *Actions) RemoveRole(ctx context.Context, v *access.Visitor, project index.Project, username string) error {
	return a.inProject(ctx, v, access.ManageRoles, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		user, old, err := collaborator(ctx, tx, p, username)
		if err != nil {
			return err
		}
		return removeRole(ctx, tx, p, user, old)
	})
}

// LeaveProject gives up what the visitor was given in a project.
func (a *Actions) LeaveProject(ctx context.Context, v *access.Visitor, project index.Project) error {
	return a.inProject(ctx, v, access.LeaveProject, project, func(tx *change.Tx, v *access.Visitor, p index.Project) error {
		old, err := tx.DirectRole(ctx, p.ID, v.User.ID)
		if err != nil {
			return err
		}
		if old == "" {
			return bad("Your role in %s comes from a team or an organization: leave that, or ask its owners.", p.DisplayName)
		}
		return removeRole(ctx, tx, p, v.User, old)
	})
}

// collaborator finds somebody who was given a role in the project.
func collaborator(ctx context.Context, tx *change.Tx, p index.Project, username string) (u index.User, role index.RoleName, err error) {
	u, found, err := tx.UserByName(ctx, username)
	if err == nil && found {
		role, err = tx.DirectRole(ctx, p.ID, u.ID)
	}
	if err == nil && role == "" {
		err = bad("The user %q was given no role in %s.", username, p.DisplayName)
	}
	return u, role, err
}

func removeRole(ctx context.Context, tx *change.Tx, p index.Project, user index.User, old index.RoleName) error {
	if err := ownerStays(ctx, tx, p, user.ID, old); err != nil {
		return err
	}
	if _, err := tx.RemoveRole(ctx, p.ID, user.ID); err != nil {
		return err
	}
	if err := tx.RevokeInvitationsBy(ctx, user.ID, p.ID, 0); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventRoleRemove, Object: "project:" + p.Name, Before: string(old) + " " + user.Username})
	journalRole(tx, p, old, "", user)
	d := notify.Data{Project: p.DisplayName, Role: string(old), Other: user.Username}
	if err := tell(ctx, tx, user.ID, notify.RemovedAsCollaborator, d); err != nil {
		return err
	}
	return tellOwners(ctx, tx, p.ID, user.ID, notify.CollaboratorRemoved, d)
}

// ownerStays refuses what would leave a project without owner: an organization
// counts as one, since only administrators can leave it without (SD-24).
func ownerStays(ctx context.Context, tx *change.Tx, p index.Project, leaving int64, role index.RoleName) error {
	if role != index.Owner {
		return nil
	}
	if _, owned, err := tx.OrganizationOf(ctx, p.ID); err != nil || owned {
		return err
	}
	roles, err := tx.RolesOf(ctx, p.ID)
	for _, r := range roles {
		if r.Role == index.Owner && r.UserID != leaving {
			return nil
		}
	}
	if err != nil {
		return err
	}
	return index.Refuse(index.CodeLastOwner, "%s would have no owner. Make somebody else owner first.", p.DisplayName)
}

// addRole gives a role to a person, unless the person was given one that is as
// strong, and tells everybody whom it concerns.
func addRole(ctx context.Context, tx *change.Tx, p index.Project, user index.User, role index.RoleName) error {
	old, err := tx.DirectRole(ctx, p.ID, user.ID)
	if err != nil || !role.Stronger(old) {
		return err
	}
	if err := tx.SetRole(ctx, p.ID, user.ID, role); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventRoleAdd, Object: "project:" + p.Name, Before: string(old), After: string(role) + " " + user.Username})
	journalRole(tx, p, old, role, user)
	d := notify.Data{Project: p.DisplayName, Role: string(role), Other: user.Username}
	if err := tell(ctx, tx, user.ID, notify.AddedAsCollaborator, d); err != nil {
		return err
	}
	return tellOwners(ctx, tx, p.ID, user.ID, notify.CollaboratorAdded, d)
}

// journalRole tells mirrors what the JSON API shows of a role. Readers
// are shown to nobody.
func journalRole(tx *change.Tx, p index.Project, old, role index.RoleName, user index.User) {
	shown, shows := old != "" && old != index.Reader, role != "" && role != index.Reader
	switch {
	case shown && shows:
		tx.Journal(p.Name, "", "change "+string(old)+" "+user.Username+" to "+string(role))
	case shows:
		tx.Journal(p.Name, "", "add "+string(role)+" "+user.Username)
	case shown:
		tx.Journal(p.Name, "", "remove "+string(old)+" "+user.Username)
	}
}
