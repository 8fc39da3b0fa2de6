package maintain

import (
	"context"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// tellOwners sends a notice to everybody who owns a project for any reason, but
// not to the user except.
func tellOwners(ctx context.Context, tx *change.Tx, projectID, except int64, kind notify.Kind, d notify.Data) error {
	grants, err := tx.GrantsOf(ctx, projectID)
	if err != nil {
		return err
	}
	told := map[int64]bool{except: true}
	for _, g := range grants {
		if g.Role != index.Owner || told[g.UserID] {
			continue
		}
		told[g.UserID] = true
		if err := tell(ctx, tx, g.UserID, kind, d); err != nil {
			return err
		}
	}
	return nil
}

// tellLeaders sends a notice to an organization's owners, but not to the user
// except; tellMembers to all who are in it.
func tellLeaders(ctx context.Context, tx *change.Tx, o index.Organization, except int64, kind notify.Kind, d notify.Data) error {
	return tellIn(ctx, tx, o, kind, d, func(m index.Member) bool { return m.Role == index.OrganizationOwner && m.UserID != except })
}

func tellMembers(ctx context.Context, tx *change.Tx, o index.Organization, kind notify.Kind, d notify.Data) error {
	return tellIn(ctx, tx, o, kind, d, func(index.Member) bool { return true })
}

func tellIn(ctx context.Context, tx *change.Tx, o index.Organization, kind notify.Kind, d notify.Data, whom func(index.Member) bool) error {
	members, err := tx.Members(ctx, o.ID)
	if err != nil {
		return err
	}
	d.Organization = o.Name
	for _, m := range members {
		if !whom(m) {
			continue
		}
		if err := tell(ctx, tx, m.UserID, kind, d); err != nil {
			return err
		}
	}
	return nil
}

// tellTeam sends a notice to the members of a team.
func tellTeam(ctx context.Context, tx *change.Tx, t index.Team, kind notify.Kind, d notify.Data) error {
	members, err := tx.TeamMembers(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := tell(ctx, tx, m.UserID, kind, d); err != nil {
			return err
		}
	}
	return nil
}

func tell(ctx context.Context, tx *change.Tx, userID int64, kind notify.Kind, d notify.Data) error {
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: kind, UserID: userID, Data: d})
}
