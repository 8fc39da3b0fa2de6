// Package change is the one way in which anything in the index changes: one
// transaction that writes the rows, the journal, the audit log and the queued
// work, and then tells who keeps derived things what is no longer true
// (design 2, X-6).
package change

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Recorder makes changes. All fields must be set before the first change.
type Recorder struct {
	DB    *database.DB
	Clock func() time.Time
	// HashAddress turns a network address into what the audit log keeps.
	HashAddress func(address string) string
	// Seal encrypts what EnqueueSealed queues; only that needs it.
	Seal func(secret []byte, about string) []byte
	// Always, if set, queues what must follow each change of a project; it runs in
	// the change itself, so that nothing is lost.
	Always func(tx *Tx, names []string) error

	mu        sync.Mutex
	listeners []func(names []string)
	rights    []func()
}

// Subscribe registers fn to hear which normalised project names a committed
// change touched. It runs before the change's caller gets its answer, so what
// fn forgets is not served afterwards; it must be quick and must not write.
func (r *Recorder) Subscribe(fn func(names []string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listeners = append(r.listeners, fn)
}

func (r *Recorder) tell(names []string) {
	if len(names) == 0 {
		return
	}
	r.mu.Lock()
	listeners := r.listeners
	r.mu.Unlock()
	for _, fn := range listeners {
		fn(names)
	}
}

// Tx is one change in the making. Now is its one timestamp.
type Tx struct {
	*database.Tx
	Now   time.Time
	Actor index.Actor

	ctx     context.Context
	seal    func(secret []byte, about string) []byte
	entries []index.Entry
	events  []index.Event
	touched map[string]bool
}

// Do runs fn in one transaction on behalf of actor. When it returns nil
// everything is durable and every page this node keeps is up to date. fn may
// run more than once.
func (r *Recorder) Do(ctx context.Context, actor index.Actor, fn func(*Tx) error) error {
	return r.DB.Write(ctx, func(dtx *database.Tx) error {
		tx := &Tx{Tx: dtx, Now: r.Clock().UTC().Truncate(time.Microsecond), Actor: actor, ctx: context.WithoutCancel(ctx), seal: r.Seal, touched: map[string]bool{}}
		if err := fn(tx); err != nil {
			return err
		}
		if err := r.writeEvents(tx); err != nil {
			return err
		}
		turned, err := tx.turnRights(ctx)
		if err != nil {
			return err
		}
		names := tx.names()
		if r.Always != nil {
			if err := r.Always(tx, names); err != nil {
				return err
			}
		}
		if err := tx.writeJournal(); err != nil {
			return err
		}
		dtx.OnCommit(func() {
			if turned {
				r.tellRights()
			}
			r.tell(names)
		})
		return nil
	})
}

// Journal records a change that an installer or mirror could see. The serial
// is given last in the transaction.
func (tx *Tx) Journal(name, version, action string) {
	tx.entries = append(tx.entries, index.Entry{Name: name, Version: version, Action: action, Actor: tx.Actor.Username, At: tx.Now})
	tx.touched[name] = true
}

// JournalFlag is Journal for a change of the flag with this key, which public
// records of withdrawals find by the entry (SD-25, SN-17).
func (tx *Tx) JournalFlag(name, version, action string, flag int64) {
	tx.Journal(name, version, action)
	tx.entries[len(tx.entries)-1].Flag = flag
}

// Touch says that what is derived from a project is no longer true, without a
// journal entry of its own.
func (tx *Tx) Touch(name string) { tx.touched[name] = true }

// Event records who did what in the audit log. The action must be a row of
// index.EventActions.
func (tx *Tx) Event(e index.Event) { tx.events = append(tx.events, e) }

// Enqueue queues work that begins after the transaction; args are stored as
// JSON. With a dedupe key at most one job of that key waits.
func (tx *Tx) Enqueue(kind string, args any, dedupe string, at time.Time) error {
	text, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("queue %s: %w", kind, err)
	}
	return tx.InsertJob(tx.ctx, database.Job{Kind: kind, Args: string(text), Dedupe: dedupe, RunAt: at}, tx.Now)
}

// Sealed is the arguments of a job that EnqueueSealed queued: JSON, encrypted
// about SealedFor(kind).
type Sealed struct {
	Sealed []byte `json:"sealed"`
}

// SealedFor is what the arguments of a kind of job are bound to.
func SealedFor(kind string) string { return "job " + kind }

// EnqueueSealed queues work whose arguments nobody may read in the database,
// such as links that open an account. The handler finds them as Sealed.
func (tx *Tx) EnqueueSealed(kind string, args any, dedupe string, at time.Time) error {
	if tx.seal == nil {
		return fmt.Errorf("queue %s: the recorder has no key to seal it with", kind)
	}
	text, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("queue %s: %w", kind, err)
	}
	return tx.Enqueue(kind, Sealed{tx.seal(text, SealedFor(kind))}, dedupe, at)
}

func (r *Recorder) writeEvents(tx *Tx) error {
	if len(tx.events) == 0 {
		return nil
	}
	address := ""
	if tx.Actor.Address != "" && r.HashAddress != nil {
		address = r.HashAddress(tx.Actor.Address)
	}
	for _, e := range tx.events {
		if !index.KnownEvent(e.Action) {
			return fmt.Errorf("audit action %q is not in index.EventActions", e.Action)
		}
	}
	return tx.InsertEvents(tx.ctx, tx.Actor, address, tx.Now.UnixMicro(), tx.events...)
}

func (tx *Tx) writeJournal() error {
	if len(tx.entries) == 0 {
		return nil
	}
	last, err := tx.TakeSerials(tx.ctx, len(tx.entries))
	if err != nil {
		return err
	}
	serials := map[string]int64{}
	for i := range tx.entries {
		e := &tx.entries[i]
		e.Serial = last - int64(len(tx.entries)-1-i)
		serials[e.Name] = e.Serial
	}
	if err := tx.InsertEntries(tx.ctx, tx.entries...); err != nil {
		return err
	}
	for name, serial := range serials {
		if err := tx.SetLastSerial(tx.ctx, name, serial); err != nil {
			return err
		}
	}
	return tx.Notify(tx.ctx)
}

func (tx *Tx) names() []string {
	out := make([]string, 0, len(tx.touched))
	for name := range tx.touched {
		out = append(out, name)
	}
	return out
}
