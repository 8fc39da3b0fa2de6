package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// legacy is the part of the JSON API's answer that tests look into.
type legacy struct {
	Info struct {
		Name, Version string
		Yanked        bool
		YankedReason  *string `json:"yanked_reason"`
	}
	LastSerial int64 `json:"last_serial"`
	Ownership  struct {
		Organization *string
		Roles        []struct{ Role, User string }
	}
	Releases        map[string][]legacyFile
	URLs            []legacyFile
	Vulnerabilities []any
}

type legacyFile struct {
	Filename, URL string
	Size          int
	Digests       struct{ SHA256 string }
	Yanked        bool
	YankedReason  *string `json:"yanked_reason"`
}

// getJSON fetches an answer that must be there.
func getJSON(t *testing.T, s *apptest.Server, path string) (out legacy) {
	t.Helper()
	r := s.Get(path)
	if r.StatusCode != 200 {
		t.Fatalf("%s: %s\n%s", path, r.Status, r.Text)
	}
	if err := json.Unmarshal([]byte(r.Text), &out); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return out
}

// versions lists the keys of releases, sorted.
func (l legacy) versions() string {
	return strings.Join(slices.Sorted(maps.Keys(l.Releases)), " ")
}

// TestJSON01Addresses: with and without a slash; other spellings of the name
// are led to the normal one; a version is found by its canonical form.
func TestJSON01Addresses(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("Demo.Pkg", "1.0", "a"))
		s.MustUpload(apptest.Wheel("Demo.Pkg", "2!1.0rc1", "a"))
		for path, version := range map[string]string{
			"/pypi/demo-pkg/json": "1.0", "/pypi/demo-pkg/json/": "1.0",
			"/pypi/demo-pkg/1.0/json": "1.0", "/pypi/demo-pkg/1.0/json/": "1.0", "/pypi/demo-pkg/1/json": "1.0",
			"/pypi/demo-pkg/v1.0.0/json": "1.0", "/pypi/demo-pkg/2!1.0.RC1/json": "2!1.0rc1", "/pypi/demo-pkg/2%211-c.1/json": "2!1.0rc1",
		} {
			if got := getJSON(t, s, path); got.Info.Version != version || got.Info.Name != "Demo.Pkg" {
				t.Errorf("%s: %s %s, want %s", path, got.Info.Name, got.Info.Version, version)
			}
		}
		for path, location := range map[string]string{
			"/pypi/Demo_Pkg/json": "/pypi/demo-pkg/json", "/pypi/demo.pkg/1.0/json": "/pypi/demo-pkg/1.0/json",
		} {
			r := s.Get(path)
			if r.StatusCode != 301 || r.Header.Get("Location") != location || r.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: %s to %q", path, r.Status, r.Header.Get("Location"))
			}
		}
	})
}

// TestJSON02NotFound: what is unknown, quarantined or without releases is 404
// with a message as JSON.
func TestJSON02NotFound(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, name := range []string{"empty", "evil", "half"} {
			s.MustUpload(apptest.Wheel(name, "1.0", "a"))
		}
		s.MustUpload(apptest.Wheel("half", "2.0", "a"))
		s.Run("admin", "flag", "set", "--project", "empty", "--release", "1.0", "deleted")
		s.Run("admin", "flag", "set", "--project", "evil", "quarantined")
		s.Run("admin", "flag", "set", "--project", "half", "--release", "2.0", "quarantined")
		for _, path := range []string{
			"/pypi/none/json", "/pypi/-/json", "/pypi/half/3.0/json", "/pypi/half/x.y/json", "/pypi/half/2.0/json",
			"/pypi/evil/json", "/pypi/evil/1.0/json", "/pypi/empty/json", "/pypi/empty/1.0/json",
		} {
			r := s.Get(path, "Accept", "application/json")
			var answer struct{ Message string }
			err := json.Unmarshal([]byte(r.Text), &answer)
			if r.StatusCode != http.StatusNotFound || err != nil || answer.Message == "" || r.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s: %s %q, %v\n%s", path, r.Status, r.Header.Get("Content-Type"), err, r.Text)
			}
		}
	})
}

// TestJSON03Latest: not yanked before yanked, final before pre-release, then
// the highest.
func TestJSON03Latest(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		latest := func(want string) {
			t.Helper()
			if got := getJSON(t, s, "/pypi/demo/json").Info.Version; got != want {
				t.Errorf("the latest is %s, want %s", got, want)
			}
		}
		for _, step := range []struct{ upload, want string }{
			{"1.0a1", "1.0a1"},
			{"1.0.dev1", "1.0a1"},
			{"0.9", "0.9"},
			{"0.10", "0.10"},
			{"2.0rc1", "0.10"},
			{"0.10.post1", "0.10.post1"},
			{"0.2", "0.10.post1"},
		} {
			s.MustUpload(apptest.Wheel("demo", step.upload, "a"))
			latest(step.want)
		}
		for _, step := range []struct{ yank, want string }{
			{"0.10.post1", "0.10"},
			{"0.10", "0.9"},
			{"0.9", "0.2"},
			{"0.2", "2.0rc1"},
			{"2.0rc1", "1.0a1"},
			{"1.0a1", "1.0.dev1"},
			{"1.0.dev1", "0.10.post1"},
		} {
			s.Run("admin", "flag", "set", "--project", "demo", "--release", step.yank, "yanked")
			latest(step.want)
		}
	})
}

