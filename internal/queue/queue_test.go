package queue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/queue"
)

// bench is a database with queues on it, and their clock and log.
type bench struct {
	t   *testing.T
	ctx context.Context
	db  *database.DB

	mu  sync.Mutex
	now time.Time
	log bytes.Buffer
}

func eachBench(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		test(t, &bench{t: t, ctx: t.Context(), db: db, now: time.Date(2026, 5, 1, 12, 10, 0, 0, time.UTC)})
	})
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) wait(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// Write implements io.Writer for the log.
func (b *bench) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.Write(p)
}

func (b *bench) logged() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.String()
}

// node is the queue of one node.
func (b *bench) node() *queue.Queue {
	return &queue.Queue{DB: b.db, Clock: b.clock, Log: slog.New(slog.NewTextHandler(b, nil))}
}

func (b *bench) enqueue(kind, args string) {
	b.t.Helper()
	dbtest.Write(b.t, b.db, func(ctx context.Context, tx *database.Tx) error {
		return tx.InsertJob(ctx, database.Job{Kind: kind, Args: args}, b.clock())
	})
}

// all does all work that is due and returns how much.
func (b *bench) all(q *queue.Queue) (n int) {
	b.t.Helper()
	for {
		worked, err := q.Next(b.ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		if !worked {
			return n
		}
		n++
	}
}

func TestWorkIsDoneOnce(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		q, got := b.node(), ""
		q.Handle("greet", func(_ context.Context, args json.RawMessage) error {
			got += string(args)
			return nil
		})
		b.enqueue("greet", `{"a":1}`)
		b.enqueue("greet", `{"a":2}`)
		if n := b.all(q); n != 2 || got != `{"a":1}{"a":2}` {
			t.Errorf("%d jobs, %s", n, got)
		}
		b.wait(24 * time.Hour)
		if n := b.all(q); n != 0 {
			t.Errorf("%d jobs were done again", n)
		}
	})
}

// TestACrashedWorkersJobIsDoneAgain: when its lease has run out.
func TestACrashedWorkersJobIsDoneAgain(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		b.enqueue("greet", "{}")
		dbtest.Write(t, b.db, func(ctx context.Context, tx *database.Tx) error { // a worker that dies now
			_, found, err := tx.LeaseJob(ctx, b.clock(), time.Minute)
			if !found {
				t.Error("there is no job")
			}
			return err
		})
		q, done := b.node(), 0
		q.Handle("greet", func(context.Context, json.RawMessage) error { done++; return nil })
		b.wait(59 * time.Second)
		if b.all(q); done != 0 {
			t.Error("two workers have one job")
		}
		b.wait(2 * time.Second)
		if b.all(q); done != 1 {
			t.Errorf("done %d times, want once", done)
		}
	})
}

// TestFailedWorkIsTriedAgain: later each time, and it takes no other along.
func TestFailedWorkIsTriedAgain(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		q, tries := b.node(), 0
		q.Handle("mail", func(context.Context, json.RawMessage) error {
			if tries++; tries == 2 {
				panic("a fault")
			}
			if tries < 3 {
				return errors.New("no answer")
			}
			return nil
		})
		b.enqueue("mail", "{}")
		for i, waiting := range []time.Duration{0, 5 * time.Second, 10 * time.Second} {
			if waiting > 0 {
				b.wait(waiting - time.Second)
				if n := b.all(q); n != 0 {
					t.Errorf("attempt %d came too early", i+1)
				}
				b.wait(time.Second)
			}
			if n := b.all(q); n != 1 || tries != i+1 {
				t.Errorf("attempt %d: %d jobs, %d tries", i+1, n, tries)
			}
		}
		if log := b.logged(); !strings.Contains(log, "no answer") || !strings.Contains(log, "panic: a fault") {
			t.Errorf("the log says %s", log)
		}
		if _, waiting, err := b.db.NextJobAt(b.ctx); waiting || err != nil {
			t.Errorf("the job is still there: %v", err)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	for attempts, want := range map[int]time.Duration{
		1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 10: 2560 * time.Second, 11: time.Hour, 1000: time.Hour,
	} {
		if got := queue.RetryAfter(attempts); got != want {
			t.Errorf("after %d attempts: %s, want %s", attempts, got, want)
		}
	}
}

// TestUnknownWorkStays for a node that knows it.
func TestUnknownWorkStays(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		b.enqueue("new", "{}")
		if n := b.all(b.node()); n != 1 || !strings.Contains(b.logged(), `nobody handles \"new\"`) {
			t.Errorf("%d, %s", n, b.logged())
		}
		newer, done := b.node(), false
		newer.Handle("new", func(context.Context, json.RawMessage) error { done = true; return nil })
		b.wait(time.Minute)
		if b.all(newer); !done {
			t.Error("the work was lost")
		}
	})
}

