package v1_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"strongroom/internal/access"
)

// TestGuide runs the examples of docs/API.md as they stand there, with curl.
func TestGuide(t *testing.T) {
	text, err := os.ReadFile("../../../docs/API.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 5 {
		t.Fatalf("%d examples", len(blocks))
	}
	eachWorld(t, func(w *world) {
		token := w.token("olga", "read", "yank", "status", "delete", "roles", "settings", "organizations", "report")
		for _, block := range blocks {
			cmd := exec.CommandContext(t.Context(), "sh", "-euc", block[1])
			cmd.Env = append(os.Environ(), "INDEX="+w.URL, "TOKEN="+token, "no_proxy=*")
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(block[1], "$etag") && !strings.Contains(string(out), `"`) {
				t.Errorf("%s\n%v\n%s", block[1], err, out)
			}
		}
		if got := w.want(200, "", "", "GET", "/projects/demo/status", ""); got["status"] != "deprecated" {
			t.Errorf("after all: %v", got)
		}
	})
}

// TestGuideKnowsThePermissions: each row of the table is in docs/API.md.
func TestGuideKnowsThePermissions(t *testing.T) {
	text, err := os.ReadFile("../../../docs/API.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range access.Permissions() {
		if !strings.Contains(string(text), "\n| `"+p.Name+"` | ") {
			t.Errorf("docs/API.md does not explain the permission %s", p.Name)
		}
	}
}
