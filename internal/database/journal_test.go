package database_test

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

// journal writes n entries for a name in one transaction, the serials taken last.
func journal(ctx context.Context, tx *database.Tx, name string, n int) error {
	last, err := tx.TakeSerials(ctx, n)
	if err != nil {
		return err
	}
	for i := range n {
		e := index.Entry{Serial: last - int64(n-1-i), Name: name, Version: "1.0", Action: fmt.Sprintf("act %d", i), Actor: "alice", At: noon()}
		if err := tx.InsertEntries(ctx, e); err != nil {
			return err
		}
	}
	if err := tx.SetLastSerial(ctx, name, last); err != nil {
		return err
	}
	return tx.Notify(ctx)
}

func TestJournal(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		if serial, err := w.db.LastSerial(w.ctx); err != nil || serial != 0 {
			t.Errorf("before the first change: %d, %v", serial, err)
		}
		w.write(func(tx *database.Tx) error { return journal(w.ctx, tx, "demo", 3) })
		w.write(func(tx *database.Tx) error { return journal(w.ctx, tx, "other", 1) })
		entries, err := w.db.Entries(w.ctx, 1, 2)
		w.must(err)
		want := []index.Entry{
			{Serial: 2, Name: "demo", Version: "1.0", Action: "act 1", Actor: "alice", At: noon()},
			{Serial: 3, Name: "demo", Version: "1.0", Action: "act 2", Actor: "alice", At: noon()},
		}
		if !reflect.DeepEqual(entries, want) {
			t.Errorf("Entries = %+v, want %+v", entries, want)
		}
		of, err := w.db.EntriesOf(w.ctx, "demo", 2)
		w.must(err)
		if len(of) != 2 || of[0].Serial != 3 || of[1].Serial != 2 {
			t.Errorf("EntriesOf = %+v, want the newest first", of)
		}
		if serial, err := w.db.LastSerial(w.ctx); err != nil || serial != 4 {
			t.Errorf("LastSerial = %d, %v", serial, err)
		}
		if p, _, err := w.db.Project(w.ctx, "demo"); err != nil || p.LastSerial != 3 {
			t.Errorf("the project's serial is %d, %v", p.LastSerial, err)
		}
	})
}

// TestEventsAreAppended reads the audit log of one object back, the newest first.
func TestEventsAreAppended(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		a := index.Actor{Kind: "user", Username: "alice", TokenID: "t", Address: "never stored", UserAgent: "twine"}
		e := index.Event{Action: index.EventFlagSet, Object: "project:demo", Before: "b", After: "a", Reason: "r"}
		w.write(func(tx *database.Tx) error {
			if err := tx.InsertEvents(w.ctx, a, "hashed", 7, e); err != nil {
				return err
			}
			e.Object = "project:other"
			if err := tx.InsertEvents(w.ctx, a, "hashed", 8, e); err != nil {
				return err
			}
			e.Object, e.Action = "project:demo", index.EventFlagClear
			return tx.InsertEvents(w.ctx, a, "", 9, e)
		})
		got, err := w.db.EventsOf(w.ctx, "project:demo", 5)
		w.must(err)
		if len(got) != 2 || got[0].At != 9 || got[0].Address != "" {
			t.Fatalf("%+v", got)
		}
		want := database.Event{ID: got[1].ID, Event: index.Event{Action: index.EventFlagSet, Object: "project:demo", Before: "b", After: "a", Reason: "r"}, At: 7, ActorKind: "user", Actor: "alice", Address: "hashed", UserAgent: "twine"}
		if got[1] != want || got[0].ID <= got[1].ID || got[1].ID < 1 {
			t.Errorf("got %+v, want %+v", got[1], want)
		}
	})
}

// TestSerialsAppearInOrderWithoutGaps lets 16 writers commit while readers check at every moment that who sees serial n sees all
// before it (design 2). Every fifth transaction fails after it took its serials, and gives them back.
func TestSerialsAppearInOrderWithoutGaps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		const writers, rounds = 16, 12
		var written atomic.Int64
		var writing, reading sync.WaitGroup
		for i := range writers {
			writing.Go(func() {
				for round := range rounds {
					n := 1 + (i+round)%3
					err := db.Write(ctx, func(tx *database.Tx) error {
						if err := journal(ctx, tx, number("p", i), n); err != nil || (i+round)%5 != 0 {
							return err
						}
						return errOnPurpose
					})
					switch {
					case err == nil:
						written.Add(int64(n))
					case err != errOnPurpose:
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		for range 2 {
			reading.Go(func() { watchSerials(t, db, done) })
		}
		writing.Wait()
		close(done)
		reading.Wait()
		if last, err := db.LastSerial(ctx); err != nil || last != written.Load() {
			t.Errorf("last serial %d, %v; %d entries were written", last, err, written.Load())
		}
		checkSerials(t, db)
	})
}

func watchSerials(t *testing.T, db *database.DB, done chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
			checkSerials(t, db)
		}
	}
}

// checkSerials reads journal and last serial of one snapshot: they are 1, 2, 3 … and its last.
func checkSerials(t *testing.T, db *database.DB) {
	ctx := context.Background()
	err := db.Snapshot(ctx, func(q database.Q) error {
		last, err := q.LastSerial(ctx)
		if err != nil {
			return err
		}
		entries, err := q.Entries(ctx, 0, 1_000_000)
		for i, e := range entries {
			if e.Serial != int64(i+1) {
				t.Errorf("entry %d has serial %d", i+1, e.Serial)
				break
			}
		}
		if int64(len(entries)) != last {
			t.Errorf("%d entries, the last serial is %d", len(entries), last)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
