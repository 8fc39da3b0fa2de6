package dist

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// The compression methods a member may have (APPNOTE.TXT 4.4.5).
const (
	zipStored   = 0
	zipDeflated = 8
)

// The flags a member may have (4.4.4): two bits in which a compressor tells
// how hard it tried, and that the name is UTF-8.
const (
	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	flagPatched    = 1 << 5
	flagStrong     = 1 << 6
	flagUTF8       = 1 << 11
	flagMasked     = 1 << 13
	flagsKnown     = 1<<1 | 1<<2 | flagUTF8
)

// zipVersion is the version of the format that all permitted features need at
// most: 4.5, for zip64.
const zipVersion = 45

// zipFields are the fields that a member's local header and its header in the
// directory have in common, and the directory's offset and disk, which are 0
// in a local header.
type zipFields struct {
	version, flags, method, time, date uint16

	crc              uint32
	packed, expanded uint64
	nameSize         int
	extraSize        int
	offset           uint64
	disk             uint32
}

// parseZipFields reads the common fields, which begin with the version needed
// to extract.
func parseZipFields(b []byte) zipFields {
	le := binary.LittleEndian
	return zipFields{
		version: le.Uint16(b), flags: le.Uint16(b[2:]), method: le.Uint16(b[4:]), time: le.Uint16(b[6:]), date: le.Uint16(b[8:]),
		crc: le.Uint32(b[10:]), packed: uint64(le.Uint32(b[14:])), expanded: uint64(le.Uint32(b[18:])),
		nameSize: int(le.Uint16(b[22:])), extraSize: int(le.Uint16(b[24:])),
	}
}

// checkFeatures tells what the member needs of its reader that not every
// reader has.
func (f *zipFields) checkFeatures() (kind ErrorKind, detail string) {
	switch {
	case f.flags&(flagEncrypted|flagStrong|flagMasked) != 0:
		return ZipEncrypted, "the member is encrypted"
	case f.flags&flagPatched != 0:
		return ZipFlags, "the member is a patch of another"
	case f.flags&^flagsKnown != 0:
		return ZipFlags, fmt.Sprintf("the flags 0x%04X have a bit of unknown meaning", f.flags)
	case f.method != zipStored && f.method != zipDeflated:
		return Unsupported, fmt.Sprintf("compressed by method %d; stored and deflated are accepted", f.method)
	case f.version&0xFF > zipVersion:
		return ZipVersion, fmt.Sprintf("the member needs version %d.%d of the format, more than %d.%d",
			f.version&0xFF/10, f.version&0xFF%10, zipVersion/10, zipVersion%10)
	case !knownHost(f.version >> 8):
		return ZipVersion, fmt.Sprintf("the member is for a system of unknown number %d", f.version>>8)
	}
	return "", ""
}

// knownHost reports whether names and attributes of a member made on this
// system are read alike everywhere (4.4.2): MS-DOS, Unix, Windows, macOS.
func knownHost(host uint16) bool {
	switch host {
	case 0, 3, 10, 11, 14, 19:
		return true
	}
	return false
}

// differences names the fields in which two headers of a member differ.
func (f *zipFields) differences(other *zipFields) string {
	var names []string
	for _, field := range [...]struct {
		name string
		same bool
	}{
		{"version", f.version == other.version},
		{"flags", f.flags == other.flags},
		{"method", f.method == other.method},
		{"time", f.time == other.time && f.date == other.date},
		{"checksum", f.crc == other.crc},
		{"compressed size", f.packed == other.packed},
		{"size", f.expanded == other.expanded},
	} {
		if !field.same {
			names = append(names, field.name)
		}
	}
	return strings.Join(names, ", ")
}

// File types and attributes in a directory header's external attributes
// (4.4.15): in the upper half a Unix mode, in the lowest byte MS-DOS's.
const (
	modeType    = 0xF000
	modeRegular = 0x8000
	modeFolder  = 0x4000
	modeExec    = 0o111

	dosVolume = 0x08
	dosFolder = 0x10
)

// checkType tells attributes that make another thing of the member than its
// name does: a folder's ends in "/" (AV-9).
func checkType(attributes uint32, dir bool) string {
	mode := attributes >> 16 & modeType
	switch {
	case mode != 0 && mode != modeRegular && mode != modeFolder:
		return fmt.Sprintf("the member is a link or a special file (mode 0%o)", attributes>>16)
	case dir && mode == modeRegular:
		return "the member has the name of a folder and the mode of a file"
	case !dir && (mode == modeFolder || attributes&dosFolder != 0):
		return `the member is a folder and its name does not end in "/"`
	case attributes&dosVolume != 0:
		return "the member is a volume label"
	}
	return ""
}
