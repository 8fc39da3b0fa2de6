package account

import (
	"context"
	"encoding/json"
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

// Registration is the form with which somebody makes an account.
type Registration struct {
	Username, Name, Email string
	Password              NewPassword
	Invite                string // the secret of an invitation, "" for none
}

// offer is what an invitation's ticket holds, sealed.
type offer struct{ Administrator bool }

// Invited is what the secret of an invitation lets somebody do.
type Invited struct {
	Address string // which it was made for, "" for whoever has it
	Offer   string // path where the role that it offers is accepted, "" for none
	Member  bool   // the address has an account already
}

// Invited reads an invitation: one to make an account, or the offer of a role to
// an address, which lets that address have an account. Where anybody may
// register, no secret is good too.
func (a *Accounts) Invited(ctx context.Context, secret string) (i Invited, err error) {
	if secret == "" && a.Open {
		return i, nil
	}
	t, found, err := a.DB.Ticket(ctx, index.TicketInvitation, access.HashSecret(secret), a.Clock())
	if err != nil || found && t.UserID == 0 {
		return Invited{Address: t.Subject}, err
	}
	o, err := offered(ctx, a.DB.Q, secret, a.Clock())
	if err != nil {
		return i, err
	}
	_, i.Member, err = a.DB.EmailByAddress(ctx, o.Address)
	i.Address, i.Offer = o.Address, o.Path(secret)
	return i, err
}

// offered finds the offer of a role to an address.
func offered(ctx context.Context, q database.Q, secret string, now time.Time) (index.Invitation, error) {
	i, found, err := q.Invitation(ctx, access.HashSecret(secret), now)
	if err != nil || !found || i.Address == "" {
		return i, notInvited(err, secret)
	}
	return i, nil
}

func notInvited(err error, secret string) error {
	switch {
	case err != nil:
		return err
	case secret == "":
		return index.Refuse(index.CodeNotAllowed, "Accounts on this index are made by invitation. Ask an administrator for a link.")
	}
	return index.Refuse(index.CodeLinkEnded, "This invitation was used before, or is too old. Ask for a new one.")
}

// Register makes an account and signs the browser in. An invitation is used up
// in the same transaction: of many at once, one gets the account (P30). An
// address that the invitation was mailed to counts as verified; any other gets
// a link.
func (a *Accounts) Register(ctx context.Context, b Browser, r Registration) (e Entry, err error) {
	if err := a.count(ctx, []use{{ratelimit.RegisterAddress, ratelimit.Address(b.Actor.Address)}}); err != nil {
		return e, err
	}
	if _, err := a.Invited(ctx, r.Invite); err != nil {
		return e, err
	}
	u, err := a.newUser(ctx, r)
	if err != nil {
		return e, err
	}
	if u.PasswordHash, err = a.Hasher.Hash(ctx, r.Password.New); err != nil {
		return e, busy(err)
	}
	err = a.Recorder.Do(ctx, b.as(u), func(tx *change.Tx) error {
		e = Entry{}
		return a.register(ctx, tx, b, u, r.Invite, &e)
	})
	if database.IsUnique(err) {
		return Entry{}, a.taken(ctx, u)
	}
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

// openToNew refuses new accounts while an administrator switched them off (FN-4).
func openToNew(ctx context.Context, tx *change.Tx) error {
	on, err := tx.Switches(ctx)
	if err != nil {
		return err
	}
	if note, off := on[index.SwitchNoNewUsers]; off {
		return index.Refuse(index.CodeNewUsersOff, "%s", strings.TrimSpace("New user registration is temporarily disabled by the administrators. "+note))
	}
	return nil
}

// newUser holds the form against the rules.
func (a *Accounts) newUser(ctx context.Context, r Registration) (u index.User, err error) {
	u = index.User{UID: access.NewUID(), Username: r.Username, Email: strings.TrimSpace(r.Email)}
	if err := access.CheckUsername(u.Username); err != nil {
		return u, invalid("username", "%s", index.AsError(err).Detail)
	}
	if u.Name, err = checkText("full_name", r.Name, 100); err != nil {
		return u, err
	}
	if err := checkAddress(u.Email); err != nil {
		return u, err
	}
	if _, found, err := a.DB.UserByName(ctx, u.Username); err != nil || found {
		return u, a.takenOr(ctx, err, u)
	}
	if _, found, err := a.DB.EmailByAddress(ctx, u.Email); err != nil || found {
		return u, a.takenOr(ctx, err, u)
	}
	return u, a.checkNew(ctx, u, r.Password)
}

func (a *Accounts) takenOr(ctx context.Context, err error, u index.User) error {
	if err != nil {
		return err
	}
	return a.taken(ctx, u)
}

// taken says what of a new account somebody else has.
func (a *Accounts) taken(ctx context.Context, u index.User) error {
	_, found, err := a.DB.UserByName(ctx, u.Username)
	if err != nil {
		return err
	}
	if found {
		return invalid("username", "The user name %q is taken; choose another one.", u.Username)
	}
	return invalid("email", "This address cannot be used: it belongs to an account already.")
}

// checkAddress refuses what is no plain address that mail can be sent to.
func checkAddress(address string) error {
	if _, err := mail.CheckAddress(address); err != nil {
		return invalid("email", "%v.", err)
	}
	return nil
}

func (a *Accounts) register(ctx context.Context, tx *change.Tx, b Browser, u index.User, invite string, e *Entry) (err error) {
	verified, next := false, ""
	if err := openToNew(ctx, tx); err != nil {
		return err
	}
	if invite != "" || !a.Open {
		if next, verified, err = a.redeemInvitation(ctx, tx, invite, &u); err != nil {
			return err
		}
	}
	u.CreatedAt, u.PasswordAt = tx.Now, tx.Now
	if u.ID, err = tx.InsertUser(ctx, u, verified); err != nil {
		return err
	}
	tx.Actor.UserID = u.ID
	note(tx, u, index.EventAccountCreate, "", u.Email)
	if !verified {
		if err := sendVerification(ctx, tx, u, u.Email); err != nil {
			return err
		}
	}
	e.Next = next
	return a.enter(ctx, tx, b, admission{user: u, proof: proof{Method: index.ByPassword}}, e)
}

// redeemInvitation uses an invitation to make an account up. The offer of a role
// stays, to be accepted at next: it makes an account for its own address only,
// and so one.
func (a *Accounts) redeemInvitation(ctx context.Context, tx *change.Tx, secret string, u *index.User) (next string, verified bool, err error) {
	t, found, err := tx.RedeemTicket(ctx, index.TicketInvitation, access.HashSecret(secret), tx.Now)
	if err != nil || found && t.UserID != 0 {
		return "", false, notInvited(err, secret)
	}
	if !found {
		o, err := offered(ctx, tx.Q, secret, tx.Now)
		if err == nil && !strings.EqualFold(o.Address, u.Email) {
			err = invalid("email", "This invitation is for %s.", o.Address)
		}
		return o.Path(secret), true, err
	}
	if len(t.Sealed) > 0 {
		var o offer
		if err := a.unseal(t, &o); err != nil {
			return "", false, err
		}
		u.Superuser = o.Administrator
	}
	return "", t.Subject != "" && strings.EqualFold(t.Subject, u.Email), nil
}

// Invite makes an invitation on behalf of an administrator and returns its link.
// With an address the link is mailed there, and the address counts as verified
// when the account is made with it.
func (a *Accounts) Invite(ctx context.Context, by index.Actor, address string, administrator bool) (link string, err error) {
	if address != "" {
		if err := checkAddress(address); err != nil {
			return "", err
		}
	}
	data, err := json.Marshal(offer{administrator})
	if err != nil {
		return "", err
	}
	err = a.Recorder.Do(ctx, by, func(tx *change.Tx) error {
		t := index.Ticket{Kind: index.TicketInvitation, Subject: address, Sealed: a.Keys.Seal(data, string(index.TicketInvitation))}
		secret, err := a.newTicket(ctx, tx, t, InvitationTime)
		if err != nil {
			return err
		}
		path := "/account/register/?invite=" + secret
		link = a.URL + path
		tx.Event(index.Event{Action: index.EventInvite, Object: "address:" + address})
		if address == "" {
			return nil
		}
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.IndexInvitation, Address: address, Data: notify.Data{Path: path, Until: tx.Now.Add(InvitationTime)}})
	})
	return link, err
}
