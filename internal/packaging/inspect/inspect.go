// Package inspect looks into one distribution in one pass and reports
// everything the gate wants to know about its bytes: what the strict readers of
// package dist found, and which known texts its files hold. It is pure, so that
// the same code runs in a sandboxed child ([Handle]) and in tests.
//
// It decides nothing: what a finding means for an upload is for the checks.
package inspect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"strongroom/internal/packaging/dist"
)

// Request says what is looked into, and for what.
type Request struct {
	Filename string      `json:"filename"`          // of the distribution, without folders
	Project  string      `json:"project,omitempty"` // whose sdist it is; "" where only its metadata tell
	Limits   dist.Limits `json:"limits"`
	Texts    []string    `json:"texts,omitempty"` // byte strings to look for in its files
}

// Report is what was found. Contents hold as much as could be read when there
// are refusals.
type Report struct {
	Contents dist.Contents        `json:"contents"`
	Refusals []*dist.ArchiveError `json:"refusals,omitempty"` // why the archive is none that enters, the first first
	Hits     []Hit                `json:"hits,omitempty"`     // where Texts were found
}

// Hit is a text that was looked for and found.
type Hit struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// Inspect looks into the archive in r, which holds size bytes. The error says
// that r cannot be read or that the filename is none.
func Inspect(r io.ReaderAt, size int64, q Request) (Report, error) {
	name, err := q.parse()
	if err != nil {
		return Report{}, err
	}
	texts := &searcher{texts: q.Texts}
	options := dist.Options{Limits: q.Limits}
	if len(q.Texts) > 0 {
		options.Watch = texts.watch
	}
	var report Report
	report.Contents, err = dist.Read(r, size, name, options)
	report.Hits = texts.hits
	if report.Refusals = dist.ArchiveErrors(err); err != nil && report.Refusals == nil {
		return Report{}, err
	}
	return report, nil
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

// Handle answers a [Request] as JSON with a [Report] as JSON: the form in which
// they cross into the sandbox and back.
func Handle(request []byte, file io.ReaderAt, size int64) ([]byte, error) {
	var q Request
	if err := json.Unmarshal(request, &q); err != nil {
		return nil, fmt.Errorf("%w: %w", errRequest, err)
	}
	report, err := Inspect(file, size, q)
	if err != nil {
		return nil, err
	}
	return json.Marshal(report)
}
