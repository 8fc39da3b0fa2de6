package dir

import (
	"errors"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// until waits for a state that other goroutines bring about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 2000 {
		if is() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("never came: %s", what)
}

// waiting returns how many wait for a folder.
func (g *groupSync) waiting(path string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if q := g.queues[path]; q != nil {
		return q.waiting
	}
	return 0
}

// Who asks while an fsync runs gets the next one, and shares it with all others.
func TestGroupSyncShares(t *testing.T) {
	var runs atomic.Int32
	begun, finish := make(chan struct{}, 9), make(chan struct{})
	g := newGroupSync(func(string) error {
		runs.Add(1)
		begun <- struct{}{}
		<-finish
		return nil
	})
	var all sync.WaitGroup
	ask := func() { all.Go(func() { g.folder("f") }) }
	ask()
	<-begun
	for range 31 {
		ask()
	}
	until(t, "31 waiting behind one", func() bool { return g.waiting("f") == 32 })
	if n := runs.Load(); n != 1 {
		t.Errorf("%d syncs run at once, want 1", n)
	}
	close(finish)
	all.Wait()
	if n := runs.Load(); n != 2 {
		t.Errorf("32 callers cost %d syncs, want 2", n)
	}
	if len(g.queues) != 0 {
		t.Errorf("%d folders are still queued", len(g.queues))
	}
}

// Folders do not wait for each other.
func TestGroupSyncFoldersAreApart(t *testing.T) {
	release := make(chan struct{})
	g := newGroupSync(func(path string) error {
		if path == "slow" {
			<-release
		}
		return nil
	})
	var slow sync.WaitGroup
	slow.Go(func() { g.folder("slow") })
	until(t, "the slow folder syncing", func() bool { return g.waiting("slow") == 1 })
	if err := g.folder("fast"); err != nil {
		t.Error(err)
	}
	close(release)
	slow.Wait()
}

// An error goes to everybody of the round, and to those who waited behind it:
// the next fsync would call their lost names durable.
func TestGroupSyncFails(t *testing.T) {
	var runs atomic.Int32
	begun, finish := make(chan struct{}), make(chan struct{})
	g := newGroupSync(func(string) error {
		runs.Add(1)
		close(begun)
		<-finish
		return syscall.EIO
	})
	errs := make(chan error, 3)
	var all sync.WaitGroup
	ask := func() { all.Go(func() { errs <- g.folder("f") }) }
	ask()
	<-begun
	ask()
	ask()
	until(t, "two waiting behind one", func() bool { return g.waiting("f") == 3 })
	close(finish)
	all.Wait()
	for range 3 {
		if err := <-errs; !errors.Is(err, syscall.EIO) {
			t.Errorf("a caller got %v, want EIO", err)
		}
	}
	if n := runs.Load(); n != 1 {
		t.Errorf("%d syncs, want none after the failure", n)
	}
}
