package clients

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Project is a project to build. Only Name and Version are needed.
type Project struct {
	Name           string
	Version        string
	Backend        string            // "hatchling" (when empty) or "setuptools"
	Summary        string            // may be empty
	RequiresPython string            // a specifier such as ">=3.8"; may be empty
	Dependencies   []string          // requirements
	Extra          string            // a requirement of the extra "more"; may be empty
	Files          map[string]string // further files of the package: path → text; other files, other bytes
	Padding        int               // bytes of noise in the package, which do not compress: for large downloads
}

// Dists are the built distributions, as absolute paths. They are shared between tests: read them, never change them.
type Dists struct {
	Sdist string
	Wheel string
}

// Paths gives both, as upload commands want them.
func (d Dists) Paths() []string { return []string{d.Sdist, d.Wheel} }

// BuildProject builds a project's sdist and wheel with its real build backend and without network. The package has one
// module, with __version__. The same project is built once and found again in .cache/built.
func BuildProject(t testing.TB, project Project) Dists {
	t.Helper()
	shell := Env(t)
	built := filepath.Join(shell.root, ".cache", "built")
	folder := filepath.Join(built, project.key(shell))
	if dists, err := findDists(folder); err == nil {
		return dists
	}
	if err := os.MkdirAll(built, 0o755); err != nil {
		t.Fatal(err)
	}
	work, err := os.MkdirTemp(built, "building-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(work)
	if err := project.write(filepath.Join(work, "source")); err != nil {
		t.Fatal(err)
	}
	shell.Vars = []string{"SOURCE_DATE_EPOCH=1577836800"}
	shell.Must(Build, "--no-isolation", "--sdist", "--wheel", "--outdir", filepath.Join(work, "dist"), filepath.Join(work, "source"))
	// Another test may have been faster: then its files are there and this rename fails, which is as good.
	renamed := os.Rename(filepath.Join(work, "dist"), folder)
	dists, err := findDists(folder)
	if err != nil {
		t.Fatalf("after building %s %s: %v (%v)", project.Name, project.Version, err, renamed)
	}
	return dists
}

// key names what is built, by its content and by the tools that build it.
func (p Project) key(shell *Shell) string {
	text, err := json.Marshal(p)
	if err != nil {
		shell.t.Fatal(err)
	}
	stamp, err := os.ReadFile(filepath.Join(shell.root, ".cache", "clients", string(Build), "stamp"))
	if err != nil {
		shell.t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(append(text, stamp...)))[:32]
}

// findDists finds exactly one sdist and one wheel in a folder.
func findDists(folder string) (Dists, error) {
	sdists, _ := filepath.Glob(filepath.Join(folder, "*.tar.gz"))
	wheels, _ := filepath.Glob(filepath.Join(folder, "*.whl"))
	if len(sdists) != 1 || len(wheels) != 1 {
		return Dists{}, fmt.Errorf("%s: want one sdist and one wheel, got %d and %d", folder, len(sdists), len(wheels))
	}
	return Dists{Sdist: sdists[0], Wheel: wheels[0]}, nil
}

// write lays the project's source out below a folder.
func (p Project) write(folder string) error {
	source := filepath.Join("src", p.module())
	files := map[string]string{
		"pyproject.toml":                     p.pyproject(),
		"README.md":                          "# " + p.Name + "\n\nA project made for a test.\n",
		filepath.Join(source, "__init__.py"): fmt.Sprintf("__version__ = %q\n", p.Version),
	}
	for name, text := range p.Files {
		files[filepath.Join(source, filepath.FromSlash(name))] = text
	}
	if p.Padding > 0 {
		files[filepath.Join(source, "noise.bin")] = noise(p.Padding)
	}
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// module is the importable name: lower case, with underscores.
func (p Project) module() string {
	return strings.NewReplacer("-", "_", ".", "_").Replace(strings.ToLower(p.Name))
}

// pyproject writes pyproject.toml. Strings of TOML and of Go agree on everything that occurs here.
func (p Project) pyproject() string {
	lines := []string{
		"[build-system]", "requires = " + list(p.backend()), "build-backend = " + p.entryPoint(), "",
		"[project]", fmt.Sprintf("name = %q", p.Name), fmt.Sprintf("version = %q", p.Version), `readme = "README.md"`,
		"dependencies = " + list(p.Dependencies...),
	}
	if p.Summary != "" {
		lines = append(lines, fmt.Sprintf("description = %q", p.Summary))
	}
	if p.RequiresPython != "" {
		lines = append(lines, fmt.Sprintf("requires-python = %q", p.RequiresPython))
	}
	if p.Extra != "" {
		lines = append(lines, "[project.optional-dependencies]", "more = "+list(p.Extra))
	}
	if p.backend() == "hatchling" {
		lines = append(lines, "[tool.hatch.build.targets.wheel]", "packages = "+list("src/"+p.module()))
	} else {
		lines = append(lines, "[tool.setuptools.packages.find]", `where = ["src"]`, "[tool.setuptools.package-data]", `"*" = ["**"]`)
	}
	return strings.Join(lines, "\n") + "\n"
}

func (p Project) backend() string {
	if p.Backend == "" {
		return "hatchling"
	}
	return p.Backend
}

func (p Project) entryPoint() string {
	if p.backend() == "hatchling" {
		return `"hatchling.build"`
	}
	return `"setuptools.build_meta"`
}

// list writes a TOML array of strings.
func list(items ...string) string {
	var quoted []string
	for _, item := range items {
		quoted = append(quoted, fmt.Sprintf("%q", item))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// noise gives bytes that look random and are the same every time.
func noise(size int) string {
	var seed [32]byte
	bytes := make([]byte, size)
	_, _ = rand.NewChaCha8(seed).Read(bytes) // never fails
	return string(bytes)
}
