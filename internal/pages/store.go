package pages

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/pep440"
)

// Options are what pages depend on besides the rows.
type Options struct {
	Log            *slog.Logger // nil for none
	URL            string       // public address of the site, no slash at the end
	Budget         int          // bytes of memory for remembered pages
	Purged         bool         // caches in front are told of changes (SN-9)
	HideTombstones bool         // histories leave out what was withdrawn (SD-7)
	DeletedSimple  bool         // a deleted project's page is 200 with no files, not 404
}

// Store renders and remembers pages.
type Store struct {
	db    *database.DB
	opt   Options
	cache *cache
	files *fileCache
}

// New makes a Store; forget must be subscribed to changes (change.Recorder).
func New(db *database.DB, opt Options) *Store {
	return &Store{db: db, opt: opt, cache: newCache(opt.Budget), files: newFileCache()}
}

// Forget drops what is remembered of these projects.
func (s *Store) Forget(names []string) {
	s.cache.forget(names)
	s.files.forget(names)
}

// URL is the configured public address of the site.
func (s *Store) URL() string { return s.opt.URL }

// Get returns the page for a key. A project that is not there gives
// index.CodeNotFound; a deleted or removed one says what happened to it.
func (s *Store) Get(ctx context.Context, key Key) (*Page, error) {
	return s.cache.get(ctx, key, func(ctx context.Context) (*Page, error) {
		var page *Page
		err := s.db.Snapshot(ctx, func(q database.Q) error {
			var err error
			page, err = s.render(ctx, q, key)
			return err
		})
		if err != nil {
			return nil, err
		}
		return page, nil
	})
}

func (s *Store) render(ctx context.Context, q database.Q, key Key) (*Page, error) {
	p, found, err := q.Project(ctx, key.Name)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, missing(ctx, q, key.Name)
	}
	s.tellUnknown("project "+p.Name, p.Standing)
	switch key.Kind {
	case SimpleJSON, SimpleHTML:
		return s.renderSimple(ctx, q, key, p)
	case ProjectJSON, ReleaseJSON:
		return s.renderJSON(ctx, q, key, p)
	}
	return nil, fmt.Errorf("pages: unknown kind %q", key.Kind)
}

// tellUnknown logs kinds of flags that a newer version of this program wrote; what
// has one is served as if nothing were said (ST-7).
func (s *Store) tellUnknown(what string, standing index.Standing) {
	for _, f := range standing {
		if _, known := index.KindOf(f.Kind); !known && s.opt.Log != nil {
			s.opt.Log.Warn("a flag of a kind that this version does not know has no effect", "on", what, "kind", f.Kind)
		}
	}
}

// placed is a file with its parsed version, for sorting.
type placed struct {
	database.FileInPlace
	version pep440.Version
	status  index.Status
}

// liveFiles lists the offered files of a project by version, then filename
// (SD-20).
func liveFiles(ctx context.Context, q database.Q, p index.Project) ([]placed, error) {
	files, err := q.ProjectFiles(ctx, p.ID, true)
	if err != nil {
		return nil, err
	}
	out := make([]placed, 0, len(files))
	for _, f := range files {
		st := f.Status()
		if !st.Offered {
			continue
		}
		v, err := pep440.Parse(f.Version)
		if err != nil {
			return nil, fmt.Errorf("stored version of %s: %w", f.Filename, err)
		}
		out = append(out, placed{f, v, st})
	}
	slices.SortFunc(out, func(a, b placed) int {
		if c := a.version.Compare(b.version); c != 0 {
			return c
		}
		return strings.Compare(a.Filename, b.Filename)
	})
	return out, nil
}
