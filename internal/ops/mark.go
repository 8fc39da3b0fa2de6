package ops

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// markName is the file in a data folder that a restore has not finished.
const markName = "restoring"

// Restored returns an error when the data folder holds a restore that was
// interrupted: a server would take it for a new index.
func Restored(data string) error {
	text, err := os.ReadFile(filepath.Join(data, markName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return errors.Join(err, fmt.Errorf("%s holds a restore from %s that was interrupted; run it again, or empty the folder", data, text))
}

// mark claims the data folder for the restore. again says that this backup's
// restore began before and was interrupted.
func (r *restoration) mark() (again bool, err error) {
	path := filepath.Join(r.Data, markName)
	text, err := os.ReadFile(path)
	if err == nil && string(text) == r.source {
		return true, nil
	}
	if err == nil {
		return false, Restored(r.Data)
	}
	for _, folder := range []string{r.Data, filepath.Join(r.Storage, "blobs")} {
		if err := mustBeEmpty(folder); err != nil {
			return false, err
		}
	}
	return false, writeFile(path, []byte(r.source))
}

// mustBeEmpty passes over the lock that this process holds.
func mustBeEmpty(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	i := slices.IndexFunc(entries, func(e os.DirEntry) bool { return e.Name() != "lock" })
	if i >= 0 {
		return fmt.Errorf("%s is not empty (it has %s); restore into an empty folder", folder, entries[i].Name())
	}
	return nil
}

func (r *restoration) unmark() error {
	if err := os.Remove(filepath.Join(r.Data, markName)); err != nil {
		return err
	}
	return syncFolder(r.Data)
}
