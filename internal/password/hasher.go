package password

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
)

// ErrBusy says that too many passwords wait to be hashed: the answer is 503 with Retry-After (PW-9).
var ErrBusy = errors.New("too many people are signing in at this moment; try again in a few seconds")

// defaultQueue is how many wait when nothing else was said (PW-9).
const defaultQueue = 64

// Hasher hashes and verifies passwords, so many at once and no more, and so many waiting and no more. Each takes 19 MiB
// meanwhile. All methods may be called at the same time. They return ErrBusy at once when the queue is full, and the
// context's error when it ends while waiting.
type Hasher struct {
	maker
	turns   chan struct{} // of those that hash
	queue   int64
	waiting atomic.Int64
}

// New makes a Hasher for parallel hashes at once with queue more waiting. 0 stands for one less than the processors, at
// least 1, so that readers of pages do not wait for people signing in; and for a queue of 64.
func New(parallel, queue int) *Hasher {
	if parallel < 1 {
		parallel = max(1, runtime.GOMAXPROCS(0)-1)
	}
	if queue < 1 {
		queue = defaultQueue
	}
	return &Hasher{turns: make(chan struct{}, parallel), queue: int64(queue)}
}

// In has hashes made by a child from now on. It must be called before the first
// one.
func (h *Hasher) In(child Child) { h.child = child }

// Hash is the function Hash.
func (h *Hasher) Hash(ctx context.Context, password string) (hash string, err error) {
	err = h.with(ctx, func() { hash = h.hash(ctx, password) })
	return hash, err
}

// Verify is the function Verify. A wrong password for a hash that is cheaper than today's, or no hash at all, takes
// today's time too (P31).
func (h *Hasher) Verify(ctx context.Context, hash, password string) (ok, rehash bool, err error) {
	err = h.with(ctx, func() {
		var cheap bool
		if ok, cheap = h.verify(ctx, hash, password); cheap && !ok {
			h.nothing(ctx, password)
		}
		rehash = ok && cheap
	})
	return ok, rehash, err
}

// VerifyNothing takes as long as Verify of a hash made today: it is called for an account that is unknown, disabled or
// without a password, so that the time does not tell (P31).
func (h *Hasher) VerifyNothing(ctx context.Context, password string) error {
	return h.with(ctx, func() { h.nothing(ctx, password) })
}

// Parallel is how many hash at once.
func (h *Hasher) Parallel() int { return cap(h.turns) }

// Full reports whether the queue is full, so that another password would hear
// ErrBusy: who would ask for one can be turned away before anything is read.
func (h *Hasher) Full() bool { return h.waiting.Load() >= h.queue }

// with does the work when it is its turn, if the queue has room until then.
func (h *Hasher) with(ctx context.Context, work func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := h.wait(ctx); err != nil {
		return err
	}
	defer func() { <-h.turns }()
	work()
	return nil
}

func (h *Hasher) wait(ctx context.Context) error {
	select {
	case h.turns <- struct{}{}:
		return nil
	default:
	}
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > h.queue {
		return ErrBusy
	}
	select {
	case h.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
