package dist

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

// brokenZip64 are 64-bit fields that contradict the others (Malo zip64_*,
// Warehouse eocd64_*, ZipDiff A2 and C5, DIFF-002).
func brokenZip64(c *corpus) {
	for name, lie := range map[string]func(t *zipTail){
		"size-0": func(t *zipTail) { t.wideSize = 0 }, "size-43": func(t *zipTail) { t.wideSize = 43 }, "size-45": func(t *zipTail) { t.wideSize = 45 }, "size-56": func(t *zipTail) { t.wideSize = 56 },
		"extensible":   func(t *zipTail) { t.extensible, t.wideSize = []byte("anything"), 52 },
		"unaccounted":  func(t *zipTail) { t.extensible = []byte("anything") },
		"locator-more": func(t *zipTail) { t.locatorAt++ }, "locator-less": func(t *zipTail) { t.locatorAt-- }, "locator-zero": func(t *zipTail) { t.locatorAt = 0 }, "locator-far": func(t *zipTail) { t.locatorAt = 1 << 63 },
		"disks-0": func(t *zipTail) { t.disks = 0 }, "disks-2": func(t *zipTail) { t.disks = 2 }, "disk-1": func(t *zipTail) { t.wideDisk = 1 },
		"no-locator": func(t *zipTail) { t.noLocator = true }, "no-record": func(t *zipTail) { t.noRecord = true },
		"no-locator-deferred": func(t *zipTail) {
			t.noLocator, t.size, t.offset, t.here, t.total = true, max32, max32, max16, max16
		},
		"here-more": func(t *zipTail) { t.wideHere++ }, "count-more": func(t *zipTail) { t.wideHere++; t.wideTotal++ }, "count-less": func(t *zipTail) { t.wideHere--; t.wideTotal-- },
		"count-deferred-less": func(t *zipTail) { t.wideHere--; t.wideTotal--; t.here, t.total = max16, max16 },
		"bytes-more":          func(t *zipTail) { t.wideBytes++ }, "bytes-less": func(t *zipTail) { t.wideBytes-- }, "start-more": func(t *zipTail) { t.wideStart++ }, "start-less": func(t *zipTail) { t.wideStart-- },
		"bytes-deferred-more": func(t *zipTail) { t.wideBytes++; t.size = max32 }, "start-deferred-more": func(t *zipTail) { t.wideStart++; t.offset = max32 },
		"start-far": func(t *zipTail) { t.wideStart, t.wideBytes, t.offset, t.size = 1<<63, 1<<63, max32, max32 },
		"end-count": func(t *zipTail) { t.here--; t.total-- }, "end-size": func(t *zipTail) { t.size-- }, "end-offset": func(t *zipTail) { t.offset-- }, "end-zero": func(t *zipTail) { t.here, t.total, t.size, t.offset = 0, 0, 0, 0 },
		"end-here-only": func(t *zipTail) { t.here = max16 },
		"disk-end":      func(t *zipTail) { t.disk, t.here, t.total = 3, max16, max16 },
	} {
		c.add("malicious", "zip64/end-"+name, "the zip64 end records contradict the archive", func(s *zipSpec) { s.wide, s.end = true, lie })
	}
	c.add("malicious", "zip64/confusion", "Malo zip64_eocd_confusion: another directory for readers of zip64", func(s *zipSpec) {
		other := part("foo/other.py", "print('other')\n", zipStored)
		s.gap = other.writeLocal(nil)
		s.end = func(t *zipTail) {
			t.wide, t.wideHere, t.wideTotal, t.wideBytes, t.wideStart = true, 1, 1, uint64(len(other.writeCentral(nil))), uint64(t.offset)-9
		}
	})
	zip64Sizes(c)
	zip64Fields(c)
}

