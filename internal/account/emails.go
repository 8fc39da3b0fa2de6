package account

import (
	"context"
	"net/url"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/ratelimit"
)

const (
	// MaxEmails is how many addresses an account has at most.
	MaxEmails = 10
	// verifyTime is how long the link of a verification mail lives.
	verifyTime = 6 * time.Hour
)

// AddEmail adds an address, which is of use once the link mailed to it was
// opened. All verified addresses hear of it.
func (a *Accounts) AddEmail(ctx context.Context, v *access.Visitor, address string) error {
	address = strings.TrimSpace(address)
	if err := checkAddress(address); err != nil {
		return err
	}
	if err := a.allow(ctx, ratelimit.AddEmail, v, "email"); err != nil {
		return err
	}
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		emails, err := tx.EmailsOf(ctx, u.ID)
		if err != nil {
			return err
		}
		if len(emails) >= MaxEmails {
			return invalid("email", "An account has %d addresses at most; remove one first.", MaxEmails)
		}
		e := index.Email{UserID: u.ID, Address: address, Primary: len(emails) == 0, CreatedAt: tx.Now}
		if _, err = tx.InsertEmail(ctx, e); database.IsUnique(err) {
			return invalid("email", "This address cannot be added: it belongs to an account already.")
		}
		if err != nil {
			return err
		}
		note(tx, u, index.EventEmailAdd, "", address)
		if err := notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.NewEmailAdded, UserID: u.ID, Data: notify.Data{Address: address}}); err != nil {
			return err
		}
		return sendVerification(ctx, tx, u, address)
	})
}

// allow counts a use of a limit of the visitor's account.
func (a *Accounts) allow(ctx context.Context, name ratelimit.Name, v *access.Visitor, field string) error {
	verdict := a.Limiter.Allow(ctx, name, v.User.Username)
	if verdict.OK {
		return nil
	}
	return invalid(field, "That was tried too often; try again in %s.", time.Duration(verdict.RetryAfter())*time.Second)
}

// sendVerification mails a link that proves who reads an address.
func sendVerification(ctx context.Context, tx *change.Tx, u index.User, address string) error {
	secret, hash := access.NewSecret()
	ends := tx.Now.Add(verifyTime)
	err := tx.InsertTicket(ctx, index.Ticket{Hash: hash, Kind: index.TicketVerifyEmail, UserID: u.ID, Subject: address, CreatedAt: tx.Now, ExpiresAt: ends})
	if err != nil {
		return err
	}
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.VerifyEmail, UserID: u.ID, Address: address, Data: notify.Data{
		Address: address, Until: ends, Path: "/account/verify-email/?token=" + url.QueryEscape(secret),
	}})
}

// Reverify mails another link to an address that is not verified.
func (a *Accounts) Reverify(ctx context.Context, v *access.Visitor, id int64) error {
	return a.onEmail(ctx, v, id, func(tx *change.Tx, u index.User, e index.Email) error {
		if e.Verified {
			return invalid("", "%s is verified already.", e.Address)
		}
		if err := a.allow(ctx, ratelimit.VerifyEmail, v, ""); err != nil {
			return err
		}
		note(tx, u, index.EventEmailReverify, "", e.Address)
		return sendVerification(ctx, tx, u, e.Address)
	})
}

// onEmail makes a change to one of the visitor's addresses.
func (a *Accounts) onEmail(ctx context.Context, v *access.Visitor, id int64, fn func(*change.Tx, index.User, index.Email) error) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		e, found, err := tx.EmailOf(ctx, u.ID, id)
		if err != nil {
			return err
		}
		if !found {
			return notYours("address")
		}
		return fn(tx, u, e)
	})
}

// SetPrimary has notices and links go to another verified address. The old one
// hears of it, and remembered browsers are asked for a second factor again
// (MFA-9).
func (a *Accounts) SetPrimary(ctx context.Context, v *access.Visitor, id int64) error {
	return a.onEmail(ctx, v, id, func(tx *change.Tx, u index.User, e index.Email) error {
		if !e.Verified {
			return invalid("", "%s is not verified; open the link in the mail that was sent to it first.", e.Address)
		}
		if e.Primary {
			return nil
		}
		if _, err := tx.SetPrimaryEmail(ctx, u.ID, id); err != nil {
			return err
		}
		note(tx, u, index.EventEmailPrimary, u.Email, e.Address)
		if err := tellBoth(ctx, tx, u, notify.PrimaryEmailChange, e.Address, u.Email); err != nil {
			return err
		}
		return tx.EndTrust(ctx, u.ID)
	})
}

// RemoveEmail takes an address away that is not the primary one. It hears of it,
// and so do those that are left.
func (a *Accounts) RemoveEmail(ctx context.Context, v *access.Visitor, id int64) error {
	return a.onEmail(ctx, v, id, func(tx *change.Tx, u index.User, e index.Email) error {
		if e.Primary {
			return invalid("", "%s is the primary address; make another one primary before you remove it.", e.Address)
		}
		if _, err := tx.DeleteEmail(ctx, u.ID, id); err != nil {
			return err
		}
		note(tx, u, index.EventEmailRemove, e.Address, "")
		if err := tellBoth(ctx, tx, u, notify.EmailRemoved, e.Address, e.Address); err != nil {
			return err
		}
		return tx.EndTrust(ctx, u.ID)
	})
}

// tellBoth tells the account's verified addresses, and one that may not be among
// them when the mail leaves.
func tellBoth(ctx context.Context, tx *change.Tx, u index.User, kind notify.Kind, about, also string) error {
	err := notify.Enqueue(ctx, tx, notify.Notice{Kind: kind, UserID: u.ID, Data: notify.Data{Address: about}})
	if err != nil || also == "" {
		return err
	}
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: kind, UserID: u.ID, Address: also, Data: notify.Data{Address: about}})
}
