package account

import (
	"context"
	"errors"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// Verification is what a mailed link says: that somebody reads an address.
type Verification struct {
	User    index.User
	Address string
}

func noVerification(err error) error {
	if err != nil {
		return err
	}
	return index.Refuse(index.CodeLinkEnded, "This link was used before, is too old, or the address was removed. Have another mail sent from your account's page.")
}

// VerificationBy reads a link without using it up.
func (a *Accounts) VerificationBy(ctx context.Context, token string) (v Verification, err error) {
	t, found, err := a.DB.Ticket(ctx, index.TicketVerifyEmail, access.HashSecret(token), a.Clock())
	if err != nil || !found {
		return v, noVerification(err)
	}
	v.Address = t.Subject
	if v.User, found, err = a.DB.UserByID(ctx, t.UserID); err != nil || !found {
		return v, noVerification(err)
	}
	return v, nil
}

// VerifyEmail uses a link up and notes that its address is read by the account.
func (a *Accounts) VerifyEmail(ctx context.Context, b Browser, token string) (v Verification, err error) {
	err = a.Recorder.Do(ctx, b.Actor, func(tx *change.Tx) error {
		t, found, err := tx.RedeemTicket(ctx, index.TicketVerifyEmail, access.HashSecret(token), tx.Now)
		if err != nil || !found {
			return noVerification(err)
		}
		v.Address = t.Subject
		if v.User, found, err = tx.UserByID(ctx, t.UserID); err != nil || !found || !v.User.ClosedAt.IsZero() {
			return noVerification(err)
		}
		if there, err := tx.VerifyEmail(ctx, t.UserID, t.Subject); err != nil || !there {
			return noVerification(err)
		}
		note(tx, v.User, index.EventEmailVerify, "", t.Subject)
		return nil
	})
	return v, err
}

// AdminReset gives somebody who lost the second factor a way back (MFA-7): it
// removes all factors and recovery codes, ends all logins, forgets all browsers,
// tells the person, and holds the account for HoldTime. With password the
// password ends too, and link is where a new one is chosen.
func (a *Accounts) AdminReset(ctx context.Context, by index.Actor, username string, password bool) (link string, err error) {
	err = a.Recorder.Do(ctx, by, func(tx *change.Tx) error {
		u, found, err := tx.UserByName(ctx, username)
		if err != nil {
			return err
		}
		if !found || !u.ClosedAt.IsZero() {
			return index.Refuse(index.CodeNotFound, "There is no user %q.", username)
		}
		if _, err := tx.DeleteFactors(ctx, u.ID); err != nil {
			return err
		}
		until := tx.Now.Add(HoldTime)
		if err := errors.Join(a.endLogins(ctx, tx, u.ID), tx.DeleteDevices(ctx, u.ID), tx.Hold(ctx, u.ID, until)); err != nil {
			return err
		}
		note(tx, u, index.EventAdminReset, "", "held until "+until.Format("2006-01-02 15:04 UTC"))
		if err := notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.TwoFactorReset, UserID: u.ID, Data: notify.Data{Until: until}}); err != nil || !password {
			return err
		}
		link, err = a.endPassword(ctx, tx, u)
		return err
	})
	return link, err
}

func (a *Accounts) endPassword(ctx context.Context, tx *change.Tx, u index.User) (link string, err error) {
	if err := tx.TurnPasswordOff(ctx, u.ID, index.PasswordReset); err != nil {
		return "", err
	}
	u.PasswordOff = index.PasswordReset
	note(tx, u, index.EventPasswordOff, "", string(index.PasswordReset))
	if err := notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.PasswordResetByAdmin, UserID: u.ID}); err != nil {
		return "", err
	}
	path, err := a.resetLink(ctx, tx, u)
	return a.URL + path, err
}
