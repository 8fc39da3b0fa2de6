package subject

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"strongroom/bench/internal/load"
	"strongroom/bench/internal/proc"
)

// owner is the account that everything belongs to.
const owner = "bench"

// startStrongroom makes an account and a token, imports the wheels and serves,
// all through the documented command line.
func startStrongroom(ctx context.Context, s *Server, stage Stage) error {
	dir, err := stage.dir(s.Name)
	if err != nil {
		return err
	}
	room := filepath.Join(dir, "data")
	token, err := prepareStrongroom(ctx, stage, room)
	if err != nil {
		return err
	}
	s.index, s.upload, s.ready = "/simple/", "/legacy/", "/_health/"
	s.auth = load.BasicAuth("__token__", token)
	s.spec = proc.Spec{
		Path: stage.Binary, Args: []string{"serve", "--data", room, "--listen", s.Addr.String()},
		Dir: dir, Log: filepath.Join(dir, "log"), Env: stage.Env,
	}
	if stage.CPUs != "" {
		s.spec.Args = append([]string{"-n", "-20", "taskset", "-c", stage.CPUs, s.spec.Path}, s.spec.Args...)
		s.spec.Path = "nice"
	}
	return s.launch(ctx)
}

// startEarlier starts an earlier build of Strongroom, on data of its own.
func startEarlier(ctx context.Context, s *Server, stage Stage) error {
	stage.Binary = stage.Former
	return startStrongroom(ctx, s, stage)
}

func prepareStrongroom(ctx context.Context, stage Stage, room string) (token string, err error) {
	run := func(input string, args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, stage.Binary, append(args, "--data", room, "--json")...)
		cmd.Stdin = bytes.NewBufferString(input)
		var errors bytes.Buffer
		cmd.Stderr = &errors
		out, err := cmd.Output()
		if err != nil {
			return out, fmt.Errorf("strongroom %v: %w: %.1000s %.1000s", args, err, errors.Bytes(), out)
		}
		return out, nil
	}
	_, err = run("a long pass phrase for measuring\n",
		"admin", "user", "create", owner, "--email", "bench@example.org", "--password-stdin", "--superuser")
	if err != nil {
		return "", err
	}
	out, err := run("", "admin", "token", "create", "--user", owner)
	if err != nil {
		return "", err
	}
	var made struct{ Token string }
	if err := json.Unmarshal(out, &made); err != nil || made.Token == "" {
		return "", fmt.Errorf("token create answered %q: %w", out, err)
	}
	if stage.Wheels != "" {
		if out, err := run("", "import", stage.Wheels, "--owner", owner); err != nil {
			return "", fmt.Errorf("%w: %.2000s", err, out)
		}
	}
	if stage.Rows != nil {
		err = stage.Rows(ctx, room)
	}
	return made.Token, err
}

// Program makes the folder of a run, and returns the program to measure: the one
// that was named, else one that is built there.
func Program(ctx context.Context, cache, named string) (string, error) {
	if err := os.MkdirAll(cache, 0o755); err != nil || named != "" {
		return named, err
	}
	return Build(ctx, cache)
}

// Build compiles Strongroom as it is released and returns the program's path.
func Build(ctx context.Context, cache string) (string, error) {
	path, err := filepath.Abs(filepath.Join(cache, "strongroom"))
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "./cmd/strongroom")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build strongroom: %w: %s", err, out)
	}
	return path, nil
}
