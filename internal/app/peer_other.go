//go:build !linux

package app

import "net"

// trustedPeer leaves the check to the socket's mode where the system has no
// portable way to ask for the peer.
func trustedPeer(net.Conn) bool { return true }
