package dist

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"sync"
	"testing"
)

// zipHead are the fields of a member's header. Each can be made to lie.
type zipHead struct {
	signature                                  string
	madeBy, version, flags, method, time, date uint16
	crc, packed, expanded                      uint32
	name, comment                              string
	extra                                      []byte
	disk, internal                             uint16
	attributes, offset                         uint32
}

// zipPart is one member: its two headers and its bytes.
type zipPart struct {
	local, central       zipHead
	body                 []byte
	before               []byte // stray bytes before the local header
	noLocal, noDirectory bool
}

// zipTail are the fields of the end record, and of the zip64 one if wide.
type zipTail struct {
	disk, directoryDisk, here, total uint16
	size, offset                     uint32
	comment                          string

	wide                 bool
	wideSize             uint64
	wideHere, wideTotal  uint64
	wideBytes, wideStart uint64
	wideDisk             uint32
	locatorAt            uint64
	disks                uint32
	noLocator, noRecord  bool
	extensible           []byte
}

// zipSpec describes a zip, right or wrong. build writes it down.
type zipSpec struct {
	prefix, gap, afterDirectory, suffix []byte
	parts                               []*zipPart
	order                               []int                   // of the directory; nil: as the parts
	wide                                bool                    // zip64 end records
	comment                             string                  // of the archive
	place                               func(parts []*zipPart)  // changes headers once the offsets are known
	end                                 func(tail *zipTail)     // changes the end records
	whole                               func(all []byte) []byte // changes the finished bytes
}

// le appends numbers little-endian.
func le(b []byte, numbers ...any) []byte {
	for _, n := range numbers {
		b, _ = binary.Append(b, binary.LittleEndian, n)
	}
	return b
}

// part makes a member as good tools write it. A name that ends in "/" is a
// folder.
func part(name, content string, method uint16) *zipPart {
	body := []byte(content)
	if method == zipDeflated {
		body = deflated(body, flate.DefaultCompression)
	}
	head := zipHead{
		madeBy: 3<<8 | 20, version: 20, method: method, time: 0x6000, date: 0x5C21, name: name,
		crc: crc32.ChecksumIEEE([]byte(content)), packed: uint32(len(body)), expanded: uint32(len(content)),
		attributes: 0o100644 << 16,
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r > 0x7F }) {
		head.flags = flagUTF8
	}
	if strings.HasSuffix(name, "/") {
		head.attributes = 0o40755<<16 | dosFolder
	}
	p := &zipPart{local: head, central: head, body: body}
	p.local.signature, p.central.signature = zipLocal, zipDirectory
	return p
}

// deflaters are compressors by level, each made once: one costs a megabyte.
var deflaters sync.Map

// deflated compresses b.
func deflated(b []byte, level int) []byte {
	var out bytes.Buffer
	kept, _ := deflaters.LoadOrStore(level, &sync.Pool{New: func() any {
		w, err := flate.NewWriter(nil, level)
		if err != nil {
			panic(err)
		}
		return w
	}})
	pool := kept.(*sync.Pool)
	w := pool.Get().(*flate.Writer)
	defer pool.Put(w)
	w.Reset(&out)
	_, err := w.Write(b)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return out.Bytes()
}

// both changes both headers of a member alike.
func (p *zipPart) both(change func(h *zipHead)) {
	change(&p.local)
	change(&p.central)
}

// pack gives the member other bytes, its content and both headers agreeing.
func (p *zipPart) pack(method uint16, body []byte, content string) {
	p.body = body
	p.both(func(h *zipHead) {
		h.method, h.packed = method, uint32(len(body))
		h.crc, h.expanded = crc32.ChecksumIEEE([]byte(content)), uint32(len(content))
	})
}

func (h *zipHead) common(b []byte) []byte {
	return le(b, h.version, h.flags, h.method, h.time, h.date, h.crc, h.packed, h.expanded, uint16(len(h.name)), uint16(len(h.extra)))
}

