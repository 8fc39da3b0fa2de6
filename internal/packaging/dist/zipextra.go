package dist

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Extra fields that decide how a member is read (APPNOTE.TXT 4.5, 4.6).
const (
	extraZip64       = 0x0001
	extraStrong      = 0x0017 // strong encryption
	extraAES         = 0x9901 // WinZip's encryption
	extraUnicodePath = 0x7075 // another name for the member
	extraASiUnix     = 0x756E // another file mode, may be a link
	extraLibarchive  = 0x6C78 // a directory header for streaming, likewise
)

// maxExtras is the number of extra fields a header may have. The most that
// tools write is about five.
const maxExtras = 32

// walkExtra calls visit for each extra field, and returns what is wrong with
// their framing: each has a header of 4 bytes, all of its data is there, none
// stands twice, and there are not too many to compare.
func walkExtra(extra []byte, visit func(id uint16, data []byte) string) string {
	var buffer [maxExtras]uint16
	seen := buffer[:0]
	for len(extra) > 0 {
		if len(extra) < 4 {
			return fmt.Sprintf("%d bytes are left over behind the extra fields", len(extra))
		}
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if size > len(extra)-4 {
			return fmt.Sprintf("the extra field 0x%04X is cut short", id)
		}
		if slices.Contains(seen, id) {
			return fmt.Sprintf("the extra field 0x%04X stands twice", id)
		}
		if len(seen) == maxExtras {
			return fmt.Sprintf("there are more than %d extra fields", maxExtras)
		}
		seen = append(seen, id)
		if detail := visit(id, extra[4:4+size]); detail != "" {
			return detail
		}
		extra = extra[4+size:]
	}
	return ""
}

// readExtra takes what matters from a header's extra fields: refuses those
// that give a member another name, type or content, and reads zip64 sizes.
func (f *zipFields) readExtra(extra []byte) (kind ErrorKind, detail string) {
	var wide []byte
	has64 := false
	detail = walkExtra(extra, func(id uint16, data []byte) string {
		switch id {
		case extraZip64:
			wide, has64 = data, true
		case extraUnicodePath:
			return "the extra field 0x7075 gives the member a second name"
		case extraASiUnix, extraLibarchive:
			return fmt.Sprintf("the extra field 0x%04X gives the member a second type", id)
		case extraStrong, extraAES:
			return fmt.Sprintf("the extra field 0x%04X is for encrypted members", id)
		}
		return ""
	})
	if detail != "" {
		return ZipExtra, detail
	}
	return ZipZip64, f.readZip64(wide, has64)
}

// readZip64 replaces the fields that are all ones by their values, of which
// there must be exactly those (4.5.3), in this order.
func (f *zipFields) readZip64(values []byte, has bool) string {
	var fields []*uint64
	for _, field := range [...]*uint64{&f.expanded, &f.packed, &f.offset} {
		if *field == max32 {
			fields = append(fields, field)
		}
	}
	want := 8 * len(fields)
	if f.disk == max16 {
		want += 4
	}
	switch {
	case !has && want > 0:
		return "a size or offset stands in a zip64 field that is missing"
	case len(values) != want:
		return fmt.Sprintf("the zip64 field has %d bytes where the header needs %d", len(values), want)
	case want == 8 && f.method != zipStored:
		return "the zip64 field of a compressed member states one size only"
	}
	for _, field := range fields {
		*field, values = binary.LittleEndian.Uint64(values), values[8:]
	}
	if f.disk == max16 {
		f.disk = binary.LittleEndian.Uint32(values)
	}
	if f.expanded > 1<<62 || f.packed > 1<<62 || f.offset > 1<<62 {
		return "the zip64 field states a size or offset that no file has"
	}
	return ""
}
