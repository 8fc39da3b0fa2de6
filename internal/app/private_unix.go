//go:build unix

package app

import (
	"net"
	"os"
)

// listenPrivate makes a socket that only our user can connect to. The mode is
// set right after the bind; the data folder and the peer check cover the
// moment between.
func listenPrivate(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(path, 0o600)
}
