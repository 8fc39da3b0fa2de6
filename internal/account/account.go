// Package account is what people do with their own accounts: sign up, sign in
// with a second factor, recover, change addresses, passwords and factors, make
// tokens, and leave. Every function is one action: it asks, changes everything
// in one transaction, and queues the mails that tell about it. Who may is asked
// before, by the door (access.Rules).
package account

import (
	"context"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/factor"
	"strongroom/internal/index"
	"strongroom/internal/password"
	"strongroom/internal/ratelimit"
	"strongroom/internal/sign"
)

// Accounts holds what the actions need. All fields but Breaches and WebAuthn
// must be set.
type Accounts struct {
	DB       *database.DB
	Recorder *change.Recorder
	Guard    *access.Guard
	Keys     *sign.Keyring
	Limiter  *ratelimit.Limiter
	Hasher   *password.Hasher
	Breaches *password.Checker // nil asks nobody
	WebAuthn *factor.WebAuthn  // nil where the site's address knows no security keys
	Company  Company           // where people sign in who belong to one
	Clock    func() time.Time
	URL      string        // public address of the site, no slash at the end
	Least    int           // characters of a new password (PW-8), 0 for password.MinLength
	Open     bool          // anyone may register; else an invitation is needed
	Confirm  bool          // a browser that is not known is asked about by mail (MFA-8)
	Remember time.Duration // how long a remembered browser needs no second factor, 0 for not at all (MFA-9)
}

// How long things last that somebody was given (warehouse-inventory 7.5).
const (
	FactorTime     = 300 * time.Second  // to give the second factor (MFA-5)
	ConfirmTime    = 15 * time.Minute   // to confirm a browser (MFA-8)
	ChallengeTime  = 5 * time.Minute    // to answer with a security key (MFA-3)
	MailTime       = 6 * time.Hour      // links in mails
	InvitationTime = 7 * 24 * time.Hour // to make an account
	HoldTime       = 24 * time.Hour     // after an administrator's reset (MFA-7)
)

// Browser is what a browser brings to an action beside the form.
type Browser struct {
	Actor  index.Actor  // with the client's address and user agent
	Login  *index.Login // who it is signed in as already, nil for nobody: that login ends with the next
	Device string       // the device cookie
}

// as is the actor once it is known who it is.
func (b Browser) as(u index.User) index.Actor {
	return index.Actor{Kind: "user", UserID: u.ID, Username: u.Username, Address: b.Actor.Address, Country: b.Actor.Country, UserAgent: b.Actor.UserAgent}
}

// Entry is how far a sign-in has come: exactly one of Login, Pending and
// Confirm is set. All are secrets for cookies.
type Entry struct {
	Login   string // signed in
	Pending string // a second factor is needed, within FactorTime
	Confirm string // the user was asked by mail, and has ConfirmTime
	Device  string // new value of the device cookie, "" to leave it
	Next    string // where the person wanted to go
}

// usable reports whether an account may sign in: not closed, not frozen.
func usable(u index.User) bool {
	return u.ClosedAt.IsZero() && index.StatusOf(index.At{Level: index.OnUser, Standing: u.Standing}).Upload == ""
}

// version changes with the password, so that what was begun or mailed under
// another one is void (MFA-5).
func version(u index.User) string {
	return access.HashSecret(u.PasswordHash + " " + string(u.PasswordOff))[:32]
}

func object(u index.User) string { return "user:" + u.Username }

// newTicket makes a single-use secret in the caller's change.
func (a *Accounts) newTicket(ctx context.Context, tx *change.Tx, t index.Ticket, life time.Duration) (secret string, err error) {
	secret, t.Hash = access.NewSecret()
	t.CreatedAt, t.ExpiresAt = tx.Now, tx.Now.Add(life)
	return secret, tx.InsertTicket(ctx, t)
}

// reachable reports whether mail can get to an address at all: the first
// administrator's, which nobody chose, leads nowhere.
func reachable(address string) bool {
	return address != "" && !strings.HasSuffix(address, ".localdomain")
}
