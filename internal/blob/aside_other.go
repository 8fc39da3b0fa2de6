//go:build !linux

package blob

// standAside is known on Linux only.
func standAside() {}

// takeLongSlices is known on Linux only.
func takeLongSlices() {}
