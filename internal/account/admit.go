package account

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/ratelimit"
)

// proof is how somebody proved who it is; spending it makes sure that nobody
// does with the same one again (P30).
type proof struct {
	Method     index.LoginMethod
	Factor     int64  // of TOTP and keys
	Step       int64  // of TOTP
	SignCount  int64  // of keys
	Attributes string // of keys
	Sum        string // of recovery codes
	Remember   bool   // the person wants this browser remembered
}

// spend uses the proof up in the caller's change.
func (p proof) spend(ctx context.Context, tx *change.Tx, u index.User) error {
	ok, err := true, error(nil)
	switch p.Method {
	case index.ByTOTP:
		ok, err = tx.AcceptStep(ctx, p.Factor, p.Step, tx.Now)
	case index.ByKey, index.ByPasskey:
		ok, err = tx.UseKey(ctx, p.Factor, p.SignCount, p.Attributes, tx.Now)
	case index.ByRecovery:
		ok, err = burn(ctx, tx, u, p.Sum)
	}
	if err == nil && !ok {
		err = index.Refuse(index.CodeWrongProof, "This was already used. Use a new code, or wait for the next one.")
	}
	return err
}

// admission is somebody who proved to be a user and is about to be let in.
type admission struct {
	user   index.User
	proof  proof
	next   string
	ticket string // hash of the ticket of the half-finished sign-in, "" for none
}

// admit lets a browser in, in one transaction: it uses up the half-finished
// sign-in and the proof, and makes the login with a new secret. A browser that
// is not known is asked about by mail instead (MFA-8); then a recovery code is
// not used up until the person comes back (MFA-4).
func (a *Accounts) admit(ctx context.Context, b Browser, in admission) (e Entry, err error) {
	ask, err := a.mustConfirm(ctx, b, in)
	if err != nil {
		return e, err
	}
	err = a.Recorder.Do(ctx, b.as(in.user), func(tx *change.Tx) error {
		e = Entry{Next: in.next}
		if err := a.stillGood(ctx, tx, in); err != nil {
			return err
		}
		if !ask || in.proof.Method != index.ByRecovery {
			if err := in.proof.spend(ctx, tx, in.user); err != nil {
				return err
			}
		}
		if ask {
			e.Confirm, err = a.askByMail(ctx, tx, in)
			return err
		}
		return a.enter(ctx, tx, b, in, &e)
	})
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

// stillGood uses up the ticket and asks again, in the transaction, whether the
// account is as it was when the proof was given.
func (a *Accounts) stillGood(ctx context.Context, tx *change.Tx, in admission) error {
	if in.ticket != "" {
		if _, found, err := tx.RedeemTicket(ctx, index.TicketSecondFactor, in.ticket, tx.Now); err != nil || !found {
			return orEnded(err)
		}
	}
	now, found, err := tx.UserByID(ctx, in.user.ID)
	if err != nil {
		return err
	}
	if !found || !usable(now) || version(now) != version(in.user) {
		return orEnded(nil)
	}
	return nil
}

// orEnded is the refusal of a sign-in that cannot go on, unless there is an error.
func orEnded(err error) error {
	if err != nil {
		return err
	}
	return index.Refuse(index.CodeLinkEnded, "Signing in took too long, or was finished elsewhere. Please begin again.")
}

// enter makes the login, and the device when the browser is new to the account.
func (a *Accounts) enter(ctx context.Context, tx *change.Tx, b Browser, in admission, e *Entry) (err error) {
	l := index.Login{UserID: in.user.ID, Method: in.proof.Method}
	if l.DeviceID, e.Device, err = a.keepDevice(ctx, tx, b.Device, in); err != nil {
		return err
	}
	if b.Login != nil {
		if _, err := tx.DeleteLogin(ctx, b.Login.UserID, b.Login.Hash); err != nil {
			return err
		}
	}
	if e.Login, err = a.Guard.NewLogin(ctx, tx, l); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventLogin, Object: object(in.user), After: string(in.proof.Method)})
	return nil
}

