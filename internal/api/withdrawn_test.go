package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
)

// today is the day that flags set in this test bear.
func today() string { return time.Now().UTC().Format("2006-01-02") }

// statusLine asks with a plain socket: the reason phrase is all that pip shows.
func statusLine(t *testing.T, s *apptest.Server, method, path, header string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte(method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + "\r\n")); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(strings.TrimSpace(line), "HTTP/1.1 ")
}

// filePath is where a file is served.
func filePath(t *testing.T, s *apptest.Server, filename string) string {
	t.Helper()
	f, found, err := s.DB.FileByName(context.Background(), filename)
	if err != nil || !found {
		t.Fatal(filename, found, err)
	}
	return "/" + f.Path()
}

// decoded reads a JSON answer.
func decoded(t *testing.T, r apptest.Response) (out map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.Text), &out); err != nil {
		t.Fatalf("%v: %s", err, r.Text)
	}
	return out
}

// withdrawals are the flags that withdraw, with the exact phrase of a file's URL.
func withdrawals(s *apptest.Server) map[string]struct {
	flag   []string
	phrase string
} {
	see := " - see " + s.URL + "/project/demo/"
	return map[string]struct {
		flag   []string
		phrase string
	}{
		"quarantined": {[]string{"quarantined", "--reason", "suspected malware"}, "403 Quarantined: suspected malware since " + today()},
		"malware":     {[]string{"removed", "--category", "malware", "--reason", "steals keys"}, "410 Removed as malware " + today() + see},
		"legal":       {[]string{"removed", "--category", "legal"}, "451 Removed for legal reasons " + today() + see},
		"deleted":     {[]string{"deleted", "--category", "owner", "--reason", "a mistake"}, "410 File deleted by its owner on " + today()},
	}
}

// TestSN5FileAddressesSayWhy: the file, its metadata, provenance and signature, by GET, HEAD and in parts, whatever level the flag
// stands on (SD-8); and all is as before when it is cleared (SN-10).
func TestSN5FileAddressesSayWhy(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		w := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(w)
		path := filePath(t, s, w.Filename)
		for name, row := range withdrawals(s) {
			for level, at := range map[string][]string{"project": nil, "release": {"--release", "1.0"}, "file": {"--file", w.Filename}} {
				where := append([]string{"--project", "demo"}, at...)
				s.Run(append(append([]string{"admin", "flag", "set"}, where...), row.flag...)...)
				for _, method := range []string{"GET", "HEAD"} {
					for _, part := range []string{"", ".metadata", ".provenance", ".asc"} {
						for _, header := range []string{"", "Range: bytes=0-1\r\n", "If-None-Match: *\r\n"} {
							if got := statusLine(t, s, method, path+part, header); got != row.phrase {
								t.Errorf("%s of the %s: %s %s %q: %q, want %q", name, level, method, part, header, got, row.phrase)
							}
						}
					}
				}
				s.Run(append(append([]string{"admin", "flag", "clear"}, where...), row.flag[0])...)
				if got := statusLine(t, s, "GET", path, ""); got != "200 OK" {
					t.Errorf("%s of the %s is cleared: %q", name, level, got)
				}
			}
		}
		if got := statusLine(t, s, "GET", path+".asc", ""); !strings.HasPrefix(got, "404 ") {
			t.Errorf("no signature: %q", got)
		}
	})
}

// TestSN5Bodies: what the phrase says stands in the body for whoever speaks HTTP/2, with the facts as members, and is kept by no cache.
func TestSN5Bodies(t *testing.T) {
	s := apptest.Start(t)
	w := apptest.Wheel("demo", "1.0", "x")
	s.MustUpload(w)
	path := filePath(t, s, w.Filename)
	s.Run("admin", "flag", "set", "--project", "demo", "removed", "--category", "legal", "--reason", "case 7")
	r := s.Get(path, "Accept", "*/*")
	got := decoded(t, r)
	if r.StatusCode != 451 || got["status"] != 451.0 || got["code"] != "file-legally-blocked" || got["standing"] != "removed" ||
		got["category"] != "legal" || got["reason"] != "case 7" || got["url"] != s.URL+"/project/demo/" || got["detail"] != strings.TrimPrefix(r.Status, "451 ") {
		t.Errorf("%s %s", r.Status, r.Text)
	}
	if link := r.Header.Get("Link"); link != "<"+s.URL+`/>; rel="blocked-by"` {
		t.Errorf("Link: %q", link)
	}
	if c := r.Header.Get("Cache-Control"); c != "no-cache" {
		t.Errorf("Cache-Control: %q", c)
	}
}

