//go:build slow

package builders

import (
	"path/filepath"
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
		paths, err := filepath.Glob(filepath.Join(root(t), ".cache/wheels", folder, "*.whl"))
		if err != nil || len(paths) < 50 {
			t.Fatalf("want the wheels that ./check setup puts into .cache/wheels/%s, got %d, %v", folder, len(paths), err)
		}
		for _, path := range paths {
			archives = append(archives, archive{path: path})
		}
	}
	judge(t, "downloaded", examine(t, archives))
}
