package signin

import (
	"cmp"
	"net/http"

	"strongroom/internal/account"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

type registerPage struct {
	form
	choice
	Invite string
}

// choice is what the page says of a new password.
type choice struct {
	Ranges string // where the browser asks about breached passwords, "" for nowhere
	Least  int    // characters it must have
}

func (s *SignIn) choice() choice { return choice{s.ranges(), s.accounts.Shortest()} }

func (s *SignIn) registerForm(r *http.Request) registerPage {
	invite := r.PostFormValue("invite")
	if invite == "" {
		invite = r.URL.Query().Get("invite")
	}
	return registerPage{form: newForm(r), choice: s.choice(), Invite: invite}
}

// ranges is where browsers ask about breached passwords: here, never elsewhere.
func (s *SignIn) ranges() string {
	if !s.accounts.Breaches.Ranges() {
		return ""
	}
	return "/_/password-range/"
}

func (s *SignIn) registerPage(w http.ResponseWriter, r *http.Request) error {
	page, in := s.registerForm(r), middleware.Of(w).Visitor.Login != nil
	if in && page.Invite == "" {
		return middleware.See(w, usual)
	}
	i, err := s.accounts.Invited(r.Context(), page.Invite)
	if err != nil {
		return err
	}
	if in || i.Member {
		return middleware.See(w, cmp.Or(i.Offer, usual))
	}
	page.Value["email"] = i.Address
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
		return shell.Done(w, cmp.Or(e.Next, "/manage/account/"), "Your account is made, and this browser is signed in.")
	}
	page.keep(r, "username", "full_name", "email")
	if err := page.refused(err); err != nil {
		return err
	}
	return s.write(w, r, http.StatusBadRequest, "register", page)
}
