// Package subject starts the servers that are measured, each on the same data:
// Strongroom, the limit, nginx, pypiserver and devpi. It knows where each keeps
// its pages and how it wants to be asked.
package subject

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/load"
	"strongroom/bench/internal/proc"
)

// The servers, in the order of the report's columns.
const (
	Strongroom = "Strongroom"
	Limit      = "limit"
	Nginx      = "nginx"
	Pypiserver = "pypiserver"
	Devpi      = "devpi"

	Earlier = "earlier" // a build of Strongroom; takes part only when one is named
)

// All lists the servers in that order.
func All() []string { return []string{Strongroom, Limit, Nginx, Pypiserver, Devpi} }

// Stage is the ground servers stand on.
type Stage struct {
	Cache  string                                       // kept between runs: virtual environments, data
	Run    string                                       // of this run: each server has a folder in it
	Set    data.Set                                     // what to serve; may be empty
	Wheels string                                       // the set as a flat folder; empty: none
	Pages  string                                       // folder of pages made by [Capture]; empty: none
	Binary string                                       // strongroom
	Former string                                       // an earlier build of it
	Rows   func(ctx context.Context, data string) error // when set: called on Strongroom's data before it is served
	Env    []string                                     // settings that Strongroom is served with
	CPUs   string                                       // processors that Strongroom gets, before other work, as taskset writes them; empty: all, like other work
}

// dir is a server's own folder.
func (s Stage) dir(name string) (string, error) {
	dir, err := filepath.Abs(filepath.Join(s.Run, name))
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// Server is one running subject.
type Server struct {
	Name    string
	Addr    netip.AddrPort
	Process *proc.Process
	Version string // for the report; may be empty

	spec   proc.Spec
	index  string // path of the root list, ends in a slash
	upload string // path to upload to; empty: can't
	auth   string // header line; empty: none
	ready  string // path that answers 200 when it works
	peak   int64
}

// launch starts the process and waits until it answers.
func (s *Server) launch(ctx context.Context) error {
	p, err := proc.Start(s.spec)
	if err != nil {
		return err
	}
	s.Process = p
	if _, err := p.Ready(ctx, s.URL(s.ready)); err != nil {
		_ = p.Stop() // the first error says more
		return err
	}
	return nil
}

// Restart stops the server, starts it on the same data and returns the time to
// the first 200 of the path.
func (s *Server) Restart(ctx context.Context, path string) (time.Duration, error) {
	if err := s.Stop(); err != nil {
		return 0, err
	}
	p, err := proc.Start(s.spec)
	if err != nil {
		return 0, err
	}
	s.Process = p
	return p.Ready(ctx, s.URL(path))
}

// Stop ends the server.
func (s *Server) Stop() error {
	if err := s.NotePeak(); err != nil {
		return err
	}
	return s.Process.Stop()
}

// URL is an address of the server as clients write it.
func (s *Server) URL(path string) string { return "http://" + s.Addr.String() + path }

// Root is the path of the list of all projects, Page that of a project.
func (s *Server) Root() string { return s.index }

// Page is the path of a project's page.
func (s *Server) Page(project string) string { return s.index + project + "/" }

// JSON says whether the server speaks the JSON form of the Simple API.
func (s *Server) JSON() bool { return s.Name != Pypiserver }

// Uploads says whether the server takes uploads.
func (s *Server) Uploads() bool { return s.upload != "" }

// Get prepares a request for a page in the form an installer asks for.
func (s *Server) Get(path string, status int, headers ...string) load.Request {
	return load.Get(s.Addr.String(), path, status, headers...)
}

// Upload prepares an upload of a body made by [data.Wheel.Form].
func (s *Server) Upload(form []byte) load.Request {
	headers := []string{}
	if s.auth != "" {
		headers = append(headers, s.auth)
	}
	return load.Post(s.Addr.String(), s.upload, data.ContentType, form, headers...)
}

// NotePeak remembers the highest memory so far; call before the peak is
// forgotten or the process ends.
func (s *Server) NotePeak() error {
	_, peak, err := s.Process.Memory()
	s.peak = max(s.peak, peak)
	return err
}

// Peak is the highest resident memory noted in this run, in bytes.
func (s *Server) Peak() int64 { return s.peak }

// Start starts the server of that name.
func Start(ctx context.Context, name string, stage Stage) (*Server, error) {
	starters := map[string]func(context.Context, *Server, Stage) error{
		Strongroom: startStrongroom, Limit: startLimit, Nginx: startNginx, Pypiserver: startPypiserver, Devpi: startDevpi,
		Earlier: startEarlier,
	}
	start, ok := starters[name]
	if !ok {
		return nil, fmt.Errorf("no server is called %q; the servers are %v", name, All())
	}
	addr, err := proc.FreePort()
	if err != nil {
		return nil, err
	}
	s := &Server{Name: name, Addr: addr}
	if err := start(ctx, s, stage); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return s, nil
}
