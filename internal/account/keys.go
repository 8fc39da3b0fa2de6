package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/factor"
	"strongroom/internal/index"
)

// BeginKey is what the browser needs to make a security key; the answer goes to
// FinishKey in the same login, within five minutes (MFA-3).
func (a *Accounts) BeginKey(ctx context.Context, v *access.Visitor, passkey bool) (options []byte, err error) {
	if a.WebAuthn == nil {
		return nil, invalid("", "Security keys need a site with https and a host name; this one has none.")
	}
	if err := mayEnrol(v); err != nil {
		return nil, err
	}
	err = a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		existing, err := keysOf(ctx, tx.Q, u.ID)
		if err != nil {
			return err
		}
		var session []byte
		who := factor.Account{Handle: []byte(u.UID), Name: u.Username, Label: u.Username}
		if options, session, err = a.WebAuthn.BeginRegistration(who, existing, passkey, tx.Now); err != nil {
			return err
		}
		return a.keepChallenge(ctx, tx, v, passkey, session)
	})
	return options, err
}

// passkeyWanted is the subject of a challenge for a key that shall sign in alone.
const passkeyWanted = "passkey"

// keepChallenge binds a challenge to the visitor's login, in place of one that
// was not answered.
func (a *Accounts) keepChallenge(ctx context.Context, tx *change.Tx, v *access.Visitor, passkey bool, session []byte) error {
	hash := pending(index.TicketChallenge, v.Login.Hash)
	if _, _, err := tx.RedeemTicket(ctx, index.TicketChallenge, hash, time.Time{}); err != nil {
		return err
	}
	t := index.Ticket{
		Hash: hash, Kind: index.TicketChallenge, UserID: v.User.ID, Sealed: a.Keys.Seal(session, "ticket "+hash), CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(5 * time.Minute),
	}
	if passkey {
		t.Subject = passkeyWanted
	}
	return tx.InsertTicket(ctx, t)
}

// FinishKey adds the security key that the browser made. The challenge is used
// up whatever comes of it.
func (a *Accounts) FinishKey(ctx context.Context, v *access.Visitor, label string, response []byte) (codes bool, err error) {
	if label, err = checkLabel("label", label, MaxLabel); err != nil {
		return false, err
	}
	var session []byte
	var wanted string
	err = a.own(ctx, v, func(tx *change.Tx, _ index.User) (err error) {
		session, wanted, err = a.finish(ctx, tx, index.TicketChallenge, v.Login.Hash)
		return err
	})
	if err != nil {
		return false, err
	}
	made, err := a.WebAuthn.FinishRegistration(session, response, a.Clock())
	if err != nil {
		return false, invalid("", "The security key was not added: %s.", err)
	}
	f, err := factorOf(made)
	if err != nil {
		return false, err
	}
	f.Label, f.Passkey = label, wanted == passkeyWanted
	err = a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		codes, err = a.addFactor(ctx, tx, u, f)
		return err
	})
	return codes, err
}

// keysOf lists an account's security keys as package factor knows them.
func keysOf(ctx context.Context, q database.Q, userID int64) ([]factor.Credential, error) {
	all, err := q.FactorsOf(ctx, userID)
	if err != nil {
		return nil, err
	}
	var out []factor.Credential
	for _, f := range all {
		if f.Kind != index.FactorWebAuthn {
			continue
		}
		c, err := credentialOf(f)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// attributes is what a row keeps of a key as JSON.
type attributes struct {
	AAGUID         []byte `json:"aaguid,omitempty"`
	BackupEligible bool   `json:"backup_eligible,omitempty"`
	BackedUp       bool   `json:"backed_up,omitempty"`
	Discoverable   bool   `json:"discoverable,omitempty"`
}

func factorOf(c factor.Credential) (index.Factor, error) {
	text, err := json.Marshal(attributes{c.AAGUID, c.BackupEligible, c.BackedUp, c.Discoverable})
	return index.Factor{
		Kind: index.FactorWebAuthn, CredentialID: base64.RawURLEncoding.EncodeToString(c.ID), PublicKey: c.PublicKey,
		SignCount: c.SignCount, Transports: strings.Join(c.Transports, ","), Attributes: string(text),
	}, err
}

func credentialOf(f index.Factor) (c factor.Credential, err error) {
	var at attributes
	if err := json.Unmarshal([]byte(f.Attributes), &at); err != nil {
		return c, err
	}
	c = factor.Credential{
		PublicKey: f.PublicKey, SignCount: f.SignCount, AAGUID: at.AAGUID,
		BackupEligible: at.BackupEligible, BackedUp: at.BackedUp, Discoverable: at.Discoverable,
	}
	if f.Transports != "" {
		c.Transports = strings.Split(f.Transports, ",")
	}
	c.ID, err = base64.RawURLEncoding.DecodeString(f.CredentialID)
	return c, err
}
