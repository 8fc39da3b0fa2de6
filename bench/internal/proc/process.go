// Package proc starts the servers of the benchmark and reads what they use:
// processor time and memory of the whole process tree.
//
// It runs on Linux.
package proc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Spec says how to start a server.
type Spec struct {
	Path string
	Args []string
	Dir  string
	Env  []string // added to ours
	Log  string   // both output streams are appended to this file
}

// Process is a running server.
type Process struct {
	cmd     *exec.Cmd
	log     string
	started time.Time
	ended   chan struct{}
}

// Start runs the server in its own process group; it dies with this program.
func Start(s Spec) (*Process, error) {
	if err := os.MkdirAll(filepath.Dir(s.Log), 0o755); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(s.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(s.Path, s.Args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.Dir, append(os.Environ(), s.Env...), log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	p := &Process{cmd: cmd, log: s.Log, started: time.Now(), ended: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = cmd.Wait() // how it ended shows in its log
		close(p.ended)
	}()
	return p, nil
}

// Ready waits until url answers 200 and returns the time since the start.
func (p *Process) Ready(ctx context.Context, url string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		if answers(ctx, client, url) {
			return time.Since(p.started), nil
		}
		select {
		case <-p.ended:
			return 0, fmt.Errorf("%s ended before it was ready: %s", p.cmd.Path, p.Tail())
		case <-ctx.Done():
			return 0, fmt.Errorf("%s is not ready: %w: %s", p.cmd.Path, ctx.Err(), p.Tail())
		case <-time.After(time.Millisecond):
		}
	}
}

func answers(ctx context.Context, client *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}

// Tail is the end of the server's log, for error messages.
func (p *Process) Tail() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-600):])
}

// ForgetLog empties the server's log, so that a long run does not fill the disk.
func (p *Process) ForgetLog() error { return os.Truncate(p.log, 0) }

// Stop ends the server politely, and after 15 s by force.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.ended:
	case <-time.After(15 * time.Second):
	}
	// The group's children may outlive their parent; none left is no error.
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	<-p.ended
	return nil
}

// FreePort finds a loopback port nobody listens on.
func FreePort() (netip.AddrPort, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.MustParseAddrPort(l.Addr().String()), l.Close()
}
