package dist

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

// describe puts a member's checksum and sizes behind it, in a data descriptor
// with or without a signature.
func describe(s *zipSpec, signed bool, lie func(fields []uint32)) {
	p := s.member(packedFile)
	fields := []uint32{p.local.crc, p.local.packed, p.local.expanded}
	lie(fields)
	p.both(func(h *zipHead) { h.flags |= flagDescriptor })
	p.local.crc, p.local.packed, p.local.expanded = 0, 0, 0
	if signed {
		p.body = append(p.body, "PK\x07\x08"...)
	}
	p.body = le(p.body, fields)
}

// brokenEnds are end records that do not describe the archive (ZipDiff C2–C4,
// DIFF-001, 006, 011, 094, Warehouse dupe_eocd).
func brokenEnds(c *corpus) {
	for name, lie := range map[string]func(t *zipTail){
		"disk": func(t *zipTail) { t.disk = 1 }, "directory-disk": func(t *zipTail) { t.directoryDisk = 1 }, "disks": func(t *zipTail) { t.disk, t.directoryDisk = max16, max16 },
		"here-less": func(t *zipTail) { t.here-- }, "here-more": func(t *zipTail) { t.here++ },
		"total-less": func(t *zipTail) { t.total-- }, "total-more": func(t *zipTail) { t.total++ },
		"count-less": func(t *zipTail) { t.here--; t.total-- }, "count-more": func(t *zipTail) { t.here++; t.total++ },
		"count-zero": func(t *zipTail) { t.here, t.total = 0, 0 }, "count-ones": func(t *zipTail) { t.here, t.total = max16, max16 },
		"size-less": func(t *zipTail) { t.size-- }, "size-more": func(t *zipTail) { t.size++ }, "size-zero": func(t *zipTail) { t.size = 0 }, "size-ones": func(t *zipTail) { t.size = max32 },
		"offset-less": func(t *zipTail) { t.offset-- }, "offset-more": func(t *zipTail) { t.offset++ }, "offset-zero": func(t *zipTail) { t.offset = 0 },
		"offset-ones": func(t *zipTail) { t.offset = max32 }, "offset-end": func(t *zipTail) { t.offset += t.size },
		"first-entry-hidden": func(t *zipTail) { t.here--; t.total--; t.offset += 50; t.size -= 50 },
		"last-entry-hidden":  func(t *zipTail) { t.here--; t.total--; t.size -= 50 + uint32(len("foo-1.0.dist-info/RECORD")) - 4 },
	} {
		c.add("malicious", "end/"+name, "the end record leads to another directory", func(s *zipSpec) { s.end = lie })
	}
	for name, suffix := range map[string]string{
		"nul": "\x00", "nuls": strings.Repeat("\x00", 22), "blank": "    ", "newline": "\n", "text": "text", "end-record": zipEndRecord + strings.Repeat("\x00", 18),
		"half-record": zipEndRecord, "kilobyte": strings.Repeat("x", 2000), "64-kilobytes": strings.Repeat("x", 70_000),
	} {
		c.add("malicious", "end/suffix-"+name, "bytes behind the end", func(s *zipSpec) { s.suffix = []byte(suffix) })
	}
	for name, comment := range map[string]string{
		"nul": "\x00", "newline": "a\n", "escape": "\x1b[2J", "delete": "\x7f", "long": strings.Repeat("x", 1025), "longest": strings.Repeat("x", max16),
		"end-record": zipEndRecord + strings.Repeat("\x00", 18), "local-header": zipLocal, "zip": string(specOf(entry{"other", "other"}).build()),
		"malo-8bit": zipEndRecord + "\x00\x00\x00\xff\xff" + strings.Repeat("\x00", 100),
	} {
		c.add("malicious", "end/comment-"+name, "a comment that could be taken for a record", func(s *zipSpec) { s.comment = comment })
	}
	for _, cut := range []int{1, 2, 4, 21, 22, 23, 60, 200} {
		c.add("reject", fmt.Sprintf("end/cut-%d", cut), "the end is missing", func(s *zipSpec) {
			s.whole = func(all []byte) []byte { return all[:len(all)-cut] }
		})
	}
	c.add("reject", "end/comment-cut", "the comment is not all there", func(s *zipSpec) {
		s.comment = "hello"
		s.whole = func(all []byte) []byte { return all[:len(all)-2] }
	})
	c.add("reject", "end/nothing", "an empty file", func(s *zipSpec) { s.whole = func([]byte) []byte { return nil } })
	c.add("reject", "end/only", "a zip without members is no wheel", func(s *zipSpec) { s.parts = nil })
	c.add("malicious", "end/two-zips", "two archives in one file (C2)", func(s *zipSpec) {
		s.whole = func(all []byte) []byte { return slices.Concat(specOf(entry{"other", "other"}).build(), all) }
	})
	c.add("malicious", "end/two-zips-behind", "two archives in one file (C2)", func(s *zipSpec) {
		s.whole = func(all []byte) []byte { return slices.Concat(all, specOf(entry{"other", "other"}).build()) }
	})
	c.add("malicious", "end/count-modulo", "ZipDiff C3: 65,536 more members than the end record can say", func(s *zipSpec) {
		s.wide, s.end = true, func(t *zipTail) { t.here, t.total = 0, 0 }
	})
}

