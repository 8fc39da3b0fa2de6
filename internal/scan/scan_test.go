package scan_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/scan"
)

var about = scan.File{Filename: "demo-1.0.tar.gz", Project: "demo", Version: "1.0", SHA256: strings.Repeat("a", 64), Size: 7}

func content(t *testing.T) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.Seek(3, io.SeekStart); err != nil { // a scanner sees all of it all the same
		t.Fatal(err)
	}
	return f
}

func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scanner")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// patience is short for scripts that never answer; a busy machine takes its time for the others.
func patience(script string) time.Duration {
	if strings.Contains(script, "sleep") {
		return time.Second
	}
	return time.Minute
}

// TestPrograms get the file on standard input, what is known of it, and nothing
// else of ours.
func TestPrograms(t *testing.T) {
	t.Setenv("STRONGROOM_SECRET", "never")
	for script, want := range map[string]string{
		`echo '{"action":"allow"}'`:                        "allow ",
		`echo '{"action":"flag","reason":" odd  thing "}'`: "flag odd thing",
		`test "$(cat)" = content && test -z "$STRONGROOM_SECRET" && echo "{\"action\":\"refuse\",\"reason\":\"$1 $(echo $STRONGROOM_FILE | tr -d '"' | cut -c 1-26)\"}"`: "refuse --strict {filename:demo-1.0.tar.gz",
		`exit 3`:                    "error: exit status 3",
		`echo broken >&2; exit 1`:   "broken",
		`echo nonsense`:             "error: is not JSON",
		`echo '{"action":"maybe"}'`: `error: "maybe" is unknown`,
		`yes | head -c 1000000`:     "error: is not JSON",
		`sleep 30`:                  "error: no answer within",
		`cat >/dev/null; echo '{"action":"allow"}'; exec sleep 30`: "error: no answer",
	} {
		s := &scan.Scanner{Target: program(t, script) + " --strict", Timeout: patience(script)}
		begun := time.Now()
		v, err := s.Scan(t.Context(), content(t), about)
		got := string(v.Action) + " " + v.Reason
		if err != nil {
			got = "error: " + err.Error()
		}
		want := strings.TrimPrefix(want, "error: ")
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %q", script, got, want)
		}
		if time.Since(begun) > 20*time.Second {
			t.Errorf("%s took %s", script, time.Since(begun))
		}
	}
	s := &scan.Scanner{Target: "/nonexistent/scanner", Timeout: time.Second}
	if _, err := s.Scan(t.Context(), content(t), about); err == nil {
		t.Error("a scanner that is not there gave a verdict")
	}
}

// TestServices get the file as the body and what is known of it in a header.
func TestServices(t *testing.T) {
	var answer atomic.Pointer[func(w http.ResponseWriter)] // a silent service still answers when the next is asked
	says := func(fn func(w http.ResponseWriter)) { answer.Store(&fn) }
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var told scan.File
		if err != nil || string(body) != "content" || json.Unmarshal([]byte(r.Header.Get("Strongroom-File")), &told) != nil || told != about {
			t.Errorf("%q, %+v, %v", body, told, err)
		}
		(*answer.Load())(w)
	}))
	defer service.Close()
	s := &scan.Scanner{Target: service.URL, Timeout: time.Minute}
	says(func(w http.ResponseWriter) { io.WriteString(w, `{"action":"refuse","reason":"bad"}`) })
	if v, err := s.Scan(t.Context(), content(t), about); err != nil || v != (scan.Verdict{Action: index.ActionRefuse, Reason: "bad"}) {
		t.Errorf("%+v, %v", v, err)
	}
	for name, bad := range map[string]func(w http.ResponseWriter){
		"an error":   func(w http.ResponseWriter) { w.WriteHeader(500) },
		"a redirect": func(w http.ResponseWriter) { w.Header().Set("Location", "/x"); w.WriteHeader(307) },
		"nonsense":   func(w http.ResponseWriter) { io.WriteString(w, "<html>") },
		"silence":    func(http.ResponseWriter) { time.Sleep(1500 * time.Millisecond) },
	} {
		says(bad)
		if s.Timeout = time.Minute; name == "silence" {
			s.Timeout = time.Second
		}
		if v, err := s.Scan(t.Context(), content(t), about); err == nil {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
