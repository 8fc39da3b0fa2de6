package database_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
)

// lease takes the next job due at a time.
func lease(t *testing.T, db *database.DB, at time.Time) (j database.Job, found bool) {
	t.Helper()
	dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
		j, found, err = tx.LeaseJob(ctx, at, time.Minute)
		return err
	})
	return j, found
}

func queue(t *testing.T, db *database.DB, jobs ...database.Job) {
	t.Helper()
	dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
		for _, j := range jobs {
			if err := tx.InsertJob(ctx, j, noon()); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestJobsAreLeasedInTheOrderTheyFallDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		if _, found, err := db.NextJobAt(ctx); found || err != nil {
			t.Errorf("an empty queue: %v, %v", found, err)
		}
		queue(t, db, database.Job{Kind: "late", Args: "{}", RunAt: noon().Add(time.Hour)}, database.Job{Kind: "now", Args: `{"a":1}`})
		if at, found, err := db.NextJobAt(ctx); err != nil || !found || !at.Equal(noon()) {
			t.Errorf("NextJobAt = %s, %v, %v", at, found, err)
		}
		if _, found := lease(t, db, noon().Add(-time.Second)); found {
			t.Error("a job ran before its time")
		}
		j, found := lease(t, db, noon())
		if !found || j.Kind != "now" || j.Args != `{"a":1}` || j.Attempts != 1 || !j.RunAt.Equal(noon()) {
			t.Errorf("leased %+v, %v", j, found)
		}
		if again, found := lease(t, db, noon()); found {
			t.Errorf("leased twice: %+v", again)
		}
		if at, _, err := db.NextJobAt(ctx); err != nil || !at.Equal(noon().Add(time.Minute)) {
			t.Errorf("with a lease the next is due at %s, %v", at, err)
		}
		if again, found := lease(t, db, noon().Add(2*time.Minute)); !found || again.ID != j.ID || again.Attempts != 2 {
			t.Errorf("a lease that ran out: %+v, %v", again, found)
		}
	})
}

func TestJobsFinishAndRetry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		queue(t, db, database.Job{Kind: "a", Args: "{}"})
		j, _ := lease(t, db, noon())
		later := noon().Add(10 * time.Second)
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return tx.RetryJob(ctx, j, later, "no answer") })
		if _, found := lease(t, db, noon()); found {
			t.Error("a job put back runs too early")
		}
		again, found := lease(t, db, later)
		if !found || again.Attempts != 2 {
			t.Errorf("%+v, %v", again, found)
		}
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return tx.FinishJob(ctx, j) })
		if _, found, err := db.NextJobAt(context.Background()); !found || err != nil {
			t.Errorf("who lost the lease finished the job: %v, %v", found, err)
		}
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return tx.FinishJob(ctx, again) })
		if _, found, err := db.NextJobAt(context.Background()); found || err != nil {
			t.Errorf("a finished job is still there: %v, %v", found, err)
		}
	})
}

// TestALostLeaseChangesNothing: a worker that was too slow must not end or move the job of the one that has it now.
func TestALostLeaseChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		queue(t, db, database.Job{Kind: "a", Args: "{}"})
		slow, _ := lease(t, db, noon())
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			until := slow.LeasedTo.Add(time.Minute)
			if kept, err := tx.ExtendLease(ctx, slow, until); err != nil || !kept {
				t.Errorf("its own lease: %v, %v", kept, err)
			}
			slow.LeasedTo = until
			return nil
		})
		now, found := lease(t, db, slow.LeasedTo)
		if !found {
			t.Fatal("the lease does not end")
		}
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			if kept, err := tx.ExtendLease(ctx, slow, noon().Add(time.Hour)); err != nil || kept {
				t.Errorf("a lost lease was extended: %v, %v", kept, err)
			}
			return errors.Join(tx.RetryJob(ctx, slow, noon(), "too late"), tx.FinishJob(ctx, slow))
		})
		if at, found, err := db.NextJobAt(context.Background()); err != nil || !found || !at.Equal(now.LeasedTo) {
			t.Errorf("the job is due at %s, %v, %v; want %s", at, found, err, now.LeasedTo)
		}
	})
}

// TestJobsDedupe: one waiting job a key; a job that runs makes room, for a change may come while it runs.
func TestJobsDedupe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		job := database.Job{Kind: "render", Args: "{}", Dedupe: "render:demo"}
		queue(t, db, job, job, database.Job{Kind: "mail", Args: "{}"}, database.Job{Kind: "mail", Args: "{}"})
		kinds := map[string]int{}
		for range 3 {
			j, _ := lease(t, db, noon())
			kinds[j.Kind]++
		}
		if kinds["render"] != 1 || kinds["mail"] != 2 {
			t.Errorf("leased %v", kinds)
		}
		queue(t, db, job)
		if j, found := lease(t, db, noon()); !found || j.Kind != "render" {
			t.Errorf("queued while it ran: %+v, %v", j, found)
		}
	})
}

// TestTwoWorkersNeverHaveOneJob leases from many workers at once.
func TestTwoWorkersNeverHaveOneJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		for range 20 {
			queue(t, db, database.Job{Kind: "a", Args: "{}"})
		}
		var mu sync.Mutex
		seen := map[int64]int{}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 5 {
					if j, found := lease(t, db, noon()); found {
						mu.Lock()
						seen[j.ID]++
						mu.Unlock()
					}
				}
			})
		}
		all.Wait()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("job %d was leased %d times", id, n)
			}
		}
		if len(seen) != 20 {
			t.Errorf("%d jobs were leased, want 20", len(seen))
		}
	})
}