// zip64Sizes are zip64 fields of every size, with and without a need for them.
func zip64Sizes(c *corpus) {
	for _, size := range []int{1, 4, 7, 8, 9, 12, 15, 16, 17, 20, 24, 27, 28, 29, 32} {
		data := strings.Repeat("\x00", size)
		c.add("reject", fmt.Sprintf("zip64/unneeded-%d", size), "64-bit values where the header has them all", func(s *zipSpec) {
			s.member(packedFile).both(func(h *zipHead) { h.extra = extraField(extraZip64, data) })
		})
		if size == 16 {
			continue
		}
		c.add("reject", fmt.Sprintf("zip64/needed-16-is-%d", size), "more or fewer 64-bit values than the header asks for", func(s *zipSpec) {
			s.member(packedFile).both(func(h *zipHead) {
				right := append(le(nil, uint64(h.expanded), uint64(h.packed)), data...)
				h.extra = extraField(extraZip64, string(right[:size]))
				h.packed, h.expanded = max32, max32
			})
		})
	}
}

// zip64Fields are zip64 fields that lie or stand in one header only.
func zip64Fields(c *corpus) {
	values := func(more ...int) func(h *zipHead) {
		return func(h *zipHead) {
			h.extra = field64(uint64(int(h.expanded)+more[0]), uint64(int(h.packed)+more[1]))
			h.packed, h.expanded = max32, max32
		}
	}
	for name, lie := range map[string]func(p *zipPart){
		"size-more":   func(p *zipPart) { p.both(values(1, 0)) },
		"size-less":   func(p *zipPart) { p.both(values(-1, 0)) },
		"packed-more": func(p *zipPart) { p.both(values(0, 1)) },
		"packed-less": func(p *zipPart) { p.both(values(0, -1)) },
		"swapped": func(p *zipPart) {
			p.both(func(h *zipHead) { h.expanded, h.packed = h.packed, h.expanded; values(0, 0)(h) })
		},
		"local-size":        func(p *zipPart) { values(1, 0)(&p.local) },
		"local-packed":      func(p *zipPart) { values(0, 1)(&p.local) },
		"directory-size":    func(p *zipPart) { values(1, 0)(&p.central) },
		"directory-packed":  func(p *zipPart) { values(0, 1)(&p.central) },
		"local-missing":     func(p *zipPart) { p.both(values(0, 0)); p.local.extra = nil },
		"directory-missing": func(p *zipPart) { p.both(values(0, 0)); p.central.extra = nil },
		"both-missing":      func(p *zipPart) { p.both(values(0, 0)); p.both(func(h *zipHead) { h.extra = nil }) },
		"huge": func(p *zipPart) {
			p.both(func(h *zipHead) { h.extra, h.packed, h.expanded = field64(1<<63, 1<<63), max32, max32 })
		},
		"huge-size": func(p *zipPart) { p.both(values(1<<40, 0)) },
		"twice": func(p *zipPart) {
			p.both(func(h *zipHead) { values(0, 0)(h); h.extra = slices.Concat(h.extra, h.extra) })
		},
		"second-empty": func(p *zipPart) {
			p.both(func(h *zipHead) { values(0, 0)(h); h.extra = append(h.extra, field64()...) })
		},
		"offset":       func(p *zipPart) { p.central.extra = field64(1); p.central.disk = max16 },
		"disk":         func(p *zipPart) { p.central.extra, p.central.disk = extraField(extraZip64, "\x01\x00\x00\x00"), max16 },
		"disk-missing": func(p *zipPart) { p.central.disk = max16 },
		"disk-plain":   func(p *zipPart) { p.central.disk = 1 },
		"deflated-size-alone": func(p *zipPart) {
			p.both(func(h *zipHead) { h.extra, h.expanded = field64(uint64(h.expanded)), max32 })
		},
	} {
		c.add("malicious", "zip64/field-"+name, "64-bit sizes that only some readers see", func(s *zipSpec) { lie(s.member(packedFile)) })
	}
	c.add("iffy", "zip64/offset-deferred", "the directory's offset stands in a zip64 field that was not needed", func(s *zipSpec) {
		s.place = func(parts []*zipPart) {
			p := parts[1]
			p.central.extra, p.central.offset = field64(uint64(p.central.offset)), max32
		}
	})
	c.add("malicious", "zip64/offset-elsewhere", "the directory's offset stands in a zip64 field and is wrong", func(s *zipSpec) {
		s.place = func(parts []*zipPart) {
			p := parts[1]
			p.central.extra = field64(uint64(p.central.offset) + 1)
			p.central.offset = max32
		}
	})
}

