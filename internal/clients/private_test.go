//go:build slow

package clients

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// vault starts an index with two private projects, vault-app and vault-lib, and a public one; reader and stranger have accounts.
func vault(t *testing.T) (s *site, reader, stranger string) {
	t.Helper()
	s = startSite(t)
	s.publish(Project{Name: "vault-app", Version: "1.0", Dependencies: []string{"vault-lib"}}, Project{Name: "vault-lib", Version: "1.0"}, Project{Name: "room-open", Version: "1.0"})
	for _, name := range []string{"reader", "stranger"} {
		s.admin("user", "create", name, "--email", name+"@example.com")
	}
	for _, name := range []string{"vault-app", "vault-lib"} {
		s.admin("project", "private", name)
		s.admin("role", "set", "--project", name, "--user", "reader", "Reader")
	}
	return s, s.token("reader"), s.token("stranger")
}

// token makes a token that may only read.
func (s *site) token(user string) string {
	s.t.Helper()
	output, err := exec.Command(s.program, "admin", "token", "create", "--user", user, "--permission", "read", "--data", s.Data).Output()
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(string(output))
}

// as is the index's address with credentials in it; without a token the name alone.
func (s *site) as(user, token string) string {
	scheme, rest, _ := strings.Cut(s.index(), "://")
	who := url.User(user)
	if token != "" {
		who = url.UserPassword(user, token)
	}
	return scheme + "://" + who.String() + "@" + rest
}

// host is the index's name and port.
func (s *site) host() string {
	return strings.TrimPrefix(s.URL, "http://")
}

// netrc keeps a token where curl, pip and uv look for it.
func (s *Shell) netrc(at *site, token string) {
	s.t.Helper()
	name, _, _ := strings.Cut(at.host(), ":")
	write(s.t, filepath.Join(s.Home, ".netrc"), "machine "+name+" login __token__ password "+token+"\n")
	s.Vars = append(s.Vars, "NETRC="+filepath.Join(s.Home, ".netrc"))
}

// keyring puts a program of that name on the PATH that does what the real one does: "keyring get SERVICE USER" prints the
// password, and "keyring --mode=creds --output=json get SERVICE USER", which the newest pip asks, both as JSON.
func (s *Shell) keyring(token string) {
	s.t.Helper()
	bin := filepath.Join(s.Home, "keyring-bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		s.t.Fatal(err)
	}
	path := filepath.Join(bin, "keyring")
	write(s.t, path, "#!/bin/sh\necho \"$@\" >> '"+s.Home+"/keyring.log'\ncase \"$*\" in\n"+
		"*--output=json*__token__) echo '{\"username\": \"__token__\", \"password\": \""+token+"\"}';;\n*__token__) echo '"+token+"';;\n*) exit 1;;\nesac\n")
	if err := os.Chmod(path, 0o755); err != nil {
		s.t.Fatal(err)
	}
	s.Vars = append(s.Vars, "PATH="+bin+":/usr/local/bin:/usr/bin:/bin")
}

// installsVault installs the private project with what it needs, which is private too.
func (s *Shell) installsVault(client Client, index string, args ...string) {
	s.t.Helper()
	python := s.Venv()
	s.Must(client, installing(client, python, index, append(args, "vault-app")...)...)
	s.has(python, map[string]string{"vault-app": "1.0", "vault-lib": "1.0"})
}

// Anonymous clients are asked for a token, and say so.
func TestPrivateAsksForAToken(t *testing.T) {
	installers(t, func(t *testing.T, client Client) {
		s, _, _ := vault(t)
		shell := Env(t)
		python := shell.Venv()
		s.requests()
		result := shell.Run(client, installing(client, python, s.index(), "vault-app")...)
		if result.Code == 0 {
			t.Fatalf("it installs:\n%s", result.Output)
		}
		asked := s.requests()
		if n := count(asked, func(r request) bool { return r.Path == "/simple/vault-app/" && r.Status == 401 }); n == 0 {
			t.Errorf("no 401 in %+v", asked)
		}
		if n := count(asked, func(r request) bool { return r.Status != 401 }); n != 0 {
			t.Errorf("answers other than 401: %+v", asked)
		}
		if client == UV {
			says(t, result.Output, "401", "Unauthorized")
		}
		shell.Must(client, installing(client, python, s.index(), "room-open")...)
	})
}

