package ops_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// report is the JSON document of an import.
type report struct {
	Counts  map[string]int
	Refused []struct {
		File, Code, Detail string
		Problems           []index.Problem
	}
	Warnings []struct {
		File     string
		Warnings []string
	}
}

func day(n int) time.Time { return time.Date(2019, 3, n, 12, 0, 0, 0, time.UTC) }

// oldFolder is what people have who ran a folder for years.
func oldFolder(t *testing.T) string {
	folder := t.TempDir()
	good, sdist := apptest.Wheel("demo", "1.0", "x"), apptest.Sdist("demo", "1.0", "x")
	write(t, folder, "demo/"+good.Filename, good.Body, day(2))
	write(t, folder, "demo/"+sdist.Filename, sdist.Body, day(1))
	old := apptest.Sdist("Old.Style", "1.0", "x")
	write(t, folder, "Old.Style-1.0.tar.gz", old.Body, day(3))
	wrong := wheelWithWrongRecord(t, "wrong", "2.0")
	write(t, folder, wrong.Filename, wrong.Body, day(4))
	write(t, folder, "zipped-0.5.zip", archive(t, [][2]string{
		{"zipped-0.5/PKG-INFO", "Metadata-Version: 1.0\nName: zipped\nVersion: 0.5\nSummary: UNKNOWN\n"}, {"zipped-0.5/setup.py", "\n"},
	}), day(5))
	write(t, folder, "broken-1.0-py3-none-any.whl", []byte("not a zip"), day(6))
	write(t, folder, "ancient-1.0-py2.7.egg", []byte("egg"), day(6))
	stranger := apptest.Wheel("stranger", "1.0", "x")
	write(t, folder, "other-1.0-py3-none-any.whl", stranger.Body, day(6))
	for _, name := range []string{"demo/index.html", "demo/" + good.Filename + ".asc", good.Filename + ".metadata", "._x-1.0.tar.gz"} {
		write(t, folder, name, []byte("x"), day(7))
	}
	return folder
}

func codes(r report) string {
	var out []string
	for _, f := range r.Refused {
		out = append(out, f.File+"="+f.Code)
	}
	return strings.Join(out, " ")
}

func TestImportTakesAFolder(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.User("alice")
		folder := oldFolder(t)
		r := decode[report](t, run(s.Config.Data, "import", folder, "--owner", "alice", "--json").want(t, 1))
		if got := fmt.Sprint(r.Counts); got != "map[accepted:2 duplicate:0 ignored:4 refused:6 warnings:0]" {
			t.Errorf("counts %s", got)
		}
		want := "Old.Style-1.0.tar.gz=invalid-filename ancient-1.0-py2.7.egg=invalid-extension broken-1.0-py3-none-any.whl=invalid-archive " +
			"other-1.0-py3-none-any.whl=invalid-archive wrong-2.0-py3-none-any.whl=record-mismatch zipped-0.5.zip=invalid-filename"
		if codes(r) != want {
			t.Errorf("refused\n%s\nwant\n%s", codes(r), want)
		}
		for _, f := range r.Refused {
			if f.Detail == "" || len(f.Problems) == 0 || f.Problems[0].Detail != f.Detail {
				t.Errorf("%s does not say what is wrong: %+v", f.File, f)
			}
		}
		if page := s.Get("/simple/demo/"); !strings.Contains(page.Text, "demo-1.0.tar.gz") {
			t.Errorf("the page lacks what was imported: %s", page.Text)
		}
		p, _, err := s.DB.Project(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		if role, err := s.DB.RoleOf(t.Context(), p.ID, s.User("alice").ID); role != index.Owner || err != nil {
			t.Errorf("alice is %q of demo (%v), want its Owner", role, err)
		}
		if since := time.Since(p.CreatedAt); since > time.Hour {
			t.Errorf("without --legacy times are those of the import, not %s", p.CreatedAt)
		}
	})
}

// TestImportLegacy: exactly three things become warnings, and times stay.
func TestImportLegacy(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		folder := oldFolder(t)
		first := run(s.Config.Data, "import", folder, "--owner", "admin", "--legacy", "--json").want(t, 1)
		r := decode[report](t, first)
		if got := fmt.Sprint(r.Counts); got != "map[accepted:5 duplicate:0 ignored:4 refused:3 warnings:3]" {
			t.Errorf("counts %s\n%s", got, first.stdout)
		}
		want := "ancient-1.0-py2.7.egg=invalid-extension broken-1.0-py3-none-any.whl=invalid-archive other-1.0-py3-none-any.whl=invalid-archive"
		if codes(r) != want {
			t.Errorf("refused\n%s\nwant\n%s", codes(r), want)
		}
		for filename, at := range map[string]time.Time{"demo-1.0.tar.gz": day(1), "demo-1.0-py3-none-any.whl": day(2), "zipped-0.5.zip": day(5)} {
			f, found, err := s.DB.PlacedFile(t.Context(), filename)
			if err != nil || !found || !f.UploadedAt.Equal(at) {
				t.Errorf("%s is of %s, want %s (%v, %v)", filename, f.UploadedAt, at, found, err)
			}
		}
		p, _, _ := s.DB.Project(t.Context(), "demo")
		release, _, err := s.DB.Release(t.Context(), p.ID, "1")
		if err != nil || !release.CreatedAt.Equal(day(1)) || !p.CreatedAt.Equal(day(1)) {
			t.Errorf("release of %s, project of %s, want both of their oldest file (%v)", release.CreatedAt, p.CreatedAt, err)
		}
		again := decode[report](t, run(s.Config.Data, "import", folder, "--owner", "admin", "--legacy", "--json").want(t, 1))
		if got := fmt.Sprint(again.Counts); got != "map[accepted:0 duplicate:5 ignored:4 refused:3 warnings:0]" {
			t.Errorf("counts of the second import %s", got)
		}
	})
}