// TestSD8KeepDeleted gives PyPI's behaviour for what owners delete, and for nothing else.
func TestSD8KeepDeleted(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { c.DeletedFiles = "keep" })
	w := apptest.Wheel("demo", "1.0", "x")
	s.MustUpload(w)
	path := filePath(t, s, w.Filename)
	for name, row := range withdrawals(s) {
		s.Run(append([]string{"admin", "flag", "set", "--project", "demo"}, row.flag...)...)
		want := row.phrase
		if name == "deleted" {
			want = "200 OK"
		}
		for _, part := range []string{"", ".metadata"} {
			if got := statusLine(t, s, "GET", path+part, ""); got != want {
				t.Errorf("%s%s: %q, want %q", name, part, got, want)
			}
		}
		s.Run("admin", "flag", "clear", "--project", "demo", row.flag[0])
	}
	s.Run("admin", "flag", "set", "--project", "demo", "deleted", "--category", "owner")
	s.Run("admin", "flag", "set", "--project", "demo", "quarantined")
	if got := statusLine(t, s, "GET", path, ""); !strings.HasPrefix(got, "403 Quarantined since ") {
		t.Errorf("deleted and quarantined: %q", got)
	}
	s.Run("admin", "flag", "clear", "--project", "demo", "quarantined")
	s.Run("admin", "project", "purge", "demo", "--category", "secret")
	if got := statusLine(t, s, "GET", path, ""); !strings.HasPrefix(got, "410 File deleted by its owner on ") {
		t.Errorf("deleted and purged: %q", got)
	}
}

// TestSN6LegacyJSONSaysWhy: 404 with the facts, the word of the standing under status for those who ask for plain JSON (SD-7).
func TestSN6LegacyJSONSaysWhy(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
		s.MustUpload(apptest.Wheel("demo", "2.0", "x"))
		for _, row := range []struct {
			on     []string
			flag   []string
			path   string
			status string
			code   string
		}{
			{nil, []string{"quarantined"}, "/pypi/demo/json", "quarantined", "project-quarantined"},
			{nil, []string{"removed", "--category", "malware"}, "/pypi/demo/1.0/json", "removed", "project-removed"},
			{nil, []string{"deleted", "--category", "owner"}, "/pypi/demo/json", "deleted", "project-deleted"},
			{[]string{"--release", "1.0"}, []string{"deleted", "--category", "owner"}, "/pypi/demo/1.0/json", "deleted", "release-deleted"},
			{[]string{"--release", "1.0"}, []string{"quarantined"}, "/pypi/demo/1.0.0/json", "quarantined", "project-quarantined"},
		} {
			where := append([]string{"--project", "demo"}, row.on...)
			s.Run(append(append(append([]string{"admin", "flag", "set"}, where...), row.flag...), "--reason", "why")...)
			plain, problem := s.Get(row.path, "Accept", "application/json"), s.Get(row.path, "Accept", "*/*")
			got, other := decoded(t, plain), decoded(t, problem)
			if plain.StatusCode != 404 || got["status"] != row.status || got["code"] != row.code || got["reason"] != "why" || !strings.Contains(got["message"].(string), "why") ||
				got["url"] != s.URL+"/project/demo/" || !strings.HasPrefix(got["since"].(string), today()) {
				t.Errorf("%s %v: %s %s", row.path, row.flag, plain.Status, plain.Text)
			}
			if other["status"] != 404.0 || other["standing"] != row.status || other["message"] != got["message"] {
				t.Errorf("%s %v as a problem: %s", row.path, row.flag, problem.Text)
			}
			if at, deleted := got["deleted_at"].(string); deleted != (row.status == "deleted") || deleted && !strings.HasPrefix(at, today()) {
				t.Errorf("deleted_at: %s", plain.Text)
			}
			s.Run(append(append([]string{"admin", "flag", "clear"}, where...), row.flag[0])...)
		}
		if r := s.Get("/pypi/demo/3.0/json", "Accept", "application/json"); r.StatusCode != 404 || decoded(t, r)["code"] != "not-found" {
			t.Errorf("a release that never was: %s %s", r.Status, r.Text)
		}
	})
}

// TestSD6DeletedSimple: 404 with its own code, or an empty page where that is set.
func TestSD6DeletedSimple(t *testing.T) {
	for setting, want := range map[string]int{"404": 404, "empty": 200} {
		s := apptest.Start(t, func(c *config.Config) { c.DeletedSimple = setting })
		s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
		s.Run("admin", "flag", "set", "--project", "demo", "deleted", "--category", "owner")
		for _, accept := range []string{"text/html", "application/vnd.pypi.simple.v1+json"} {
			r := s.Get("/simple/demo/", "Accept", accept)
			if r.StatusCode != want || strings.Contains(r.Text, ".whl") {
				t.Errorf("%s for %s: %s %s", setting, accept, r.Status, r.Text)
			}
			if want == 404 && accept != "text/html" && decoded(t, r)["code"] != "project-deleted" {
				t.Errorf("code: %s", r.Text)
			}
		}
	}
}
