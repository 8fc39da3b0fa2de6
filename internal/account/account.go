// Package account is what people do with their own accounts: sign up, sign in
// with a second factor, recover, change addresses, passwords and factors, make
// tokens, and leave. Every function is one action: it asks, changes everything
// in one transaction, and queues the mails that tell about it. Who may is asked
// before, by the door (access.Rules).
package account

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/factor"
	"strongroom/internal/password"
	"strongroom/internal/ratelimit"
	"strongroom/internal/sign"
)

// Accounts holds what the actions need. All fields must be set.
type Accounts struct {
	DB       *database.DB
	Recorder *change.Recorder
	Guard    *access.Guard
	Keys     *sign.Keyring
	Limiter  *ratelimit.Limiter
	Hasher   *password.Hasher
	Breaches *password.Checker // nil asks nobody
	WebAuthn *factor.WebAuthn
	Clock    func() time.Time
	URL      string // public address of the site, no slash at the end
	Open     bool   // anyone may register; else an invitation is needed
}
