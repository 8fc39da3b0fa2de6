package access

import (
	"context"
	"sync"

	"strongroom/internal/index"
)

// privates remembers which projects are private, so that reading the others
// asks no database. A change to a project makes it unknown; when too many are,
// all are read again.
type privates struct {
	mu       sync.Mutex
	loaded   bool
	projects map[string]index.Project
	unknown  map[string]bool
	gen      uint64 // moves with each change: an answer from before it is not kept
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

// Private finds the private project that holds a normalised name; the zero
// project stands for a public one, or none.
func (g *Guard) Private(ctx context.Context, name string) (index.Project, error) {
	p := &g.private
	p.mu.Lock()
	loaded, unknown, private, gen := p.loaded, p.unknown[name], p.projects[name], p.gen
	p.mu.Unlock()
	if loaded && !unknown {
		return private, nil
	}
	if loaded {
		return g.askPrivate(ctx, name, gen)
	}
	list, err := g.DB.PrivateProjects(ctx)
	if err != nil {
		return index.Project{}, err
	}
	all := map[string]index.Project{}
	for _, project := range list {
		all[project.Name] = project
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if gen == p.gen {
		p.projects, p.unknown, p.loaded = all, map[string]bool{}, true
	}
	return all[name], nil
}

// askPrivate asks about one project that changed.
func (g *Guard) askPrivate(ctx context.Context, name string, gen uint64) (index.Project, error) {
	project, _, err := g.DB.Project(ctx, name)
	if err != nil {
		return index.Project{}, err
	}
	if !project.Private {
		project = index.Project{}
	}
	p := &g.private
	p.mu.Lock()
	defer p.mu.Unlock()
	if gen == p.gen && p.loaded {
		delete(p.unknown, name)
		delete(p.projects, name)
		if project.Private {
			p.projects[name] = project
		}
	}
	return project, nil
}
