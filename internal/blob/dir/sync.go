package dir

import (
	"errors"
	"fmt"
	"sync"

	"strongroom/internal/blob"
)

// groupSync shares the fsync of a folder: one serves everybody who asked before
// it began. Whoever asks while one runs waits for the next, because the running
// one may not see his name any more.
type groupSync struct {
	fsync func(folder string) error

	mu     sync.Mutex
	queues map[string]*queue // folders with somebody waiting
	failed map[string]error  // folders that cannot be trusted any more
}

// queue is one folder's.
type queue struct {
	running sync.Mutex // held by the round whose fsync runs
	next    *round     // takes those who ask now; nil when nobody asked yet
	waiting int
}

// round is one fsync and all who wait for it.
type round struct {
	once sync.Once
	err  error
}

func newGroupSync(fsync func(string) error) *groupSync {
	return &groupSync{fsync: fsync, queues: map[string]*queue{}, failed: map[string]error{}}
}

// folder returns nil when every name that stood in the folder before the call
// is durable.
func (g *groupSync) folder(path string) error {
	q, r := g.join(path)
	defer g.leave(path, q)
	r.once.Do(func() { // the first of the round works, the others wait here
		q.running.Lock()
		defer q.running.Unlock()
		if r.err = g.begin(path, q); r.err == nil {
			r.err = g.fsync(path)
			g.judge(path, r.err)
		}
	})
	return r.err
}

func (g *groupSync) join(path string) (*queue, *round) {
	g.mu.Lock()
	defer g.mu.Unlock()
	q := g.queues[path]
	if q == nil {
		q = &queue{}
		g.queues[path] = q
	}
	if q.next == nil {
		q.next = &round{}
	}
	q.waiting++
	return q, q.next
}

// begin closes the round: who comes now needs a later fsync. It refuses a folder
// that failed, also for those who were already waiting when it did: the names
// lost may be theirs, and the next fsync would not tell.
func (g *groupSync) begin(path string, q *queue) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	q.next = nil
	if err := g.failed[path]; err != nil {
		return fmt.Errorf("%s failed to sync before; check the disk and start again: %w", path, err)
	}
	return nil
}

// judge remembers a failed folder. A full disk is no failure of the kind that
// forgets: the names stay in memory and are tried again (P15). A folder that
// could not even be opened lost nothing either.
func (g *groupSync) judge(path string, err error) {
	if err == nil || errors.Is(err, errNotOpened) || errors.Is(failure(err), blob.ErrFull) {
		return
	}
	g.mu.Lock()
	g.failed[path] = err
	g.mu.Unlock()
}

func (g *groupSync) leave(path string, q *queue) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if q.waiting--; q.waiting == 0 {
		delete(g.queues, path)
	}
}
