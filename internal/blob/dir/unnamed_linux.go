package dir

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// createUnnamed opens a staging file that has no name: no crash leaves it
// behind, and neither making nor dropping it takes the folder's lock. File
// systems that have none (FUSE, NFS, overlays of old kernels) return an error.
func createUnnamed(folder string) (*os.File, error) {
	fd, err := unix.Open(folder, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, fileMode)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: folder, Err: err}
	}
	return os.NewFile(uintptr(fd), fmt.Sprintf("/proc/self/fd/%d", fd)), nil
}

// link gives a file another name and never replaces. The way through /proc is
// the one that needs no privilege for a file that has no name yet.
func link(from, to string) error {
	err := unix.Linkat(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.AT_SYMLINK_FOLLOW)
	if err != nil {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: err}
	}
	return nil
}
