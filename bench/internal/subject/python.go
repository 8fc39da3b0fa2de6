package subject

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"strongroom/bench/internal/load"
	"strongroom/bench/internal/proc"
)

// environment makes (or finds) a virtual environment with pinned packages and
// returns its folder of programs.
func environment(ctx context.Context, cache, name string, packages ...string) (string, error) {
	dir := absolute(filepath.Join(cache, "venv", name))
	done := filepath.Join(dir, "complete")
	if _, err := os.Stat(done); err == nil {
		return filepath.Join(dir, "bin"), nil
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", "--clear", dir},
		append([]string{filepath.Join(dir, "bin", "pip"), "install", "--quiet"}, packages...),
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w: %.1000s", args[0], err, out)
		}
	}
	return filepath.Join(dir, "bin"), os.WriteFile(done, nil, 0o644)
}

// pypiserverVersion and what stands beside it are the versions of its container
// image.
const pypiserverVersion = "2.4.2"

// startPypiserver runs pypiserver as its container image does: gunicorn with one
// gevent worker, and the cache that watches the folder.
func startPypiserver(ctx context.Context, s *Server, stage Stage) error {
	bin, err := environment(ctx, stage.Cache, "pypiserver-"+pypiserverVersion, "pypiserver[passlib]=="+pypiserverVersion,
		"gunicorn==23.0.0", "gevent==24.11.1", "watchdog==6.0.0", "setuptools<81")
	if err != nil {
		return err
	}
	dir, err := stage.dir(s.Name)
	if err != nil {
		return err
	}
	packages := filepath.Join(dir, "packages")
	if err := linkAll(stage.Wheels, packages); err != nil {
		return err
	}
	settings, err := files.ReadFile("gunicorn.conf.py")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "gunicorn.conf.py"), settings, 0o644); err != nil {
		return err
	}
	// The cheapest password hash it knows, in its favour.
	sum := sha1.Sum([]byte(owner))
	users := owner + ":{SHA}" + base64.StdEncoding.EncodeToString(sum[:]) + "\n"
	if err := os.WriteFile(filepath.Join(dir, "htpasswd"), []byte(users), 0o600); err != nil {
		return err
	}
	s.Version, s.index, s.upload, s.ready = pypiserverVersion, "/simple/", "/", "/health"
	s.auth = load.BasicAuth(owner, owner)
	s.spec = proc.Spec{
		Path: filepath.Join(bin, "pypi-server"), Dir: dir, Log: filepath.Join(dir, "log"),
		Args: []string{
			"run", "-i", s.Addr.Addr().String(), "-p", strconv.Itoa(int(s.Addr.Port())), "--server", "gunicorn",
			"--disable-fallback", "-P", "htpasswd", packages,
		},
	}
	return s.launch(ctx)
}

// linkAll fills a folder with hard links to the files of another.
func linkAll(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil || from == "" {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		err := os.Link(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
