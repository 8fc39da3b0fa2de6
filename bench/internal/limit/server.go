package limit

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Server is the limit. Make one with [New].
type Server struct {
	store    *store
	journal  *journal
	projects *projects
	metadata sync.Map // hash of a file → hash of its METADATA
}

// New opens a server on an empty data folder.
func New(dir string) (*Server, error) {
	store, err := openStore(dir)
	if err != nil {
		return nil, err
	}
	journal, err := openJournal(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		return nil, err
	}
	return &Server{store: store, journal: journal, projects: newProjects()}, nil
}

// ServeHTTP serves pages, files and uploads.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case path == "/simple/":
		s.projects.root(formOf(r.Header)).ServeHTTP(w, r)
	case strings.HasPrefix(path, "/simple/"):
		p := s.projects.get(strings.TrimSuffix(path[len("/simple/"):], "/"))
		if p == nil {
			http.NotFound(w, r)
			return
		}
		p.page(formOf(r.Header)).ServeHTTP(w, r)
	case strings.HasPrefix(path, "/packages/"):
		s.file(w, r, path)
	case path == "/legacy/" && r.Method == http.MethodPost:
		s.upload(w, r)
	case path == "/_health/":
		w.WriteHeader(http.StatusOK)
	default:
		http.NotFound(w, r)
	}
}

// file serves /packages/ab/cd/rest-of-hash/filename, and its metadata where
// ".metadata" follows.
func (s *Server) file(w http.ResponseWriter, r *http.Request, path string) {
	part := strings.Split(path, "/")
	if len(part) != 6 || len(part[2])+len(part[3])+len(part[4]) != 64 {
		http.NotFound(w, r)
		return
	}
	sum := filepath.Base(part[2] + part[3] + part[4])
	if meta, ok := s.metadata.Load(sum); ok && strings.HasSuffix(path, ".metadata") {
		sum, _ = meta.(string)
	}
	f, err := os.Open(s.store.path(sum))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h["Content-Type"] = []string{"application/octet-stream"}
	h["Cache-Control"] = []string{"max-age=365000000, immutable, public"}
	h["Etag"] = []string{`"` + sum + `"`}
	http.ServeContent(w, r, "", info.ModTime(), f)
}

// Listen serves on addr until the context ends.
func (s *Server) Listen(ctx context.Context, addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
