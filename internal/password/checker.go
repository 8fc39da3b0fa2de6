package password

import (
	"context"
	"errors"
	"time"
)

// Where a Checker looks passwords up (PW-1).
const (
	BackendOff   = "off"   // nowhere: nothing is breached
	BackendHIBP  = "hibp"  // a server that speaks the range API of Have I Been Pwned
	BackendLocal = "local" // a file that `strongroom admin breach-list build` made
)

// Errors of Checker.Range.
var (
	// ErrPrefix says that something is not exactly five hexadecimal digits.
	ErrPrefix = errors.New("a range is named by exactly five hexadecimal digits")
	// ErrNoRange says that this backend has no ranges: it is off, or a filter, which knows whether it has seen a
	// password but cannot list what it has seen. Pages then leave out the browser's check; the server's decides.
	ErrNoRange = errors.New("this index offers no password ranges")
	// ErrUnavailable says that the backend does not answer.
	ErrUnavailable = errors.New("the list of breached passwords does not answer")
)

// Options says where passwords are looked up.
type Options struct {
	Backend string           // BackendOff when empty
	URL     string           // of the range API, the prefix is put behind it; "https://api.pwnedpasswords.com/range/" when empty
	File    string           // for BackendLocal
	Clock   func() time.Time // time.Now when nil
}

// Results counts what became of checks (PW-4): the metric breach_check.
type Results struct {
	OK       int64 // not known from a breach
	Breached int64
	Error    int64 // the backend failed; the password was let through
	Open     int64 // the backend failed often and was not asked; the password was let through
}

// Checker says whether a password is known from a breach. What leaves the process are the first five hexadecimal digits
// of its SHA-1, no more (PW-4). All methods may be called at the same time, and on a nil Checker, which is off.
type Checker struct{}

// Open makes a Checker. An error says what is wrong with the options or the file.
func Open(o Options) (*Checker, error) { return &Checker{}, nil }

// Breached says whether a password is known from a breach. It is open to failure: when the backend does not answer
// within a second, the password passes, and Results count it.
func (c *Checker) Breached(ctx context.Context, password string) bool { return false }

// Ranges says whether Range can answer: pages have the browser ask only then.
func (c *Checker) Ranges() bool { return false }

// Range is the text of "SUFFIX:COUNT" lines, each ended by CR LF, for the five digits that a SHA-1 begins with (PW-5).
// It is padded with suffixes of count 0, so that its length tells less. Counts from a local file are 1. Errors are
// ErrPrefix, ErrNoRange and ErrUnavailable.
func (c *Checker) Range(ctx context.Context, prefix string) ([]byte, error) { return nil, ErrNoRange }

// Results returns the counts since the start.
func (c *Checker) Results() Results { return Results{} }

// Reload opens the local file again, after it was replaced; the old one stays in use on an error.
func (c *Checker) Reload() error { return nil }

// Close gives up the local file.
func (c *Checker) Close() error { return nil }