// brokenLayouts are bytes that belong to nothing or to two members (ZipDiff A2,
// B1, C1, C4, DIFF-003).
func brokenLayouts(c *corpus) {
	strays := map[string]string{
		"byte": "x", "nul": "\x00", "nuls": strings.Repeat("\x00", 512), "text": "print('hello')\n", "unknown-record": "PK\x06\x08\x00\x00\x00\x00",
		"signature": "PK\x05\x05\x00\x00", "descriptor": "PK\x07\x08" + strings.Repeat("\x00", 12), "local-header": zipLocal + strings.Repeat("\x00", 26),
		"end-record": zipEndRecord + strings.Repeat("\x00", 18),
	}
	for _, name := range sorted(strays) {
		stray := []byte(strays[name])
		c.add("malicious", "layout/before-"+name, "bytes in front of the first member", func(s *zipSpec) { s.prefix = stray })
		c.add("malicious", "layout/between-"+name, "bytes between two members", func(s *zipSpec) { s.member(packedFile).before = stray })
		c.add("malicious", "layout/gap-"+name, "bytes between members and directory", func(s *zipSpec) { s.gap = stray })
		c.add("malicious", "layout/after-directory-"+name, "bytes between directory and end record", func(s *zipSpec) { s.afterDirectory = stray })
		c.add("malicious", "layout/in-member-"+name, "bytes behind the end of compressed data", func(s *zipSpec) {
			p := s.member(packedFile)
			p.body = append(p.body, stray...)
			p.both(func(h *zipHead) { h.packed += uint32(len(stray)) })
		})
	}
	shifted := func(name string, by int) {
		c.add("malicious", "layout/"+name, "the directory's offsets are not where the members are", func(s *zipSpec) {
			s.place = func(parts []*zipPart) {
				for _, p := range parts {
					p.central.offset += uint32(by)
				}
			}
		})
	}
	shifted("offsets-more", 1)
	shifted("offsets-less", -1)
	c.add("malicious", "layout/prefix-adjusted-offsets", "a prefix that the offsets know nothing of", func(s *zipSpec) {
		s.prefix = []byte("x")
		s.place = func(parts []*zipPart) {
			for _, p := range parts {
				p.central.offset--
			}
		}
		s.end = func(t *zipTail) { t.offset-- }
	})
	c.add("malicious", "layout/unlisted", "Malo cd_missing_entry: a member the directory does not list", func(s *zipSpec) { s.member(packedFile).noDirectory = true })
	c.add("malicious", "layout/unlisted-first", "a member the directory does not list", func(s *zipSpec) { s.parts[0].noDirectory = true })
	c.add("malicious", "layout/missing", "Warehouse missing_local_file: the directory lists what is not there", func(s *zipSpec) { s.member(packedFile).noLocal = true })
	c.add("malicious", "layout/missing-first", "the directory lists what is not there", func(s *zipSpec) { s.parts[0].noLocal = true })
	c.add("malicious", "layout/listed-twice", "Malo cd_extra_entry", func(s *zipSpec) {
		again := *s.member(packedFile)
		again.noLocal = true
		s.parts = append(s.parts, &again)
		s.place = func([]*zipPart) { again.central.offset = s.parts[2].central.offset }
	})
	c.add("malicious", "layout/shared", "two names for the same bytes, as in 42.zip-like bombs", func(s *zipSpec) {
		again := *s.member(packedFile)
		again.noLocal, again.central.name = true, "foo/again.txt"
		s.parts = append(s.parts, &again)
		s.place = func([]*zipPart) { again.central.offset = s.parts[2].central.offset }
	})
	c.add("malicious", "layout/swapped", "each entry points to the other member", func(s *zipSpec) {
		s.place = func(parts []*zipPart) {
			parts[1].central.offset, parts[2].central.offset = parts[2].central.offset, parts[1].central.offset
		}
	})
	c.add("malicious", "layout/nested", "a member inside another (A2)", func(s *zipSpec) {
		inner := part("foo/inner.py", "print('inner')\n", zipStored)
		body := string(inner.writeLocal(nil))
		s.parts[1] = part(storedFile, body, zipStored)
		inner.noLocal = true
		s.parts = append(s.parts, inner)
		s.place = func(parts []*zipPart) { inner.central.offset = parts[1].central.offset + 30 + uint32(len(storedFile)) }
	})
	descriptors(c)
}

