package dist

import (
	"io"
	"path"
	"slices"
	"strings"
)

// Limits bounds what [Read] takes from an archive (AV-4). Sizes are in bytes.
// A zero value permits nothing; start from [DefaultLimits].
type Limits struct {
	Members     int   // files and folders in the archive
	Expanded    int64 // all members together, expanded
	Ratio       int64 // expanded : archive size, once RatioFloor is passed
	RatioFloor  int64 // expanded size up to which any ratio is accepted
	Metadata    int64 // METADATA, PKG-INFO
	EntryPoints int64 // entry_points.txt
	Wheel       int64 // WHEEL
	Record      int64 // RECORD
}

// Default returns the options of an upload: the limits of AV-4, nobody watching.
func Default() Options { return Options{Limits: DefaultLimits()} }

// DefaultLimits returns the limits of AV-4: 100,000 members, 2 GiB expanded,
// 50 : 1 beyond 64 MiB, METADATA 1 MiB, entry_points.txt and WHEEL 64 KiB,
// RECORD 16 MiB.
func DefaultLimits() Limits {
	return Limits{
		Members:     100_000,
		Expanded:    2 << 30,
		Ratio:       50,
		RatioFloor:  64 << 20,
		Metadata:    1 << 20,
		EntryPoints: 64 << 10,
		Wheel:       64 << 10,
		Record:      16 << 20,
	}
}

// Options say how [Read] looks at an archive.
type Options struct {
	Limits

	// Watch, if not nil, is asked once for each regular file before it is
	// expanded; what it returns is written the file's bytes as they expand,
	// once, in order. Nil means that nobody is interested. A write error ends
	// the reading and is returned.
	Watch func(Member) io.Writer

	// GzipPadding accepts zeros after the end of a .tar.gz's gzip data, which
	// tapes and some old tools leave there (AV-11).
	GzipPadding bool
}

// Member is one entry of an archive.
type Member struct {
	Path   string `json:"path"`             // as the archive spells it, without a trailing "/"
	Size   int64  `json:"size,omitempty"`   // bytes it really expands to; 0 for a folder. To Watch: as declared
	SHA256 string `json:"sha256,omitempty"` // of those bytes, in lower-case hexadecimal; "" for folders and links
	Dir    bool   `json:"dir,omitempty"`    // a folder
	Exec   bool   `json:"exec,omitempty"`   // a file anybody may execute
	Link   string `json:"link,omitempty"`   // the target of a link in a tar, as written
}

// Contents is what an archive says about itself. Fields that do not belong to
// the archive's kind are empty.
type Contents struct {
	Warnings      []*ArchiveError // what is odd but no reason to refuse, in the archive's order
	Metadata      []byte          // the exact bytes of METADATA (wheel) or PKG-INFO (sdist)
	MetadataPath  string          // where they stand: "foo-1.0.dist-info/METADATA", "foo-1.0/PKG-INFO"
	Members       []Member        // every entry, in the archive's order
	TopDirs       []string        // first segment of every member's path that has more, sorted, each once
	EntryPoints   []byte          // entry_points.txt of a wheel, nil if there is none
	Wheel         []byte          // WHEEL of a wheel
	Record        []byte          // RECORD of a wheel
	HasWheelFile  bool            // the wheel has a WHEEL file
	HasRecord     bool            // the wheel has a RECORD file
	HasEntryPoint bool            // the wheel has an entry_points.txt
}

// Read takes the facts of f's archive from r, which holds size bytes, in one
// pass in which every member is expanded and hashed. It keeps the limits while
// it reads: a tar.gz is counted as it expands and left at the limit; no member
// of a zip is expanded beyond what it declares, and that is held against the
// limits before.
//
// The error is a [*ArchiveError], or up to 20 of them ([ArchiveErrors] takes
// it apart); the Contents then hold what was found, and nobody may rely on it.
// An error that is not one comes from r or from a watcher.
func Read(r io.ReaderAt, size int64, f Filename, opt Options) (Contents, error) {
	src := &source{file: r}
	c, err := readKind(src, size, f, opt)
	if src.failed != nil {
		return c, src.failed
	}
	return c, err
}

// readKind reads by the file's format.
func readKind(src *source, size int64, f Filename, opt Options) (Contents, error) {
	if f.Kind == Wheel || f.Ext == extZip {
		return readZip(src, size, f, opt)
	}
	return readTarSdist(src, size, f, opt)
}

// Top returns the folder that holds the metadata: "foo-1.0" in an sdist,
// "foo-1.0.dist-info" in a wheel; "" if no metadata was found.
func (c Contents) Top() string {
	if c.MetadataPath == "" {
		return ""
	}
	return path.Dir(c.MetadataPath)
}

// MissingLicenseFiles returns those of the metadata's License-File paths that
// are not in the archive: an sdist has them below its top folder, a
// wheel in licenses below its .dist-info folder (PEP 639).
func (c Contents) MissingLicenseFiles(files []string) []string {
	root := c.Top()
	if path.Base(c.MetadataPath) == "METADATA" {
		root += "/licenses"
	}
	wanted := make(map[string]bool, len(files))
	for _, file := range files {
		wanted[root+"/"+file] = true
	}
	for _, member := range c.Members {
		if !member.Dir {
			delete(wanted, member.Path)
		}
	}
	var missing []string
	for _, file := range files {
		if wanted[root+"/"+file] {
			missing = append(missing, file)
			delete(wanted, root+"/"+file) // told once
		}
	}
	return missing
}

// topDirs returns the distinct first path segments that are folders, sorted.
func topDirs(members []Member) []string {
	seen := map[string]bool{}
	for _, member := range members {
		first, _, deeper := strings.Cut(strings.TrimPrefix(member.Path, "./"), "/")
		if (deeper || member.Dir) && first != "" && first != "." {
			seen[first] = true
		}
	}
	dirs := make([]string, 0, len(seen))
	for dir := range seen {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	return dirs
}
