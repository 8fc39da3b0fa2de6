package account

import (
	"context"
	"errors"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/sso"
)

// askDirectory tries a password at the company's directory. known is false when
// the account's own password decides: there is no directory, it is not asked
// about this name, or it does not know the password. Nothing keeps the password.
func (a *Accounts) askDirectory(ctx context.Context, b Browser, username, pass, next string) (e Entry, known bool, err error) {
	if a.Company.Directory == nil {
		return e, false, nil
	}
	u, found, err := a.DB.UserByName(ctx, username)
	if err != nil {
		return e, true, err
	}
	local := found && u.PasswordHash != "" && u.PasswordOff != index.PasswordCompany
	if local && !a.Company.DirectoryFirst {
		return e, false, nil
	}
	who, err := a.Company.Directory.SignIn(ctx, username, pass)
	switch {
	case errors.Is(err, sso.ErrRefused), err != nil && local: // an administrator gets in while the directory is down
		return e, false, nil
	case err != nil:
		return e, true, companyError(err)
	}
	if u, err = a.welcome(ctx, b, a.Company.DirectoryRules, who); err != nil {
		return e, true, err
	}
	e, err = a.enterFrom(ctx, b, u, who, next)
	return e, true, err
}

// verifyAgain takes the password of somebody who signed in: the account's own, or
// the directory's for an account that belongs there.
func (a *Accounts) verifyAgain(ctx context.Context, v *access.Visitor, pass string) (ok bool, err error) {
	label, err := a.DirectoryName(ctx, v.User)
	if err != nil {
		return false, err
	}
	if label == "" {
		_, ok, err = a.verify(ctx, Browser{Actor: v.Actor()}, v.User.Username, pass)
		return ok, err
	}
	who, err := a.Company.Directory.SignIn(ctx, label, pass)
	if errors.Is(err, sso.ErrRefused) {
		return false, nil
	}
	if err != nil {
		return false, companyError(err)
	}
	known, found, err := a.DB.Identity(ctx, who.Issuer, who.Subject)
	return found && known.UserID == v.User.ID, err
}

// DirectoryName is the user name in the company's directory of an account whose
// passwords are checked there, "" for any other.
func (a *Accounts) DirectoryName(ctx context.Context, u index.User) (string, error) {
	if a.Company.Directory == nil || u.PasswordOff != index.PasswordCompany {
		return "", nil
	}
	all, err := a.DB.IdentitiesOf(ctx, u.ID)
	for _, i := range all {
		if i.Source == sso.FromLDAP {
			return i.Label, err
		}
	}
	return "", err
}

// LinkDirectory links the visitor's account with somebody in the directory, by
// the password there. From now on that one signs in, and the account's own does
// not.
func (a *Accounts) LinkDirectory(ctx context.Context, v *access.Visitor, username, pass string) error {
	if a.Company.Directory == nil {
		return index.Refuse(index.CodeNotFound, "This index has no directory.")
	}
	uses := loginUses(Browser{Actor: v.Actor()}, username)
	if err := a.count(ctx, uses); err != nil {
		return err
	}
	who, err := a.Company.Directory.SignIn(ctx, username, pass)
	if errors.Is(err, sso.ErrRefused) {
		return a.failed(ctx, Browser{Actor: v.Actor()}, v.User, index.EventLoginFail, wrongPassword())
	}
	if err != nil {
		return companyError(err)
	}
	a.refund(uses)
	return a.link(ctx, v, a.Company.DirectoryRules, who)
}
