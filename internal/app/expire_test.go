package app_test

import (
	"context"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// TestExpiredSecretsLeave: what anybody may make rows of, such as half-finished
// sign-ins, does not stay for ever.
func TestExpiredSecretsLeave(t *testing.T) {
	s := apptest.Start(t)
	ctx, made := context.Background(), s.Clock()
	err := s.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error {
		return tx.InsertTicket(ctx, index.Ticket{Hash: "old", Kind: index.TicketSSO, CreatedAt: made, ExpiresAt: made.Add(time.Minute)})
	})
	if err != nil {
		t.Fatal(err)
	}
	s.SetClock(2 * time.Hour)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, found, err := s.DB.Ticket(ctx, index.TicketSSO, "old", made)
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the row is still there an hour after its time")
		}
	}
}
