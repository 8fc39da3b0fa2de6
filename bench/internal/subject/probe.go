package subject

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
)

// The two forms of a page as installers ask for them.
const (
	HTML = "text/html"
	JSON = "application/vnd.pypi.simple.v1+json"
)

// Answer is one answer, read whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // as it came
	Plain  []byte // without content encoding
}

// Fetch reads a path the ordinary way, to look at what the load then repeats.
func (s *Server) Fetch(ctx context.Context, path, accept string, gzipped bool, header ...string) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL(path), nil)
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Encoding", "identity")
	if gzipped {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	a := Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, Plain: body}
	if err == nil && len(body) > 0 && resp.Header.Get("Content-Encoding") == "gzip" {
		a.Plain, err = gunzip(body)
	}
	return a, err
}

func gunzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// FileURL finds the address of a file on its project's page.
func (s *Server) FileURL(ctx context.Context, project, filename string) (string, error) {
	if s.Name == Nginx {
		return "/files/" + filename, nil
	}
	page := s.Page(project)
	a, err := s.Fetch(ctx, page, HTML, false)
	if err != nil {
		return "", err
	}
	found := regexp.MustCompile(`href="([^"#]*` + regexp.QuoteMeta(filename) + `)[#"]`).FindSubmatch(a.Plain)
	if found == nil {
		return "", fmt.Errorf("%s does not list %s", page, filename)
	}
	base, err := url.Parse(s.URL(page))
	if err != nil {
		return "", err
	}
	full, err := base.Parse(string(found[1]))
	if err != nil {
		return "", err
	}
	return full.Path, nil
}

// Capture saves the server's pages in all four forms as the static files that
// nginx and the limit then serve.
func (s *Server) Capture(ctx context.Context, dir string, projects []string) error {
	paths := map[string]string{"simple": s.Root()}
	for _, p := range projects {
		paths["simple/"+p] = s.Page(p)
	}
	for folder, path := range paths {
		folder = filepath.Join(dir, folder)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		for name, accept := range map[string]string{"index.html": HTML, "index.json": JSON} {
			if err := s.capture(ctx, path, accept, filepath.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Server) capture(ctx context.Context, path, accept, file string) error {
	for _, gzipped := range []bool{false, true} {
		a, err := s.Fetch(ctx, path, accept, gzipped)
		if err != nil {
			return err
		}
		if a.Status != http.StatusOK || (gzipped && a.Header.Get("Content-Encoding") != "gzip") {
			return fmt.Errorf("capture %s: status %d, encoding %q", path, a.Status, a.Header.Get("Content-Encoding"))
		}
		if gzipped {
			file += ".gz"
		}
		if err := os.WriteFile(file, a.Body, 0o644); err != nil {
			return err
		}
	}
	return nil
}
