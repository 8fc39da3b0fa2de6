//go:build slow

package clients

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// holds checks that a project's page lists exactly these files with their true hashes.
func (s *site) holds(project string, paths ...string) {
	s.t.Helper()
	listed := map[string]string{}
	for _, file := range s.page(project).Files {
		listed[file.Filename] = file.Hashes["sha256"]
	}
	if len(listed) != len(paths) {
		s.t.Errorf("%s lists %d files, want %d: %v", project, len(listed), len(paths), listed)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		if want := fmt.Sprintf("%x", sha256.Sum256(content)); listed[filepath.Base(path)] != want {
			s.t.Errorf("%s: listed with hash %q, want %s", filepath.Base(path), listed[filepath.Base(path)], want)
		}
	}
}

// twine, new and old: a wheel and an sdist, and then the same again, which changes nothing and succeeds.
func TestTwineUploads(t *testing.T) {
	for _, client := range []Client{Twine, TwineOld} {
		t.Run(string(client), func(t *testing.T) {
			t.Parallel()
			s, shell := startSite(t), Env(t)
			dists := BuildProject(t, Project{Name: "By.Twine", Version: "1.0", Backend: "setuptools", Summary: "Uploaded by twine"})
			for range 2 {
				output := shell.Must(client, append([]string{"upload", "--repository-url", s.upload(), "-u", "__token__", "-p", s.Token}, dists.Paths()...)...)
				says(t, output, "Uploading distributions to "+s.upload(), "Uploading by_twine-1.0.tar.gz", "Uploading by_twine-1.0-py3-none-any.whl")
				if n := count(s.requests(), posted(200)); n != 2 {
					t.Errorf("want two uploads answered with 200, got %d:\n%s", n, output)
				}
				s.holds("by-twine", dists.Paths()...)
			}
		})
	}
}

// uv publish: the files, the same again, and again with --check-url, which finds them on the page and sends nothing.
func TestUVPublishes(t *testing.T) {
	t.Parallel()
	s, shell := startSite(t), Env(t)
	dists := BuildProject(t, Project{Name: "by-uv", Version: "1.0", Dependencies: []string{"left>=1; python_version > '3'"}})
	publish := append([]string{"publish", "--publish-url", s.upload(), "--token", s.Token}, dists.Paths()...)
	for range 2 {
		output := shell.Must(UV, publish...)
		if n := count(s.requests(), posted(200)); n != 2 {
			t.Errorf("want two uploads answered with 200, got %d:\n%s", n, output)
		}
		s.holds("by-uv", dists.Paths()...)
	}
	output := shell.Must(UV, append(publish, "--check-url", s.index())...)
	for _, path := range dists.Paths() {
		says(t, output, "File "+filepath.Base(path)+" already exists, skipping")
	}
	if n := count(s.requests(), func(r request) bool { return r.Method == "POST" }); n != 0 {
		t.Errorf("%d requests were sent to upload what --check-url shows to be there:\n%s", n, output)
	}
}

// Poetry builds and publishes to a configured repository, with a configured token.
func TestPoetryPublishes(t *testing.T) {
	t.Parallel()
	s, shell := startSite(t), Env(t)
	poetryProject(t, shell, "by-poetry", "")
	shell.Must(Poetry, "config", "repositories.room", s.upload())
	shell.Must(Poetry, "config", "pypi-token.room", s.Token)
	shell.Must(Poetry, "build")
	for range 2 {
		says(t, shell.Must(Poetry, "publish", "--repository", "room"), "Publishing by-poetry (0.1.0) to room", "Uploading by_poetry-0.1.0.tar.gz")
		if n := count(s.requests(), posted(200)); n != 2 {
			t.Errorf("want two uploads answered with 200, got %d", n)
		}
	}
	dist := filepath.Join(shell.Dir, "dist")
	s.holds("by-poetry", filepath.Join(dist, "by_poetry-0.1.0-py3-none-any.whl"), filepath.Join(dist, "by_poetry-0.1.0.tar.gz"))
}

// poetryProject makes a folder with a project that Poetry builds, and works in it. more is added to its pyproject.toml.
func poetryProject(t *testing.T, shell *Shell, name, more string) {
	t.Helper()
	shell.Dir = filepath.Join(shell.Home, name)
	module := filepath.Join(shell.Dir, "src", Project{Name: name}.module())
	if err := os.MkdirAll(module, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(module, "__init__.py"), "")
	write(t, filepath.Join(shell.Dir, "pyproject.toml"), fmt.Sprintf(`[project]
name = %q
version = "0.1.0"
requires-python = ">=3.11"

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"

%s`, name, more))
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Every usual way to hand a token over.
func TestTokensAreFoundWhereClientsKeepThem(t *testing.T) {
	t.Parallel()
	s := startSite(t)
	dists := BuildProject(t, Project{Name: "tokens", Version: "1.0", Backend: "setuptools"})
	for name, prepare := range map[string]func(*Shell) (Client, []string){
		"twine: flags": func(*Shell) (Client, []string) {
			return Twine, []string{"upload", "--repository-url", s.upload(), "-u", "__token__", "-p", s.Token}
		},
		"twine: environment": func(shell *Shell) (Client, []string) {
			shell.Vars = []string{"TWINE_USERNAME=__token__", "TWINE_PASSWORD=" + s.Token, "TWINE_REPOSITORY_URL=" + s.upload()}
			return Twine, []string{"upload"}
		},
		"twine: ~/.pypirc": func(shell *Shell) (Client, []string) {
			write(t, filepath.Join(shell.Home, ".pypirc"), "[distutils]\nindex-servers = room\n\n[room]\nrepository = "+s.upload()+"\nusername = __token__\npassword = "+s.Token+"\n")
			return TwineOld, []string{"upload", "-r", "room"}
		},
		"uv: --token": func(*Shell) (Client, []string) {
			return UV, []string{"publish", "--publish-url", s.upload(), "--token", s.Token}
		},
		"uv: -u and -p": func(*Shell) (Client, []string) {
			return UV, []string{"publish", "--publish-url", s.upload(), "-u", "__token__", "-p", s.Token}
		},
		"uv: environment": func(shell *Shell) (Client, []string) {
			shell.Vars = []string{"UV_PUBLISH_TOKEN=" + s.Token, "UV_PUBLISH_URL=" + s.upload()}
			return UV, []string{"publish"}
		},
	} {
		shell := Env(t)
		client, args := prepare(shell)
		output := shell.Must(client, append(args, dists.Wheel)...)
		if n := count(s.requests(), posted(200)); n != 1 {
			t.Errorf("%s: want one upload answered with 200, got %d:\n%s", name, n, output)
		}
	}
	s.holds("tokens", dists.Wheel)
}
