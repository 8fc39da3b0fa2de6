package database_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

// people makes two accounts with two verified addresses each.
func people(t *testing.T, db *database.DB) (alice, bob int64) {
	t.Helper()
	now := time.Now().UTC()
	dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
		for name, id := range map[string]*int64{"alice": &alice, "bob": &bob} {
			if *id, err = tx.InsertUser(ctx, index.User{UID: "uid-" + name, Username: name, Email: name + "@example.com", CreatedAt: now}, true); err != nil {
				return err
			}
			if _, err = tx.InsertEmail(ctx, index.Email{UserID: *id, Address: name + "@Home.example", Verified: true, CreatedAt: now}); err != nil {
				return err
			}
		}
		return nil
	})
	return alice, bob
}

// TestEmailRows: one primary and one public address an account, and none is
// changed by somebody else.
func TestEmailRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		alice, bob := people(t, db)
		all, err := db.EmailsOf(ctx, alice)
		if err != nil || len(all) != 2 || !all[0].Primary || all[1].Address != "alice@Home.example" {
			t.Fatalf("%+v, %v", all, err)
		}
		err = db.Write(ctx, func(tx *database.Tx) error {
			_, err := tx.InsertEmail(ctx, index.Email{UserID: bob, Address: "ALICE@home.example"})
			return err
		})
		if !database.IsUnique(err) {
			t.Errorf("the same address twice: %v", err)
		}
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			for _, user := range []int64{bob, alice} {
				changed, err := tx.SetPrimaryEmail(ctx, user, all[1].ID)
				if err != nil || changed != (user == alice) {
					t.Errorf("primary by %d: %v, %v", user, changed, err)
				}
			}
			for _, row := range []struct {
				user, id int64
				want     bool
			}{{bob, all[0].ID, false}, {alice, all[1].ID, false}, {alice, all[0].ID, true}} {
				if removed, err := tx.DeleteEmail(ctx, row.user, row.id); err != nil || removed != row.want {
					t.Errorf("removed %+v: %v, %v", row, removed, err)
				}
			}
			return tx.SetPublicEmail(ctx, alice, all[1].ID)
		})
		if e, found, err := db.EmailOf(ctx, alice, all[1].ID); err != nil || !found || !e.Primary || !e.Public {
			t.Errorf("%+v, %v, %v", e, found, err)
		}
		if _, found, err := db.EmailOf(ctx, bob, all[1].ID); err != nil || found {
			t.Errorf("another's address: %v, %v", found, err)
		}
	})
}

// TestStepOnce (MFA-2, P30): of 64 who use one time step at once one succeeds,
// and none with an older one after that.
func TestStepOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		alice, _ := people(t, db)
		var id int64
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
			id, err = tx.InsertFactor(ctx, index.Factor{UserID: alice, Kind: index.FactorTOTP, Label: "app", LastStep: 5, CreatedAt: time.Now()})
			return err
		})
		var mu sync.Mutex
		var wg sync.WaitGroup
		won := 0
		use := func(step int64) {
			err := db.Write(ctx, func(tx *database.Tx) error {
				ok, err := tx.AcceptStep(ctx, id, step, time.Now())
				if err == nil && !ok {
					return errors.New("used")
				}
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			}
		}
		for range 64 {
			wg.Go(func() { use(7) })
		}
		wg.Wait()
		use(6)
		use(7)
		if won != 1 {
			t.Errorf("%d succeeded", won)
		}
	})
}

// TestCloseUser leaves the name and nothing that opens a door.
func TestCloseUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		alice, bob := people(t, db)
		now := time.Now().UTC().Truncate(time.Microsecond)
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.InsertFactor(ctx, index.Factor{UserID: alice, Kind: index.FactorTOTP, Label: "app", CreatedAt: now})
			return errors.Join(err,
				tx.InsertToken(ctx, index.Token{ID: "t1", UserID: alice, CreatedAt: now}), tx.InsertToken(ctx, index.Token{ID: "t2", UserID: bob, CreatedAt: now}),
				tx.InsertLogin(ctx, index.Login{Hash: "h", UserID: alice, Method: index.ByPassword, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}),
				tx.ReplaceRecovery(ctx, alice, []string{"a", "b"}))
		})
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			if other, err := tx.RevokeOwnToken(ctx, alice, "t2", now); err != nil || other {
				t.Errorf("revoked a token of somebody else: %v, %v", other, err)
			}
			if _, found, err := tx.LockUser(ctx, alice); err != nil || !found {
				t.Errorf("lock: %v, %v", found, err)
			}
			return tx.CloseUser(ctx, alice, now)
		})
		u, found, err := db.UserByName(ctx, "Alice")
		if err != nil || !found || !u.ClosedAt.Equal(now) || u.Email != "" {
			t.Errorf("%+v, %v, %v", u, found, err)
		}
		state, err := db.StateOf(ctx, alice)
		sums, err2 := db.RecoverySums(ctx, alice)
		_, living, err3 := db.LoginByHash(ctx, "h", now)
		if err := errors.Join(err, err2, err3); err != nil || state != (index.AccountState{}) || len(sums) > 0 || living {
			t.Errorf("left: %+v %v %v %v", state, sums, living, err)
		}
		mine, err := db.TokensOf(ctx, alice)
		theirs, err2 := db.TokensOf(ctx, bob)
		if errors.Join(err, err2) != nil || mine[0].RevokedAt.IsZero() || !theirs[0].RevokedAt.IsZero() {
			t.Errorf("tokens: %+v %+v", mine, theirs)
		}
	})
}

// TestAccountEvents: what somebody did and what was done to the account, each
// once, the newest first, page by page.
func TestAccountEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		alice := index.Actor{Kind: "user", Username: "alice"}
		bob := index.Actor{Kind: "user", Username: "bob"}
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			return errors.Join(
				tx.InsertEvents(ctx, alice, "", 1, index.Event{Action: "1", Object: "project:x"}),
				tx.InsertEvents(ctx, bob, "", 2, index.Event{Action: "2", Object: "user:alice"}),
				tx.InsertEvents(ctx, bob, "", 3, index.Event{Action: "no", Object: "project:x"}),
				tx.InsertEvents(ctx, index.Actor{Kind: "administrator", Username: "alice"}, "", 3, index.Event{Action: "no", Object: "project:x"}),
				tx.InsertEvents(ctx, alice, "", 4, index.Event{Action: "3", Object: "user:alice"}))
		})
		var got strings.Builder
		for before := int64(0); ; {
			page, err := db.AccountEvents(ctx, "alice", database.Span{Before: before, N: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				got.WriteString(e.Action)
				before = e.ID
			}
			if len(page) < 2 {
				break
			}
		}
		if got.String() != "321" {
			t.Errorf("%s, want 321", got.String())
		}
	})
}
