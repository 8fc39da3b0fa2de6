//go:build slow

package clients

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// between puts a proxy before an index, which may change the answers, and gives the proxy's address.
func between(t *testing.T, s *site, change func(*http.Response) error) string {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			if !strings.HasPrefix(r.In.URL.Path, "/packages/") {
				r.Out.Header.Set("Accept-Encoding", "identity")
			}
		},
		ModifyResponse: change,
	})
	t.Cleanup(proxy.Close)
	return proxy.URL + "/simple/"
}

// severed is a body whose connection breaks.
type severed struct {
	io.Reader
	io.Closer
}

// Read gives what is to come through, and then breaks.
func (b severed) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// sever breaks the first answers that carry a whole wheel in their middle.
func sever(times int) func(*http.Response) error {
	var left atomic.Int64
	left.Store(int64(times))
	return func(r *http.Response) error {
		if r.Request.Method == http.MethodGet && strings.HasSuffix(r.Request.URL.Path, ".whl") && left.Add(-1) >= 0 {
			r.Body = severed{io.LimitReader(r.Body, r.ContentLength/2), r.Body}
		}
		return nil
	}
}

// The newest pip goes on where the connection broke, twice: the server answers its Range with If-Range by 206 and only
// the rest (F-03, F-04).
func TestBrokenDownloadIsResumed(t *testing.T) {
	t.Parallel()
	s, shell := startSite(t), Env(t)
	s.publish(Project{Name: "large", Version: "1.0", Padding: 3 << 20})
	s.requests()
	python := shell.Venv()
	output := shell.Must(PipNew, installing(PipNew, python, between(t, s, sever(2)), "large")...)
	says(t, output, "Attempting to resume incomplete download")
	shell.has(python, map[string]string{"large": "1.0"})
	asked := s.requests()
	whole := count(asked, func(r request) bool { return fetched(".whl")(r) && r.Status == http.StatusOK })
	parts := count(asked, func(r request) bool { return fetched(".whl")(r) && r.Status == http.StatusPartialContent })
	if whole != 1 || parts != 2 {
		t.Errorf("want one answer of 200 and two of 206, got %d and %d: %+v", whole, parts, asked)
	}
}

// uv begins again after a break; what it installs is whole.
func TestBrokenDownloadIsRepeated(t *testing.T) {
	t.Parallel()
	s, shell := startSite(t), Env(t)
	s.publish(Project{Name: "large", Version: "1.0", Padding: 3 << 20})
	s.requests()
	python := shell.Venv()
	shell.Must(UV, installing(UV, python, between(t, s, sever(1)), "large")...)
	shell.has(python, map[string]string{"large": "1.0"})
	if asked := s.requests(); count(asked, fetched(".whl")) != 2 {
		t.Errorf("want two downloads: %+v", asked)
	}
}

// unmarked hides that there are metadata files, as an old index would.
func unmarked(r *http.Response) error {
	if !strings.HasPrefix(r.Request.URL.Path, "/simple/") {
		return nil
	}
	page, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	page = bytes.ReplaceAll(bytes.ReplaceAll(page, []byte("core-metadata"), []byte("x")), []byte("dist-info-metadata"), []byte("y"))
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(page)), int64(len(page))
	r.Header.Set("Content-Length", strconv.Itoa(len(page)))
	return nil
}

// Without metadata files uv, and pip with fast-deps, read a wheel's metadata by ranges of the wheel (F-03).
func TestMetadataIsReadByRanges(t *testing.T) {
	t.Parallel()
	s, shell := startSite(t), Env(t)
	s.publish(Project{Name: "large", Version: "1.0", Padding: 3 << 20})
	index, python := between(t, s, unmarked), shell.Venv()
	for client, args := range map[Client][]string{
		UV:     {"pip", "install", "--dry-run", "--python", python, "--index-url", index, "large"},
		PipOld: {"--python", python, "install", "--dry-run", "--use-feature=fast-deps", "--index-url", index, "large"},
		PipNew: {"--python", python, "install", "--dry-run", "--use-feature=fast-deps", "--index-url", index, "large"},
	} {
		s.requests()
		says(t, shell.Must(client, args...), "large")
		asked := s.requests()
		parts := count(asked, func(r request) bool { return fetched(".whl")(r) && r.Status == http.StatusPartialContent })
		whole := count(asked, func(r request) bool { return fetched(".whl")(r) && r.Status == http.StatusOK })
		head := count(asked, func(r request) bool { return r.Method == http.MethodHead && r.Status == http.StatusOK })
		if parts == 0 || head == 0 || whole != 0 && client != PipOld { // the old pip's dry run ends with the download
			t.Errorf("%s: %d answers of 206, %d of 200, %d to HEAD: %+v", client, parts, whole, head, asked)
		}
	}
}
