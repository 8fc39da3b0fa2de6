package index

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of refusal an Error is. The doors map each Kind to one
// protocol status; nothing below the doors knows these numbers.
type Kind int

// The closed list of kinds.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Denied
	NotFound
	MethodNotAllowed
	NotAcceptable
	Conflict
	Gone
	TooLarge
	UnsupportedType
	Unprocessable
	PreconditionFailed
	Unsatisfiable
	Limited
	LegallyBlocked
	Unavailable
	StorageFull
)

// Error is a refusal that is told to a person. Detail must be a full sentence
// that says what was wrong, with which value, and what to do; it is sent on
// the wire as it stands. Err, if any, is for the log only and never shown.
type Error struct {
	Code     Code
	Detail   string
	Problems []Problem // everything found, the first of which made Detail
	URL      string    // where to read or do more, may be empty
	Retry    int       // seconds after which trying again makes sense, 0 = unsaid
	As       Kind      // the kind of this answer where it is not the code's own, Internal where it is
	Said     *Said     // the facts of Detail as members of their own, may be nil
	Err      error
}

// Kind is what sort of refusal it is: reading what is gone and uploading to it
// have the same code and not the same kind.
func (e *Error) Kind() Kind {
	if e.As != Internal {
		return e.As
	}
	return e.Code.Info().Kind
}

// Said is what programs read about a withdrawn thing, or a name that nobody has
// (SN-6, SD-7, ST-6).
type Said struct {
	Standing   string    `json:"standing,omitempty"` // the kind of the flag that is served
	Category   string    `json:"category,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Since      time.Time `json:"since,omitzero"`
	DeletedAt  time.Time `json:"deleted_at,omitzero"`
	Successors []string  `json:"successors,omitempty"`
}

// SaidOf is what programs read about a status, nil when nothing is said.
func SaidOf(st Status) *Said {
	f := st.Served
	if f == nil {
		return nil
	}
	said := &Said{Standing: f.Kind, Category: f.Category, Reason: f.Reason, Since: f.InEffectSince(), Successors: f.Successors}
	if f.Kind == Deleted {
		said.DeletedAt = f.Since
	}
	return said
}

// Problem is one of several things that are wrong with a single request.
type Problem struct {
	Code   Code   `json:"code"`
	Detail string `json:"detail"`
}

// Error implements error for logs.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Detail, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Detail)
}

// Unwrap returns the cause that only the log sees.
func (e *Error) Unwrap() error { return e.Err }

// maxDetail bounds a Detail in bytes: it repeats what somebody sent, which may
// be a megabyte, and goes into answers, logs and pages.
const maxDetail = 4000

// Refuse makes an Error of a documented code with a formatted Detail, which it
// cuts to 4,000 bytes.
func Refuse(code Code, format string, args ...any) *Error {
	detail := fmt.Sprintf(format, args...)
	if len(detail) > maxDetail {
		detail = strings.ToValidUTF8(detail[:maxDetail], "") + "…"
	}
	return &Error{Code: code, Detail: detail}
}

// AsError finds the *Error in err's chain. Any other error becomes
// CodeInternal with err as its hidden cause.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: CodeInternal, Detail: "Something went wrong on our side. Please try again; if it stays, tell the administrators.", Err: err}
}

// HasCode reports whether err is a refusal with the given code.
func HasCode(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
