//go:build slow

package builders

import (
	"slices"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/clients"
)

// publish lets the newest twine upload what the newest version of each backend made of a few samples, to a real server,
// and the newest pip install it from there.
func publish(t *testing.T, archives []archive) {
	t.Helper()
	newest, samples := map[string]string{}, []string{"layout", "schemes", "unicode", "extension"}
	for _, a := range archives { // the oldest first
		newest[a.project.env.Backend.Name] = a.project.env.Version
	}
	var paths, wanted, modules []string
	for _, a := range archives {
		p := a.project
		if !slices.Contains(samples, p.Sample) || newest[p.env.Backend.Name] != p.env.Version {
			continue
		}
		paths = append(paths, a.path)
		if strings.HasSuffix(a.path, ".whl") {
			wanted, modules = append(wanted, p.Name+"=="+p.Version), append(modules, p.Module())
		}
	}
	if len(wanted) < 3*len(Backends()) {
		t.Fatalf("want three wheels of each backend at least, got %q", wanted)
	}
	server, shell := apptest.Start(t), clients.Env(t)
	shell.Must(clients.Twine, append([]string{"upload", "--repository-url", server.URL + "/legacy/", "-u", "__token__", "-p", server.Token}, paths...)...)
	python := shell.Venv()
	shell.Must(clients.PipNew, append([]string{"--python", python, "install", "--no-deps", "--index-url", server.URL + "/simple/"}, wanted...)...)
	if result := shell.Python(python, "-c", "import "+strings.Join(modules, ", ")); result.Code != 0 {
		t.Errorf("the installed packages cannot be imported:\n%s", result.Output)
	}
	t.Logf("%d archives uploaded, %d wheels installed", len(paths), len(wanted))
}
