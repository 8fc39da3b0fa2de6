package dist

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"
)

// zipEntry is what the directory says of a member.
type zipEntry struct {
	zipFields

	name string // as written
	at   int64  // where in the archive this stands
	dir  bool
	exec bool
}

// path is the member's name without the slash that marks a folder.
func (e *zipEntry) path() string { return strings.TrimSuffix(e.name, "/") }

// readDirectory reads the directory and checks each entry by itself. The
// entries come back in the order of their offsets: in which the archive holds
// the members. What an error leaves is not to be read on.
func (z *zipReader) readDirectory(end zipEnd) ([]zipEntry, error) {
	entries := make([]zipEntry, 0, end.members)
	z.window.move(int64(end.offset), end.at)
	for range end.members {
		at := z.window.at
		entry, err := z.readEntry(at)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	if rest := end.at - z.window.at; rest > 0 {
		return nil, zipRefusal(ZipBytes, "", z.window.at, "%d bytes of the directory do not belong to one of its %d members", rest, end.members)
	}
	byOffset := func(a, b zipEntry) int { return cmp.Compare(a.offset, b.offset) }
	if !slices.IsSortedFunc(entries, byOffset) {
		slices.SortStableFunc(entries, byOffset)
	}
	return entries, nil
}

// readEntry reads the directory header that stands at at.
func (z *zipReader) readEntry(at int64) (zipEntry, error) {
	header, err := z.window.take(directoryBytes)
	if err != nil {
		return zipEntry{}, zipCut(err)
	}
	if string(header[:4]) != zipDirectory {
		return zipEntry{}, zipRefusal(ZipEntries, "", at, "the directory has fewer members than the end record says")
	}
	le := binary.LittleEndian
	e := zipEntry{zipFields: parseZipFields(header[6:]), at: at}
	e.disk, e.offset = uint32(le.Uint16(header[34:])), uint64(le.Uint32(header[42:]))
	host, commentSize, attributes := le.Uint16(header[4:])>>8, int(le.Uint16(header[32:])), le.Uint32(header[38:])

	name, err := z.window.take(e.nameSize)
	if err != nil {
		return zipEntry{}, zipCut(err)
	}
	e.name = string(name)
	e.dir, e.exec = strings.HasSuffix(e.name, "/"), attributes>>16&modeExec != 0
	extra, err := z.window.take(e.extraSize)
	if err != nil {
		return zipEntry{}, zipCut(err)
	}
	if e.flags&flagDescriptor != 0 {
		return zipEntry{}, descriptor(e.name, at)
	}
	if kind, detail := e.readExtra(extra); detail != "" {
		return zipEntry{}, zipRefusal(kind, e.name, at, "%s", detail)
	}
	if _, err := z.window.take(commentSize); err != nil {
		return zipEntry{}, zipCut(err)
	}
	if commentSize > 0 {
		z.refuse(ZipComment, e.name, at, "the member has a comment")
	}
	if !knownHost(host) {
		z.refuse(ZipVersion, e.name, at, "the member was made on a system of unknown number %d", host)
	}
	if detail := checkType(attributes, e.dir); detail != "" {
		z.refuse(MemberType, e.name, at, "%s", detail)
	}
	z.checkEntry(&e)
	return e, nil
}

// descriptor refuses a member whose size stands behind it: a reader without
// the directory cannot tell where it ends.
func descriptor(name string, at int64) error {
	return zipRefusal(ZipDescriptor, name, at, "the member's size stands behind it, in a data descriptor")
}

// checkEntry tells what is wrong with an entry by itself.
func (z *zipReader) checkEntry(e *zipEntry) {
	if kind, detail := e.checkFeatures(); detail != "" {
		z.refuse(kind, e.name, e.at, "%s", detail)
	}
	if e.flags&flagUTF8 == 0 && strings.ContainsFunc(e.name, func(r rune) bool { return r >= utf8.RuneSelf }) {
		z.refuse(BadName, e.name, e.at, "the name is not ASCII and not marked as UTF-8")
	}
	if e.disk != 0 {
		z.refuse(ZipEnd, e.name, e.at, "the member is on another disk")
	}
	switch {
	case e.dir && (e.method != zipStored || e.packed != 0 || e.expanded != 0 || e.crc != 0):
		z.refuse(MemberType, e.name, e.at, "a folder has no content, but this one has a size, checksum or compression")
	case e.method == zipStored && e.packed != e.expanded:
		z.refuse(ZipContent, e.name, e.at, "stored as it is in %d bytes, but is said to have %d", e.packed, e.expanded)
	}
	refused, warned := z.names.add(e.path(), e.dir, e.at)
	z.problems.add(refused...)
	z.warnings.add(warned...)
}
