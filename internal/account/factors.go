package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/factor"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

const (
	// MaxLabel is the longest name of a second factor, in characters.
	MaxLabel = 64
	// setUpTime is how long setting up a generator or recovery codes may take.
	setUpTime = time.Hour
)

// pending is the hash of the ticket of something an account is setting up. Who
// asks for it is known already, so it needs no secret: one of a kind is under
// way for an account, and making it anew ends the one before.
func pending(kind index.TicketKind, of string) string {
	return access.HashSecret(string(kind) + " " + of)
}

// begin keeps what is being set up, in place of what was before.
func (a *Accounts) begin(ctx context.Context, tx *change.Tx, u index.User, kind index.TicketKind, data []byte) error {
	if err := tx.DropTickets(ctx, u.ID, kind); err != nil {
		return err
	}
	hash := pending(kind, u.UID)
	return tx.InsertTicket(ctx, index.Ticket{
		Hash: hash, Kind: kind, UserID: u.ID, Sealed: a.Keys.Seal(data, "ticket "+hash), CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(setUpTime),
	})
}

// underWay is what is being set up, nil for nothing.
func (a *Accounts) underWay(ctx context.Context, u index.User, kind index.TicketKind) ([]byte, error) {
	t, found, err := a.DB.Ticket(ctx, kind, pending(kind, u.UID), a.Clock())
	if err != nil || !found {
		return nil, err
	}
	return a.Keys.Unseal(t.Sealed, "ticket "+t.Hash)
}

// finish uses up what was being set up: of many at once one gets it (P30).
func (a *Accounts) finish(ctx context.Context, tx *change.Tx, kind index.TicketKind, of string) (data []byte, subject string, err error) {
	t, found, err := tx.RedeemTicket(ctx, kind, pending(kind, of), tx.Now)
	if err != nil {
		return nil, "", err
	}
	if !found {
		return nil, "", invalid("", "Nothing is being set up any more: it was finished elsewhere, or took more than its time. Begin again.")
	}
	data, err = a.Keys.Unseal(t.Sealed, "ticket "+t.Hash)
	return data, t.Subject, err
}

// mayEnrol refuses a second factor for an account that could not be told of it.
func mayEnrol(v *access.Visitor) error {
	if v.State.Verified {
		return nil
	}
	return index.Refuse(index.CodeNeedEmail, "Verify your primary address before you add a second factor (it is where you hear of changes to it).")
}

// BeginTOTP makes the secret of a new generator, which counts for nothing before
// FinishTOTP.
func (a *Accounts) BeginTOTP(ctx context.Context, v *access.Visitor) error {
	if err := mayEnrol(v); err != nil {
		return err
	}
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		return a.begin(ctx, tx, u, index.TicketTOTP, factor.NewTOTPSecret())
	})
}

// TOTPUnderWay is the secret of the generator that is being set up, nil for none.
func (a *Accounts) TOTPUnderWay(ctx context.Context, v *access.Visitor) ([]byte, error) {
	return a.underWay(ctx, v.User, index.TicketTOTP)
}

// FinishTOTP adds the generator once it showed a right code, whose time step is
// used up by that (MFA-1, MFA-2). codes says that recovery codes were made,
// which the person has yet to confirm (MFA-4).
func (a *Accounts) FinishTOTP(ctx context.Context, v *access.Visitor, label, code string) (codes bool, err error) {
	if label, err = checkLabel("label", label, MaxLabel); err != nil {
		return false, err
	}
	err = a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		secret, _, err := a.finish(ctx, tx, index.TicketTOTP, u.UID)
		if err != nil {
			return err
		}
		step, err := factor.CheckTOTP(secret, code, tx.Now)
		if err != nil {
			return invalid("totp_value", "%s.", upperFirst(err.Error()))
		}
		codes, err = a.addFactor(ctx, tx, u, index.Factor{
			Kind: index.FactorTOTP, Label: label, Secret: a.Keys.Seal(secret, totpSeal(u)), LastStep: step,
		})
		return err
	})
	return codes, err
}

// totpSeal is what the sealed secret of a generator is bound to.
func totpSeal(u index.User) string { return "totp " + u.UID }

// addFactor adds a second factor in the caller's change. The first one brings
// recovery codes.
func (a *Accounts) addFactor(ctx context.Context, tx *change.Tx, u index.User, f index.Factor) (codes bool, err error) {
	f.UserID, f.CreatedAt = u.ID, tx.Now
	all, err := tx.FactorsOf(ctx, u.ID)
	if err != nil {
		return false, err
	}
	for _, other := range all {
		if other.Label == f.Label {
			return false, invalid("label", "You have a second factor called %q already; choose another name.", f.Label)
		}
	}
	if _, err = tx.InsertFactor(ctx, f); database.IsUnique(err) {
		return false, invalid("", "This security key is registered already.")
	}
	if err != nil {
		return false, err
	}
	note(tx, u, index.EventFactorAdd, "", string(f.Kind)+" "+f.Label)
	if err := a.factorsChanged(ctx, tx, u, notify.TwoFactorAdded, f.Label); err != nil {
		return false, err
	}
	sums, err := tx.RecoverySums(ctx, u.ID)
	if err != nil || len(sums) > 0 {
		return false, err
	}
	return true, a.beginRecovery(ctx, tx, u)
}

// factorsChanged tells all verified addresses (MFA-11) and has remembered
// browsers asked again (MFA-9).
func (a *Accounts) factorsChanged(ctx context.Context, tx *change.Tx, u index.User, kind notify.Kind, label string) error {
	err := notify.Enqueue(ctx, tx, notify.Notice{Kind: kind, UserID: u.ID, Data: notify.Data{Label: label}})
	return errors.Join(err, tx.EndTrust(ctx, u.ID))
}

// RemoveFactor takes a second factor away, but not the last one while the policy
// asks for one (MFA-7). With the last one the recovery codes go.
func (a *Accounts) RemoveFactor(ctx context.Context, v *access.Visitor, kind index.FactorKind, label string) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		removed, err := tx.DeleteFactor(ctx, u.ID, kind, label)
		if err != nil {
			return err
		}
		if !removed {
			return notYours("second factor")
		}
		state, err := tx.StateOf(ctx, u.ID)
		if err != nil {
			return err
		}
		if state.Factors == 0 && a.Guard.NeedsFactor(u, state) {
			return invalid("", "%q is your last second factor, and this index asks for one. Add another one first.", label)
		}
		if state.Factors == 0 {
			if _, err := tx.DeleteFactors(ctx, u.ID); err != nil {
				return err
			}
		}
		note(tx, u, index.EventFactorRemove, string(kind)+" "+label, "")
		return a.factorsChanged(ctx, tx, u, notify.TwoFactorRemoved, label)
	})
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
