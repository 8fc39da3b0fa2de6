package database

import (
	"context"
	"database/sql"

	"strongroom/internal/index"
)

// LastSerial is the serial of the newest visible change, 0 before the first.
func (q Q) LastSerial(ctx context.Context) (serial int64, err error) {
	_, err = q.one(ctx, `SELECT value FROM serial WHERE one = 1`, nil, &serial)
	return serial, err
}

// TakeSerials reserves n serials and returns the last. It locks the one row
// all writers share, so it must come last in a transaction.
func (tx *Tx) TakeSerials(ctx context.Context, n int) (last int64, err error) {
	_, err = tx.one(ctx, `UPDATE serial SET value = value + $1 WHERE one = 1 RETURNING value`, []any{n}, &last)
	return last, wrap("take serials", n, err)
}

// InsertEntries writes journal rows in one statement; SetLastSerial moves the
// project's serial.
func (tx *Tx) InsertEntries(ctx context.Context, entries ...index.Entry) error {
	insert := rowsInserter{into: `INSERT INTO journal (serial, name, version, action, actor, at, flag_id) VALUES `, columns: 7}
	for _, e := range entries {
		insert.add(e.Serial, e.Name, e.Version, e.Action, e.Actor, micros(e.At), e.Flag)
	}
	return wrap("insert journal entries, first", entries[0].Serial, insert.run(ctx, tx))
}

// SetLastSerial moves the serial of the project that holds the name.
func (tx *Tx) SetLastSerial(ctx context.Context, name string, serial int64) error {
	_, err := tx.exec(ctx, `UPDATE projects SET last_serial = $2 WHERE id = (SELECT project_id FROM names WHERE name = $1)`, name, serial)
	return wrap("set last serial of", name, err)
}

// Entries lists the journal after a serial, ascending, n at most.
func (q Q) Entries(ctx context.Context, after int64, n int) ([]index.Entry, error) {
	return q.entries(ctx, `SELECT serial, name, version, action, actor, at FROM journal WHERE serial > $1 ORDER BY serial LIMIT $2`, after, n)
}

// publicThen holds for entries j about a project that is public. A name can have
// had several (SD-17): an entry is about the newest that there was at its time.
// What clocks of two nodes make older than the first is about the first.
const publicThen = `NOT EXISTS (SELECT 1 FROM projects p WHERE p.name = j.name AND p.private = 1
	AND NOT EXISTS (SELECT 1 FROM projects q WHERE q.name = p.name AND q.created_at > p.created_at AND q.created_at <= j.at)
	AND NOT (j.at < p.created_at AND EXISTS (SELECT 1 FROM projects o WHERE o.name = p.name AND o.created_at < p.created_at)))`

// PublicEntries is Entries without those about projects that are private.
func (q Q) PublicEntries(ctx context.Context, after int64, n int) ([]index.Entry, error) {
	return q.entries(ctx, `SELECT serial, name, version, action, actor, at FROM journal j WHERE serial > $1
		AND `+publicThen+` ORDER BY serial LIMIT $2`, after, n)
}

// EntriesOf lists a project's journal, the newest first.
func (q Q) EntriesOf(ctx context.Context, name string, n int) ([]index.Entry, error) {
	return q.entries(ctx, `SELECT serial, name, version, action, actor, at FROM journal WHERE name = $1 ORDER BY serial DESC LIMIT $2`, name, n)
}

func (q Q) entries(ctx context.Context, text string, args ...any) ([]index.Entry, error) {
	var out []index.Entry
	err := q.each(ctx, text, args, func(rows *sql.Rows) error {
		var e index.Entry
		var at int64
		err := rows.Scan(&e.Serial, &e.Name, &e.Version, &e.Action, &e.Actor, &at)
		e.At = fromMicros(at)
		out = append(out, e)
		return err
	})
	return out, err
}

// InsertEvents appends to the audit log in one statement. address is already
// hashed.
func (tx *Tx) InsertEvents(ctx context.Context, a index.Actor, address string, at int64, events ...index.Event) error {
	insert := rowsInserter{into: `INSERT INTO events (at, actor_kind, actor, token_id, address, user_agent, action, object, before, after, reason) VALUES `, columns: 11}
	for _, e := range events {
		insert.add(at, a.Kind, a.Username, a.TokenID, address, a.UserAgent, e.Action, e.Object, e.Before, e.After, e.Reason)
	}
	return wrap("insert events, first", events[0].Action, insert.run(ctx, tx))
}

// Event is a row of the audit log.
type Event struct {
	ID int64 // its place in the log
	index.Event
	At        int64 // microseconds
	ActorKind string
	Actor     string
	Address   string
	UserAgent string
}
