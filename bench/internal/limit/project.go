package limit

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// rendered holds the remembered answers of one URL, one for each form.
type rendered [forms]atomic.Pointer[page]

// forget makes the next reader render again.
func (r *rendered) forget() {
	for i := range r {
		r[i].Store(nil)
	}
}

// project is one project and its pages.
type project struct {
	name   string
	pages  rendered
	mu     sync.Mutex // guards what follows, and rendering
	files  []file
	serial int64
}

// add takes in a file; the pages are forgotten before it returns.
func (p *project) add(f file, serial int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files = append(p.files, f)
	p.serial = max(p.serial, serial)
	p.pages.forget()
}

func (p *project) page(f form) *page {
	if ready := p.pages[f].Load(); ready != nil {
		return ready
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if ready := p.pages[f].Load(); ready != nil {
		return ready
	}
	render := renderHTML
	if f.json() {
		render = renderJSON
	}
	fresh := newPage(f, encode(f, render(p.name, p.files, p.serial)), p.serial)
	p.pages[f].Store(fresh)
	return fresh
}

// projects is the list of all projects.
type projects struct {
	pages  rendered
	mu     sync.RWMutex // guards byName
	byName map[string]*project
	render sync.Mutex
	drawn  [forms]time.Time
	dirty  [forms]atomic.Bool
	serial atomic.Int64
}

func newProjects() *projects { return &projects{byName: map[string]*project{}} }

func (l *projects) get(name string) *project {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.byName[name]
}

// getOrAdd also marks the root list as old when the project is new.
func (l *projects) getOrAdd(name string) *project {
	if p := l.get(name); p != nil {
		return p
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.byName[name]
	if p == nil {
		p = &project{name: name}
		l.byName[name] = p
		for i := range l.dirty {
			l.dirty[i].Store(true)
		}
	}
	return p
}

// root is the list's page; a dirty one is drawn again at most once a second.
func (l *projects) root(f form) *page {
	ready := l.pages[f].Load()
	if ready != nil && !l.dirty[f].Load() {
		return ready
	}
	l.render.Lock()
	defer l.render.Unlock()
	ready = l.pages[f].Load()
	if ready != nil && (!l.dirty[f].Load() || time.Since(l.drawn[f]) < time.Second) {
		return ready
	}
	l.dirty[f].Store(false)
	l.mu.RLock()
	names := slices.Sorted(maps.Keys(l.byName))
	l.mu.RUnlock()
	serial := l.serial.Load()
	fresh := newPage(f, encode(f, renderRoot(f.json(), names, serial)), serial)
	l.pages[f].Store(fresh)
	l.drawn[f] = time.Now()
	return fresh
}
