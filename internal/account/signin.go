package account

import (
	"context"
	"encoding/json"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/password"
)

// wrongPassword is the one answer to an unknown user, a wrong password, a
// password that is off, a frozen and a closed account (P31).
func wrongPassword() error {
	return index.Refuse(index.CodeWrongProof, "The user name or the password is wrong. If you forgot it, or had a mail that it no longer works, choose a new one.")
}

// SignIn takes a password. Wrong ones cost the same work, give the same answer
// and write the same rows whoever they were meant for (P31). What is wrong with
// the account, and whether it has a second factor, shows only behind the right
// password.
func (a *Accounts) SignIn(ctx context.Context, b Browser, username, pass, next string) (Entry, error) {
	uses := loginUses(b, username)
	if err := a.count(ctx, uses); err != nil {
		return Entry{}, err
	}
	if e, known, err := a.askDirectory(ctx, b, username, pass, next); known {
		if err == nil {
			a.refund(uses)
		}
		return e, err
	}
	u, ok, err := a.verify(ctx, b, username, pass)
	if err != nil {
		a.refund(uses) // nothing was guessed
		return Entry{}, err
	}
	if !ok {
		return Entry{}, a.failed(ctx, b, u, index.EventLoginFail, wrongPassword())
	}
	a.refund(uses)
	if a.Breaches.Breached(ctx, pass) {
		return Entry{}, a.endBreached(ctx, b, u)
	}
	return a.afterFirst(ctx, b, u, index.ByPassword, next)
}

// verify does the same work for every name and password.
func (a *Accounts) verify(ctx context.Context, b Browser, username, pass string) (u index.User, ok bool, err error) {
	if len(pass) > password.MaxBytes {
		pass = pass[:password.MaxBytes+1] // hashing time must not grow with it
	}
	u, found, err := a.DB.UserByName(ctx, username)
	if err != nil {
		return u, false, err
	}
	if !found || u.PasswordHash == "" {
		return u, false, busy(a.Hasher.VerifyNothing(ctx, pass))
	}
	ok, rehash, err := a.Hasher.Verify(ctx, u.PasswordHash, pass)
	if err != nil {
		return u, false, busy(err)
	}
	ok = ok && u.PasswordOff == "" && usable(u)
	if ok && rehash {
		return a.rehash(ctx, b, u, pass)
	}
	return u, ok, nil
}

// rehash stores the password's hash at today's cost (PW-9).
func (a *Accounts) rehash(ctx context.Context, b Browser, u index.User, pass string) (index.User, bool, error) {
	hash, err := a.Hasher.Hash(ctx, pass)
	if err != nil {
		return u, false, busy(err)
	}
	err = a.Recorder.Do(ctx, b.as(u), func(tx *change.Tx) error { return tx.Rehash(ctx, u.ID, u.PasswordHash, hash) })
	u.PasswordHash = hash
	return u, err == nil, err
}

// failed records that a proof was wrong, and returns the refusal. Unknown users
// are recorded too, without the text that was typed, which may be a password.
func (a *Accounts) failed(ctx context.Context, b Browser, u index.User, event string, refusal error) error {
	err := a.Recorder.Do(ctx, b.Actor, func(tx *change.Tx) error {
		tx.Event(index.Event{Action: event, Object: object(u)})
		return nil
	})
	if err != nil {
		return err
	}
	return refusal
}

// endBreached turns off a password that is right and known from a breach: it
// ends all logins and tells why, here and by mail. API tokens stay (PW-3).
func (a *Accounts) endBreached(ctx context.Context, b Browser, u index.User) error {
	err := a.Recorder.Do(ctx, b.as(u), func(tx *change.Tx) error {
		if err := tx.TurnPasswordOff(ctx, u.ID, index.PasswordBreached); err != nil {
			return err
		}
		tx.Event(index.Event{Action: index.EventPasswordOff, Object: object(u), After: string(index.PasswordBreached)})
		if err := a.endLogins(ctx, tx, u.ID); err != nil {
			return err
		}
		return a.mailReset(ctx, tx, u.ID, notify.PasswordBreached)
	})
	if err != nil {
		return err
	}
	return index.Refuse(index.CodePasswordBreached, "This password appears in a security breach or has been compromised and cannot be used. It no longer works here, and all browsers were signed out. Choose a new password: a mail with a link is on its way to your verified address.")
}

// endLogins ends everything that was reached with an account's password: its
// logins, half-finished sign-ins, links for other passwords, and the trust in
// its browsers (MFA-9).
func (a *Accounts) endLogins(ctx context.Context, tx *change.Tx, userID int64) error {
	if _, err := tx.DeleteLogins(ctx, userID, ""); err != nil {
		return err
	}
	for _, kind := range []index.TicketKind{index.TicketSecondFactor, index.TicketConfirmLogin, index.TicketReset, index.TicketChallenge} {
		if err := tx.DropTickets(ctx, userID, kind); err != nil {
			return err
		}
	}
	return tx.EndTrust(ctx, userID)
}

// afterFirst lets in who has no second factor or a browser that is trusted, and
// asks everybody else for the factor. method is what was proven so far.
func (a *Accounts) afterFirst(ctx context.Context, b Browser, u index.User, method index.LoginMethod, next string) (Entry, error) {
	factors, err := a.DB.FactorsOf(ctx, u.ID)
	if err != nil {
		return Entry{}, err
	}
	if len(factors) == 0 {
		return a.admit(ctx, b, admission{user: u, proof: proof{Method: method}, next: next})
	}
	device, known, err := device(ctx, a.DB.Q, b.Device, u.ID)
	if err != nil {
		return Entry{}, err
	}
	if known && a.Remember > 0 && a.Clock().Before(device.TrustedUntil) {
		return a.admit(ctx, b, admission{user: u, proof: proof{Method: index.ByDevice}, next: next})
	}
	return a.askFactor(ctx, b, u, next)
}

// begun is what the ticket of a half-finished sign-in holds, sealed.
type begun struct {
	Next string
}

// askFactor gives the browser a secret with which, for FactorTime and once, it
// can go on with a second factor, and do nothing else (MFA-5).
func (a *Accounts) askFactor(ctx context.Context, b Browser, u index.User, next string) (e Entry, err error) {
	data, err := json.Marshal(begun{next})
	if err != nil {
		return e, err
	}
	err = a.Recorder.Do(ctx, b.as(u), func(tx *change.Tx) (err error) {
		t := index.Ticket{Kind: index.TicketSecondFactor, UserID: u.ID, Subject: version(u), Sealed: a.Keys.Seal(data, string(index.TicketSecondFactor))}
		e.Pending, err = a.newTicket(ctx, tx, t, FactorTime)
		return err
	})
	return e, err
}