// TestPeriodicWorkIsDoneOnceForAllNodes in each interval, whoever starts, ends
// or comes late.
func TestPeriodicWorkIsDoneOnceForAllNodes(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		var done []string
		start := func(name string) *queue.Queue {
			q := b.node()
			q.Every("sweep", time.Hour, func(context.Context) error {
				done = append(done, name+b.clock().Format(" 15:04"))
				return errors.New("once more, please") // does not make it come sooner
			})
			if err := q.Schedule(b.ctx); err != nil {
				t.Fatal(err)
			}
			return q
		}
		first, second := start("a"), start("b")
		b.all(first)
		for range 3 {
			b.wait(50 * time.Minute) // 13:00 13:50 14:40
			b.all(first)
			b.all(second)
		}
		third := start("c")
		b.all(third)
		b.wait(5 * time.Hour) // all slept: 19:40
		b.all(third)
		b.all(first)
		if got := fmt.Sprint(done); got != "[a 13:00 a 14:40 c 19:40]" {
			t.Errorf("done %s", got)
		}
	})
}

// TestRunEndsInOrder: a job that runs at the end is cut short and put back at
// once.
func TestRunEndsInOrder(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		q, begun := b.node(), make(chan struct{})
		q.Handle("long", func(ctx context.Context, _ json.RawMessage) error {
			close(begun)
			<-ctx.Done()
			return ctx.Err()
		})
		b.enqueue("long", "{}")
		ctx, stop := context.WithCancel(b.ctx)
		var running sync.WaitGroup
		running.Go(func() { q.Run(ctx) })
		<-begun
		stop()
		running.Wait()
		if log := b.logged(); log != "" {
			t.Errorf("a stop is no failure: %s", log)
		}
		next, done := b.node(), false
		next.Handle("long", func(context.Context, json.RawMessage) error { done = true; return nil })
		if b.all(next); !done {
			t.Error("the job was not put back")
		}
	})
}

// TestLongWorkKeepsItsLease, and stops when another has it after all.
func TestLongWorkKeepsItsLease(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		var runs, stopped atomic.Int32
		begun := make(chan struct{}, 2)
		node := func() *queue.Queue {
			q := b.node()
			q.SetLease(300 * time.Millisecond) // extended every 100 ms
			q.Handle("long", func(ctx context.Context, _ json.RawMessage) error {
				runs.Add(1)
				begun <- struct{}{}
				<-ctx.Done()
				stopped.Add(1)
				return ctx.Err()
			})
			return q
		}
		b.enqueue("long", "{}")
		var first sync.WaitGroup
		first.Go(func() { _, _ = node().Next(b.ctx) })
		<-begun
		for range 3 {
			b.wait(200 * time.Millisecond)
			b.leasedUntil(b.clock().Add(300 * time.Millisecond))
			if worked, err := node().Next(b.ctx); worked || err != nil {
				t.Fatalf("another took the job: %v", err)
			}
		}
		dbtest.Write(t, b.db, func(ctx context.Context, tx *database.Tx) error { // as if this node had slept
			_, found, err := tx.LeaseJob(ctx, b.clock().Add(time.Hour), time.Hour)
			if !found {
				t.Error("there is no job to take")
			}
			return err
		})
		first.Wait()
		if runs.Load() != 1 || stopped.Load() != 1 {
			t.Errorf("%d runs, %d stopped", runs.Load(), stopped.Load())
		}
		b.leasedUntil(b.clock().Add(2 * time.Hour)) // neither finished nor put back
	})
}

// leasedUntil waits until the one job is leased up to a time.
func (b *bench) leasedUntil(want time.Time) {
	b.t.Helper()
	var at time.Time
	for range 1000 {
		var err error
		if at, _, err = b.db.NextJobAt(b.ctx); err != nil {
			b.t.Fatal(err)
		}
		if at.Equal(want) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.t.Fatalf("the job is leased until %s, want %s", at, want)
}

func TestTwoHandlersAreAMistake(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two handlers of one kind were taken")
		}
	}()
	q := &queue.Queue{}
	q.Handle("a", nil)
	q.Every("a", time.Hour, nil)
	q.Handle("a", nil)
}
