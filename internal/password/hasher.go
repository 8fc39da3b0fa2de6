package password

import (
	"context"
	"errors"
)

// ErrBusy says that too many passwords wait to be hashed: the answer is 503 with Retry-After (PW-9).
var ErrBusy = errors.New("too many people are signing in at this moment; try again in a few seconds")

// Hasher hashes and verifies passwords, so many at once and no more, and so many waiting and no more. Its memory is
// 19 MiB for each at once, made on first use and kept. All methods may be called at the same time. They return ErrBusy
// at once when the queue is full, and the context's error when it ends while waiting.
type Hasher struct {
	slots chan struct{}
	queue chan struct{}
}

// New makes a Hasher for parallel hashes at once with queue more waiting. 0 stands for one less than the processors, at
// least 1, so that readers of pages do not wait for people signing in; and for a queue of 64.
func New(parallel, queue int) *Hasher { return nil }

// Hash is the function Hash.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) { return "", ErrBusy }

// Verify is the function Verify.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (ok, rehash bool, err error) {
	return false, false, ErrBusy
}

// VerifyNothing takes as long as Verify of a hash made today: it is called for an account that is unknown, disabled or
// without a password, so that the time does not tell (P31).
func (h *Hasher) VerifyNothing(ctx context.Context, password string) error { return ErrBusy }
