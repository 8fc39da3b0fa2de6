package subject

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"strongroom/bench/internal/load"
	"strongroom/bench/internal/proc"
)

const devpiVersion = "6.20.3"

// startDevpi runs devpi-server with its defaults. Filling it takes a minute, so
// its filled folder is kept in the cache and copied.
func startDevpi(ctx context.Context, s *Server, stage Stage) error {
	bin, err := environment(ctx, stage.Cache, "devpi-"+devpiVersion, "devpi-server=="+devpiVersion)
	if err != nil {
		return err
	}
	dir, err := stage.dir(s.Name)
	if err != nil {
		return err
	}
	s.Version, s.index, s.upload, s.ready = devpiVersion, "/root/bench/+simple/", "/root/bench/", "/+api"
	room := filepath.Join(dir, "data")
	s.spec = proc.Spec{
		Path: filepath.Join(bin, "devpi-server"), Dir: dir, Log: filepath.Join(dir, "log"),
		Args: []string{"--serverdir", room, "--host", s.Addr.Addr().String(), "--port", strconv.Itoa(int(s.Addr.Port()))},
	}
	filled := absolute(filepath.Join(stage.Cache, "devpi-"+devpiVersion+"-"+filepath.Base(stage.Wheels)))
	if _, err := os.Stat(filled); err != nil {
		if err := s.fillDevpi(ctx, stage, bin, room, filled); err != nil {
			return err
		}
	}
	if out, err := exec.CommandContext(ctx, "cp", "-a", filled, room).CombinedOutput(); err != nil {
		return fmt.Errorf("copy %s: %w: %s", filled, err, out)
	}
	if err := s.launch(ctx); err != nil {
		return err
	}
	return s.loginDevpi(ctx)
}

// fillDevpi makes a server folder with the data and moves it to the cache.
func (s *Server) fillDevpi(ctx context.Context, stage Stage, bin, room, filled string) error {
	init := exec.CommandContext(ctx, filepath.Join(bin, "devpi-init"), "--serverdir", room, "--no-root-pypi", "--root-passwd", owner)
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("devpi-init: %w: %.1000s", err, out)
	}
	if err := s.launch(ctx); err != nil {
		return err
	}
	defer s.Process.Stop()
	if err := s.loginDevpi(ctx); err != nil {
		return err
	}
	if _, err := s.callDevpi(ctx, http.MethodPut, "/root/bench", map[string]any{"type": "stage", "bases": []string{}}); err != nil {
		return err
	}
	wheels := stage.Set.Wheels()
	for len(wheels) > 0 { // in parts, so that not all bodies are in memory; one client, as several time each other out
		n := min(len(wheels), 500)
		plan := load.Plan{Addr: s.Addr, Conns: 1, Count: n}
		for _, w := range wheels[:n] {
			plan.Requests = append(plan.Requests, s.Upload(w.Form()))
		}
		if _, err := load.Run(plan); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		wheels = wheels[n:]
	}
	if err := s.Process.Stop(); err != nil {
		return err
	}
	return os.Rename(room, filled)
}

// loginDevpi gets the kind of token that devpi's own client uses: checking a
// password at each upload would be 30 times slower.
func (s *Server) loginDevpi(ctx context.Context) error {
	answer, err := s.callDevpi(ctx, http.MethodPost, "/+login", map[string]any{"user": "root", "password": owner})
	if err != nil {
		return err
	}
	var login struct{ Result struct{ Password string } }
	if err := json.Unmarshal(answer, &login); err != nil {
		return err
	}
	s.auth = load.BasicAuth("root", login.Result.Password)
	return nil
}

func (s *Server) callDevpi(ctx context.Context, method, path string, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, s.URL(path), bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if s.auth != "" {
		req.Header.Set("X-Devpi-Auth", devpiHeader(s.auth))
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %.300s", method, path, resp.Status, answer)
	}
	return answer, err
}

// devpiHeader takes the credentials out of a Basic header line.
func devpiHeader(line string) string { return line[len("Authorization: Basic "):] }
