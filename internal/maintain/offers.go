package maintain

import (
	"context"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// Offer is an invitation with what it is to, as pages show it.
type Offer struct {
	index.Invitation
	Project      index.Project      // zero ID for an organization's
	Organization index.Organization // zero ID for a project's
	To           string             // whom it is to, as who made it named them
	By           string             // username of who made it
}

func (o Offer) place() place { return place{project: o.Project, organization: o.Organization} }

// Name is how people know what the offer is to.
func (o Offer) Name() string { return o.place().name() }

// Manage is the page on which who made the offer finds it again.
func (o Offer) Manage() string {
	if o.place().isProject() {
		return "/manage/project/" + o.Project.Name + "/collaboration/"
	}
	return "/manage/organization/" + o.Organization.Name + "/people/"
}

// ReadOffer finds an offer that the user may accept or decline; anything else
// gives the one refusal of unknown offers.
func ReadOffer(ctx context.Context, q database.Q, userID int64, hash string, now time.Time) (o Offer, err error) {
	i, found, err := q.Invitation(ctx, hash, now)
	if err != nil {
		return o, err
	}
	mine, err := q.IsInvited(ctx, hash, userID)
	if err != nil {
		return o, err
	}
	if !found || !mine {
		return o, noInvitation()
	}
	return complete(ctx, q, i)
}

// OffersTo lists what a user was invited to, the newest first.
func OffersTo(ctx context.Context, q database.Q, userID int64, now time.Time) ([]Offer, error) {
	return completeAll(ctx, q)(q.InvitationsFor(ctx, userID, now))
}

// OffersOf lists the open offers of a project or of an organization: the other
// ID is 0.
func OffersOf(ctx context.Context, q database.Q, projectID, organizationID int64, now time.Time) ([]Offer, error) {
	if projectID != 0 {
		return completeAll(ctx, q)(q.InvitationsToProject(ctx, projectID, now))
	}
	return completeAll(ctx, q)(q.InvitationsToOrganization(ctx, organizationID, now))
}

func completeAll(ctx context.Context, q database.Q) func([]index.Invitation, error) ([]Offer, error) {
	return func(all []index.Invitation, err error) (out []Offer, e error) {
		for _, i := range all {
			o, err := complete(ctx, q, i)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
		return out, err
	}
}

func complete(ctx context.Context, q database.Q, i index.Invitation) (o Offer, err error) {
	o.Invitation = i
	if i.ProjectID != 0 {
		o.Project, _, err = q.ProjectByID(ctx, i.ProjectID)
	} else {
		o.Organization, _, err = q.OrganizationByID(ctx, i.OrganizationID)
	}
	if err != nil {
		return o, err
	}
	if o.To, err = invited(ctx, q, i); err != nil {
		return o, err
	}
	if i.InvitedBy == 0 {
		o.By = "the operator"
		return o, nil
	}
	by, _, err := q.UserByID(ctx, i.InvitedBy)
	o.By = by.Username
	return o, err
}

// Accept takes an offer up. Of many who try at once one succeeds (P30), and none
// when who made the offer lost the right to (T26-8).
func (a *Actions) Accept(ctx context.Context, v *access.Visitor, hash string) (o Offer, err error) {
	err = a.answer(ctx, v, hash, func(tx *change.Tx, v *access.Visitor, taken Offer) error {
		o = taken
		if err := inviterMay(ctx, tx, taken); err != nil {
			return err
		}
		if o.place().isProject() {
			if err := ownersMayIn(o.Project); err != nil {
				return err
			}
			return addRole(ctx, tx, o.Project, v.User, o.Role)
		}
		return addMember(ctx, tx, o.Organization, v.User, o.Role)
	})
	return o, err
}

// Decline turns an offer down.
func (a *Actions) Decline(ctx context.Context, v *access.Visitor, hash string) (o Offer, err error) {
	err = a.answer(ctx, v, hash, func(tx *change.Tx, v *access.Visitor, taken Offer) error {
		o = taken
		o.place().event(tx, index.EventRoleDecline, index.EventMemberDecline, string(o.Role)+" "+v.User.Username)
		d := notify.Data{Project: o.Project.DisplayName, Organization: o.Organization.Name, Role: string(o.Role), Other: v.User.Username}
		if o.place().isProject() {
			return tellOwners(ctx, tx, o.ProjectID, 0, notify.ProjectRoleDeclined, d)
		}
		if err := tell(ctx, tx, v.User.ID, notify.DeclinedAsInvited, d); err != nil {
			return err
		}
		return tellLeaders(ctx, tx, o.Organization, 0, notify.OrganizationInviteDeclined, d)
	})
	return o, err
}

// answer uses the offer up, with the place it is to held.
func (a *Actions) answer(ctx context.Context, v *access.Visitor, hash string, fn func(*change.Tx, *access.Visitor, Offer) error) error {
	return a.do(ctx, v, func(tx *change.Tx, v *access.Visitor) error {
		o, err := ReadOffer(ctx, tx.Q, v.User.ID, hash, tx.Now)
		if err != nil {
			return err
		}
		if o.place().isProject() {
			o.Project, err = HoldProject(ctx, tx, o.Project)
		} else {
			o.Organization, err = holdOrganization(ctx, tx, o.Organization)
		}
		if err != nil {
			return err
		}
		if _, _, err := take(ctx, tx, o.place(), hash); err != nil {
			return err
		}
		return fn(tx, v, o)
	})
}

// inviterMay asks whether who made an offer could make it now; the operator
// always could.
func inviterMay(ctx context.Context, tx *change.Tx, o Offer) error {
	if o.InvitedBy == 0 {
		return nil
	}
	by, found, err := tx.UserByID(ctx, o.InvitedBy)
	if err != nil {
		return err
	}
	role := index.RoleName("")
	if o.place().isProject() {
		role, err = tx.RoleOf(ctx, o.ProjectID, by.ID)
	} else {
		role, err = tx.OrganizationRole(ctx, o.OrganizationID, by.ID)
	}
	if err != nil {
		return err
	}
	frozen := index.StatusOf(index.At{Level: index.OnUser, Standing: by.Standing}).Upload != ""
	if !found || !by.ClosedAt.IsZero() || frozen || role != index.Owner && !by.Superuser {
		return index.Refuse(index.CodeNoInvitation, "The invitation is not valid any more: %s, who made it, is not an owner of %s now.", by.Username, o.Name())
	}
	return notHeld(tx, by)
}
