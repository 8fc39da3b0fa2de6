//go:build unix

package dir

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// syncDir makes the names in a folder durable.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w: %w", errNotOpened, err)
	}
	defer f.Close()
	return f.Sync()
}

// tryLock takes the file's advisory lock, which ends with the process, or fails
// when another descriptor holds it.
func tryLock(f *os.File) error {
	return control(f, func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
}

// platformFull knows nothing beyond ENOSPC and EDQUOT.
func platformFull(error) bool { return false }

// control calls do with the file's descriptor.
func control(f *os.File, do func(fd int) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = conn.Control(func(fd uintptr) { result = do(int(fd)) })
	if err != nil {
		return err
	}
	return result
}
