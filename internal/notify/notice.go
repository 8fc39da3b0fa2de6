// Package notify is everything that people are told by mail. An action calls
// Enqueue inside its change, so that the mail leaves if the change commits, and
// only then. Afterwards the receiver's addresses are looked up, the text is
// rendered from mails/<kind>.mail, and package mail delivers it: at least once,
// each copy with the same Message-ID (P9).
package notify

import (
	"context"
	"time"

	"strongroom/internal/change"
)

// Notice is one thing to tell. Set Kind, one receiver, and the fields of Data
// that the kind needs: docs/MAILS.md lists them, and Enqueue refuses a notice
// without them.
type Notice struct {
	Kind Kind

	// UserID is who gets it, at verified addresses only: a notice of class
	// Security at all of them, any other at the primary one. Addresses are those
	// at the time of sending; for AccountClosed they are those in the change, so
	// enqueue it before the addresses go.
	UserID int64

	// Address is where it goes instead, verified or not: verifications,
	// invitations, addresses that were removed. With a UserID it is to that person.
	Address string

	// ProjectID sends it to everybody who has one of the kind's roles in the
	// project within this transaction, but not to the user Except.
	ProjectID int64
	Except    int64

	Data Data
}

// Data is what a notice says. All texts are of one line: control characters
// become spaces and what is too long is cut, so that no value can pretend to be
// more than it is.
type Data struct {
	// Filled in by Enqueue from the transaction where they are empty.
	At        time.Time // when it happened
	By        string    // user name of who did it
	From      string    // network address as the person sees it; only told to whoever did it
	UserAgent string    // the browser or client; only told to whoever did it
	Country   string    // of the network address, where a proxy knows it (SD-28)

	// Filled in when the message is written, where it is empty.
	User string // user name of the receiver

	Other        string    // user name of somebody else: who was added, removed, invited
	Address      string    // the mail address it is about
	Label        string    // of a factor, token, device or external account
	Project      string    // display name of the project
	Version      string    // of the release
	File         string    // filename
	Role         string    // in the project, organization or team
	OldRole      string    // before
	Organization string    // name, never the display name: that is free text
	Team         string    // name
	OldName      string    // before it was renamed
	Reason       string    // in the actor's words
	Category     string    // of a removal: malware, spam …
	Until        time.Time // when a link expires, a hold ends, or a restore is no longer possible
	Count        int       // how many are left
	Items        []string  // one line each

	// Path is the link of the notice, from "/" on: "/account/verify-email/?token=…".
	// It is put after the site's own URL, so that a link can lead nowhere else.
	Path string
}

// Enqueue queues a notice in the change that it tells about. The notice is
// sealed: neither links nor network addresses can be read in the database.
// Errors are faults of the caller: an unknown kind, a kind's field that is empty.
func Enqueue(ctx context.Context, tx *change.Tx, n Notice) error {
	return enqueue(ctx, tx, n)
}
