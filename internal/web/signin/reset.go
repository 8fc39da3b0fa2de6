package signin

import (
	"net/http"

	"strongroom/internal/account"
	"strongroom/internal/web/shell"
)

type requestPage struct {
	form
	Sent bool
}

func (s *SignIn) requestPage(w http.ResponseWriter, r *http.Request) error {
	return s.write(w, r, http.StatusOK, "request-reset", requestPage{form: newForm(r)})
}

// request answers everybody the same (P31).
func (s *SignIn) request(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.accounts.RequestReset(r.Context(), browser(w, r), r.PostFormValue("username_or_email")); err != nil {
		return err
	}
	return s.write(w, r, http.StatusOK, "request-reset", requestPage{newForm(r), true})
}

type resetPage struct {
	form
	choice
	Username string
}

func (s *SignIn) resetForm(r *http.Request) (resetPage, error) {
	u, err := s.accounts.ResetBy(r.Context(), token(r))
	return resetPage{newForm(r), s.choice(), u.Username}, err
}

func (s *SignIn) resetPage(w http.ResponseWriter, r *http.Request) error {
	page, err := s.resetForm(r)
	if err != nil {
		return err
	}
	return s.write(w, r, http.StatusOK, "reset", page)
}

func (s *SignIn) reset(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	page, err := s.resetForm(r)
	if err != nil {
		return err
	}
	typed := account.NewPassword{New: r.PostFormValue("new_password"), Again: r.PostFormValue("password_confirm")}
	if err = s.accounts.ResetPassword(r.Context(), browser(w, r), token(r), typed); err == nil {
		return shell.Done(w, "/account/login/", "Your password is changed, and all browsers are signed out. Sign in with the new one.")
	}
	if err := page.refused(err); err != nil {
		return err
	}
	return s.write(w, r, http.StatusBadRequest, "reset", page)
}

type verifyPage struct {
	form
	account.Verification
}

func (s *SignIn) verifyPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.accounts.VerificationBy(r.Context(), token(r))
	if err != nil {
		return err
	}
	return s.write(w, r, http.StatusOK, "verify-email", verifyPage{newForm(r), v})
}

func (s *SignIn) verify(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	v, err := s.accounts.VerifyEmail(r.Context(), browser(w, r), token(r))
	if err != nil {
		return err
	}
	return shell.Done(w, "/manage/account/", "The address "+v.Address+" is verified.")
}
