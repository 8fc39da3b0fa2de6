package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/factor"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

const (
	// MaxLabel is the longest name of a second factor, in characters.
	MaxLabel = 64
	// setUpTime is how long setting up a generator or recovery codes may take.
	setUpTime = time.Hour
)

// pending is the hash of the ticket of something an account is setting up. Who
// asks for it is known already, so it needs no secret: one of a kind is under
// way for an account, and making it anew ends the one before.
func pending(kind index.TicketKind, of string) string {
	return access.HashSecret(string(kind) + " " + of)
}

// begin keeps what is being set up, in place of what was before.
func (a *Accounts) begin(ctx context.Context, tx *change.Tx, u index.User, kind index.TicketKind, data []byte) error {
	if err := tx.DropTickets(ctx, u.ID, kind); err != nil {
		return err
	}
	hash := pending(kind, u.UID)
	return tx.InsertTicket(ctx, index.Ticket{
		Hash: hash, Kind: kind, UserID: u.ID, Sealed: a.Keys.Seal(data, "ticket "+hash), CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(setUpTime),
	})
}

// underWay is what is being set up, nil for nothing.
func (a *Accounts) underWay(ctx context.Context, u index.User, kind index.TicketKind) ([]byte, error) {
	t, found, err := a.DB.Ticket(ctx, kind, pending(kind, u.UID), a.Clock())
	if err != nil || !found {
		return nil, err
	}
	return a.Keys.Unseal(t.Sealed, "ticket "+t.Hash)
}

// finish uses up what was being set up: of many at once one gets it (P30).
func (a *Accounts) finish(ctx context.Context, tx *change.Tx, kind index.TicketKind, of string) (data []byte, subject string, err error) {
	t, found, err := tx.RedeemTicket(ctx, kind, pending(kind, of), tx.Now)
	if err != nil {
		return nil, "", err
	}
	if !found {
		return nil, "", invalid("", "Nothing is being set up any more: it was finished elsewhere, or took more than its time. Begin again.")
	}
	data, err = a.Keys.Unseal(t.Sealed, "ticket "+t.Hash)
	return data, t.Subject, err
}

// mayEnrol refuses a second factor for an account that could not be told of it.
func mayEnrol(v *access.Visitor) error {
	if v.State.Verified {
		return nil
	}
	return index.Refuse(index.CodeNeedEmail, "Verify your primary address before you add a second factor (it is where you hear of changes to it).")
}

// BeginTOTP makes the secret of a new generator, which counts for nothing before
// FinishTOTP.
func (a *Accounts) BeginTOTP(ctx context.Context, v *access.Visitor) error {
	if err := mayEnrol(v); err != nil {
		return err
	}
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		return a.begin(ctx, tx, u, index.TicketTOTP, factor.NewTOTPSecret())
	})
}

// TOTPUnderWay is the secret of the generator that is being set up, nil for none.
func (a *Accounts) TOTPUnderWay(ctx context.Context, v *access.Visitor) ([]byte, error) {
	return a.underWay(ctx, v.User, index.TicketTOTP)
}

// FinishTOTP adds the generator once it showed a right code, whose time step is
// used up by that (MFA-1, MFA-2). codes says that recovery codes were made,
// which the person has yet to confirm (MFA-4).
func (a *Accounts) FinishTOTP(ctx context.Context, v *access.Visitor, label, code string) (codes bool, err error) {
	if label, err = checkLabel("label", label, MaxLabel); err != nil {
		return false, err
	}
	err = a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		secret, _, err := a.finish(ctx, tx, index.TicketTOTP, u.UID)
		if err != nil {
			return err
		}
		step, err := factor.CheckTOTP(secret, code, tx.Now)
		if err != nil {
			return invalid("totp_value", "%s.", upperFirst(err.Error()))
		}
		codes, err = a.addFactor(ctx, tx, u, index.Factor{
			Kind: index.FactorTOTP, Label: label, Secret: a.Keys.Seal(secret, totpSeal(u)), LastStep: step,
		})
		return err
	})
	return codes, err
}

// totpSeal is what the sealed secret of a generator is bound to.
func totpSeal(u index.User) string { return "totp " + u.UID }

// addFactor adds a second factor in the caller's change. The first one brings
// recovery codes.
func (a *Accounts) addFactor(ctx context.Context, tx *change.Tx, u index.User, f index.Factor) (codes bool, err error) {
	f.UserID, f.CreatedAt = u.ID, tx.Now
	all, err := tx.FactorsOf(ctx, u.ID)
	if err != nil {
		return false, err
	}
	for _, other := range all {
		if other.Label == f.Label {
			return false, invalid("label", "You have a second factor called %q already; choose another name.", f.Label)
		}
	}
	if _, err = tx.InsertFactor(ctx, f); database.IsUnique(err) {
		return false, invalid("", "This security key is registered already.")
	}
	if err != nil {
		return false, err
	}
	note(tx, u, index.EventFactorAdd, "", string(f.Kind)+" "+f.Label)
	if err := a.factorsChanged(ctx, tx, u, notify.TwoFactorAdded, f.Label); err != nil {
		return false, err
	}
	sums, err := tx.RecoverySums(ctx, u.ID)
	if err != nil || len(sums) > 0 {
		return false, err
	}
	return true, a.beginRecovery(ctx, tx, u)
}

// factorsChanged tells all verified addresses (MFA-11) and has remembered
// browsers asked again (MFA-9).
func (a *Accounts) factorsChanged(ctx context.Context, tx *change.Tx, u index.User, kind notify.Kind, label string) error {
	err := notify.Enqueue(ctx, tx, notify.Notice{Kind: kind, UserID: u.ID, Data: notify.Data{Label: label}})
	return errors.Join(err, tx.EndTrust(ctx, u.ID))
}

// RemoveFactor takes a second factor away, but not the last one while the policy
// asks for one (MFA-7). With the last one the recovery codes go.
func (a *Accounts) RemoveFactor(ctx context.Context, v *access.Visitor, kind index.FactorKind, label string) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		removed, err := tx.DeleteFactor(ctx, u.ID, kind, label)
		if err != nil {
			return err
		}
		if !removed {
			return notYours("second factor")
		}
		state, err := tx.StateOf(ctx, u.ID)
		if err != nil {
			return err
		}
		if state.Factors == 0 && a.Guard.NeedsFactor(u, state) {
			return invalid("", "%q is your last second factor, and this index asks for one. Add another one first.", label)
		}
		if state.Factors == 0 {
			if _, err := tx.DeleteFactors(ctx, u.ID); err != nil {
				return err
			}
		}
		note(tx, u, index.EventFactorRemove, string(kind)+" "+label, "")
		return a.factorsChanged(ctx, tx, u, notify.TwoFactorRemoved, label)
	})
}

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

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