// descriptors are sizes behind the member (Malo data_descriptor_*).
func descriptors(c *corpus) {
	for name, lie := range map[string]func(f []uint32){
		"bad-checksum": func(f []uint32) { f[0]++ }, "zero-checksum": func(f []uint32) { f[0] = 0 }, "bad-packed": func(f []uint32) { f[1]++ }, "bad-size": func(f []uint32) { f[2]++ },
		"zero": func(f []uint32) { f[0], f[1], f[2] = 0, 0, 0 },
	} {
		for _, signed := range []bool{true, false} {
			c.add("reject", fmt.Sprintf("descriptor/%s-%v", name, signed), "a data descriptor that is wrong as well", func(s *zipSpec) { describe(s, signed, lie) })
		}
	}
	right := func([]uint32) {}
	c.add("malicious", "descriptor/flag-off", "a data descriptor that no flag tells of", func(s *zipSpec) {
		describe(s, true, right)
		s.member(packedFile).both(func(h *zipHead) { h.flags &^= flagDescriptor })
	})
	c.add("malicious", "descriptor/directory-zero", "sizes in the descriptor only", func(s *zipSpec) {
		describe(s, true, right)
		p := s.member(packedFile)
		p.central.crc, p.central.packed, p.central.expanded = 0, 0, 0
	})
	c.add("malicious", "descriptor/also-in-header", "sizes in front and behind", func(s *zipSpec) {
		p := s.member(packedFile)
		head := p.local
		describe(s, true, right)
		p.local.crc, p.local.packed, p.local.expanded = head.crc, head.packed, head.expanded
	})
	c.add("malicious", "descriptor/stored", "the end of a stored member can only be guessed", func(s *zipSpec) {
		content := "PK\x07\x08" + string(le(nil, crc32.ChecksumIEEE(nil), uint32(0), uint32(0)))
		p := part("foo/stored.bin", content, zipStored)
		p.body = le(append(p.body, "PK\x07\x08"...), p.local.crc, p.local.packed, p.local.expanded)
		p.both(func(h *zipHead) { h.flags |= flagDescriptor })
		p.local.crc, p.local.packed, p.local.expanded = 0, 0, 0
		s.parts = append(s.parts, p)
	})
}
