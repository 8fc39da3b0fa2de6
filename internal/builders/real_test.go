//go:build slow

package builders

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// P25: the gate refuses nothing that real backends build, except what docs/GATE.md says.
func TestGateTakesWhatBackendsBuild(t *testing.T) {
	archives := buildAll(t)
	if len(archives) < 150 {
		t.Errorf("want 150 archives at least, got %d", len(archives))
	}
	t.Run("gate", func(t *testing.T) { judge(t, "built", examine(t, archives)) })
	t.Run("publish", func(t *testing.T) { publish(t, archives) })
}

// The same for all wheels that the set-up downloads: those of the clients and of the backends, with all they need.
func TestGateTakesWhatTheSetUpDownloads(t *testing.T) {
	var archives []archive
	for _, folder := range []string{"clients", "builders"} {
		wheels := wheelsByPin(t, filepath.Join(root(t), ".cache/wheels", folder))
		for _, pin := range pinned(t, filepath.Join(root(t), "check.d", folder)) {
			path, ok := wheels[pin]
			if !ok {
				t.Fatalf(".cache/wheels/%s has no wheel of %s: run ./check setup", folder, pin)
			}
			archives = append(archives, archive{path: path})
		}
	}
	if len(archives) < 150 {
		t.Errorf("want 150 wheels at least, got %d", len(archives))
	}
	judge(t, "downloaded", examine(t, archives))
}

// pinned lists what the files of a folder pin, each once, in lower case and with underscores, as wheels are named.
func pinned(t *testing.T, folder string) (pins []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "#") {
				pins = append(pins, strings.Fields(spelled(line))...)
			}
		}
	}
	slices.Sort(pins)
	return slices.Compact(pins)
}

// wheelsByPin finds the wheels of a folder: "name==version" → path.
func wheelsByPin(t *testing.T, folder string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.whl"))
	if err != nil {
		t.Fatal(err)
	}
	wheels := map[string]string{}
	for _, path := range paths {
		parts := strings.SplitN(filepath.Base(path), "-", 3)
		wheels[spelled(parts[0]+"=="+parts[1])] = path
	}
	return wheels
}

// spelled removes what may differ between the spellings of a name; versions stay different from each other.
func spelled(pin string) string {
	return strings.NewReplacer("-", "_", ".", "_").Replace(strings.ToLower(pin))
}
