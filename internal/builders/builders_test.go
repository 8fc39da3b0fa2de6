package builders

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each backend has its pins in several versions, the oldest first; nothing that pip would have to resolve is left open.
func TestPinsAreThere(t *testing.T) {
	all, err := Environments("../..")
	if err != nil {
		t.Fatal(err)
	}
	versions, last := map[string]int{}, Environment{}
	for _, env := range all {
		if last.Backend.Name == env.Backend.Name && !env.atLeast(last.Version) {
			t.Errorf("%s comes after %s", env, last)
		}
		versions[env.Backend.Name]++
		last = env
		for _, pin := range env.Pins {
			if name, version, ok := strings.Cut(pin, "=="); !ok || name == "" || version == "" {
				t.Errorf("%s: %q is no pin", env, pin)
			}
		}
	}
	for name, atLeast := range map[string]int{
		"setuptools": 6, "hatchling": 4, "flit_core": 4, "poetry-core": 4, "pdm-backend": 3, "maturin": 3, "meson-python": 3,
		"scikit-build-core": 3, "uv_build": 3,
	} {
		if versions[name] < atLeast {
			t.Errorf("%d versions of %s, want %d", versions[name], name, atLeast)
		}
	}
	if len(all) < 40 {
		t.Errorf("%d environments, want 40 (P25)", len(all))
	}
}

// No file of pins is forgotten.
func TestPinsAndBackendsAgree(t *testing.T) {
	files, err := filepath.Glob("../../check.d/builders/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{Tools + ".txt"}
	for _, backend := range Backends() {
		known = append(known, backend.Name+".txt")
	}
	for _, file := range files {
		if !slices.Contains(known, filepath.Base(file)) {
			t.Errorf("%s belongs to no backend", file)
		}
	}
}

func TestPinsRefuseNonsense(t *testing.T) {
	backend := Backends()[0]
	all, err := backend.environments("# why\n\nsetuptools==61.3.1 wheel==0.37.1\nsetuptools==70\nsetuptools==80.9.0\n")
	if err != nil || len(all) != 3 || all[0].String() != "setuptools-61.3.1" || len(all[0].Pins) != 2 {
		t.Errorf("%v, %v", all, err)
	}
	if all[0].between || !all[1].between || all[2].between || len(all[1].Samples()) >= len(all[2].Samples()) {
		t.Errorf("only what stands between builds less: %+v", all)
	}
	for _, line := range []string{"wheel==1 setuptools==2", "setuptools", "setuptools>=1"} {
		if _, err := backend.environments(line + "\n"); err == nil {
			t.Errorf("%q was accepted", line)
		}
	}
}

func TestMissingBackendsSayWhatToDo(t *testing.T) {
	root, env := t.TempDir(), Environment{Backend: Backends()[0], Version: "1.0"}
	if err := env.Installed(root); err == nil || !strings.Contains(err.Error(), "setuptools-1.0") || !strings.Contains(err.Error(), "run ./check setup") {
		t.Errorf("want an error that names ./check setup, got %v", err)
	}
	if err := os.MkdirAll(env.Dir(root), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(env.Dir(root), "stamp"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := env.Installed(root); err != nil {
		t.Error(err)
	}
}

func TestVersionsCompareByNumbers(t *testing.T) {
	for _, c := range []struct {
		have, want string
		atLeast    bool
	}{
		{"1.10", "1.9", true},
		{"1.9", "1.10", false},
		{"77.0.3", "77.0", true},
		{"76.1.0", "77.0", false},
		{"2.0", "2.0", true},
		{"2", "2.0", false},
		{"0.1", "0", true},
		{"2.0rc1", "2", true},
	} {
		if got := (Environment{Version: c.have}).atLeast(c.want); got != c.atLeast {
			t.Errorf("%s at least %s: %v", c.have, c.want, got)
		}
	}
}

// What every project must have, for each backend: its own name and version, and pyproject.toml that says so.
func TestProjectsSayWhatTheyAre(t *testing.T) {
	all, err := Environments("../..")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, env := range all {
		for _, sample := range env.Samples() {
			p := New(env, sample)
			text := p.files["pyproject.toml"]
			for _, want := range []string{`name = "` + p.Name + `"`, `version = "` + p.Version + `"`, `build-backend = "` + env.Backend.Module + `"`} {
				if !strings.Contains(text, want) {
					t.Errorf("%s, %s: %s is missing from\n%s", env, sample.Name, want, text)
				}
			}
			if seen[p.Name+p.Version] {
				t.Errorf("%s %s is made twice", p.Name, p.Version)
			}
			seen[p.Name+p.Version] = true
		}
	}
}

// Links and the right to execute reach the disk.
func TestModesAndLinksAreWritten(t *testing.T) {
	p, folder := New(Environment{Backend: Backends()[1], Version: "1.0"}, Sample{"deep", deep}), t.TempDir()
	if err := p.Write(folder); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(folder, "src", p.Module())
	if info, err := os.Stat(filepath.Join(below, "run.sh")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("run.sh: %v, %v", info, err)
	}
	if text, err := os.ReadFile(filepath.Join(below, "link.txt")); err != nil || string(text) != "the target of a link\n" {
		t.Errorf("link.txt: %q, %v", text, err)
	}
}
