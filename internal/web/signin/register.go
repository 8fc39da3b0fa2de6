package signin

import (
	"net/http"

	"strongroom/internal/account"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

type registerPage struct {
	form
	Invite string
	Ranges string // where the browser asks about breached passwords, "" for nowhere
}

func (s *SignIn) registerForm(r *http.Request) registerPage {
	invite := r.PostFormValue("invite")
	if invite == "" {
		invite = r.URL.Query().Get("invite")
	}
	return registerPage{form: newForm(r), Invite: invite, Ranges: s.ranges()}
}

// ranges is where browsers ask about breached passwords: here, never elsewhere.
func (s *SignIn) ranges() string {
	if !s.accounts.Breaches.Ranges() {
		return ""
	}
	return "/_/password-range/"
}

func (s *SignIn) registerPage(w http.ResponseWriter, r *http.Request) error {
	if middleware.Of(w).Visitor.Login != nil {
		return middleware.See(w, usual)
	}
	page := s.registerForm(r)
	address, err := s.accounts.Invited(r.Context(), page.Invite)
	if err != nil {
		return err
	}
	page.Value["email"] = address
	return s.write(w, r, http.StatusOK, "register", page)
}

// register makes an account. The field confirm_form is one that people do not
// see: whatever fills it in is told nothing and gets nothing.
func (s *SignIn) register(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostFormValue("confirm_form") != "" {
		return middleware.See(w, "/")
	}
	page := s.registerForm(r)
	e, err := s.accounts.Register(r.Context(), browser(w, r), account.Registration{
		Username: r.PostFormValue("username"), Name: r.PostFormValue("full_name"), Email: r.PostFormValue("email"), Invite: page.Invite,
		Password: account.NewPassword{New: r.PostFormValue("new_password"), Again: r.PostFormValue("password_confirm")},
	})
	if err == nil {
		goOn(w, e)
		return shell.Done(w, "/manage/account/", "Your account is made, and this browser is signed in.")
	}
	page.keep(r, "username", "full_name", "email")
	if err := page.refused(err); err != nil {
		return err
	}
	return s.write(w, r, http.StatusBadRequest, "register", page)
}
