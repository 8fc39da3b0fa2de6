package access

import (
	"context"

	"strongroom/internal/index"
)

// Visitor is who is behind a request, as far as it was proven: nobody, a
// browser that signed in, or a program with a token.
type Visitor struct {
	User  index.User // zero ID: nobody
	State index.AccountState
	Login *index.Login // set for a browser that signed in
	Token *Identity    // set for an API token

	Address   string // the client's, proxies that are trusted seen through
	Country   string // its country, empty where nobody knows
	UserAgent string
}

// Anonymous reports whether nobody was proven.
func (v *Visitor) Anonymous() bool { return v.User.ID == 0 }

// Actor is the visitor as the journal and the audit log name it.
func (v *Visitor) Actor() index.Actor {
	by := index.Actor{Kind: "user", UserID: v.User.ID, Username: v.User.Username, Address: v.Address, UserAgent: v.UserAgent}
	switch {
	case v.Token != nil:
		by = v.Token.Actor(v.Address, v.UserAgent)
	case v.Anonymous():
		by.Kind = "visitor"
	}
	by.Country = v.Country
	return by
}

func (v *Visitor) provenBy(by By) bool {
	switch by {
	case BySession:
		return v.Login != nil
	case ByToken:
		return v.Token != nil
	}
	return true
}

// Credentials are what a request brings: the login cookie's secret and the
// Authorization header, each may be empty.
type Credentials struct {
	Login         string
	Authorization string
	Address       string
	Country       string
	UserAgent     string
}

// Visit finds out who is behind a request. A login that ended is nobody; a
// token that is no good is refused, so that its holder hears why. A token wins
// over a cookie only where a browser is not asked for.
func (g *Guard) Visit(ctx context.Context, c Credentials, by By) (*Visitor, error) {
	v := &Visitor{Address: c.Address, Country: c.Country, UserAgent: c.UserAgent}
	if by != BySession && c.Authorization != "" {
		id, err := g.Authenticate(ctx, c.Authorization)
		if err != nil {
			return nil, err
		}
		v.User, v.Token = id.User, id
		return v, nil
	}
	if by == ByToken || c.Login == "" {
		return v, nil
	}
	login, found, err := g.LoginOf(ctx, c.Login)
	if err != nil || !found {
		return v, err
	}
	v.User, v.State, v.Login = login.User, login.State, &login.Login
	return v, nil
}

// Learn finds what the policies on addresses and second factors ask about an
// account that a token proved (MFA-6). Rights without such a policy are spared
// the reading.
func (g *Guard) Learn(ctx context.Context, v *Visitor) error {
	if v.Token == nil {
		return nil
	}
	_, state, found, err := g.DB.TokenOwner(ctx, v.Token.Token.ID)
	if err == nil && !found {
		err = unknownToken()
	}
	v.State = state
	return err
}
