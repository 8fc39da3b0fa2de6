package clients

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMissingClientsSayWhatToDo(t *testing.T) {
	root := t.TempDir()
	if err := installed(root); err == nil || !strings.Contains(err.Error(), "run ./check setup") {
		t.Errorf("want an error that names ./check setup, got %v", err)
	}
	for _, client := range All() {
		dir := filepath.Join(root, ".cache", "clients", string(client))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "stamp"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := installed(root); err != nil {
		t.Errorf("all clients are there, yet: %v", err)
	}
}

// Each client has its pins, and each file of pins its client: neither is forgotten when the other changes.
func TestClientsAndPinsAgree(t *testing.T) {
	root, err := checkout()
	if err != nil {
		t.Fatal(err)
	}
	pins, err := filepath.Glob(filepath.Join(root, "check.d", "clients", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var pinned, known []string
	for _, name := range pins {
		pinned = append(pinned, strings.TrimSuffix(filepath.Base(name), ".txt"))
	}
	for _, client := range All() {
		known = append(known, string(client))
	}
	slices.Sort(known)
	slices.Sort(pinned)
	if !slices.Equal(pinned, known) {
		t.Errorf("check.d/clients has %q, this package has %q", pinned, known)
	}
}

func TestEnvironmentIsClean(t *testing.T) {
	t.Setenv("https_proxy", "http://proxy.invalid")
	t.Setenv("PIP_INDEX_URL", "http://index.invalid")
	shell := &Shell{Home: "/home/nobody", Vars: []string{"UV_PUBLISH_TOKEN=x"}}
	got := shell.environment("/venv/bin")
	for _, want := range []string{"HOME=/home/nobody", "PIP_CONFIG_FILE=" + os.DevNull, "NO_COLOR=1", "UV_PUBLISH_TOKEN=x"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing from %q", want, got)
		}
	}
	if text := strings.Join(got, "\n"); strings.Contains(text, ".invalid") {
		t.Errorf("the test's own environment shows through: %s", text)
	}
	if !strings.HasPrefix(got[0], "PATH=/venv/bin") {
		t.Errorf("the client's own programs must come first, got %s", got[0])
	}
}

func TestProjectIsWritten(t *testing.T) {
	for _, backend := range []string{"", "hatchling", "setuptools"} {
		dir := t.TempDir()
		project := Project{
			Name: "Some.Demo-Project", Version: "1.0", Backend: backend, Summary: `A "quoted" summary`, RequiresPython: ">=3.8",
			Dependencies: []string{"left>=1", "right"}, Extra: "third", Files: map[string]string{"data/note.txt": "hello"}, Padding: 1000,
		}
		if err := project.write(dir); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "pyproject.toml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`name = "Some.Demo-Project"`, `dependencies = ["left>=1", "right"]`, `requires-python = ">=3.8"`,
			`more = ["third"]`,
			`description = "A \"quoted\" summary"`, "build-backend = " + project.entryPoint(),
		} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%q: %s is missing from\n%s", backend, want, text)
			}
		}
		for name, size := range map[string]int64{"noise.bin": 1000, "data/note.txt": 5, "__init__.py": 20} {
			info, err := os.Stat(filepath.Join(dir, "src", "some_demo_project", name))
			if err != nil || info.Size() != size {
				t.Errorf("%q: %s: want %d bytes, got %v, %v", backend, name, size, info, err)
			}
		}
	}
}

func TestDistsAreOneOfEach(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a-1.tar.gz", "a-1-py3-none-any.whl", "a-1-py2-none-any.whl"} {
		if _, err := findDists(dir); (err == nil) != (name == "a-1-py2-none-any.whl") {
			t.Errorf("before %s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := findDists(dir); err == nil {
		t.Error("two wheels were accepted")
	}
}