// mustConfirm reports whether the user is to be asked about the browser: never
// for proofs that cannot be phished, nor for users whom no mail reaches.
func (a *Accounts) mustConfirm(ctx context.Context, b Browser, in admission) (bool, error) {
	weak := []index.LoginMethod{index.ByPassword, index.ByTOTP, index.ByRecovery}
	if !a.Confirm || !slices.Contains(weak, in.proof.Method) || !reachable(in.user.Email) {
		return false, nil
	}
	if _, known, err := device(ctx, a.DB.Q, b.Device, in.user.ID); err != nil || known {
		return false, err
	}
	state, err := a.DB.StateOf(ctx, in.user.ID)
	if err != nil || !state.Verified {
		return false, err
	}
	return true, a.count(ctx, []use{{ratelimit.ConfirmLogin, in.user.UID}})
}

// asked is what the ticket of a browser to be confirmed holds, sealed.
type asked struct {
	Browser string // hash of the secret in the browser's cookie
	Proof   proof
	Next    string
}

func (a *Accounts) askByMail(ctx context.Context, tx *change.Tx, in admission) (cookie string, err error) {
	cookie, hash := access.NewSecret()
	data, err := json.Marshal(asked{hash, in.proof, in.next})
	if err != nil {
		return "", err
	}
	t := index.Ticket{Kind: index.TicketConfirmLogin, UserID: in.user.ID, Subject: version(in.user), Sealed: a.Keys.Seal(data, string(index.TicketConfirmLogin))}
	secret, err := a.newTicket(ctx, tx, t, ConfirmTime)
	if err != nil {
		return "", err
	}
	tx.Event(index.Event{Action: index.EventConfirmAsk, Object: object(in.user), After: string(in.proof.Method)})
	return cookie, notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.UnrecognizedLogin, UserID: in.user.ID, Data: notify.Data{
		Path: "/account/confirm-login/?token=" + secret, Until: tx.Now.Add(ConfirmTime),
	}})
}

// ConfirmLogin lets in a browser that was asked about, if the link was opened
// in the very same one: cookie is the secret that it got as Entry.Confirm.
func (a *Accounts) ConfirmLogin(ctx context.Context, b Browser, token, cookie string) (e Entry, err error) {
	in, err := a.confirmed(ctx, token, cookie)
	if err != nil {
		return e, err
	}
	err = a.Recorder.Do(ctx, b.as(in.user), func(tx *change.Tx) error {
		e = Entry{Next: in.next}
		if _, found, err := tx.RedeemTicket(ctx, index.TicketConfirmLogin, access.HashSecret(token), tx.Now); err != nil || !found {
			return orEnded(err)
		}
		if err := a.stillGood(ctx, tx, in); err != nil {
			return err
		}
		if in.proof.Method == index.ByRecovery {
			if err := in.proof.spend(ctx, tx, in.user); err != nil {
				return err
			}
		}
		return a.enter(ctx, tx, b, in, &e)
	})
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

// confirmed reads what a link is about without using it up: whoever opens it in
// another browser must not end it.
func (a *Accounts) confirmed(ctx context.Context, token, cookie string) (in admission, err error) {
	t, found, err := a.DB.Ticket(ctx, index.TicketConfirmLogin, access.HashSecret(token), a.Clock())
	if err != nil || !found {
		return in, orEnded(err)
	}
	var data asked
	if err := a.unseal(t, &data); err != nil {
		return in, err
	}
	if subtle.ConstantTimeCompare([]byte(access.HashSecret(cookie)), []byte(data.Browser)) != 1 {
		return in, index.Refuse(index.CodeLinkEnded, "Open the link in the browser in which you began to sign in. If you did not begin, somebody else knows your password: change it.")
	}
	u, found, err := a.DB.UserByID(ctx, t.UserID)
	if err != nil || !found || version(u) != t.Subject {
		return in, orEnded(err)
	}
	return admission{user: u, proof: data.Proof, next: data.Next}, nil
}

func (a *Accounts) unseal(t index.Ticket, into any) error {
	text, err := a.Keys.Unseal(t.Sealed, string(t.Kind))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// trustUntil is the end of the trust in a browser, zero for none.
func (a *Accounts) trustUntil(now time.Time, p proof) time.Time {
	if !p.Remember || a.Remember <= 0 {
		return time.Time{}
	}
	return now.Add(a.Remember)
}
