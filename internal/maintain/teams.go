package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// teamObject is how the audit log names a team.
func teamObject(t index.Team) string { return "team:" + t.UID }

// CreateTeam makes a team of an organization.
func (a *Actions) CreateTeam(ctx context.Context, v *access.Visitor, o index.Organization, name string) (t index.Team, err error) {
	err = a.inOrganization(ctx, v, access.ManageTeams, o, func(tx *change.Tx, _ *access.Visitor, o index.Organization) error {
		t, err = NewTeam(ctx, tx, o, name)
		return err
	})
	return t, err
}

// NewTeam makes a team. The caller must hold the organization.
func NewTeam(ctx context.Context, tx *change.Tx, o index.Organization, name string) (index.Team, error) {
	t := index.Team{UID: access.NewUID(), OrganizationID: o.ID, Name: name, CreatedAt: tx.Now}
	err := checkName("a team", name)
	if err != nil {
		return t, err
	}
	if t.ID, err = tx.InsertTeam(ctx, t); database.IsUnique(err) {
		return t, bad("%s has a team %q already.", o.Name, name)
	}
	if err != nil {
		return t, err
	}
	tx.Event(index.Event{Action: index.EventTeamCreate, Object: teamObject(t), After: o.Name + "/" + name})
	return t, tellLeaders(ctx, tx, o, 0, notify.TeamCreated, notify.Data{Team: name})
}

// inTeam is inOrganization with one of its teams.
func (a *Actions) inTeam(ctx context.Context, v *access.Visitor, o index.Organization, name string, fn func(tx *change.Tx, v *access.Visitor, o index.Organization, t index.Team) error) error {
	return a.inOrganization(ctx, v, access.ManageTeams, o, func(tx *change.Tx, v *access.Visitor, o index.Organization) error {
		t, err := TeamNamed(ctx, tx.Q, o, name)
		if err != nil {
			return err
		}
		return fn(tx, v, o, t)
	})
}

// TeamNamed finds a team of an organization, or refuses.
func TeamNamed(ctx context.Context, q database.Q, o index.Organization, name string) (index.Team, error) {
	t, found, err := q.Team(ctx, o.ID, name)
	if err == nil && !found {
		err = index.Refuse(index.CodeNotFound, "%s has no team %q.", o.Name, name)
	}
	return t, err
}

// RenameTeam gives a team another name.
func (a *Actions) RenameTeam(ctx context.Context, v *access.Visitor, o index.Organization, team, name string) error {
	return a.inTeam(ctx, v, o, team, func(tx *change.Tx, _ *access.Visitor, o index.Organization, t index.Team) error {
		if err := checkName("a team", name); err != nil || t.Name == name {
			return err
		}
		if err := tx.RenameTeam(ctx, t.ID, name); database.IsUnique(err) {
			return bad("%s has a team %q already.", o.Name, name)
		} else if err != nil {
			return err
		}
		tx.Event(index.Event{Action: index.EventTeamRename, Object: teamObject(t), Before: t.Name, After: name})
		return nil
	})
}

// DeleteTeam removes a team, and with it what it was given.
func (a *Actions) DeleteTeam(ctx context.Context, v *access.Visitor, o index.Organization, team string) error {
	return a.inTeam(ctx, v, o, team, func(tx *change.Tx, _ *access.Visitor, o index.Organization, t index.Team) error {
		tx.Event(index.Event{Action: index.EventTeamDelete, Object: teamObject(t), Before: o.Name + "/" + t.Name})
		d := notify.Data{Organization: o.Name, Team: t.Name}
		if err := tellTeam(ctx, tx, t, notify.RemovedAsTeamMember, d); err != nil {
			return err
		}
		if err := tellLeaders(ctx, tx, o, 0, notify.TeamDeleted, d); err != nil {
			return err
		}
		return tx.DeleteTeam(ctx, t.ID)
	})
}

// AddToTeam puts somebody who is in the organization into a team.
func (a *Actions) AddToTeam(ctx context.Context, v *access.Visitor, o index.Organization, team, username string) error {
	return a.inTeam(ctx, v, o, team, func(tx *change.Tx, v *access.Visitor, o index.Organization, t index.Team) error {
		if err := notHeld(tx, v.User); err != nil {
			return err
		}
		return PutInTeam(ctx, tx, o, t, username)
	})
}

// PutInTeam is AddToTeam without asking anybody. The caller must hold the
// organization.
func PutInTeam(ctx context.Context, tx *change.Tx, o index.Organization, t index.Team, username string) error {
	user, _, err := member(ctx, tx, o, username)
	if err != nil {
		return err
	}
	added, err := tx.AddToTeam(ctx, t, user.ID)
	if err != nil || !added {
		return err
	}
	tx.Event(index.Event{Action: index.EventTeamMemberAdd, Object: teamObject(t), After: user.Username})
	d := notify.Data{Organization: o.Name, Team: t.Name, Other: user.Username}
	if err := tell(ctx, tx, user.ID, notify.AddedAsTeamMember, d); err != nil {
		return err
	}
	return tellLeaders(ctx, tx, o, user.ID, notify.TeamMemberAdded, d)
}

// RemoveFromTeam takes somebody out of a team.
func (a *Actions) RemoveFromTeam(ctx context.Context, v *access.Visitor, o index.Organization, team, username string) error {
	return a.inTeam(ctx, v, o, team, func(tx *change.Tx, _ *access.Visitor, o index.Organization, t index.Team) error {
		user, found, err := tx.UserByName(ctx, username)
		if err != nil {
			return err
		}
		if !found {
			return notInTeam(username, t)
		}
		return removeFromTeam(ctx, tx, o, t, user)
	})
}

// LeaveTeam takes the visitor out of a team, and so out of what it was given.
func (a *Actions) LeaveTeam(ctx context.Context, v *access.Visitor, o index.Organization, team string) error {
	return a.inOrganization(ctx, v, access.LeaveGroup, o, func(tx *change.Tx, v *access.Visitor, o index.Organization) error {
		t, err := TeamNamed(ctx, tx.Q, o, team)
		if err != nil {
			return err
		}
		return removeFromTeam(ctx, tx, o, t, v.User)
	})
}

func notInTeam(username string, t index.Team) error {
	return bad("The user %q is not in the team %s.", username, t.Name)
}

func removeFromTeam(ctx context.Context, tx *change.Tx, o index.Organization, t index.Team, user index.User) error {
	removed, err := tx.RemoveFromTeam(ctx, t.ID, user.ID)
	if err != nil {
		return err
	}
	if !removed {
		return notInTeam(user.Username, t)
	}
	tx.Event(index.Event{Action: index.EventTeamMemberRemove, Object: teamObject(t), Before: user.Username})
	d := notify.Data{Organization: o.Name, Team: t.Name, Other: user.Username}
	if err := tell(ctx, tx, user.ID, notify.RemovedAsTeamMember, d); err != nil {
		return err
	}
	return tellLeaders(ctx, tx, o, user.ID, notify.TeamMemberRemoved, d)
}
