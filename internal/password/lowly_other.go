//go:build !linux

package password

// lowly does work; elsewhere a thread has no priority of its own.
func lowly(work func()) { work() }
