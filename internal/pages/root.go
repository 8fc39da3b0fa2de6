package pages

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"strongroom/internal/database"
)

// Root keeps the list of all projects, in sorted segments of at most
// segmentMax names with their compressed parts. It follows the journal by
// serial, so its header, body and serial are of one snapshot (SC-07), and it
// learns of a change after the project's own pages do.
type Root struct {
	// Before hears which projects changed before the list shows it, so that a
	// project's own pages are never older than the list.
	Before func(names []string)

	db   *database.DB
	wake chan struct{}

	loaded chan struct{} // closed once the first load is done

	mu       sync.Mutex
	segments []*segment
	serial   int64
	sum      digestSum
	whole    [2]*RootPage // by format, of the current serial
}

// refreshEvery bounds how often changed segments are rendered again. With the
// time that takes, a change shows within a second.
const refreshEvery = 750 * time.Millisecond

// NewRoot makes the list; Run loads and follows it.
func NewRoot(db *database.DB) *Root {
	return &Root{db: db, wake: make(chan struct{}, 1), loaded: make(chan struct{})}
}

// Forget hears that something changed. It only wakes Run.
func (r *Root) Forget([]string) {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run loads the list and follows the journal until the context ends. A failing
// database leaves the list as it was; failed hears of it.
func (r *Root) Run(ctx context.Context, failed func(error)) {
	for ctx.Err() == nil {
		if err := r.load(ctx); err == nil {
			close(r.loaded)
			if len(r.segments) > 100 {
				debug.FreeOSMemory() // reading a large index left much behind
			}
			break
		} else if ctx.Err() == nil {
			failed(err)
			pause(ctx, refreshEvery)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		}
		if err := r.catchUp(ctx); err != nil && ctx.Err() == nil {
			failed(err)
			r.Forget(nil)
		}
		pause(ctx, refreshEvery)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (r *Root) load(ctx context.Context) error {
	return r.db.Snapshot(ctx, func(q database.Q) error {
		serial, err := q.LastSerial(ctx)
		if err != nil {
			return err
		}
		var b builder
		err = q.ListedProjects(ctx, func(p database.ListedProject) error {
			b.add(p.Name, p.Serial)
			return nil
		})
		if err != nil {
			return err
		}
		b.flush()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.segments, r.sum, r.serial = b.segments, b.sum, serial
		return nil
	})
}

// errTooFar says that the journal grew by more than is worth following.
var errTooFar = errors.New("too far behind the journal")

// catchUp applies the journal since the last serial, of one snapshot.
func (r *Root) catchUp(ctx context.Context) error {
	err := r.db.Snapshot(ctx, func(q database.Q) error {
		names, serial, err := changedSince(ctx, q, r.serial)
		if err != nil {
			return err
		}
		if r.Before != nil {
			r.Before(slices.Collect(maps.Keys(names)))
		}
		projects := make([]database.ListedProject, 0, len(names))
		for name := range names {
			p, found, err := q.ListedProject(ctx, name)
			if err != nil {
				return err
			}
			if !found {
				p = database.ListedProject{Name: name}
			}
			projects = append(projects, p)
		}
		r.apply(projects, serial)
		return nil
	})
	if errors.Is(err, errTooFar) {
		if err = r.load(ctx); err == nil {
			r.apply(nil, r.serial)
		}
	}
	return err
}

// changedSince lists the projects the journal names after a serial.
func changedSince(ctx context.Context, q database.Q, serial int64) (map[string]bool, int64, error) {
	const page, most = 1000, 20_000
	names := map[string]bool{}
	for {
		entries, err := q.Entries(ctx, serial, page)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range entries {
			names[e.Name], serial = true, e.Serial
		}
		if len(entries) < page {
			return names, serial, nil
		}
		if len(names) > most {
			return nil, 0, errTooFar
		}
	}
}

func (r *Root) apply(projects []database.ListedProject, serial int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range projects {
		r.put(p)
	}
	r.serial = serial
	r.whole = [2]*RootPage{}
}

// put brings one project up to date.
func (r *Root) put(p database.ListedProject) {
	i := r.segmentOf(p.Name)
	if i < 0 {
		if !p.Listed {
			return
		}
		r.segments = append(r.segments, &segment{})
		i = 0
	}
	r.segments[i] = r.segments[i].put(p, &r.sum)
	switch s := r.segments[i]; {
	case s.names.len() == 0:
		r.segments = append(r.segments[:i:i], r.segments[i+1:]...)
	case s.names.len() > segmentMax:
		a, b := s.split()
		rest := append([]*segment{a, b}, r.segments[i+1:]...)
		r.segments = append(r.segments[:i:i], rest...)
	}
}

// segmentOf finds the segment a name belongs to, -1 when there is none.
func (r *Root) segmentOf(name string) int {
	lo, hi := 0, len(r.segments)
	for lo < hi {
		mid := (lo + hi) / 2
		if r.segments[mid].names.at(0) <= name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return max(lo-1, min(0, len(r.segments)-1))
}

// Get returns the list as of the newest applied serial. It waits for the first
// load.
func (r *Root) Get(ctx context.Context, f Format) (*RootPage, error) {
	select {
	case <-r.loaded:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.whole[f] == nil {
		r.whole[f] = r.assemble(f)
	}
	return r.whole[f], nil
}

// Names calls fn for each listed project, in order, as of one moment.
func (r *Root) Names(ctx context.Context, fn func(name string, serial int64)) error {
	if _, err := r.Get(ctx, JSON); err != nil {
		return err
	}
	r.mu.Lock()
	segments := slices.Clone(r.segments) // each is immutable as far as names and serials go
	r.mu.Unlock()
	for _, s := range segments {
		for i, serial := range s.serials {
			fn(s.names.at(i), serial)
		}
	}
	return nil
}

func (r *Root) assemble(f Format) *RootPage {
	serial := r.serial
	parts := make([]*part, 0, len(r.segments)+2)
	parts = append(parts, compressPart(func() []byte { return f.head(serial) }))
	for i, s := range r.segments {
		parts = append(parts, s.part(f, i == 0))
	}
	parts = append(parts, compressPart(func() []byte { return f.foot(serial) }))
	base := base64.RawURLEncoding.EncodeToString(r.sum[:]) + "-" + strconv.FormatInt(serial, 36)
	return newRootPage(f, parts, base, serial)
}
