package dir

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"strongroom/internal/blob"
)

// calls are the system calls that change the disk, in one place so that tests
// can record them in order, refuse each one, and drop what was not synced.
type calls struct {
	// unnamed makes a file without a name in a folder, create one with a name
	// where the file system has none of the other kind.
	unnamed  func(folder string) (*os.File, error)
	create   func(path string) (*os.File, error)
	write    func(f *os.File, p []byte) (int, error)
	syncFile func(f *os.File) error
	link     func(from, to string) error // must not replace
	mkdir    func(path string) error
	syncDir  func(path string) error
	remove   func(path string) error
}

func systemCalls() calls {
	return calls{
		unnamed: createUnnamed,
		create: func(path string) (*os.File, error) {
			return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
		},
		write:    (*os.File).Write,
		syncFile: (*os.File).Sync,
		link:     link,
		mkdir:    func(path string) error { return os.Mkdir(path, folderMode) },
		syncDir:  syncDir,
		remove:   os.Remove,
	}
}

// errNotOpened marks a folder sync that failed before anything could be lost.
var errNotOpened = errors.New("cannot open the folder to sync it")

// failure sorts an error of the system into the kinds of package blob.
func failure(err error) error {
	switch {
	case err == nil, errors.Is(err, blob.ErrFull), errors.Is(err, blob.ErrCorrupt), errors.Is(err, blob.ErrUnavailable):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), platformFull(err):
		return fmt.Errorf("%w: %w", blob.ErrFull, err)
	default:
		return fmt.Errorf("%w: %w", blob.ErrUnavailable, err)
	}
}
