// Package mail delivers one rendered message to one address: by SMTP, into a
// folder, or into memory for tests. It knows nothing about what messages say;
// package notify writes them.
package mail

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Message is one rendered message to one address. Text alone must say
// everything; HTML says the same with a frame.
type Message struct {
	// ID is the part of the Message-ID before the @, of letters, digits, dots and
	// hyphens. It must be the same at each attempt: a message that was delivered
	// although the answer was lost arrives twice, and can be told by it (P9).
	ID string
	// Date is when it was written, the same at each attempt.
	Date time.Time

	To      string // one address, without a display name
	Subject string // one line
	Text    string // lines ended by "\n"
	HTML    string // a whole document, or empty

	// Unsubscribe is the https URL that one POST unsubscribes at (RFC 8058);
	// empty for what nobody can unsubscribe from, as security notices.
	Unsubscribe string

	// Link is a link in the message that must not be logged, or empty.
	Link string
}

// Sender delivers messages. Implementations pass the suite of package mailtest.
type Sender interface {
	// Send delivers the message or returns a *Failure. nil means that somebody
	// else has taken the responsibility for it: the next server's 250, or the
	// disk. It may be called by several goroutines at once.
	Send(ctx context.Context, m Message) error

	// String says in a few words where messages go, without secrets.
	String() string
}

// Failure is why a message was not delivered, or not surely.
type Failure struct {
	// Permanent says that trying again is useless: the address or the message
	// was refused for good.
	Permanent bool
	// Maybe says that the message may have been delivered nevertheless: the
	// connection broke after the last byte and before the answer.
	Maybe bool
	Err   error
}

// Error implements error.
func (f *Failure) Error() string {
	switch {
	case f.Permanent:
		return fmt.Sprintf("mail refused for good: %v", f.Err)
	case f.Maybe:
		return fmt.Sprintf("mail sent, but the answer was lost: %v", f.Err)
	}
	return fmt.Sprintf("mail not sent yet: %v", f.Err)
}

// Unwrap implements errors.Unwrap.
func (f *Failure) Unwrap() error { return f.Err }

// Permanent reports whether trying to send again is useless.
func Permanent(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Permanent
}

func refused(format string, args ...any) error {
	return &Failure{Permanent: true, Err: fmt.Errorf(format, args...)}
}
