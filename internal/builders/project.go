package builders

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Project is the source of one sample for one environment. Paths have slashes and begin at the project's folder.
type Project struct {
	Name    string // as pyproject.toml writes it
	Version string
	Sample  string

	env        Environment
	module     string            // what is imported: "layout_setuptools", "room.namespace_setuptools"
	single     bool              // the module is one file beside pyproject.toml, not a package below src
	extension  bool              // it has a part that is compiled for the machine
	scripts    bool              // it has entry points for commands
	schemes    bool              // it has the folders data, scripts and headers, which are installed outside the package
	licences   bool              // its licence files are those of licenceFiles
	meta       []string          // lines of [project]
	poetry     []string          // the same for Poetry before 2.0: lines of [tool.poetry]
	sections   []string          // tables below [project], and its backend's own
	files      map[string]string // path → text
	executable map[string]bool
	links      map[string]string // path → target of a symbolic link
}

// New makes the source of a sample for an environment. Every project has a name and version of its own, so that all of
// them fit into one index: plain_setuptools 61.3.1.
func New(env Environment, sample Sample) *Project {
	p := &Project{
		Name: sample.Name + "_" + strings.ReplaceAll(env.Backend.Name, "-", "_"), Version: env.Version, Sample: sample.Name,
		env: env, files: map[string]string{}, executable: map[string]bool{}, links: map[string]string{},
	}
	p.module = p.Name
	sample.fill(p)
	env.Backend.configure(p)
	p.files["pyproject.toml"] = p.pyproject()
	return p
}

// Module is the name by which the installed project is imported.
func (p *Project) Module() string { return p.module }

// folder is where the package's files stand: src/room/namespace_setuptools.
func (p *Project) folder() string { return "src/" + strings.ReplaceAll(p.module, ".", "/") }

// top is the first folder or file below src: "room" of room.namespace_setuptools.
func (p *Project) top() string {
	top, _, _ := strings.Cut(p.module, ".")
	return top
}

// add puts files into the package.
func (p *Project) add(files map[string]string) {
	for name, text := range files {
		p.files[p.folder()+"/"+name] = text
	}
}

// section adds a table to pyproject.toml.
func (p *Project) section(lines ...string) {
	p.sections = append(p.sections, strings.Join(lines, "\n"))
}

// oldPoetry says whether the backend reads [tool.poetry] instead of [project].
func (p *Project) oldPoetry() bool {
	return p.env.Backend.Name == "poetry-core" && !p.env.atLeast("2.0")
}

// pyproject writes pyproject.toml. Strings of TOML and of Go agree on everything that occurs here.
func (p *Project) pyproject() string {
	table, rest := "[project]", p.meta
	if p.oldPoetry() {
		table, rest = "[tool.poetry]", p.poetry
	}
	lines := []string{
		"[build-system]", "requires = " + list(p.env.Backend.Name), fmt.Sprintf("build-backend = %q", p.env.Backend.Module), "",
		table, fmt.Sprintf("name = %q", p.Name), fmt.Sprintf("version = %q", p.Version),
	}
	lines = append(append(lines, rest...), p.sections...)
	return strings.Join(lines, "\n") + "\n"
}

// Write lays the project out in a folder.
func (p *Project) Write(folder string) error {
	for name, text := range p.files {
		mode := os.FileMode(0o644)
		if p.executable[name] {
			mode = 0o755
		}
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			return err
		}
	}
	for name, target := range p.links {
		if err := os.Symlink(target, filepath.Join(folder, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return nil
}

// list writes a TOML array of strings.
func list(items ...string) string {
	var quoted []string
	for _, item := range items {
		quoted = append(quoted, fmt.Sprintf("%q", item))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
