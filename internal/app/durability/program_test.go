//go:build slow

package durability

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
)

// raceRounds is how often clients race for a filename on each database (P5).
const raceRounds = 200

// binaryVariable tells the tests where TestMain put the program.
const binaryVariable = "STRONGROOM_TEST_BINARY"

// TestMain builds the program once. The same binary is the reader of the tests
// with bombs and floods, and the flood.
func TestMain(m *testing.M) {
	for name, serve := range map[string]func(order string) error{readerVariable: serveReader, floodVariable: serveFlood} {
		if order := os.Getenv(name); order != "" {
			if err := serve(order); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
	dir, err := os.MkdirTemp("", "strongroom-binary-")
	if err != nil {
		panic(err)
	}
	path := filepath.Join(dir, "strongroom")
	if out, err := exec.Command("go", "build", "-o", path, "strongroom/cmd/strongroom").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		os.Exit(1)
	}
	os.Setenv(binaryVariable, path)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// databases are SQLite and PostgreSQL: the proofs are for both.
func databases(t *testing.T) map[string]func(testing.TB) string {
	all := apptest.Databases(t)
	if all["postgres"] == nil {
		t.Fatalf("this test needs a PostgreSQL server: set %s, as ./check does", apptest.PostgresVariable)
	}
	return all
}

// rounds gives ten times as many when the long check asks for it.
func rounds(n int) int {
	if os.Getenv("STRONGROOM_LONG") != "" {
		return 10 * n
	}
	return n
}

// newSeed gives the seed of a run and prints it.
func newSeed(t *testing.T) uint64 {
	seed := rand.Uint64() % 1_000_000
	if text := os.Getenv("STRONGROOM_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("STRONGROOM_TEST_SEED: %v", err)
		}
	}
	t.Logf("seed %d", seed)
	return seed
}

// place is where an index keeps its things; it outlives its servers.
type place struct {
	data     string
	settings []string  // STRONGROOM_…=…
	journal  io.Writer // gets the whole log of a server, nil for none
}

// newPlace uses data for everything but the rows, if a PostgreSQL database is given.
func newPlace(data, database string) place {
	p := place{data: data, settings: []string{"STRONGROOM_LOG_REQUESTS=false"}}
	if database != "" {
		p.settings = append(p.settings, "STRONGROOM_DATABASE="+database)
	}
	return p
}

// command prepares a run of the program with nothing of the test's environment.
func (p place) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Getenv(binaryVariable), append(args, "--data", p.data)...)
	cmd.Env = p.settings
	cmd.Dir = os.TempDir()
	return cmd
}

// run carries out a command that must succeed, and gives its output.
func (p place) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := p.try(args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (p place) try(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := p.command(ctx, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("strongroom %s: %w\n%s%s", strings.Join(args, " "), err, out, stderr.Bytes())
	}
	return string(out), err
}

// token makes an upload token of the administrator.
func (p place) token(t *testing.T) string {
	t.Helper()
	var made struct{ Token string }
	out := p.run(t, "admin", "token", "create", "--user", "admin", "--json")
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.Token == "" {
		t.Fatalf("admin token create says %q (%v)", out, err)
	}
	return made.Token
}

// server is a running program.
type server struct {
	url  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	out bytes.Buffer // its standard output; complete when it has ended

	mu  sync.Mutex
	log []string // the last lines of its standard error
}

// start runs the server and waits until it listens. The test's end kills it.
func (p place) start(t *testing.T) (*server, error) {
	s := &server{cmd: p.command(context.Background(), "serve", "--listen", "127.0.0.1:0"), done: make(chan struct{})}
	s.cmd.Stdout = &s.out
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(s.kill)
	listening := make(chan string, 1)
	go func() {
		defer close(s.done)
		defer s.cmd.Wait()
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			s.heard(lines.Text(), listening)
			if p.journal != nil {
				fmt.Fprintln(p.journal, lines.Text())
			}
		}
	}()
	select {
	case s.url = <-listening:
		return s, nil
	case <-s.done:
		return nil, fmt.Errorf("the server ended before it listened: %v\n%s", s.cmd.ProcessState, s.tail())
	case <-time.After(30 * time.Second):
		return nil, fmt.Errorf("the server does not listen after 30 s\n%s", s.tail())
	}
}

// heard takes in one line of the log.
func (s *server) heard(line string, listening chan<- string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log = append(s.log, line); len(s.log) > 40 {
		s.log = s.log[1:]
	}
	var entry struct{ Msg, URL string }
	if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" {
		listening <- entry.URL
	}
}

func (s *server) tail() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log, "\n")
}

// kill is kill -9; it waits until the process is gone.
func (s *server) kill() {
	s.cmd.Process.Kill() // an error says that it has ended already
	<-s.done
}

// stop asks the server to end, as an operator would, and gives its exit code.
func (s *server) stop(t *testing.T) int {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.done:
	case <-time.After(time.Minute):
		t.Fatalf("the server still runs a minute after SIGTERM\n%s", s.tail())
	}
	return s.cmd.ProcessState.ExitCode()
}

// fsck runs the program's own check and says what it finds.
func (p place) fsck() error {
	out, err := p.try("fsck", "--json")
	var report struct{ Problems []json.RawMessage }
	if e := json.Unmarshal([]byte(out), &report); e != nil {
		return errors.Join(err, fmt.Errorf("fsck --json says %q: %w", out, e))
	}
	for _, problem := range report.Problems {
		err = errors.Join(err, fmt.Errorf("fsck: %s", problem))
	}
	return err
}
