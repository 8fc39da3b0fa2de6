// Package dist reads distributions: what their filenames say (PEP 427, PEP
// 625), which platforms their tags name (PEP 425, PEP 600, PEP 656, PEP 730,
// PEP 738), and what their archives say about themselves (METADATA, PKG-INFO,
// RECORD, entry_points.txt).
//
// Filenames and tags are pure functions of their text. Archives are read from
// an io.ReaderAt the caller has opened; [Read] states the limits it keeps.
// This package reports facts: whether a fact is a reason to refuse an upload,
// and in which words, is decided by the upload checks.
package dist
