package limit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Import takes in a flat folder of wheels whose project and version stand in
// their names. It is not durable: it prepares a measurement.
func (s *Server) Import(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := s.importFile(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) importFile(name string) error {
	part := strings.Split(filepath.Base(name), "-")
	if len(part) != 5 {
		return errors.New(name + " is not a wheel's name")
	}
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	blob, err := s.store.stage(in)
	if err != nil {
		return err
	}
	defer blob.drop()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	f := file{
		name: filepath.Base(name), version: part[1], sha256: blob.hash(), size: blob.size,
		requiresPython: ">=3.8", uploaded: info.ModTime().UTC(),
	}
	if f.meta, err = s.linkBoth(blob); err != nil {
		return err
	}
	project := strings.ReplaceAll(part[0], "_", "-")
	s.metadata.Store(f.sha256, f.meta)
	s.projects.getOrAdd(project).add(f, s.projects.serial.Add(1))
	return nil
}

// linkBoth stores a file and its metadata without syncing them.
func (s *Server) linkBoth(blob *staged) (string, error) {
	b, err := metadata(blob.file, blob.size)
	if err != nil {
		return "", err
	}
	if err := s.link(blob); err != nil {
		return "", err
	}
	m, err := s.store.stage(strings.NewReader(string(b)))
	if err != nil {
		return "", err
	}
	return m.hash(), errors.Join(s.link(m), m.drop())
}

func (s *Server) link(f *staged) error {
	err := os.Link(f.file.Name(), s.store.path(f.hash()))
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// LoadPages remembers the pages of a folder (simple/NAME/index.html, .json, and
// .gz of both) as the answers to give, so that two servers send the same bytes.
func (s *Server) LoadPages(dir string) error {
	root := filepath.Join(dir, "simple")
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		i := slices.IndexFunc([]form{asHTML, asJSON, asHTMLGzip, asJSONGzip}, func(f form) bool { return f.suffix() == d.Name() })
		if i < 0 {
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s.remember(form(i), filepath.Dir(path), root, body)
		return nil
	})
}

func (s *Server) remember(f form, dir, root string, body []byte) {
	serial := s.projects.serial.Load()
	p := newPage(f, body, serial)
	if dir == root {
		s.projects.pages[f].Store(p)
		s.projects.dirty[f].Store(false)
		return
	}
	s.projects.getOrAdd(filepath.Base(dir)).pages[f].Store(p)
}
