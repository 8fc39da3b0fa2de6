package v1_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"strongroom/internal/api/v1"
	"strongroom/internal/app/apptest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestDocument keeps docs/openapi.json in step with the table, and what is served.
func TestDocument(t *testing.T) {
	text, err := (&v1.API{}).Document()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "..", "..", "docs", "openapi.json")
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(path); err != nil || string(kept) != string(text) {
		t.Errorf("docs/openapi.json is not what the table says; read the difference, then run: go test ./internal/api/v1 -run TestDocument -update (%v)", err)
	}
	s := apptest.Start(t)
	if r := s.Get("/api/v1/openapi.json"); r.Text != string(text) || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("served: %s", r.Status)
	}
	everyRoute(t, s, text)
}

// everyRoute holds the document against the routes: each is in it, and nothing else.
func everyRoute(t *testing.T, s *apptest.Server, text []byte) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	described, ids := 0, map[string]bool{}
	for path, item := range doc.Paths {
		for method, op := range item {
			if method == "parameters" {
				continue
			}
			described++
			id := regexp.MustCompile(`"operationId":\s*"([a-zA-Z]+)"`).FindStringSubmatch(string(op))
			if id == nil || ids[id[1]] {
				t.Errorf("%s %s: the operation's id is missing or taken: %v", method, path, id)
				continue
			}
			ids[id[1]] = true
		}
	}
	routes := 0
	for _, route := range s.Routes {
		path, ours := strings.CutPrefix(route.Path, v1.Base)
		if !ours || path == "/openapi.json" {
			continue
		}
		routes++
		if doc.Paths[path][strings.ToLower(route.Methods)] == nil {
			t.Errorf("%s %s is not in the document", route.Methods, route.Path)
		}
	}
	if routes != described || routes == 0 {
		t.Errorf("%d routes, %d operations described", routes, described)
	}
	if strings.Contains(string(text), `"description": ""`) {
		t.Error("something has no description")
	}
}
