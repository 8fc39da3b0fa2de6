// Package builders makes distributions with the real build backends, each in several pinned versions that ./check setup
// installs in .cache/builders, to prove that the upload gate refuses nothing that build tools make (P25).
//
// A Project is the source of one sample for one version of one backend; samples.go says what the samples are and
// backends.go how each backend is told to build them. What the gate must refuse all the same stands in docs/GATE.md,
// with its reason; the test reads that table.
package builders

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Environment is one pinned version of a backend: a line of check.d/builders/BACKEND.txt.
type Environment struct {
	Backend Backend
	Version string   // as pinned: PEP 440, normalised
	Pins    []string // "name==version": the backend first, then all that it needs
	between bool     // neither the oldest nor the newest
}

// String is the environment's name, which is also that of its folder: setuptools-61.3.1.
func (e Environment) String() string { return e.Backend.Name + "-" + e.Version }

// Dir is where ./check setup installs an environment, below the top of the checkout.
func (e Environment) Dir(root string) string {
	return filepath.Join(root, ".cache", "builders", e.String())
}

// Installed says what is missing below the top of the checkout, and what to do about it.
func (e Environment) Installed(root string) error {
	if _, err := os.Stat(filepath.Join(e.Dir(root), "stamp")); err != nil {
		return fmt.Errorf("the build backend %s is not installed in .cache/builders: run ./check setup", e)
	}
	return nil
}

// atLeast says whether the environment's version is that one or a newer one. Only the numbers of the release count.
func (e Environment) atLeast(version string) bool {
	have, want := numbers(e.Version), numbers(version)
	for i, w := range want {
		if i == len(have) || have[i] < w {
			return false
		}
		if have[i] > w {
			return true
		}
	}
	return true
}

func numbers(version string) (all []int) {
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		all = append(all, n)
	}
	return all
}

// Environments reads the pins below the top of the checkout: for each backend its versions, from the oldest to the
// newest, as the files list them.
func Environments(root string) (all []Environment, err error) {
	for _, backend := range Backends() {
		text, err := os.ReadFile(filepath.Join(root, "check.d", "builders", backend.Name+".txt"))
		if err != nil {
			return nil, err
		}
		found, err := backend.environments(string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// environments reads one file of pins: one environment a line, after comments.
func (b Backend) environments(text string) (all []Environment, err error) {
	for line := range strings.Lines(text) {
		pins := strings.Fields(line)
		if len(pins) == 0 || pins[0] == "#" {
			continue
		}
		version, ok := strings.CutPrefix(pins[0], b.Name+"==")
		if !ok {
			return nil, fmt.Errorf("check.d/builders/%s.txt: a line begins with %s==VERSION, not with %q", b.Name, b.Name, pins[0])
		}
		all = append(all, Environment{Backend: b, Version: version, Pins: pins})
	}
	for i := 1; i < len(all)-1; i++ {
		all[i].between = true
	}
	return all, nil
}

// Tools is the folder in .cache/builders with what several backends need: CMake, Ninja, Meson, cffi.
const Tools = "tools"
