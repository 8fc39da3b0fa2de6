package signin

import (
	"net/http"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/middleware"
)

type provePage struct {
	form
	account.Waiting
	Password bool   // there is no second factor, so the password it is (MFA-10)
	Provider string // name of the company's provider, if the account is linked there
	Nothing  bool   // there is none of these: sign in again
}

func (s *SignIn) prover(w http.ResponseWriter, r *http.Request) (provePage, error) {
	v := middleware.Of(w).Visitor
	who, err := s.accounts.Prover(r.Context(), v)
	p := provePage{form: newForm(r), Waiting: who}
	factors := who.TOTP || who.Keys
	if err != nil || factors {
		return p, err
	}
	directory, provider, err := s.company(r, v)
	p.Provider, p.Password = provider, directory || v.User.PasswordHash != "" && v.User.PasswordOff == ""
	p.Nothing = !p.Password && provider == ""
	return p, err
}

func (s *SignIn) provePage(w http.ResponseWriter, r *http.Request) error {
	page, err := s.prover(w, r)
	if err != nil {
		return err
	}
	return s.write(w, r, http.StatusOK, "reauthenticate", page)
}

func (s *SignIn) prove(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	v, secret, field := middleware.Of(w).Visitor, "", "totp_value"
	var err error
	if r.PostForm.Has("totp_value") {
		secret, err = s.accounts.ProveTOTP(r.Context(), v, r.PostFormValue("totp_value"))
	} else {
		field = "password"
		secret, err = s.accounts.ProvePassword(r.Context(), v, r.PostFormValue("password"))
	}
	if err == nil {
		renewed(w, secret)
		return middleware.See(w, next(r))
	}
	page, readErr := s.prover(w, r)
	if readErr != nil {
		return readErr
	}
	if err := page.refused(err); err != nil {
		return err
	}
	if page.Password || page.TOTP && field == "totp_value" { // else the page has no such field
		page.Wrong[field], page.Wrong[""] = page.Wrong[""], ""
	}
	return s.write(w, r, http.StatusBadRequest, "reauthenticate", page)
}

// renewed gives the browser the login's new secret. The login itself ends when
// it would have; its cookie may outlive it.
func renewed(w http.ResponseWriter, secret string) {
	setCookie(w, middleware.LoginCookie, secret, access.LoginTime.Round(time.Second))
}
