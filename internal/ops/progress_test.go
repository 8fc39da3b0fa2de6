package ops

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// lineWriter tells of each line.
type lineWriter struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines chan struct{}
}

// Write implements io.Writer.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.lines <- struct{}{}:
	default:
	}
	return w.text.Write(p)
}

// TestProgressInLines: elsewhere than on a terminal, long work says now and
// then how far it is; short work says nothing.
func TestProgressInLines(t *testing.T) {
	w := &lineWriter{lines: make(chan struct{}, 1)}
	p := &progress{what: "import", unit: "files", total: 80, stop: make(chan struct{})}
	p.add(12)
	p.stopped.Go(func() { p.lines(w, time.Millisecond) })
	<-w.lines
	p.finish()
	if first, _, _ := strings.Cut(w.text.String(), "\n"); first != "import: 12 of 80 files" {
		t.Errorf("%q", first)
	}
	var short bytes.Buffer
	quick := Console{Stderr: &short}.progress("import", "files", 1)
	quick.add(1)
	quick.finish()
	if short.Len() != 0 {
		t.Errorf("%q", short.String())
	}
}

// TestProgressOnATerminal ends even when the work does not come to its end.
func TestProgressOnATerminal(t *testing.T) {
	for _, done := range []int64{0, 3, 7} {
		w := &lineWriter{lines: make(chan struct{}, 1)}
		p := Console{Stderr: w, Width: 60}.progress("fsck", "blobs", 7)
		p.add(done)
		p.finish()
		want := fmt.Sprintf("\rfsck %d of 7 blobs ", done)
		if text := w.text.String(); !strings.HasPrefix(text, "\rfsck ") || !strings.Contains(text, want) || !strings.HasSuffix(text, "\x1b[K\n") {
			t.Errorf("%d of 7: %q", done, text)
		}
	}
}

func TestProgressBar(t *testing.T) {
	for _, row := range []struct {
		total, done int64
		width       int
		want        string
	}{
		{80, 20, 50, "import 20 of 80 files [=====                ] 30s"},
		{80, 80, 50, "import 80 of 80 files [======================] 0s"},
		{80, 0, 50, "import 0 of 80 files [                          ]"},
		{80, 20, 30, "import 20 of 80 files"}, // no room
		{0, 20, 50, "import 20 files"},
		{80, 90, 50, "import 90 of 80 files"}, // the total was a guess
	} {
		p := &progress{what: "import", unit: "files", total: row.total}
		p.add(row.done)
		if got := p.bar(row.width, 10*time.Second); got != row.want || len(got) >= row.width {
			t.Errorf("%+v: %q", row, got)
		}
	}
}

func TestWithin(t *testing.T) {
	for path, want := range map[string]bool{"/a": true, "/a/b": true, "/a/..b": true, "/ab": false, "/": false, "/b": false, "/a/../b": false} {
		if got := within("/a", path); got != want {
			t.Errorf("%s is within /a: %v, want %v", path, got, want)
		}
	}
}
