package dist

import (
	"fmt"
	"hash/crc32"
	"strings"
)

// headerLies are single changes to one header of a member.
func headerLies() map[string]func(h *zipHead) {
	return map[string]func(h *zipHead){
		"version":         func(h *zipHead) { h.version = 10 },
		"version-host":    func(h *zipHead) { h.version |= 3 << 8 },
		"flags-level":     func(h *zipHead) { h.flags ^= 2 },
		"flags-utf8":      func(h *zipHead) { h.flags ^= flagUTF8 },
		"method":          func(h *zipHead) { h.method ^= zipDeflated },
		"time":            func(h *zipHead) { h.time++ },
		"date":            func(h *zipHead) { h.date++ },
		"checksum":        func(h *zipHead) { h.crc++ },
		"checksum-zero":   func(h *zipHead) { h.crc = 0 },
		"packed-more":     func(h *zipHead) { h.packed++ },
		"packed-less":     func(h *zipHead) { h.packed-- },
		"packed-zero":     func(h *zipHead) { h.packed = 0 },
		"size-more":       func(h *zipHead) { h.expanded++ },
		"size-less":       func(h *zipHead) { h.expanded-- },
		"size-zero":       func(h *zipHead) { h.expanded = 0 },
		"sizes-zero":      func(h *zipHead) { h.packed, h.expanded, h.crc = 0, 0, 0 },
		"sizes-ones":      func(h *zipHead) { h.packed, h.expanded = max32, max32 },
		"name":            func(h *zipHead) { h.name = strings.Replace(h.name, "f", "g", 1) },
		"name-case":       func(h *zipHead) { h.name = strings.ToUpper(h.name) },
		"name-longer":     func(h *zipHead) { h.name += "x" },
		"name-shorter":    func(h *zipHead) { h.name = h.name[:len(h.name)-1] },
		"name-folder":     func(h *zipHead) { h.name += "/" },
		"name-empty":      func(h *zipHead) { h.name = "" },
		"name-nul":        func(h *zipHead) { h.name += "\x00.png" },
		"name-dot":        func(h *zipHead) { h.name = "./" + h.name },
		"name-backslash":  func(h *zipHead) { h.name = strings.ReplaceAll(h.name, "/", `\`) },
		"signature":       func(h *zipHead) { h.signature = "PK\x03\x05" },
		"other-signature": func(h *zipHead) { h.signature = "PK\x07\x08" },
	}
}

// brokenHeaders are archives whose two headers of a member differ (ZipDiff A1,
// A3, DIFF-004, 080, 085), or agree and are both wrong.
func brokenHeaders(c *corpus) {
	for _, file := range []string{storedFile, packedFile} {
		kind := map[string]string{storedFile: "stored", packedFile: "deflated"}[file]
		for _, name := range sorted(headerLies()) {
			lie := headerLies()[name]
			c.add("malicious", fmt.Sprintf("header/%s-local-%s", kind, name), "a reader of local headers sees another member", func(s *zipSpec) {
				lie(&s.member(file).local)
			})
			c.add("malicious", fmt.Sprintf("header/%s-directory-%s", kind, name), "a reader of the directory sees another member", func(s *zipSpec) {
				lie(&s.member(file).central)
			})
		}
		for _, name := range []string{"checksum", "checksum-zero", "packed-more", "packed-less", "packed-zero", "size-more", "size-less", "size-zero", "sizes-zero", "method"} {
			lie := headerLies()[name]
			c.add("reject", fmt.Sprintf("header/%s-both-%s", kind, name), "both headers agree and are wrong", func(s *zipSpec) { s.member(file).both(lie) })
		}
	}
	hidden := packedText + "print('hidden')\n"
	c.add("malicious", "header/short-size", "Malo short_usize: the member goes on behind its stated size", func(s *zipSpec) {
		p := s.member(packedFile)
		p.pack(zipDeflated, deflated([]byte(hidden), 9), hidden)
		p.both(func(h *zipHead) { h.expanded = uint32(len(packedText)) })
	})
	c.add("malicious", "header/short-size-matching-checksum", "the checksum is that of the shorter text", func(s *zipSpec) {
		p := s.member(packedFile)
		p.pack(zipDeflated, deflated([]byte(hidden), 9), hidden)
		p.both(func(h *zipHead) { h.expanded, h.crc = uint32(len(packedText)), crc32.ChecksumIEEE([]byte(packedText)) })
	})
	c.add("malicious", "header/short-size-zip64", "Malo short_usize_zip64: header and zip64 field state two sizes", func(s *zipSpec) {
		s.member(packedFile).both(func(h *zipHead) { h.extra = field64(uint64(h.expanded)+9, uint64(h.packed)) })
	})
}

// brokenFlags are flags, methods, versions and systems that not every reader
// knows (ZipDiff A5, DIFF-071, 085, 088, 089, 092).
func brokenFlags(c *corpus) {
	for bit := range 16 {
		if flagsKnown>>bit&1 != 0 {
			continue
		}
		flag := uint16(1) << bit
		c.add("reject", fmt.Sprintf("flags/bit-%d", bit), "encryption, a descriptor, a patch or an unknown meaning", func(s *zipSpec) {
			s.member(packedFile).both(func(h *zipHead) { h.flags |= flag })
		})
		c.add("malicious", fmt.Sprintf("flags/bit-%d-local", bit), "in one header only", func(s *zipSpec) { s.member(packedFile).local.flags |= flag })
		c.add("malicious", fmt.Sprintf("flags/bit-%d-directory", bit), "in one header only", func(s *zipSpec) { s.member(packedFile).central.flags |= flag })
	}
	for _, method := range []uint16{1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 14, 16, 18, 19, 20, 93, 94, 95, 96, 97, 98, 99, 255, 0x0800, max16} {
		c.add("reject", fmt.Sprintf("flags/method-%d", method), "only stored and deflated are read everywhere", func(s *zipSpec) {
			s.member(packedFile).both(func(h *zipHead) { h.method = method })
		})
	}
	for _, version := range []uint16{46, 50, 51, 52, 61, 62, 63, 64, 255, 2<<8 | 20} {
		c.add("reject", fmt.Sprintf("flags/version-%d", version), "needs more than version 4.5, or another system", func(s *zipSpec) {
			s.member(packedFile).both(func(h *zipHead) { h.version = version })
		})
	}
	for _, host := range []uint16{1, 2, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 18, 20, 255} {
		c.add("iffy", fmt.Sprintf("flags/host-%d", host), "some tools change names made on such a system", func(s *zipSpec) {
			s.member(packedFile).central.madeBy = host<<8 | 20
		})
	}
	c.add("iffy", "flags/member-comment", "PyPI refuses it: a member's comment", func(s *zipSpec) { s.member(packedFile).central.comment = "hello" })
	c.add("malicious", "flags/member-comment-record", "ZipDiff C1: a local header inside a comment", func(s *zipSpec) {
		s.member(packedFile).central.comment = zipLocal + strings.Repeat("\x00", 26)
	})
	c.add("iffy", "flags/latin-name", "not ASCII and not marked: read in the code page of a PC or as UTF-8", func(s *zipSpec) {
		s.member(packedFile).both(func(h *zipHead) { h.name = "foo/caf\u00e9" })
	})
}

// brokenTypes are attributes that make another thing of a member (AV-9, ZipDiff
// A4, Malo trailing_slash).
func brokenTypes(c *corpus) {
	for name, mode := range map[string]uint32{
		"link": 0o120777, "pipe": 0o10644, "device": 0o60660, "terminal": 0o20660, "socket": 0o140755,
		"door": 0o150755, "whiteout": 0o160000, "unknown-3": 0o30644, "unknown-5": 0o50644, "unknown-7": 0o70644, "unknown-11": 0o130644, "unknown-15": 0o170644,
	} {
		for _, host := range []uint16{0, 3, 19} {
			c.add("malicious", fmt.Sprintf("type/%s-host-%d", name, host), "neither a file nor a folder", func(s *zipSpec) {
				p := s.member(storedFile)
				p.central.attributes, p.central.madeBy = mode<<16, host<<8|20
			})
		}
	}
	for name, attributes := range map[string]uint32{"unix": 0o40755 << 16, "dos": dosFolder, "both": 0o40755<<16 | dosFolder} {
		c.add("malicious", "type/folder-without-slash-"+name, "a folder by its attributes, a file by its name", func(s *zipSpec) {
			s.member(storedFile).central.attributes = attributes
		})
	}
	c.add("iffy", "type/volume-label", "some tools pass over it", func(s *zipSpec) { s.member(storedFile).central.attributes |= dosVolume })
	c.add("iffy", "type/slash-with-file-mode", "Malo trailing_slash_attr_mismatch", func(s *zipSpec) { s.parts[0].central.attributes = 0o100644 << 16 })
	c.add("malicious", "type/slash-payload", "Malo trailing_slash_payload: a folder with content", func(s *zipSpec) { s.parts[0] = part("foo/", "payload", zipStored) })
	c.add("malicious", "type/slash-name", "Malo trailing_slash_name: a file turned folder by its name", func(s *zipSpec) {
		s.member(storedFile).both(func(h *zipHead) { h.name = "foo/x/" })
	})
	c.add("malicious", "type/slash-deflated-payload", "a folder with compressed content", func(s *zipSpec) { s.parts[0] = part("foo/", "payload", zipDeflated) })
	c.add("reject", "type/slash-deflated-empty", "a folder that is compressed", func(s *zipSpec) { s.parts[0] = part("foo/", "", zipDeflated) })
	c.add("reject", "type/slash-checksum", "a folder with a checksum", func(s *zipSpec) { s.parts[0].both(func(h *zipHead) { h.crc = 1 }) })
	c.add("reject", "type/slash-size", "a folder with a size", func(s *zipSpec) { s.parts[0].both(func(h *zipHead) { h.expanded = 1 }) })
}
