package database_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

var errOnPurpose = errors.New("on purpose")

// put writes a setting named after a number.
func put(ctx context.Context, tx *database.Tx, i int) error {
	return tx.PutSetting(ctx, number("k", i), "v")
}

// settings lists the keys that are there.
func settings(t *testing.T, q database.Q) []string {
	t.Helper()
	return strings.Fields(database.Select(t, q, "SELECT key FROM instance WHERE key LIKE 'k%' ORDER BY key"))
}

// TestGroupCommit runs many transactions at once, so that they share commits. A third fails after it wrote, a third panics after it wrote: of
// those nothing may be left, and all others must be there, each told to its own caller.
func TestGroupCommit(t *testing.T) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			ctx, url := context.Background(), kind.New(t)
			db, err := database.Open(ctx, database.Options{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			const n = 300
			var committed atomic.Int64
			var all sync.WaitGroup
			for i := range n {
				all.Go(func() { groupMember(t, db, i, &committed) })
			}
			all.Wait()
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			var want []string
			for i := 0; i < n; i += 3 {
				want = append(want, number("k", i))
			}
			if got := settings(t, dbtest.Open(t, url).Q); !slices.Equal(got, want) {
				t.Errorf("%d settings are there after opening again, want %d", len(got), len(want))
			}
			if got := int(committed.Load()); got != len(want) {
				t.Errorf("OnCommit ran %d times, want %d", got, len(want))
			}
		})
	}
}

func groupMember(t *testing.T, db *database.DB, i int, committed *atomic.Int64) {
	ctx := context.Background()
	err := db.Write(ctx, func(tx *database.Tx) error {
		tx.OnCommit(func() { committed.Add(1) })
		if err := put(ctx, tx, i); err != nil {
			return err
		}
		switch i % 3 {
		case 1:
			return errOnPurpose
		case 2:
			panic("also on purpose")
		}
		return nil
	})
	switch i % 3 {
	case 0:
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	case 1:
		if !errors.Is(err, errOnPurpose) {
			t.Errorf("%d: %v, want its own error", i, err)
		}
	case 2:
		if err == nil || !strings.Contains(err.Error(), "also on purpose") || !strings.Contains(err.Error(), "write_test.go") {
			t.Errorf("%d: %v, want the panic and where it happened", i, err)
		}
	}
}

// TestAFailedStatementSpoilsOnlyItsOwnTransaction: the one after it in the batch does not notice.
func TestAFailedStatementSpoilsOnlyItsOwnTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				err := db.Write(ctx, func(tx *database.Tx) error {
					if err := put(ctx, tx, i); err != nil || i%2 == 0 {
						return err
					}
					return database.Exec(ctx, tx, "INSERT INTO serial (one, value) VALUES (1, 1)")
				})
				if (err == nil) != (i%2 == 0) {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		all.Wait()
		if got := settings(t, db.Q); len(got) != 10 {
			t.Errorf("%v", got)
		}
	})
}

func TestOnCommitRunsAfterTheCommitAndBeforeTheAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, seen := context.Background(), 0
		for i := range 3 {
			dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
				tx.OnCommit(func() { seen = len(settings(t, db.Q)) })
				return put(ctx, tx, i)
			})
			if seen != i+1 {
				t.Errorf("OnCommit saw %d rows, want %d", seen, i+1)
			}
		}
		if err := db.Write(ctx, func(tx *database.Tx) error {
			tx.OnCommit(func() { t.Error("OnCommit of a transaction that failed") })
			return errOnPurpose
		}); !errors.Is(err, errOnPurpose) {
			t.Error(err)
		}
	})
}

// TestContextOfAWrite: what has not begun can be cancelled, what has begun cannot be interrupted.
func TestContextOfAWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		if err := db.Write(ctx, func(tx *database.Tx) error {
			cancel()
			return tx.PutSetting(context.WithoutCancel(ctx), "k", "v")
		}); err != nil {
			t.Errorf("cancelled half-way: %v", err)
		}
		if err := db.Write(ctx, func(*database.Tx) error { t.Error("ran"); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before: %v", err)
		}
		if got := settings(t, db.Q); len(got) != 1 {
			t.Errorf("%v", got)
		}
	})
}

