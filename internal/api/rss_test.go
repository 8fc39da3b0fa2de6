package api_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
)

// feed is an RSS 2.0 document as readers see it.
type feed struct {
	Version string `xml:"version,attr"`
	Items   []struct {
		Title   string `xml:"title"`
		Link    string `xml:"link"`
		GUID    string `xml:"guid"`
		PubDate string `xml:"pubDate"`
	} `xml:"channel>item"`
}

// readFeed fetches a feed and checks what every feed must keep.
func readFeed(t *testing.T, s *apptest.Server, path string) (titles []string) {
	t.Helper()
	r := s.Get(path)
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "text/xml; charset=utf-8" || r.Header.Get("Cache-Control") != "max-age=600, public, s-maxage=60" {
		t.Fatalf("%s: %s %v", path, r.Status, r.Header)
	}
	var f feed
	if err := xml.Unmarshal([]byte(r.Text), &f); err != nil || f.Version != "2.0" {
		t.Fatalf("%s: version %q, %v", path, f.Version, err)
	}
	seen, last := map[string]bool{}, time.Now().Add(time.Minute)
	for _, item := range f.Items {
		at, err := time.Parse(time.RFC1123, item.PubDate)
		if err != nil || at.After(last) {
			t.Errorf("%s: %s is of %q, after %v (%v)", path, item.Title, item.PubDate, last, err)
		}
		if seen[item.GUID] || item.GUID != item.Link || !strings.HasPrefix(item.Link, s.URL+"/project/") {
			t.Errorf("%s: guid %q, link %q", path, item.GUID, item.Link)
		}
		seen[item.GUID], last = true, at
		titles = append(titles, item.Title)
	}
	return titles
}

// TestRSS: E-01, the text of each feed.
func TestRSS(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("Demo.Pkg", "1.0", "a", "Summary: <b>Fish</b> & \"chips\" \U0001f40d"))
		s.MustUpload(apptest.Wheel("other", "1!2.0+local.1", "b"))
		s.MustUpload(apptest.Wheel("Demo.Pkg", "1.1rc1", "c", "Summary: Newer"))
		for _, name := range []string{"updates", "packages", "project/demo-pkg/releases"} {
			golden(t, s, "rss/"+strings.ReplaceAll(name, "/", "-")+".xml", s.Get("/rss/"+name+".xml").Text)
		}
	})
}

// TestRSSLengths: 100 releases, 40 projects, 40 releases of a project, the
// newest first.
func TestRSSLengths(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for i := range 60 {
			s.MustUpload(apptest.Wheel("many", fmt.Sprintf("1.%d", i), "a"))
		}
		for i := range 45 {
			s.MustUpload(apptest.Wheel(fmt.Sprintf("p%d", i), "1", "a"))
		}
		updates := readFeed(t, s, "/rss/updates.xml")
		if len(updates) != 100 || updates[0] != "p44 1" || updates[99] != "many 1.5" {
			t.Errorf("%d updates: %v", len(updates), updates)
		}
		packages := readFeed(t, s, "/rss/packages.xml")
		if len(packages) != 40 || packages[0] != "p44" || packages[39] != "p5" {
			t.Errorf("%d packages: %v", len(packages), packages)
		}
		releases := readFeed(t, s, "/rss/project/many/releases.xml")
		if len(releases) != 40 || releases[0] != "1.59" || releases[39] != "1.20" {
			t.Errorf("%d releases: %v", len(releases), releases)
		}
	})
}

// TestRSSShowsWhatIsLive: withdrawn things leave the feeds.
func TestRSSShowsWhatIsLive(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, version := range []string{"1", "2", "3"} {
			s.MustUpload(apptest.Wheel("a", version, "x"))
		}
		s.MustUpload(apptest.Wheel("evil", "1", "x"))
		s.Run("admin", "flag", "set", "--project", "a", "--release", "2", "quarantined")
		s.Run("admin", "flag", "set", "--project", "a", "--release", "3", "yanked")
		s.Run("admin", "flag", "set", "--project", "evil", "removed", "--category", "malware")
		for path, want := range map[string]string{
			"/rss/updates.xml": "a 3,a 1", "/rss/packages.xml": "a", "/rss/project/a/releases.xml": "3,1",
		} {
			if got := strings.Join(readFeed(t, s, path), ","); got != want {
				t.Errorf("%s: %s, want %s", path, got, want)
			}
		}
		for path, status := range map[string]int{
			"/rss/project/evil/releases.xml": 404, "/rss/project/none/releases.xml": 404, "/rss/project/-/releases.xml": 404,
		} {
			if r := s.Get(path); r.StatusCode != status {
				t.Errorf("%s: %s, want %d", path, r.Status, status)
			}
		}
	})
}

func TestRSSRevalidates(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("a", "1", "x"))
	first := s.Get("/rss/updates.xml")
	etag := first.Header.Get("ETag")
	if r := s.Get("/rss/updates.xml", "If-None-Match", etag); r.StatusCode != http.StatusNotModified || r.Text != "" || r.Header.Get("ETag") != etag {
		t.Errorf("revalidated: %s, %d bytes, ETag %s", r.Status, len(r.Text), r.Header.Get("ETag"))
	}
	if r := s.Do(http.MethodHead, "/rss/updates.xml", nil); r.StatusCode != 200 || r.Header.Get("Content-Length") != fmt.Sprint(len(first.Text)) {
		t.Errorf("HEAD: %s, %v", r.Status, r.Header)
	}
	s.MustUpload(apptest.Wheel("a", "2", "x"))
	if r := s.Get("/rss/updates.xml", "If-None-Match", etag); r.StatusCode != 200 || r.Header.Get("ETag") == etag {
		t.Errorf("after an upload: %s, ETag %s", r.Status, r.Header.Get("ETag"))
	}
	if r := s.Get("/rss/project/A/releases.xml"); r.StatusCode != 301 || r.Header.Get("Location") != "/rss/project/a/releases.xml" {
		t.Errorf("other spelling: %s to %q", r.Status, r.Header.Get("Location"))
	}
}