func (p *zipPart) writeLocal(b []byte) []byte {
	b = append(b, p.before...)
	p.central.offset = uint32(len(b))
	if p.noLocal {
		return b
	}
	b = append(append(p.local.common(append(b, p.local.signature...)), p.local.name...), p.local.extra...)
	return append(b, p.body...)
}

func (p *zipPart) writeCentral(b []byte) []byte {
	h := &p.central
	b = h.common(le(append(b, h.signature...), h.madeBy))
	b = le(b, uint16(len(h.comment)), h.disk, h.internal, h.attributes, h.offset)
	return append(append(append(b, h.name...), h.extra...), h.comment...)
}

// build writes the zip down.
func (s *zipSpec) build() []byte {
	b := slices.Clone(s.prefix)
	for _, p := range s.parts {
		b = p.writeLocal(b)
	}
	b = append(b, s.gap...)
	if s.place != nil {
		s.place(s.parts)
	}
	start, count := len(b), 0
	for i := range s.parts {
		p := s.parts[i]
		if s.order != nil {
			p = s.parts[s.order[i]]
		}
		if !p.noDirectory {
			b = p.writeCentral(b)
			count++
		}
	}
	tail := zipTail{
		here: uint16(min(count, max16)), total: uint16(min(count, max16)), size: uint32(len(b) - start), offset: uint32(start), comment: s.comment,
		wide: s.wide, wideSize: 44, wideHere: uint64(count), wideTotal: uint64(count),
		wideBytes: uint64(len(b) - start), wideStart: uint64(start), disks: 1,
	}
	b = append(b, s.afterDirectory...)
	tail.locatorAt = uint64(len(b))
	if s.end != nil {
		s.end(&tail)
	}
	b = append(tail.write(b), s.suffix...)
	if s.whole != nil {
		b = s.whole(b)
	}
	return b
}

func (t *zipTail) write(b []byte) []byte {
	if t.wide && !t.noRecord {
		b = le(append(b, zipEnd64...), t.wideSize, uint16(45), uint16(45), t.wideDisk, uint32(0), t.wideHere, t.wideTotal, t.wideBytes, t.wideStart)
		b = append(b, t.extensible...)
	}
	if t.wide && !t.noLocator {
		b = le(append(b, zipLocator...), uint32(0), t.locatorAt, t.disks)
	}
	b = le(append(b, zipEndRecord...), t.disk, t.directoryDisk, t.here, t.total, t.size, t.offset, uint16(len(t.comment)))
	return append(b, t.comment...)
}

// field64 is a zip64 extra field.
func field64(values ...uint64) []byte {
	b := le(nil, uint16(extraZip64), uint16(8*len(values)))
	for _, v := range values {
		b = le(b, v)
	}
	return b
}

// extraField is any extra field.
func extraField(id uint16, data string) []byte {
	return append(le(nil, id, uint16(len(data))), data...)
}

// specOf describes a zip of these members: folders and the empty stored, the
// rest deflated.
func specOf(entries ...entry) *zipSpec {
	s := &zipSpec{}
	for _, e := range entries {
		method := uint16(zipDeflated)
		if e.content == "" {
			method = zipStored
		}
		s.parts = append(s.parts, part(e.name, e.content, method))
	}
	return s
}

// zipOf builds a zip.
func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	return specOf(entries...).build()
}

// member returns the part of that name.
func (s *zipSpec) member(name string) *zipPart {
	for _, p := range s.parts {
		if p.central.name == name {
			return p
		}
	}
	panic("no member " + name)
}

func TestZipBuilder(t *testing.T) {
	whole := zipOf(t, fooWheel()...)
	if c, err := read(t, fooWhl, whole); err != nil || len(c.Members) != len(fooWheel()) {
		t.Fatalf("the builder's own wheel is refused: %v", err)
	}
}
