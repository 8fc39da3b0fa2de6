package database_test

import (
	"reflect"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

func TestUsers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, name := range []string{"Alice", "alice", "ALICE"} {
			if got, found, err := w.db.UserByName(w.ctx, name); err != nil || !found || !reflect.DeepEqual(got, w.user) {
				t.Errorf("UserByName(%q) = %+v, %v, %v; want %+v", name, got, found, err, w.user)
			}
		}
		if got, found, err := w.db.UserByID(w.ctx, w.user.ID); err != nil || !found || got.Username != "Alice" {
			t.Errorf("UserByID = %+v, %v, %v", got, found, err)
		}
		if _, found, err := w.db.UserByName(w.ctx, "bob"); found || err != nil {
			t.Errorf("bob: %v, %v", found, err)
		}
		bob := index.User{UID: "b", Username: "bob", Superuser: true, CreatedAt: noon()}
		w.write(func(tx *database.Tx) (err error) { bob.ID, err = tx.InsertUser(w.ctx, bob, false); return err })
		if got, _, err := w.db.UserByName(w.ctx, "bob"); err != nil || got.Email != "" || !got.Superuser {
			t.Errorf("a user without an address: %+v, %v", got, err)
		}
		all, err := w.db.Users(w.ctx)
		w.must(err)
		if len(all) != 2 || all[0].Username != "Alice" || all[1].Username != "bob" {
			t.Errorf("Users = %+v", all)
		}
	})
}

func TestUsersAreUnique(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, u := range []index.User{
			{UID: "n1", Username: "ALICE", Email: "other@example.com"},
			{UID: "n2", Username: "carol", Email: "Alice@Example.com"},
			{UID: w.user.UID, Username: "dave"},
		} {
			err := w.db.Write(w.ctx, func(tx *database.Tx) error { _, err := tx.InsertUser(w.ctx, u, true); return err })
			if !database.IsUnique(err) {
				t.Errorf("%+v: %v, want a unique violation", u, err)
			}
		}
		if all, err := w.db.Users(w.ctx); err != nil || len(all) != 1 {
			t.Errorf("refused users left rows: %+v, %v", all, err)
		}
		if database.IsUnique(nil) || database.IsUnique(w.ctx.Err()) {
			t.Error("no error is no violation")
		}
	})
}

func TestTokens(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		old := index.Token{ID: "t1", UserID: w.user.ID, Description: "ci", SealedKey: []byte{0, 1, 255}, Caveats: []string{`[1,["demo"]]`}, CreatedAt: noon()}
		newer := index.Token{ID: "t2", UserID: w.user.ID, SealedKey: []byte("k"), CreatedAt: noon().Add(time.Hour)}
		w.write(func(tx *database.Tx) error {
			if err := tx.InsertToken(w.ctx, old); err != nil {
				return err
			}
			return tx.InsertToken(w.ctx, newer)
		})
		if got, found, err := w.db.TokenByID(w.ctx, "t1"); err != nil || !found || !reflect.DeepEqual(got, old) {
			t.Errorf("TokenByID = %+v, %v, %v; want %+v", got, found, err, old)
		}
		if _, found, err := w.db.TokenByID(w.ctx, "t3"); found || err != nil {
			t.Errorf("t3: %v, %v", found, err)
		}
		list, err := w.db.TokensOf(w.ctx, w.user.ID)
		w.must(err)
		if len(list) != 2 || list[0].ID != "t2" || len(list[0].Caveats) != 0 {
			t.Errorf("TokensOf = %+v, want the newest first", list)
		}
	})
}

func TestTokensAreRevokedOnceAndTouchedForward(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.write(func(tx *database.Tx) error { return tx.InsertToken(w.ctx, index.Token{ID: "t", UserID: w.user.ID}) })
		later := noon().Add(time.Minute)
		for i, want := range []bool{true, false} {
			w.write(func(tx *database.Tx) error {
				if lived, err := tx.RevokeToken(w.ctx, "t", noon()); err != nil || lived != want {
					t.Errorf("revocation %d: %v, %v", i, lived, err)
				}
				if lived, err := tx.RevokeToken(w.ctx, "nobody's", noon()); err != nil || lived {
					t.Errorf("an unknown token lived: %v, %v", lived, err)
				}
				return nil
			})
		}
		for _, at := range []time.Time{later, noon()} { // flushes of two nodes may come in any order
			w.write(func(tx *database.Tx) error { return tx.TouchTokens(w.ctx, map[string]time.Time{"t": at, "gone": at}) })
		}
		got, _, err := w.db.TokenByID(w.ctx, "t")
		if err != nil || !got.RevokedAt.Equal(noon()) || !got.LastUsedAt.Equal(later) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
