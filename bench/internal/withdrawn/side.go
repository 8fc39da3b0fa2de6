package withdrawn

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"strongroom/bench/internal/proc"
)

//go:embed postgres.sql size.sql sqlite.py
var scripts embed.FS

// side is one of the two databases and the server on it.
type side struct {
	name     string
	folder   string // the data folder
	url      string // of the database, empty for SQLite
	database string // its name, likewise
	admin    string // of a database on the same server, to drop this one from
	base     string // http://…
	process  *proc.Process
	made     time.Duration
	size     int64 // bytes of the database
}

// make creates a database with the schema of the program and fills it.
func (o options) make(ctx context.Context, folder, name string) (*side, error) {
	s := &side{name: name, folder: filepath.Join(folder, name)}
	if o.postgres != "" {
		u, err := url.Parse(o.postgres)
		if err != nil {
			return nil, err
		}
		s.database = "bench_" + strings.ReplaceAll(filepath.Base(folder), "-", "_") + "_" + name
		s.admin, u.Path = o.postgres, "/"+s.database
		s.url = u.String()
	}
	if o.again != "" {
		return s, s.measureSize(ctx)
	}
	if s.url != "" {
		if err := run(ctx, "createdb", "--maintenance-db="+s.admin, s.database); err != nil {
			return nil, err
		}
	}
	began := time.Now()
	if err := s.schema(ctx, o.binary); err != nil {
		return s, err
	}
	if err := s.fill(ctx, o.projects, name == "with"); err != nil {
		return s, err
	}
	s.made = time.Since(began).Round(time.Second)
	return s, s.measureSize(ctx)
}

func (s *side) env() []string {
	if s.url == "" {
		return nil
	}
	return []string{"STRONGROOM_DATABASE=" + s.url}
}

// schema lets the program make its tables and an account.
func (s *side) schema(ctx context.Context, binary string) error {
	cmd := exec.CommandContext(ctx, binary, "admin", "user", "create", "bench", "--email", "bench@example.org", "--data", s.folder)
	cmd.Env = append(os.Environ(), s.env()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make the schema: %w: %s", err, out)
	}
	return nil
}

// fill adds the rows. The statements are run by psql or Python, because of our
// packages only the database may speak SQL.
func (s *side) fill(ctx context.Context, projects int, keep bool) error {
	wanted := map[bool]string{true: "1", false: "0"}[keep]
	name := "sqlite.py"
	if s.url != "" {
		name = "postgres.sql"
	}
	text, err := scripts.ReadFile(name)
	if err != nil {
		return err
	}
	if s.url != "" {
		return s.psqlInput(ctx, s.url, text, "-v", "n="+strconv.Itoa(projects), "-v", "keep="+wanted)
	}
	out, err := exec.CommandContext(ctx, "python3", "-c", string(text), filepath.Join(s.folder, "strongroom.db"), strconv.Itoa(projects), wanted).CombinedOutput()
	if err != nil {
		return fmt.Errorf("fill: %w: %s", err, out)
	}
	return nil
}

// run carries out one of PostgreSQL's programs.
func run(ctx context.Context, program string, args ...string) error {
	if out, err := exec.CommandContext(ctx, program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

func (s *side) psqlInput(ctx context.Context, url string, input []byte, args ...string) error {
	cmd := exec.CommandContext(ctx, "psql", append([]string{"-q", "-X", "-v", "ON_ERROR_STOP=1", url}, args...)...)
	cmd.Stdin = bytes.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("psql: %w: %s", err, out)
	}
	return nil
}

func (s *side) measureSize(ctx context.Context) error {
	if s.url == "" {
		info, err := os.Stat(filepath.Join(s.folder, "strongroom.db"))
		if err == nil {
			s.size = info.Size()
		}
		return err
	}
	size, err := scripts.ReadFile("size.sql")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "psql", "-q", "-X", "-A", "-t", s.url)
	cmd.Stdin = bytes.NewReader(size)
	out, err := cmd.Output()
	if err == nil {
		s.size, err = strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	}
	return err
}

// serve starts the server and waits for its list of projects and its search
// index.
func (s *side) serve(ctx context.Context, binary string) error {
	addr, err := proc.FreePort()
	if err != nil {
		return err
	}
	s.base = "http://" + addr.String()
	s.process, err = proc.Start(proc.Spec{
		Path: binary, Args: []string{"serve", "--data", s.folder, "--listen", addr.String()}, Dir: s.folder,
		Env: append(s.env(), "STRONGROOM_LOG_REQUESTS=false", "STRONGROOM_RATE_LIMITS=search=1000000/1s"), Log: filepath.Join(s.folder, "log"),
	})
	if err != nil {
		return err
	}
	if _, err = s.process.Ready(ctx, s.base+"/simple/"); err != nil {
		return err
	}
	return s.indexed(ctx, binary)
}

// indexed waits until the search index has every project. A new one is made in
// some minutes.
func (s *side) indexed(ctx context.Context, binary string) error {
	for {
		cmd := exec.CommandContext(ctx, binary, "admin", "search", "status", "--json", "--data", s.folder)
		cmd.Env = append(os.Environ(), s.env()...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("search index: %w: %s", err, out)
		}
		var status struct{ Complete bool }
		if err := json.Unmarshal(out, &status); err != nil || status.Complete {
			return err
		}
		time.Sleep(time.Second)
	}
}

// close stops the server and, unless they are kept, drops the rows.
func (s *side) close(ctx context.Context, keep bool) error {
	var err error
	if s.process != nil {
		err = s.process.Stop()
	}
	if keep || s.url == "" {
		return err
	}
	return run(context.WithoutCancel(ctx), "dropdb", "--if-exists", "--force", "--maintenance-db="+s.admin, s.database)
}
