package account

import (
	"context"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/ratelimit"
)

// use is one use of a limit.
type use struct {
	limit   ratelimit.Name
	subject string
}

// count counts uses before the work is done, so that many guesses at once are
// not more than the limit; refund takes them back when the guess was right. Who
// is refused learns nothing but when to come back.
func (a *Accounts) count(ctx context.Context, uses []use) error {
	for i, u := range uses {
		if err := a.Limiter.Use(ctx, u.limit, u.subject); err != nil {
			a.refund(uses[:i]) // what one limit refuses does not use up another: nobody locks everybody out alone
			return err
		}
	}
	return nil
}

func (a *Accounts) refund(uses []use) {
	for _, u := range uses {
		a.Limiter.Refund(u.limit, u.subject)
	}
}

// loginUses ask about the address first: who guesses from one place does not
// use up the user's attempts.
func loginUses(b Browser, username string) []use {
	return append(addressUses(b.Actor.Address), use{ratelimit.LoginUser, strings.ToLower(username)})
}

// addressUses are those that are known before the form is read.
func addressUses(address string) []use {
	return []use{ // the one that a flood exhausts comes first: it costs no look into the database
		{ratelimit.LoginAll, ""},
		{ratelimit.LoginAddress, ratelimit.Address(address)},
	}
}

func factorUses(b Browser, u index.User) []use {
	address := ratelimit.Address(b.Actor.Address)
	return []use{
		{ratelimit.FactorAddress, address},
		{ratelimit.FactorAddressHour, address},
		{ratelimit.FactorUser, u.UID},
		{ratelimit.FactorUserHour, u.UID},
		{ratelimit.FactorUserDay, u.UID},
	}
}
