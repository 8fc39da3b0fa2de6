package signin

import (
	"net/http"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/sso"
	"strongroom/internal/web/shell"
)

// PasswordHint says which passwords are taken.
func (p loginPage) PasswordHint() string {
	if p.Directory {
		return "That of your company's directory is taken too."
	}
	return ""
}

// company says how somebody who signed in can prove it again with the company:
// with the directory's password, or at the provider of that name ("" for none).
func (s *SignIn) company(r *http.Request, v *access.Visitor) (directory bool, provider string, err error) {
	label, err := s.accounts.DirectoryName(r.Context(), v.User)
	if err != nil || s.accounts.Company.Provider == nil {
		return label != "", "", err
	}
	all, err := s.accounts.Associations(r.Context(), v)
	for _, i := range all {
		if i.Source == sso.FromOIDC {
			provider = s.accounts.Company.Name
		}
	}
	return label != "", provider, err
}

func (s *SignIn) ssoLogin(w http.ResponseWriter, r *http.Request) error {
	return s.leaveTo(w, r, account.ToSignIn)
}

func (s *SignIn) ssoProve(w http.ResponseWriter, r *http.Request) error {
	return s.leaveTo(w, r, account.ToProve)
}

func (s *SignIn) leaveTo(w http.ResponseWriter, r *http.Request, purpose account.Purpose) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	to, secret, err := s.accounts.BeginSSO(r.Context(), browser(w, r), purpose, next(r))
	if err != nil {
		return err
	}
	return shell.Leave(w, r, to, s.accounts.Company.Name, secret, int(account.SSOTime.Seconds()))
}

// ssoCallback is the one GET that changes something: the protocol sends browsers
// back by a redirect (RFC 6749, 4.1.2). What protects it is not the method. The
// cookie, which only the browser has that began with a form of this site, finds a
// row that is used once and ends after minutes; the address must hold the state in
// that row; the code in it is redeemed with a verifier that never left the server
// (PKCE), and the answer is signed and holds the row's nonce. Whoever makes
// somebody open this address, with a code of their own or none, changes nothing.
func (s *SignIn) ssoCallback(w http.ResponseWriter, r *http.Request) error {
	out, err := s.accounts.FinishSSO(r.Context(), browser(w, r), middleware.Of(w).Visitor, cookie(r, shell.TripCookie), r.URL.Query())
	if err != nil {
		return s.notSignedIn(w, r, err)
	}
	setCookie(w, shell.TripCookie, "", 0)
	switch out.Purpose {
	case account.ToLink:
		return shell.Done(w, "/manage/account/associations/", "Your account is linked.")
	case account.ToProve:
		renewed(w, out.Proven)
		return middleware.See(w, out.Next)
	}
	return middleware.See(w, goOn(w, out.Entry))
}

// notSignedIn shows why on the page to sign in on; who signed in already, and came
// to link or to prove, sees the refusal itself.
func (s *SignIn) notSignedIn(w http.ResponseWriter, r *http.Request, err error) error {
	page := s.loginForm(r)
	if index.HasCode(err, index.CodeLinkEnded) {
		page.Wrong[""] = index.AsError(err).Detail
	} else if page.refused(err) != nil {
		return err
	}
	if middleware.Of(w).Visitor.Login != nil {
		return err
	}
	middleware.Of(w).Told(err)
	return s.write(w, r, http.StatusBadRequest, "login", page)
}
