package change_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

// clock stands still at a moment with nanoseconds, which are not stored.
func clock() time.Time {
	return time.Date(2026, 5, 1, 14, 0, 0, 123456789, time.FixedZone("", 2*3600))
}

func recorder(db *database.DB) *change.Recorder {
	return &change.Recorder{DB: db, Clock: clock, HashAddress: func(a string) string { return "hash of " + a }}
}

func alice() index.Actor {
	return index.Actor{Kind: "user", UserID: 1, Username: "alice", TokenID: "t", Address: "192.0.2.1", UserAgent: "twine"}
}

// withProject makes a project row for a name, so that its serial can be seen to move.
func withProject(ctx context.Context, tx *change.Tx, name string) error {
	n := index.Name{Name: name, State: index.NameActive, CreatedAt: tx.Now}
	if _, err := tx.ClaimName(ctx, n); err != nil {
		return err
	}
	id, err := tx.InsertProject(ctx, index.Project{UID: name, Name: name, DisplayName: name, CreatedAt: tx.Now}, 1)
	if err != nil {
		return err
	}
	n.ProjectID = id
	return tx.UpdateName(ctx, n)
}

// everything makes one change of each sort.
func everything(ctx context.Context) func(*change.Tx) error {
	return func(tx *change.Tx) error {
		for _, name := range []string{"one", "two"} {
			if err := withProject(ctx, tx, name); err != nil {
				return err
			}
		}
		tx.Journal("one", "", "create")
		tx.Journal("two", "2.0", "new release")
		tx.Journal("one", "1.0", "new release")
		tx.Event(index.Event{Action: index.EventProjectCreate, Object: "project:one", After: "one"})
		return tx.Enqueue("render", map[string]string{"name": "one"}, "render:one", time.Time{})
	}
}

// TestX6OneTransaction writes rows, journal, event and job together, all with one time and one actor.
func TestX6OneTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		if err := recorder(db).Do(ctx, alice(), everything(ctx)); err != nil {
			t.Fatal(err)
		}
		now := clock().UTC().Truncate(time.Microsecond)
		entries, err := db.Entries(ctx, 0, 10)
		want := []index.Entry{
			{Serial: 1, Name: "one", Action: "create", Actor: "alice", At: now},
			{Serial: 2, Name: "two", Version: "2.0", Action: "new release", Actor: "alice", At: now},
			{Serial: 3, Name: "one", Version: "1.0", Action: "new release", Actor: "alice", At: now},
		}
		if err != nil || !slices.Equal(entries, want) {
			t.Errorf("journal %+v, %v", entries, err)
		}
		for name, serial := range map[string]int64{"one": 3, "two": 2} {
			if p, _, err := db.Project(ctx, name); err != nil || p.LastSerial != serial || !p.CreatedAt.Equal(now) {
				t.Errorf("%s: %+v, %v", name, p, err)
			}
		}
		events, err := db.EventsOf(ctx, "project:one", 10)
		if err != nil || len(events) != 1 || events[0].At != now.UnixMicro() || events[0].Actor != "alice" {
			t.Fatalf("events %+v, %v", events, err)
		}
		if events[0].Address != "hash of 192.0.2.1" {
			t.Errorf("the address is kept as %q", events[0].Address)
		}
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			j, found, err := tx.LeaseJob(ctx, now, time.Minute)
			if !found || j.Kind != "render" || j.Args != `{"name":"one"}` || !j.RunAt.Equal(now) {
				t.Errorf("job %+v, %v", j, found)
			}
			return err
		})
	})
}

// TestAFailedChangeLeavesNothing, whatever failed, and tells nobody.
func TestAFailedChangeLeavesNothing(t *testing.T) {
	onPurpose := errors.New("on purpose")
	for name, fail := range map[string]func(*change.Tx) error{
		"its own error":     func(*change.Tx) error { return onPurpose },
		"an unknown action": func(tx *change.Tx) error { tx.Event(index.Event{Action: "nobody:knows"}); return nil },
		"a panic":           func(*change.Tx) error { panic("on purpose") },
		"args without JSON": func(tx *change.Tx) error { return tx.Enqueue("a", make(chan int), "", time.Time{}) },
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				ctx := context.Background()
				r := recorder(db)
				r.Subscribe(func(names []string) { t.Errorf("told %v", names) })
				err := r.Do(ctx, alice(), func(tx *change.Tx) error {
					if err := everything(ctx)(tx); err != nil {
						return err
					}
					return fail(tx)
				})
				if err == nil {
					t.Fatal("no error")
				}
				checkEmpty(t, db)
			})
		})
	}
}

func checkEmpty(t *testing.T, db *database.DB) {
	t.Helper()
	ctx := context.Background()
	entries, err := db.Entries(ctx, 0, 10)
	if err != nil || len(entries) != 0 {
		t.Errorf("journal %+v, %v", entries, err)
	}
	if serial, err := db.LastSerial(ctx); err != nil || serial != 0 {
		t.Errorf("serial %d, %v", serial, err)
	}
	if events, err := db.EventsOf(ctx, "project:one", 1); err != nil || len(events) != 0 {
		t.Errorf("events %+v, %v", events, err)
	}
	if _, found, err := db.NextJobAt(ctx); err != nil || found {
		t.Errorf("a job is there: %v", err)
	}
	if _, found, err := db.Name(ctx, "one"); err != nil || found {
		t.Errorf("a name is there: %v", err)
	}
}

