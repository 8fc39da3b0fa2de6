package pages

import (
	"context"
	"sync"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// FileState is what serving a file needs to know: the row, its place and what
// its flags add up to.
type FileState struct {
	database.FileInPlace
	Status index.Status
}

// fileCache remembers file states; entries leave when their project changes.
type fileCache struct {
	mu     sync.Mutex
	gen    uint64 // moves with each forget: a look-up begun before is not kept
	states map[string]*FileState
	names  map[string][]string // project → filenames
}

// maxFiles bounds the remembered states (about 600 bytes each).
const maxFiles = 20_000

func newFileCache() *fileCache {
	return &fileCache{states: map[string]*FileState{}, names: map[string][]string{}}
}

func (c *fileCache) get(filename string) (*FileState, uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.states[filename], c.gen
}

func (c *fileCache) put(st *FileState, gen uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if gen != c.gen || c.states[st.Filename] != nil {
		return
	}
	if len(c.states) >= maxFiles {
		c.states, c.names = map[string]*FileState{}, map[string][]string{}
	}
	c.states[st.Filename] = st
	c.names[st.Project] = append(c.names[st.Project], st.Filename)
}

func (c *fileCache) forget(names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen++
	for _, name := range names {
		for _, filename := range c.names[name] {
			delete(c.states, filename)
		}
		delete(c.names, name)
	}
}

// File finds the state of a file by its exact filename.
func (s *Store) File(ctx context.Context, filename string) (*FileState, error) {
	st, gen := s.files.get(filename)
	if st != nil {
		return st, nil
	}
	f, found, err := s.db.PlacedFile(ctx, filename)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, index.Refuse(index.CodeNotFound, "There is no file %q here.", filename)
	}
	for _, level := range []index.Standing{f.ProjectStanding, f.ReleaseStanding, f.Standing} {
		s.tellUnknown("file "+filename, level)
	}
	st = &FileState{FileInPlace: f, Status: f.Status()}
	s.files.put(st, gen)
	return st, nil
}
