package pages

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

func key(name string) Key { return Key{Kind: SimpleJSON, Name: name} }

// pageOf is a page that holds a number, and some bytes to weigh.
func pageOf(n int64, size int) *Page { return newPage([]byte(strings.Repeat("x", size)), n) }

// gate is a renderer that waits until it is opened.
type gate struct {
	begun, open chan struct{}
	n           int64
}

func newGate(n int64) *gate { return &gate{make(chan struct{}), make(chan struct{}), n} }

func (g *gate) render(context.Context) (*Page, error) {
	close(g.begun)
	<-g.open
	return pageOf(g.n, 10), nil
}

// at renders at once.
func at(n int64) func(context.Context) (*Page, error) {
	return func(context.Context) (*Page, error) { return pageOf(n, 10), nil }
}

func mustGet(t *testing.T, c *cache, name string, render func(context.Context) (*Page, error)) int64 {
	t.Helper()
	page, err := c.get(context.Background(), key(name), render)
	if err != nil {
		t.Fatal(err)
	}
	return page.Serial
}

// TestForgetDuringFlight: who asked before the change may get what was then; who asks after it never does, and it is not remembered.
func TestForgetDuringFlight(t *testing.T) {
	c := newCache(1 << 20)
	old := newGate(1)
	first := make(chan int64)
	go func() { first <- mustGet(t, c, "a", old.render) }()
	<-old.begun
	c.forget([]string{"b", "a"})
	if got := mustGet(t, c, "a", at(2)); got != 2 {
		t.Errorf("a reader after the change got %d", got)
	}
	close(old.open)
	if got := <-first; got != 1 {
		t.Errorf("the first reader got %d", got)
	}
	if got := mustGet(t, c, "a", at(3)); got != 2 {
		t.Errorf("got %d; the page of the second flight must be remembered, that of the first not", got)
	}
	c.forget([]string{"a"})
	if got := mustGet(t, c, "a", at(4)); got != 4 {
		t.Errorf("got %d after forgetting", got)
	}
}

// TestForgetWhileTwoFlightsAreUnderWay marks the newer one stale too.
func TestForgetWhileTwoFlightsAreUnderWay(t *testing.T) {
	c := newCache(1 << 20)
	gates := []*gate{newGate(1), newGate(2)}
	var all sync.WaitGroup
	for i, g := range gates {
		all.Go(func() { mustGet(t, c, "a", g.render) })
		<-g.begun
		if i == 0 {
			c.forget([]string{"a"})
		}
	}
	c.forget([]string{"a"})
	close(gates[1].open)
	close(gates[0].open)
	all.Wait()
	if got := mustGet(t, c, "a", at(3)); got != 3 {
		t.Errorf("got %d, want a new page", got)
	}
}

// TestOneRendererAtATime: 50 readers of one page cost one rendering; other pages do not wait for it.
func TestOneRendererAtATime(t *testing.T) {
	c := newCache(1 << 20)
	g := newGate(7)
	var renders atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			got := mustGet(t, c, "a", func(ctx context.Context) (*Page, error) {
				renders.Add(1)
				return g.render(ctx)
			})
			if got != 7 {
				t.Errorf("got %d", got)
			}
		})
	}
	<-g.begun
	if got := mustGet(t, c, "b", at(8)); got != 8 {
		t.Errorf("another page: %d", got)
	}
	close(g.open)
	all.Wait()
	if renders.Load() != 1 {
		t.Errorf("%d renderings", renders.Load())
	}
}

// TestFailuresAreNotRemembered, and a panic is one of them.
func TestFailuresAreNotRemembered(t *testing.T) {
	c := newCache(1 << 20)
	for _, render := range []func(context.Context) (*Page, error){
		func(context.Context) (*Page, error) { return nil, index.Refuse(index.CodeNotFound, "not here") },
		func(context.Context) (*Page, error) { panic("not here") },
	} {
		if _, err := c.get(context.Background(), key("a"), render); err == nil || !strings.Contains(err.Error(), "not here") {
			t.Errorf("%v", err)
		}
	}
	if got := mustGet(t, c, "a", at(1)); got != 1 {
		t.Errorf("got %d", got)
	}
}

// TestAReaderThatLeaves gets its own error; the rendering goes on for the others.
func TestAReaderThatLeaves(t *testing.T) {
	c := newCache(1 << 20)
	g := newGate(1)
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan error, 1)
	go func() {
		_, err := c.get(ctx, key("a"), func(inner context.Context) (*Page, error) {
			page, err := g.render(inner)
			return page, errors.Join(err, inner.Err())
		})
		left <- err
	}()
	<-g.begun
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	stayed := make(chan int64, 1)
	go func() { stayed <- mustGet(t, c, "a", at(2)) }()
	time.Sleep(10 * time.Millisecond)
	close(g.open)
	if got := <-stayed; got != 1 {
		t.Errorf("got %d, want the page of the rendering under way", got)
	}
}

