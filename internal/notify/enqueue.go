package notify

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"strongroom/internal/change"
)

// JobNotice is the kind of job that finds out where a notice goes; JobMail
// sends it to one address.
const (
	JobNotice = "notice"
	JobMail   = "mail"
)

// job is what both kinds of jobs carry, sealed. Address is set for JobMail.
type job struct {
	ID      string // begins the Message-ID
	Kind    Kind
	UserID  int64  `json:",omitempty"`
	Address string `json:",omitempty"`
	Data    Data
	Queued  time.Time
}

func enqueue(ctx context.Context, tx *change.Tx, n Notice) error {
	info, known := lookUp(n.Kind)
	if !known {
		return fmt.Errorf("notice: there is no kind %q", n.Kind)
	}
	if err := n.checkReceiver(info); err != nil {
		return fmt.Errorf("notice %s: %w", n.Kind, err)
	}
	n.Data.complete(tx)
	if err := n.Data.check(n.Kind); err != nil {
		return fmt.Errorf("notice %s: %w", n.Kind, err)
	}
	if n.ProjectID == 0 {
		return queueFor(ctx, tx, n)
	}
	people, err := tx.ProjectPeople(ctx, n.ProjectID)
	if err != nil {
		return err
	}
	told := map[int64]bool{n.Except: true}
	for _, p := range people {
		if !info.Audience.reaches(p.Role) || told[p.UserID] {
			continue
		}
		told[p.UserID] = true
		one := n
		one.UserID = p.UserID
		if err := queueFor(ctx, tx, one); err != nil {
			return err
		}
	}
	return nil
}

func (n Notice) checkReceiver(info Info) error {
	switch {
	case n.ProjectID != 0 && (n.UserID != 0 || n.Address != ""):
		return errors.New("it goes to a project or to a person, not to both")
	case n.ProjectID != 0 && info.Audience == Person:
		return errors.New("it goes to a person; set UserID or Address")
	case n.ProjectID == 0 && n.UserID == 0 && n.Address == "":
		return errors.New("it has no receiver; set UserID, Address or ProjectID")
	}
	return nil
}

// complete fills in what the transaction knows.
func (d *Data) complete(tx *change.Tx) {
	if d.At.IsZero() {
		d.At = tx.Now
	}
	if d.By == "" { // else the caller keeps back who it was, and so from which country
		d.By, d.Country = tx.Actor.Username, tx.Actor.Country
	}
	if d.From == "" {
		d.From = tx.Actor.Address
	}
	if d.UserAgent == "" {
		d.UserAgent = tx.Actor.UserAgent
	}
}

// queueFor queues a notice to one person or address. Where somebody came from
// is told to nobody else, but for the country (SD-28).
func queueFor(ctx context.Context, tx *change.Tx, n Notice) error {
	if tx.Actor.UserID != 0 && tx.Actor.UserID != n.UserID {
		n.Data.From, n.Data.UserAgent = "", ""
	}
	n.Data = n.Data.clean()
	j := job{ID: rand.Text(), Kind: n.Kind, UserID: n.UserID, Address: n.Address, Data: n.Data, Queued: tx.Now}
	switch {
	case n.Address != "":
		return tx.EnqueueSealed(JobMail, j, "", time.Time{})
	case n.Kind == AccountClosed: // soon there are no addresses to look up
		return j.queueMails(ctx, tx)
	}
	return tx.EnqueueSealed(JobNotice, j, "", time.Time{})
}

// queueMails queues a mail to each address that the notice goes to now. A second
// run queues the same mails again, with the same IDs; those that still wait are
// not doubled.
func (j job) queueMails(ctx context.Context, tx *change.Tx) error {
	addresses, err := j.addresses(ctx, tx)
	if err != nil {
		return err
	}
	for _, address := range addresses {
		sum := sha256.Sum256([]byte(address))
		one := j
		one.Address, one.ID = address, j.ID+"."+hex.EncodeToString(sum[:4])
		if err := tx.EnqueueSealed(JobMail, one, JobMail+":"+one.ID, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// addresses are the person's verified ones: all of them for security notices
// (MFA-11), else the primary one, unless the person wants no such news.
func (j job) addresses(ctx context.Context, tx *change.Tx) (out []string, err error) {
	info, _ := lookUp(j.Kind)
	if info.Class == News {
		unwanted, err := tx.MailUnwanted(ctx, j.UserID, string(j.Kind))
		if err != nil || unwanted {
			return nil, err
		}
	}
	all, err := tx.MailAddresses(ctx, j.UserID)
	for _, a := range all {
		if a.Verified && (a.Primary || info.Class == Security) {
			out = append(out, a.Address)
		}
	}
	return out, err
}