// A reader's token installs, wherever clients keep it.
func TestPrivateInstallsWithAReadersToken(t *testing.T) {
	installers(t, func(t *testing.T, client Client) {
		s, token, _ := vault(t)
		t.Run("address", func(t *testing.T) {
			Env(t).installsVault(client, s.as("__token__", token))
		})
		t.Run("netrc", func(t *testing.T) {
			shell := Env(t)
			shell.netrc(s, token)
			shell.installsVault(client, s.index())
		})
		t.Run("keyring", func(t *testing.T) {
			shell := Env(t)
			shell.keyring(token)
			shell.installsVault(client, s.as("__token__", ""), "--keyring-provider", "subprocess")
			if _, err := os.Stat(filepath.Join(shell.Home, "keyring.log")); err != nil {
				t.Errorf("the keyring was not asked: %v", err)
			}
		})
	})
}

// Somebody else's token hears of nothing: the name is one that the index does not have.
func TestPrivateIsAbsentForAnothersToken(t *testing.T) {
	installers(t, func(t *testing.T, client Client) {
		s, _, token := vault(t)
		shell := Env(t)
		python := shell.Venv()
		s.requests()
		private := shell.Run(client, installing(client, python, s.as("__token__", token), "vault-app")...)
		asked := s.requests()
		absent := shell.Run(client, installing(client, python, s.as("__token__", token), "vault-abs")...)
		if private.Code == 0 || private.Code != absent.Code || strings.ReplaceAll(private.Output, "vault-app", "NAME") != strings.ReplaceAll(absent.Output, "vault-abs", "NAME") {
			t.Errorf("a private name:\n%s\nan absent one:\n%s", private.Output, absent.Output)
		}
		if n := count(asked, func(r request) bool { return r.Path == "/simple/vault-app/" && r.Status == 404 }); n == 0 {
			t.Errorf("no 404 in %+v", asked)
		}
		if strings.Contains(private.Output, token) {
			t.Errorf("the token is shown:\n%s", private.Output)
		}
	})
}

// uv takes the credentials of a named index from its environment.
func TestPrivateWithUVsEnvironment(t *testing.T) {
	s, token, _ := vault(t)
	shell := Env(t)
	shell.Vars = []string{"UV_INDEX_ROOM_USERNAME=__token__", "UV_INDEX_ROOM_PASSWORD=" + token}
	python := shell.Venv()
	shell.Must(UV, "pip", "install", "--python", python, "--default-index", "room="+s.index(), "vault-app")
	shell.has(python, map[string]string{"vault-app": "1.0", "vault-lib": "1.0"})
}

// With two indexes, uv stops at the 401 of the first and does not take a namesake from the second, whoever put it there. A
// token that is valid but has no role gets 404, and uv goes on, as for any name that the first index does not have.
func TestPrivateNameIsNotTakenFromAnotherIndex(t *testing.T) {
	s, token, stranger := vault(t)
	other := startSite(t)
	other.publish(Project{Name: "vault-lib", Version: "99.0"})
	install := func(first string) (Result, *Shell, string) {
		shell := Env(t)
		python := shell.Venv()
		return shell.Run(UV, "pip", "install", "--python", python, "--index", first, "--default-index", other.index(), "vault-lib"), shell, python
	}
	other.requests()
	result, shell, python := install(s.index())
	says(t, result.Output, "401", "Unauthorized")
	shell.has(python, map[string]string{"vault-lib": ""})
	if n := count(other.requests(), func(r request) bool { return strings.HasPrefix(r.Path, "/simple/vault-lib") }); n != 0 || result.Code == 0 {
		t.Errorf("the second index was asked %d times:\n%s", n, result.Output)
	}
	result, shell, python = install(s.as("__token__", token))
	shell.has(python, map[string]string{"vault-lib": "1.0"})
	result, shell, python = install(s.as("__token__", stranger))
	shell.has(python, map[string]string{"vault-lib": "99.0"})
	if result.Code != 0 {
		t.Errorf("docs/INSTALLING.md says otherwise:\n%s", result.Output)
	}
}

// Poetry reads with the credentials of its source.
func TestPrivateWithPoetry(t *testing.T) {
	s, token, _ := vault(t)
	shell := Env(t)
	shell.Vars = []string{"POETRY_VIRTUALENVS_IN_PROJECT=true", "POETRY_HTTP_BASIC_ROOM_USERNAME=__token__", "POETRY_HTTP_BASIC_ROOM_PASSWORD=" + token}
	poetryProject(t, shell, "poetry-reader", "")
	shell.Must(Poetry, "source", "add", "--priority", "primary", "room", s.index())
	shell.Must(Poetry, "add", "vault-app")
	shell.has(filepath.Join(shell.Dir, ".venv", "bin", "python"), map[string]string{"vault-app": "1.0", "vault-lib": "1.0"})
}
