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
	"strongroom/internal/notify"
	"strongroom/internal/queue"
	"strongroom/internal/ratelimit"
)

// JobReset is the kind of job that carries out what somebody asked of
// RequestReset.
const JobReset = "password-reset"

// resetRequest is what the job carries, sealed.
type resetRequest struct {
	By   index.Actor
	Text string
}

// maxTyped is how much of what is typed is kept, in bytes: more than any user
// name or address has, also one whose domain is not in ASCII.
const maxTyped = 1000

// RequestReset has a link for a new password mailed to whom a user name or
// address belongs. The answer and the work are the same whether there is such an
// account, and whether its address is verified, closed or frozen (P31): what is
// typed is queued, and looked up afterwards. nil says only that the request was
// taken.
func (a *Accounts) RequestReset(ctx context.Context, b Browser, text string) error {
	text = strings.TrimSpace(text)
	err := a.count(ctx, []use{{ratelimit.ResetAddress, ratelimit.Address(b.Actor.Address)}, {ratelimit.ResetUser, strings.ToLower(text)}})
	if err != nil {
		return err
	}
	request := resetRequest{By: b.Actor, Text: text[:min(len(text), maxTyped)]}
	return a.Recorder.Do(ctx, b.Actor, func(tx *change.Tx) error { return tx.EnqueueSealed(JobReset, request, "", time.Time{}) })
}

// HandleJobs tells the queue who does the work of this package.
func (a *Accounts) HandleJobs(q *queue.Queue) { q.Handle(JobReset, a.reset) }

// reset mails the link that was asked for, if it is anybody's.
func (a *Accounts) reset(ctx context.Context, args json.RawMessage) error {
	var sealed change.Sealed
	if err := json.Unmarshal(args, &sealed); err != nil {
		return err
	}
	text, err := a.Keys.Unseal(sealed.Sealed, change.SealedFor(JobReset))
	if err != nil {
		return err
	}
	var r resetRequest
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	return a.Recorder.Do(ctx, r.By, func(tx *change.Tx) error {
		u, e, err := addressee(ctx, tx.Q, r.Text)
		if err != nil {
			return err
		}
		tx.Event(index.Event{Action: index.EventResetAsk, Object: object(u)})
		switch {
		case u.ID == 0 || !usable(u) || e.Address == "" || u.PasswordOff == index.PasswordCompany: // whose password is the company's
			return nil
		case !e.Verified:
			return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.PasswordResetUnverified, UserID: u.ID, Address: e.Address, Data: notify.Data{Address: e.Address}})
		}
		return a.sendReset(ctx, tx, u, e.Address, notify.PasswordReset)
	})
}

// addressee finds the account, and the address that the link would go to: the
// one that was typed, or the primary one.
func addressee(ctx context.Context, q database.Q, text string) (u index.User, e index.Email, err error) {
	var found bool
	if strings.Contains(text, "@") {
		if e, found, err = q.EmailByAddress(ctx, text); err != nil || !found {
			return u, e, err
		}
		u, _, err = q.UserByID(ctx, e.UserID)
		return u, e, err
	}
	if u, found, err = q.UserByName(ctx, text); err != nil || !found || u.Email == "" {
		return u, e, err
	}
	e, _, err = q.EmailByAddress(ctx, u.Email)
	return u, e, err
}

// mailReset sends a link for a new password to the primary address if it is
// verified: never to another (security-bar 2.4).
func (a *Accounts) mailReset(ctx context.Context, tx *change.Tx, userID int64, kind notify.Kind) error {
	u, found, err := tx.UserByID(ctx, userID)
	if err != nil || !found {
		return err
	}
	state, err := tx.StateOf(ctx, userID)
	if err != nil || !state.Verified {
		return err
	}
	return a.sendReset(ctx, tx, u, u.Email, kind)
}

func (a *Accounts) sendReset(ctx context.Context, tx *change.Tx, u index.User, address string, kind notify.Kind) error {
	link, err := a.resetLink(ctx, tx, u)
	if err != nil {
		return err
	}
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: kind, UserID: u.ID, Address: address, Data: notify.Data{Path: link, Until: tx.Now.Add(MailTime)}})
}

// resetLink makes a link for a new password. It is void once the password is
// another, by whatever way.
func (a *Accounts) resetLink(ctx context.Context, tx *change.Tx, u index.User) (path string, err error) {
	t := index.Ticket{Kind: index.TicketReset, UserID: u.ID, Subject: version(u)}
	secret, err := a.newTicket(ctx, tx, t, MailTime)
	return "/account/reset-password/?token=" + secret, err
}

// FirstLink makes a link with which an account that has no password yet chooses
// one, in the caller's change: for the operator, who made the account.
func (a *Accounts) FirstLink(ctx context.Context, tx *change.Tx, u index.User) (link string, err error) {
	path, err := a.resetLink(ctx, tx, u)
	return a.URL + path, err
}

// ResetBy finds whose password a link changes, without using it up.
func (a *Accounts) ResetBy(ctx context.Context, token string) (u index.User, err error) {
	t, found, err := a.DB.Ticket(ctx, index.TicketReset, access.HashSecret(token), a.Clock())
	if err != nil || !found {
		return u, noReset(err)
	}
	if u, found, err = a.DB.UserByID(ctx, t.UserID); err != nil || !found || !usable(u) || version(u) != t.Subject {
		return u, noReset(err)
	}
	return u, nil
}

func noReset(err error) error {
	if err != nil {
		return err
	}
	return index.Refuse(index.CodeLinkEnded, "This link was used before, is too old, or the password was changed meanwhile. Ask for a new one.")
}

// ResetPassword sets a new password by a link and signs out all browsers. The
// second factor stays as it is, and nobody is signed in by it.
func (a *Accounts) ResetPassword(ctx context.Context, b Browser, token string, form NewPassword) error {
	u, err := a.ResetBy(ctx, token)
	if err != nil {
		return err
	}
	if err := a.checkNew(ctx, u, form); err != nil {
		return err
	}
	hash, err := a.Hasher.Hash(ctx, form.New)
	if err != nil {
		return busy(err)
	}
	return a.Recorder.Do(ctx, b.as(u), func(tx *change.Tx) error {
		if _, found, err := tx.RedeemTicket(ctx, index.TicketReset, access.HashSecret(token), tx.Now); err != nil || !found {
			return noReset(err)
		}
		now, _, err := tx.LockUser(ctx, u.ID)
		if err != nil {
			return err
		}
		if version(now) != version(u) || !usable(now) || now.PasswordOff == index.PasswordCompany {
			return noReset(nil)
		}
		if err := tx.SetPassword(ctx, u.ID, hash, tx.Now); err != nil {
			return err
		}
		note(tx, u, index.EventReset, "", "")
		if err := a.endLogins(ctx, tx, u.ID); err != nil {
			return err
		}
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.PasswordChange, UserID: u.ID})
	})
}
