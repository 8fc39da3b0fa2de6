package account

import (
	"context"
	"errors"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/factor"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// Waiting is somebody whose password was right and whose second factor is
// awaited: what the page must know.
type Waiting struct {
	User     index.User
	TOTP     bool // has a generator
	Keys     bool // has security keys
	Recovery bool // has recovery codes left
	next     string

	factors []index.Factor
	ticket  string
}

// Waiting finds who a pending cookie belongs to. The cookie gives no other
// right (MFA-5); it ends with FactorTime and with every change of the password.
func (a *Accounts) Waiting(ctx context.Context, cookie string) (w Waiting, err error) {
	w.ticket = access.HashSecret(cookie)
	t, found, err := a.DB.Ticket(ctx, index.TicketSecondFactor, w.ticket, a.Clock())
	if err != nil || !found {
		return w, orEnded(err)
	}
	var data begun
	if err := a.unseal(t, &data); err != nil {
		return w, err
	}
	w.next = data.Next
	if w.User, found, err = a.DB.UserByID(ctx, t.UserID); err != nil || !found || !usable(w.User) || version(w.User) != t.Subject {
		return w, orEnded(err)
	}
	return w, a.readFactors(ctx, &w)
}

func (a *Accounts) readFactors(ctx context.Context, w *Waiting) (err error) {
	if w.factors, err = a.DB.FactorsOf(ctx, w.User.ID); err != nil {
		return err
	}
	for _, f := range w.factors {
		w.TOTP = w.TOTP || f.Kind == index.FactorTOTP
		w.Keys = w.Keys || f.Kind == index.FactorWebAuthn && a.WebAuthn != nil
	}
	sums, err := a.DB.RecoverySums(ctx, w.User.ID)
	w.Recovery = len(sums) > 0
	return err
}

// SignInTOTP finishes a sign-in with a code of a generator.
func (a *Accounts) SignInTOTP(ctx context.Context, b Browser, cookie, code string, remember bool) (Entry, error) {
	return a.second(ctx, b, cookie, func(w Waiting) (proof, error) {
		p, err := a.checkTOTP(w, code)
		p.Remember = remember
		return p, err
	})
}

// SignInRecovery finishes a sign-in with a recovery code, which is used up when
// the browser is let in, not before (MFA-4).
func (a *Accounts) SignInRecovery(ctx context.Context, b Browser, cookie, code string) (Entry, error) {
	return a.second(ctx, b, cookie, func(w Waiting) (proof, error) {
		sums, err := a.DB.RecoverySums(ctx, w.User.ID)
		if err != nil {
			return proof{}, err
		}
		i := factor.MatchRecovery(w.User.UID, code, sums)
		if i < 0 {
			return proof{}, index.Refuse(index.CodeWrongProof, "This is none of your recovery codes that are left.")
		}
		return proof{Method: index.ByRecovery, Sum: sums[i]}, nil
	})
}

// second finishes a sign-in with what prove finds. Wrong proofs count against
// the limits, also those that were right once (MFA-2, MFA-12).
func (a *Accounts) second(ctx context.Context, b Browser, cookie string, prove func(Waiting) (proof, error)) (Entry, error) {
	w, err := a.Waiting(ctx, cookie)
	if err != nil {
		return Entry{}, err
	}
	uses := factorUses(b, w.User)
	if err := a.count(ctx, uses); err != nil {
		return Entry{}, err
	}
	p, err := prove(w)
	var e Entry
	if err == nil {
		e, err = a.admit(ctx, b, admission{user: w.User, proof: p, next: w.next, ticket: w.ticket})
	}
	if index.HasCode(err, index.CodeWrongProof) {
		return Entry{}, a.failed(ctx, b, w.User, index.EventFactorFail, err)
	}
	if err == nil {
		a.refund(uses)
	}
	return e, err
}

// checkTOTP finds the generator that shows the code, and the step it is of.
func (a *Accounts) checkTOTP(w Waiting, code string) (proof, error) {
	wrong := factor.ErrWrongCode
	for _, f := range w.factors {
		if f.Kind != index.FactorTOTP {
			continue
		}
		secret, err := a.Keys.Unseal(f.Secret, totpSeal(w.User))
		if err != nil {
			return proof{}, err
		}
		step, err := factor.CheckTOTP(secret, code, a.Clock())
		if err == nil {
			return proof{Method: index.ByTOTP, Factor: f.ID, Step: step}, nil
		}
		if errors.Is(err, factor.ErrClock) {
			wrong = err
		}
	}
	return proof{}, index.Refuse(index.CodeWrongProof, "%s.", upperFirst(wrong.Error()))
}

// burn uses a recovery code up and tells about it (MFA-4).
func burn(ctx context.Context, tx *change.Tx, u index.User, sum string) (bool, error) {
	ok, err := tx.BurnRecovery(ctx, u.ID, sum, tx.Now)
	if err != nil || !ok {
		return false, err
	}
	left, err := tx.RecoverySums(ctx, u.ID)
	if err != nil {
		return false, err
	}
	note(tx, u, index.EventRecoveryUsed, "", "")
	err = notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.RecoveryCodeUsed, UserID: u.ID, Data: notify.Data{Count: len(left)}})
	return true, err
}
