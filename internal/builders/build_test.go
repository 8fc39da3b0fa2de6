//go:build slow

package builders

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/internal/clients"
)

// root is the top of the checkout, as an absolute path.
func root(t testing.TB) string {
	t.Helper()
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return top
}

// toolchain finds the folder of the real cargo and rustc; a cargo that only chooses one wants its user's home.
func toolchain(t testing.TB) string {
	t.Helper()
	sysroot, err := exec.Command("rustc", "--print", "sysroot").Output()
	if err != nil {
		t.Fatalf("rustc does not run (%v): run ./check setup, or install Rust's cargo and rustc", err)
	}
	return filepath.Join(strings.TrimSpace(string(sysroot)), "bin")
}

// workshop is what all builds share.
type workshop struct {
	top, rust, hooks, python string
}

func newWorkshop(t testing.TB) workshop {
	top := root(t)
	return workshop{
		top: top, rust: toolchain(t), hooks: filepath.Join(top, "internal/builders/testdata/hooks.py"),
		python: filepath.Join(top, ".cache/clients", string(clients.PipNew), "bin/python"),
	}
}

// shell prepares a clean environment in which one version of a backend is found, and nothing else.
func (w workshop) shell(t testing.TB, env Environment) *clients.Shell {
	t.Helper()
	if err := env.Installed(w.top); err != nil {
		t.Fatal(err)
	}
	shell := clients.Env(t)
	backend, tools := env.Dir(w.top), filepath.Join(w.top, ".cache/builders", Tools)
	shell.Vars = []string{
		"PATH=" + strings.Join([]string{filepath.Join(backend, "bin"), filepath.Join(tools, "bin"), w.rust, "/usr/local/bin", "/usr/bin", "/bin"}, ":"),
		"PYTHONPATH=" + backend + ":" + tools, "PYTHONDONTWRITEBYTECODE=1", "SOURCE_DATE_EPOCH=1577836800",
		"CARGO_NET_OFFLINE=true", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_SYSTEM=" + os.DevNull,
		"GIT_AUTHOR_NAME=x", "GIT_AUTHOR_EMAIL=x@example.com", "GIT_COMMITTER_NAME=x", "GIT_COMMITTER_EMAIL=x@example.com",
	}
	return shell
}

// build lets a backend make a project's sdist and wheel in a folder.
func (w workshop) build(t testing.TB, p *Project, folder string) {
	shell := w.shell(t, p.env)
	shell.Dir = filepath.Join(shell.Home, "source")
	if err := p.Write(shell.Dir); err != nil {
		t.Fatal(err)
	}
	if p.env.Backend.Git {
		commit(t, shell)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, hook := range []string{"build_sdist", "build_wheel"} {
		result := shell.Python(w.python, w.hooks, hook, p.env.Backend.Module, folder)
		if result.Code != 0 {
			t.Fatalf("%s ends with exit code %d:\n%s", hook, result.Code, result.Output)
		}
	}
}

// commit makes the project a git repository.
func commit(t testing.TB, shell *clients.Shell) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "all of it"}} {
		if result := shell.Python("/usr/bin/env", append([]string{"git"}, args...)...); result.Code != 0 {
			t.Fatalf("git %s: %s", args[0], result.Output)
		}
	}
}

// archive is a distribution to hold against the gate, and where it comes from.
type archive struct {
	path    string
	project *Project // nil for what was downloaded
}

// buildAll builds every sample with every version of every backend.
func buildAll(t *testing.T) (all []archive) {
	w, dist := newWorkshop(t), t.TempDir()
	environments, err := Environments(w.top)
	if err != nil {
		t.Fatal(err)
	}
	var projects []*Project
	built := t.Run("build", func(t *testing.T) {
		for _, env := range environments {
			for _, sample := range env.Samples() {
				p := New(env, sample)
				projects = append(projects, p)
				t.Run(env.String()+"/"+sample.Name, func(t *testing.T) {
					t.Parallel()
					w.build(t, p, filepath.Join(dist, env.String(), sample.Name))
				})
			}
		}
	})
	if !built {
		t.FailNow()
	}
	for _, p := range projects {
		all = append(all, made(t, p, filepath.Join(dist, p.env.String(), p.Sample))...)
	}
	return all
}

// made finds the one sdist and the one wheel that a build has to leave.
func made(t *testing.T, p *Project, folder string) (both []archive) {
	for _, pattern := range []string{"*.tar.gz", "*.whl"} {
		paths, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil || len(paths) != 1 {
			t.Errorf("%s, %s: want one %s, got %q, %v", p.env, p.Sample, pattern, paths, err)
			continue
		}
		both = append(both, archive{paths[0], p})
	}
	return both
}
