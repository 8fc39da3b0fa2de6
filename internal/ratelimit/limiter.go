package ratelimit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Limiter counts uses. DB and Clock must be set; the zero value of the rest is
// ready. Call Flush once a second, and at the end.
type Limiter struct {
	DB    *database.DB
	Clock func() time.Time
	// Hash turns a subject into what the database may keep of it; nil keeps the
	// subject itself.
	Hash func(subject string) string
	// Own are other figures than those of the table, by Parse.
	Own map[Name]Limit
	// Most bounds the counters in memory, 0 for 10,000. Those that are written
	// can leave: the database knows them.
	Most int

	mu       sync.Mutex
	counters map[string]*counter

	flushing sync.Mutex
	swept    time.Time
}

// counter is one subject's window. Used is of all nodes as last read, pending
// what this node has let through since, less what it took back.
type counter struct {
	used, pending int64
	ends          time.Time
}

// sweepEvery is how often rows of windows that ended are removed.
const sweepEvery = time.Minute

// limit is the one in force.
func (l *Limiter) limit(name Name) (limit Limit, ok bool) {
	if limit, ok = l.Own[name]; ok {
		return limit, true
	}
	return find(name)
}

// key is what a subject's counter is found by, here and in the database. What
// counts everybody together has no subject, and nothing to hash.
func (l *Limiter) key(name Name, subject string) string {
	if l.Hash != nil && subject != "" {
		subject = l.Hash(subject)
	}
	return string(name) + ":" + subject
}

// Allow counts one use and says whether it is within the limit; a refused one is
// not counted. A name that is not in the table is always refused. When the
// database does not answer, this node counts by itself.
func (l *Limiter) Allow(ctx context.Context, name Name, subject string) Verdict {
	limit, ok := l.limit(name)
	if !ok {
		return Verdict{}
	}
	key, now := l.key(name, subject), l.Clock()
	if v, known := l.use(key, limit, now, nil); known {
		return v
	}
	start := counter{ends: now.Add(limit.Per)}
	if u, found, err := l.DB.UseOf(ctx, key, now); err == nil && found {
		start = counter{used: u.Used, ends: u.Ends}
	}
	v, _ := l.use(key, limit, now, &start)
	return v
}

// Spent is the refusal of Use for a limit that is used up, as far as this node
// remembers, and nil otherwise. It counts nothing and asks no database: a flood
// is turned away by it before its forms are read.
func (l *Limiter) Spent(name Name, subject string) error {
	limit, ok := l.limit(name)
	if !ok {
		return nil
	}
	key, now := l.key(name, subject), l.Clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counters[key]
	if c == nil || !c.ends.After(now) || c.used+c.pending < limit.N {
		return nil
	}
	return refusal(Verdict{Limit: limit, Reset: c.ends.Sub(now)})
}

// Use is Allow whose answer is nil or the refusal: 429 with Retry-After, which
// tells nothing but when to come back.
func (l *Limiter) Use(ctx context.Context, name Name, subject string) error {
	v := l.Allow(ctx, name, subject)
	if v.OK {
		return nil
	}
	return refusal(v)
}

func refusal(v Verdict) error {
	return &index.Error{
		Code: index.CodeTooManyAttempts, Retry: v.RetryAfter(),
		Detail: fmt.Sprintf("There were too many attempts. Try again in %s.", wait(v.RetryAfter())),
	}
}

func wait(seconds int) string {
	switch {
	case seconds <= 90:
		return fmt.Sprintf("%d seconds", seconds)
	case seconds <= 90*60:
		return fmt.Sprintf("%d minutes", (seconds+59)/60)
	}
	return fmt.Sprintf("%d hours", (seconds+3599)/3600)
}

// use counts in the subject's running window, which is start when there is none
// yet; known is false with neither.
func (l *Limiter) use(key string, limit Limit, now time.Time, start *counter) (v Verdict, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counters[key]
	if c == nil || !c.ends.After(now) {
		if start == nil {
			return Verdict{}, false
		}
		if l.counters == nil {
			l.counters = map[string]*counter{}
		}
		c = start
		l.counters[key] = c
	}
	v = Verdict{OK: c.used+c.pending < limit.N, Limit: limit, Reset: c.ends.Sub(now)}
	if v.OK {
		c.pending++
	}
	v.Remaining = max(0, limit.N-c.used-c.pending)
	return v, true
}

// Refund takes back one use that Allow counted, in the window that runs: what
// was right after all shall not count. Counting first and taking back means that
// many guesses at once are not more than the limit.
func (l *Limiter) Refund(name Name, subject string) {
	key := l.key(name, subject)
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.counters[key]; c != nil && c.ends.After(l.Clock()) && c.used+c.pending > 0 {
		c.pending--
	}
}

// Flush writes what was counted and reads what all nodes have counted. After an
// error nothing is lost: the next Flush writes it.
func (l *Limiter) Flush(ctx context.Context) error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	now := l.Clock()
	uses, sweep := l.pending(now), now.Sub(l.swept) >= sweepEvery
	if len(uses) == 0 && !sweep {
		return nil
	}
	var sums []database.Use
	err := l.DB.Write(ctx, func(tx *database.Tx) error {
		sums = make([]database.Use, 0, len(uses))
		if sweep {
			if _, err := tx.DropUses(ctx, now); err != nil {
				return err
			}
		}
		for _, u := range uses {
			sum, err := tx.AddUse(ctx, u, now)
			if err != nil {
				return err
			}
			sums = append(sums, sum)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if sweep {
		l.swept = now
	}
	l.settle(uses, sums)
	return nil
}

// pending lists what is to be written, in the order of the keys, so that two
// nodes lock rows in the same order. It forgets windows that ended.
func (l *Limiter) pending(now time.Time) []database.Use {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []database.Use
	crowded := len(l.counters) > cmp.Or(l.Most, 10_000)
	for key, c := range l.counters {
		switch {
		case !c.ends.After(now), crowded && c.pending == 0:
			delete(l.counters, key)
		case c.pending != 0:
			out = append(out, database.Use{Key: key, Used: c.pending, Ends: c.ends})
		}
	}
	slices.SortFunc(out, func(a, b database.Use) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// settle takes over the sums of what was written. A window that ended and began
// anew meanwhile has nothing to do with them.
func (l *Limiter) settle(uses, sums []database.Use) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, sum := range sums {
		if c := l.counters[sum.Key]; c != nil && c.ends.Equal(uses[i].Ends) {
			c.pending -= uses[i].Used
			c.used, c.ends = sum.Used, sum.Ends
		}
	}
}
