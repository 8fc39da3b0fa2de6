package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// recordOf reads a public record.
func recordOf(t *testing.T, s *apptest.Server, path string) (entries []map[string]any, next int64, more bool) {
	t.Helper()
	var page struct {
		Entries []map[string]any `json:"entries"`
		Next    int64            `json:"next_since_serial"`
		More    bool             `json:"more"`
	}
	r := s.Get(path)
	if err := json.Unmarshal([]byte(r.Text), &page); err != nil || r.StatusCode != 200 || r.Header.Get("Cache-Control") != "max-age=60, public" {
		t.Fatalf("%s: %s %q %v\n%s", path, r.Status, r.Header.Get("Cache-Control"), err, r.Text)
	}
	return page.Entries, page.Next, page.More
}

// told is what entries say, a line each.
func told(entries []map[string]any) string {
	var out []string
	for _, e := range entries {
		files, _ := e["files"].([]any)
		out = append(out, strings.TrimSpace(fmt.Sprint(e["action"], " ", e["kind"], " ", e["on"], " ", e["name"], " ", e["version"], " ", e["filename"], " files=", len(files))))
	}
	return strings.ReplaceAll(strings.Join(out, "\n"), "<nil>", "-")
}

// TestSD25Record tells what was set and cleared, at its serial, with files and hashes, and nothing of private projects (SN-17).
func TestSD25Record(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		w := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(w)
		s.MustUpload(apptest.Wheel("demo", "2.0", "x"))
		s.MustUpload(apptest.Wheel("hidden", "1.0", "x"))
		s.Run("admin", "project", "private", "hidden")
		for _, args := range [][]string{
			{"set", "--project", "demo", "quarantined", "--reason", "odd"},
			{"set", "--project", "hidden", "removed", "--category", "malware"},
			{"clear", "--project", "demo", "quarantined"},
			{"set", "--project", "demo", "--file", w.Filename, "removed", "--category", "malware", "--reason", "steals keys"},
			{"set", "--project", "demo", "--release", "2.0", "deleted", "--category", "owner", "--reason", "wrong"},
			{"clear", "--project", "demo", "--release", "2.0", "deleted"},
		} {
			s.Run(append([]string{"admin", "flag"}, args...)...)
		}
		for path, want := range map[string]string{
			"/removed.json":  "set removed file demo 1.0 " + w.Filename + " files=0",
			"/statuses.json": "set quarantined project demo - - files=2\nclear quarantined project demo - - files=2\nset removed file demo 1.0 " + w.Filename + " files=0",
			"/deleted.json":  "set deleted release demo 2.0 - files=1\nclear deleted release demo 2.0 - files=1",
		} {
			entries, next, more := recordOf(t, s, path)
			if got := told(entries); got != want || more {
				t.Errorf("%s: more %v\n%s\nwant\n%s", path, more, got, want)
			}
			if last := entries[len(entries)-1]["serial"].(float64); int64(last) != next {
				t.Errorf("%s: next_since_serial %d after serial %v", path, next, last)
			}
			if rest, again, _ := recordOf(t, s, fmt.Sprintf("%s?since_serial=%d", path, next)); len(rest) != 0 || again != next {
				t.Errorf("%s after %d: %v, %d", path, next, rest, again)
			}
		}
		entries, _, _ := recordOf(t, s, "/removed.json")
		if e := entries[0]; e["sha256"] != w.SHA256() || e["category"] != "malware" || e["reason"] != "steals keys" || !strings.HasPrefix(e["date"].(string), today()) {
			t.Errorf("%v", e)
		}
	})
}

// TestSD25RecordForms: an entry a line where that is asked for, 304 for whoever has it, and a refusal of what is no serial.
func TestSD25RecordForms(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	s.Run("admin", "flag", "set", "--project", "demo", "--release", "1.0", "yanked")
	s.Run("admin", "flag", "clear", "--project", "demo", "--release", "1.0", "yanked")
	for _, r := range []apptest.Response{s.Get("/statuses.json", "Accept", "application/x-ndjson"), s.Get("/statuses.json?format=ndjson")} {
		lines := strings.Split(strings.TrimSuffix(r.Text, "\n"), "\n")
		if len(lines) != 2 || r.Header.Get("Content-Type") != "application/x-ndjson" || !strings.Contains(lines[1], `"action":"clear"`) {
			t.Errorf("%s %s", r.Header.Get("Content-Type"), r.Text)
		}
		for _, line := range lines {
			if !json.Valid([]byte(line)) {
				t.Errorf("no JSON: %s", line)
			}
		}
	}
	etag := s.Get("/statuses.json").Header.Get("ETag")
	s.MustUpload(apptest.Wheel("other", "1.0", "x"))
	if r := s.Get("/statuses.json", "If-None-Match", etag); r.StatusCode != 304 || r.Text != "" {
		t.Errorf("nothing was said since: %s", r.Status)
	}
	for _, bad := range []string{"x", "-1", "1.5"} {
		if r := s.Get("/deleted.json?since_serial=" + bad); r.StatusCode != 400 {
			t.Errorf("since_serial %q: %s", bad, r.Status)
		}
	}
}

// TestSD25RecordPages: at most 1,000 entries, then where to go on.
func TestSD25RecordPages(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	for range 1001 {
		setFlag(t, s, "1", index.Flag{Kind: index.Yanked})
	}
	first, next, more := recordOf(t, s, "/statuses.json")
	if len(first) != 1000 || !more {
		t.Fatalf("%d entries, more %v", len(first), more)
	}
	if link := s.Get("/statuses.json").Header.Get("Link"); link != fmt.Sprintf(`<%s/statuses.json?since_serial=%d>; rel="next"`, s.URL, next) {
		t.Errorf("Link: %s", link)
	}
	if rest, _, more := recordOf(t, s, fmt.Sprintf("/statuses.json?since_serial=%d", next)); len(rest) != 1 || more {
		t.Errorf("%d entries, more %v", len(rest), more)
	}
}

// TestSN17Feeds have the newest first, each item once, for ever.
func TestSN17Feeds(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	s.Run("admin", "flag", "set", "--project", "demo", "quarantined", "--reason", "odd & more")
	s.Run("admin", "flag", "set", "--project", "demo", "removed", "--category", "malware")
	statuses, removed := s.Get("/rss/statuses.xml").Text, s.Get("/rss/removed.xml").Text
	first, second := strings.Index(statuses, "demo: Removed as malware "+today()), strings.Index(statuses, "demo: Quarantined: odd &amp; more since "+today())
	if first < 0 || second < first || strings.Contains(removed, "Quarantined") || !strings.Contains(removed, "demo: Removed as malware") {
		t.Errorf("%s\n%s", statuses, removed)
	}
	serial, err := s.DB.LastSerial(context.Background())
	if err != nil || !strings.Contains(removed, fmt.Sprintf(`<guid isPermaLink="false">%s/#serial-%d</guid>`, s.URL, serial)) {
		t.Errorf("%v\n%s", err, removed)
	}
}
