package subject

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"strongroom/bench/internal/data"
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
		if err := fillDevpi(ctx, stage, bin, filled); err != nil {
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

// fillDevpi imports the data as a dump of another devpi, which commits once a
// project: uploading the thousand files of one project takes it ten minutes.
func fillDevpi(ctx context.Context, stage Stage, bin, filled string) error {
	dump, room := filled+".dump", filled+".part"
	for _, dir := range []string{dump, room} {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	if err := writeDump(stage, dump); err != nil {
		return err
	}
	fill := exec.CommandContext(ctx, filepath.Join(bin, "devpi-import"),
		"--serverdir", room, "--no-root-pypi", "--root-passwd", owner, dump)
	if out, err := fill.CombinedOutput(); err != nil {
		return fmt.Errorf("devpi-import: %w: %s", err, out[max(0, len(out)-1000):])
	}
	return errors.Join(os.RemoveAll(dump), os.Rename(room, filled))
}

// The dump that devpi-import reads.
type (
	dump struct {
		DumpVersion string               `json:"dumpversion"`
		Python      []int                `json:"pythonversion"`
		Server      string               `json:"devpi_server"`
		Users       map[string]any       `json:"users"`
		Indexes     map[string]dumpIndex `json:"indexes"`
	}
	dumpIndex struct {
		Config   map[string]any                       `json:"indexconfig"`
		Projects map[string]map[string]map[string]any `json:"projects"`
		Files    []dumpFile                           `json:"files"`
	}
	dumpFile struct {
		Type    string            `json:"type"`
		Project string            `json:"projectname"`
		Version string            `json:"version"`
		Path    string            `json:"relpath"`
		Entry   map[string]string `json:"entrymapping"`
	}
)

func writeDump(stage Stage, dir string) error {
	if err := linkAll(stage.Wheels, filepath.Join(dir, "files")); err != nil {
		return err
	}
	index := dumpIndex{
		Config:   map[string]any{"type": "stage", "bases": []string{}, "volatile": true},
		Projects: map[string]map[string]map[string]any{},
	}
	for _, w := range stage.Set.Wheels() {
		if index.Projects[w.Project] == nil {
			index.Projects[w.Project] = map[string]map[string]any{}
		}
		index.Projects[w.Project][w.Version] = versionData(w)
		index.Files = append(index.Files, dumpFile{
			Type: "releasefile", Project: w.Project, Version: w.Version, Path: "files/" + w.Filename(),
			Entry: map[string]string{"last_modified": "Thu, 01 Jan 2026 00:00:00 GMT"},
		})
	}
	text, err := json.Marshal(dump{"2", []int{3, 11, 0}, devpiVersion, map[string]any{}, map[string]dumpIndex{"root/bench": index}})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "dataindex.json"), text, 0o644)
}

// versionData is the metadata as devpi keeps it: lists where the form repeats a
// field, else text.
func versionData(w data.Wheel) map[string]any {
	out := map[string]any{}
	for key, values := range w.Values() {
		if key == "classifiers" || key == "requires_dist" {
			out[key] = values
		} else {
			out[key] = values[0]
		}
	}
	return out
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
