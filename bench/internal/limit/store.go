package limit

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// store keeps bytes under their SHA-256, durably.
type store struct {
	dir     string
	folders [256]*os.File // blobs/00 … blobs/ff, open to be synced
	buffers sync.Pool     // *bufio.Writer
}

// openStore makes the folders beforehand, so that an upload never has to sync a
// folder's parent.
func openStore(dir string) (*store, error) {
	s := &store{dir: dir, buffers: sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 256<<10) }}}
	if err := os.MkdirAll(filepath.Join(dir, "staging"), 0o755); err != nil {
		return nil, err
	}
	for i := range s.folders {
		name := filepath.Join(dir, "blobs", fmt.Sprintf("%02x", i))
		if err := os.MkdirAll(name, 0o755); err != nil {
			return nil, err
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		s.folders[i] = f
	}
	return s, nil
}

// path is where the bytes with that hash are.
func (s *store) path(sum string) string { return filepath.Join(s.dir, "blobs", sum[:2], sum) }

// staged is a complete file that nothing refers to yet.
type staged struct {
	file *os.File
	sum  [sha256.Size]byte
	size int64
}

func (s *staged) hash() string { return hex.EncodeToString(s.sum[:]) }

// drop removes the staging file; the link, if any, stays.
func (s *staged) drop() error { return errors.Join(s.file.Close(), os.Remove(s.file.Name())) }

// stage copies r into a staging file and hashes it on the way.
func (s *store) stage(r io.Reader) (*staged, error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, "staging"), "")
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	w, _ := s.buffers.Get().(*bufio.Writer)
	defer s.buffers.Put(w)
	w.Reset(io.MultiWriter(f, h))
	n, err := w.ReadFrom(r)
	out := &staged{file: f, size: n}
	if err = errors.Join(err, w.Flush()); err != nil {
		return nil, errors.Join(err, out.drop())
	}
	h.Sum(out.sum[:0])
	return out, nil
}

// keep makes a staged file durable under its hash: file, link, folder.
func (s *store) keep(f *staged) error {
	if err := f.file.Sync(); err != nil {
		return err
	}
	if err := os.Link(f.file.Name(), s.path(f.hash())); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.folders[f.sum[0]].Sync()
}

// metadata reads the METADATA of a wheel; a file without one has none.
func metadata(f io.ReaderAt, size int64) ([]byte, error) {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return nil, nil //nolint:nilerr // the limit refuses nothing
	}
	for _, m := range z.File {
		if path.Base(m.Name) != "METADATA" || !strings.HasSuffix(path.Dir(m.Name), ".dist-info") {
			continue
		}
		r, err := m.Open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	return nil, nil
}
