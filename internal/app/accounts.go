package app

import (
	"strongroom/internal/account"
	"strongroom/internal/factor"
	"strongroom/internal/web/manage"
)

// accounts is what people do with their own accounts.
func (s *Server) accounts() *account.Accounts {
	a := s.app
	keys, err := factor.NewWebAuthn(a.Config.URL, location(a.Config.URL))
	if err != nil {
		a.Log.Info("security keys are off", "reason", err.Error())
		keys = nil
	}
	return &account.Accounts{
		DB: a.DB, Recorder: a.Recorder, Guard: a.Guard, Keys: a.Keys, Limiter: s.limiter, Clock: a.Recorder.Clock, URL: a.Config.URL,
		Hasher: a.Passwords, Breaches: a.Breach, WebAuthn: keys,
	}
}

// manage is the pages on which people manage what is theirs.
func (s *Server) manage() (*manage.Manage, error) {
	return manage.New(manage.Manage{DB: s.app.DB, Accounts: s.accounts(), Guard: s.app.Guard, Clock: s.app.Recorder.Clock, URL: s.app.Config.URL})
}
