// Package clients runs the real packaging tools (pip, uv, twine, Poetry, bandersnatch) for tests, each in the pinned
// environment that ./check setup makes in .cache/clients, and builds real projects for them to publish.
//
// A run sees nothing of the machine it is on: a home folder of its own, no configuration files, no proxies, no colours,
// nobody to ask. So what a tool prints can be compared, and a tool can reach only the index it is told about.
package clients

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Client names one pinned environment: check.d/clients/NAME.txt lists what is in it.
type Client string

// The clients. The old ones are the oldest that must work.
const (
	PipOld          Client = "pip-old"
	PipNew          Client = "pip-new"
	Twine           Client = "twine"
	TwineOld        Client = "twine-old"
	UV              Client = "uv"
	Poetry          Client = "poetry"
	Bandersnatch    Client = "bandersnatch8" // JSON only
	BandersnatchOld Client = "bandersnatch6" // XML-RPC
	Build           Client = "build"         // python -m build with hatchling and setuptools
	Auditwheel      Client = "auditwheel"    // judges platform tags, as we do
	OpenAPI         Client = "openapi"       // reads descriptions of APIs, as generators of clients do
)

// All lists every client.
func All() []Client {
	return []Client{PipOld, PipNew, Twine, TwineOld, UV, Poetry, Bandersnatch, BandersnatchOld, Build, Auditwheel, OpenAPI}
}

// command is how a client is started inside its environment's bin folder.
func (c Client) command() []string {
	switch c {
	case PipOld, PipNew:
		return []string{"python", "-m", "pip"}
	case TwineOld:
		return []string{"twine"}
	case Bandersnatch, BandersnatchOld:
		return []string{"bandersnatch"}
	case Build:
		return []string{"python", "-m", "build"}
	case OpenAPI:
		return []string{"openapi-spec-validator"}
	}
	return []string{string(c)}
}

// Shell runs clients for one test; a subtest makes its own. Its fields may be changed between runs.
type Shell struct {
	Home    string        // HOME: empty at first, removed with the test
	Dir     string        // the working folder; Home at first
	Timeout time.Duration // for one run; two minutes at first
	Vars    []string      // "KEY=value", added to the environment; the last one of a key counts

	t    testing.TB
	root string // the top of the checkout
}

// Result is what one run left: standard output and error as one text in the order written, and the exit code.
type Result struct {
	Output string
	Code   int
}

// Env prepares a clean environment. It fails the test when the clients are not installed.
func Env(t testing.TB) *Shell {
	t.Helper()
	root, err := checkout()
	if err == nil {
		err = installed(root)
	}
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	return &Shell{Home: home, Dir: home, Timeout: 2 * time.Minute, t: t, root: root}
}

// Run runs a client. A run that ends with an error code is a result like any other; one that cannot be started or does
// not end in time fails the test.
func (s *Shell) Run(client Client, args ...string) Result {
	s.t.Helper()
	command := client.command()
	command[0] = filepath.Join(s.bin(client), command[0])
	return s.start(s.bin(client), append(command, args...)...)
}

// Must runs a client that has to succeed, and gives its output.
func (s *Shell) Must(client Client, args ...string) string {
	s.t.Helper()
	result := s.Run(client, args...)
	if result.Code != 0 {
		s.t.Fatalf("%s %s: exit code %d\n%s", client, strings.Join(args, " "), result.Code, result.Output)
	}
	return result.Output
}

// Venv makes an empty virtual environment to install into and gives its Python: pip --python P install …,
// uv pip install --python P ….
func (s *Shell) Venv() string {
	s.t.Helper()
	dir, err := os.MkdirTemp(s.Home, "venv-")
	if err != nil {
		s.t.Fatal(err)
	}
	made := s.start("", filepath.Join(s.bin(Build), "python"), "-m", "venv", "--without-pip", dir)
	if made.Code != 0 {
		s.t.Fatalf("cannot make a virtual environment:\n%s", made.Output)
	}
	return filepath.Join(dir, "bin", "python")
}

// Python runs an interpreter, such as one of Venv's, with the shell's environment.
func (s *Shell) Python(python string, args ...string) Result {
	s.t.Helper()
	return s.start(filepath.Dir(python), append([]string{python}, args...)...)
}

// start runs a program with the clean environment; bin comes first in its PATH.
func (s *Shell) start(bin string, command ...string) Result {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), s.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = s.Dir
	cmd.Env = s.environment(bin)
	cmd.WaitDelay = 5 * time.Second // a grandchild may keep the pipe open
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		s.t.Fatalf("%s did not end within %v; it said:\n%s", strings.Join(command, " "), s.Timeout, output)
	case err != nil && !errors.As(err, &exit):
		s.t.Fatalf("cannot run %s: %v", strings.Join(command, " "), err)
	}
	return Result{Output: string(output), Code: cmd.ProcessState.ExitCode()}
}

// environment is all that a client sees: nothing of it comes from the test's own environment.
func (s *Shell) environment(bin string) []string {
	return append([]string{
		"PATH=" + strings.Join([]string{bin, "/usr/local/bin", "/usr/bin", "/bin"}, string(os.PathListSeparator)),
		"HOME=" + s.Home, "LANG=C.UTF-8", "TZ=UTC", "TERM=dumb", "NO_COLOR=1",
		"COLUMNS=500", // tools that fold long lines would fold the texts that tests look for
		"NO_PROXY=*", "PYTHONUNBUFFERED=1", "PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring",
		"PIP_CONFIG_FILE=" + os.DevNull, "PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_NO_INPUT=1", "PIP_PROGRESS_BAR=off",
		"PIP_ROOT_USER_ACTION=ignore",
		"UV_NO_CONFIG=1", "UV_NO_PROGRESS=1", "UV_PYTHON_DOWNLOADS=never",
		"TWINE_NON_INTERACTIVE=1", "POETRY_NO_INTERACTION=1",
	}, s.Vars...)
}

func (s *Shell) bin(client Client) string {
	return filepath.Join(s.root, ".cache", "clients", string(client), "bin")
}

// checkout finds the top of the checkout: the nearest folder above that has go.mod.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod in this folder or above it: run the tests inside the checkout")
		}
	}
}

// installed says what is missing below the checkout, and what to do about it.
func installed(root string) error {
	for _, client := range All() {
		if _, err := os.Stat(filepath.Join(root, ".cache", "clients", string(client), "stamp")); err != nil {
			return fmt.Errorf("the client %s is not installed in .cache/clients: run ./check setup", client)
		}
	}
	return nil
}
