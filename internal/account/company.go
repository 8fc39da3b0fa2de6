package account

import (
	"context"
	"errors"
	"fmt"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/sso"
)

// Company is where people sign in who belong to a company. The zero value is no
// company at all.
type Company struct {
	Provider      *sso.Provider // nil for none
	ProviderRules CompanyRules
	Name          string // of the provider, for its button
	Delegated     bool   // a second factor that the provider asked for counts (MFA-13)

	Directory      *sso.Directory // nil for none
	DirectoryRules CompanyRules
	DirectoryFirst bool // it is asked about everybody, local accounts included
}

// CompanyRules say who of a company may sign in, and as what.
type CompanyRules struct {
	Mapping     sso.Mapping
	Create      bool // somebody new gets an account
	LinkByEmail bool // somebody new gets the account of the verified address
}

// companyError is what a person hears of a sign-in elsewhere that failed; the
// log hears the rest.
func companyError(err error) error {
	var told *index.Error
	switch {
	case errors.As(err, &told):
		return err
	case errors.Is(err, sso.ErrUnavailable):
		return &index.Error{Code: index.CodeUnavailable, Detail: "Your company's sign-in does not answer at the moment. Try again in a minute.", Retry: 60, Err: err}
	case errors.Is(err, sso.ErrRefused):
		return &index.Error{Code: index.CodeCompany, Detail: fmt.Sprintf("You were not signed in: %s.", err), Err: err}
	case errors.Is(err, sso.ErrUntrusted):
		return &index.Error{Code: index.CodeCompany, Detail: "The answer of your company's sign-in could not be trusted, so nobody was signed in. Try once more; if it stays, tell the administrators, who find the reason in the log.", Err: err}
	}
	return err
}

func notLinked(format string, args ...any) error {
	return index.Refuse(index.CodeCompany, format, args...)
}

// welcome finds or makes the account of a person who was proven, and gives and
// takes what the person's groups mean, in one transaction. A person who may no
// longer sign in loses it here, with the browsers that are signed in.
func (a *Accounts) welcome(ctx context.Context, b Browser, rules CompanyRules, who sso.Person) (u index.User, err error) {
	admitted := rules.Mapping.Admits(who.Groups)
	for range firstTries {
		if u, err = a.recognise(ctx, b, rules, who, admitted); err == nil || !a.outrun(ctx, err, who) {
			break
		}
	}
	switch {
	case database.IsUnique(err):
		return u, index.Refuse(index.CodeLinkEnded, "Others signed in with your name or address at this very moment. Please begin again.")
	case err != nil:
		return u, err
	case !admitted:
		return u, notLinked("You are in none of the groups that may sign in here. Ask the administrators of this index.")
	case u.ID == 0 || !usable(u):
		return u, notLinked("The account %s is frozen or closed; ask the administrators.", u.Username)
	}
	return u, nil
}

// firstTries is how often a first sign-in begins again because another one was
// faster: with the same person, or with the same name.
const firstTries = 3

// outrun reports whether a first sign-in failed because another one was faster:
// it took the name or the address, or it was the same person in another tab. On
// PostgreSQL the other's rows may come into sight in the middle of a transaction.
func (a *Accounts) outrun(ctx context.Context, failure error, who sso.Person) bool {
	if database.IsUnique(failure) {
		return true
	}
	_, found, err := a.DB.Identity(ctx, who.Issuer, who.Subject)
	return err == nil && found
}

// recognise is the transaction of welcome. The user has no key when nobody was
// found and none may be made.
func (a *Accounts) recognise(ctx context.Context, b Browser, rules CompanyRules, who sso.Person, admitted bool) (u index.User, err error) {
	err = a.Recorder.Do(ctx, b.Actor, func(tx *change.Tx) error {
		known, found, err := tx.Identity(ctx, who.Issuer, who.Subject)
		switch {
		case err != nil:
			return err
		case found:
			u, _, err = tx.LockUser(ctx, known.UserID)
		case admitted:
			u, err = a.adopt(ctx, tx, b, rules, who)
		}
		if err != nil || u.ID == 0 {
			return err
		}
		tx.Actor = b.as(u)
		if err := tx.UseIdentity(ctx, identity(tx, u, who)); err != nil {
			return err
		}
		if !admitted {
			if err := a.endLogins(ctx, tx, u.ID); err != nil {
				return err
			}
		}
		return applyGrants(ctx, tx, &u, who.Source, rules.Mapping.Grants(who.Groups))
	})
	return u, err
}

func identity(tx *change.Tx, u index.User, who sso.Person) index.Identity {
	return index.Identity{
		Issuer: who.Issuer, Subject: who.Subject, UserID: u.ID, Source: who.Source, Label: who.Username, Factor: who.Factor, CreatedAt: tx.Now, UsedAt: tx.Now,
	}
}

