package database

import (
	"context"
	"database/sql"
	"math"
)

// AccountEvent is a row of the audit log with its place in it.
type AccountEvent struct {
	ID int64
	Event
}

// AccountEvents lists what somebody did, and what was done to the account, the
// newest first: n at most, of those before a place (0 for all).
func (q Q) AccountEvents(ctx context.Context, username string, before int64, n int) ([]AccountEvent, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	const columns = `SELECT id, at, actor_kind, actor, address, user_agent, action, object, before, after, reason FROM events`
	text := `SELECT * FROM (
		SELECT * FROM (` + columns + ` WHERE object = $1 AND id < $3 ORDER BY id DESC LIMIT $4) AS a
		UNION
		SELECT * FROM (` + columns + ` WHERE actor = $2 AND actor_kind = 'user' AND id < $3 ORDER BY id DESC LIMIT $4) AS b
	) AS c ORDER BY id DESC LIMIT $4`
	var out []AccountEvent
	err := q.each(ctx, text, []any{"user:" + username, username, before, n}, func(rows *sql.Rows) error {
		var e AccountEvent
		err := rows.Scan(&e.ID, &e.At, &e.ActorKind, &e.Actor, &e.Address, &e.UserAgent, &e.Action, &e.Object, &e.Before, &e.After, &e.Reason)
		out = append(out, e)
		return err
	})
	return out, wrap("read events of account", username, err)
}
