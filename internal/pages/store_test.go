package pages_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/pages"
)

// fill uploads the same files to any index, and flags some.
func fill(s *apptest.Server) {
	for _, d := range []apptest.Dist{
		apptest.Wheel("demo", "1.10", "a"), apptest.Sdist("demo", "1.10", "a", "Requires-Python: >=3.8"), apptest.Wheel("demo", "1.9", "b"),
		apptest.Wheel("demo", "2.0rc1", "c"), apptest.Wheel("demo", "1.0+cu1", "d"), apptest.Wheel("Other.Name", "1.0", "e"),
	} {
		s.MustUpload(d)
	}
	s.Run("admin", "flag", "set", "--project", "demo", "--release", "1.9", "yanked", "--reason", "broken <on> \"Windows\"")
	s.Run("admin", "flag", "set", "--project", "demo", "deprecated", "--reason", "use other")
}

func keys() []pages.Key {
	return []pages.Key{
		{Kind: pages.SimpleJSON, Name: "demo"},
		{Kind: pages.SimpleHTML, Name: "demo"},
		{Kind: pages.ProjectJSON, Name: "demo"},
		{Kind: pages.ReleaseJSON, Name: "demo", Version: "1.9"},
		{Kind: pages.SimpleJSON, Name: "other-name"},
	}
}

func get(t *testing.T, s *pages.Store, key pages.Key) *pages.Page {
	t.Helper()
	page, err := s.Get(context.Background(), key)
	if err != nil {
		t.Fatalf("%+v: %v", key, err)
	}
	return page
}

// TestTUF1TwoStoresSameBytes: a page is a pure function of the rows. Two nodes and two runs give the same bytes in every coding.
func TestTUF1TwoStoresSameBytes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		fill(s)
		opt := pages.Options{URL: s.URL, Budget: 1 << 20}
		here, there := pages.New(s.DB, opt), pages.New(s.DB, opt)
		for _, key := range keys() {
			first := get(t, here, key)
			here.Forget([]string{key.Name})
			again, other := get(t, here, key), get(t, there, key)
			if again == first {
				t.Errorf("%+v was not forgotten", key)
			}
			for _, coding := range []pages.Encoding{pages.Identity, pages.Gzip, pages.Zstd} {
				a, b, c := first.In(coding), again.In(coding), other.In(coding)
				if string(a.Body) != string(b.Body) || string(a.Body) != string(c.Body) || a.ETag[0] != b.ETag[0] || a.ETag[0] != c.ETag[0] {
					t.Errorf("%+v in %q differs between runs or nodes", key, coding)
				}
			}
			if first.Serial == 0 || first.Serial != other.Serial {
				t.Errorf("%+v: serials %d and %d", key, first.Serial, other.Serial)
			}
		}
	})
}

// TestBothDatabasesGiveTheSamePages, the time of the upload and the server's address aside.
func TestBothDatabasesGiveTheSamePages(t *testing.T) {
	times := regexp.MustCompile(`20\d\d-\d\d-\d\dT[0-9:.]+Z?|127\.0\.0\.1:\d+`)
	seen := map[pages.Key]string{}
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		fill(s)
		for _, key := range keys() {
			text := times.ReplaceAllString(string(get(t, s.Pages, key).In(pages.Identity).Body), "X")
			if other, there := seen[key]; there && other != text {
				t.Errorf("%+v:\n%s\n%s", key, other, text)
			}
			seen[key] = text
		}
	})
}

// TestSD20Order: versions as PEP 440 orders them, then filenames.
func TestSD20Order(t *testing.T) {
	s := apptest.Start(t)
	fill(s)
	body := string(get(t, s.Pages, keys()[0]).In(pages.Identity).Body)
	var got []string
	for _, m := range regexp.MustCompile(`"filename":"([^"]+)"`).FindAllStringSubmatch(body, -1) {
		got = append(got, m[1])
	}
	want := []string{"demo-1.0+cu1-py3-none-any.whl", "demo-1.9-py3-none-any.whl", "demo-1.10-py3-none-any.whl", "demo-1.10.tar.gz", "demo-2.0rc1-py3-none-any.whl"}
	if !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	if !strings.Contains(body, `"versions":["1.0+cu1","1.9","1.10","2.0rc1"]`) {
		t.Errorf("versions are not in order: %s", body)
	}
}