// adopt gives somebody new an account: that of the address, where both sides
// vouch for it and the settings say so, else a new one. A user name is never
// enough: whoever gives names at the company would give accounts here.
func (a *Accounts) adopt(ctx context.Context, tx *change.Tx, b Browser, rules CompanyRules, who sso.Person) (u index.User, err error) {
	if checkAddress(who.Email) != nil {
		who.Email, who.Verified = "", false // no mail can be sent there
	}
	e, found, err := tx.EmailByAddress(ctx, who.Email)
	if err != nil {
		return u, err
	}
	switch {
	case found && e.Verified && rules.LinkByEmail && who.Verified:
		return a.adoptByEmail(ctx, tx, b, e, who)
	case found && e.Verified && who.Verified:
		return u, notLinked("An account here has your address %s. Sign in to it and link it on its page of associations.", who.Email)
	case found:
		who.Email, who.Verified = "", false // whose it is nobody has proven
	case !rules.Create:
		return u, notLinked("No account here belongs to you yet, and none is made by signing in. Sign in to your account and link it, or ask the administrators.")
	}
	if !rules.Create {
		return u, notLinked("No account here belongs to you yet, and none is made by signing in. Ask the administrators.")
	}
	return a.createFor(ctx, tx, b, who)
}

func (a *Accounts) adoptByEmail(ctx context.Context, tx *change.Tx, b Browser, e index.Email, who sso.Person) (u index.User, err error) {
	u, found, err := tx.LockUser(ctx, e.UserID)
	if err != nil || !found {
		return u, err
	}
	all, err := tx.IdentitiesOf(ctx, u.ID)
	if err != nil {
		return u, err
	}
	for _, i := range all {
		if i.Issuer == who.Issuer {
			return u, notLinked("The account with your address %s belongs to somebody else at your company. Ask the administrators.", who.Email)
		}
	}
	if u.Superuser || u.Moderator || !usable(u) {
		return u, notLinked("The account with your address %s is an administrator's or moderator's, or not in use. Sign in to it and link it yourself.", who.Email)
	}
	tx.Actor = b.as(u)
	return u, a.join(ctx, tx, &u, who, true)
}

// createFor makes an account for a person, without a password: it signs in with
// the company only.
func (a *Accounts) createFor(ctx context.Context, tx *change.Tx, b Browser, who sso.Person) (u index.User, err error) {
	u = index.User{UID: access.NewUID(), Email: who.Email, Name: who.Name, CreatedAt: tx.Now, PasswordAt: tx.Now}
	if u.Username, err = freeName(ctx, tx, who.Username); err != nil {
		return u, err
	}
	if err := openToNew(ctx, tx); err != nil {
		return u, err
	}
	if u.ID, err = tx.InsertUser(ctx, u, who.Verified); err != nil {
		return u, err
	}
	tx.Actor = b.as(u)
	note(tx, u, index.EventAccountCreate, "", u.Email)
	if u.Email != "" && !who.Verified {
		if err := sendVerification(ctx, tx, u, u.Email); err != nil {
			return u, err
		}
	}
	return u, a.join(ctx, tx, &u, who, true)
}

// freeName is the proposal, or the first of those with a number behind it that
// nobody has.
func freeName(ctx context.Context, tx *change.Tx, proposal string) (string, error) {
	if proposal == "" {
		proposal = "user"
	}
	for n := 1; n <= 100; n++ {
		name := proposal
		if n > 1 {
			name = fmt.Sprintf("%s-%d", proposal, n)
		}
		free, err := tx.FreeUsername(ctx, name)
		if err != nil || free {
			return name, errors.Join(err, access.CheckUsername(name))
		}
	}
	return "", notLinked("The user name %q and a hundred like it are taken. Ask the administrators.", proposal)
}

// join links the account with the person and tells its owner. With whole the
// account belongs to the company from now on: its own password and passkeys no
// longer sign in, so that who leaves the company is out.
func (a *Accounts) join(ctx context.Context, tx *change.Tx, u *index.User, who sso.Person, whole bool) error {
	if err := tx.InsertIdentity(ctx, identity(tx, *u, who)); err != nil {
		return err
	}
	if whole {
		if err := tx.TurnPasswordOff(ctx, u.ID, index.PasswordCompany); err != nil {
			return err
		}
		u.PasswordOff = index.PasswordCompany
	}
	note(tx, *u, index.EventAssociationAdd, "", who.Source+" "+who.Issuer+" "+who.Username)
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.AssociationAdded, UserID: u.ID, Data: notify.Data{Label: who.Username + " (" + who.Issuer + ")"}})
}

// enterFrom lets in somebody whom the company proved. A second factor that was
// proven there counts where the settings say so; else the account's own is asked
// for, if it has one (MFA-13).
func (a *Accounts) enterFrom(ctx context.Context, b Browser, u index.User, who sso.Person, next string) (Entry, error) {
	if who.Factor && a.Company.Delegated && who.Source == sso.FromOIDC {
		return a.admit(ctx, b, admission{user: u, proof: proof{Method: index.BySSOAndMF}, next: next})
	}
	return a.afterFirst(ctx, b, u, index.BySSO, next)
}
