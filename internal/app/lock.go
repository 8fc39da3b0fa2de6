package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrLocked says that another process owns the data folder.
var ErrLocked = errors.New("another process is using this data folder")

// folderLock keeps two processes from owning one data folder. The kernel lets
// go of it when the process ends, however it ends.
type folderLock struct{ file *os.File }

func lockFolder(data string) (*folderLock, error) {
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := tryLock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", data, ErrLocked)
	}
	return &folderLock{f}, nil
}

func (l *folderLock) release() { l.file.Close() }