// TestImportTellsPeople: the report and the plain progress lines are for
// reading; a clean import ends with 0.
func TestImportTellsPeople(t *testing.T) {
	s := apptest.Start(t)
	folder := t.TempDir()
	d := apptest.Wheel("demo", "1.0", "x")
	write(t, folder, d.Filename, d.Body, day(1))
	if got := run(s.Config.Data, "import", folder, "--owner", "admin").want(t, 0); got.stdout != "Accepted 1, already there 0, refused 0, ignored 0.\n" || got.stderr != "" {
		t.Errorf("%q %q", got.stdout, got.stderr)
	}
	write(t, folder, "broken-1.0-py3-none-any.whl", []byte("no zip"), day(1))
	got := runIn(s.Config.Data, 100, "import", folder, "--owner", "admin").want(t, 1)
	if !strings.HasPrefix(got.stdout, "refused: broken-1.0-py3-none-any.whl (invalid-archive)\n    Invalid distribution file. ") {
		t.Errorf("%q", got.stdout)
	}
	if !strings.Contains(got.stderr, "2 of 2 files") {
		t.Errorf("no bar on a terminal: %q", got.stderr)
	}
}

// TestImportStaysInItsFolder: links lead nowhere else, and what cannot be read
// is told without stopping the rest.
func TestImportStaysInItsFolder(t *testing.T) {
	s := apptest.Start(t)
	outside, folder := t.TempDir(), t.TempDir()
	secret, linked := apptest.Wheel("secret", "1.0", "x"), apptest.Wheel("linked", "1.0", "x")
	write(t, outside, secret.Filename, secret.Body, day(1))
	write(t, folder, "pool/"+linked.Filename, linked.Body, day(1))
	for from, to := range map[string]string{
		filepath.Join(outside, secret.Filename): filepath.Join(folder, secret.Filename),
		outside:                                 filepath.Join(folder, "away"),
		filepath.Join("pool", linked.Filename):  filepath.Join(folder, linked.Filename),
	} {
		if err := os.Symlink(from, to); err != nil {
			t.Fatal(err)
		}
	}
	r := decode[report](t, run(s.Config.Data, "import", folder, "--owner", "admin", "--json").want(t, 0))
	if got := fmt.Sprint(r.Counts); got != "map[accepted:1 duplicate:1 ignored:2 refused:0 warnings:0]" {
		t.Errorf("counts %s", got)
	}
	if _, found, _ := s.DB.Project(t.Context(), "secret"); found {
		t.Error("a link led out of the folder")
	}
}

// TestImportRefusesToBegin: mistakes are told before anything is read.
func TestImportRefusesToBegin(t *testing.T) {
	s := apptest.Start(t)
	for want, args := range map[string][]string{
		`there is no user "nobody"`: {"import", t.TempDir(), "--owner", "nobody"},
		"no such file or directory": {"import", "missing", "--owner", "admin"},
	} {
		if got := run(s.Config.Data, args...).want(t, 1); !strings.Contains(got.stderr, want) {
			t.Errorf("%v says %q, want %q", args, got.stderr, want)
		}
	}
	s.Run("admin", "switch", "read-only", "on")
	if got := run(s.Config.Data, "import", t.TempDir(), "--owner", "admin").want(t, 1); !strings.Contains(got.stderr, "Read-only mode") {
		t.Errorf("read-only: %q", got.stderr)
	}
}

// TestImportIntoOldReleases: a release's age closes it to uploads, not to an
// import, and an imported project can be uploaded to by its owner.
func TestImportIntoOldReleases(t *testing.T) {
	s := apptest.Start(t)
	s.Acceptor.Policy.ReleaseMaxAge = 24 * time.Hour
	folder := t.TempDir()
	sdist, wheel := apptest.Sdist("demo", "1.0", "x"), apptest.Wheel("demo", "1.0", "x")
	write(t, folder, sdist.Filename, sdist.Body, day(1))
	run(s.Config.Data, "import", folder, "--owner", "admin", "--legacy").want(t, 0)
	if r := s.Upload(s.Token, wheel); r.StatusCode != 400 {
		t.Fatalf("an upload into a release of 2019: %s", r.Status)
	}
	write(t, folder, wheel.Filename, wheel.Body, day(2))
	run(s.Config.Data, "import", folder, "--owner", "admin", "--legacy").want(t, 0)
	s.MustUpload(apptest.Wheel("demo", "2.0", "x"))
}
