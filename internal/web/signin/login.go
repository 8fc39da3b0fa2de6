package signin

import (
	"net/http"

	"strongroom/internal/account"
	"strongroom/internal/middleware"
)

type loginPage struct {
	form
	Passkeys bool
	Open     bool // anybody may make an account

	Provider  string // name of the company's provider, "" for none
	Directory bool   // passwords of the company's directory are taken
}

func (s *SignIn) loginForm(r *http.Request) loginPage {
	company := s.accounts.Company
	page := loginPage{form: newForm(r), Passkeys: s.accounts.WebAuthn != nil, Open: s.accounts.Open, Directory: company.Directory != nil}
	if company.Provider != nil {
		page.Provider = company.Name
	}
	return page
}

func (s *SignIn) loginPage(w http.ResponseWriter, r *http.Request) error {
	if middleware.Of(w).Visitor.Login != nil {
		return middleware.See(w, next(r))
	}
	return s.write(w, r, http.StatusOK, "login", s.loginForm(r))
}

// login takes a password. The answer to a wrong one holds nothing but what was
// typed (P31).
func (s *SignIn) login(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	e, err := s.accounts.SignIn(r.Context(), browser(w, r), r.PostFormValue("username"), r.PostFormValue("password"), next(r))
	if err == nil {
		return middleware.See(w, goOn(w, e))
	}
	page := s.loginForm(r)
	page.keep(r, "username")
	if err := page.refused(err); err != nil {
		return err
	}
	return s.write(w, r, http.StatusBadRequest, "login", page)
}

type factorPage struct {
	form
	account.Waiting
	Days int // for which a browser can be remembered, 0 for not at all
}

// waiting is the page for whoever the pending cookie belongs to.
func (s *SignIn) waiting(r *http.Request) (factorPage, error) {
	w, err := s.accounts.Waiting(r.Context(), cookie(r, pendingCookie))
	return factorPage{form: newForm(r), Waiting: w, Days: int(s.accounts.Remember.Hours() / 24)}, err
}

func (s *SignIn) factorPage(w http.ResponseWriter, r *http.Request) error {
	return s.showWaiting(w, r, "two-factor")
}

func (s *SignIn) recoveryPage(w http.ResponseWriter, r *http.Request) error {
	return s.showWaiting(w, r, "recovery-code")
}

func (s *SignIn) showWaiting(w http.ResponseWriter, r *http.Request, name string) error {
	page, err := s.waiting(r)
	if err != nil {
		return beginAgain(w, err)
	}
	return s.write(w, r, http.StatusOK, name, page)
}

func (s *SignIn) factor(w http.ResponseWriter, r *http.Request) error {
	return s.second(w, r, "two-factor", "totp_value", func(b account.Browser, code string) (account.Entry, error) {
		return s.accounts.SignInTOTP(r.Context(), b, cookie(r, pendingCookie), code, r.PostFormValue("remember_device") != "")
	})
}

func (s *SignIn) recovery(w http.ResponseWriter, r *http.Request) error {
	return s.second(w, r, "recovery-code", "recovery_code_value", func(b account.Browser, code string) (account.Entry, error) {
		return s.accounts.SignInRecovery(r.Context(), b, cookie(r, pendingCookie), code)
	})
}

// second takes a code; a wrong one gives the form again (MFA-5).
func (s *SignIn) second(w http.ResponseWriter, r *http.Request, name, field string, try func(b account.Browser, code string) (account.Entry, error)) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	e, err := try(browser(w, r), r.PostFormValue(field))
	if err == nil {
		return middleware.See(w, goOn(w, e))
	}
	page, gone := s.waiting(r)
	if gone != nil {
		return beginAgain(w, gone)
	}
	if err := page.refused(err); err != nil {
		return beginAgain(w, err)
	}
	page.Wrong[field], page.Wrong[""] = page.Wrong[""], ""
	return s.write(w, r, http.StatusBadRequest, name, page)
}

func (s *SignIn) confirmPage(w http.ResponseWriter, r *http.Request) error {
	return s.write(w, r, http.StatusOK, "confirm-login", newForm(r))
}

func (s *SignIn) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	e, err := s.accounts.ConfirmLogin(r.Context(), browser(w, r), token(r), cookie(r, confirmCookie))
	if err != nil {
		return err
	}
	return middleware.See(w, goOn(w, e))
}

func (s *SignIn) logoutPage(w http.ResponseWriter, r *http.Request) error {
	return s.write(w, r, http.StatusOK, "logout", newForm(r))
}

func (s *SignIn) logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.accounts.SignOut(r.Context(), middleware.Of(w).Visitor); err != nil {
		return err
	}
	setCookie(w, middleware.LoginCookie, "", 0)
	return middleware.See(w, "/")
}
