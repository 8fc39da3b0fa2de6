package subject

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"

	"strongroom/bench/internal/proc"
)

// LimitCommand is the first argument with which this program becomes the limit.
const LimitCommand = "limit"

// startLimit runs this program again as the limit.
func startLimit(ctx context.Context, s *Server, stage Stage) error {
	dir, err := stage.dir(s.Name)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s.index, s.upload, s.ready = "/simple/", "/legacy/", "/_health/"
	s.spec = proc.Spec{
		Path: self, Dir: dir, Log: filepath.Join(dir, "log"),
		Args: []string{LimitCommand, "-data", filepath.Join(dir, "data"), "-listen", s.Addr.String(), "-import", absolute(stage.Wheels), "-pages", absolute(stage.Pages)},
	}
	return s.launch(ctx)
}

//go:embed nginx.conf.tmpl gunicorn.conf.py
var files embed.FS

// startNginx serves the captured pages and the wheels as static files.
func startNginx(ctx context.Context, s *Server, stage Stage) error {
	if stage.Pages == "" {
		return errors.New("nginx needs captured pages")
	}
	if err := needNginx(ctx); err != nil {
		return err
	}
	dir, err := stage.dir(s.Name)
	if err != nil {
		return err
	}
	conf := filepath.Join(dir, "nginx.conf")
	err = fillIn("nginx.conf.tmpl", conf, map[string]any{
		"Dir": dir, "Listen": s.Addr.String(), "Pages": absolute(stage.Pages), "Wheels": absolute(stage.Wheels), "Root": os.Geteuid() == 0,
	})
	if err != nil {
		return err
	}
	s.index, s.ready = "/simple/", "/simple/"
	s.spec = proc.Spec{Path: "nginx", Args: []string{"-c", conf, "-p", dir}, Dir: dir, Log: filepath.Join(dir, "log")}
	return s.launch(ctx)
}

// needNginx installs nginx from the system's packages where that is possible.
func needNginx(ctx context.Context) error {
	if _, err := exec.LookPath("nginx"); err == nil {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return errors.New("nginx is not installed: install it or leave it out with -servers")
	}
	out, err := exec.CommandContext(ctx, "apt-get", "install", "-y", "nginx-light").CombinedOutput()
	if err != nil {
		return fmt.Errorf("install nginx: %w: %.500s", err, out)
	}
	return nil
}

func fillIn(name, path string, values any) error {
	t, err := template.ParseFS(files, name)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return t.Execute(f, values)
}

// absolute leaves an empty path empty.
func absolute(path string) string {
	if path == "" {
		return ""
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return strings.TrimSuffix(full, "/")
}