// TestJSON04Headers also revalidates.
func TestJSON04Headers(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
	for _, path := range []string{"/pypi/demo/json", "/pypi/demo/1.0/json"} {
		r := s.Get(path)
		for name, want := range map[string]string{
			"Content-Type": "application/json", "Cache-Control": "max-age=900, public, s-maxage=60", "X-PyPI-Last-Serial": "4",
			"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET", "Access-Control-Max-Age": "86400",
			"Access-Control-Expose-Headers": "X-PyPI-Last-Serial",
			"Access-Control-Allow-Headers":  "Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		etag := r.Header.Get("ETag")
		if again := s.Get(path, "If-None-Match", etag); again.StatusCode != 304 || again.Text != "" || etag == "" {
			t.Errorf("%s: revalidated with %q: %s", path, etag, again.Status)
		}
	}
	first := s.Get("/pypi/demo/json").Header.Get("ETag")
	s.MustUpload(apptest.Wheel("demo", "1.1", "a"))
	if r := s.Get("/pypi/demo/json", "If-None-Match", first); r.StatusCode != 200 || r.Header.Get("X-PyPI-Last-Serial") != "6" {
		t.Errorf("after an upload: %s, serial %s", r.Status, r.Header.Get("X-PyPI-Last-Serial"))
	}
}

// TestJSON05Keys: releases is on the project's answer only; the serial is the
// header's.
func TestJSON05Keys(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
	for path, want := range map[string]string{
		"/pypi/demo/json":     "info last_serial ownership releases urls vulnerabilities",
		"/pypi/demo/1.0/json": "info last_serial ownership urls vulnerabilities",
	} {
		r := s.Get(path)
		var keys map[string]json.RawMessage
		if err := json.Unmarshal([]byte(r.Text), &keys); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(slices.Sorted(maps.Keys(keys)), " "); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		if string(keys["last_serial"]) != r.Header.Get("X-PyPI-Last-Serial") {
			t.Errorf("%s: last_serial %s, header %s", path, keys["last_serial"], r.Header.Get("X-PyPI-Last-Serial"))
		}
	}
}

// TestJSON06And07Fields: every field of info and of a file, with metadata that
// fills all of them and with metadata that fills none.
func TestJSON06And07Fields(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		full := []string{
			"Summary: All <fields> & more", "Author: A. Author", "Author-email: a@example.org", "Maintainer: M", "Maintainer-email: m@example.org",
			"Home-page: https://example.org/", "Download-URL: https://example.org/get", "License: MIT-like", "Keywords: one,two",
			"Platform: any", "Platform: linux", "Classifier: Framework :: Django", "Classifier: Programming Language :: Python :: 3",
			"Requires-Python: >=3.8", "Requires-Dist: other (>=1)", "Requires-Dist: dev; extra == 'dev'", "Provides-Extra: dev",
			"Project-URL: Source, https://example.org/source", "Dynamic: Platform", "Description-Content-Type: text/markdown",
		}
		s.MustUpload(apptest.Wheel("Full.Project", "1.0", "a", full...))
		s.MustUpload(apptest.Sdist("Full.Project", "1.0", "a", full...))
		s.MustUpload(apptest.Wheel("bare", "1.0", "a"))
		s.Run("admin", "flag", "set", "--project", "bare", "--release", "1.0", "yanked", "--reason", "it is <empty>")
		golden(t, s, "json/full.json", indent(t, s.Get("/pypi/full-project/json").Text))
		golden(t, s, "json/bare.json", indent(t, s.Get("/pypi/bare/1.0/json").Text))
	})
}

func indent(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestJSON07Links: a file's address is the one it is served at, and bandersnatch
// wants its path to begin with /packages.
func TestJSON07Links(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		wheel := apptest.Wheel("demo", "1.0+local", "a")
		s.MustUpload(wheel)
		for _, file := range getJSON(t, s, "/pypi/demo/json").URLs {
			path, ours := strings.CutPrefix(file.URL, s.URL)
			if got := s.Get(path); !ours || !strings.HasPrefix(path, "/packages/") || got.Text != string(wheel.Body) || file.Size != len(wheel.Body) || file.Digests.SHA256 != wheel.SHA256() {
				t.Errorf("%s: %s, %d bytes; said were %d and %s", file.URL, got.Status, len(got.Text), file.Size, file.Digests.SHA256)
			}
		}
	})
}

// TestJSON08Vulnerabilities: a list, for pip-audit; nothing reports any yet.
func TestJSON08Vulnerabilities(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
	for _, path := range []string{"/pypi/demo/json", "/pypi/demo/1.0/json"} {
		if got := getJSON(t, s, path).Vulnerabilities; got == nil || len(got) != 0 {
			t.Errorf("%s: %v, want an empty list", path, got)
		}
	}
}