// TestBudget drops the least recently used, keeps what fits, and never keeps a page that is half the budget.
func TestBudget(t *testing.T) {
	const each = 1000
	weight := pageOf(0, each).size() * 3 / 2
	c := newCache(weight * 4)
	renders := 0
	get := func(name string, size int) {
		if _, err := c.get(context.Background(), key(name), func(context.Context) (*Page, error) { renders++; return pageOf(1, size), nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "b", "c", "d", "a", "e"} { // e drops b, which was not used again
		get(name, each)
	}
	if renders != 5 || len(c.entries) != 4 || c.used != weight*4 {
		t.Errorf("%d renderings, %d pages of %d bytes", renders, len(c.entries), c.used)
	}
	for _, name := range []string{"a", "c", "d", "e"} {
		get(name, each)
	}
	if renders != 5 {
		t.Errorf("%d renderings; the wrong page was dropped", renders)
	}
	if get("b", each); renders != 6 {
		t.Error("the dropped page was still there")
	}
	get("huge", weight*2)
	if _, kept := c.entries[key("huge")]; kept || c.used > c.budget {
		t.Errorf("a huge page was kept; %d of %d bytes", c.used, c.budget)
	}
	c.forget([]string{"a", "b", "c", "d", "e", "huge", "never-there"})
	if c.used != 0 || len(c.entries) != 0 || len(c.byName) != 0 || c.order.Len() != 0 {
		t.Errorf("after forgetting all: %d bytes, %d entries, %d names, %d in order", c.used, len(c.entries), len(c.byName), c.order.Len())
	}
}

// TestForgetTakesEveryKindOfPage of a project and leaves those of others.
func TestForgetTakesEveryKindOfPage(t *testing.T) {
	c := newCache(1 << 20)
	keys := []Key{{SimpleJSON, "a", ""}, {SimpleHTML, "a", ""}, {ProjectJSON, "a", ""}, {ReleaseJSON, "a", "1"}, {ReleaseJSON, "a", "2"}, {SimpleJSON, "ab", ""}}
	for _, k := range keys {
		if _, err := c.get(context.Background(), k, at(1)); err != nil {
			t.Fatal(err)
		}
	}
	c.forget([]string{"a"})
	if len(c.entries) != 1 || c.entries[keys[5]] == nil {
		t.Errorf("%d pages are left", len(c.entries))
	}
}

// TestNobodyReadsThePast lets readers and changes race: a page is never older than the last change that was answered when its reader asked.
func TestNobodyReadsThePast(t *testing.T) {
	c := newCache(20_000) // small, so that pages are dropped too
	const names = 20
	var state, answered [names]atomic.Int64
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(worker), 1))
			for range 3000 {
				i := rng.IntN(names)
				name := fmt.Sprint("p", i)
				if rng.IntN(4) == 0 {
					now := state[i].Add(1)
					c.forget([]string{name})
					for was := answered[i].Load(); was < now && !answered[i].CompareAndSwap(was, now); {
						was = answered[i].Load()
					}
					continue
				}
				asked := answered[i].Load()
				got := mustGet(t, c, name, func(context.Context) (*Page, error) { return pageOf(state[i].Load(), 100*(i%5+1)), nil })
				if got < asked {
					t.Errorf("%s: got the state %d, it was %d when asked", name, got, asked)
				}
			}
		})
	}
	all.Wait()
	if c.used < 0 || c.used > c.budget || len(c.flights) != 0 {
		t.Errorf("%d of %d bytes, %d flights", c.used, c.budget, len(c.flights))
	}
}

// TestFileCache: a state looked up before a change is not kept after it.
func TestFileCache(t *testing.T) {
	c := newFileCache()
	state := func(project, filename string) *FileState {
		return &FileState{FileInPlace: database.FileInPlace{Project: project, File: index.File{Filename: filename}}}
	}
	_, gen := c.get("a.whl")
	c.forget([]string{"other"})
	c.put(state("a", "a.whl"), gen)
	if st, _ := c.get("a.whl"); st != nil {
		t.Error("a look-up from before a change was kept")
	}
	_, gen = c.get("a.whl")
	for range 2 {
		c.put(state("a", "a.whl"), gen)
	}
	c.put(state("a", "a.tar.gz"), gen)
	c.put(state("b", "b.whl"), gen)
	c.forget([]string{"a"})
	for filename, want := range map[string]bool{"a.whl": false, "a.tar.gz": false, "b.whl": true} {
		if st, _ := c.get(filename); (st != nil) != want {
			t.Errorf("%s: %v", filename, st)
		}
	}
	if len(c.names) != 1 || len(c.names["b"]) != 1 {
		t.Errorf("names %v", c.names)
	}
	_, gen = c.get("b.whl")
	for i := range maxFiles + 1 {
		c.put(state("many", fmt.Sprint(i)), gen)
	}
	if len(c.states) > maxFiles {
		t.Errorf("%d states are remembered", len(c.states))
	}
}
