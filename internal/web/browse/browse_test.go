package browse_test

import (
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
)

// has fails unless the page holds every text.
func has(t *testing.T, r apptest.Response, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.Text, text) {
			t.Errorf("%s: the page lacks %q:\n%s", r.Status, text, r.Text)
		}
	}
}

// TestStartPage is of use before anything was published, and tells what is new.
func TestStartPage(t *testing.T) {
	s := apptest.Start(t)
	r := s.Get("/")
	has(t, r, "Nothing was published yet", "pip install --index-url "+s.Config.URL+"/simple/", "<html lang=\"en\"")
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%s %s", r.Status, r.Header.Get("Content-Type"))
	}
	s.MustUpload(apptest.Wheel("Demo.Pkg", "1.0", "x", "Summary: Does <b>things</b> & more"))
	has(t, s.Get("/"), `<strong>1</strong> project</li>`, `<a href="/project/demo-pkg/">Demo.Pkg</a> 1.0`, "Does &lt;b&gt;things&lt;/b&gt; &amp; more")
}

// TestPagesBringNoScript: no inline script and no foreign address, and a
// policy that would stop them.
func TestPagesBringNoScript(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x", "Summary: <script>alert(1)</script>", "Project-URL: Home, https://example.org/?a=1&b=2"))
	for _, path := range []string{"/", "/project/demo/", "/project/demo/1.0/"} {
		r := s.Get(path)
		if strings.Contains(r.Text, "<script>") || strings.Contains(r.Text, "style=") || strings.Contains(r.Text, "onclick") {
			t.Errorf("%s holds script or style:\n%s", path, r.Text)
		}
		policy := r.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
	has(t, s.Get("/project/demo/"), `<a href="https://example.org/?a=1&amp;b=2" rel="nofollow ugc noopener">Home</a>`)
}

// TestProjectPage shows the latest release, or the one that is asked for.
func TestProjectPage(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x", "Summary: The first", "Requires-Python: >=3.8"))
	s.MustUpload(apptest.Wheel("demo", "2.0", "x", "Summary: The second", "Requires-Dist: six>=1"))
	r := s.Get("/project/demo/")
	has(t, r, "<h1>demo 2.0</h1>", "The second", "<dd>six&gt;=1</dd>", `<a href="/project/demo/1.0/">1.0</a>`, "sha256:"+apptest.Wheel("demo", "2.0", "x", "Summary: The second", "Requires-Dist: six>=1").SHA256())
	has(t, s.Get("/project/demo/1.0/"), "<h1>demo 1.0</h1>", "The first", "demo==1.0", "&gt;=3.8")
	has(t, s.Get("/project/demo/v1.0.0/"), "<h1>demo 1.0</h1>")
}

// TestProjectAddresses: one address for a page, and an error that says what is
// wrong for the others.
func TestProjectAddresses(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("Demo.Pkg", "1.0", "x"))
	for _, row := range []struct {
		path     string
		status   int
		location string
	}{
		{"/project/demo-pkg/", 200, ""},
		{"/project/demo-pkg", 301, "/project/demo-pkg/"},
		{"/project/Demo.Pkg/", 301, "/project/demo-pkg/"},
		{"/project/Demo.Pkg/1.0/", 301, "/project/demo-pkg/1.0/"},
		{"/project/demo-pkg/1.0", 301, "/project/demo-pkg/1.0/"},
		{"/project/demo-pkg/2.0/", 404, ""},
		{"/project/demo-pkg/nonsense/", 404, ""},
		{"/project/nobody/", 404, ""},
		{"/project/-/", 404, ""},
		{"/project/%2F%2Fevil.example/", 404, ""},
	} {
		r := s.Get(row.path)
		if r.StatusCode != row.status || r.Header.Get("Location") != row.location {
			t.Errorf("%s: %s to %q, want %d to %q", row.path, r.Status, r.Header.Get("Location"), row.status, row.location)
		}
	}
}

// TestWithdrawnPages say why (SD-6, SN-7): gone for what was deleted or
// removed, a banner for what may return.
func TestWithdrawnPages(t *testing.T) {
	for _, row := range []struct {
		flag   []string
		status int
		offers bool // tells how to install it
		want   string
	}{
		{[]string{"deprecated", "--reason", "use other"}, 200, true, "use other"},
		{[]string{"archived", "--reason", "finished"}, 200, true, "finished"},
		{[]string{"quarantined", "--reason", "under review"}, 200, false, "under review"},
		{[]string{"removed", "--category", "malware", "--reason", "steals keys"}, 410, false, "steals keys"},
		{[]string{"deleted", "--reason", "a mistake"}, 410, false, ""},
	} {
		s := apptest.Start(t)
		s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
		s.Run(append([]string{"admin", "flag", "set", "--project", "demo"}, row.flag...)...)
		r := s.Get("/project/demo/")
		if r.StatusCode != row.status {
			t.Errorf("%s: %s, want %d", row.flag[0], r.Status, row.status)
		}
		has(t, r, `class="banner`, row.want)
		if strings.Contains(r.Text, "pip install") != row.offers {
			t.Errorf("%s: tells how to install it: %v", row.flag[0], !row.offers)
		}
	}
}
