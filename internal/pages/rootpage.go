package pages

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"github.com/klauspost/compress/flate"
)

// Format is how the list of projects is written.
type Format int

// The formats.
const (
	JSON Format = iota
	HTML
)

func (f Format) head(serial int64) []byte {
	if f == JSON {
		return fmt.Appendf(nil, `{"meta":{"_last-serial":%d,"api-version":"%s"},"projects":[`, serial, apiVersion)
	}
	return fmt.Appendf(nil, "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" content=\"%s\">\n    <title>Simple index</title>\n  </head>\n  <body>\n", apiVersion)
}

func (f Format) foot(serial int64) []byte {
	if f == JSON {
		return []byte("]}\n")
	}
	return fmt.Appendf(nil, "  </body>\n</html>\n<!--SERIAL %d-->\n", serial)
}

// entries renders a segment. Names are normalised, so they need no escapes.
func (f Format) entries(s *segment, first bool) []byte {
	var b []byte
	for i, serial := range s.serials {
		name := s.names.at(i)
		if f == HTML {
			b = append(append(b, "    <a href=\""...), name...)
			b = append(append(b, "/\">"...), name...)
			b = append(b, "</a><br />\n"...)
			continue
		}
		if i > 0 || !first {
			b = append(b, ',')
		}
		b = append(b, `{"_last-serial":`...)
		b = strconv.AppendInt(b, serial, 10)
		b = append(b, `,"name":"`...)
		b = append(append(b, name...), `"}`...)
	}
	return b
}

// part is a piece of the list as raw deflate blocks that end on a byte and
// refer to nothing before them, so that pieces can be put together. The plain
// text is rendered again when it is wanted.
type part struct {
	deflated []byte
	length   int // bytes of the plain text
	crc      uint32
	shift    [32]uint32 // moves a CRC on by length zero bytes
	render   func() []byte
}

func compressPart(render func() []byte) *part {
	text := render()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, 6)
	if err != nil { // the level is a constant within range
		panic(err)
	}
	w.Write(text)
	w.Flush()
	return &part{deflated: bytes.Clone(b.Bytes()), length: len(text), crc: crc32.ChecksumIEEE(text), shift: shiftBy(len(text)), render: render}
}

// RootPage is the list in one format as of one serial.
type RootPage struct {
	Serial     int64
	SerialText []string
	Gzip       *Representation
	Plain      *Representation // Body is nil: written by WritePlain
	parts      []*part
}

func newRootPage(f Format, parts []*part, base string, serial int64) *RootPage {
	p := &RootPage{Serial: serial, SerialText: []string{strconv.FormatInt(serial, 10)}, parts: parts}
	body, length := joinGzip(parts)
	base += [...]string{"-j", "-h"}[f]
	gz := Representation{Body: body, ETag: []string{`"` + base + `-gzip"`}, ContentLength: []string{strconv.Itoa(len(body))}, Encoding: []string{"gzip"}, Serial: p.SerialText}
	plain := Representation{ETag: []string{`"` + base + `"`}, ContentLength: []string{strconv.Itoa(length)}, Serial: p.SerialText}
	p.Gzip, p.Plain = gz.ready(), plain.ready()
	return p
}

// WritePlain writes the uncompressed list, a segment at a time.
func (p *RootPage) WritePlain(w io.Writer) error {
	for _, part := range p.parts {
		if _, err := w.Write(part.render()); err != nil {
			return err
		}
	}
	return nil
}

// joinGzip makes one gzip member of the parts: their blocks, an empty last
// block, and the checksum worked out from theirs. The parts keep their bytes as
// pieces of it; the caller must hold the list's lock.
func joinGzip(parts []*part) (body []byte, length int) {
	size := 32
	for _, p := range parts {
		size += len(p.deflated)
	}
	body = append(make([]byte, 0, size), 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
	var crc uint32
	for _, p := range parts {
		from := len(body)
		body = append(body, p.deflated...)
		p.deflated = body[from:len(body):len(body)] // one copy is enough
		crc = times(&p.shift, crc) ^ p.crc
		length += p.length
	}
	body = append(body, 1, 0, 0, 0xff, 0xff) // a stored block of no bytes, the last
	body = binary.LittleEndian.AppendUint32(body, crc)
	return binary.LittleEndian.AppendUint32(body, uint32(length)), length
}

// shiftBy is the matrix that moves a CRC-32 on by n zero bytes, by squaring
// the one that moves it by a bit. The CRC of a text followed by another is the
// first's moved by the second's length, plus the second's.
func shiftBy(n int) (sum [32]uint32) {
	var odd, even [32]uint32
	odd[0] = crc32.IEEE
	for i := range sum {
		sum[i] = 1 << i
		if i > 0 {
			odd[i] = 1 << (i - 1)
		}
	}
	square(&even, &odd) // two zero bits
	square(&odd, &even) // four
	for from, to := &odd, &even; n > 0; n >>= 1 {
		square(to, from)
		if n&1 == 1 {
			for i := range sum {
				sum[i] = times(to, sum[i])
			}
		}
		from, to = to, from
	}
	return sum
}

func square(to, from *[32]uint32) {
	for i := range to {
		to[i] = times(from, from[i])
	}
}

func times(m *[32]uint32, v uint32) (sum uint32) {
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 == 1 {
			sum ^= m[i]
		}
	}
	return sum
}
