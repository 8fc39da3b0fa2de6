package app

import (
	"time"

	"strongroom/internal/account"
	"strongroom/internal/factor"
	"strongroom/internal/web/manage"
)

// accounts is what people do with their own accounts.
func (a *App) accounts(clock func() time.Time) *account.Accounts {
	c := a.Config
	keys, err := factor.NewWebAuthn(c.URL, location(c.URL))
	if err != nil {
		a.Log.Info("security keys are off", "reason", err.Error())
		keys = nil
	}
	if a.company.Provider != nil { // the port is known by now
		a.company.Provider.Redirect = c.URL + "/account/sso/callback"
	}
	return &account.Accounts{
		Company: a.company,
		DB:      a.DB, Recorder: a.Recorder, Guard: a.Guard, Keys: a.Keys, Limiter: a.Limiter, Hasher: a.Passwords, Breaches: a.Breach,
		WebAuthn: keys, Clock: clock, URL: c.URL, Least: c.PasswordMin, Open: c.Registration == "open", Confirm: *c.ConfirmBrowsers,
		Remember: time.Duration(*c.RememberDays) * 24 * time.Hour,
	}
}

// manage is the pages on which people manage what is theirs.
func (a *App) manage() (*manage.Manage, error) {
	return manage.New(manage.Manage{DB: a.DB, Accounts: a.Accounts, Guard: a.Guard, Clock: a.Recorder.Clock, URL: a.Config.URL})
}
