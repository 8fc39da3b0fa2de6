package dir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	stagingSuffix = ".part"

	// staleAfter is far beyond the longest upload (AV-1: a failed upload leaves
	// nothing after an hour).
	staleAfter = time.Hour
)

// sweep removes staging files that nobody writes any more: untouched for an
// hour, and not locked by a living process.
func (b *Bucket) sweep() error {
	entries, err := os.ReadDir(b.staging)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasSuffix(e.Name(), stagingSuffix) || time.Since(info.ModTime()) < staleAfter {
			continue
		}
		path := filepath.Join(b.staging, e.Name())
		if abandoned(path) {
			if err := b.sys.remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// abandoned reports whether no living process holds the staging file.
func abandoned(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return tryLock(f) == nil
}
