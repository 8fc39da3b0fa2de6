package dist

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A tiny builder of tars and gzips, right and wrong ones. Everything is bytes:
// a part of a tar is built right and then spoiled.

// tarInfo is the metadata of the sdists built here.
const tarInfo = "Metadata-Version: 2.2\nName: foo\nVersion: 1.0\n"

// tarMember builds a member: header, content, filling. The header is POSIX's;
// a long name or target is cut off.
func tarMember(kind byte, name, link, body string) []byte {
	b := make([]byte, tarBlock)
	mode := "0000644\x00"
	if kind == tarFolder {
		mode = "0000755\x00"
	}
	for at, text := range map[int]string{
		0: name[:min(len(name), 100)], 100: mode, 108: "0001750\x00", 116: "0001750\x00", 124: fmt.Sprintf("%011o\x00", len(body)), 136: "14000000000\x00",
		157: link[:min(len(link), 100)], 257: tarMagicPOSIX, 265: "me", 297: "us", 329: "0000000\x00", 337: "0000000\x00",
	} {
		copy(b[at:], text)
	}
	b[156] = kind
	return append(tarSum(b), tarFilled(body)...)
}

// tarFilled fills content up to whole blocks.
func tarFilled(body string) []byte {
	return append([]byte(body), make([]byte, -len(body)&(tarBlock-1))...)
}

// tarSum puts the right checksum into the header at the begin of b.
func tarSum(b []byte) []byte {
	copy(b[148:156], fmt.Sprintf("%06o\x00 ", tarChecksum(b[:tarBlock])))
	return b
}

// tarPatched writes text over a member's header at offset at, and corrects the
// checksum.
func tarPatched(member []byte, at int, text string) []byte {
	b := bytes.Clone(member)
	copy(b[at:], text)
	return tarSum(b)
}

// tarGNU turns a member's header into GNU's format.
func tarGNU(member []byte) []byte { return tarPatched(member, 257, tarMagicGNU) }

// tarSized states another size in a member's header.
func tarSized(member []byte, size int64) []byte {
	return tarPatched(member, 124, fmt.Sprintf("%011o\x00", size))
}

func tarFileOf(name, body string) []byte { return tarMember(tarFile, name, "", body) }

func tarFolderOf(name string) []byte { return tarMember(tarFolder, name, "", "") }

func tarLinkOf(name, target string) []byte { return tarMember(tarSymlink, name, target, "") }

func tarHardOf(name, target string) []byte { return tarMember(tarHardLink, name, target, "") }

// tarLong is GNU's header for a long name ('L') or link ('K').
func tarLong(kind byte, text string) []byte {
	return tarGNU(tarMember(kind, "././@LongLink", "", text+"\x00"))
}

// tarPaxed is a pax header of key=value records.
func tarPaxed(records ...string) []byte { return tarPaxRaw(tarPax, tarRecords(records...)) }

// tarPaxGlobally is a pax header for the whole archive.
func tarPaxGlobally(records ...string) []byte {
	return tarPaxRaw(tarPaxGlobal, tarRecords(records...))
}

// tarPaxRaw is a pax header with this content.
func tarPaxRaw(kind byte, body string) []byte {
	return tarMember(kind, "././@PaxHeader", "", body)
}

func tarRecords(records ...string) string {
	var all string
	for _, r := range records {
		length := len(r) + 3
		for length != len(strconv.Itoa(length))+len(r)+2 {
			length = len(strconv.Itoa(length)) + len(r) + 2
		}
		all += strconv.Itoa(length) + " " + r + "\n"
	}
	return all
}

// tarEnd is the end of a tar.
func tarEnd() []byte { return make([]byte, 2*tarBlock) }

// tarTop are the members every good sdist here begins with.
func tarTop() []byte {
	return slices.Concat(tarFolderOf("foo-1.0/"), tarFileOf("foo-1.0/PKG-INFO", tarInfo), tarFileOf("foo-1.0/pyproject.toml", "[build-system]\n"))
}

// tarSdistOf is a good sdist with further members.
func tarSdistOf(more ...[]byte) []byte {
	return slices.Concat(tarTop(), slices.Concat(more...), tarEnd())
}

// gzipPart describes a gzip member. The zero value is a plain one.
type gzipPart struct {
	flags  byte
	extra  string // the extra field's content
	fields string // what follows it: name, comment, checksum
	level  int    // of compression; 0 stores
	raw    []byte // the deflate data instead of compressing
	crc    uint32 // is added to the right one
	size   uint32 // likewise
}

// of builds the member with this content.
func (g gzipPart) of(content []byte) []byte {
	b := []byte{0x1F, 0x8B, 8, g.flags, 0, 0, 0, 0, 0, 255}
	if g.flags&gzipHasExtra != 0 {
		b = append(binary.LittleEndian.AppendUint16(b, uint16(len(g.extra))), g.extra...)
	}
	b = append(b, g.fields...)
	if g.raw == nil {
		g.raw = deflated(content, g.level)
	}
	b = append(b, g.raw...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(content)+g.crc)
	return binary.LittleEndian.AppendUint32(b, uint32(len(content))+g.size)
}

// gzipped is the plain gzip of content.
func gzipped(content []byte) []byte { return gzipPart{level: 6}.of(content) }

// deflateBits writes deflate data bit by bit: numbers with their least bit first,
// Huffman codes with their greatest first (RFC 1951 §3.1.1).
type deflateBits struct {
	out  []byte
	used int
}

func (w *deflateBits) put(value, n int) *deflateBits {
	for i := range n {
		if w.used%8 == 0 {
			w.out = append(w.out, 0)
		}
		w.out[w.used/8] |= byte(value>>i&1) << (w.used % 8)
		w.used++
	}
	return w
}

func (w *deflateBits) code(value, n int) *deflateBits {
	for i := n - 1; i >= 0; i-- {
		w.put(value>>i&1, 1)
	}
	return w
}

// literals writes text in the fixed code; all of it must be ASCII.
func (w *deflateBits) literals(text string) *deflateBits {
	for i := range len(text) {
		w.code(0x30+int(text[i]), 8)
	}
	return w
}

// tarRead reads an archive as foo-1.0.tar.gz.
func tarRead(t testing.TB, archive []byte, opt Options) (Contents, error) {
	t.Helper()
	f, err := ParseFilename(fooTarGz)
	if err != nil {
		t.Fatal(err)
	}
	return Read(bytes.NewReader(archive), int64(len(archive)), f, opt)
}

// tarVerdict is what became of an archive: "accept", with the kinds of the
// warnings, or the kinds of the problems.
func tarVerdict(c Contents, err error) string {
	if err != nil {
		return kinds(err)
	}
	verdict := "accept"
	for _, w := range c.Warnings {
		verdict += " " + string(w.Kind)
	}
	return verdict
}

// gunzip expands what is known to be right.
func gunzip(t testing.TB, archive []byte) []byte {
	t.Helper()
	z, err := newGzipReader(bytes.NewReader(archive), int64(len(archive)), false)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// long repeats text to at least n bytes and cuts it there.
func long(text string, n int) string { return strings.Repeat(text, n/len(text)+1)[:n] }
