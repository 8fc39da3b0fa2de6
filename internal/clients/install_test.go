//go:build slow

package clients

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shelf is what installers choose from: room-app needs room-lib, of which only 1.0 is for everybody.
func shelf() []Project {
	return []Project{
		{Name: "Room.App", Version: "1.0", Dependencies: []string{"room-lib>=0.9"}, Extra: "room-more"},
		{Name: "room-lib", Version: "1.0", RequiresPython: ">=3.8"},
		{Name: "room-lib", Version: "1.1", RequiresPython: ">=3.8"},                       // yanked
		{Name: "room-lib", Version: "1.2", RequiresPython: ">=99", Backend: "setuptools"}, // for no Python of today
		{Name: "room-lib", Version: "2.0rc1", Backend: "setuptools"},                      // a pre-release
		{Name: "room-more", Version: "3.1", Dependencies: []string{"room-lib"}},
	}
}

// yankReason has characters that HTML would spoil.
const yankReason = `Breaks "imports" on <old> systems & more`

// stock starts an index with the shelf on it.
func stock(t *testing.T) *site {
	t.Helper()
	s := startSite(t)
	s.publish(shelf()...)
	s.admin("flag", "set", "--project", "room-lib", "--release", "1.1", "yanked", "--reason", yankReason)
	s.requests()
	return s
}

// installers are who must be able to install.
func installers(t *testing.T, test func(t *testing.T, client Client)) {
	for _, client := range []Client{PipOld, PipNew, UV} {
		t.Run(string(client), func(t *testing.T) {
			t.Parallel()
			test(t, client)
		})
	}
}

// has checks the versions of packages in an environment; "" means that one must not be there.
func (s *Shell) has(python string, versions map[string]string) {
	s.t.Helper()
	for name, want := range versions {
		code := "import importlib.metadata as m\ntry: print(m.version('" + name + "'), end='')\nexcept m.PackageNotFoundError: pass"
		if got := s.Python(python, "-c", code); got.Output != want {
			s.t.Errorf("%s: version %q is installed, want %q", name, got.Output, want)
		}
	}
}

// prereleases is the flag that lets an installer choose them.
func prereleases(client Client) string {
	if client == UV {
		return "--prerelease=allow"
	}
	return "--pre"
}

// One project needs another; both come from the index, read by their metadata first, each downloaded once.
func TestInstallResolves(t *testing.T) {
	installers(t, func(t *testing.T, client Client) {
		s, shell := stock(t), Env(t)
		python := shell.Venv()
		shell.Must(client, installing(client, python, s.index(), "room_app")...)
		shell.has(python, map[string]string{"room-app": "1.0", "room-lib": "1.0", "room-more": ""})
		asked := s.requests()
		for _, wheel := range []string{"room_app-1.0-", "room_lib-1.0-"} {
			metadata := count(asked, func(r request) bool { return strings.Contains(r.Path, wheel) && fetched(".whl.metadata")(r) })
			whole := count(asked, func(r request) bool { return strings.Contains(r.Path, wheel) && fetched(".whl")(r) })
			if metadata != 1 || whole != 1 {
				t.Errorf("%s: metadata fetched %d times, the wheel %d times: %+v", wheel, metadata, whole, asked)
			}
		}
		if n := count(asked, func(r request) bool { return r.Status >= 400 }); n != 0 {
			t.Errorf("a plain install met %d errors: %+v", n, asked)
		}
		extra := shell.Venv()
		shell.Must(client, installing(client, extra, s.index(), "Room.App[more]==1.0")...)
		shell.has(extra, map[string]string{"room-app": "1.0", "room-lib": "1.0", "room-more": "3.1"})
	})
}

