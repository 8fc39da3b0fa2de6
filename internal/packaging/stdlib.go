package packaging

import (
	_ "embed" // the list of module names
	"strings"
	"sync"
)

// stdlibText lists one normalised module name a line; lines beginning with "#"
// say where they come from. gen/stdlib.py prints it.
//
//go:embed stdlib.txt
var stdlibText string

// standardLibrary reads the list at the first question, so that a program that
// never asks pays nothing at its start.
var standardLibrary = sync.OnceValue(func() map[string]struct{} {
	names := make(map[string]struct{}, strings.Count(stdlibText, "\n"))
	for line := range strings.Lines(stdlibText) {
		if name := strings.TrimSuffix(line, "\n"); !strings.HasPrefix(name, "#") {
			names[name] = struct{}{}
		}
	}
	return names
})

// IsStandardLibrary reports whether name, normalised, is a top-level module of
// the standard library of any Python version, past ones included (N-06). Such
// a project would be installed over, or be mistaken for, a module that every
// Python already has.
func IsStandardLibrary(name string) bool {
	_, found := standardLibrary()[NormalizeName(name)]
	return found
}
