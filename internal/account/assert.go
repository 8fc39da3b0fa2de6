package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/factor"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/ratelimit"
)

// Challenge asks a browser for a security key: Options is JSON for its script,
// Cookie the secret that binds the answer to this browser (MFA-3).
type Challenge struct {
	Options []byte
	Cookie  string
}

// anyPasskey is the subject of a challenge to whoever has a passkey.
const anyPasskey = "passkey sign-in"

// KeyChallenge asks for one of the keys of somebody whose password was right.
func (a *Accounts) KeyChallenge(ctx context.Context, b Browser, cookie string) (Challenge, error) {
	w, err := a.Waiting(ctx, cookie)
	if err != nil {
		return Challenge{}, err
	}
	return a.challenge(ctx, b, w.User, w.ticket)
}

// PasskeyChallenge asks for a passkey of anybody.
func (a *Accounts) PasskeyChallenge(ctx context.Context, b Browser) (Challenge, error) {
	return a.challenge(ctx, b, index.User{}, anyPasskey)
}

// challenge keeps what the answer is checked against, for one answer to one
// purpose.
func (a *Accounts) challenge(ctx context.Context, b Browser, u index.User, purpose string) (c Challenge, err error) {
	if a.WebAuthn == nil {
		return c, index.Refuse(index.CodeNotFound, "Security keys need a site with https and a host name; this one has none.")
	}
	if err := a.count(ctx, []use{{ratelimit.Challenge, ratelimit.Address(b.Actor.Address)}}); err != nil {
		return c, err
	}
	var session []byte
	if u.ID == 0 {
		c.Options, session, err = a.WebAuthn.BeginPasskey(a.Clock())
	} else {
		keys, readErr := keysOf(ctx, a.DB.Q, u.ID)
		if readErr != nil {
			return c, readErr
		}
		c.Options, session, err = a.WebAuthn.BeginAssertion(keys, a.Clock())
	}
	if err != nil {
		return c, err
	}
	err = a.Recorder.Do(ctx, b.Actor, func(tx *change.Tx) (err error) {
		t := index.Ticket{Kind: index.TicketChallenge, UserID: u.ID, Subject: purpose, Sealed: a.Keys.Seal(session, string(index.TicketChallenge))}
		c.Cookie, err = a.newTicket(ctx, tx, t, ChallengeTime)
		return err
	})
	return c, err
}

// answered uses up the challenge of a browser, whatever comes of the answer.
func (a *Accounts) answered(ctx context.Context, b Browser, cookie, purpose string) (session []byte, err error) {
	err = a.Recorder.Do(ctx, b.Actor, func(tx *change.Tx) error {
		t, found, err := tx.RedeemTicket(ctx, index.TicketChallenge, access.HashSecret(cookie), tx.Now)
		if err != nil {
			return err
		}
		if !found || t.Subject != purpose {
			return index.Refuse(index.CodeLinkEnded, "The security key was asked for too long ago, or answered already. Try again.")
		}
		session, err = a.Keys.Unseal(t.Sealed, string(t.Kind))
		return err
	})
	return session, err
}

// SignInKey finishes a sign-in with the answer of a security key.
func (a *Accounts) SignInKey(ctx context.Context, b Browser, cookie, challenge string, response []byte, remember bool) (Entry, error) {
	return a.second(ctx, b, cookie, func(w Waiting) (proof, error) {
		session, err := a.answered(ctx, b, challenge, w.ticket)
		if err != nil {
			return proof{}, err
		}
		p, err := a.checkKey(ctx, b, w, session, response)
		p.Remember = remember
		return p, err
	})
}

func (a *Accounts) checkKey(ctx context.Context, b Browser, w Waiting, session, response []byte) (proof, error) {
	keys, err := keysOf(ctx, a.DB.Q, w.User.ID)
	if err != nil {
		return proof{}, err
	}
	if len(keys) == 0 || a.WebAuthn == nil {
		return proof{}, index.Refuse(index.CodeWrongProof, "Your account has no security key.")
	}
	got, err := a.WebAuthn.FinishAssertion(session, response, keys, a.Clock())
	return a.keyProof(ctx, b, w.User, w.factors, index.ByKey, got, err)
}

