package app_test

import (
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
)

// TestThePath is the thinnest whole path: a file is uploaded, its page names
// it at once, and the bytes come back.
func TestThePath(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		wheel := apptest.Wheel("Demo.Pkg", "1.0", "one", "Requires-Python: >=3.8", "Summary: It's <a> demo")
		s.MustUpload(wheel)
		s.MustUpload(apptest.Sdist("Demo.Pkg", "1.0", "one"))
		page := s.Get("/simple/demo-pkg/", "Accept", "application/vnd.pypi.simple.v1+json")
		if !strings.Contains(page.Text, wheel.SHA256()) || !strings.Contains(page.Text, "demo_pkg-1.0.tar.gz") {
			t.Fatalf("page %s lacks the files:\n%s", page.Status, page.Text)
		}
		_, link, _ := strings.Cut(page.Text, `"url":"../..`)
		link, _, _ = strings.Cut(link, `"`)
		if got := s.Get(link); got.Text != string(wheel.Body) {
			t.Errorf("%s gives %s with %d bytes, want the %d uploaded", link, got.Status, len(got.Text), len(wheel.Body))
		}
		if got := s.Get(link + ".metadata"); got.Text != wheel.Metadata {
			t.Errorf("metadata: %s %q, want %q", got.Status, got.Text, wheel.Metadata)
		}
	})
}
