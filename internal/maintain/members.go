package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// ChangeMember changes what somebody is in an organization.
func (a *Actions) ChangeMember(ctx context.Context, v *access.Visitor, o index.Organization, username string, role index.RoleName) error {
	return a.inOrganization(ctx, v, access.ManagePeople, o, func(tx *change.Tx, v *access.Visitor, o index.Organization) error {
		if err := checkRole(role, OrganizationRoles()); err != nil {
			return err
		}
		if err := notHeld(tx, v.User); err != nil {
			return err
		}
		user, old, err := member(ctx, tx, o, username)
		if err != nil || old == role {
			return err
		}
		if err := leaderStays(ctx, tx, o, user.ID, old); err != nil {
			return err
		}
		return changeMember(ctx, tx, o, user, old, role)
	})
}

func changeMember(ctx context.Context, tx *change.Tx, o index.Organization, user index.User, old, role index.RoleName) error {
	if err := tx.SetMember(ctx, index.Member{OrganizationID: o.ID, UserID: user.ID, Role: role}, tx.Now.UnixMicro()); err != nil {
		return err
	}
	if old == index.OrganizationOwner {
		if err := tx.RevokeInvitationsBy(ctx, user.ID, 0, o.ID); err != nil {
			return err
		}
	}
	tx.Event(index.Event{Action: index.EventMemberChange, Object: groupObject(o), Before: string(old) + " " + user.Username, After: string(role) + " " + user.Username})
	d := notify.Data{Organization: o.Name, Role: string(role), OldRole: string(old), Other: user.Username}
	if err := tell(ctx, tx, user.ID, notify.RoleChangedAsMember, d); err != nil {
		return err
	}
	return tellLeaders(ctx, tx, o, user.ID, notify.OrganizationMemberRoleChanged, d)
}

// RemoveMember takes somebody out of an organization, and so out of its teams.
func (a *Actions) RemoveMember(ctx context.Context, v *access.Visitor, o index.Organization, username string) error {
	return a.inOrganization(ctx, v, access.ManagePeople, o, func(tx *change.Tx, _ *access.Visitor, o index.Organization) error {
		user, role, err := member(ctx, tx, o, username)
		if err != nil {
			return err
		}
		return removeMember(ctx, tx, o, user, role)
	})
}

// LeaveOrganization takes the visitor out of an organization.
func (a *Actions) LeaveOrganization(ctx context.Context, v *access.Visitor, o index.Organization) error {
	return a.inOrganization(ctx, v, access.LeaveGroup, o, func(tx *change.Tx, v *access.Visitor, o index.Organization) error {
		role, err := tx.OrganizationRole(ctx, o.ID, v.User.ID)
		if err != nil {
			return err
		}
		return removeMember(ctx, tx, o, v.User, role)
	})
}

// PutMember puts somebody into an organization, or changes the role there,
// without asking anybody. The caller must hold the organization.
func PutMember(ctx context.Context, tx *change.Tx, o index.Organization, user index.User, role index.RoleName) error {
	if err := checkRole(role, OrganizationRoles()); err != nil {
		return err
	}
	old, err := tx.OrganizationRole(ctx, o.ID, user.ID)
	switch {
	case err != nil || old == role:
		return err
	case old == "":
		return addMember(ctx, tx, o, user, role)
	}
	if err := leaderStays(ctx, tx, o, user.ID, old); err != nil {
		return err
	}
	return changeMember(ctx, tx, o, user, old, role)
}

// DropMember takes somebody out of an organization without asking anybody. The
// caller must hold the organization.
func DropMember(ctx context.Context, tx *change.Tx, o index.Organization, username string) error {
	user, role, err := member(ctx, tx, o, username)
	if err != nil {
		return err
	}
	return removeMember(ctx, tx, o, user, role)
}

// member finds somebody who is in the organization.
func member(ctx context.Context, tx *change.Tx, o index.Organization, username string) (u index.User, role index.RoleName, err error) {
	u, found, err := tx.UserByName(ctx, username)
	if err == nil && found {
		role, err = tx.OrganizationRole(ctx, o.ID, u.ID)
	}
	if err == nil && role == "" {
		err = bad("The user %q is not in %s.", username, o.Name)
	}
	return u, role, err
}

// addMember lets somebody in. Who is in already stays what they are.
func addMember(ctx context.Context, tx *change.Tx, o index.Organization, user index.User, role index.RoleName) error {
	old, err := tx.OrganizationRole(ctx, o.ID, user.ID)
	if err != nil || old != "" {
		return err
	}
	if err := tx.SetMember(ctx, index.Member{OrganizationID: o.ID, UserID: user.ID, Role: role}, tx.Now.UnixMicro()); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventMemberAdd, Object: groupObject(o), After: string(role) + " " + user.Username})
	d := notify.Data{Organization: o.Name, Role: string(role), Other: user.Username}
	if err := tell(ctx, tx, user.ID, notify.AddedAsMember, d); err != nil {
		return err
	}
	return tellLeaders(ctx, tx, o, user.ID, notify.OrganizationMemberAdded, d)
}

func removeMember(ctx context.Context, tx *change.Tx, o index.Organization, user index.User, role index.RoleName) error {
	if err := leaderStays(ctx, tx, o, user.ID, role); err != nil {
		return err
	}
	if _, err := tx.RemoveMember(ctx, o.ID, user.ID); err != nil {
		return err
	}
	if err := tx.RevokeInvitationsBy(ctx, user.ID, 0, o.ID); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventMemberRemove, Object: groupObject(o), Before: string(role) + " " + user.Username})
	d := notify.Data{Organization: o.Name, Role: string(role), Other: user.Username}
	if err := tell(ctx, tx, user.ID, notify.RemovedAsMember, d); err != nil {
		return err
	}
	return tellLeaders(ctx, tx, o, user.ID, notify.OrganizationMemberRemoved, d)
}

// leaderStays refuses what would leave an organization without owner.
func leaderStays(ctx context.Context, tx *change.Tx, o index.Organization, leaving int64, role index.RoleName) error {
	if role != index.OrganizationOwner {
		return nil
	}
	members, err := tx.Members(ctx, o.ID)
	for _, m := range members {
		if m.Role == index.OrganizationOwner && m.UserID != leaving {
			return nil
		}
	}
	if err != nil {
		return err
	}
	return index.Refuse(index.CodeLastOwner, "%s would have no owner. Make somebody else owner first.", o.Name)
}
