package factor

import (
	"errors"
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
	Transports     []string // "usb", "nfc", "ble", "hybrid", "internal", "smart-card"
	AAGUID         []byte   // 16 bytes, the model; zeros when not told
	BackupEligible bool     // a passkey that may be synchronised (BE)
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
// browser (JSON of PublicKeyCredentialCreationOptions or …RequestOptions) and a session of opaque bytes: the caller
// stores it bound to the browser's session, hands it to Finish once, and deletes it, whatever comes of it. Finish
// methods take what the browser answered (the JSON of PublicKeyCredential.toJSON) and refuse sessions older than five
// minutes.
type WebAuthn struct{}

// NewWebAuthn makes the verifier for the site at a public address, such as "https://pypi.example.com"; name is shown to
// people. Browsers do WebAuthn on https and on http://localhost only.
func NewWebAuthn(publicURL, name string) (*WebAuthn, error) { return &WebAuthn{}, nil }

// BeginRegistration asks for a new key that is none of the existing ones. passkey asks for one that can sign in alone:
// discoverable, with user verification.
func (w *WebAuthn) BeginRegistration(a Account, existing []Credential, passkey bool, now time.Time) (options, session []byte, err error) {
	return nil, nil, nil
}

// FinishRegistration returns the new key. The caller refuses one whose ID another account has.
func (w *WebAuthn) FinishRegistration(session, response []byte, now time.Time) (Credential, error) {
	return Credential{}, ErrExpired
}

// BeginAssertion asks for one of an account's keys as second factor; user verification is preferred.
func (w *WebAuthn) BeginAssertion(credentials []Credential, now time.Time) (options, session []byte, err error) {
	return nil, nil, nil
}

// FinishAssertion verifies the answer of one of the account's keys. With ErrCounter the assertion says which.
func (w *WebAuthn) FinishAssertion(session, response []byte, credentials []Credential, now time.Time) (Assertion, error) {
	return Assertion{}, ErrExpired
}

// BeginPasskey asks for any passkey of this site: nobody has said who they are.
func (w *WebAuthn) BeginPasskey(now time.Time) (options, session []byte, err error) {
	return nil, nil, nil
}

// FinishPasskey verifies the answer to BeginPasskey. find returns the credential with an ID if it belongs to the account
// with the handle, and ErrUnknownKey otherwise. User verification is required (ErrNotVerified).
func (w *WebAuthn) FinishPasskey(session, response []byte, now time.Time, find func(id, handle []byte) (Credential, error)) (Assertion, error) {
	return Assertion{}, ErrExpired
}
