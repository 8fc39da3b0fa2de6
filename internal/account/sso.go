package account

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/url"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/ratelimit"
	"strongroom/internal/sso"
)

// Purpose is why somebody goes to the company's provider.
type Purpose string

// The purposes.
const (
	ToSignIn Purpose = "sign-in"
	ToLink   Purpose = "link"  // the account gets another way to sign in
	ToProve  Purpose = "prove" // the person proves again to be it (MFA-10)
)

// SSOTime is how long a person has at the provider.
const SSOTime = 10 * time.Minute

// journey is what the ticket of a sign-in elsewhere holds, sealed.
type journey struct {
	Flow    sso.Flow
	Purpose Purpose
	Login   string // hash of the login that it is for, "" to sign in
	Next    string
}

// Arrival is what comes of it: Entry for a sign-in, Proven is a new secret for the
// login's cookie after a proof, and neither after a link.
type Arrival struct {
	Purpose Purpose
	Entry   Entry
	Proven  string
	Next    string
}

// BeginSSO starts a journey to the provider: to is the address to send the
// browser to, and cookie a secret that it must come back with.
func (a *Accounts) BeginSSO(ctx context.Context, b Browser, purpose Purpose, next string) (to, cookie string, err error) {
	if a.Company.Provider == nil {
		return "", "", index.Refuse(index.CodeNotFound, "This index has no single sign-on.")
	}
	if err := a.count(ctx, []use{{ratelimit.SSOBegin, ratelimit.Address(b.Actor.Address)}}); err != nil {
		return "", "", err
	}
	j := journey{Purpose: purpose, Next: next}
	if purpose != ToSignIn {
		if b.Login == nil {
			return "", "", index.Refuse(index.CodeSignIn, "Sign in first.")
		}
		j.Login = b.Login.Hash
	}
	if to, j.Flow, err = a.Company.Provider.Begin(ctx, purpose == ToProve); err != nil {
		return "", "", companyError(err)
	}
	data, err := json.Marshal(j)
	if err != nil {
		return "", "", err
	}
	err = a.Recorder.Do(ctx, b.Actor, func(tx *change.Tx) (err error) {
		cookie, err = a.newTicket(ctx, tx, index.Ticket{Kind: index.TicketSSO, Sealed: a.Keys.Seal(data, string(index.TicketSSO))}, SSOTime)
		return err
	})
	return to, cookie, err
}

// FinishSSO ends a journey with what the browser brings back. Everything that it
// needs was made by BeginSSO and is used once: cookie finds it, which only the
// browser has that began; the state in the address must be the one inside. So a
// link that somebody else made, with a code of their own, signs nobody in.
func (a *Accounts) FinishSSO(ctx context.Context, b Browser, v *access.Visitor, cookie string, answer url.Values) (out Arrival, err error) {
	j, err := a.journeyOf(ctx, b, cookie, answer.Get("state"))
	if err != nil {
		return out, err
	}
	who, err := a.Company.Provider.Finish(ctx, j.Flow, answer)
	if err != nil {
		return out, a.failedCompany(ctx, b, err)
	}
	out = Arrival{Purpose: j.Purpose, Next: j.Next}
	if j.Purpose != ToSignIn && (v.Login == nil || v.Login.Hash != j.Login) {
		return out, orEnded(nil)
	}
	switch j.Purpose {
	case ToLink:
		return out, a.link(ctx, v, a.Company.ProviderRules, who)
	case ToProve:
		out.Proven, err = a.proveBy(ctx, v, who)
		return out, err
	}
	u, err := a.welcome(ctx, b, a.Company.ProviderRules, who)
	if err != nil {
		return out, err
	}
	out.Entry, err = a.enterFrom(ctx, b, u, who, j.Next)
	return out, err
}

