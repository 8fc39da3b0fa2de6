package dist

import (
	"errors"
	"fmt"
)

// ErrorKind says what is wrong with an archive, in the closed list below. Its
// text is stable: callers may show it as a code.
type ErrorKind string

// What can be wrong with an archive. A number is the row of PyPI's order of
// checks the refusal stands for.
const (
	NotAnArchive    ErrorKind = "not-an-archive"     // 30: not a zip or tar.gz, or damaged
	TooManyMembers  ErrorKind = "too-many-members"   // 30
	TooLarge        ErrorKind = "too-large"          // 30: expanded, or one of the metadata files
	RatioExceeded   ErrorKind = "ratio-exceeded"     // 30: a decompression bomb
	DuplicateMember ErrorKind = "duplicate-member"   // 30: a metadata file stands twice in the archive
	TopDirectory    ErrorKind = "top-directory"      // 30: an sdist without one common folder
	MissingPKGInfo  ErrorKind = "missing-pkg-info"   // 30
	MissingWheel    ErrorKind = "missing-wheel"      // 30
	WrongDistInfo   ErrorKind = "wrong-dist-info"    // 30: no or several .dist-info folders, or one of another release
	MissingRecord   ErrorKind = "missing-record"     // 35
	MissingMetadata ErrorKind = "missing-metadata"   // 37
	Unsupported     ErrorKind = "unsupported-method" // 30: a compression method other than stored and deflated
)

// What else can be wrong with a tar.gz, or odd in it. All of it stands for
// row 30.
const (
	GzipHeader   ErrorKind = "gzip-header"   // a gzip header with reserved flags, a wrong checksum or too long fields
	TrailingData ErrorKind = "trailing-data" // bytes after the end of the gzip data, or other than zeros after the end of the tar
	Polyglot     ErrorKind = "polyglot"      // the file could be read as an archive of another format too
	TarHeader    ErrorKind = "tar-header"    // a header block that readers of tar understand in several ways or not at all
	TarExtension ErrorKind = "tar-extension" // the same of a pax or GNU extension header
	MemberType   ErrorKind = "member-type"   // neither a file nor a folder nor a link, or one with content that has none
	MemberName   ErrorKind = "member-name"   // a path that cannot be unpacked, or not everywhere to the same place
	PathClash    ErrorKind = "path-clash"    // a file or link that is also the folder of another member
	LinkTarget   ErrorKind = "link-target"   // a link that leads out of the top folder or through another link
)

// What is odd in an archive but no reason to refuse it.
const (
	NoEndOfArchive ErrorKind = "no-end-of-archive" // the two blocks of zeros at the end of a tar are missing
	OddPadding     ErrorKind = "odd-padding"       // a tar's content is filled up with something other than zeros
	OddName        ErrorKind = "odd-name"          // a path that some systems cannot hold as it is written
	SimilarNames   ErrorKind = "similar-names"     // two paths that differ only in case or in the form of their accents
	DanglingLink   ErrorKind = "dangling-link"     // a link whose target is not in the archive
	NoPyproject    ErrorKind = "no-pyproject"      // an sdist with metadata 2.2 or newer and no pyproject.toml
)

// ArchiveError is one problem of an archive.
type ArchiveError struct {
	Kind   ErrorKind
	Path   string // the member it is about, "" for the archive as a whole
	Offset int64  // where in the archive it stands (zip) or in what it expands to (tar), in bytes; -1 if nowhere
	Detail string // what is wrong, for people, without path and offset
}

// Error returns the detail with the member's path.
func (e *ArchiveError) Error() string {
	if e.Path == "" {
		return e.Detail
	}
	return fmt.Sprintf("%.200s: %s", e.Path, e.Detail)
}

// ArchiveErrors takes an error of [Read] apart, in the order the problems
// should be told. It returns nil for an error that holds no [ArchiveError].
func ArchiveErrors(err error) []*ArchiveError {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*ArchiveError
		for _, inner := range joined.Unwrap() {
			all = append(all, ArchiveErrors(inner)...)
		}
		return all
	}
	if one, ok := errors.AsType[*ArchiveError](err); ok {
		return []*ArchiveError{one}
	}
	return nil
}

// refuse returns an ArchiveError about the member at path.
func refuse(kind ErrorKind, path, format string, args ...any) error {
	return &ArchiveError{Kind: kind, Path: path, Offset: -1, Detail: fmt.Sprintf(format, args...)}
}

// refuseAt returns an ArchiveError about what stands at offset.
func refuseAt(kind ErrorKind, offset int64, format string, args ...any) error {
	return &ArchiveError{Kind: kind, Offset: offset, Detail: fmt.Sprintf(format, args...)}
}
