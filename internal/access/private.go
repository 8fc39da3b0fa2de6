package access

import (
	"context"
	"sync"
)

// privates remembers which projects are private, so that reading the others
// asks no database. A change to a project makes it unknown; when too many are,
// all are read again.
type privates struct {
	mu      sync.Mutex
	loaded  bool
	names   map[string]bool
	unknown map[string]bool
	gen     uint64 // moves with each change: an answer from before it is not kept
}

const manyUnknown = 10_000

// Forget says that a change touched these projects. Subscribe it to changes
// (change.Recorder).
func (g *Guard) Forget(names []string) {
	p := &g.private
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gen++
	if len(p.unknown)+len(names) > manyUnknown {
		p.loaded = false
	}
	for _, name := range names {
		if p.loaded {
			p.unknown[name] = true
		}
	}
}

// IsPrivate reports whether the project that holds a normalised name is private.
func (g *Guard) IsPrivate(ctx context.Context, name string) (bool, error) {
	p := &g.private
	p.mu.Lock()
	loaded, unknown, private, gen := p.loaded, p.unknown[name], p.names[name], p.gen
	p.mu.Unlock()
	if loaded && !unknown {
		return private, nil
	}
	if loaded {
		return g.askPrivate(ctx, name, gen)
	}
	names, err := g.DB.PrivateProjects(ctx)
	if err != nil {
		return false, err
	}
	all := map[string]bool{}
	for _, n := range names {
		all[n] = true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if gen == p.gen {
		p.names, p.unknown, p.loaded = all, map[string]bool{}, true
	}
	return all[name], nil
}

// askPrivate asks about one project that changed.
func (g *Guard) askPrivate(ctx context.Context, name string, gen uint64) (bool, error) {
	project, _, err := g.DB.Project(ctx, name)
	if err != nil {
		return false, err
	}
	p := &g.private
	p.mu.Lock()
	defer p.mu.Unlock()
	if gen == p.gen && p.loaded {
		delete(p.unknown, name)
		delete(p.names, name)
		if project.Private {
			p.names[name] = true
		}
	}
	return project.Private, nil
}
