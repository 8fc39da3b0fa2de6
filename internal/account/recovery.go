package account

import (
	"context"
	"encoding/json"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/factor"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// BeginRecovery makes a set of recovery codes. Those before stay good until the
// new ones are confirmed, so that whoever loses the page loses nothing (MFA-4).
func (a *Accounts) BeginRecovery(ctx context.Context, v *access.Visitor) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		factors, err := tx.FactorsOf(ctx, u.ID)
		if err != nil {
			return err
		}
		if len(factors) == 0 {
			return invalid("", "Recovery codes stand in for a second factor. Add one first.")
		}
		return a.beginRecovery(ctx, tx, u)
	})
}

func (a *Accounts) beginRecovery(ctx context.Context, tx *change.Tx, u index.User) error {
	text, err := json.Marshal(factor.NewRecoveryCodes())
	if err != nil {
		return err
	}
	return a.begin(ctx, tx, u, index.TicketRecovery, text)
}

// CodesUnderWay are the recovery codes that wait to be confirmed, nil for none.
func (a *Accounts) CodesUnderWay(ctx context.Context, v *access.Visitor) (codes []string, err error) {
	text, err := a.underWay(ctx, v.User, index.TicketRecovery)
	if err != nil || text == nil {
		return nil, err
	}
	return codes, json.Unmarshal(text, &codes)
}

// ConfirmRecovery puts the new codes in force when the person typed one of them,
// which is not used up by that (MFA-4). Only their hashes are kept from then on.
func (a *Accounts) ConfirmRecovery(ctx context.Context, v *access.Visitor, typed string) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		text, _, err := a.finish(ctx, tx, index.TicketRecovery, u.UID)
		if err != nil {
			return err
		}
		var codes, sums []string
		if err := json.Unmarshal(text, &codes); err != nil {
			return err
		}
		for _, c := range codes {
			sums = append(sums, factor.RecoverySum(u.UID, c))
		}
		if factor.MatchRecovery(u.UID, typed, sums) < 0 {
			return invalid("recovery_code_value", "This is none of the codes above. Type one of them, as you would to sign in.")
		}
		if err := tx.ReplaceRecovery(ctx, u.ID, sums); err != nil {
			return err
		}
		note(tx, u, index.EventRecoveryCodes, "", "")
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.RecoveryCodesGenerated, UserID: u.ID})
	})
}
