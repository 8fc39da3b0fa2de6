package app

import (
	"fmt"
	"os"
	"path/filepath"
)

// maxSocketPath is how long the path of a socket may be on every system: the
// kernel's address has room for 104 bytes on some, for 108 on others.
const maxSocketPath = 100

// withShortPath calls fn with a path to the same file that fits into a socket's
// address. A folder whose own path is too long is reached over a link in a
// temporary folder, for as long as fn runs; path must be absolute.
func withShortPath(path string, fn func(short string) error) error {
	if len(path) <= maxSocketPath {
		return fn(path)
	}
	folder, err := os.MkdirTemp("", "strongroom-")
	if err != nil {
		return fmt.Errorf("shorten %s: %w", path, err)
	}
	defer os.RemoveAll(folder)
	link := filepath.Join(folder, "data")
	if err := os.Symlink(filepath.Dir(path), link); err != nil {
		return fmt.Errorf("shorten %s: %w", path, err)
	}
	return fn(filepath.Join(link, filepath.Base(path)))
}
