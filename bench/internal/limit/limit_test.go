package limit

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/bench/internal/data"
)

func open(t *testing.T) (*Server, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func ask(s *Server, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func put(s *Server, w data.Wheel) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/legacy/", bytes.NewReader(w.Form()))
	r.Header.Set("Content-Type", data.ContentType)
	out := httptest.NewRecorder()
	s.ServeHTTP(out, r)
	return out
}

const jsonType = "application/vnd.pypi.simple.v1+json"

func TestUploadedFileIsListedAndServed(t *testing.T) {
	s, dir := open(t)
	wheel := data.Wheel{Project: "open-tools", Version: "1.0", Payload: 1000}
	if got := put(s, wheel); got.Code != http.StatusOK {
		t.Fatalf("upload: %d %s", got.Code, got.Body)
	}
	var page jsonProject
	if err := json.Unmarshal(ask(s, "/simple/open-tools/", "Accept", jsonType).Body.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Files) != 1 || page.Files[0].Filename != wheel.Filename() || page.Versions[0] != "1.0" {
		t.Fatalf("page %+v", page)
	}
	if page.Files[0].RequiresPython != ">=3.8" || page.Files[0].CoreMetadata == false {
		t.Errorf("file %+v", page.Files[0])
	}
	if got := ask(s, page.Files[0].URL).Body.Bytes(); !bytes.Equal(got, wheel.Bytes()) {
		t.Errorf("file of %d bytes, want %d", len(got), len(wheel.Bytes()))
	}
	if got := ask(s, page.Files[0].URL+".metadata").Body.Bytes(); !bytes.Equal(got, wheel.Metadata()) {
		t.Errorf("metadata %q", got)
	}
	log, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	if err != nil || !strings.Contains(string(log), page.Files[0].Hashes["sha256"]) {
		t.Errorf("log %q, %v", log, err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "staging")); len(left) != 0 {
		t.Errorf("%d staging files left", len(left))
	}
}

func TestParallelUploadsAllArrive(t *testing.T) {
	s, dir := open(t)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() { put(s, data.Wheel{Project: "many", Version: fmt.Sprint(i), Payload: 10}) })
	}
	all.Wait()
	if n := strings.Count(ask(s, "/simple/many/").Body.String(), "<a href"); n != 40 {
		t.Errorf("%d files listed", n)
	}
	f, err := os.Open(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := 0
	for scan := bufio.NewScanner(f); scan.Scan(); lines++ {
		if !json.Valid(scan.Bytes()) {
			t.Errorf("broken line %q", scan.Text())
		}
	}
	if lines != 40 {
		t.Errorf("%d log lines", lines)
	}
}

func TestPagesHaveTheirHeaders(t *testing.T) {
	s, _ := open(t)
	put(s, data.Wheel{Project: "p", Version: "1", Payload: 10})
	for _, path := range []string{"/simple/", "/simple/p/"} {
		etags := map[string]bool{}
		for _, accept := range []string{"text/html", jsonType} {
			for _, coding := range []string{"identity", "gzip"} {
				w := ask(s, path, "Accept", accept, "Accept-Encoding", coding)
				checkPage(t, w, accept, coding)
				etag := w.Header().Get("ETag")
				etags[etag] = true
				again := ask(s, path, "Accept", accept, "Accept-Encoding", coding, "If-None-Match", etag)
				if again.Code != 304 || again.Body.Len() != 0 || again.Header().Get("ETag") != etag {
					t.Errorf("revalidation: %d, %d bytes", again.Code, again.Body.Len())
				}
			}
		}
		if len(etags) != 4 {
			t.Errorf("%s: %d ETags for 4 representations", path, len(etags))
		}
	}
}

func checkPage(t *testing.T, w *httptest.ResponseRecorder, accept, coding string) {
	t.Helper()
	h := w.Header()
	if w.Code != 200 || !strings.HasPrefix(h.Get("Content-Type"), accept) || h.Get("X-PyPI-Last-Serial") == "" ||
		h.Get("Vary") != "Accept, Accept-Encoding" || h.Get("Cache-Control") != "max-age=600, public" {
		t.Errorf("%s %s: %d %v", accept, coding, w.Code, h)
	}
	body := io.Reader(w.Body)
	if h.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(w.Body); err != nil {
			t.Fatal(err)
		}
	} else if coding == "gzip" {
		t.Error("not compressed")
	}
	b, err := io.ReadAll(body)
	if err != nil || !bytes.Contains(b, []byte("p")) {
		t.Errorf("body %q, %v", b, err)
	}
}

func TestRootShowsNewProjectsWithinASecond(t *testing.T) {
	s, _ := open(t)
	put(s, data.Wheel{Project: "first", Version: "1", Payload: 10})
	ask(s, "/simple/")
	put(s, data.Wheel{Project: "second", Version: "1", Payload: 10})
	for began := time.Now(); !strings.Contains(ask(s, "/simple/").Body.String(), "second"); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 3*time.Second {
			t.Fatal("the new project is not listed")
		}
	}
}