// TestJSON09Ownership: Owners first, then by name.
func TestJSON09Ownership(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
		ctx := context.Background()
		roles := map[int64]index.RoleName{s.User("zoe").ID: index.Owner, s.User("bob").ID: index.Maintainer, s.User("Abe").ID: index.Owner}
		err := s.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error {
			p, _, err := tx.Project(ctx, "demo")
			if err != nil {
				return err
			}
			for user, role := range roles {
				if err := tx.SetRole(ctx, p.ID, user, role); err != nil {
					return err
				}
			}
			tx.Touch("demo")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got := getJSON(t, s, "/pypi/demo/json").Ownership
		same(t, "roles", got.Roles, []map[string]string{
			{"Role": "Owner", "User": "Abe"}, {"Role": "Owner", "User": "admin"}, {"Role": "Owner", "User": "zoe"}, {"Role": "Maintainer", "User": "bob"},
		})
		if got.Organization != nil {
			t.Errorf("organization is %q, want null", *got.Organization)
		}
	})
}

// TestJSON10Withdrawn: quarantined releases and files are left out, yanked ones
// stay, and all is there again when the flag is cleared.
func TestJSON10Withdrawn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, version := range []string{"1.0", "2.0", "3.0"} {
			s.MustUpload(apptest.Wheel("demo", version, "a"))
		}
		s.MustUpload(apptest.Sdist("demo", "1.0", "a"))
		s.Run("admin", "flag", "set", "--project", "demo", "--release", "3.0", "quarantined")
		s.Run("admin", "flag", "set", "--project", "demo", "--release", "2.0", "yanked", "--reason", "broken")
		s.Run("admin", "flag", "set", "--project", "demo", "--file", "demo-1.0.tar.gz", "quarantined")
		got := getJSON(t, s, "/pypi/demo/json")
		if got.versions() != "1.0 2.0" || got.Info.Version != "1.0" || got.Info.Yanked || len(got.Releases["1.0"]) != 1 {
			t.Errorf("releases %s with %d files of 1.0, latest %s", got.versions(), len(got.Releases["1.0"]), got.Info.Version)
		}
		if f := got.Releases["2.0"][0]; !f.Yanked || f.YankedReason == nil || *f.YankedReason != "broken" {
			t.Errorf("the yanked file: %+v", f)
		}
		if one := getJSON(t, s, "/pypi/demo/2.0/json"); !one.Info.Yanked || *one.Info.YankedReason != "broken" || !one.URLs[0].Yanked {
			t.Errorf("the yanked release: %+v", one)
		}
		s.Run("admin", "flag", "clear", "--project", "demo", "--release", "3.0", "quarantined")
		s.Run("admin", "flag", "clear", "--project", "demo", "--file", "demo-1.0.tar.gz", "quarantined")
		if back := getJSON(t, s, "/pypi/demo/json"); back.versions() != "1.0 2.0 3.0" || back.Info.Version != "3.0" || len(back.Releases["1.0"]) != 2 {
			t.Errorf("restored: %s, latest %s", back.versions(), back.Info.Version)
		}
	})
}

// TestJSON11Poetry: every version of the Simple API has an answer of its own
// (J-11).
func TestJSON11Poetry(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, version := range []string{"1.0", "1!2.0rc1", "1.0+local.1", "0.0.1.dev3"} {
			s.MustUpload(apptest.Wheel("demo", version, "a"))
		}
		var list struct{ Versions []string }
		r := s.Get("/simple/demo/", "Accept", "application/vnd.pypi.simple.v1+json")
		if err := json.Unmarshal([]byte(r.Text), &list); err != nil || len(list.Versions) != 4 {
			t.Fatalf("%v, %v", list.Versions, err)
		}
		for _, version := range list.Versions {
			if got := getJSON(t, s, "/pypi/demo/"+version+"/json").Info.Version; got != version {
				t.Errorf("%s: got %s", version, got)
			}
		}
	})
}

// TestJSONIsNotOlderThanTheList: X-06, while uploads go on. Each project's
// answer has at least the serial that the list gave.
func TestJSONIsNotOlderThanTheList(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range 40 {
				s.Upload(s.Token, apptest.Wheel("demo", "1."+strconv.Itoa(i), "a"))
			}
		}()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			var list struct {
				Projects []struct {
					Serial int64 `json:"_last-serial"`
				}
			}
			r := s.Get("/simple/", "Accept", "application/vnd.pypi.simple.v1+json")
			if err := json.Unmarshal([]byte(r.Text), &list); err != nil {
				t.Fatal(err)
			}
			if len(list.Projects) == 0 {
				continue
			}
			if got := getJSON(t, s, "/pypi/demo/json").LastSerial; got < list.Projects[0].Serial {
				t.Errorf("the JSON answer is of serial %d, the list told of %d", got, list.Projects[0].Serial)
			}
		}
	})
}
