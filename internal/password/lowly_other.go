//go:build !linux

package password

// aside does a hash; elsewhere a thread has no priority of its own.
func aside(step func() (more bool)) {
	for step() {
	}
}