// What may not be chosen is passed over; what was pinned is taken, with a warning (PEP 592), or refused with the reason.
func TestInstallChooses(t *testing.T) {
	installers(t, func(t *testing.T, client Client) {
		s, shell := stock(t), Env(t)
		python := shell.Venv()
		install := func(args ...string) []string { return installing(client, python, s.index(), args...) }
		plain := shell.Must(client, install("room-lib")...)
		shell.has(python, map[string]string{"room-lib": "1.0"})
		if strings.Contains(plain, "imports") {
			t.Errorf("a yanked release that was not chosen is spoken of:\n%s", plain)
		}
		says(t, strings.ReplaceAll(shell.Must(client, install("room-lib==1.1")...), `\"`, `"`), yankReason)
		shell.has(python, map[string]string{"room-lib": "1.1"})
		shell.Must(client, install(prereleases(client), "--upgrade", "room-lib")...)
		shell.has(python, map[string]string{"room-lib": "2.0rc1"})
		refused := shell.Run(client, install("room-lib==1.2")...)
		says(t, refused.Output, "1.2", ">=99")
		if refused.Code == 0 {
			t.Errorf("a release for another Python was installed:\n%s", refused.Output)
		}
		shell.has(python, map[string]string{"room-lib": "2.0rc1"})
	})
}

// Hashes of a requirements file hold what is served to what was uploaded.
func TestInstallRequiresHashes(t *testing.T) {
	installers(t, func(t *testing.T, client Client) {
		s, shell := stock(t), Env(t)
		python := shell.Venv()
		app, lib := BuildProject(t, shelf()[0]), BuildProject(t, shelf()[1])
		pinned := func(app, lib string) string {
			return "room-app==1.0 --hash=sha256:" + app + "\nroom-lib==1.0 --hash=sha256:" + lib + "\n"
		}
		file := filepath.Join(shell.Home, "requirements.txt")
		write(t, file, pinned(digest(t, app.Wheel), digest(t, lib.Wheel)))
		shell.Must(client, installing(client, python, s.index(), "--require-hashes", "-r", file)...)
		shell.has(python, map[string]string{"room-app": "1.0", "room-lib": "1.0"})
		write(t, file, pinned(digest(t, app.Wheel), digest(t, app.Wheel)))
		other := shell.Venv()
		result := shell.Run(client, installing(client, other, s.index(), "--require-hashes", "-r", file)...)
		says(t, strings.ToLower(result.Output), "hash", digest(t, app.Wheel))
		if result.Code == 0 {
			t.Errorf("a file with another hash was installed:\n%s", result.Output)
		}
		shell.has(other, map[string]string{"room-lib": ""})
	})
}

func digest(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(content))
}

// A source distribution is fetched, built with what the environment has, and installed.
func TestInstallFromSource(t *testing.T) {
	installers(t, func(t *testing.T, client Client) {
		s, shell := stock(t), Env(t)
		python := shell.Venv()
		write(t, filepath.Join(only(t, filepath.Dir(python), "../lib/python3.*/site-packages"), "backends.pth"), shell.sitePackages(Build))
		source := []string{"--no-build-isolation", "--no-deps", "--no-binary", ":all:", "room-app", "room-lib==2.0rc1"}
		shell.Must(client, installing(client, python, s.index(), source...)...)
		shell.has(python, map[string]string{"room-app": "1.0", "room-lib": "2.0rc1"})
		asked := s.requests()
		times := 1
		if client == PipOld {
			times = 2 // it forgets a source that it knew by a metadata file, and keeps no cache for plain http
		}
		if sdists, wheels := count(asked, fetched(".tar.gz")), count(asked, fetched(".whl")); sdists != 2*times || wheels != 0 {
			t.Errorf("%d sdists and %d wheels were fetched, want %d and 0: %+v", sdists, wheels, 2*times, asked)
		}
	})
}

// sitePackages is the folder of a client's packages.
func (s *Shell) sitePackages(client Client) string {
	s.t.Helper()
	return only(s.t, s.bin(client), "../lib/python3.*/site-packages")
}

// only finds the one path below a folder that fits a pattern.
func only(t testing.TB, folder, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s in %s: want one, got %q, %v", pattern, folder, found, err)
	}
	return found[0]
}

