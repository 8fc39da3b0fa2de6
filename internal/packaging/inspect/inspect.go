// Package inspect looks into one distribution in one pass and reports
// everything the gate wants to know about its bytes: what the strict readers of
// package dist found, and which known texts its files hold. It is pure, so that
// the same code runs in a sandboxed child ([Handle]) and in tests.
//
// It decides nothing: what a finding means for an upload is for the checks.
package inspect

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"strongroom/internal/packaging/binaries"
	"strongroom/internal/packaging/dist"
)

// Request says what is looked into, and for what.
type Request struct {
	Filename string // of the distribution, without folders
	Size     int64  // of the file in bytes; 0 has Handle ask the file, which some file systems refuse to a child
	Project  string // whose sdist it is; "" where only its metadata tell
	Limits   dist.Limits
	Texts    []string // byte strings to look for in its files
	Show     []string // paths of members whose bytes are wanted, up to ShowMost of each
	Audit    bool     // hold a wheel's platform tags against its compiled files
}

// Report is what was found. Contents hold as much as could be read when there
// are refusals.
type Report struct {
	Contents dist.Contents
	Refusals []*dist.ArchiveError // why the archive is none that enters, the first first
	Hits     []Hit                // where Texts were found
	Shown    []Shown              // those of Show that are there
	Audit    *binaries.Report     // of a wheel, if that was asked for and nothing is refused
}

// Hit is a text that was looked for and found.
type Hit struct {
	Path string
	Text string
}

// Inspect looks into the archive in r, which holds size bytes. The error says
// that r cannot be read or that the filename is none.
func Inspect(r io.ReaderAt, size int64, q Request) (Report, error) {
	name, err := q.parse()
	if err != nil {
		return Report{}, err
	}
	w := newWatchers(q, name)
	var report Report
	report.Contents, err = dist.Read(r, size, name, dist.Options{Limits: q.Limits, Watch: w.watch()})
	report.Hits, report.Shown = w.texts.hits, w.shown.found()
	if report.Refusals = dist.ArchiveErrors(err); err != nil && report.Refusals == nil {
		return Report{}, err
	}
	if w.compiled != nil && err == nil {
		audit := binaries.Audit(name, w.compiled.Found())
		report.Audit = &audit
	}
	return report, nil
}

// watchers are who looks at the files while they expand.
type watchers struct {
	texts    *searcher
	shown    *shower
	compiled *binaries.Collector // nil without an audit
}

func newWatchers(q Request, f dist.Filename) *watchers {
	w := &watchers{texts: &searcher{texts: q.Texts}, shown: &shower{paths: q.Show, left: showTotal}}
	if q.Audit && f.Kind == dist.Wheel {
		w.compiled = binaries.NewCollector(binaries.DefaultBudget())
	}
	return w
}

// watch is for dist.Options; nil when nobody is interested.
func (w *watchers) watch() func(dist.Member) io.Writer {
	var all []func(dist.Member) io.Writer
	if w.compiled != nil {
		all = append(all, w.compiled.Watch)
	}
	if len(w.texts.texts) > 0 {
		all = append(all, w.texts.watch)
	}
	if len(w.shown.paths) > 0 {
		all = append(all, w.shown.watch)
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return func(m dist.Member) io.Writer { return together(all, m) }
}

// together writes to all who want to see a member; nil for nobody.
func together(all []func(dist.Member) io.Writer, m dist.Member) io.Writer {
	var to []io.Writer
	for _, watch := range all {
		if w := watch(m); w != nil {
			to = append(to, w)
		}
	}
	if len(to) == 0 {
		return nil
	}
	return io.MultiWriter(to...)
}

// parse reads as much of the filename as the reader needs.
func (q Request) parse() (dist.Filename, error) {
	switch {
	case strings.HasSuffix(q.Filename, ".whl"):
		return dist.ParseWheelFilename(q.Filename)
	case q.Project != "":
		return dist.ParseSdistFilenameOf(q.Filename, q.Project)
	}
	for _, ext := range []string{".tar.gz", ".zip"} {
		if strings.HasSuffix(q.Filename, ext) {
			return dist.Filename{Raw: q.Filename, Kind: dist.Sdist, Ext: ext}, nil
		}
	}
	return dist.Filename{}, fmt.Errorf("%q is not the filename of a distribution", q.Filename)
}

// errRequest says that the parent and the child do not understand each other.
var errRequest = errors.New("the request cannot be read")

// File is what [Handle] is given: an open file that it only reads.
type File interface {
	io.ReaderAt
	Stat() (fs.FileInfo, error)
}

// Handle answers a request of [Request.Encode] with what [DecodeReport] reads: the
// form in which they cross into the sandbox and back.
func Handle(request []byte, file File) ([]byte, error) {
	q, err := decodeRequest(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errRequest, err)
	}
	if q.Size == 0 {
		info, err := file.Stat()
		if err != nil {
			return nil, err
		}
		q.Size = info.Size()
	}
	report, err := Inspect(file, q.Size, q)
	if err != nil {
		return nil, err
	}
	return report.encode(), nil
}
