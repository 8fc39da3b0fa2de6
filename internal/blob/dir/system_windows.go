package dir

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// syncDir does nothing: Windows has no fsync of a folder.
func syncDir(string) error { return nil }

// tryLock does nothing: Windows refuses to remove a file that is open, which
// protects a living upload as well.
func tryLock(*os.File) error { return nil }

// platformFull knows how Windows says that a disk is full.
func platformFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}
