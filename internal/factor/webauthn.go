package factor

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Errors of WebAuthn; each is a sentence for people. Any other error says what was wrong with the answer.
var (
	// ErrExpired says that the session is older than five minutes or is not one of ours.
	ErrExpired = errors.New("the request is older than five minutes; try again")
	// ErrCounter says that an authenticator's counter went back: somebody may have copied it. The caller refuses and
	// tells the owner (MFA-3).
	ErrCounter = errors.New("the security key's counter went back, as if it had been copied; use another factor")
	// ErrUnknownKey says that the answering key belongs to no account, or to another one.
	ErrUnknownKey = errors.New("this security key is not registered here")
	// ErrNotVerified says that a passkey answered without a PIN, fingerprint or face.
	ErrNotVerified = errors.New("the passkey did not verify who you are; set a PIN, fingerprint or face for it")
)

// Credential is a registered key as a row holds it.
type Credential struct {
	ID             []byte   // chosen by the authenticator, at most 1,023 bytes; unique on the site
	PublicKey      []byte   // COSE_Key
	SignCount      int64    // 0 when the authenticator does not count
	Transports     []string // of "usb", "nfc", "ble", "smart-card", "hybrid", "internal"
	AAGUID         []byte   // 16 bytes, the model; zeros when not told
	BackupEligible bool     // a passkey that may be synchronised (BE); never changes
	BackedUp       bool     // and is (BS)
	Discoverable   bool     // made to sign in without a user name
}

// Account is whom a key is made for.
type Account struct {
	Handle []byte // 1 to 64 bytes that say nothing about the person: the user's UID
	Name   string // the user name
	Label  string // the display name, or the user name again
}

// Assertion is what an accepted answer says; the caller stores SignCount and BackedUp with the credential.
type Assertion struct {
	CredentialID []byte
	SignCount    int64
	BackedUp     bool
	Verified     bool // a PIN, fingerprint or face was checked
}

// WebAuthn registers and verifies keys for one site (WebAuthn Level 3 §7). Begin methods return the options for the
// browser (PublicKeyCredentialCreationOptionsJSON or …RequestOptionsJSON) and a session of opaque bytes: the caller
// stores it bound to the browser's session, hands it to Finish once, and deletes it, whatever comes of it. Finish
// methods take what the browser answered (the JSON of PublicKeyCredential.toJSON) and refuse sessions older than five
// minutes.
//
// It is written here because attestation is not asked for, which leaves little: the Go package for all of WebAuthn
// costs each sandboxed child half a millisecond before main.
type WebAuthn struct{ rpID, origin, name string }

// NewWebAuthn makes the verifier for the site at a public address, such as "https://pypi.example.com"; name is shown to
// people. Browsers do WebAuthn on https and on http://localhost only, and not for IP addresses: the error says so. The
// address of a loopback interface stands for localhost.
func NewWebAuthn(publicURL, name string) (*WebAuthn, error) {
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("security keys need the site's public address; %q is none", publicURL)
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() {
		host = "localhost"
	} else if err == nil {
		return nil, fmt.Errorf("security keys need a host name; %s is an IP address", host)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || host != "localhost" && !strings.HasSuffix(host, ".localhost")) {
		return nil, fmt.Errorf("security keys need https; %s is not", publicURL)
	}
	origin := u.Scheme + "://" + host
	if port != "" && (u.Scheme != "https" || port != "443") && (u.Scheme != "http" || port != "80") {
		origin += ":" + port
	}
	return &WebAuthn{rpID: host, origin: origin, name: name}, nil
}

// descriptor names a key to the browser.
type descriptor struct {
	Type       string    `json:"type"`
	ID         base64URL `json:"id"`
	Transports []string  `json:"transports,omitempty"`
}

func descriptors(credentials []Credential) []descriptor {
	out := []descriptor{}
	for _, c := range credentials {
		out = append(out, descriptor{"public-key", c.ID, c.Transports})
	}
	return out
}

// begin makes the session, and the options' JSON with its challenge in it.
func begin(purpose string, passkey bool, now time.Time, options map[string]any) (optionsJSON, stored []byte, err error) {
	challenge := make(base64URL, 32)
	_, _ = rand.Read(challenge) // never fails since Go 1.24
	options["challenge"], options["timeout"] = challenge, sessionTime.Milliseconds()
	if optionsJSON, err = json.Marshal(options); err != nil {
		return nil, nil, err
	}
	stored, err = json.Marshal(session{purpose, challenge, now.Add(sessionTime).Unix(), passkey})
	return optionsJSON, stored, err
}

// BeginRegistration asks for a new key that is none of the existing ones. passkey asks for one that can sign in alone:
// discoverable, with user verification.
func (w *WebAuthn) BeginRegistration(a Account, existing []Credential, passkey bool, now time.Time) (options, session []byte, err error) {
	resident, verification := "discouraged", "preferred"
	if passkey {
		resident, verification = "required", "required"
	}
	var params []map[string]any
	for _, alg := range algorithms {
		params = append(params, map[string]any{"type": "public-key", "alg": alg})
	}
	return begin(forCreate, passkey, now, map[string]any{
		"rp":                     map[string]any{"id": w.rpID, "name": w.name},
		"user":                   map[string]any{"id": base64URL(a.Handle), "name": a.Name, "displayName": a.Label},
		"pubKeyCredParams":       params,
		"excludeCredentials":     descriptors(existing),
		"authenticatorSelection": map[string]any{"residentKey": resident, "requireResidentKey": passkey, "userVerification": verification},
		"attestation":            "none",
		"extensions":             map[string]any{"credProps": true},
	})
}

