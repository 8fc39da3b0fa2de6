package maintain

import (
	"context"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/mail"
	"strongroom/internal/notify"
	"strongroom/internal/ratelimit"
)

// InvitationTime is how long an offer of a role can be accepted.
const InvitationTime = 7 * 24 * time.Hour

// place is what an offer is about: one of both is set.
type place struct {
	project      index.Project
	organization index.Organization
}

func (p place) isProject() bool { return p.project.ID != 0 }

// name is how people know the place.
func (p place) name() string {
	if p.isProject() {
		return p.project.DisplayName
	}
	return p.organization.Name
}

// event records what happened to an offer, with the action for a project or the
// one for an organization.
func (p place) event(tx *change.Tx, ofProject, ofOrganization, what string) {
	if p.isProject() {
		tx.Event(index.Event{Action: ofProject, Object: "project:" + p.project.Name, After: what})
		return
	}
	tx.Event(index.Event{Action: ofOrganization, Object: groupObject(p.organization), After: what})
}

// InviteToProject offers a role in a project to a user name or to an address.
// Nothing is granted before the offer is accepted. Whether an address belongs to
// an account is not told: whoever has it verified can accept (P31).
func (a *Actions) InviteToProject(ctx context.Context, v *access.Visitor, project index.Project, who string, role index.RoleName) error {
	if err := a.Limiter.Use(ctx, ratelimit.Invite, v.User.UID); err != nil {
		return err
	}
	return a.inProject(ctx, v, access.ManageRoles, project, func(tx *change.Tx, v *access.Visitor, p index.Project) error {
		if err := checkRole(role, ProjectRoles()); err != nil {
			return err
		}
		return invite(ctx, tx, v.User, place{project: p}, who, role)
	})
}

// OfferRole is InviteToProject on behalf of the operator, who asks nobody and
// whose offers end with their time only. The caller must hold the project.
func OfferRole(ctx context.Context, tx *change.Tx, p index.Project, who string, role index.RoleName) error {
	if err := checkRole(role, ProjectRoles()); err != nil {
		return err
	}
	return invite(ctx, tx, index.User{}, place{project: p}, who, role)
}

// InviteToOrganization offers to join an organization, as InviteToProject.
func (a *Actions) InviteToOrganization(ctx context.Context, v *access.Visitor, o index.Organization, who string, role index.RoleName) error {
	if err := a.Limiter.Use(ctx, ratelimit.Invite, v.User.UID); err != nil {
		return err
	}
	return a.inOrganization(ctx, v, access.ManagePeople, o, func(tx *change.Tx, v *access.Visitor, o index.Organization) error {
		if err := checkRole(role, OrganizationRoles()); err != nil {
			return err
		}
		return invite(ctx, tx, v.User, place{organization: o}, who, role)
	})
}

// OfferMembership is InviteToOrganization on behalf of the operator. The caller
// must hold the organization.
func OfferMembership(ctx context.Context, tx *change.Tx, o index.Organization, who string, role index.RoleName) error {
	if err := checkRole(role, OrganizationRoles()); err != nil {
		return err
	}
	return invite(ctx, tx, index.User{}, place{organization: o}, who, role)
}

func invite(ctx context.Context, tx *change.Tx, by index.User, at place, who string, role index.RoleName) error {
	if err := notHeld(tx, by); err != nil {
		return err
	}
	i := index.Invitation{
		ProjectID: at.project.ID, OrganizationID: at.organization.ID, Role: role, InvitedBy: by.ID,
		CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(InvitationTime),
	}
	shown, err := addressee(ctx, tx, at, strings.TrimSpace(who), &i)
	if err != nil {
		return err
	}
	at.event(tx, index.EventRoleInvite, index.EventMemberInvite, string(role)+" "+shown)
	if !at.isProject() {
		d := notify.Data{Organization: at.organization.Name, Role: string(role), Other: shown}
		if err := tellLeaders(ctx, tx, at.organization, by.ID, notify.OrganizationMemberInvited, d); err != nil {
			return err
		}
	}
	return send(ctx, tx, at, i)
}

// addressee finds out whom an offer is to, and refuses whom it cannot be to.
func addressee(ctx context.Context, tx *change.Tx, at place, who string, i *index.Invitation) (shown string, err error) {
	if strings.Contains(who, "@") {
		i.Address = strings.ToLower(who)
		if _, err := mail.CheckAddress(who); err != nil {
			return "", bad("%v.", err)
		}
		invited, err := tx.IsAddressInvited(ctx, *i, tx.Now)
		if err == nil && invited {
			err = bad("%s is invited already; send the invitation again, or revoke it.", who)
		}
		return who, err
	}
	user, err := userNamed(ctx, tx, who)
	if err != nil {
		return "", err
	}
	i.UserID = user.ID
	has, err := roleThere(ctx, tx.Q, at, user.ID)
	if err == nil && has != "" {
		err = bad("%s is %s of %s already; change the role instead.", user.Username, has, at.name())
	}
	if err == nil {
		err = tx.DropInvitation(ctx, *i)
	}
	return user.Username, err
}

// roleThere is what a user was given in a place.
func roleThere(ctx context.Context, q database.Q, at place, userID int64) (index.RoleName, error) {
	if at.isProject() {
		return q.DirectRole(ctx, at.project.ID, userID)
	}
	return q.OrganizationRole(ctx, at.organization.ID, userID)
}

