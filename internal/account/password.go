package account

import (
	"cmp"
	"context"
	"errors"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/password"
	"strongroom/internal/ratelimit"
)

// NewPassword is the form with which somebody changes the own password.
type NewPassword struct{ Old, New, Again string }

// ChangePassword sets another password and returns a new secret for the cookie
// of the visitor's browser: all other browsers are signed out, and none is
// remembered (MFA-9). An account that has no password sets its first.
func (a *Accounts) ChangePassword(ctx context.Context, v *access.Visitor, form NewPassword) (cookie string, err error) {
	if err := a.allow(ctx, ratelimit.ChangePassword, v, "password"); err != nil {
		return "", err
	}
	if v.User.PasswordOff == index.PasswordCompany {
		return "", invalid("new_password", "Your account belongs to your company and signs in there; it has no password of its own.")
	}
	if err := a.checkOld(ctx, v.User, form.Old); err != nil {
		return "", err
	}
	if err := a.checkNew(ctx, v.User, form); err != nil {
		return "", err
	}
	hash, err := a.Hasher.Hash(ctx, form.New)
	if err != nil {
		return "", busy(err)
	}
	err = a.own(ctx, v, func(tx *change.Tx, u index.User) (err error) {
		if u.PasswordHash != v.User.PasswordHash {
			return invalid("password", "The password was changed a moment ago.")
		}
		cookie, err = a.setPassword(ctx, tx, v, u, hash)
		return err
	})
	return cookie, err
}

func (a *Accounts) setPassword(ctx context.Context, tx *change.Tx, v *access.Visitor, u index.User, hash string) (cookie string, err error) {
	if err := tx.SetPassword(ctx, u.ID, hash, tx.Now); err != nil {
		return "", err
	}
	if _, err := tx.DeleteLogins(ctx, u.ID, v.Login.Hash); err != nil {
		return "", err
	}
	if err := errors.Join(tx.EndTrust(ctx, u.ID), tx.DropTickets(ctx, u.ID, index.TicketReset), tx.DropTickets(ctx, u.ID, index.TicketSecondFactor)); err != nil {
		return "", err
	}
	cookie, ok, err := a.Guard.Prove(ctx, tx, v.Login.Hash)
	if err != nil || !ok {
		return "", errors.Join(err, index.Refuse(index.CodeSignIn, "This browser was signed out meanwhile."))
	}
	note(tx, u, index.EventPasswordChange, "", "")
	return cookie, notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.PasswordChange, UserID: u.ID})
}

func (a *Accounts) checkOld(ctx context.Context, u index.User, old string) error {
	if u.PasswordHash == "" {
		return nil
	}
	ok, _, err := a.Hasher.Verify(ctx, u.PasswordHash, old)
	if err != nil {
		return busy(err)
	}
	if !ok {
		return invalid("password", "The password is wrong.")
	}
	return nil
}

// checkNew asks of a new password what PW-2 and PW-8 ask. The server's answer is
// decisive; what the browser said before is advice.
func (a *Accounts) checkNew(ctx context.Context, u index.User, form NewPassword) error {
	switch {
	case form.New != form.Again:
		return invalid("password_confirm", "The two new passwords differ.")
	case form.New == form.Old:
		return invalid("new_password", "This is the password you have.")
	}
	return a.CheckPassword(ctx, u, form.New)
}

// Shortest is how many characters a new password must have (PW-8).
func (a *Accounts) Shortest() int { return cmp.Or(a.Least, password.MinLength) }

// CheckPassword refuses a password that an account must not get, wherever it is
// chosen: one too short, guessed too soon, or known from a breach (PW-2, PW-8).
// The error is an Invalid of the field new_password.
func (a *Accounts) CheckPassword(ctx context.Context, u index.User, text string) error {
	if err := password.CheckLength(text, a.Shortest()); err != nil {
		return invalid("new_password", "Not changed: %s.", err)
	}
	switch {
	case !password.Strength(text, u.Username, u.Name, u.Email).OK():
		return invalid("new_password", "This password is guessed too soon. Make it longer, or use words that do not belong together.")
	case a.Breaches.Breached(ctx, text):
		return invalid("new_password", "This password appears in a security breach or has been compromised and cannot be used.")
	}
	return nil
}

// Ready refuses who wants to sign in while too many wait for that, or when all
// together or this address tried too often: a flood is turned away before
// anything is read for it.
func (a *Accounts) Ready(address string) error {
	if a.Hasher.Full() {
		return busy(password.ErrBusy)
	}
	for _, u := range addressUses(address) {
		if err := a.Limiter.Spent(u.limit, u.subject); err != nil {
			return err
		}
	}
	return nil
}

// busy is the refusal of a hasher that has too much to do.
func busy(err error) error {
	if errors.Is(err, password.ErrBusy) {
		return &index.Error{Code: index.CodeUnavailable, Detail: "Too many people are signing in at this moment; try again in a few seconds.", Retry: 5, Err: err}
	}
	return err
}
