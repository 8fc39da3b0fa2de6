package ratelimit_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/ratelimit"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 5, 2, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// node is one server's limiter.
func node(db *database.DB, c *clock) *ratelimit.Limiter {
	return &ratelimit.Limiter{DB: db, Clock: c.now}
}

// spend uses a limit n times and counts what was allowed.
func spend(l *ratelimit.Limiter, subject string, n int) (allowed int) {
	for range n {
		if l.Allow(context.Background(), ratelimit.XMLRPC, subject).OK {
			allowed++
		}
	}
	return allowed
}

func flush(t *testing.T, nodes ...*ratelimit.Limiter) {
	t.Helper()
	for _, l := range nodes {
		if err := l.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheLimitHoldsForEachSubjectAndWindow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := node(db, c)
		if got := spend(l, "a", 3700); got != 3600 {
			t.Errorf("%d of 3700 uses were allowed, want 3600", got)
		}
		if got := spend(l, "b", 1); got != 1 {
			t.Error("another subject was refused")
		}
		flush(t, l)
		c.move(59 * time.Minute)
		if v := l.Allow(context.Background(), ratelimit.XMLRPC, "a"); v.OK || v.RetryAfter() != 60 {
			t.Errorf("a minute before the window ends: %+v, Retry-After %d", v, v.RetryAfter())
		}
		c.move(time.Minute)
		if got := spend(l, "a", 3700); got != 3600 {
			t.Errorf("%d uses were allowed in the next window, want 3600", got)
		}
		flush(t, l)
		if got := spend(node(db, c), "a", 1); got != 0 {
			t.Error("the next window's uses were not written over the last one's")
		}
	})
}

// TestSpent says what Use would refuse, and counts nothing.
func TestSpent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := node(db, c)
		for range 5000 {
			if err := l.Spent(ratelimit.XMLRPC, "a"); err != nil {
				t.Fatal(err)
			}
		}
		if got := spend(l, "a", 3700); got != 3600 {
			t.Errorf("%d uses were allowed, want 3600", got)
		}
		spent, refused := l.Spent(ratelimit.XMLRPC, "a"), l.Use(context.Background(), ratelimit.XMLRPC, "a")
		if spent == nil || refused == nil || spent.Error() != refused.Error() {
			t.Errorf("%v, want %v", spent, refused)
		}
		if err := l.Spent(ratelimit.XMLRPC, "b"); err != nil {
			t.Error(err)
		}
		c.move(time.Hour)
		if err := l.Spent(ratelimit.XMLRPC, "a"); err != nil {
			t.Errorf("in the next window: %v", err)
		}
	})
}

// TestUsesSurviveARestart: a new limiter on the same rows goes on counting, in
// the window that runs.
func TestUsesSurviveARestart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		before := node(db, c)
		spend(before, "a", 3000)
		flush(t, before)
		c.move(10 * time.Minute)
		after := node(db, c)
		v := after.Allow(context.Background(), ratelimit.XMLRPC, "a")
		if !v.OK || v.Remaining != 599 || v.Reset != 50*time.Minute {
			t.Errorf("after the restart: %+v, want 599 left for 50 minutes", v)
		}
		if got := spend(after, "a", 1000); got != 599 {
			t.Errorf("%d more uses were allowed, want 599", got)
		}
	})
}

// TestNodesShareOneLimit: each node knows of the others' uses after its own
// flush.
func TestNodesShareOneLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		a, b := node(db, c), node(db, c)
		spend(a, "x", 2000)
		c.move(time.Second) // b's window would end later; the row's end counts
		spend(b, "x", 1500)
		flush(t, a, b, a)
		if v := b.Allow(context.Background(), ratelimit.XMLRPC, "x"); v.Remaining != 99 {
			t.Errorf("%d uses left, want 99 after 3500 of both nodes and this one", v.Remaining)
		}
		flush(t, b)
		spend(a, "x", 1)
		flush(t, a)
		if v := a.Allow(context.Background(), ratelimit.XMLRPC, "x"); v.Remaining != 97 || v.Reset != time.Hour-time.Second {
			t.Errorf("%d uses left for %v, want 97 for 59m59s", v.Remaining, v.Reset)
		}
	})
}

// TestNothingIsCountedTwiceOrLost: many goroutines use while flushes run.
func TestNothingIsCountedTwiceOrLost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		a, b := node(db, c), node(db, c)
		var allowed atomic.Int64
		var users, flushers sync.WaitGroup
		done := make(chan struct{})
		for _, l := range []*ratelimit.Limiter{a, b} {
			for range 4 {
				users.Go(func() { allowed.Add(int64(spend(l, "x", 200))) })
			}
			flushers.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
						flush(t, l)
					}
				}
			})
		}
		users.Wait()
		close(done)
		flushers.Wait()
		flush(t, a, b)
		u, found, err := db.UseOf(context.Background(), "xmlrpc:x", c.now())
		if err != nil || !found || u.Used != allowed.Load() || u.Used != 1600 {
			t.Errorf("the row says %d (%v, %v), allowed were %d, want 1600", u.Used, found, err, allowed.Load())
		}
	})
}

