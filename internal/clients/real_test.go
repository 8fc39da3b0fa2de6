//go:build slow

package clients

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every client runs, and is the version its pins name.
func TestEveryClientIsTheOnePinned(t *testing.T) {
	for _, client := range All() {
		t.Run(string(client), func(t *testing.T) {
			shell := Env(t)
			program := strings.TrimRight(string(client), "68")
			if program, _, _ = strings.Cut(program, "-"); client == OpenAPI {
				program = client.command()[0]
			}
			pins, err := os.ReadFile(filepath.Join(shell.root, "check.d", "clients", string(client)+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			_, rest, found := strings.Cut(string(pins), "\n"+program+"==")
			version, _, _ := strings.Cut(rest, "\n")
			if output := shell.Must(client, "--version"); !found || !strings.Contains(output, version) {
				t.Errorf("want version %q of %s, got %q", version, program, output)
			}
		})
	}
}

// A failing client is a result with its own words, in one line however long.
func TestFailureIsAResult(t *testing.T) {
	shell := Env(t)
	name := strings.Repeat("no-such-project-", 12) + "x"
	result := shell.Run(PipNew, "install", "--no-index", "--target", t.TempDir(), name)
	if result.Code == 0 || !strings.Contains(result.Output, "No matching distribution found for "+name) {
		t.Errorf("want pip's own refusal, got exit code %d and\n%s", result.Code, result.Output)
	}
}

// What is built can be installed, and building again gives the same files.
func TestBuiltProjectInstalls(t *testing.T) {
	for _, backend := range []string{"hatchling", "setuptools"} {
		t.Run(backend, func(t *testing.T) {
			shell := Env(t)
			project := Project{Name: "Built-" + backend, Version: "1.2.3", Backend: backend, Files: map[string]string{"extra.txt": "more"}}
			dists := BuildProject(t, project)
			if again := BuildProject(t, project); again != dists {
				t.Errorf("built twice: %v and %v", dists, again)
			}
			if !strings.HasSuffix(dists.Sdist, "built_"+backend+"-1.2.3.tar.gz") {
				t.Errorf("unexpected sdist %s", dists.Sdist)
			}
			python := shell.Venv()
			shell.Must(PipNew, "--python", python, "install", "--no-index", dists.Wheel)
			shell.Must(PipOld, "--python", python, "install", "--no-index", "--force-reinstall", dists.Wheel)
			shell.Must(UV, "pip", "install", "--python", python, "--no-index", "--reinstall", dists.Wheel)
			code := "import built_" + backend + " as b, importlib.resources as r; print(b.__version__, r.files(b).joinpath('extra.txt').read_text())"
			if result := shell.Python(python, "-c", code); strings.TrimSpace(result.Output) != "1.2.3 more" {
				t.Errorf("the installed package says %q", result.Output)
			}
			shell.Must(Twine, append([]string{"check", "--strict"}, dists.Paths()...)...)
		})
	}
}
