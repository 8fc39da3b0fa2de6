package app_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
)

// network stands for a content delivery network's address for purges. It fails
// the first time it is asked.
type network struct {
	mu    sync.Mutex
	asked []string
}

// ServeHTTP implements http.Handler.
func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, r.Method+" "+r.Header.Get("Surrogate-Key")+" "+r.Header.Get("Fastly-Key"))
	if len(n.asked) == 1 {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// wait gives what was asked once there are so many requests.
func (n *network) wait(t *testing.T, requests int) []string {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		n.mu.Lock()
		asked := append([]string{}, n.asked...)
		n.mu.Unlock()
		if len(asked) >= requests {
			return asked
		}
	}
	t.Fatalf("%d requests did not come: %v", requests, n.asked)
	return nil
}

// TestSN9Purges: each change of a project purges what caches in front have of it, by the key that all answers about it have; again when
// all nodes know, and again when that failed.
func TestSN9Purges(t *testing.T) {
	for name, database := range apptest.Databases(t) {
		t.Run(name, func(t *testing.T) {
			cdn := &network{}
			edge := httptest.NewServer(cdn)
			defer edge.Close()
			token := filepath.Join(t.TempDir(), "token")
			if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			s := apptest.Start(t, func(c *config.Config) {
				c.Database, c.CDN.PurgeURL, c.CDN.TokenFile = database(t), edge.URL, token
			})
			w := apptest.Wheel("demo", "1.0", "x")
			s.MustUpload(w)
			for _, asked := range cdn.wait(t, 3) { // one that failed, one later, and the failed one again
				if asked != "POST project/demo secret" {
					t.Errorf("asked %q", asked)
				}
			}
			files := s.Get("/simple/demo/").Text
			_, path, _ := strings.Cut(files, `href="../..`)
			path, _, _ = strings.Cut(path, "#")
			for path, age := range map[string]string{
				"/simple/demo/": "max-age=600, public", "/pypi/demo/json": "max-age=900, public", path: "max-age=365000000, immutable, public",
				path + ".metadata": "max-age=365000000, immutable, public", "/project/demo/": "no-cache",
			} {
				r := s.Get(path)
				if r.StatusCode != 200 || r.Header.Get("Surrogate-Key") != "project/demo" || r.Header.Get("Cache-Control") != age {
					t.Errorf("%s: %s, key %q, %q", path, r.Status, r.Header.Get("Surrogate-Key"), r.Header.Get("Cache-Control"))
				}
			}
			before := len(cdn.wait(t, 3))
			s.Run("admin", "flag", "set", "--project", "demo", "quarantined")
			cdn.wait(t, before+2)
		})
	}
}

// TestSN9WithoutPurges caches in front ask again after a minute, whatever clients may keep.
func TestSN9WithoutPurges(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	_, path, _ := strings.Cut(s.Get("/simple/demo/").Text, `href="../..`)
	path, _, _ = strings.Cut(path, "#")
	for _, path := range []string{"/simple/", "/simple/demo/", "/pypi/demo/json", path, path + ".metadata", "/rss/updates.xml", "/rss/packages.xml", "/rss/project/demo/releases.xml", "/sitemap.xml", "/1.sitemap.xml", "/stats/"} {
		r := s.Get(path)
		if r.StatusCode != 200 || !strings.HasSuffix(r.Header.Get("Cache-Control"), ", s-maxage=60") || r.Header.Get("Surrogate-Key") != "" {
			t.Errorf("%s: %s %q %q", path, r.Status, r.Header.Get("Cache-Control"), r.Header.Get("Surrogate-Key"))
		}
	}
}
