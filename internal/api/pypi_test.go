package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/packaging/coremeta"
)

// TestPyPIActions: warehouse-inventory 2.3, by query and by form. A target that
// begins with / is where a redirect leads; anything else stands in the text.
func TestPyPIActions(t *testing.T) {
	s := apptest.Start(t)
	for query, want := range map[string]struct {
		status int
		target string
	}{
		":action=file_upload":                         {410, s.URL + "/legacy/"},
		":action=submit":                              {410, s.URL + "/legacy/"},
		":action=submit_pkg_info":                     {410, s.URL + "/legacy/"},
		":action=doc_upload":                          {410, "Project-URL"},
		":action=doap":                                {410, s.URL + "/pypi/NAME/json"},
		":action=list_classifiers":                    {200, "\nFramework :: Django\n"},
		":action=rss":                                 {301, "/rss/updates.xml"},
		":action=packages_rss":                        {301, "/rss/packages.xml"},
		":action=search":                              {404, "term"},
		":action=search&term=a+%26b%0d%0aX:%20y":      {301, "/search/?q=a+%26b%0D%0AX%3A+y"},
		":action=browse":                              {404, "list_classifiers"},
		":action=browse&c=533":                        {404, "list_classifiers"},
		":action=browse&c=Framework+::+Django":        {301, "/search/?c=Framework+%3A%3A+Django"},
		":action=files&name=a":                        {404, "version"},
		":action=files&version=1":                     {404, "name of a project"},
		":action=files&name=A.b&version=1.0":          {301, "/project/a-b/1.0/#files"},
		":action=display":                             {404, "name of a project"},
		":action=display&name=//evil.example":         {404, "name of a project"},
		":action=display&name=A.b":                    {301, "/project/a-b/"},
		":action=display&name=A.b&version=v1.00-rc.1": {301, "/project/a-b/1.0rc1/"},
		":action=display&name=A.b&version=../..":      {404, "not a version"},
		":action=nonsense":                            {404, "list_classifiers, packages_rss"},
	} {
		form := strings.NewReader(query)
		for how, r := range map[string]apptest.Response{
			"GET /pypi?":   s.Get("/pypi?"+query, "Accept", "text/plain"),
			"GET /pypi/?":  s.Get("/pypi/?"+query, "Accept", "text/plain"),
			"POST /pypi?":  s.Do(http.MethodPost, "/pypi?"+query, nil, "Accept", "text/plain"),
			"POST a form:": s.Do(http.MethodPost, "/pypi", form, "Accept", "text/plain", "Content-Type", "application/x-www-form-urlencoded"),
		} {
			found := strings.Contains(r.Text, want.target)
			if strings.HasPrefix(want.target, "/") {
				found = r.Header.Get("Location") == want.target
			}
			if r.StatusCode != want.status || !found {
				t.Errorf("%s%s: %s, Location %q, %.200s; want %d with %q", how, query, r.Status, r.Header.Get("Location"), r.Text, want.status, want.target)
			}
		}
	}
}

// TestRetiredUploadNamesTheNewAddress: the reason phrase is what old tools show
// also when a whole file was sent first.
func TestRetiredUploadNamesTheNewAddress(t *testing.T) {
	s := apptest.Start(t)
	d := apptest.Wheel("demo", "1.0", "a")
	contentType, body := d.Form(d.Fields())
	r := s.Do(http.MethodPost, "/pypi", body, "Content-Type", contentType)
	if r.StatusCode != http.StatusGone || !strings.Contains(r.Status, s.URL+"/legacy/") || !strings.Contains(r.Text, `"url":"`+s.URL+`/legacy/"`) {
		t.Errorf("%s\n%s", r.Status, r.Text)
	}
	if r := s.Get("/pypi/demo/json"); r.StatusCode != http.StatusNotFound {
		t.Errorf("the file was taken: %s", r.Status)
	}
}

// TestPyPIWithoutAnAction: a person is led to the start page, a program is told
// what it forgot.
func TestPyPIWithoutAnAction(t *testing.T) {
	s := apptest.Start(t)
	if r := s.Get("/pypi"); r.StatusCode != 301 || r.Header.Get("Location") != "/" {
		t.Errorf("GET: %s to %q", r.Status, r.Header.Get("Location"))
	}
	for contentType, body := range map[string]string{
		"":                                  "<methodCall/>",
		"application/json":                  "{}",
		"application/x-www-form-urlencoded": "a=b",
		"nonsense;;;":                       "",
	} {
		r := s.Do(http.MethodPost, "/pypi", strings.NewReader(body), "Content-Type", contentType)
		if r.StatusCode != http.StatusBadRequest || !strings.Contains(r.Text, "text/xml") {
			t.Errorf("%q: %s %s", contentType, r.Status, r.Text)
		}
	}
	if r := s.Do(http.MethodPost, "/pypi", strings.NewReader("%zz=1"), "Content-Type", "application/x-www-form-urlencoded"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("a broken form: %s", r.Status)
	}
	if r := s.Do(http.MethodPut, "/pypi", nil); r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("PUT: %s, Allow %q", r.Status, r.Header.Get("Allow"))
	}
}

// TestListClassifiers: one classifier a line, those an upload may use.
func TestListClassifiers(t *testing.T) {
	s := apptest.Start(t)
	r := s.Get("/pypi?:action=list_classifiers")
	if want := strings.Join(coremeta.Classifiers(), "\n") + "\n"; r.Text != want || r.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%s %q: %d bytes, want %d", r.Status, r.Header.Get("Content-Type"), len(r.Text), len(want))
	}
}

// TestOldPageAddresses lead to the pages, by the normal forms only.
func TestOldPageAddresses(t *testing.T) {
	s := apptest.Start(t)
	for path, want := range map[string]string{
		"/pypi/Demo_Pkg":       "/project/demo-pkg/",
		"/pypi/Demo_Pkg/":      "/project/demo-pkg/",
		"/pypi/Demo_Pkg/1.0":   "/project/demo-pkg/1.0/",
		"/pypi/Demo_Pkg/1.0-1": "/project/demo-pkg/1.0.post1/",
		"/pypi/demo/1.0/":      "/project/demo/1.0/",
		"/p/demo":              "/project/demo/",
		"/p/demo/?x=y":         "/project/demo/",
		"/p/demo/2":            "/project/demo/2/",
		"/p/demo/1!2+a/":       "/project/demo/1%212+a/",
		"/p/-demo/":            "",
		"/p/%2f%2fevil/":       "",
		"/p/demo/latest/":      "",
	} {
		r := s.Get(path)
		location, err := url.PathUnescape(r.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		if plain, _ := url.PathUnescape(want); location != plain || r.StatusCode != map[bool]int{true: 404, false: 301}[want == ""] {
			t.Errorf("%s: %s to %q, want %q", path, r.Status, r.Header.Get("Location"), want)
		}
	}
}
