//go:build slow

package clients

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mirrorSettings are bandersnatch's: every file, the metadata files, the project's JSON, pages in both forms.
const mirrorSettings = `[mirror]
directory = %s
master = %s
allow-non-https = true
json = true
workers = 2
verifiers = 1
timeout = 10
stop-on-error = true
`

// mirror is a copy that bandersnatch keeps.
type mirror struct {
	*Shell
	client Client
	of     *site
}

// settled waits until the list of all projects has reached a project's serial: a moment, a second at most on an idle
// machine.
func (s *site) settled(project string) {
	s.t.Helper()
	newest := s.serial("/simple/" + project + "/")
	for end := time.Now().Add(10 * time.Second); s.serial("/simple/") < newest; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("after ten seconds the list of projects has not reached serial %d", newest)
		}
	}
}

// serial is what an address says its content is of (SC-01).
func (s *site) serial(path string) int {
	s.t.Helper()
	response, err := http.Get(s.URL + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	serial, err := strconv.Atoi(response.Header.Get("X-PyPI-Last-Serial"))
	if err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	return serial
}

// sync runs bandersnatch once. It must succeed, and must not have met a stale page: what the list shows, the projects'
// pages show already.
func (m mirror) sync() {
	m.t.Helper()
	settings := filepath.Join(m.Home, "bandersnatch.conf")
	write(m.t, settings, fmt.Sprintf(mirrorSettings, filepath.Join(m.Home, "mirror"), m.of.URL))
	output := m.Must(m.client, "--config", settings, "mirror")
	for _, bad := range []string{"Stale", "stale", "ERROR", "Traceback"} {
		if strings.Contains(output, bad) {
			m.t.Errorf("%s says %s:\n%s", m.client, bad, output)
		}
	}
}

// read gives a file of the mirror's web tree.
func (m mirror) read(path ...string) string {
	m.t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{m.Home, "mirror", "web"}, path...)...))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(content)
}

// converged checks that the mirror has exactly what the index lists for a project: the files with their hashes, the
// same marks on its own page, and the serial.
func (m mirror) converged(project string) {
	m.t.Helper()
	var copied page
	if err := json.Unmarshal([]byte(m.read("simple", project, "index.v1_json")), &copied); err != nil {
		m.t.Fatal(err)
	}
	listed := m.of.page(project)
	if len(listed.Files) == 0 || len(copied.Files) != len(listed.Files) {
		m.t.Fatalf("%s: the mirror lists %d files, the index %d", project, len(copied.Files), len(listed.Files))
	}
	marks := map[string]string{}
	for _, file := range copied.Files {
		marks[file.Filename] = fmt.Sprintf("%s %t", file.Hashes["sha256"], file.Yanked != nil && file.Yanked != false)
	}
	html := m.read("simple", project, "index.html")
	for _, file := range listed.Files {
		path := strings.TrimLeft(file.URL, "./")
		if got := digest(m.t, filepath.Join(m.Home, "mirror", "web", path)); got != file.Hashes["sha256"] {
			m.t.Errorf("%s: the mirror's file has hash %s, want %s", file.Filename, got, file.Hashes["sha256"])
		}
		yanked := file.Yanked != nil && file.Yanked != false
		if want := fmt.Sprintf("%s %t", file.Hashes["sha256"], yanked); marks[file.Filename] != want {
			m.t.Errorf("%s: the mirror says %q, want %q", file.Filename, marks[file.Filename], want)
		}
		says(m.t, html, path+"#sha256="+file.Hashes["sha256"])
	}
}