// TestPagesOfWithdrawnProjects (SD-21, SN-4, SD-6): what is quarantined or removed says so; what its owner deleted is a matter of settings.
func TestPagesOfWithdrawnProjects(t *testing.T) {
	for deleted, code := range map[string]index.Code{"404": index.CodeProjectDeleted, "empty": ""} {
		s := apptest.Start(t, func(c *config.Config) { c.DeletedSimple = deleted })
		for _, row := range []struct {
			kind string
			code index.Code
			says string
		}{
			{index.Quarantined, "", `"project-status":{"reason":"why","status":"quarantined"},"versions":[]`},
			{index.Removed, "", `"project-status":{"reason":"why","status":"quarantined"},"versions":[]`},
			{index.Deleted, code, `"files":[]`},
		} {
			name := row.kind + "-one"
			s.MustUpload(apptest.Wheel(name, "1.0", "x"))
			set := []string{"admin", "flag", "set", "--project", name, row.kind, "--reason", "why"}
			if row.kind == index.Deleted {
				set = append(set, "--category", "owner")
			}
			s.Run(set...)
			page, err := s.Pages.Get(context.Background(), pages.Key{Kind: pages.SimpleJSON, Name: name})
			switch {
			case row.code != "":
				if !index.HasCode(err, row.code) || !strings.Contains(err.Error(), "Deleted by its owner on ") || !strings.Contains(err.Error(), "why") {
					t.Errorf("%s: %v", row.kind, err)
				}
			case err != nil || !strings.Contains(string(page.In(pages.Identity).Body), row.says):
				t.Errorf("%s: %v, want %s", row.kind, err, row.says)
			}
			for _, kind := range []pages.Kind{pages.ProjectJSON, pages.ReleaseJSON} {
				if _, err := s.Pages.Get(context.Background(), pages.Key{Kind: kind, Name: name, Version: "1"}); index.AsError(err).Kind() != index.NotFound {
					t.Errorf("J-02: %s of a %s project: %v", kind, row.kind, err)
				}
			}
		}
	}
}

// TestUnknown: what is not there is not found, on every page.
func TestUnknown(t *testing.T) {
	s := apptest.Start(t)
	for _, key := range keys() {
		if _, err := s.Pages.Get(context.Background(), key); !index.HasCode(err, index.CodeNotFound) {
			t.Errorf("%+v: %v", key, err)
		}
	}
	if _, err := s.Pages.File(context.Background(), "demo-1.0.tar.gz"); !index.HasCode(err, index.CodeNotFound) {
		t.Errorf("%v", err)
	}
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	if _, err := s.Pages.Get(context.Background(), pages.Key{Kind: "no.such", Name: "demo"}); err == nil || index.HasCode(err, index.CodeNotFound) {
		t.Errorf("an unknown kind of page is our mistake: %v", err)
	}
}

// TestFileStateFollowsItsParents: any flag on file, release or project is seen at once.
func TestFileStateFollowsItsParents(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		wheel := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(wheel)
		state := func() index.Code {
			st, err := s.Pages.File(context.Background(), wheel.Filename)
			if err != nil {
				t.Fatal(err)
			}
			return st.Status.File
		}
		for _, on := range [][]string{{"--file", wheel.Filename}, {"--release", "1.0"}, nil} {
			for kind, want := range map[string]index.Code{index.Quarantined: index.CodeFileQuarantined, index.Deleted: index.CodeFileDeleted} {
				args := append([]string{"--project", "demo", kind}, on...)
				if s.Run(append([]string{"admin", "flag", "set"}, args...)...); state() != want {
					t.Errorf("%s %v: %s", kind, on, state())
				}
				if s.Run(append([]string{"admin", "flag", "clear"}, args...)...); state() != "" {
					t.Errorf("cleared %s %v: %s", kind, on, state())
				}
			}
		}
	})
}

// TestUploadsAreVisibleAtOnce on every page of the project (design 5, step 10).
func TestUploadsAreVisibleAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		token := s.NewToken(access.Grant{User: s.Admin})
		for i, version := range []string{"1.0", "1.1", "1.2"} {
			d := apptest.Wheel("demo", version, "x")
			if r := s.Upload(token, d); r.StatusCode != 200 {
				t.Fatal(r.Status)
			}
			for _, key := range keys()[:3] {
				page := get(t, s.Pages, key)
				if n := strings.Count(string(page.In(pages.Identity).Body), d.Filename); n == 0 {
					t.Errorf("upload %d is not on %s", i, key.Kind)
				}
				if p, _, err := s.DB.Project(context.Background(), "demo"); err != nil || p.LastSerial != page.Serial {
					t.Errorf("SC-07: the page has serial %d, the project %d, %v", page.Serial, p.LastSerial, err)
				}
			}
		}
	})
}
