package subject

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/limit"
	"strongroom/bench/internal/load"
)

// TestMain lets the test binary be the limit, which [startLimit] runs.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == LimitCommand {
		if err := limit.Command(context.Background(), os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	if err := os.Setenv("LIMIT", self); err != nil { // for testdata/strongroom.sh
		panic(err)
	}
	os.Exit(m.Run())
}

// ground is a stage with two projects of 3 files.
func ground(t *testing.T) Stage {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	set := data.Set{Name: "tiny", Projects: []data.Project{{Name: "one-two", Files: 3}, {Name: "three", Files: 3}}}
	wheels, err := set.Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/strongroom.sh")
	if err != nil {
		t.Fatal(err)
	}
	return Stage{Cache: dir, Run: filepath.Join(dir, "run"), Set: set, Wheels: wheels, Binary: script}
}

func begin(t *testing.T, name string, stage Stage) *Server {
	t.Helper()
	s, err := Start(t.Context(), name, stage)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestServersAnswerAlike starts Strongroom's stand-in, the limit on its captured
// pages and nginx, and finds the same page and file everywhere.
func TestServersAnswerAlike(t *testing.T) {
	stage := ground(t)
	first := begin(t, Strongroom, stage)
	stage.Pages = filepath.Join(stage.Run, "pages")
	if err := first.Capture(t.Context(), stage.Pages, []string{"one-two", "three"}); err != nil {
		t.Fatal(err)
	}
	wheel := stage.Set.Projects[0].Wheel(1)
	var want []byte
	for _, s := range []*Server{first, begin(t, Limit, stage), begin(t, Nginx, stage)} {
		for _, accept := range []string{HTML, JSON} {
			a, err := s.Fetch(t.Context(), s.Page("one-two"), accept, true)
			if err != nil || a.Header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(a.Header.Get("Content-Type"), accept) {
				t.Fatalf("%s: %v %v", s.Name, a.Header, err)
			}
			if s == first {
				want = append(want, a.Body...)
			} else if !bytes.Contains(want, a.Body) {
				t.Errorf("%s answers other bytes", s.Name)
			}
		}
		path, err := s.FileURL(t.Context(), "one-two", wheel.Filename())
		if err != nil {
			t.Fatal(err)
		}
		if a, err := s.Fetch(t.Context(), path, "*/*", false); err != nil || !bytes.Equal(a.Body, wheel.Bytes()) {
			t.Errorf("%s: file %s has %d bytes, %v", s.Name, path, len(a.Body), err)
		}
	}
}

func TestStrongroomIsPreparedByItsCommandLine(t *testing.T) {
	stage := ground(t)
	called := ""
	stage.Rows = func(_ context.Context, folder string) error { called = folder; return nil }
	s := begin(t, Strongroom, stage)
	if s.auth != load.BasicAuth("__token__", "pypi-test") || !strings.HasSuffix(called, "data") {
		t.Errorf("auth %q, rows for %q", s.auth, called)
	}
	if _, err := os.Stat(filepath.Join(called, "password")); err != nil {
		t.Error(err)
	}
}

func TestRestartKeepsData(t *testing.T) {
	s := begin(t, Strongroom, ground(t))
	before := s.Process
	took, err := s.Restart(t.Context(), s.Page("three"))
	if err != nil || took <= 0 || s.Process == before {
		t.Errorf("%s, %v", took, err)
	}
	if s.Peak() <= 0 {
		t.Error("the peak of the stopped process was not noted")
	}
}

func TestUploadNeedsNoMoreThanItsRequest(t *testing.T) {
	s := begin(t, Limit, ground(t))
	w := data.Wheel{Project: "fresh", Version: "1.0", Payload: 10}
	plan := load.Plan{Addr: s.Addr, Conns: 1, Count: 1, Requests: []load.Request{s.Upload(w.Form())}}
	if _, err := load.Run(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if _, err := s.FileURL(t.Context(), "fresh", w.Filename()); err != nil {
		t.Error(err)
	}
	if _, err := s.FileURL(t.Context(), "fresh", "other.whl"); err == nil {
		t.Error("a file that is not listed was found")
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	stage := ground(t)
	for name, want := range map[string]string{"apache": "no server is called", Nginx: "captured pages"} {
		if _, err := Start(t.Context(), name, stage); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stage.Binary = "/bin/false"
	if _, err := Start(t.Context(), Strongroom, stage); err == nil || !strings.Contains(err.Error(), "user create") {
		t.Errorf("a program that fails: %v", err)
	}
}

func TestDumpForDevpi(t *testing.T) {
	stage := ground(t)
	dir := filepath.Join(stage.Run, "dump")
	if err := writeDump(stage, dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "dataindex.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d dump
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	index := d.Indexes["root/bench"]
	if len(index.Files) != 6 || len(index.Projects["one-two"]) != 3 || index.Projects["three"]["1.0.2"]["requires_python"] != ">=3.8" {
		t.Errorf("dump %+v", index)
	}
	for _, f := range index.Files {
		if _, err := os.Stat(filepath.Join(dir, f.Path)); err != nil {
			t.Error(err)
		}
	}
}
