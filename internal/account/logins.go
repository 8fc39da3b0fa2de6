package account

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// EndLogin signs one of the visitor's browsers out, by the hash of its login.
func (a *Accounts) EndLogin(ctx context.Context, v *access.Visitor, hash string) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		found, err := tx.DeleteLogin(ctx, u.ID, hash)
		if err != nil {
			return err
		}
		if !found {
			return notYours("signed-in browser")
		}
		note(tx, u, index.EventLoginEnd, "", "")
		return nil
	})
}

// EndLogins signs all of the visitor's browsers out, this one too, and forgets
// those that were remembered. API tokens go on working.
func (a *Accounts) EndLogins(ctx context.Context, v *access.Visitor) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		if _, err := tx.DeleteLogins(ctx, u.ID, ""); err != nil {
			return err
		}
		if err := tx.EndTrust(ctx, u.ID); err != nil {
			return err
		}
		note(tx, u, index.EventLoginsEnd, "", "")
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.SessionsEnded, UserID: u.ID})
	})
}

// ForgetDevice has one of the visitor's remembered browsers asked for a second
// factor again (MFA-9).
func (a *Accounts) ForgetDevice(ctx context.Context, v *access.Visitor, id int64) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		found, err := tx.EndTrustIn(ctx, u.ID, id)
		if err != nil {
			return err
		}
		if !found {
			return notYours("remembered browser")
		}
		note(tx, u, index.EventDeviceDistrust, "", "")
		return nil
	})
}
