package dist

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// zipReader reads one zip, stricter than any tool that unpacks it later, so
// that all of them see the same members (AV-7, P24). Its work is O(bytes), its
// memory the directory's and a few fixed buffers.
type zipReader struct {
	src  *source
	size int64
	lim  Limits
	opt  Options
	f    Filename

	c        Contents
	names    *names
	problems problemList
	warnings problemList
	kept     map[string]*keptFile // by name

	window   *zipWindow
	payload  zipPayload
	sink     zipSink
	inflater io.ReadCloser // made for the first deflated member
	expanded []byte        // what inflater reads into
}

// readZip reads a wheel or a zip sdist. The steps are in an order that finds
// out cheaply first: nothing is expanded before the directory is in order.
func readZip(src *source, size int64, f Filename, opt Options) (Contents, error) {
	z := &zipReader{src: src, size: size, lim: opt.Limits, opt: opt, f: f, names: newNames(f.Kind, opt.Members)}
	err := z.read()
	z.c.Warnings = z.warnings.all
	if err != nil && len(ArchiveErrors(err)) == 0 {
		return z.c, err
	}
	z.problems.add(ArchiveErrors(err)...)
	return z.c, z.problems.err()
}

func (z *zipReader) read() error {
	// 1. The end records: where the directory is.
	end, err := z.readZipEnd()
	if err != nil {
		return err
	}
	if err := z.checkBegin(); err != nil {
		return err
	}
	// 2. The directory: every member by itself, all names together, and the
	// sizes that are declared, which step 4 holds the members to.
	z.window = newZipWindow(z.src, z.size)
	z.payload.window = z.window
	entries, err := z.readDirectory(end)
	if err != nil {
		return err
	}
	if err := z.checkExpansion(entries); err != nil {
		return err
	}
	// 3. The metadata files: which members to keep.
	z.listMembers(entries)
	layout, err := z.findMetadata()
	if err != nil {
		return err
	}
	for i := range entries {
		z.expect(&entries[i])
	}
	// 4. The members, from the first byte to the directory.
	if err := z.walk(entries, int64(end.offset)); err != nil {
		return err
	}
	return layout()
}

// checkExpansion holds the sum of the declared sizes against the limits.
func (z *zipReader) checkExpansion(entries []zipEntry) error {
	var expanded uint64
	for i := range entries {
		expanded += min(entries[i].expanded, 1<<62/uint64(len(entries)))
	}
	return z.lim.expansion(int64(expanded), z.size)
}

// listMembers fills the Contents with what the directory says. The sizes are
// replaced by the real ones later.
func (z *zipReader) listMembers(entries []zipEntry) {
	z.c.Members = make([]Member, len(entries))
	for i := range entries {
		e := &entries[i]
		z.c.Members[i] = Member{Path: e.path(), Size: int64(e.expanded), Dir: e.dir, Exec: e.exec && !e.dir}
	}
	z.c.TopDirs = topDirs(z.c.Members)
}

// expect tells a metadata file that is too large to be kept.
func (z *zipReader) expect(e *zipEntry) {
	keep := z.kept[e.name]
	if keep == nil {
		return
	}
	keep.found = true
	if int64(e.expanded) > keep.limit {
		z.refuse(TooLarge, e.name, e.at, "larger than %d bytes", keep.limit)
	}
}

// foreign are begins of other formats. Tools that look for a zip's end accept
// any file before it, so one file can be two things (AV-6).
func foreign(begin []byte) string {
	for _, format := range [...]struct{ magic, name string }{
		{"\x1f\x8b", "a gzip file"},
		{"\x7fELF", "an ELF program"},
		{"MZ", "a Windows program"},
		{"%PDF-", "a PDF document"},
		{"#!", "a script"},
		{"BZh", "a bzip2 file"},
		{"\xfd7zXZ", "an xz file"},
		{"7z\xbc\xaf", "a 7z archive"},
		{"\x28\xb5\x2f\xfd", "a zstd file"},
	} {
		if bytes.HasPrefix(begin, []byte(format.magic)) {
			return format.name
		}
	}
	if isTarHeader(begin) {
		return "a tar archive"
	}
	return ""
}

// checkBegin refuses an archive that is a file of another format as well.
func (z *zipReader) checkBegin() error {
	begin := make([]byte, min(z.size, tarBlock))
	if n, err := z.src.ReadAt(begin, 0); n < len(begin) {
		return zipCut(err)
	}
	if name := foreign(begin); name != "" {
		return zipRefusal(Polyglot, "", 0, "the file is %s and a zip at once", name)
	}
	return nil
}

// isTarHeader reports whether b begins with a tar header, which its checksum
// tells whatever the format's dialect: the sum of the bytes, in octal, the
// checksum's own eight taken for spaces.
func isTarHeader(b []byte) bool {
	if len(b) < tarBlock {
		return false
	}
	stated, err := strconv.ParseInt(string(bytes.Trim(b[148:156], " \x00")), 8, 64)
	if err != nil {
		return false
	}
	unsigned, signed := int64(8*' '), int64(8*' ')
	for i, c := range b[:tarBlock] {
		if i < 148 || i >= 156 {
			unsigned += int64(c)
			signed += int64(int8(c))
		}
	}
	return stated == unsigned || stated == signed
}

// restartInflater lets the inflater begin with the payload.
func (z *zipReader) restartInflater() error {
	if z.inflater == nil {
		z.inflater = flate.NewReader(&z.payload)
		z.expanded = make([]byte, windowBytes)
		return nil
	}
	resetter, ok := z.inflater.(flate.Resetter)
	if !ok {
		return errors.New("the inflater cannot be used again")
	}
	return resetter.Reset(&z.payload, nil)
}

// refuse tells a problem that the reading can go on after.
func (z *zipReader) refuse(kind ErrorKind, name string, at int64, format string, args ...any) {
	z.problems.add(&ArchiveError{Kind: kind, Path: name, Offset: at, Detail: fmt.Sprintf(format, args...)})
}

// zipRefusal returns a problem that ends the reading.
func zipRefusal(kind ErrorKind, name string, at int64, format string, args ...any) error {
	return &ArchiveError{Kind: kind, Path: name, Offset: at, Detail: fmt.Sprintf(format, args...)}
}

// notZip says that a file is no zip at all.
func notZip(why string) error {
	return zipRefusal(NotAnArchive, "", -1, "not a readable zip archive: %s", why)
}

// zipCut turns the error of a read inside the archive into a refusal. A
// failure of the file itself is remembered by the source, which goes first.
func zipCut(err error) error { return notZip(fmt.Sprintf("cut short: %v", err)) }