func TestImportAndLoadPages(t *testing.T) {
	s, _ := open(t)
	dir := t.TempDir()
	wheel := data.Wheel{Project: "two-words", Version: "2.0", Payload: 10}
	page := filepath.Join(dir, "pages", "simple", "two-words", "index.json")
	for name, body := range map[string][]byte{filepath.Join(dir, "in", wheel.Filename()): wheel.Bytes(), page: []byte("as given")} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Import(filepath.Join(dir, "in")); err != nil {
		t.Fatal(err)
	}
	if err := s.LoadPages(filepath.Join(dir, "pages")); err != nil {
		t.Fatal(err)
	}
	if got := ask(s, "/simple/two-words/", "Accept", jsonType).Body.String(); got != "as given" {
		t.Errorf("page %q", got)
	}
	if got := ask(s, "/simple/two-words/").Body.String(); !strings.Contains(got, wheel.Filename()) {
		t.Errorf("page %q", got)
	}
	if err := s.Import(dir); err == nil {
		t.Error("a folder without wheels was taken in")
	}
}

func TestRefusals(t *testing.T) {
	s, _ := open(t)
	for _, path := range []string{"/", "/simple/none/", "/packages/x", "/packages/../../etc/passwd", "/packages/aa/bb/" + strings.Repeat("0", 60) + "/x"} {
		if got := ask(s, path).Code; got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/legacy/", strings.NewReader("no form"))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest {
		t.Errorf("upload without a form: %d", w.Code)
	}
}

func TestFormOf(t *testing.T) {
	for _, c := range []struct {
		accept, coding string
		want           form
	}{
		{"", "", asHTML},
		{"text/html", "gzip, deflate", asHTMLGzip},
		{"*/*", "identity", asHTML},
		{jsonType, "", asJSON},
		{jsonType + ", application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01", "gzip, deflate, br", asJSONGzip},
	} {
		got := formOf(http.Header{"Accept": {c.accept}, "Accept-Encoding": {c.coding}})
		if got != c.want {
			t.Errorf("%q, %q: %s, want %s", c.accept, c.coding, got.suffix(), c.want.suffix())
		}
	}
}

// TestJournalSharesSyncs holds back the first write, so that later entries must
// wait together, and expects them on disk when they return.
func TestJournalSharesSyncs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	j.mu.Lock()
	j.busy = true // somebody is writing
	j.mu.Unlock()
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			if err := j.append(i); err != nil {
				t.Error(err)
			}
		})
	}
	waiting := func() int {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.next == nil {
			return 0
		}
		return bytes.Count(j.next.lines, []byte("\n"))
	}
	for waiting() < 10 {
		time.Sleep(time.Millisecond)
	}
	if b, err := os.ReadFile(path); err != nil || len(b) != 0 {
		t.Errorf("written before its turn: %q, %v", b, err)
	}
	j.mu.Lock()
	j.flush()
	j.mu.Unlock()
	all.Wait()
	if b, err := os.ReadFile(path); err != nil || bytes.Count(b, []byte("\n")) != 10 {
		t.Errorf("journal %q, %v", b, err)
	}
}

func TestJournalReportsFailures(t *testing.T) {
	j, err := openJournal(filepath.Join(t.TempDir(), "journal"))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.append(1); err == nil {
		t.Error("an entry that can't be written was accepted")
	}
}

func TestStoreKeepsOneCopy(t *testing.T) {
	s, dir := open(t)
	for range 2 {
		b, err := s.store.stage(strings.NewReader("the same bytes"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.store.keep(b); err != nil {
			t.Errorf("keep: %v", err)
		}
		if err := b.drop(); err != nil {
			t.Error(err)
		}
		if got, err := os.ReadFile(s.store.path(b.hash())); err != nil || string(got) != "the same bytes" {
			t.Errorf("%q, %v", got, err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(dir, "staging")); err != nil || len(left) != 0 {
		t.Errorf("%d staging files left, %v", len(left), err)
	}
}

// failing is a body whose sender goes away.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestBrokenUploadLeavesNothing(t *testing.T) {
	s, dir := open(t)
	form := data.Wheel{Project: "broken", Version: "1", Payload: 100_000}.Form()
	r := httptest.NewRequest(http.MethodPost, "/legacy/", io.MultiReader(bytes.NewReader(form[:50_000]), failing{}))
	r.Header.Set("Content-Type", data.ContentType)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code < 400 || ask(s, "/simple/broken/").Code != http.StatusNotFound {
		t.Errorf("answered %d", w.Code)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "staging")); err != nil || len(left) != 0 {
		t.Errorf("%d staging files left, %v", len(left), err)
	}
}
