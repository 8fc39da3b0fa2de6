package database

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"time"

	"strongroom/internal/index"
)

const ticketColumns = `hash, kind, COALESCE(user_id, 0), subject, sealed, created_at, expires_at`

// InsertTicket adds a single-use secret.
func (tx *Tx) InsertTicket(ctx context.Context, t index.Ticket) error {
	_, err := tx.exec(ctx, `INSERT INTO tickets (hash, kind, user_id, subject, sealed, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.Hash, t.Kind, orNull(t.UserID), t.Subject, base64.StdEncoding.EncodeToString(t.Sealed), micros(t.CreatedAt), micros(t.ExpiresAt))
	return wrap("insert ticket", t.Kind, err)
}

// Ticket reads a ticket without using it up: for the page that asks whether to.
func (q Q) Ticket(ctx context.Context, kind index.TicketKind, hash string, now time.Time) (t index.Ticket, found bool, err error) {
	return q.ticket(ctx, `SELECT `+ticketColumns+` FROM tickets WHERE hash = $1 AND kind = $2 AND expires_at > $3`, hash, kind, now)
}

// RedeemTicket uses a ticket up: found is false when it is unknown, expired,
// of another kind, or when somebody else was first (P30).
func (tx *Tx) RedeemTicket(ctx context.Context, kind index.TicketKind, hash string, now time.Time) (t index.Ticket, found bool, err error) {
	return tx.ticket(ctx, `DELETE FROM tickets WHERE hash = $1 AND kind = $2 AND expires_at > $3 RETURNING `+ticketColumns, hash, kind, now)
}

func (q Q) ticket(ctx context.Context, text, hash string, kind index.TicketKind, now time.Time) (t index.Ticket, found bool, err error) {
	err = q.each(ctx, text, []any{hash, kind, micros(now)}, func(rows *sql.Rows) error {
		found = true
		return scanTicket(rows, &t)
	})
	return t, found, wrap("read ticket", kind, err)
}

func scanTicket(rows *sql.Rows, t *index.Ticket) error {
	var sealed string
	var created, expires int64
	if err := rows.Scan(&t.Hash, &t.Kind, &t.UserID, &t.Subject, &sealed, &created, &expires); err != nil {
		return err
	}
	t.CreatedAt, t.ExpiresAt = fromMicros(created), fromMicros(expires)
	var err error
	if t.Sealed, err = base64.StdEncoding.DecodeString(sealed); err != nil {
		return fmt.Errorf("ticket %s: sealed data: %w", t.Kind, err)
	}
	return nil
}

// DropTickets removes a user's tickets of a kind, such as older links for the
// same purpose.
func (tx *Tx) DropTickets(ctx context.Context, userID int64, kind index.TicketKind) error {
	_, err := tx.exec(ctx, `DELETE FROM tickets WHERE user_id = $1 AND kind = $2`, userID, kind)
	return wrap("drop tickets", kind, err)
}
