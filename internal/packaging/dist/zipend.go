package dist

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The records of a zip (APPNOTE.TXT 4.3): signatures and the sizes of their
// fixed parts.
const (
	zipLocal     = "PK\x03\x04" // local header, 4.3.7
	zipDirectory = "PK\x01\x02" // directory header, 4.3.12
	zipEnd64     = "PK\x06\x06" // zip64 end record, 4.3.14
	zipLocator   = "PK\x06\x07" // zip64 locator, 4.3.15
	zipEndRecord = "PK\x05\x06" // end record, 4.3.16

	localBytes     = 30
	directoryBytes = 46
	end64Bytes     = 56
	locatorBytes   = 20
	endBytes       = 22

	maxZipComment = 1024
	max16         = 1<<16 - 1 // in a header: the number stands in a zip64 field
	max32         = 1<<32 - 1
)

// zipEnd is what the end records say, and where they begin.
type zipEnd struct {
	members      uint64 // in the directory
	offset, size uint64 // of the directory
	at           int64  // of the first end record: where the directory must end
}

// readZipEnd finds and reads the end records. A comment that may not be is
// told; any other error leaves nothing to go on with.
func (z *zipReader) readZipEnd() (zipEnd, error) {
	tail, at, err := z.findEnd()
	if err != nil {
		return zipEnd{}, err
	}
	record := tail[at-(z.size-int64(len(tail))):]
	comment := record[endBytes:]
	if stated := int(binary.LittleEndian.Uint16(record[20:])); stated != len(comment) {
		return zipEnd{}, endLength(stated, len(comment), at)
	}
	if len(comment) > maxZipComment || bytes.ContainsFunc(comment, isControl) {
		z.refuse(ZipComment, "", at+endBytes, "the archive's comment is longer than %d bytes or not plain text", maxZipComment)
	}
	end := zipEnd{
		members: uint64(binary.LittleEndian.Uint16(record[10:])),
		size:    uint64(binary.LittleEndian.Uint32(record[12:])),
		offset:  uint64(binary.LittleEndian.Uint32(record[16:])),
		at:      at,
	}
	wide, err := z.readEnd64(at)
	if err != nil {
		return zipEnd{}, err
	}
	for _, disk := range [...]uint16{binary.LittleEndian.Uint16(record[4:]), binary.LittleEndian.Uint16(record[6:])} {
		if disk != 0 && (wide == nil || disk != max16) {
			return zipEnd{}, severalDisks(at)
		}
	}
	if wide != nil {
		if detail := end.differs(*wide); detail != "" {
			return zipEnd{}, zipRefusal(ZipZip64, "", at, "%s", detail)
		}
		end = *wide
	}
	if !bytes.Equal(record[8:10], record[10:12]) {
		return zipEnd{}, zipRefusal(ZipEnd, "", at, "the end record counts other members on this disk than in all")
	}
	return end, z.boundDirectory(end)
}

func severalDisks(at int64) error {
	return zipRefusal(ZipEnd, "", at, "the archive is one part of several disks")
}

// isControl reports whether r is an ASCII control character.
func isControl(r rune) bool { return r < ' ' || r == 0x7F }

// endLength tells a comment that does not reach to the archive's last byte.
func endLength(stated, actual int, at int64) error {
	if stated > actual {
		return zipRefusal(ZipEnd, "", at, "the archive's comment is cut short")
	}
	return zipRefusal(ZipBytes, "", at+endBytes+int64(stated), "%d bytes follow the end of the archive", actual-stated)
}

// findEnd returns the archive's last bytes and where in the archive the last
// end record among them begins. A comment could hold a record's signature,
// but those that may be have no control characters.
func (z *zipReader) findEnd() (tail []byte, at int64, err error) {
	for _, comment := range [...]int64{maxZipComment, max16} {
		tail = make([]byte, min(z.size, endBytes+comment))
		from := z.size - int64(len(tail))
		if n, err := z.src.ReadAt(tail, from); n < len(tail) {
			return nil, 0, zipCut(err)
		}
		if i := bytes.LastIndex(tail, []byte(zipEndRecord)); i >= 0 && len(tail)-i >= endBytes {
			return tail, from + int64(i), nil
		}
	}
	return nil, 0, notZip("it has no end record; it is cut short or of another format")
}