// TestCloseAnswersEveryWrite closes while writers come: each hears the truth, and what was acknowledged is there.
func TestCloseAnswersEveryWrite(t *testing.T) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			ctx, url := context.Background(), kind.New(t)
			db, err := database.Open(ctx, database.Options{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			var acknowledged []string
			var all sync.WaitGroup
			started := make(chan struct{}, 100)
			for i := range 100 {
				all.Go(func() {
					started <- struct{}{}
					if db.Write(ctx, func(tx *database.Tx) error { return put(ctx, tx, i) }) == nil {
						mu.Lock()
						acknowledged = append(acknowledged, number("k", i))
						mu.Unlock()
					}
				})
			}
			for range 50 {
				<-started
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			all.Wait()
			slices.Sort(acknowledged)
			if got := settings(t, dbtest.Open(t, url).Q); !slices.Equal(got, acknowledged) {
				t.Errorf("%d rows are there, %d were acknowledged", len(got), len(acknowledged))
			}
			if err := db.Write(ctx, func(*database.Tx) error { return nil }); err == nil {
				t.Error("a closed database takes a write")
			}
			if err := db.Close(); err != nil {
				t.Errorf("closing twice: %v", err)
			}
		})
	}
}

// TestSnapshotSeesOneMoment reads twice around a change that commits in between.
func TestSnapshotSeesOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		err := db.Snapshot(ctx, func(q database.Q) error {
			before := settings(t, q)
			dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return put(ctx, tx, 1) })
			if after := settings(t, q); !slices.Equal(before, after) {
				t.Errorf("a snapshot saw %v, then %v", before, after)
			}
			return errOnPurpose
		})
		if !errors.Is(err, errOnPurpose) {
			t.Errorf("got %v, want the callback's error", err)
		}
		if got := settings(t, db.Q); len(got) != 1 {
			t.Errorf("outside of it: %v", got)
		}
	})
}

// TestReadersCannotWrite: only Write changes anything.
func TestReadersCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		err := db.Snapshot(ctx, func(q database.Q) error { return database.Exec(ctx, &database.Tx{Q: q}, "DELETE FROM instance") })
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), "read") {
			t.Errorf("%v, want a refusal", err)
		}
	})
}

// TestDeadlocksAreRetried lets PostgreSQL transactions deadlock: both succeed in the end.
func TestDeadlocksAreRetried(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			return errors.Join(put(ctx, tx, 0), put(ctx, tx, 1))
		})
		var both, met sync.WaitGroup
		met.Add(2)
		var runs atomic.Int64
		for i := range 2 {
			both.Go(func() {
				first := true
				err := db.Write(ctx, func(tx *database.Tx) error {
					runs.Add(1)
					if err := put(ctx, tx, i); err != nil {
						return err
					}
					if first && db.Postgres() {
						first = false
						met.Done()
						met.Wait() // each holds one row and asks for the other's
					}
					return put(ctx, tx, 1-i)
				})
				if err != nil {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		both.Wait()
		if db.Postgres() && runs.Load() < 3 {
			t.Errorf("%d runs; the transactions did not deadlock", runs.Load())
		}
	})
}

// TestAFullDatabaseIsToldAsSuch limits SQLite's pages: the answer is 507, and what was acknowledged stays (P6).
func TestAFullDatabaseIsToldAsSuch(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	ctx := context.Background()
	fill := func(i int) error {
		return db.Write(ctx, func(tx *database.Tx) error {
			return tx.PutSetting(ctx, number("k", i), strings.Repeat("x", 100_000))
		})
	}
	if err := fill(0); err != nil {
		t.Fatal(err)
	}
	if err := database.LimitPages(db, 200); err != nil {
		t.Fatal(err)
	}
	acknowledged, refused := 1, 0
	for i := 1; i < 30; i++ {
		switch err := fill(i); {
		case err == nil:
			acknowledged++
		case index.HasCode(err, index.CodeStorageFull):
			refused++
		default:
			t.Fatalf("%d: %v", i, err)
		}
	}
	if refused == 0 {
		t.Error("the database was never full")
	}
	if err := database.LimitPages(db, 100_000); err != nil {
		t.Fatal(err)
	}
	if got := settings(t, db.Q); len(got) != acknowledged {
		t.Errorf("%d rows are there, %d were acknowledged", len(got), acknowledged)
	}
	if err := fill(99); err != nil {
		t.Errorf("with space again: %v", err)
	}
}

// ExampleDB_Write shows that an error undoes everything.
func ExampleDB_Write() {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Options{URL: "sqlite::memory:"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	err = db.Write(ctx, func(tx *database.Tx) error {
		if err := tx.PutSetting(ctx, "k", "v"); err != nil {
			return err
		}
		return errors.New("changed my mind")
	})
	fmt.Println(err)
	// Output: changed my mind
}
