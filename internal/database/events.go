package database

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"time"
)

// Span is a part of the audit log: N rows at most, those next to a place in it.
// Older than the event Before, or newer than the event After; with neither the
// newest. Events always come the newest first.
type Span struct {
	Before, After int64 // IDs of events, 0 for none
	N             int
}

// edge is the condition on IDs, its argument, and the order in which rows next
// to the place come.
func (s Span) edge() (condition, order string, id int64) {
	if s.After > 0 {
		return "id > $3", "id", s.After
	}
	before := cmp.Or(s.Before, math.MaxInt64)
	return "id < $3", "id DESC", before
}

const eventColumns = `SELECT id, at, actor_kind, actor, address, user_agent, action, object, before, after, reason FROM events`

// AccountEvents lists what somebody did, and what was done to the account.
func (q Q) AccountEvents(ctx context.Context, username string, s Span) ([]Event, error) {
	condition, order, id := s.edge()
	part := ` AND ` + condition + ` ORDER BY ` + order + ` LIMIT $4`
	out, err := q.events(ctx, `SELECT * FROM (
		SELECT * FROM (`+eventColumns+` WHERE object = $1`+part+`) AS a
		UNION
		SELECT * FROM (`+eventColumns+` WHERE actor = $2 AND actor_kind = 'user'`+part+`) AS b
	) AS c ORDER BY `+order+` LIMIT $4`, "user:"+username, username, id, s.N)
	return out, wrap("read events of account", username, err)
}

// ObjectEvents lists what happened to an object since a time: a name may have
// belonged to something else before.
func (q Q) ObjectEvents(ctx context.Context, object string, since time.Time, s Span) ([]Event, error) {
	condition, order, id := s.edge()
	out, err := q.events(ctx, eventColumns+` WHERE object = $1 AND at >= $2 AND `+condition+` ORDER BY `+order+` LIMIT $4`, object, micros(since), id, s.N)
	return out, wrap("read events of", object, err)
}

// EventsOf lists the newest n events of an object.
func (q Q) EventsOf(ctx context.Context, object string, n int) ([]Event, error) {
	return q.ObjectEvents(ctx, object, time.Time{}, Span{N: n})
}

func (q Q) events(ctx context.Context, text string, args ...any) (out []Event, err error) {
	err = q.each(ctx, text, args, func(rows *sql.Rows) error {
		var e Event
		err := rows.Scan(&e.ID, &e.At, &e.ActorKind, &e.Actor, &e.Address, &e.UserAgent, &e.Action, &e.Object, &e.Before, &e.After, &e.Reason)
		out = append(out, e)
		return err
	})
	slices.SortFunc(out, func(a, b Event) int { return cmp.Compare(b.ID, a.ID) })
	return out, err
}
