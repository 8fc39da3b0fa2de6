package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Happening is one row of the security history, in words.
type Happening struct {
	ID      int64     `json:"-"`
	At      time.Time `json:"at"`
	Action  string    `json:"action"`
	Meaning string    `json:"meaning"`
	Who     string    `json:"who"`
	Here    bool      `json:"this_browser"`    // from the address and with the browser that ask now
	Place   string    `json:"place,omitempty"` // the same for the same address, and of use to nobody else
	Browser string    `json:"user_agent,omitempty"`
	Object  string    `json:"object,omitempty"`
	Before  string    `json:"before,omitempty"`
	After   string    `json:"after,omitempty"`
	Reason  string    `json:"reason,omitempty"`
}

// History lists what the visitor did and what was done to the account, the
// newest first.
func (a *Accounts) History(ctx context.Context, v *access.Visitor, s database.Span) ([]Happening, error) {
	events, err := a.DB.AccountEvents(ctx, v.User.Username, s)
	if err != nil {
		return nil, err
	}
	here := a.Keys.HashAddress(v.Address)
	out := make([]Happening, 0, len(events))
	for _, e := range events {
		out = append(out, happening(e, v, here))
	}
	return out, nil
}

func happening(e database.Event, v *access.Visitor, here string) Happening {
	h := Happening{
		ID: e.ID, At: time.UnixMicro(e.At).UTC(), Action: e.Action, Meaning: index.EventMeaning(e.Action), Who: e.Actor,
		Object: e.Object, Before: e.Before, After: e.After, Reason: e.Reason,
	}
	if h.Object == "user:"+v.User.Username {
		h.Object = ""
	}
	if e.ActorKind == "administrator" || e.ActorKind == "system" || e.Actor != v.User.Username {
		return h // where others came from is theirs
	}
	h.Browser, h.Place = e.UserAgent, Place(v.User, e.Address)
	h.Here = e.Address == here && e.UserAgent == v.UserAgent
	return h
}

// Place is a short name for a hashed address that only means something within
// one account: two people at one address cannot find that out from it.
func Place(u index.User, hashed string) string {
	if hashed == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("place " + u.UID + " " + hashed))
	return hex.EncodeToString(sum[:4])
}
