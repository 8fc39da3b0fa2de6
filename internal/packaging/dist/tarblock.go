package dist

import "bytes"

// tarBlock is the unit of a tar: a header is one block, every content is
// filled up to whole blocks.
const tarBlock = 512

// The types of a tar's entries (AV-12).
const (
	tarFile      = '0'
	tarFileOld   = 0 // a regular file of tars older than POSIX
	tarHardLink  = '1'
	tarSymlink   = '2'
	tarFolder    = '5'
	tarPax       = 'x' // attributes of the next member
	tarPaxGlobal = 'g' // attributes of all further members
	tarLongName  = 'L' // GNU: the path of the next member
	tarLongLink  = 'K' // GNU: the link target of the next member
	tarSparse    = 'S' // GNU: a file with holes, refused like all others
)

// The formats a header may have, by its magic and version.
const (
	tarMagicPOSIX = "ustar\x0000"
	tarMagicGNU   = "ustar  \x00"
)

// tarHeader is what a header block says.
type tarHeader struct {
	name string // the path: prefix and name joined
	full bool   // name fills its field, so that it may have been cut off
	link string // the target of a link
	size int64  // bytes of content
	mode int64
	kind byte // '0', '5' …
	gnu  bool // GNU's format instead of POSIX's
}

// parseTarHeader reads a header block of the POSIX format (ustar, pax) or
// GNU's. What other readers of tar would understand differently is refused:
// fields that do not hold one plain number or text, and bytes beside them.
func parseTarHeader(b []byte) (tarHeader, error) {
	h := tarHeader{kind: b[156]}
	sum, ok := tarOctal(b[148:156])
	if !ok || sum != tarChecksum(b) {
		return h, refuse(NotAnArchive, "", "no tar header with a right checksum stands here: the tar is damaged, or none")
	}
	switch string(b[257:265]) {
	case tarMagicPOSIX:
	case tarMagicGNU:
		h.gnu = true
	default:
		return h, refuse(TarHeader, "", "a tar header has the magic %q, which is neither POSIX's (ustar) nor GNU's", b[257:265])
	}
	if err := h.numbers(b); err != nil {
		return h, err
	}
	return h, h.texts(b)
}

// numbers reads the numeric fields.
func (h *tarHeader) numbers(b []byte) error {
	var ignored int64
	for _, f := range [...]struct {
		what     string
		from, to int
		wide     bool // GNU writes it in base 256 when it is too large for octal
		value    *int64
	}{
		{"mode", 100, 108, false, &h.mode},
		{"owner", 108, 116, true, &ignored},
		{"group", 116, 124, true, &ignored},
		{"size", 124, 136, true, &h.size},
		{"time", 136, 148, false, &ignored},
		{"device", 329, 337, false, &ignored},
		{"device", 337, 345, false, &ignored},
	} {
		field, ok := b[f.from:f.to], false
		if f.wide && h.gnu && field[0] == 0x80 {
			*f.value, ok = tarBase256(field)
		} else {
			*f.value, ok = tarOctal(field)
		}
		if !ok {
			return refuse(TarHeader, "", "a tar header's %s is %q, which is not an octal number", f.what, field)
		}
	}
	return nil
}

// texts reads the text fields. GNU's format uses the room of the prefix for
// what only its incremental archives have, and some readers take it for a
// prefix all the same.
func (h *tarHeader) texts(b []byte) error {
	var prefix string
	var named, linked, prefixed bool
	h.name, named = tarText(b[:100])
	h.link, linked = tarText(b[157:257])
	rest := b[500:]
	if h.gnu {
		prefixed, rest = true, b[345:]
	} else {
		prefix, prefixed = tarText(b[345:500])
	}
	if !named || !linked || !prefixed {
		return refuse(TarHeader, "", "in a tar header, bytes stand behind the end of a name (%q)", h.name)
	}
	if !allZero(rest) && h.kind != tarSparse { // a sparse file is refused for what it is
		return refuse(TarHeader, "", "the unused part of a tar header (%q) is not empty", h.name)
	}
	if prefix != "" {
		if h.name == "" {
			return refuse(TarHeader, "", "a tar header has a prefix (%q) and no name", prefix)
		}
		h.name = prefix + "/" + h.name
	}
	h.full = b[99] != 0
	return nil
}

// tarOctal reads a number in octal digits: spaces may stand before, spaces and
// NULs behind it. An empty field is 0.
func tarOctal(field []byte) (n int64, ok bool) {
	digits := bytes.TrimLeft(bytes.TrimRight(field, " \x00"), " ")
	for _, c := range digits {
		if c < '0' || c > '7' {
			return 0, false
		}
		n = n<<3 | int64(c-'0')
	}
	return n, true
}

// tarBase256 reads a number of GNU's wide form. It must be one that octal
// digits have no room for, as every number has one spelling then.
func tarBase256(field []byte) (n int64, ok bool) {
	for _, c := range field[1:] {
		if n > 1<<54 {
			return 0, false
		}
		n = n<<8 | int64(c)
	}
	return n, n >= 1<<(3*(len(field)-1))
}

// tarText reads a text that ends at the first NUL, with only NULs behind it,
// or fills its field.
func tarText(field []byte) (text string, ok bool) {
	end := bytes.IndexByte(field, 0)
	if end < 0 {
		return string(field), true
	}
	return string(field[:end]), allZero(field[end:])
}

// tarChecksum sums up a header block's bytes, those of the checksum itself as
// spaces.
func tarChecksum(b []byte) int64 {
	var sum int64
	for _, c := range b {
		sum += int64(c)
	}
	for _, c := range b[148:156] {
		sum += ' ' - int64(c)
	}
	return sum
}

// allZero reports whether b holds nothing but zeros.
func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
