package dist

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tarAt says where a problem stands, if it does not say so itself.
func tarAt(err error, at int64) error {
	if problem, ok := errors.AsType[*ArchiveError](err); ok && problem.Offset < 0 {
		problem.Offset = at
	}
	return err
}

// tarFindings collects what is wrong with a tar and what is odd, at most
// tarFindingsLimit of each (AV-5).
type tarFindings struct {
	problems []error
	warnings []*ArchiveError
}

const tarFindingsLimit = 20

// full reports whether enough problems were found.
func (f *tarFindings) full() bool { return len(f.problems) >= tarFindingsLimit }

// warn notes what is odd.
func (f *tarFindings) warn(kind ErrorKind, path string, at int64, detail string) {
	if len(f.warnings) < tarFindingsLimit {
		f.warnings = append(f.warnings, &ArchiveError{Kind: kind, Path: tarShown(path), Offset: at, Detail: detail})
	}
}

// problem notes what is wrong with the member at path.
func (f *tarFindings) problem(kind ErrorKind, path string, at int64, detail string) {
	if !f.full() {
		f.problems = append(f.problems, &ArchiveError{Kind: kind, Path: tarShown(path), Offset: at, Detail: detail})
	}
}

// tarShown is a path as people can be shown it: bytes that are no text are
// written as escapes.
func tarShown(path string) string {
	if !utf8.ValidString(path) || hasControl(path) || strings.ContainsFunc(path, isBidi) {
		return strings.Trim(strconv.QuoteToASCII(path), `"`)
	}
	return path
}

// join returns the problems with what ended the reading, as one error.
// What is no ArchiveError stands alone: it says nothing about the archive.
func (f *tarFindings) join(ended error) error {
	if ended == nil {
		return errors.Join(f.problems...)
	}
	if _, ok := errors.AsType[*ArchiveError](ended); !ok {
		return ended
	}
	return errors.Join(append(slices.Clip(f.problems), ended)...)
}
