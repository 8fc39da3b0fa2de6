package pages

import (
	"container/list"
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// Kind is which page of a project is meant.
type Kind string

// The kinds of pages.
const (
	SimpleJSON  Kind = "simple.json"
	SimpleHTML  Kind = "simple.html"
	ProjectJSON Kind = "project.json"
	ReleaseJSON Kind = "release.json"
)

// Key names a page. Version is canonical and set for ReleaseJSON only.
type Key struct {
	Kind    Kind
	Name    string // normalised project name
	Version string
}

// cache remembers pages within a budget of bytes, the least recently used
// leaving first, and lets one renderer at a time work on a page.
type cache struct {
	budget int

	mu      sync.Mutex
	used    int
	order   *list.List // of *entry, most recent first
	entries map[Key]*list.Element
	byName  map[string]map[Key]bool // what Forget must find
	flights map[Key]*flight
}

type entry struct {
	key  Key
	page *Page
	size int
}

// flight is a rendering that readers wait for. stale says that a change came
// after it began: its page answers those who waited and is not remembered.
type flight struct {
	done  chan struct{}
	page  *Page
	err   error
	stale bool
}

func newCache(budget int) *cache {
	return &cache{
		budget: budget, order: list.New(), entries: map[Key]*list.Element{},
		byName: map[string]map[Key]bool{}, flights: map[Key]*flight{},
	}
}

// get returns the remembered page or renders it. A reader that comes after a
// change never gets a page from before it: forget takes the entry and the
// flight away.
func (c *cache) get(ctx context.Context, key Key, render func(context.Context) (*Page, error)) (*Page, error) {
	c.mu.Lock()
	if el := c.entries[key]; el != nil {
		c.order.MoveToFront(el)
		page := el.Value.(*entry).page
		c.mu.Unlock()
		return page, nil
	}
	if f := c.flights[key]; f != nil {
		c.mu.Unlock()
		return f.wait(ctx)
	}
	f := &flight{done: make(chan struct{})}
	c.flights[key] = f
	c.mu.Unlock()
	go c.fly(context.WithoutCancel(ctx), key, f, render)
	return f.wait(ctx)
}

func (f *flight) wait(ctx context.Context) (*Page, error) {
	select {
	case <-f.done:
		return f.page, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *cache) fly(ctx context.Context, key Key, f *flight, render func(context.Context) (*Page, error)) {
	defer close(f.done)
	f.page, f.err = rendered(ctx, render)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights[key] == f {
		delete(c.flights, key)
	}
	if f.err == nil && !f.stale {
		c.keep(key, f.page)
	}
}

// rendered turns a panic into an error: no request's handler is above it that
// could, so it would end the process.
func rendered(ctx context.Context, render func(context.Context) (*Page, error)) (page *Page, err error) {
	defer func() {
		if v := recover(); v != nil {
			page, err = nil, fmt.Errorf("panic while rendering: %v\n%s", v, debug.Stack())
		}
	}()
	return render(ctx)
}

func (c *cache) keep(key Key, page *Page) {
	// Compressed forms are made later; they are counted from the start.
	size := page.size() * 3 / 2
	if size > c.budget/2 {
		return
	}
	c.entries[key] = c.order.PushFront(&entry{key, page, size})
	if c.byName[key.Name] == nil {
		c.byName[key.Name] = map[Key]bool{}
	}
	c.byName[key.Name][key] = true
	c.used += size
	for c.used > c.budget {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(el *list.Element) {
	e := c.order.Remove(el).(*entry)
	delete(c.entries, e.key)
	delete(c.byName[e.key.Name], e.key)
	if len(c.byName[e.key.Name]) == 0 {
		delete(c.byName, e.key.Name)
	}
	c.used -= e.size
}

// forget makes sure that no reader who comes later sees these projects as they
// were.
func (c *cache) forget(names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range names {
		for key := range c.byName[name] {
			c.drop(c.entries[key])
		}
	}
	for key, f := range c.flights {
		for _, name := range names {
			if key.Name == name {
				f.stale = true
				delete(c.flights, key)
			}
		}
	}
}