// TestAFailedFlushLosesNothing: what could not be written is written later.
func TestAFailedFlushLosesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := node(db, c)
		spend(l, "x", 5)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := l.Flush(ctx); err == nil {
			t.Fatal("a flush with an ended context succeeded")
		}
		flush(t, l)
		if u, _, err := db.UseOf(context.Background(), "xmlrpc:x", c.now()); err != nil || u.Used != 5 {
			t.Errorf("the row says %d (%v), want 5", u.Used, err)
		}
	})
}

// TestWithoutADatabaseTheNodeCountsAlone: an outage neither opens the limit nor
// closes the service.
func TestWithoutADatabaseTheNodeCountsAlone(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	l := node(db, newClock())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := spend(l, "x", 3700); got != 3600 {
		t.Errorf("%d uses were allowed, want 3600", got)
	}
}

// TestRowsOfEndedWindowsAreRemoved also shows what is kept of a subject.
func TestRowsOfEndedWindowsAreRemoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := node(db, c)
		l.Hash = func(s string) string { return "hash of " + s }
		spend(l, "x", 1)
		flush(t, l)
		if _, found, err := db.UseOf(context.Background(), "xmlrpc:hash of x", c.now()); err != nil || !found {
			t.Errorf("no row under the hashed subject: %v", err)
		}
		c.move(2 * time.Hour)
		flush(t, l)
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			n, err := tx.DropUses(ctx, c.now())
			if n != 0 {
				t.Errorf("%d rows were left behind", n)
			}
			return err
		})
	})
}

// TestMemoryIsBounded: counters that are written leave when there are too many,
// and are known again from the rows.
func TestMemoryIsBounded(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	l := node(db, newClock())
	l.Most = 50
	for i := range 51 {
		spend(l, fmt.Sprint(i), 1)
	}
	if n := l.Counters(); n != 51 {
		t.Fatalf("%d counters before the flush", n)
	}
	flush(t, l, l)
	if n := l.Counters(); n != 0 {
		t.Errorf("%d counters are still in memory", n)
	}
	if v := l.Allow(context.Background(), ratelimit.XMLRPC, "7"); v.Remaining != 3598 {
		t.Errorf("a counter that left was forgotten: %d uses left", v.Remaining)
	}
}

func TestUnknownLimitsRefuse(t *testing.T) {
	l := node(nil, newClock())
	if v := l.Allow(context.Background(), "no-such-limit", "x"); v.OK {
		t.Error("a limit that is not in the table let something through")
	}
}

// TestTheTableIsComplete: each row says what it is about and can be kept.
func TestTheTableIsComplete(t *testing.T) {
	seen := map[ratelimit.Name]bool{}
	for _, l := range ratelimit.Limits() {
		if l.N < 1 || l.Per < time.Second || l.Per%time.Second != 0 || !strings.HasSuffix(l.Doc, ".") || seen[l.Name] {
			t.Errorf("bad row %+v", l)
		}
		seen[l.Name] = true
	}
}

// TestHeaders: the structured fields of H-05.
func TestHeaders(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	c := newClock()
	l := node(db, c)
	spend(l, "x", 1)
	c.move(1500 * time.Millisecond)
	v := l.Allow(context.Background(), ratelimit.XMLRPC, "x")
	if got, want := v.Policy(), `"xmlrpc";q=3600;w=3600`; got != want {
		t.Errorf("RateLimit-Policy: %s, want %s", got, want)
	}
	if got, want := v.State(), `"xmlrpc";r=3598;t=3599`; got != want {
		t.Errorf("RateLimit: %s, want %s", got, want)
	}
	if got := (ratelimit.Verdict{}).RetryAfter(); got != 1 {
		t.Errorf("Retry-After is at least a second, got %d", got)
	}
}

func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7":                "192.0.2.7",
		"::ffff:192.0.2.7":         "192.0.2.7",
		"2001:db8:1:2:3:4:5:6":     "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1":     "2001:db8:1:2::/64",
		"2001:db8:1:3::1":          "2001:db8:1:3::/64",
		"fe80::1%eth0":             "fe80::/64",
		"":                         "",
		"unix":                     "unix",
		"192.0.2.7, 198.51.100.23": "192.0.2.7, 198.51.100.23",
	} {
		if got := ratelimit.Address(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

// TestRefunds: what is taken back can be used again, on this node and, after
// flushes, on others; no window ever holds less than nothing.
func TestRefunds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		a, b := node(db, c), node(db, c)
		a.Refund(ratelimit.LoginUser, "x") // nothing to take back
		ctx := context.Background()
		for range 10 {
			a.Allow(ctx, ratelimit.LoginUser, "x")
		}
		flush(t, a)
		if v := b.Allow(ctx, ratelimit.LoginUser, "x"); v.OK {
			t.Error("an eleventh use was let through on the other node")
		}
		a.Refund(ratelimit.LoginUser, "x")
		flush(t, a)
		fresh := node(db, c)
		if v := fresh.Allow(ctx, ratelimit.LoginUser, "x"); !v.OK || v.Remaining != 0 {
			t.Errorf("after taking one back: %+v", v)
		}
		for range 20 {
			fresh.Refund(ratelimit.LoginUser, "x")
		}
		flush(t, fresh)
		if v := node(db, c).Allow(ctx, ratelimit.LoginUser, "x"); v.Remaining != 9 {
			t.Errorf("%d uses left, want 9: more was taken back than was used", v.Remaining)
		}
	})
}