// send makes the secret of an offer, keeps the offer, and mails the link. Who
// has no account makes one first: the same secret lets them, also where accounts
// are made by invitation only.
func send(ctx context.Context, tx *change.Tx, at place, i index.Invitation) error {
	secret, hash := access.NewSecret()
	i.Hash = hash
	err := tx.InsertInvitation(ctx, i)
	if database.IsUnique(err) {
		return bad("This user is invited already; send the invitation again, or revoke it.")
	}
	if err != nil {
		return err
	}
	d := notify.Data{Role: string(i.Role), Until: i.ExpiresAt, Organization: at.organization.Name, Path: i.Path(secret)}
	kind := notify.VerifyOrganizationRole
	if at.isProject() {
		kind, d.Project = notify.VerifyProjectRole, at.project.DisplayName
	}
	if _, known, err := tx.EmailByAddress(ctx, i.Address); err != nil {
		return err
	} else if i.UserID == 0 && !known {
		d.Path = "/account/register/?invite=" + secret
	}
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: kind, UserID: i.UserID, Address: i.Address, Data: d})
}

// ResendProjectInvitation mails an offer anew with another link; the old link is
// worth nothing from then on.
func (a *Actions) ResendProjectInvitation(ctx context.Context, v *access.Visitor, project index.Project, hash string) error {
	if err := a.Limiter.Use(ctx, ratelimit.Invite, v.User.UID); err != nil {
		return err
	}
	return a.inProject(ctx, v, access.ManageRoles, project, func(tx *change.Tx, v *access.Visitor, p index.Project) error {
		return resend(ctx, tx, v, place{project: p}, hash)
	})
}

// ResendOrganizationInvitation is ResendProjectInvitation for an organization.
func (a *Actions) ResendOrganizationInvitation(ctx context.Context, v *access.Visitor, o index.Organization, hash string) error {
	if err := a.Limiter.Use(ctx, ratelimit.Invite, v.User.UID); err != nil {
		return err
	}
	return a.inOrganization(ctx, v, access.ManagePeople, o, func(tx *change.Tx, v *access.Visitor, o index.Organization) error {
		return resend(ctx, tx, v, place{organization: o}, hash)
	})
}

func resend(ctx context.Context, tx *change.Tx, v *access.Visitor, at place, hash string) error {
	if err := notHeld(tx, v.User); err != nil {
		return err
	}
	i, shown, err := take(ctx, tx, at, hash)
	if err != nil {
		return err
	}
	i.InvitedBy, i.CreatedAt, i.ExpiresAt = v.User.ID, tx.Now, tx.Now.Add(InvitationTime)
	at.event(tx, index.EventRoleInvite, index.EventMemberInvite, string(i.Role)+" "+shown)
	return send(ctx, tx, at, i)
}

// RevokeProjectInvitation withdraws an offer.
func (a *Actions) RevokeProjectInvitation(ctx context.Context, v *access.Visitor, project index.Project, hash string) error {
	return a.inProject(ctx, v, access.ManageRoles, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		return revoke(ctx, tx, place{project: p}, hash)
	})
}

// RevokeOrganizationInvitation withdraws an offer to join an organization.
func (a *Actions) RevokeOrganizationInvitation(ctx context.Context, v *access.Visitor, o index.Organization, hash string) error {
	return a.inOrganization(ctx, v, access.ManagePeople, o, func(tx *change.Tx, _ *access.Visitor, o index.Organization) error {
		return revoke(ctx, tx, place{organization: o}, hash)
	})
}

func revoke(ctx context.Context, tx *change.Tx, at place, hash string) error {
	i, shown, err := take(ctx, tx, at, hash)
	if err != nil {
		return err
	}
	at.event(tx, index.EventRoleRevoke, index.EventMemberRevoke, string(i.Role)+" "+shown)
	to := notify.Notice{UserID: i.UserID, Address: i.Address}
	to.Data = notify.Data{Project: at.project.DisplayName, Organization: at.organization.Name, Role: string(i.Role), Other: shown}
	if to.Kind = notify.ProjectRoleCanceled; at.isProject() {
		return notify.Enqueue(ctx, tx, to)
	}
	to.Kind = notify.CanceledAsInvited
	if err := notify.Enqueue(ctx, tx, to); err != nil {
		return err
	}
	return tellLeaders(ctx, tx, at.organization, tx.Actor.UserID, notify.OrganizationInviteCanceled, to.Data)
}

// take uses up an offer of this place; one of another place is not found, so
// that nobody acts on what is not theirs.
func take(ctx context.Context, tx *change.Tx, at place, hash string) (i index.Invitation, shown string, err error) {
	i, found, err := tx.TakeOffer(ctx, hash, tx.Now)
	if err != nil {
		return i, "", err
	}
	if !found || i.ProjectID != at.project.ID || i.OrganizationID != at.organization.ID {
		return i, "", noInvitation()
	}
	shown, err = invited(ctx, tx.Q, i)
	return i, shown, err
}

// invited is whom an offer is to, as who made it named them.
func invited(ctx context.Context, q database.Q, i index.Invitation) (string, error) {
	if i.UserID == 0 {
		return i.Address, nil
	}
	u, _, err := q.UserByID(ctx, i.UserID)
	return u.Username, err
}

func noInvitation() error {
	return index.Refuse(index.CodeNoInvitation, "There is no such invitation for you: it was used, revoked or is too old, or it is for another account.")
}
