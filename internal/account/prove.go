package account

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// Prover is somebody who signed in and has to prove again who it is (MFA-10):
// with a second factor when there is one, else with the password.
func (a *Accounts) Prover(ctx context.Context, v *access.Visitor) (w Waiting, err error) {
	w.User = v.User
	if v.Login != nil {
		w.ticket = "again " + v.Login.Hash
	}
	return w, a.readFactors(ctx, &w)
}

// ProvePassword proves a person without a second factor again, and returns the
// new secret of the login's cookie.
func (a *Accounts) ProvePassword(ctx context.Context, v *access.Visitor, pass string) (cookie string, err error) {
	uses := loginUses(Browser{Actor: v.Actor()}, v.User.Username)
	return a.prove(ctx, v, uses, func(w Waiting) (proof, error) {
		if len(w.factors) > 0 {
			return proof{}, index.Refuse(index.CodeWrongProof, "Your account has a second factor: prove yourself with it.")
		}
		ok, err := a.verifyAgain(ctx, v, pass)
		if err == nil && !ok {
			err = index.Refuse(index.CodeWrongProof, "The password is wrong.")
		}
		return proof{Method: index.ByPassword}, err
	})
}

// ProveTOTP proves a person again by a code of a generator.
func (a *Accounts) ProveTOTP(ctx context.Context, v *access.Visitor, code string) (cookie string, err error) {
	return a.prove(ctx, v, factorUses(Browser{Actor: v.Actor()}, v.User), func(w Waiting) (proof, error) { return a.checkTOTP(w, code) })
}

// ProveChallenge asks for one of the visitor's keys.
func (a *Accounts) ProveChallenge(ctx context.Context, v *access.Visitor) (Challenge, error) {
	w, err := a.Prover(ctx, v)
	if err != nil {
		return Challenge{}, err
	}
	return a.challenge(ctx, Browser{Actor: v.Actor()}, w.User, w.ticket)
}

// ProveKey proves a person again by the answer of a security key.
func (a *Accounts) ProveKey(ctx context.Context, v *access.Visitor, challenge string, response []byte) (cookie string, err error) {
	b := Browser{Actor: v.Actor()}
	return a.prove(ctx, v, factorUses(b, v.User), func(w Waiting) (proof, error) {
		session, err := a.answered(ctx, b, challenge, w.ticket)
		if err != nil {
			return proof{}, err
		}
		return a.checkKey(ctx, b, w, session, response)
	})
}

func (a *Accounts) prove(ctx context.Context, v *access.Visitor, uses []use, check func(Waiting) (proof, error)) (cookie string, err error) {
	if v.Login == nil {
		return "", index.Refuse(index.CodeSignIn, "Sign in first.")
	}
	if err := a.count(ctx, uses); err != nil {
		return "", err
	}
	w, err := a.Prover(ctx, v)
	if err != nil {
		return "", err
	}
	p, err := check(w)
	if err == nil {
		cookie, err = a.renew(ctx, v, p)
	}
	if index.HasCode(err, index.CodeWrongProof) {
		return "", a.failed(ctx, Browser{Actor: v.Actor()}, v.User, index.EventReauthFail, err)
	}
	if err == nil {
		a.refund(uses)
	}
	return cookie, err
}

// renew gives the login a new secret in the transaction that uses the proof up.
func (a *Accounts) renew(ctx context.Context, v *access.Visitor, p proof) (cookie string, err error) {
	err = a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		if err := p.spend(ctx, tx, u); err != nil {
			return err
		}
		var ok bool
		if cookie, ok, err = a.Guard.Prove(ctx, tx, v.Login.Hash); err != nil {
			return err
		}
		if !ok {
			return index.Refuse(index.CodeSignIn, "This browser was signed out meanwhile. Sign in again.")
		}
		note(tx, u, index.EventReauth, "", string(p.Method))
		return nil
	})
	return cookie, err
}

// SignOut ends the visitor's login.
func (a *Accounts) SignOut(ctx context.Context, v *access.Visitor) error {
	if v.Login == nil {
		return nil
	}
	return a.Recorder.Do(ctx, v.Actor(), func(tx *change.Tx) error {
		ended, err := tx.DeleteLogin(ctx, v.User.ID, v.Login.Hash)
		if ended {
			note(tx, v.User, index.EventLogout, "", "")
		}
		return err
	})
}