// A mirror is empty, then full, and follows uploads, new projects and a yank; a run without news asks for no file.
func TestMirrorConverges(t *testing.T) {
	for _, client := range []Client{Bandersnatch, BandersnatchOld} {
		t.Run(string(client), func(t *testing.T) {
			t.Parallel()
			s := startSite(t)
			m := mirror{Env(t), client, s}
			projects := shelf()
			s.publish(projects[:2]...)
			s.settled("room-lib")
			m.sync()
			m.converged("room-app")
			m.converged("room-lib")
			s.requests()

			s.publish(projects[2], projects[5])
			s.admin("flag", "set", "--project", "room-lib", "--release", "1.0", "yanked", "--reason", yankReason)
			s.settled("room-lib")
			s.requests()
			m.sync()
			for _, project := range []string{"room-app", "room-lib", "room-more"} {
				m.converged(project)
			}
			says(t, m.read("simple", "room-lib", "index.html"), `data-yanked="Breaks &quot;imports&quot; on &lt;old&gt; systems &amp; more"`)
			asked := s.requests()
			files := count(asked, fetched(".whl")) + count(asked, fetched(".tar.gz"))
			if old := count(asked, func(r request) bool { return strings.HasPrefix(r.Path, "/pypi/room-app/") }); files != 4 || old != 0 {
				t.Errorf("the second run fetched %d files, want the 4 new ones, and asked %d times for a project without news: %+v", files, old, asked)
			}

			m.sync()
			asked = s.requests()
			if n := count(asked, func(r request) bool {
				return strings.HasPrefix(r.Path, "/packages/") || strings.HasPrefix(r.Path, "/pypi/")
			}); n != 0 {
				t.Errorf("a run without news asked for %d things: %+v", n, asked)
			}
			installsFrom(t, m)
		})
	}
}

// A mirror follows what is deleted, restored and quarantined, and has the same files again afterwards (SD-19, SN-8).
func TestMirrorFollowsWithdrawals(t *testing.T) {
	for _, client := range []Client{Bandersnatch, BandersnatchOld} {
		t.Run(string(client), func(t *testing.T) {
			t.Parallel()
			s := startSite(t)
			m := mirror{Env(t), client, s}
			s.publish(shelf()...)
			s.settled("room-lib")
			m.sync()
			m.converged("room-lib")
			for _, step := range [][2][]string{
				{{"project", "delete", "room-lib", "--release", "1.0", "--category", "owner"}, {"project", "restore", "room-lib", "--release", "1.0"}},
				{{"project", "delete", "room-lib", "--file", "room_lib-1.1-py3-none-any.whl"}, {"project", "restore", "room-lib", "--file", "room_lib-1.1-py3-none-any.whl"}},
				{{"quarantine", "room-lib", "--release", "1.1", "--reason", "suspected malware"}, {"clear-takedown", "room-lib", "--release", "1.1"}},
			} {
				before := len(s.page("room-lib").Files)
				s.admin(step[0]...)
				s.settled("room-lib")
				m.sync()
				m.converged("room-lib")
				if now := len(s.page("room-lib").Files); now >= before {
					t.Errorf("%v: %d files are listed, before %d", step[0], now, before)
				}
				s.admin(step[1]...)
				s.settled("room-lib")
				m.sync()
				m.converged("room-lib")
				if now := len(s.page("room-lib").Files); now != before {
					t.Errorf("%v: %d files are listed, before %d", step[1], now, before)
				}
			}
			m.follows("room-more", []string{"project", "delete", "room-more", "--category", "owner"}, []string{"project", "restore", "room-more"})
			m.follows("room-more", []string{"quarantine", "room-more", "--reason", "suspected malware"}, []string{"clear-takedown", "room-more"})
			installsFrom(t, m)
		})
	}
}

// follows withdraws a whole project: the mirror must go on, and be as the index is once the project is back. Meanwhile it keeps its copy,
// as bandersnatch does with every 404 of the JSON API.
func (m mirror) follows(project string, withdraw, bringBack []string) {
	m.t.Helper()
	m.of.admin(withdraw...)
	m.of.settled("room-lib")
	m.sync()
	m.of.admin(bringBack...)
	m.of.settled(project)
	m.sync()
	m.converged(project)
}

// installsFrom installs from the mirror's folder, as its users will.
func installsFrom(t *testing.T, m mirror) {
	t.Helper()
	python := m.Venv()
	m.Must(PipNew, installing(PipNew, python, "file://"+filepath.Join(m.Home, "mirror", "web", "simple"), "room-app[more]")...)
	m.has(python, map[string]string{"room-app": "1.0", "room-lib": "1.1", "room-more": "3.1"})
}