// TestSubscribersHearBeforeTheCaller: what they forget is not served after the answer. They can see the change.
func TestSubscribersHearBeforeTheCaller(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		r := recorder(db)
		var heard [][]string
		for range 2 {
			r.Subscribe(func(names []string) {
				if p, found, err := db.Project(ctx, "one"); err != nil || !found || p.LastSerial == 0 {
					t.Errorf("a subscriber sees %+v, %v, %v", p, found, err)
				}
				slices.Sort(names)
				heard = append(heard, slices.Clone(names))
			})
		}
		if err := r.Do(ctx, alice(), everything(ctx)); err != nil {
			t.Fatal(err)
		}
		for _, names := range heard {
			if !slices.Equal(names, []string{"one", "two"}) {
				t.Errorf("told %v", names)
			}
		}
		if len(heard) != 2 {
			t.Errorf("told %d times", len(heard))
		}
		if err := r.Do(ctx, alice(), func(tx *change.Tx) error { tx.Touch("three"); return nil }); err != nil {
			t.Fatal(err)
		}
		if len(heard) != 4 || !slices.Equal(heard[3], []string{"three"}) {
			t.Errorf("touching without an entry: %v", heard)
		}
		if err := r.Do(ctx, alice(), func(*change.Tx) error { return nil }); err != nil || len(heard) != 4 {
			t.Errorf("a change of nothing told %v, %v", heard, err)
		}
		if serial, err := db.LastSerial(ctx); err != nil || serial != 3 {
			t.Errorf("serial %d, %v: touching takes none", serial, err)
		}
	})
}

// TestCancellingHalfWay: the transaction that began is carried to its end.
func TestCancellingHalfWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		err := recorder(db).Do(ctx, alice(), func(tx *change.Tx) error {
			tx.Journal("one", "", "create")
			tx.Event(index.Event{Action: index.EventFileAdd, Object: "project:one"})
			cancel()
			return tx.Enqueue("a", nil, "", time.Time{})
		})
		if err != nil {
			t.Fatal(err)
		}
		if serial, err := db.LastSerial(context.Background()); err != nil || serial != 1 {
			t.Errorf("serial %d, %v", serial, err)
		}
	})
}

// TestConcurrentChangesKeepTheJournalWhole runs 16 writers of changes with several entries each.
func TestConcurrentChangesKeepTheJournalWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		r := recorder(db)
		var told atomic.Int64
		r.Subscribe(func([]string) { told.Add(1) })
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				for range 5 {
					name := string(rune('a' + i))
					if err := r.Do(ctx, alice(), func(tx *change.Tx) error {
						tx.Journal(name, "", "first")
						tx.Journal(name, "", "second")
						return nil
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		entries, err := db.Entries(ctx, 0, 1000)
		if err != nil || len(entries) != 160 || told.Load() != 80 {
			t.Fatalf("%d entries, told %d times, %v", len(entries), told.Load(), err)
		}
		for i := 0; i < len(entries); i += 2 {
			a, b := entries[i], entries[i+1]
			if a.Serial != int64(i+1) || b.Serial != a.Serial+1 || a.Name != b.Name || a.Action != "first" || b.Action != "second" {
				t.Fatalf("%+v and %+v are not one change", a, b)
			}
		}
	})
}

// TestX7FollowHearsOtherNodesWithinASecond changes through one recorder and waits at another of the same database.
func TestX7FollowHearsOtherNodesWithinASecond(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		here, there := recorder(db), recorder(db)
		heard := make(chan []string, 10)
		there.Subscribe(func(names []string) { heard <- names })
		from, err := db.LastSerial(ctx)
		if err != nil {
			t.Fatal(err)
		}
		journal(t, here, "before it began")
		ended := make(chan struct{})
		go func() {
			there.Follow(ctx, from, slog.New(slog.DiscardHandler))
			close(ended)
		}()
		if db.Postgres() {
			hears(t, heard, "before it began")
			took := time.Hour
			for _, name := range []string{"one", "two", "three"} {
				journal(t, here, name)
				took = min(took, hears(t, heard, name)) // a busy machine may sleep through a second
			}
			if took > time.Second {
				t.Errorf("heard after %s at best, want within a second", took)
			}
		}
		cancel()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Error("Follow did not end with its context")
		}
	})
}

func journal(t *testing.T, r *change.Recorder, name string) {
	t.Helper()
	err := r.Do(context.Background(), alice(), func(tx *change.Tx) error { tx.Journal(name, "", "create"); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// hears waits for word of one project, and says how long.
func hears(t *testing.T, heard chan []string, name string) time.Duration {
	t.Helper()
	began := time.Now()
	select {
	case names := <-heard:
		if !slices.Equal(names, []string{name}) {
			t.Errorf("heard of %v, want %s", names, name)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("never heard of %s", name)
	}
	return time.Since(began)
}
