package dist

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
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
	DuplicateMember ErrorKind = "duplicate-member"   // 30: a member stands twice in the archive
	TopDirectory    ErrorKind = "top-directory"      // 30: an sdist without one common folder
	MissingPKGInfo  ErrorKind = "missing-pkg-info"   // 30
	MissingWheel    ErrorKind = "missing-wheel"      // 30
	WrongDistInfo   ErrorKind = "wrong-dist-info"    // 30: no or several .dist-info folders, or one of another release
	MissingRecord   ErrorKind = "missing-record"     // 35
	MissingMetadata ErrorKind = "missing-metadata"   // 37
	Unsupported     ErrorKind = "unsupported-method" // 30: a compression method other than stored and deflated
)

// What can be wrong with a member's name or type (AV-8, AV-9). Some of them
// are warnings only, as [Contents] tells.
const (
	BadName      ErrorKind = "member-name"    // means another file on some systems, or one outside the folder
	NameClash    ErrorKind = "name-clash"     // equal to another after case folding and Unicode normalisation
	NameNotNFC   ErrorKind = "name-not-nfc"   // not in Unicode's composed form
	DeviceName   ErrorKind = "device-name"    // reserved by Windows
	FileIsFolder ErrorKind = "file-is-folder" // a file where another member needs a folder
	MemberType   ErrorKind = "member-type"    // a link or special file, a folder with content, a file that is said to be a folder
	Polyglot     ErrorKind = "polyglot"       // also a file of another format (AV-6)
)

// What can be wrong with the framing of a zip (AV-7): places where two tools
// may read two things. Their text begins as PyPI's does (AV-5).
const (
	ZipEnd        ErrorKind = "zip-end-record"      // end records that do not describe the archive
	ZipEntries    ErrorKind = "zip-entries"         // a member that the directory does not list, or the reverse
	ZipBytes      ErrorKind = "zip-stray-bytes"     // bytes that belong to nothing
	ZipOverlap    ErrorKind = "zip-overlap"         // bytes that belong to two things
	ZipMismatch   ErrorKind = "zip-mismatch"        // a member's two headers differ
	ZipContent    ErrorKind = "zip-content"         // a member's bytes are not what the headers say
	ZipZip64      ErrorKind = "zip-zip64"           // 64-bit fields missing, too many or contradicting
	ZipExtra      ErrorKind = "zip-extra-field"     // extra fields damaged, repeated or with another name or type
	ZipComment    ErrorKind = "zip-comment"         // a member's comment, or an archive's of other than plain text
	ZipDescriptor ErrorKind = "zip-data-descriptor" // sizes behind the member instead of before it
	ZipEncrypted  ErrorKind = "zip-encrypted"       // a password is needed
	ZipFlags      ErrorKind = "zip-flags"           // flags of other or unknown meaning
	ZipVersion    ErrorKind = "zip-version"         // needs or comes from something unknown
)

// What else can be wrong with a tar.gz, or odd in it. All of it stands for
// row 30.
const (
	GzipHeader   ErrorKind = "gzip-header"   // a gzip header with reserved flags, a wrong checksum or too long fields
	TrailingData ErrorKind = "trailing-data" // bytes after the end of the gzip data, or other than zeros after the end of the tar
	TarHeader    ErrorKind = "tar-header"    // a header block that readers of tar understand in several ways or not at all
	TarExtension ErrorKind = "tar-extension" // the same of a pax or GNU extension header
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
	text := e.Detail
	if e.Path != "" {
		text = fmt.Sprintf("%.200s: %s", printable(e.Path), text)
	}
	if strings.HasPrefix(string(e.Kind), "zip-") {
		text = "ZIP archive not accepted: " + text
	}
	return text
}

// printable returns a path as it is, or quoted if that could deceive the eye
// or the terminal.
func printable(path string) string {
	if quoted := strconv.Quote(path); quoted[1:len(quoted)-1] != path {
		return quoted
	}
	return path
}

// quoteName returns a name of the archive for the middle of a sentence.
func quoteName(name string) string { return fmt.Sprintf("%.200q", name) }

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

// maxProblems is how many problems of one archive are told (AV-5).
const maxProblems = 20

// problemList collects problems up to [maxProblems].
type problemList struct{ all []*ArchiveError }

func (l *problemList) add(found ...*ArchiveError) {
	l.all = append(l.all, found[:min(len(found), maxProblems-len(l.all))]...)
}

// err returns the problems as one error, nil if there are none.
func (l *problemList) err() error {
	all := make([]error, len(l.all))
	for i, e := range l.all {
		all[i] = e
	}
	return errors.Join(all...)
}

// refuseAt returns an ArchiveError about what stands at offset.
func refuseAt(kind ErrorKind, offset int64, format string, args ...any) error {
	return &ArchiveError{Kind: kind, Offset: offset, Detail: fmt.Sprintf(format, args...)}
}
