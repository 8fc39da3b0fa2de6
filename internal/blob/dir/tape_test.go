package dir

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"strongroom/internal/blob"
)

// tape records the calls that change the disk, in order, and can make them fail.
type tape struct {
	root string

	mu    sync.Mutex
	lines []string
	// fail decides about the n-th call (from 1): an error, and whether the call
	// is done all the same. Nil fails nothing.
	fail func(n int, line string) (err error, done bool)
}

// do records and runs one call.
func (t *tape) do(call, path string, run func() error) error {
	rel, err := filepath.Rel(t.root, path)
	if err != nil {
		return err
	}
	t.mu.Lock()
	line := call + " " + random.ReplaceAllString(filepath.ToSlash(rel), "*.part")
	t.lines = append(t.lines, line)
	var done bool
	if t.fail != nil {
		err, done = t.fail(len(t.lines), line)
	}
	t.mu.Unlock()
	switch {
	case err == nil:
		return run()
	case done:
		run() // what came of it, nobody hears
	}
	return err
}

// random are the names of staging files.
var random = regexp.MustCompile(`[A-Z2-7]{26}\.part`)

// calls returns the system's calls, recorded.
func (t *tape) calls() calls {
	sys := systemCalls()
	return calls{
		unnamed: func(string) (*os.File, error) { return nil, errors.ErrUnsupported }, // names can be followed
		create: func(path string) (f *os.File, err error) {
			err = t.do("create", path, func() (err error) { f, err = sys.create(path); return err })
			if err != nil && f != nil {
				f.Close()
			}
			return f, err
		},
		write: func(f *os.File, p []byte) (n int, err error) {
			err = t.do("write", f.Name(), func() (err error) { n, err = sys.write(f, p); return err })
			return n, err
		},
		syncFile: func(f *os.File) error {
			return t.do("fsync", f.Name(), func() error { return sys.syncFile(f) })
		},
		link: func(from, to string) error {
			return t.do("link", to, func() error { return sys.link(from, to) })
		},
		mkdir:   func(path string) error { return t.do("mkdir", path, func() error { return sys.mkdir(path) }) },
		syncDir: func(path string) error { return t.do("fsync", path, func() error { return sys.syncDir(path) }) },
		remove:  func(path string) error { return t.do("remove", path, func() error { return sys.remove(path) }) },
	}
}

// since returns what was recorded since the last call, without the parts of
// the path that tests need not see.
func (t *tape) since() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := strings.Join(t.lines, "\n")
	t.lines = nil
	return strings.ReplaceAll(all, "blobs/sha256", "B")
}

// failing replaces the plan and starts counting at 1.
func (t *tape) failing(fail func(n int, line string) (error, bool)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines, t.fail = nil, fail
}

// on fails the calls whose line contains part, without doing them.
func on(part string, err error) func(int, string) (error, bool) {
	return func(_ int, line string) (error, bool) {
		if strings.Contains(line, part) {
			return err, false
		}
		return nil, false
	}
}

// openTape opens a bucket in a new folder, recorded.
func openTape(t *testing.T) (*Bucket, *tape) {
	t.Helper()
	rec := &tape{root: t.TempDir()}
	b, err := open(rec.root, rec.calls())
	if err != nil {
		t.Fatal(err)
	}
	return b, rec
}

// store commits data by way of a stage, as an upload does.
func store(t *testing.T, b *Bucket, data []byte) error {
	s, err := b.Stage(t.Context())
	if err != nil {
		return err
	}
	defer s.Discard()
	if _, err := s.Write(data); err != nil {
		return err
	}
	return b.Commit(t.Context(), s, blob.KeyOf(data))
}