// FinishRegistration returns the new key. The caller refuses one whose ID another account has.
func (w *WebAuthn) FinishRegistration(session, response []byte, now time.Time) (Credential, error) {
	s, err := resume(session, forCreate, now)
	if err != nil {
		return Credential{}, err
	}
	a, err := parseAnswer(response)
	if err != nil {
		return Credential{}, err
	}
	if err := w.checkClient(a.Response.ClientData, forCreate, s); err != nil {
		return Credential{}, err
	}
	raw, err := attested(a.Response.AttestationObject)
	if err != nil {
		return Credential{}, err
	}
	d, err := w.checkData(raw, s.Passkey)
	if err != nil {
		return Credential{}, err
	}
	if !bytes.Equal(d.id, a.RawID) {
		return Credential{}, errCBOR
	}
	if _, err := parseKey(d.key); err != nil {
		return Credential{}, err
	}
	return Credential{
		ID: d.id, PublicKey: d.key, SignCount: int64(d.counter), Transports: transports(a.Response.Transports), AAGUID: d.aaguid,
		BackupEligible: d.has(flagEligible), BackedUp: d.has(flagBackedUp), Discoverable: s.Passkey || a.Extensions.Properties.Discoverable,
	}, nil
}

// BeginAssertion asks for one of an account's keys as second factor; user verification is preferred.
func (w *WebAuthn) BeginAssertion(credentials []Credential, now time.Time) (options, session []byte, err error) {
	return begin(forGet, false, now, map[string]any{"rpId": w.rpID, "allowCredentials": descriptors(credentials), "userVerification": "preferred"})
}

// FinishAssertion verifies the answer of one of the account's keys. With ErrCounter the assertion says which.
func (w *WebAuthn) FinishAssertion(session, response []byte, credentials []Credential, now time.Time) (Assertion, error) {
	return w.finish(session, forGet, response, now, func(a answer) (Credential, error) {
		i := slices.IndexFunc(credentials, func(c Credential) bool { return bytes.Equal(c.ID, a.RawID) })
		if i < 0 {
			return Credential{}, ErrUnknownKey
		}
		return credentials[i], nil
	})
}

// BeginPasskey asks for any passkey of this site: nobody has said who they are.
func (w *WebAuthn) BeginPasskey(now time.Time) (options, session []byte, err error) {
	return begin(forPasskey, true, now, map[string]any{"rpId": w.rpID, "allowCredentials": []descriptor{}, "userVerification": "required"})
}

// FinishPasskey verifies the answer to BeginPasskey. find returns the credential with an ID if it belongs to the account
// with the handle, and ErrUnknownKey otherwise. User verification is required (ErrNotVerified).
func (w *WebAuthn) FinishPasskey(session, response []byte, now time.Time, find func(id, handle []byte) (Credential, error)) (Assertion, error) {
	return w.finish(session, forPasskey, response, now, func(a answer) (Credential, error) {
		if len(a.Response.UserHandle) == 0 {
			return Credential{}, ErrUnknownKey
		}
		return find(a.RawID, a.Response.UserHandle)
	})
}

// finish verifies an assertion (§7.2).
func (w *WebAuthn) finish(stored []byte, purpose string, response []byte, now time.Time, find func(answer) (Credential, error)) (Assertion, error) {
	s, err := resume(stored, purpose, now)
	if err != nil {
		return Assertion{}, err
	}
	a, err := parseAnswer(response)
	if err != nil {
		return Assertion{}, err
	}
	c, err := find(a)
	if err != nil {
		return Assertion{}, err
	}
	if err := w.checkClient(a.Response.ClientData, forGet, s); err != nil {
		return Assertion{}, err
	}
	d, err := w.checkData(a.Response.AuthenticatorData, s.Passkey)
	if err != nil {
		return Assertion{}, err
	}
	if err := checkSignature(c, a); err != nil {
		return Assertion{}, err
	}
	if d.has(flagEligible) != c.BackupEligible {
		return Assertion{}, errCBOR // it never changes (§6.1.3)
	}
	accepted := Assertion{c.ID, int64(d.counter), d.has(flagBackedUp), d.has(flagVerified)}
	if (accepted.SignCount > 0 || c.SignCount > 0) && accepted.SignCount <= c.SignCount {
		return accepted, ErrCounter
	}
	return accepted, nil
}

// checkSignature verifies what the authenticator signed: its data and the hash of the browser's (§7.2 steps 20 and 21).
func checkSignature(c Credential, a answer) error {
	verify, err := parseKey(c.PublicKey)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(a.Response.ClientData)
	if !verify(append(slices.Clone(a.Response.AuthenticatorData), hash[:]...), a.Response.Signature) {
		return errSignature
	}
	return nil
}
