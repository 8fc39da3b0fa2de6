package database_test

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

func TestSD15NameRegistry(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		n := index.Name{Name: "held", LookAlike: "he1d", State: index.NameHeld, Note: "n", CreatedAt: noon()}
		for i, want := range []bool{true, false} {
			w.write(func(tx *database.Tx) error {
				if added, err := tx.ClaimName(w.ctx, n); err != nil || added != want {
					t.Errorf("claim %d: %v, %v", i, added, err)
				}
				return nil
			})
		}
		n.State, n.ProjectID, n.HadFiles, n.HeldUntil, n.Note, n.Identity = index.NameProhibited, 7, true, noon().Add(time.Hour), "why", 2
		w.write(func(tx *database.Tx) error { return tx.UpdateName(w.ctx, n) })
		if got, found, err := w.db.Name(w.ctx, "held"); err != nil || !found || !reflect.DeepEqual(got, n) {
			t.Errorf("Name = %+v, %v, %v; want %+v", got, found, err, n)
		}
		w.write(func(tx *database.Tx) error {
			if got, found, err := tx.LockName(w.ctx, "held"); err != nil || !found || got.Note != "why" {
				t.Errorf("LockName = %+v, %v, %v", got, found, err)
			}
			if _, found, err := tx.LockName(w.ctx, "free"); err != nil || found {
				t.Errorf("a free name was found: %v", err)
			}
			return nil
		})
		if got, err := w.db.NamesInState(w.ctx, index.NameProhibited); err != nil || !slices.Equal(got, []string{"held"}) {
			t.Errorf("NamesInState = %v, %v", got, err)
		}
	})
}

// TestN05LookAlikes finds names that a project holds or held, not those that are merely known.
func TestN05LookAlikes(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.addProject("b0lt", w.user.ID)
		w.write(func(tx *database.Tx) error {
			_, err := tx.ClaimName(w.ctx, index.Name{Name: "bolt", LookAlike: "b01t", State: index.NameProhibited})
			return err
		})
		if got, err := w.db.LookAlikes(w.ctx, "b01t"); err != nil || !slices.Equal(got, []string{"b0lt"}) {
			t.Errorf("LookAlikes = %v, %v", got, err)
		}
		if got, err := w.db.LookAlikes(w.ctx, "none"); err != nil || got != nil {
			t.Errorf("LookAlikes = %v, %v", got, err)
		}
	})
}

// TestAConcurrentClaimWaits lets many transactions claim one name: one adds it, and all others see the whole of what it wrote.
func TestAConcurrentClaimWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		var mu sync.Mutex
		won := 0
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				err := db.Write(ctx, func(tx *database.Tx) error {
					added, err := tx.ClaimName(ctx, index.Name{Name: "n", LookAlike: "n", State: index.NameActive})
					if err != nil {
						return err
					}
					row, _, err := tx.LockName(ctx, "n")
					if err != nil {
						return err
					}
					if added != (row.ProjectID == 0) {
						t.Errorf("added %v, but the name has project %d", added, row.ProjectID)
					}
					if added {
						mu.Lock()
						won++
						mu.Unlock()
					}
					row.ProjectID = 5
					return tx.UpdateName(ctx, row)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 1 {
			t.Errorf("%d transactions added the name, want one", won)
		}
	})
}
