package dist

import (
	"bytes"
	"hash/crc32"
	"io"
)

// gzipMagic begins every gzip member: the two identifying bytes and the one
// compression method there is, deflate.
var gzipMagic = [3]byte{0x1F, 0x8B, 8}

// The flags of a gzip header (RFC 1952 §2.3.1).
const (
	gzipHasCRC     = 1 << 1
	gzipHasExtra   = 1 << 2
	gzipHasName    = 1 << 3
	gzipHasComment = 1 << 4
	gzipReserved   = 0xE0
)

// What a gzip header may hold, in bytes. Packers write the file's name and
// nothing else; more room would only serve to hide something.
const (
	gzipNameLimit  = 255  // FNAME and FCOMMENT each
	gzipExtraLimit = 4096 // FEXTRA
)

// gzipHeader is the header under the eyes of [readGzipHeader].
type gzipHeader struct {
	in   *gzipInput
	at   int64  // where it begins
	read []byte // the header so far, for its own checksum
}

// readGzipHeader reads and checks a member's header. first says that it is
// the file's first, whose lack means that the file is no gzip at all.
func readGzipHeader(in *gzipInput, first bool) error {
	h := gzipHeader{in: in, at: in.pos()}
	fixed := h.take(10)
	if len(fixed) < 10 || !bytes.Equal(fixed[:3], gzipMagic[:]) {
		if first {
			return refuseAt(NotAnArchive, 0, "not a tar.gz: the file does not begin with a gzip header")
		}
		return refuseAt(TrailingData, h.at, "what stands after the end of the gzip data is no further gzip member")
	}
	flags := fixed[3]
	if flags&gzipReserved != 0 {
		return refuseAt(GzipHeader, h.at+3, "the gzip header sets reserved flags (%#02x)", flags&gzipReserved)
	}
	if flags&gzipHasExtra != 0 {
		if err := h.extra(); err != nil {
			return err
		}
	}
	for _, part := range [...]struct {
		flag byte
		what string
	}{{gzipHasName, "file name"}, {gzipHasComment, "comment"}} {
		if flags&part.flag != 0 {
			if err := h.text(part.what); err != nil {
				return err
			}
		}
	}
	if flags&gzipHasCRC != 0 {
		return h.checksum()
	}
	return nil
}

// take reads n bytes of the header; fewer if the file ends.
func (h *gzipHeader) take(n int) []byte {
	from := len(h.read)
	h.read = append(h.read, make([]byte, n)...)
	got, _ := io.ReadFull(h.in, h.read[from:])
	h.read = h.read[:from+got]
	return h.read[from:]
}

// extra reads the extra field: subfields of two letters, a length and so many
// bytes, which have to fill it.
func (h *gzipHeader) extra() error {
	at := h.in.pos()
	length := h.take(2)
	if len(length) < 2 {
		return h.truncated()
	}
	n := int(length[0]) | int(length[1])<<8
	if n > gzipExtraLimit {
		return refuseAt(GzipHeader, at, "the gzip header's extra field has %d bytes, more than %d", n, gzipExtraLimit)
	}
	rest := h.take(n)
	if len(rest) < n {
		return h.truncated()
	}
	for len(rest) > 0 {
		if len(rest) < 4 || len(rest) < 4+int(rest[2])+int(rest[3])<<8 {
			return refuseAt(GzipHeader, at, "the gzip header's extra field does not consist of whole subfields")
		}
		rest = rest[4+int(rest[2])+int(rest[3])<<8:]
	}
	return nil
}

// text reads a text that ends in a NUL.
func (h *gzipHeader) text(what string) error {
	at := h.in.pos()
	for range gzipNameLimit + 1 {
		c := h.take(1)
		if len(c) == 0 {
			return h.truncated()
		}
		if c[0] == 0 {
			return nil
		}
	}
	return refuseAt(GzipHeader, at, "the gzip header's %s is longer than %d bytes", what, gzipNameLimit)
}

// checksum compares the header's own checksum, the low half of its CRC.
func (h *gzipHeader) checksum() error {
	want := crc32.ChecksumIEEE(h.read) & 0xFFFF
	at := h.in.pos()
	stated := h.take(2)
	if len(stated) < 2 {
		return h.truncated()
	}
	if got := uint32(stated[0]) | uint32(stated[1])<<8; got != want {
		return refuseAt(GzipHeader, at, "the gzip header's checksum is %04x instead of %04x", got, want)
	}
	return nil
}

func (h *gzipHeader) truncated() error {
	return refuseAt(NotAnArchive, h.at, "the file ends within a gzip header")
}

// zipEndMark is the signature of the record that ends a zip, zipEndSize that
// record's least size, zipEndReach how far from the end of a file readers of
// zip look for it: its comment has at most 65,535 bytes.
const (
	zipEndMark  = "PK\x05\x06"
	zipEndSize  = 22
	zipEndReach = zipEndSize + 1<<16
)

// refuseZipTail refuses a file that readers of zip would open as a zip too
// (AV-6): they look for the signature of a zip's end near the end of the file,
// and pip asks whether a file is a zip before it asks whether it is a tar. By
// chance the signature stands there in one file of 65,000.
func refuseZipTail(src *source, size int64) error {
	from := max(0, size-zipEndReach)
	tail := make([]byte, size-from)
	if n, err := src.ReadAt(tail, from); n < len(tail) {
		return refuseAt(NotAnArchive, from+int64(n), "the file cannot be read to its end: %v", err)
	}
	at := bytes.Index(tail, []byte(zipEndMark))
	if at < 0 || len(tail)-at < zipEndSize {
		return nil
	}
	return refuseAt(Polyglot, from+int64(at), "the file can be read as a zip too: the signature of a zip's end stands near its end; "+
		"compress it again with another compression level")
}
