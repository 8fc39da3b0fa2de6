package account

import (
	"context"
	"fmt"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// Invalid is what is wrong with one field of a form, as a sentence for the
// person who filled it in. Field "" is the form itself.
type Invalid struct{ Field, Sentence string }

// Error implements error.
func (e *Invalid) Error() string { return e.Sentence }

func invalid(field, format string, args ...any) error {
	return &Invalid{field, fmt.Sprintf(format, args...)}
}

// notYours is the answer for a thing that is not there or is somebody else's:
// which of them is not told.
func notYours(what string) error {
	return index.Refuse(index.CodeNotFound, "Your account has no such %s.", what)
}

// own makes a change to the visitor's account. Changes to one account wait for
// each other; u is the account as it is then.
func (a *Accounts) own(ctx context.Context, v *access.Visitor, fn func(tx *change.Tx, u index.User) error) error {
	return a.Recorder.Do(ctx, v.Actor(), func(tx *change.Tx) error {
		u, found, err := tx.LockUser(ctx, v.User.ID)
		if err != nil {
			return err
		}
		if !found || !u.ClosedAt.IsZero() {
			return index.Refuse(index.CodeSignIn, "The account was closed.")
		}
		return fn(tx, u)
	})
}

// note writes an event about an account.
func note(tx *change.Tx, u index.User, action, before, after string) {
	tx.Event(index.Event{Action: action, Object: "user:" + u.Username, Before: before, After: after})
}

// SetName changes the name that is shown, and which of the verified addresses
// everybody may see; 0 for none.
func (a *Accounts) SetName(ctx context.Context, v *access.Visitor, name string, publicEmail int64) error {
	name, err := checkText("name", name, 100)
	if err != nil {
		return err
	}
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		emails, err := tx.EmailsOf(ctx, u.ID)
		if err != nil {
			return err
		}
		before, after, known := "", "", publicEmail == 0
		for _, e := range emails {
			if e.Public {
				before = e.Address
			}
			if e.ID == publicEmail && e.Verified {
				after, known = e.Address, true
			}
		}
		if !known {
			return invalid("public_email", "Choose one of your verified addresses.")
		}
		if before != after {
			note(tx, u, index.EventEmailPublic, before, after)
		}
		if u.Name != name {
			note(tx, u, index.EventAccountName, u.Name, name)
		}
		if err := tx.SetPublicEmail(ctx, u.ID, publicEmail); err != nil {
			return err
		}
		return tx.SetUserName(ctx, u.ID, name)
	})
}
