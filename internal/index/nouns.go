package index

import (
	"time"

	"strongroom/internal/packaging/coremeta"
)

// User is a person or a machine with an account. Username is unique without
// regard to case. UID never changes and is what tokens name.
type User struct {
	ID           int64
	UID          string
	Username     string
	Email        string // the primary address, may be unverified
	PasswordHash string // PHC string, empty when no password was set
	Superuser    bool
	Moderator    bool // may moderate, without being administrator
	Trusted      bool // reports of the user count more (SN-15)
	Standing     Standing
	Name         string // as shown, may be empty
	PasswordAt   time.Time
	PasswordOff  PasswordOff
	HeldUntil    time.Time // no new tokens and roles until then (MFA-7), zero when not held
	ClosedAt     time.Time // the person closed the account, zero while it is open
	LastLoginAt  time.Time // zero when never
	CreatedAt    time.Time
}

// NameState is where a name of the registry stands (SD-15).
type NameState string

// The states of a name.
const (
	NameActive     NameState = "active"
	NameDeleted    NameState = "deleted"
	NameHeld       NameState = "held"
	NameProhibited NameState = "prohibited"
	NameReserved   NameState = "reserved"
)

// Name is a row of the name registry: a normalised project name, for ever.
// A name that ever had a file is never free again (SD-15).
type Name struct {
	Name      string
	LookAlike string // packaging.LookAlike(Name)
	State     NameState
	ProjectID int64 // the project that holds it now, 0 for none
	HadFiles  bool
	HeldUntil time.Time // zero when not held
	Note      string    // why it is prohibited or reserved
	Identity  int       // how many projects held it so far (SD-17)
	Message   string    // what whoever asks for a name that nobody has is told (ST-6)
	// Successors are what to use instead, as in a Flag.
	Successors []string
	CreatedAt  time.Time
}

// Project is one identity that holds a name for a while. A name given to
// somebody else is a new Project (SD-17). Size is the sum of its files.
type Project struct {
	ID          int64
	UID         string
	Name        string // normalised
	DisplayName string // the spelling of the newest upload (N-08)
	Standing    Standing
	LastSerial  int64
	Size        int64
	FileLimit   int64  // bytes, 0 for the site's
	SizeLimit   int64  // bytes, 0 for the site's
	Private     bool   // readable with a role only
	DocsPrefix  string // the folder of its old hosted documentation, "" for none
	CreatedAt   time.Time
}

// Release is one PEP 440 version of a project. Canonical is its identity: the
// version without trailing zeros (V-03). CreatedAt never moves (SD-13).
type Release struct {
	ID         int64
	ProjectID  int64
	Version    string // normalised, as first uploaded
	Canonical  string
	Prerelease bool
	Metadata   coremeta.Metadata // of the first file (U-22)
	Standing   Standing
	CreatedAt  time.Time
	OpenUntil  time.Time // takes new files until then though it is old (SD-14), zero for no exception
}

// Packagetype is the form's filetype and the JSON API's packagetype.
type Packagetype string

// The package types that are accepted.
const (
	Sdist Packagetype = "sdist"
	Wheel Packagetype = "bdist_wheel"
)

// File is one distribution. Filename never stands for two contents (SD-9).
// The three digests are lower-case hex; MetadataSHA256 is empty when no
// `.metadata` is served beside it.
type File struct {
	ID             int64
	ReleaseID      int64
	ProjectID      int64
	Filename       string
	Packagetype    Packagetype
	PythonVersion  string
	Size           int64
	SHA256         string
	BLAKE2b256     string
	MD5            string
	MetadataSHA256 string
	MetadataSize   int64
	RequiresPython string
	Comment        string
	Standing       Standing
	UploadedAt     time.Time
	UploadedBy     int64     // user id, 0 for none
	PurgedAt       time.Time // the bytes are gone for good since then (SD-21), zero while they are there
	PurgeCategory  string    // why, one of PurgeCategories
}

// Path is where the file is served below the files host: F-01.
func (f File) Path() string {
	h := f.BLAKE2b256
	return "packages/" + h[:2] + "/" + h[2:4] + "/" + h[4:] + "/" + f.Filename
}

// DocsRedirect is where a project's old hosted documentation went (DR-1).
type DocsRedirect struct {
	ProjectID int64
	URL       string
	KeepPath  bool // what follows the project's name is kept
	Permanent bool // 301 instead of 302
	SetBy     string
	SetAt     time.Time
}

// PurgeCategories are the reasons for which bytes are removed for good (SD-21).
func PurgeCategories() []string {
	return []string{"secret", "personal-data", "legal", "malware", "retention"}
}

// RoleName is what somebody may do in a project.
type RoleName string

// The roles of a project, the strongest first.
const (
	Owner      RoleName = "Owner"
	Maintainer RoleName = "Maintainer"
	Reader     RoleName = "Reader" // of a private project
)

// Role is one user's role in one project.
type Role struct {
	ProjectID int64
	UserID    int64
	Username  string
	Project   string // normalised name
	Role      RoleName
}

// Token is an API token: the row that a macaroon names. SealedKey is its root
// key, encrypted with the instance's key. Caveats are those the server adds at
// check time (T-06).
type Token struct {
	ID          string // UUID
	UserID      int64
	Description string
	SealedKey   []byte
	Caveats     []string
	ProjectID   int64     // 0 for all of the user's projects
	Permissions []string  // none for what a token of PyPI may: read and upload
	ExpiresAt   time.Time // zero for never
	CreatedAt   time.Time
	LastUsedAt  time.Time // zero when never
	RevokedAt   time.Time // zero while it lives
}

// Entry is one row of the journal: a change an installer or mirror could see.
// Serials are without gaps and become visible in order.
type Entry struct {
	Serial  int64
	Name    string // normalised project name
	Version string // "" for changes of the whole project
	Action  string // wire-spec X-07's vocabulary
	Actor   string // username
	At      time.Time
	Flag    int64 // key of the flag that was set, began or was cleared, 0 for none; entries that are read do not have it
}

// Actor is who makes a change, for the journal and the audit log.
type Actor struct {
	Kind      string // user, system, administrator
	UserID    int64
	Username  string
	TokenID   string
	Address   string // network address, hashed before it is stored
	Country   string // of the address, two letters, empty where nobody knows; told in notices and not stored
	UserAgent string
}

// System is the actor of changes nobody asked for by hand.
func System() Actor { return Actor{Kind: "system", Username: "system"} }

// Operator is the actor of changes made on the command line.
func Operator() Actor { return Actor{Kind: "administrator", Username: "admin"} }

// Event is one append-only row of the audit log. Object names what was
// changed ("project:foo", "user:alice"); Before and After are texts people can
// read, Reason is the actor's own.
type Event struct {
	Action string // scope:subject:action, one row of EventActions
	Object string
	Before string
	After  string
	Reason string
}