// readEnd64 reads the zip64 end record if a locator stands before the end
// record at at. It returns nil if there is none.
func (z *zipReader) readEnd64(at int64) (*zipEnd, error) {
	if at < locatorBytes {
		return nil, nil
	}
	var b [end64Bytes + locatorBytes]byte
	from := max(0, at-int64(len(b)))
	both := b[:at-from]
	if n, err := z.src.ReadAt(both, from); n < len(both) {
		return nil, zipCut(err)
	}
	locator := both[len(both)-locatorBytes:]
	if string(locator[:4]) != zipLocator {
		return nil, nil
	}
	record := both[:len(both)-locatorBytes]
	if len(record) < end64Bytes || string(record[:4]) != zipEnd64 ||
		binary.LittleEndian.Uint64(locator[8:]) != uint64(from) {
		return nil, zipRefusal(ZipZip64, "", at-locatorBytes, "the locator does not point to a zip64 end record directly before it")
	}
	return parseEnd64(record, locator, from)
}

// parseEnd64 reads the fields of a zip64 end record and its locator.
func parseEnd64(record, locator []byte, at int64) (*zipEnd, error) {
	le := binary.LittleEndian
	if le.Uint64(record[4:]) != end64Bytes-12 {
		return nil, zipRefusal(ZipZip64, "", at, "the zip64 end record has data of unknown meaning behind its fields")
	}
	if le.Uint32(record[16:]) != 0 || le.Uint32(record[20:]) != 0 || le.Uint32(locator[4:]) != 0 || le.Uint32(locator[16:]) != 1 {
		return nil, severalDisks(at)
	}
	if le.Uint64(record[24:]) != le.Uint64(record[32:]) {
		return nil, zipRefusal(ZipEnd, "", at, "the zip64 end record counts other members on this disk than in all")
	}
	return &zipEnd{members: le.Uint64(record[32:]), size: le.Uint64(record[40:]), offset: le.Uint64(record[48:]), at: at}, nil
}

// differs says where the end record states a number of its own that is not
// the zip64 end record's; a field of all ones defers to that.
func (e zipEnd) differs(wide zipEnd) string {
	for _, field := range [...]struct {
		name              string
		own, wide, defers uint64
	}{
		{"number of members", e.members, wide.members, max16},
		{"directory's size", e.size, wide.size, max32},
		{"directory's offset", e.offset, wide.offset, max32},
	} {
		if field.own != field.wide && field.own != field.defers {
			return fmt.Sprintf("the end record and the zip64 end record differ in the %s: %d and %d", field.name, field.own, field.wide)
		}
	}
	return ""
}

// boundDirectory checks that the directory ends where the end records begin,
// that it can hold so many members, and that the limits permit it.
func (z *zipReader) boundDirectory(end zipEnd) error {
	at := uint64(end.at)
	switch {
	case end.members > uint64(z.lim.Members):
		return zipRefusal(TooManyMembers, "", end.at, "the archive has more than %d members", z.lim.Members)
	case end.size > at || end.offset != at-end.size:
		return zipRefusal(ZipEnd, "", end.at, "the directory is said to be %d bytes at offset %d, which is not directly before the end record at %d", end.size, end.offset, at)
	case end.members > end.size/directoryBytes:
		return zipRefusal(ZipEnd, "", end.at, "the directory of %d bytes cannot hold the %d members it is said to", end.size, end.members)
	case end.size > 1<<20+uint64(z.lim.Members)*memberDirectoryBytes:
		return zipRefusal(TooLarge, "", end.at, "the archive's directory of %d bytes is too large", end.size)
	}
	return nil
}

// memberDirectoryBytes is how much of a directory is read for each member the
// limits permit: a header, the path and extra fields.
const memberDirectoryBytes = 320
