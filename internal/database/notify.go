package database

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

const channel = "strongroom_journal"

// Notify tells the other nodes, at commit, that the journal grew.
func (tx *Tx) Notify(ctx context.Context) error {
	if tx.d.name != "postgres" {
		return nil
	}
	_, err := tx.exec(ctx, `SELECT pg_notify('`+channel+`', '')`)
	return wrap("notify", channel, err)
}

// Listen puts a token into wake whenever a node committed a journal entry,
// until the context ends. A broken connection is made anew; callers must poll
// as well, since notifications can be lost meanwhile.
func (db *DB) Listen(ctx context.Context, wake chan<- struct{}) {
	for ctx.Err() == nil {
		db.listenOnce(ctx, wake)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (db *DB) listenOnce(ctx context.Context, wake chan<- struct{}) {
	conn, err := pgx.Connect(ctx, db.url)
	if err != nil {
		return
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return
	}
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return
		}
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}