// journeyOf finds the journey of a browser and uses it up. An answer with another
// state leaves it alone: anybody can send a browser to the address.
func (a *Accounts) journeyOf(ctx context.Context, b Browser, cookie, state string) (j journey, err error) {
	if a.Company.Provider == nil {
		return j, index.Refuse(index.CodeNotFound, "This index has no single sign-on.")
	}
	hash := access.HashSecret(cookie)
	t, found, err := a.DB.Ticket(ctx, index.TicketSSO, hash, a.Clock())
	if err != nil || !found {
		return j, orEnded(err)
	}
	if err := a.unseal(t, &j); err != nil {
		return j, err
	}
	if subtle.ConstantTimeCompare([]byte(state), []byte(j.Flow.State)) != 1 {
		return j, orEnded(nil)
	}
	err = a.Recorder.Do(ctx, b.Actor, func(tx *change.Tx) error {
		if _, found, err := tx.RedeemTicket(ctx, index.TicketSSO, hash, tx.Now); err != nil || !found {
			return orEnded(err)
		}
		return nil
	})
	return j, err
}

// failedCompany records that a sign-in elsewhere failed, and says so.
func (a *Accounts) failedCompany(ctx context.Context, b Browser, cause error) error {
	return a.failed(ctx, b, index.User{}, index.EventLoginFail, companyError(cause))
}

// proveBy proves who signed in again (MFA-10). Who has a second factor here proves
// it with that, unless the company's counts.
func (a *Accounts) proveBy(ctx context.Context, v *access.Visitor, who sso.Person) (cookie string, err error) {
	known, found, err := a.DB.Identity(ctx, who.Issuer, who.Subject)
	if err != nil {
		return "", err
	}
	if !found || known.UserID != v.User.ID {
		return "", index.Refuse(index.CodeWrongProof, "You signed in at your company as somebody else.")
	}
	method := index.BySSO
	if who.Factor && a.Company.Delegated {
		method = index.BySSOAndMF
	} else if v.State.Factors > 0 {
		return "", index.Refuse(index.CodeWrongProof, "Your account has a second factor: prove yourself with it.")
	}
	return a.renew(ctx, v, proof{Method: method})
}

// link gives the visitor's account another way to sign in. The visitor proved to
// own the account, and who is the person at the company (security-bar 2.4).
func (a *Accounts) link(ctx context.Context, v *access.Visitor, rules CompanyRules, who sso.Person) error {
	if !rules.Mapping.Admits(who.Groups) {
		return notLinked("You are in none of the groups that may sign in here. Ask the administrators of this index.")
	}
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		known, found, err := tx.Identity(ctx, who.Issuer, who.Subject)
		if err != nil {
			return err
		}
		if found && known.UserID != u.ID {
			return notLinked("%s at your company belongs to another account here. Sign in to that one and unlink it first.", who.Username)
		}
		all, err := tx.IdentitiesOf(ctx, u.ID)
		if err != nil || found {
			return err
		}
		for _, i := range all {
			if i.Issuer == who.Issuer {
				return notLinked("Your account is linked with %s there. Unlink that first.", i.Label)
			}
		}
		if err := a.join(ctx, tx, &u, who, who.Source == sso.FromLDAP); err != nil {
			return err
		}
		return applyGrants(ctx, tx, &u, who.Source, rules.Mapping.Grants(who.Groups))
	})
}

// Associations lists who the visitor is elsewhere.
func (a *Accounts) Associations(ctx context.Context, v *access.Visitor) ([]index.Identity, error) {
	return a.DB.IdentitiesOf(ctx, v.User.ID)
}

// Unlink ends one of the visitor's associations, and takes back what the groups
// there gave. An account that belongs to the company keeps its own: nothing else
// would sign in to it.
func (a *Accounts) Unlink(ctx context.Context, v *access.Visitor, issuer, subject string) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		if u.PasswordOff == index.PasswordCompany || u.PasswordHash == "" {
			return notLinked("Your account belongs to your company and has no other way to sign in, so it stays linked. Administrators can give it a password.")
		}
		known, found, err := tx.Identity(ctx, issuer, subject)
		if err != nil {
			return err
		}
		if !found || known.UserID != u.ID {
			return notYours("association")
		}
		if _, err := tx.DeleteIdentity(ctx, u.ID, issuer, subject); err != nil {
			return err
		}
		if err := applyGrants(ctx, tx, &u, known.Source, sso.Grants{}); err != nil {
			return err
		}
		note(tx, u, index.EventAssociationRemove, known.Source+" "+issuer+" "+known.Label, "")
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.AssociationRemoved, UserID: u.ID, Data: notify.Data{Label: known.Label + " (" + issuer + ")"}})
	})
}
