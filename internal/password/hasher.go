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

// Hasher hashes and verifies passwords, so many at once and no more, and so many waiting and no more. Its memory is
// 19 MiB for each at once, made on first use and kept. All methods may be called at the same time. They return ErrBusy
// at once when the queue is full, and the context's error when it ends while waiting.
type Hasher struct {
	arenas  chan *arena // those not in use
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
	h := &Hasher{arenas: make(chan *arena, parallel), queue: int64(queue)}
	for range parallel {
		h.arenas <- &arena{run: aside}
	}
	return h
}

// Hash is the function Hash.
func (h *Hasher) Hash(ctx context.Context, password string) (hash string, err error) {
	err = h.with(ctx, func(a *arena) { hash = a.hash(password) })
	return hash, err
}

// Verify is the function Verify. A wrong password for a hash that is cheaper than today's, or no hash at all, takes
// today's time too (P31).
func (h *Hasher) Verify(ctx context.Context, hash, password string) (ok, rehash bool, err error) {
	err = h.with(ctx, func(a *arena) {
		var cheap bool
		if ok, cheap = a.verify(hash, password); cheap && !ok {
			a.nothing(password)
		}
		rehash = ok && cheap
	})
	return ok, rehash, err
}

// VerifyNothing takes as long as Verify of a hash made today: it is called for an account that is unknown, disabled or
// without a password, so that the time does not tell (P31).
func (h *Hasher) VerifyNothing(ctx context.Context, password string) error {
	return h.with(ctx, func(a *arena) { a.nothing(password) })
}

// Parallel is how many hash at once.
func (h *Hasher) Parallel() int { return cap(h.arenas) }

// Full reports whether the queue is full, so that another password would hear
// ErrBusy: who would ask for one can be turned away before anything is read.
func (h *Hasher) Full() bool { return h.waiting.Load() >= h.queue }

// with lends an arena to work, waiting for one if the queue has room.
func (h *Hasher) with(ctx context.Context, work func(*arena)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a, err := h.take(ctx)
	if err != nil {
		return err
	}
	defer h.giveBack(a)
	work(a)
	return nil
}

func (h *Hasher) take(ctx context.Context) (*arena, error) {
	select {
	case a := <-h.arenas:
		return a, nil
	default:
	}
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > h.queue {
		return nil, ErrBusy
	}
	select {
	case a := <-h.arenas:
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// giveBack keeps memory of today's cost; what a dearer hash took goes to the garbage collector.
func (h *Hasher) giveBack(a *arena) {
	if uint32(len(a.blocks)) > today.memory {
		a.blocks = nil
	}
	h.arenas <- a
}
