package api_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
)

// edge is what caches in front hear of what changes with the projects.
func edge(path string) string {
	if strings.HasSuffix(path, ".xml") && path != "/opensearch.xml" || path == "/stats/" {
		return ", s-maxage=60"
	}
	return ""
}

// TestSmallEndpoints: E-03 and the rest of warehouse-inventory 2.1, with the
// headers that all of them have.
func TestSmallEndpoints(t *testing.T) {
	s := apptest.Start(t)
	for path, want := range map[string]struct{ contentType, maxAge, text string }{
		"/robots.txt":                    {"text/plain; charset=utf-8", "86400", "Disallow: /simple/\nDisallow: /packages/\n"},
		"/opensearch.xml":                {"application/opensearchdescription+xml; charset=utf-8", "86400", `template="` + s.URL + `/search/?q={searchTerms}"`},
		"/favicon.ico":                   {"image/vnd.microsoft.icon", "86400", "PNG"},
		"/sitemap.xml":                   {"text/xml; charset=utf-8", "3600", "<loc>" + s.URL + "/1.sitemap.xml</loc>"},
		"/1.sitemap.xml":                 {"text/xml; charset=utf-8", "3600", "<loc>" + s.URL + "/</loc>"},
		"/stats/":                        {"application/json", "600", `"total_packages_size":0`},
		"/rss/updates.xml":               {"text/xml; charset=utf-8", "600", "<rss version=\"2.0\""},
		"/pypi?:action=list_classifiers": {"text/plain; charset=utf-8", "3600", "Framework :: Django"},
	} {
		r := s.Get(path)
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != want.contentType || !strings.Contains(r.Text, want.text) {
			t.Errorf("%s: %s %q\n%s", path, r.Status, r.Header.Get("Content-Type"), r.Text)
		}
		for name, value := range map[string]string{
			"Cache-Control": "max-age=" + want.maxAge + ", public" + edge(path), "Content-Security-Policy": "default-src 'none'",
			"X-Content-Type-Options": "nosniff", "Content-Length": fmt.Sprint(len(r.Text)),
		} {
			if got := r.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", path, name, got, value)
			}
		}
		etag := r.Header.Get("ETag")
		if again := s.Get(path, "If-None-Match", "W/"+etag+`, "x"`); again.StatusCode != http.StatusNotModified || again.Text != "" {
			t.Errorf("%s: revalidated with %s: %s", path, etag, again.Status)
		}
		if head := s.Do(http.MethodHead, path, nil); head.StatusCode != 200 || head.Header.Get("ETag") != etag || head.Text != "" {
			t.Errorf("%s: HEAD %s", path, head.Status)
		}
	}
}

// TestXMLDocumentsAreWellFormed with an address that needs escapes.
func TestXMLDocumentsAreWellFormed(t *testing.T) {
	s := apptest.Start(t)
	for _, path := range []string{"/opensearch.xml", "/sitemap.xml", "/1.sitemap.xml"} {
		var any struct{ XMLName xml.Name }
		if err := xml.Unmarshal([]byte(s.Get(path).Text), &any); err != nil || any.XMLName.Space == "" {
			t.Errorf("%s: %+v, %v", path, any, err)
		}
	}
}

// TestFavicon reads the icon's folder and each picture in it.
func TestFavicon(t *testing.T) {
	s := apptest.Start(t)
	b := []byte(s.Get("/favicon.ico").Text)
	if len(b) < 6+2*16 || !bytes.Equal(b[:6], []byte{0, 0, 1, 0, 2, 0}) {
		t.Fatalf("not an icon of two pictures: % x", b[:min(len(b), 6)])
	}
	for i, size := range []int{16, 32} {
		entry := b[6+16*i:]
		length, offset := binary.LittleEndian.Uint32(entry[8:]), binary.LittleEndian.Uint32(entry[12:])
		picture, err := png.Decode(bytes.NewReader(b[offset : offset+length]))
		if err != nil || picture.Bounds().Dx() != size || int(entry[0]) != size {
			t.Errorf("picture %d: %v, %v", size, picture, err)
		}
	}
}

