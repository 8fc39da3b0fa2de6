// Package child makes a program that imports it a child of the sandbox when it was started as one: the program looks
// into one archive, answers and exits, before main and before most other packages have begun.
//
// It is the one package with an init function. A child is started for every file, and half of what a start costs is the
// work that packages do before main: drivers of databases, TLS, HTTP, templates. Go initialises packages in the order
// of their import paths, each after those that it imports (The Go Programming Language Specification, "Program
// initialization"). So whatever this package and the packages below it do without is left out in a child, unless
// its path comes earlier; "vendor", where Go keeps half of net and TLS, comes later. TestOrder of the sandbox holds it.
package child

import (
	"os"

	"strongroom/internal/packaging/inspect"
	"strongroom/internal/sandbox"
)

func init() {
	if sandbox.IsChild() {
		sandbox.ServeChild(func(request []byte, file *os.File) ([]byte, error) { return inspect.Handle(request, file) })
	}
}
