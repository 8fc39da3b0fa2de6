package index

import "time"

// Email is one address of a user. Only verified ones receive notices, and only
// the primary one is shown where the account is.
type Email struct {
	ID            int64
	UserID        int64
	Address       string
	Primary       bool
	Verified      bool
	Public        bool
	UnverifiedWhy string // why it lost its verification, "" when it never did
	CreatedAt     time.Time
}

// PasswordOff says why an account's password is not taken though it may be
// right; "" for a password that is.
type PasswordOff string

// The reasons for which passwords are off.
const (
	PasswordBreached PasswordOff = "breached" // found in a list of stolen passwords at a sign-in (PW-3)
	PasswordReset    PasswordOff = "reset"    // an administrator or a recovery turned it off
	PasswordCompany  PasswordOff = "company"  // the account belongs to the company, and signs in there only
)

// LoginMethod is how a browser proved who it acts for.
type LoginMethod string

// The methods of signing in.
const (
	ByPassword LoginMethod = "password" // and nothing more: the account has no second factor
	ByTOTP     LoginMethod = "totp"
	ByKey      LoginMethod = "webauthn"
	ByPasskey  LoginMethod = "passkey"
	ByRecovery LoginMethod = "recovery-code"
	ByDevice   LoginMethod = "remembered-device"
	BySSO      LoginMethod = "sso" // a company's sign-in without a second factor of its own
	BySSOAndMF LoginMethod = "sso+factor"
)

// Login is a browser that signed in. Its cookie holds a secret, of which Hash is
// the SHA-256; a new secret is made at each change of rights.
type Login struct {
	Hash      string
	UserID    int64
	Method    LoginMethod
	DeviceID  int64  // 0 for none
	Address   string // keyed hash
	UserAgent string
	CreatedAt time.Time
	ProvenAt  time.Time // when the person last proved to be it (MFA-10)
	SeenAt    time.Time
	ExpiresAt time.Time
}

// AccountState is what policies ask of an account besides its flags.
type AccountState struct {
	Factors   int  // second factors: TOTP generators and keys
	Delegated bool // the last sign-in with the company proved a second factor there (MFA-13)
	Verified  bool // the primary address is verified
	Owns      bool // it is Owner of a project or organization
	Manages   bool // it has a role in a project or organization
}

// TicketKind is what a single-use secret is for.
type TicketKind string

// The kinds of tickets.
const (
	TicketVerifyEmail  TicketKind = "verify-email"
	TicketReset        TicketKind = "reset-password"
	TicketConfirmLogin TicketKind = "confirm-login"  // mailed for a browser not seen before (MFA-8)
	TicketSecondFactor TicketKind = "second-factor"  // the password was right (MFA-5)
	TicketChallenge    TicketKind = "challenge"      // of WebAuthn (MFA-3)
	TicketTOTP         TicketKind = "totp"           // a generator that is being set up
	TicketRecovery     TicketKind = "recovery-codes" // codes that are being set up
	TicketInvitation   TicketKind = "invitation"     // to a role, or to make an account
	TicketSSO          TicketKind = "single-sign-on" // state of a sign-in elsewhere
	TicketStop         TicketKind = "stop"           // mailed with a change of a project, to freeze it
	TicketReport       TicketKind = "report"         // confirms a report of somebody without an account
	TicketFlash        TicketKind = "shown-once"     // a secret to be shown on the next page
)

// Ticket is a single-use secret. Hash is the SHA-256 of what was handed out;
// redeeming deletes the row, so of many who try at once one succeeds (P30).
type Ticket struct {
	Hash      string
	Kind      TicketKind
	UserID    int64  // 0 for nobody in particular
	Subject   string // what it is about
	Sealed    []byte // data, encrypted with the instance's key; may be empty
	CreatedAt time.Time
	ExpiresAt time.Time
}

// FactorKind is a kind of second factor.
type FactorKind string

// The kinds of second factors.
const (
	FactorTOTP     FactorKind = "totp"
	FactorWebAuthn FactorKind = "webauthn"
)

// Factor is a second factor of an account. Secret is of TOTP, sealed; the
// fields behind it are of WebAuthn.
type Factor struct {
	ID           int64
	UserID       int64
	Kind         FactorKind
	Label        string
	Secret       []byte
	LastStep     int64  // newest TOTP time step that was accepted (MFA-2)
	CredentialID string // base64url
	PublicKey    []byte
	SignCount    int64
	Transports   string // comma separated
	Attributes   string // JSON
	Passkey      bool   // may sign in without a password
	CreatedAt    time.Time
	LastUsedAt   time.Time // zero when never
}

// Device is a browser that an account was used with. TrustedUntil lets it sign
// in without a second factor (MFA-9).
type Device struct {
	ID           int64
	UserID       int64
	Hash         string // SHA-256 of the cookie's secret
	UserAgent    string
	Address      string // keyed hash, of the last use
	TrustedUntil time.Time
	CreatedAt    time.Time
	SeenAt       time.Time
}

// The roles of an organization, the strongest first. Owners and Managers own
// the organization's projects; only Owners change who is in it as what.
const (
	OrganizationOwner   RoleName = "Owner"
	OrganizationManager RoleName = "Manager"
	OrganizationMember  RoleName = "Member"
)

// Organization holds projects together; its people have rights in them.
type Organization struct {
	ID          int64
	UID         string
	Name        string // unique without regard to case
	DisplayName string
	URL         string
	Description string
	CreatedAt   time.Time
}

// Ban keeps a network out before any credential is read (MFA-12).
type Ban struct {
	Network string // CIDR
	Reason  string
	SetBy   string
	SetAt   time.Time
	Until   time.Time // zero for ever
}

// Identity is who an account is elsewhere. Issuer and Subject name a person for
// ever; the other fields are of the last sign-in.
type Identity struct {
	Issuer    string
	Subject   string
	UserID    int64
	Source    string // sso.FromOIDC or sso.FromLDAP
	Label     string // the user name there
	Factor    bool   // a second factor was proven there (MFA-13)
	CreatedAt time.Time
	UsedAt    time.Time
}