// TestStats: E-02, up to date after an upload, as JSON and as a page.
func TestStats(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		big, small := apptest.Wheel("big", "1", strings.Repeat("x", 3000)), apptest.Wheel("small", "1", "x")
		s.MustUpload(small)
		s.MustUpload(big)
		s.MustUpload(apptest.Wheel("evil", "1", "x"))
		s.Run("admin", "flag", "set", "--project", "evil", "quarantined")
		want := map[string]any{
			"total_packages_size": len(big.Body) + len(small.Body),
			"top_packages":        map[string]any{"big": map[string]int{"size": len(big.Body)}, "small": map[string]int{"size": len(small.Body)}},
		}
		var got any
		r := s.Get("/stats/")
		if err := json.Unmarshal([]byte(r.Text), &got); err != nil {
			t.Fatal(err)
		}
		same(t, "JSON", got, want)
		page := s.Get("/stats/", "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
		first, second := strings.Index(page.Text, `href="/project/big/"`), strings.Index(page.Text, `href="/project/small/"`)
		if !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") || first < 0 || second < first || strings.Contains(page.Text, "evil") {
			t.Errorf("page: %s %v\n%s", page.Status, page.Header, page.Text)
		}
		if r.Header.Get("Vary") != "Accept" || page.Header.Get("Vary") != "Accept" {
			t.Errorf("Vary: %q and %q", r.Header.Get("Vary"), page.Header.Get("Vary"))
		}
	})
}

// TestStatsForms: who asks for JSON, for anything or for nothing gets JSON.
func TestStatsForms(t *testing.T) {
	s := apptest.Start(t)
	for accept, want := range map[string]string{
		"":                                  "application/json",
		"*/*":                               "application/json",
		"application/json":                  "application/json",
		"application/json, text/html;q=0.5": "application/json",
		"text/html":                         "text/html; charset=utf-8",
		"text/html, application/json;q=0.9": "text/html; charset=utf-8",
		"TEXT/HTML;level=1":                 "text/html; charset=utf-8",
	} {
		if got := s.Get("/stats/", "Accept", accept).Header.Get("Content-Type"); got != want {
			t.Errorf("Accept %q: %q, want %q", accept, got, want)
		}
	}
	if r := s.Get("/stats"); r.StatusCode != 301 || r.Header.Get("Location") != "/stats/" {
		t.Errorf("/stats: %s to %q", r.Status, r.Header.Get("Location"))
	}
}

// TestSitemapListsProjects: what is withdrawn is not in it, and the numbers of
// the sitemaps are exact.
func TestSitemapListsProjects(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("B.b", "1", "x"))
		s.MustUpload(apptest.Wheel("a", "1", "x"))
		s.MustUpload(apptest.Wheel("evil", "1", "x"))
		s.Run("admin", "flag", "set", "--project", "evil", "quarantined")
		listed(t, s)
		var set struct {
			Locs []string `xml:"url>loc"`
		}
		if err := xml.Unmarshal([]byte(s.Get("/1.sitemap.xml").Text), &set); err != nil {
			t.Fatal(err)
		}
		same(t, "addresses", set.Locs, []string{s.URL + "/", s.URL + "/project/a/", s.URL + "/project/b-b/"})
		for _, path := range []string{"/0.sitemap.xml", "/2.sitemap.xml", "/01.sitemap.xml", "/+1.sitemap.xml", "/-1.sitemap.xml", "/.sitemap.xml", "/1.sitemap", "/nothing", "/99999999999999999999.sitemap.xml", "/184467440737096.sitemap.xml"} {
			if r := s.Get(path); r.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %s", path, r.Status)
			}
		}
	})
}

// TestSecurityTxtWithoutAContact says why there is none.
func TestSecurityTxtWithoutAContact(t *testing.T) {
	r := apptest.Start(t).Get("/.well-known/security.txt")
	if r.StatusCode != http.StatusNotFound || !strings.Contains(r.Text, "no contact") {
		t.Errorf("%s %s", r.Status, r.Text)
	}
}
