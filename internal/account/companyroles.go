package account

import (
	"context"
	"maps"
	"slices"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/sso"
)

// applyGrants gives what the person's groups mean now and takes back what they
// meant before. What people gave by hand has another source and is left alone.
// An organization can lose its last owner by it: the company's word counts, and
// administrators of the index can give it another.
func applyGrants(ctx context.Context, tx *change.Tx, u *index.User, source string, g sso.Grants) error {
	changed, err := tx.SetSuperuser(ctx, u.ID, source, g.Administrator)
	if err != nil {
		return err
	}
	if changed {
		u.Superuser = g.Administrator
		tx.Event(index.Event{
			Action: index.EventAdministrator, Object: object(*u), Before: yesNo(!g.Administrator), After: yesNo(g.Administrator), Reason: byGroups(source),
		})
	}
	given, err := tx.GivenRoles(ctx, u.ID, source)
	if err != nil {
		return err
	}
	wanted, err := wantedRoles(ctx, tx, g)
	if err != nil {
		return err
	}
	both := slices.Collect(maps.Keys(given))
	both = slices.AppendSeq(both, maps.Keys(wanted))
	slices.Sort(both) // in one order, so that two who sign in do not wait for each other
	for _, id := range slices.Compact(both) {
		if err := changeGiven(ctx, tx, *u, source, id, given[id], wanted[id]); err != nil {
			return err
		}
	}
	return nil
}

// byGroups is the reason that histories show.
func byGroups(source string) string { return "groups of " + source }

func yesNo(on bool) string {
	if on {
		return "administrator"
	}
	return "no administrator"
}

// wantedRoles finds the organizations that the groups name. One that is not there
// gives nothing: it is made by people.
func wantedRoles(ctx context.Context, tx *change.Tx, g sso.Grants) (map[int64]index.RoleName, error) {
	out := map[int64]index.RoleName{}
	for name, role := range g.Organizations {
		o, found, err := tx.Organization(ctx, name)
		if err != nil {
			return nil, err
		}
		if found {
			out[o.ID] = role
		}
	}
	return out, nil
}

// changeGiven makes one role in an organization what it should be.
func changeGiven(ctx context.Context, tx *change.Tx, u index.User, source string, id int64, old, role index.RoleName) error {
	if old == role {
		return nil
	}
	o, found, err := tx.LockOrganization(ctx, id)
	if err != nil || !found {
		return err
	}
	d := notify.Data{Organization: o.Name, Role: string(role), OldRole: string(old), Other: u.Username}
	if role == "" {
		return takeRole(ctx, tx, u, source, o, old, d)
	}
	changed, err := tx.GiveRole(ctx, id, u.ID, role, source, tx.Now)
	if err != nil || !changed { // somebody else gave a role by hand
		return err
	}
	action, before, kind := index.EventMemberAdd, "", notify.AddedAsMember
	if old != "" {
		action, before, kind = index.EventMemberChange, string(old)+" "+u.Username, notify.RoleChangedAsMember
	}
	tx.Event(index.Event{Action: action, Object: "organization:" + o.UID, Before: before, After: string(role) + " " + u.Username, Reason: byGroups(source)})
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: kind, UserID: u.ID, Data: d})
}

func takeRole(ctx context.Context, tx *change.Tx, u index.User, source string, o index.Organization, old index.RoleName, d notify.Data) error {
	taken, err := tx.TakeRole(ctx, o.ID, u.ID, source)
	if err != nil || !taken {
		return err
	}
	if err := tx.RevokeInvitationsBy(ctx, u.ID, 0, o.ID); err != nil {
		return err
	}
	d.Role = string(old)
	tx.Event(index.Event{Action: index.EventMemberRemove, Object: "organization:" + o.UID, Before: string(old) + " " + u.Username, Reason: byGroups(source)})
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.RemovedAsMember, UserID: u.ID, Data: d})
}
