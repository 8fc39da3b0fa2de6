//go:build slow

package clients

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program builds the server once.
var program = sync.OnceValues(func() (string, error) {
	root, err := checkout()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, ".cache", "built", "strongroom")
	build := exec.Command("go", "build", "-o", path, "./cmd/strongroom")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return path, nil
})

// site is a running index: the real program with a data folder of its own.
type site struct {
	URL   string // without a slash at the end
	Token string // the one that the first run put into a file
	Data  string

	t       testing.TB
	program string
	log     *accessLog
}

// request is one line of the server's request log.
type request struct {
	Method, Path, Agent, Code string
	Status                    int
}

// accessLog reads what the server logs. ready gets the address it listens on.
type accessLog struct {
	mu       sync.Mutex
	requests []request
	ready    chan string
	ended    chan struct{}
	output   strings.Builder // everything else, for a server that does not start
}

func (l *accessLog) read(r io.Reader) {
	defer close(l.ended)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var line struct {
			request
			Msg, URL string
		}
		err := json.Unmarshal(lines.Bytes(), &line)
		l.mu.Lock()
		switch {
		case err == nil && line.Msg == "request":
			l.requests = append(l.requests, line.request)
		case err == nil && line.Msg == "listening":
			l.ready <- line.URL
			fallthrough
		default:
			l.output.WriteString(lines.Text() + "\n")
		}
		l.mu.Unlock()
	}
}

// startSite runs an index until the test ends.
func startSite(t testing.TB) *site {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, program: path, Data: filepath.Join(t.TempDir(), "data"), log: newAccessLog()}
	cmd := exec.Command(path, "serve", "--data", s.Data, "--listen", "127.0.0.1:0")
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"HOME=" + cmd.Dir}
	launch(t, cmd, s.log)
	s.URL = s.log.wait(t)
	token, err := os.ReadFile(filepath.Join(s.Data, "admin-token"))
	if err != nil {
		t.Fatal(err)
	}
	s.Token = strings.TrimSpace(string(token))
	return s
}

func newAccessLog() *accessLog {
	return &accessLog{ready: make(chan string, 1), ended: make(chan struct{})}
}

// launch starts a server with its log read, in a process group of its own that ends with the test.
func launch(t testing.TB, cmd *exec.Cmd, log *accessLog) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = writer
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = cmd.Start()
	writer.Close()
	if err != nil {
		t.Fatal(err)
	}
	go log.read(reader)
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		_ = cmd.Wait()
		<-log.ended
		reader.Close()
	})
}

// wait gives the address once the server listens.
func (l *accessLog) wait(t testing.TB) string {
	t.Helper()
	select {
	case url := <-l.ready:
		return url
	case <-l.ended:
	case <-time.After(2 * time.Minute):
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t.Fatalf("the server does not listen; it said:\n%s", l.output.String())
	return ""
}

// index is the address for installers.
func (s *site) index() string { return s.URL + "/simple/" }

// upload is the address for publishers.
func (s *site) upload() string { return s.URL + "/legacy/" }

// requests gives what was asked since the last call. The log is a little late; a request of our own marks its end.
func (s *site) requests() []request {
	s.t.Helper()
	mark := fmt.Sprintf("/marks-the-end-%d", time.Now().UnixNano())
	s.get(mark)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		s.log.mu.Lock()
		at := slices.IndexFunc(s.log.requests, func(r request) bool { return r.Path == mark })
		if at >= 0 {
			found := slices.Clone(s.log.requests[:at])
			s.log.requests = slices.Delete(s.log.requests, 0, at+1)
			s.log.mu.Unlock()
			return found
		}
		s.log.mu.Unlock()
	}
	s.t.Fatal("a request did not reach the log within ten seconds")
	return nil
}

// get fetches a path with a plain client.
func (s *site) get(path string, headers ...string) (status int, text string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// page is a project's page as installers read it.
type page struct {
	Files []struct {
		Filename, URL string
		Hashes        map[string]string
		Yanked        any
	}
}

func (s *site) page(project string) (p page) {
	s.t.Helper()
	status, text := s.get("/simple/"+project+"/", "Accept", "application/vnd.pypi.simple.v1+json")
	if status != http.StatusOK {
		s.t.Fatalf("the page of %s: status %d\n%s", project, status, text)
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		s.t.Fatal(err)
	}
	return p
}

// admin runs an administrator's command beside the server.
func (s *site) admin(args ...string) {
	s.t.Helper()
	output, err := exec.Command(s.program, append(append([]string{"admin"}, args...), "--data", s.Data)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("admin %s: %v\n%s", strings.Join(args, " "), err, output)
	}
}

// publish builds projects and uploads their files.
func (s *site) publish(projects ...Project) {
	s.t.Helper()
	shell := Env(s.t)
	for _, project := range projects {
		shell.Must(UV, append([]string{"publish", "--publish-url", s.upload(), "--token", s.Token}, BuildProject(s.t, project).Paths()...)...)
	}
}

// count says how many requests fit.
func count(requests []request, fits func(request) bool) (n int) {
	for _, r := range requests {
		if fits(r) {
			n++
		}
	}
	return n
}

// posted finds uploads that were answered with a status.
func posted(status int) func(request) bool {
	return func(r request) bool { return r.Method == http.MethodPost && r.Path == "/legacy/" && r.Status == status }
}

// fetched finds downloads whose path ends so.
func fetched(suffix string) func(request) bool {
	return func(r request) bool {
		return r.Method == http.MethodGet && strings.HasPrefix(r.Path, "/packages/") && strings.HasSuffix(r.Path, suffix)
	}
}

// says checks that an output has all of these texts, however its lines are folded.
func says(t testing.TB, output string, wants ...string) {
	t.Helper()
	unfolded := strings.Join(strings.Fields(output), " ")
	for _, want := range wants {
		if !strings.Contains(unfolded, want) {
			t.Errorf("want %q in\n%s", want, output)
		}
	}
}