// brokenExtras are extra fields that are damaged, repeated, or give a member
// another name or type (Malo shortextra, extra3byte, *_unicode_extra, ZipDiff
// A3, DIFF-014).
func brokenExtras(c *corpus) {
	both := func(class, name, why string, extra []byte) {
		for where, what := range []string{"both", "local", "directory"} {
			c.add(class, fmt.Sprintf("extra/%s-%s", name, what), why, func(s *zipSpec) {
				p := s.member(packedFile)
				if where != 2 {
					p.local.extra = extra
				}
				if where != 1 {
					p.central.extra = extra
				}
			})
		}
	}
	for _, size := range []int{1, 2, 3} {
		both("reject", fmt.Sprintf("rest-%d", size), "too short for an extra field", []byte("   ")[:size])
		both("reject", fmt.Sprintf("rest-%d-behind", size), "too short for an extra field", append(extraField(0xABCD, "x"), "   "[:size]...))
	}
	for _, size := range []uint16{1, 9, 256, max16} {
		both("reject", fmt.Sprintf("cut-%d", size), "longer than what is there", le(nil, uint16(0xABCD), size))
	}
	both("reject", "twice", "the same field twice", slices.Concat(extraField(0xABCD, "x"), extraField(0xABCD, "x")))
	var many []byte
	for id := range uint16(33) {
		many = append(many, extraField(0x1000+id, "")...)
	}
	both("iffy", "many", "no tool writes so many", many)
	unicode := func(version byte, of, name string) []byte {
		return extraField(extraUnicodePath, string(binary.LittleEndian.AppendUint32([]byte{version}, crc32.ChecksumIEEE([]byte(of))))+name)
	}
	both("malicious", "unicode", "a second name", unicode(1, packedFile, "foo/other.py"))
	both("iffy", "unicode-same", "a second name that is the first", unicode(1, packedFile, packedFile))
	both("malicious", "unicode-checksum", "a second name, for another first one", unicode(1, "x", "foo/other.py"))
	both("malicious", "unicode-version", "a second name in a version nobody knows", unicode(2, packedFile, "foo/other.py"))
	both("malicious", "unicode-bytes", "a second name that is not UTF-8", unicode(1, packedFile, "\xff"))
	both("malicious", "unicode-control", "a second name with control characters", unicode(1, packedFile, "foo/\x00"))
	both("malicious", "unicode-twice", "Malo second_unicode_extra", slices.Concat(unicode(1, packedFile, "foo/a"), unicode(1, packedFile, "foo/b")))
	both("malicious", "unicode-chain", "Malo unicode_extra_chain", slices.Concat(unicode(1, packedFile, "foo/a"), unicode(1, "x", "foo/b"), unicode(1, packedFile, "foo/c")))
	both("reject", "unicode-short", "Malo shortextra", extraField(extraUnicodePath, "\x01"))
	both("reject", "aes", "encrypted", extraField(extraAES, "\x02\x00AE\x03\x08\x00"))
	both("reject", "strong", "encrypted", extraField(extraStrong, strings.Repeat("\x00", 8)))
	both("malicious", "asi-link", "a second mode: a link", extraField(extraASiUnix, strings.Repeat("\x00", 4)+"\xff\xa1"+strings.Repeat("\x00", 8)))
	both("malicious", "libarchive", "a second set of attributes", extraField(extraLibarchive, "\x01"+strings.Repeat("\xff", 8)))
}
