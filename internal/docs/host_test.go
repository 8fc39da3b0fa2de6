package docs_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/internal/docs"
	"strongroom/internal/docsredirect"
)

// newHost is a host with three projects: one that redirects and keeps the path, one that redirects for good to one page, and one with
// stored pages, beside which there are files that are nobody's documentation.
func newHost(t *testing.T) *docs.Host {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Foo_Bar/index.html": "start", "Foo_Bar/guide/index.html": "guide", "Foo_Bar/a b.txt": "blank", "Foo_Bar/.git/config": "secret",
		"moved/index.html": "old", "secret.txt": "secret", "nobody/index.html": "no project",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "secret.txt"), filepath.Join(dir, "Foo_Bar", "link.txt")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	projects := map[string]docsredirect.Redirect{
		"foo-bar": {Display: "Foo_Bar", Name: "foo-bar", Prefix: "Foo_Bar"},
		"moved":   {Display: "moved", Name: "moved", Prefix: "moved", URL: "https://new.example/x", KeepPath: true},
		"fixed":   {Display: "fixed", Name: "fixed", URL: "https://new.example/start/", Permanent: true},
		"bare":    {Display: "bare", Name: "bare"},
		"sly":     {Display: "sly", Name: "sly", Prefix: ".."},
	}
	find := func(_ context.Context, name string) (docsredirect.Redirect, bool, error) {
		r, found := projects[name]
		return r, found, nil
	}
	return &docs.Host{Find: find, Root: root, Site: "https://index.example", Log: slog.New(slog.DiscardHandler)}
}

// TestDR7DR8Answers is the table of what the host answers, to GET and to HEAD alike.
func TestDR7DR8Answers(t *testing.T) {
	host := newHost(t)
	for _, row := range []struct {
		path     string
		status   int
		location string
		body     string
	}{
		{"/foo-bar?v=1", 301, "/foo-bar/?v=1", ""},
		{"/Foo_Bar/", 200, "", "start"},
		{"/foo.bar/", 200, "", "start"},
		{"/foo-bar/guide", 301, "/foo-bar/guide/", ""},
		{"/foo-bar/guide?a=b", 301, "/foo-bar/guide/?a=b", ""},
		{"/foo-bar/guide/", 200, "", "guide"},
		{"/foo-bar/a%20b.txt", 200, "", "blank"},
		{"/foo-bar/none.html", 404, "", "https://index.example/project/foo-bar/"},
		{"/foo-bar/../secret.txt", 404, "", ""},
		{"/foo-bar/%2e%2e/secret.txt", 404, "", ""},
		{"/foo-bar/..%2fsecret.txt", 404, "", ""},
		{"/foo-bar/link.txt", 404, "", ""},
		{"/foo-bar/.git/config", 404, "", ""},
		{"/moved", 301, "/moved/", ""},
		{"/moved/", 302, "https://new.example/x/", ""},
		{"/MOVED/guide/a.html?q=1", 302, "https://new.example/x/guide/a.html?q=1", ""},
		{"/moved//evil.example/..%2f..", 302, "https://new.example/x/evil.example", ""},
		{"/moved/%0d%0aSet-Cookie:x", 302, "https://new.example/x/%0D%0ASet-Cookie:x", ""},
		{"/fixed/any/page", 301, "https://new.example/start/", ""},
		{"/bare/", 404, "", "https://index.example/project/bare/"},
		{"/sly/secret.txt", 404, "", ""},
		{"/nobody/", 404, "", "no such page"},
		{"/secret.txt", 404, "", ""},
		{"/", 404, "", ""},
		{"//evil.example/", 404, "", ""},
		{"/_ETag/x", 404, "", ""},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			w := httptest.NewRecorder()
			host.ServeHTTP(w, httptest.NewRequest(method, "http://docs.example"+row.path, nil))
			h := w.Header()
			if w.Code != row.status || h.Get("Location") != row.location {
				t.Errorf("%s %s: %d %q, want %d %q", method, row.path, w.Code, h.Get("Location"), row.status, row.location)
			}
			if body := w.Body.String(); method == "HEAD" && body != "" || method == "GET" && !strings.Contains(body, row.body) || strings.Contains(body, "secret") {
				t.Errorf("%s %s: %q", method, row.path, body)
			}
			if !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Set-Cookie") != "" {
				t.Errorf("%s %s: %v", method, row.path, h)
			}
			if row.status == 302 && h.Get("Cache-Control") != "max-age=300" {
				t.Errorf("%s: %q", row.path, h.Get("Cache-Control"))
			}
		}
	}
}

// TestOnlyReading: nothing else can be done here.
func TestOnlyReading(t *testing.T) {
	w := httptest.NewRecorder()
	newHost(t).ServeHTTP(w, httptest.NewRequest("POST", "http://docs.example/moved/", nil))
	if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