// uv resolves with metadata files alone; what it writes installs with pip by its hashes.
func TestCompileReadsOnlyMetadata(t *testing.T) {
	t.Parallel()
	s, shell := stock(t), Env(t)
	wanted, locked := filepath.Join(shell.Home, "wanted.in"), filepath.Join(shell.Home, "locked.txt")
	write(t, wanted, "room-app[more]\n")
	python := shell.Venv()
	output := shell.Must(UV, "pip", "compile", "--python", python, "--index-url", s.index(), "--generate-hashes", "-o", locked, wanted)
	lib := BuildProject(t, shelf()[1])
	says(t, output, "room-app==1.0", "room-lib==1.0", "room-more==3.1", "sha256:"+digest(t, lib.Wheel), "sha256:"+digest(t, lib.Sdist))
	asked := s.requests()
	if files := count(asked, fetched(".whl")) + count(asked, fetched(".tar.gz")); files != 0 {
		t.Errorf("%d files were fetched to resolve: %+v", files, asked)
	}
	if metadata := count(asked, fetched(".whl.metadata")); metadata != 3 {
		t.Errorf("%d metadata files were fetched, want 3: %+v", metadata, asked)
	}
	shell.Must(PipNew, installing(PipNew, python, s.index(), "--require-hashes", "-r", locked)...)
	shell.has(python, map[string]string{"room-app": "1.0", "room-lib": "1.0", "room-more": "3.1"})
}

// Poetry resolves from the index as its source, locks hashes and installs.
func TestPoetryInstalls(t *testing.T) {
	t.Parallel()
	s, shell := stock(t), Env(t)
	shell.Vars = []string{"POETRY_VIRTUALENVS_IN_PROJECT=true"}
	poetryProject(t, shell, "poetry-user", "")
	shell.Must(Poetry, "source", "add", "--priority", "primary", "room", s.index())
	shell.Must(Poetry, "add", "Room.App[more]")
	python := filepath.Join(shell.Dir, ".venv", "bin", "python")
	shell.has(python, map[string]string{"room-app": "1.0", "room-lib": "1.0", "room-more": "3.1"})
	lock, err := os.ReadFile(filepath.Join(shell.Dir, "poetry.lock"))
	if err != nil {
		t.Fatal(err)
	}
	says(t, string(lock), "sha256:"+digest(t, BuildProject(t, shelf()[0]).Wheel), s.URL+"/simple")
	if err := os.RemoveAll(filepath.Join(shell.Dir, ".venv")); err != nil {
		t.Fatal(err)
	}
	shell.Must(Poetry, "install")
	shell.has(python, map[string]string{"room-app": "1.0", "poetry-user": "0.1.0"})
}

// The private profile takes local versions. Their + is in the file's name, and both ways to write it in an address work
// (F-13).
func TestLocalVersions(t *testing.T) {
	installers(t, func(t *testing.T, client Client) {
		s, shell := startSite(t), Env(t)
		project := Project{Name: "local", Version: "1.0+cu128", Backend: "setuptools"}
		uploader := map[Client]Client{PipOld: TwineOld, PipNew: Twine, UV: UV}[client]
		dists := BuildProject(t, project)
		for _, file := range dists.Paths() {
			shell.Must(uploader, s.uploading(uploader, s.Token, file)...)
		}
		s.holds("local", dists.Paths()...)
		python := shell.Venv()
		shell.Must(client, installing(client, python, s.index(), "local==1.0")...)
		shell.has(python, map[string]string{"local": "1.0+cu128"})
		for _, file := range s.page("local").Files {
			path := "/" + strings.TrimLeft(file.URL, "./")
			folder, name := path[:strings.LastIndex(path, "/")+1], "local-1.0+cu128"+strings.TrimPrefix(file.Filename, "local-1.0+cu128")
			for _, address := range []string{folder + name, folder + strings.ReplaceAll(name, "+", "%2B")} {
				if status, text := s.get(address); status != 200 || fmt.Sprintf("%x", sha256.Sum256([]byte(text))) != file.Hashes["sha256"] {
					t.Errorf("%s: status %d, %d bytes", address, status, len(text))
				}
			}
		}
	})
}
