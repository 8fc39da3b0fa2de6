package inspect_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/packaging/inspect"
)

func request(filename string, texts ...string) inspect.Request {
	return inspect.Request{Filename: filename, Limits: dist.DefaultLimits(), Texts: texts, Audit: true}
}

func look(t *testing.T, body []byte, q inspect.Request) inspect.Report {
	t.Helper()
	report, err := inspect.Inspect(bytes.NewReader(body), int64(len(body)), q)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestInspect finds metadata, texts and what compiled files there are, in one pass.
func TestInspect(t *testing.T) {
	wheel, sdist := apptest.Wheel("demo", "1.0", "a needle in the hay"), apptest.Sdist("demo", "1.0", "a needle in the hay")
	r := look(t, wheel.Body, request(wheel.Filename, "needle in", "nothing such"))
	if string(r.Contents.Metadata) != wheel.Metadata || len(r.Refusals) != 0 || len(r.Hits) != 1 || r.Hits[0] != (inspect.Hit{Path: "demo/__init__.py", Text: "needle in"}) {
		t.Errorf("%+v", r)
	}
	if r.Audit == nil || r.Audit.Binaries != 0 || r.Audit.NotAudited != "" {
		t.Errorf("audit %+v", r.Audit)
	}
	for _, project := range []string{"demo", ""} {
		q := request(sdist.Filename, "needle in")
		q.Project = project
		if r = look(t, sdist.Body, q); string(r.Contents.Metadata) != sdist.Metadata || len(r.Refusals) != 0 || len(r.Hits) != 1 || r.Audit != nil {
			t.Errorf("project %q: %+v", project, r)
		}
	}
	q := request(wheel.Filename)
	q.Audit = false
	if r = look(t, wheel.Body, q); r.Audit != nil || r.Hits != nil {
		t.Errorf("%+v", r)
	}
}

// TestRefusalsAreReported with what could be read; they are no error.
func TestRefusalsAreReported(t *testing.T) {
	wheel := apptest.Wheel("demo", "1.0", "x")
	r := look(t, append(wheel.Body, 'x'), request(wheel.Filename, "PAYLOAD"))
	if len(r.Refusals) == 0 || r.Refusals[0].Kind == "" || r.Audit != nil {
		t.Errorf("%+v", r)
	}
	if _, err := inspect.Inspect(bytes.NewReader(nil), 0, request("demo.egg")); err == nil {
		t.Error("an egg was looked into")
	}
	if _, err := inspect.Inspect(failing{}, 100, request("demo-1.0.tar.gz")); !errors.Is(err, errDisk) {
		t.Errorf("a disk that fails: %v", err)
	}
}

var errDisk = errors.New("the disk fails")

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errDisk }
func (failing) Stat() (fs.FileInfo, error)        { return nil, errDisk }
func (failing) Write([]byte) (int, error)         { return 0, errDisk }
func (failing) Read([]byte) (int, error)          { return 0, io.EOF }

// TestTextsAcrossWrites: a text is found wherever it stands, also at the seams
// of what the reader hands over.
func TestTextsAcrossWrites(t *testing.T) {
	for _, at := range []int{0, 1, 32<<10 - 3, 32 << 10, 64<<10 - 1, 100_000, 256<<10 - 4} {
		payload := strings.Repeat("-", at) + "needle" + strings.Repeat("-", 1000)
		wheel := apptest.Wheel("demo", "1.0", payload)
		if r := look(t, wheel.Body, request(wheel.Filename, "needle", "a much longer text that is nowhere")); len(r.Hits) != 1 {
			t.Errorf("at %d: %v", at, r.Hits)
		}
	}
}

// TestHandle: what goes into the sandbox and comes out is what Inspect says.
func TestHandle(t *testing.T) {
	wheel := apptest.Wheel("demo", "1.0", "x")
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, wheel.Body, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	q := request(wheel.Filename, "PAYLOAD").Encode()
	reply, err := inspect.Handle(q, f)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := inspect.DecodeReport(reply); err != nil || string(r.Contents.Metadata) != wheel.Metadata || len(r.Hits) != 1 || len(r.Contents.Members) != 4 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := inspect.Handle([]byte("no request"), f); err == nil {
		t.Error("rubbish was understood")
	}
	if _, err := inspect.Handle(q, failing{}); !errors.Is(err, errDisk) {
		t.Errorf("%v", err)
	}
}
