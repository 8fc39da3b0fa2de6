package dist

import (
	"compress/flate"
	"fmt"
	"slices"
	"strings"
)

// incompressible is text that deflate cannot shorten.
func incompressible(n int) string {
	b := make([]byte, n)
	for i, x := 0, uint32(1); i < n; i++ {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

// acceptedShapes are correct archives of many forms.
func acceptedShapes(c *corpus) {
	c.add("accept", "shape/plain", "stored and deflated members, a folder", func(*zipSpec) {})
	c.add("accept", "shape/no-folder-entry", "folders need no entry", func(s *zipSpec) { s.parts = s.parts[1:] })
	c.add("accept", "shape/reversed-directory", "the directory's order means nothing", func(s *zipSpec) { s.order = []int{5, 4, 3, 2, 1, 0} })
	c.add("accept", "shape/mixed-directory", "the directory's order means nothing", func(s *zipSpec) { s.order = []int{1, 0, 3, 5, 2, 4} })
	for _, comment := range []string{"x", "hello", strings.Repeat("x", 1024), "Grüße", "\x80\xff", "PK"} {
		c.add("accept", fmt.Sprintf("shape/comment-%.12q", comment), "a plain comment of up to 1,024 bytes, as on PyPI", func(s *zipSpec) { s.comment = comment })
	}
	for _, size := range []int{0, 1, 2, 255, 4095, 4096, 32767, 32768, 32769, 65535, 65536, 65537, 200000} {
		content := incompressible(size)
		c.add("accept", fmt.Sprintf("shape/stored-%d", size), "sizes around those of buffers", func(s *zipSpec) {
			s.parts[1] = part(storedFile, content, zipStored)
		})
		c.add("accept", fmt.Sprintf("shape/deflated-%d", size), "sizes around those of buffers", func(s *zipSpec) {
			s.parts[1] = part(storedFile, content, zipDeflated)
		})
	}
	for _, level := range []int{flate.HuffmanOnly, 0, 1, 5, 9} {
		c.add("accept", fmt.Sprintf("shape/level-%d", level), "all ways to compress are one", func(s *zipSpec) {
			text := strings.Repeat(packedText, 900)
			s.member(packedFile).pack(zipDeflated, deflated([]byte(text), level), text)
		})
	}
	for _, count := range []int{100, 1000} {
		c.add("accept", fmt.Sprintf("shape/members-%d", count), "many members", func(s *zipSpec) {
			for i := range count {
				s.parts = append(s.parts, part(fmt.Sprintf("foo/%d/%d.py", i%7, i), fmt.Sprint(i), zipStored))
			}
		})
	}
	for i, signature := range []string{zipLocal, zipDirectory, zipEnd64, zipLocator, zipEndRecord, "PK\x07\x08"} {
		c.add("accept", fmt.Sprintf("shape/signature-%d-in-content", i), "a member's bytes are its own", func(s *zipSpec) {
			s.parts[1] = part(storedFile, strings.Repeat(signature, 9), zipStored)
		})
	}
	inner := string(specOf(entry{"inner", "inner\n"}).build())
	for i, at := range []int{1, 6} {
		c.add("accept", fmt.Sprintf("shape/zip-in-zip-%d", i), "a member may be a zip", func(s *zipSpec) {
			s.parts = slices.Insert(s.parts, at, part("foo/inner.zip", inner, zipStored))
		})
	}
	checksums := map[string]string{
		"zero": "\xd0\x0d\xfa\xce\xcb\x19\x9e\xf0", "abc": "abc", "as-abc": "abc\xe4\x50\x2c\x59",
	}
	for _, name := range []string{"zero", "abc", "as-abc"} {
		c.add("accept", "shape/checksum-"+name, "a checksum that another content has too", func(s *zipSpec) {
			s.parts = append(s.parts, part("foo/collision", checksums[name], zipStored), part("foo/other", "abc", zipStored))
		})
	}
}

// acceptedFields are values of header fields that mean the same everywhere.
func acceptedFields(c *corpus) {
	each := func(name, why string, change func(h *zipHead)) {
		c.add("accept", "field/"+name, why, func(s *zipSpec) {
			for _, p := range s.parts {
				p.both(change)
			}
		})
	}
	for _, flags := range []uint16{2, 4, 6, flagUTF8, flagUTF8 | 6} {
		each(fmt.Sprintf("flags-%04x", flags), "how hard the compressor tried, and UTF-8", func(h *zipHead) { h.flags = flags })
	}
	for _, version := range []uint16{0, 10, 20, 21, 45, 3<<8 | 20} {
		each(fmt.Sprintf("version-%04x", version), "versions up to 4.5; low ones are common for deflate", func(h *zipHead) { h.version = version })
	}
	for _, host := range []uint16{0, 3, 10, 11, 14, 19} {
		each(fmt.Sprintf("host-%d", host), "made on MS-DOS, Unix, Windows or macOS", func(h *zipHead) { h.madeBy = host<<8 | 20 })
	}
	for _, mode := range []uint32{0, 0o100600, 0o100755, 0o104755, 0o644, 0o100000} {
		c.add("accept", fmt.Sprintf("field/mode-%o", mode), "permissions of a regular file", func(s *zipSpec) {
			s.member(storedFile).central.attributes = mode << 16
		})
	}
	for _, attributes := range []uint32{0, dosFolder, 0o40700<<16 | dosFolder, 0o40755 << 16} {
		c.add("accept", fmt.Sprintf("field/folder-%x", attributes), "a folder with or without attributes", func(s *zipSpec) {
			s.parts[0].central.attributes = attributes
		})
	}
	for _, bits := range []uint32{1, 2, 4, 0x20, 0x21} {
		c.add("accept", fmt.Sprintf("field/dos-%x", bits), "read-only, hidden, system and archive", func(s *zipSpec) {
			s.member(storedFile).central.attributes |= bits
		})
	}
	for _, date := range []uint16{0, 0x0021, 0xFF9F, 0xFFFF} {
		each(fmt.Sprintf("date-%04x", date), "any time, also one that no calendar has", func(h *zipHead) { h.date, h.time = date, date })
	}
	c.add("accept", "field/internal", "whether a tool took it for text", func(s *zipSpec) { s.parts[1].central.internal = 1 })
	acceptedExtras(c)
}

// acceptedExtras are extra fields that change nothing.
func acceptedExtras(c *corpus) {
	stamp := extraField(0x5455, "\x01\x00\x00\x00\x60")
	for name, extra := range map[string][]byte{
		"time": stamp, "owner": extraField(0x7875, "\x01\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00"), "ntfs": extraField(0x000A, strings.Repeat("\x00", 32)),
		"old-unix": extraField(0x5855, strings.Repeat("\x00", 8)), "jar": extraField(0xCAFE, ""), "unknown": extraField(0xABCD, "anything"),
		"two": slices.Concat(stamp, extraField(0xABCD, "x")), "empty-zip64": extraField(extraZip64, ""),
	} {
		for where := range 3 {
			c.add("accept", fmt.Sprintf("extra/%s-%d", name, where), "extra fields that change nothing, in either header", func(s *zipSpec) {
				p := s.member(packedFile)
				if where != 1 {
					p.local.extra = extra
				}
				if where != 0 {
					p.central.extra = extra
				}
			})
		}
	}
	c.add("accept", "zip64/local-sizes", "how Python writes a member of unknown length", func(s *zipSpec) {
		p := s.member(packedFile)
		p.local.extra = field64(uint64(p.local.expanded), uint64(p.local.packed))
		p.local.packed, p.local.expanded = max32, max32
	})
	c.add("accept", "zip64/both-headers", "64-bit sizes in both headers", func(s *zipSpec) {
		p := s.member(packedFile)
		p.both(func(h *zipHead) {
			h.extra = field64(uint64(h.expanded), uint64(h.packed))
			h.packed, h.expanded = max32, max32
		})
	})
	c.add("accept", "zip64/stored-one-size", "one 64-bit size of a stored member", func(s *zipSpec) {
		s.member(storedFile).both(func(h *zipHead) { h.extra, h.expanded = field64(uint64(h.expanded)), max32 })
	})
	c.add("accept", "zip64/end", "zip64 end records", func(s *zipSpec) { s.wide = true })
	for i, change := range []func(t *zipTail){
		func(t *zipTail) { t.here, t.total = max16, max16 },
		func(t *zipTail) { t.size, t.offset = max32, max32 },
		func(t *zipTail) { t.offset = max32 },
		func(t *zipTail) { t.here, t.total, t.size, t.offset = max16, max16, max32, max32 },
	} {
		c.add("accept", fmt.Sprintf("zip64/end-defers-%d", i), "the end record defers to the zip64 one", func(s *zipSpec) { s.wide, s.end = true, change })
	}
	c.add("accept", "zip64/deflated-one-size", "PyPI refuses it: one 64-bit size of a deflated member does not say where it ends", func(s *zipSpec) {
		s.member(packedFile).both(func(h *zipHead) { h.extra, h.packed = field64(uint64(h.packed)), max32 })
	})
	for _, signed := range []bool{true, false} {
		c.add("accept", fmt.Sprintf("descriptor/right-%v", signed), "PyPI refuses it: a data descriptor", func(s *zipSpec) { describe(s, signed, func([]uint32) {}) })
	}
}
