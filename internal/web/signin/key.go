package signin

import (
	"encoding/json"
	"net/http"

	"strongroom/internal/account"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// keyOptions asks for a key of whom the pending cookie belongs to; without one,
// of whoever signed in and is to prove it again.
func (s *SignIn) keyOptions(w http.ResponseWriter, r *http.Request) error {
	var c account.Challenge
	var err error
	if v := middleware.Of(w).Visitor; cookie(r, pendingCookie) != "" {
		c, err = s.accounts.KeyChallenge(r.Context(), browser(w, r), cookie(r, pendingCookie))
	} else if v.Login != nil {
		c, err = s.accounts.ProveChallenge(r.Context(), v)
	} else {
		err = index.Refuse(index.CodeLinkEnded, "Signing in took too long, or was finished elsewhere. Please begin again.")
	}
	return ask(w, c, err)
}

func (s *SignIn) passkeyOptions(w http.ResponseWriter, r *http.Request) error {
	c, err := s.accounts.PasskeyChallenge(r.Context(), browser(w, r))
	return ask(w, c, err)
}

func ask(w http.ResponseWriter, c account.Challenge, err error) error {
	if err != nil {
		return err
	}
	setCookie(w, challengeCookie, c.Cookie, account.ChallengeTime)
	return writeJSON(w, json.RawMessage(c.Options))
}

func writeJSON(w http.ResponseWriter, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(append(text, '\n'))
	return err
}

func (s *SignIn) keyValidate(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	setCookie(w, challengeCookie, "", 0)
	challenge, response := cookie(r, challengeCookie), []byte(r.PostFormValue("credential"))
	if pending := cookie(r, pendingCookie); pending != "" {
		e, err := s.accounts.SignInKey(r.Context(), browser(w, r), pending, challenge, response, r.PostFormValue("remember_device") != "")
		return signedIn(w, e, err)
	}
	secret, err := s.accounts.ProveKey(r.Context(), middleware.Of(w).Visitor, challenge, response)
	if err != nil {
		return err
	}
	renewed(w, secret)
	return redirectTo(w, next(r))
}

func (s *SignIn) passkeyValidate(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	setCookie(w, challengeCookie, "", 0)
	e, err := s.accounts.SignInPasskey(r.Context(), browser(w, r), cookie(r, challengeCookie), []byte(r.PostFormValue("credential")), next(r))
	return signedIn(w, e, err)
}

func signedIn(w http.ResponseWriter, e account.Entry, err error) error {
	if err != nil {
		return err
	}
	return redirectTo(w, goOn(w, e))
}

func redirectTo(w http.ResponseWriter, path string) error {
	return writeJSON(w, map[string]string{"redirect_to": path})
}
