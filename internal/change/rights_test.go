package change_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

// TestRightsAreTold: whoever remembers rights hears of what may take one, on this node and on others, and of nothing else.
func TestRightsAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		here, there := recorder(db), recorder(db)
		var told, heard atomic.Int64
		here.SubscribeRights(func() { told.Add(1) })
		there.SubscribeRights(func() { heard.Add(1) })
		go there.Follow(ctx, 0, slog.Default())
		wait := func(n int64) {
			t.Helper()
			for end := time.Now().Add(10 * time.Second); db.Postgres() && heard.Load() != n && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			}
			if db.Postgres() && heard.Load() != n {
				t.Errorf("the other node heard %d times, want %d", heard.Load(), n)
			}
		}
		wait(1) // the first look forgets what was remembered before it
		want := int64(0)
		for _, row := range []struct {
			takes  bool
			events []string
		}{
			{true, []string{index.EventTokenRevoke}},
			{true, []string{index.EventFlagSet}},
			{true, []string{index.EventRoleRemove}},
			{true, []string{index.EventRoleAdd}}, // it may stand in for a stronger one
			{true, []string{index.EventVisibility}},
			{true, []string{index.EventFileAdd, index.EventTokenRevoke}},
			{false, []string{index.EventFileAdd, index.EventReleaseCreate}},
			{false, []string{index.EventProjectCreate, index.EventRoleAdd}},
			{false, []string{index.EventTokenCreate}},
			{false, nil},
		} {
			if row.takes {
				want++
			}
			err := here.Do(ctx, alice(), func(tx *change.Tx) error {
				for _, action := range row.events {
					tx.Event(index.Event{Action: action, Object: "x"})
				}
				return nil
			})
			if err != nil || told.Load() != want {
				t.Errorf("%v: told %d times, want %d (%v)", row.events, told.Load(), want, err)
			}
			wait(want + 1)
		}
		if turn, err := db.RightsTurn(ctx); err != nil || turn != want {
			t.Errorf("the count is %d, want %d (%v)", turn, want, err)
		}
	})
}
