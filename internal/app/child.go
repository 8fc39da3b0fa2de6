package app

import (
	"os"

	"strongroom/internal/packaging/inspect"
	"strongroom/internal/sandbox"
)

// ServeChild must be the first thing a program does that opens an index: if the
// process was started as a child of the sandbox, it looks into one archive and
// exits; else nothing happens.
func ServeChild() {
	if sandbox.IsChild() {
		sandbox.ServeChild(func(request []byte, file *os.File) ([]byte, error) { return inspect.Handle(request, file) })
	}
}