// keyProof makes a proof of a key's answer; a counter that went back is told to
// the owner (MFA-3).
func (a *Accounts) keyProof(ctx context.Context, b Browser, u index.User, factors []index.Factor, by index.LoginMethod, got factor.Assertion, failure error) (proof, error) {
	id := base64.RawURLEncoding.EncodeToString(got.CredentialID)
	i := slices.IndexFunc(factors, func(f index.Factor) bool { return f.CredentialID == id && id != "" })
	if failure != nil {
		err := index.Refuse(index.CodeWrongProof, "The security key was not accepted: %s.", failure)
		if errors.Is(failure, factor.ErrCounter) && i >= 0 {
			return proof{}, a.tellCounter(ctx, b, u, factors[i], err)
		}
		return proof{}, err
	}
	if i < 0 {
		return proof{}, index.Refuse(index.CodeWrongProof, "%s.", upperFirst(factor.ErrUnknownKey.Error()))
	}
	at := attributes{}
	if err := json.Unmarshal([]byte(factors[i].Attributes), &at); err != nil {
		return proof{}, err
	}
	at.BackedUp = got.BackedUp
	text, err := json.Marshal(at)
	return proof{Method: by, Factor: factors[i].ID, SignCount: got.SignCount, Attributes: string(text)}, err
}

func (a *Accounts) tellCounter(ctx context.Context, b Browser, u index.User, f index.Factor, refusal error) error {
	err := a.Recorder.Do(ctx, b.Actor, func(tx *change.Tx) error {
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.SignCounter, UserID: u.ID, Data: notify.Data{Label: f.Label}})
	})
	return errors.Join(err, refusal)
}

// SignInPasskey signs in with a passkey alone, which has checked a PIN,
// fingerprint or face: both factors at once.
func (a *Accounts) SignInPasskey(ctx context.Context, b Browser, challenge string, response []byte, next string) (Entry, error) {
	address := []use{{ratelimit.FactorAddress, ratelimit.Address(b.Actor.Address)}}
	if err := a.count(ctx, address); err != nil {
		return Entry{}, err
	}
	session, err := a.answered(ctx, b, challenge, anyPasskey)
	if err != nil {
		return Entry{}, err
	}
	u, p, err := a.checkPasskey(ctx, b, session, response)
	var e Entry
	if err == nil {
		e, err = a.admit(ctx, b, admission{user: u, proof: p, next: next})
	}
	if index.HasCode(err, index.CodeWrongProof) {
		return Entry{}, a.failed(ctx, b, u, index.EventFactorFail, err)
	}
	if err == nil {
		a.refund(address)
	}
	return e, err
}

func (a *Accounts) checkPasskey(ctx context.Context, b Browser, session, response []byte) (u index.User, p proof, err error) {
	var f index.Factor
	got, err := a.WebAuthn.FinishPasskey(session, response, a.Clock(), func(id, handle []byte) (factor.Credential, error) {
		var found bool
		if f, found, err = a.DB.FactorByCredential(ctx, base64.RawURLEncoding.EncodeToString(id)); err != nil || !found || !f.Passkey {
			return factor.Credential{}, errors.Join(err, factor.ErrUnknownKey)
		}
		if u, found, err = a.DB.UserByID(ctx, f.UserID); err != nil || !found || u.UID != string(handle) || !usable(u) || u.PasswordOff == index.PasswordCompany {
			return factor.Credential{}, errors.Join(err, factor.ErrUnknownKey)
		}
		return credentialOf(f)
	})
	p, err = a.keyProof(ctx, b, u, []index.Factor{f}, index.ByPasskey, got, err)
	return u, p, err
}
