//go:build windows

package app

import "net"

// listenPrivate relies on the access list of the data folder.
func listenPrivate(path string) (net.Listener, error) { return net.Listen("unix", path) }
