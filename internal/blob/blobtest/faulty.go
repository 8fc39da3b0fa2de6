package blobtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"strongroom/internal/blob"
)

// Op is an operation of a bucket or stage that can fail.
type Op string

// The operations.
const (
	OpStage  Op = "stage"
	OpWrite  Op = "write"
	OpCommit Op = "commit"
	OpPut    Op = "put"
	OpOpen   Op = "open"
	OpDelete Op = "delete"
	OpList   Op = "list"
)

// Fault is how an operation fails.
type Fault int

// The ways to fail. A caller cannot tell the two from each other.
const (
	None    Fault = iota
	NotDone       // an error, and nothing happened
	Done          // an error, though it happened
)

// Plan decides the fate of the n-th operation of a bucket, counted from 1.
type Plan func(n int, op Op) Fault

// Nth fails only the n-th operation. A test runs its story with n = 1, 2, 3 …
// until [Faulty.Failed] stays false, and so meets every half-done state.
func Nth(n int, how Fault) Plan {
	return func(i int, _ Op) Fault {
		if i == n {
			return how
		}
		return None
	}
}

// Each fails every operation of one kind.
func Each(failing Op, how Fault) Plan {
	return func(_ int, op Op) Fault {
		if op == failing {
			return how
		}
		return None
	}
}

// Faulty is a bucket that fails as planned and watches its caller and the bucket
// beneath it. It fails the test when
//   - bytes are committed under a key that they do not hash to,
//   - an opened blob does not hash to its key any more,
//   - a deleted blob is opened before it is stored again,
//   - an acknowledged blob is gone though nobody deleted it,
//   - a stage is written after Commit, or never discarded.
type Faulty struct {
	t     testing.TB
	inner blob.Bucket
	turn  sync.Mutex // one operation on keys at a time, so that known is exact

	mu     sync.Mutex
	plan   Plan
	err    error
	count  int
	failed bool
	stages map[*watched]struct{}

	known map[blob.Key]bool // under turn; true: acknowledged, false: deleted
}

// errPlanned is in every planned error.
var errPlanned = errors.New("failed as planned")

// NewFaulty wraps a bucket. It fails nothing before [Faulty.Fail].
func NewFaulty(t testing.TB, inner blob.Bucket) *Faulty {
	f := &Faulty{
		t: t, inner: inner,
		stages: map[*watched]struct{}{},
		known:  map[blob.Key]bool{},
	}
	f.Fail(nil, nil)
	t.Cleanup(f.leaks)
	return f
}

// Fail starts counting at 1 with a new plan; nil fails nothing. The error, nil
// for [blob.ErrUnavailable], is what failing operations return.
func (f *Faulty) Fail(plan Plan, err error) {
	if plan == nil {
		plan = func(int, Op) Fault { return None }
	}
	if err == nil {
		err = blob.ErrUnavailable
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan, f.err, f.count, f.failed = plan, err, 0, false
}

// Failed reports whether the present plan has failed an operation.
func (f *Faulty) Failed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

// run does op, or not, as planned.
func (f *Faulty) run(op Op, do func() error) error {
	fault, planned := f.next(op)
	if fault == NotDone {
		return planned
	}
	if err := do(); err != nil {
		return err
	}
	return planned
}

// change runs an operation that stores or deletes the blob under key. When it
// failed, nothing is known of the key any more.
func (f *Faulty) change(op Op, key blob.Key, stored bool, do func() error) error {
	f.turn.Lock()
	defer f.turn.Unlock()
	err := f.run(op, do)
	if err == nil {
		f.known[key] = stored
	} else {
		delete(f.known, key)
	}
	return err
}

func (f *Faulty) next(op Op) (Fault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	fault := f.plan(f.count, op)
	if fault == None {
		return None, nil
	}
	f.failed = true
	return fault, fmt.Errorf("%w: %s %w", f.err, op, errPlanned)
}

// Stage implements [blob.Bucket].
func (f *Faulty) Stage(ctx context.Context) (blob.Stage, error) {
	var s blob.Stage
	err := f.run(OpStage, func() (err error) {
		s, err = f.inner.Stage(ctx)
		return err
	})
	if err != nil {
		if s != nil {
			s.Discard() // made, but its owner never hears of it
		}
		return nil, err
	}
	w := &watched{Stage: s, bucket: f}
	f.mu.Lock()
	f.stages[w] = struct{}{}
	f.mu.Unlock()
	return w, nil
}

// Commit implements [blob.Bucket].
func (f *Faulty) Commit(ctx context.Context, s blob.Stage, key blob.Key) error {
	w, ok := s.(*watched)
	if !ok || w.bucket != f {
		return fmt.Errorf("commit %s: the stage belongs to another bucket", key)
	}
	if w.spent != nil {
		return w.spent
	}
	if key.Validate() == nil && !w.discarded {
		f.mustHash("committed", io.NewSectionReader(w, 0, w.Size()), key)
	}
	err := f.change(OpCommit, key, true, func() error { return f.inner.Commit(ctx, w.Stage, key) })
	if errors.Is(err, errPlanned) {
		w.spent = err
	}
	w.committed = w.committed || err == nil
	return err
}

// Put implements [blob.Bucket].
func (f *Faulty) Put(ctx context.Context, key blob.Key, data []byte) error {
	return f.change(OpPut, key, true, func() error { return f.inner.Put(ctx, key, data) })
}

// Delete implements [blob.Bucket].
func (f *Faulty) Delete(ctx context.Context, key blob.Key) error {
	return f.change(OpDelete, key, false, func() error { return f.inner.Delete(ctx, key) })
}

// Open implements [blob.Bucket].
func (f *Faulty) Open(ctx context.Context, key blob.Key) (blob.Blob, error) {
	f.turn.Lock()
	defer f.turn.Unlock()
	stored, heard := f.known[key]
	if heard && !stored {
		f.t.Errorf("blobtest: %s is opened after it was deleted", key)
	}
	var got blob.Blob
	err := f.run(OpOpen, func() (err error) {
		got, err = f.inner.Open(ctx, key)
		return err
	})
	if stored && errors.Is(err, blob.ErrNotExist) {
		f.t.Errorf("blobtest: %s was acknowledged and never deleted, and is gone (P6)", key)
	}
	if err != nil {
		if got.Content != nil {
			got.Content.Close()
		}
		return blob.Blob{}, err
	}
	f.mustHash("opened", io.NewSectionReader(got.Content, 0, got.Size), key)
	return got, nil
}

// List implements [blob.Bucket].
func (f *Faulty) List(ctx context.Context, visit func(blob.Info) error) error {
	return f.run(OpList, func() error { return f.inner.List(ctx, visit) })
}

func (f *Faulty) mustHash(what string, r io.Reader, key blob.Key) {
	f.t.Helper()
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		f.t.Errorf("blobtest: read the %s bytes of %s: %v", what, key, err)
		return
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != string(key) {
		f.t.Errorf("blobtest: the bytes %s under %s hash to %s", what, key, got)
	}
}

// leaks fails the test for each stage that was never discarded.
func (f *Faulty) leaks() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.stages); n > 0 {
		f.t.Errorf("blobtest: %d stages were never discarded", n)
	}
}
