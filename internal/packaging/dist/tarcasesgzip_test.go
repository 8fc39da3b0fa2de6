package dist

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

// endCases are ends of a tar (AV-11).
func endCases(class func(string) tarCases) {
	ok, bad, iffy, evil := class(classAccept), class(classReject), class(classIffy), class(classMalicious)
	ok.tar("record", "GNU fills up to a record of 20 blocks", tarSdistOf(), make([]byte, 10_240))
	ok.tar("odd-zeros", "zeros of any number may follow", tarSdistOf(), make([]byte, 333))
	ok.tar("mebibyte", "zeros of 1 MiB may follow", tarSdistOf(), make([]byte, 1<<20))
	iffy.tar("missing", "no blocks of zeros at the end", tarTop())
	iffy.tar("one-block", "one block of zeros at the end", tarTop(), make([]byte, tarBlock))
	bad.tar("more-zeros", "more zeros than any writer appends", tarSdistOf(), make([]byte, 2<<20))
	bad.tar("half-block", "the second block of zeros is cut off", tarTop(), make([]byte, tarBlock+100))
	bad.tar("half-first-block", "the first block of zeros is cut off", tarTop(), make([]byte, 100))
	bad.tar("header-cut", "a header that is cut off", tarTop(), hello()[:300])
	bad.tar("content-cut", "a content that is cut off", tarTop(), hello()[:514])
	bad.tar("padding-cut", "a content's filling that is cut off", tarTop(), hello()[:1000])
	bad.tar("pax-cut", "a pax header that is cut off", tarTop(), tarPaxed("path=foo-1.0/x")[:520])
	evil.tar("one-zero-block-middle", "a block of zeros between members: some readers stop there", tarTop(), make([]byte, tarBlock), hello(), tarEnd())
	evil.tar("byte-after", "a byte after the end", tarSdistOf(), []byte{1})
	evil.tar("byte-far-after", "a byte far after the end", tarSdistOf(), make([]byte, 9000), []byte{1})
	evil.tar("member-after", "a member after the end", tarSdistOf(), hello())
	evil.tar("second-archive", "a second archive after the end", tarSdistOf(), tarSdistOf())
	inner := string(slices.Concat(tarFileOf("foo-1.0/evil", "x"), tarEnd()))
	evil.sdist("nested-shift", "a content that is a tar, whose size stands in the pax header only (CVE-2025-62518)",
		tarPaxed(fmt.Sprintf("size=%d", len(inner))), tarSized(tarFileOf("foo-1.0/inner.tar", inner), 0))
	bad.tar("junk-first", "a block before the first member", []byte(strings.Repeat("#!/bin/sh\n", 52)[:512]), tarSdistOf())
	bad.tar("shifted", "a tar that is not aligned", []byte{0}, tarSdistOf())
	bad.tar("elf-first", "an ELF file", []byte("\x7fELF"+strings.Repeat("\x00", 508)), tarSdistOf())
	bad.tar("text", "no tar at all", []byte(strings.Repeat("hello\n", 200)))
	bad.tar("gzip-twice", "a tar.gz in a gzip", gzipped(tarSdistOf()))
	bad.tar("nothing", "nothing", nil)
	bad.tar("only-end", "nothing but the end", tarEnd())
}

// sdistCases are what a tar needs to be a source distribution (AV-13,
// crates.io's rules of one root).
func sdistCases(class func(string) tarCases) {
	bad, iffy, ok, evil := class(classReject), class(classIffy), class(classAccept), class(classMalicious)
	info := func(top string) []byte { return tarFileOf(top+"/PKG-INFO", tarInfo) }
	bad.sdist("two-tops", "a second top folder", tarFileOf("bar/x", "x"))
	bad.sdist("empty-second-top", "a second, empty top folder", tarFolderOf("bar/"))
	bad.sdist("top-file", "a file beside the top folder", tarFileOf("setup.py", "x"))
	bad.tar("no-top", "everything at the top", tarFileOf("PKG-INFO", tarInfo), tarFileOf("setup.py", "x"), tarEnd())
	bad.tar("no-metadata", "no PKG-INFO", tarFileOf("foo-1.0/setup.py", "x"), tarEnd())
	bad.tar("metadata-too-deep", "a PKG-INFO only further down", tarFileOf("foo-1.0/src/PKG-INFO", tarInfo), tarEnd())
	bad.tar("metadata-folder", "a folder named PKG-INFO", tarFolderOf("foo-1.0/PKG-INFO"), tarEnd())
	bad.tar("metadata-hard-link", "a PKG-INFO that is a link", tarFileOf("foo-1.0/x", tarInfo), tarHardOf("foo-1.0/PKG-INFO", "foo-1.0/x"), tarEnd())
	bad.tar("metadata-large", "a PKG-INFO of more than 1 MiB", tarFileOf("foo-1.0/PKG-INFO", tarInfo+long("x", 1<<20)), tarEnd())
	ok.tar("metadata-mebibyte", "a PKG-INFO of 1 MiB", tarFileOf("foo-1.0/PKG-INFO", "Metadata-Version: 2.1\n"+long("x", 1<<20-22)), tarEnd())
	ok.tar("metadata-empty", "what a PKG-INFO says is asked elsewhere", tarFileOf("foo-1.0/PKG-INFO", ""), tarEnd())
	ok.tar("metadata-old", "metadata 2.1 need no pyproject.toml", tarFileOf("foo-1.0/PKG-INFO", "Metadata-Version: 2.1\n"), tarEnd())
	iffy.tar("no-pyproject", "metadata 2.2 without pyproject.toml", info("foo-1.0"), tarEnd())
	evil.tar("other-name", "the top folder of another project", info("bar-1.0"), tarEnd())
	bad.tar("other-version", "the top folder of another version", info("foo-1.1"), tarEnd())
	bad.tar("no-version", "a top folder without version", info("foo"), tarEnd())
	iffy.tar("upper-case", "the top folder in another spelling", info("Foo-1.0"), tarEnd())
	iffy.tar("other-zeros", "the version in another spelling", info("foo-1.0.0"), tarEnd())
	bad.sdist("many-problems", "no more than 20 problems are told", manyBad(30))
}

// manyBad are members with bad names.
func manyBad(n int) (out []byte) {
	for i := range n {
		out = append(out, tarFileOf(fmt.Sprintf("foo-1.0/../%d", i), "x")...)
	}
	return out
}

// gzipCases are framings of gzip (RFC 1952, AV-6, AV-11).
func gzipCases(class func(string) tarCases) {
	ok, bad, evil := class(classAccept), class(classReject), class(classMalicious)
	tar := tarSdistOf()
	half := len(tar) / 2
	plain := gzipped(tar)
	ok.gzip("plain", "one member", plain)
	for level := range 10 {
		ok.gzip(fmt.Sprintf("level-%d", level), "a level of compression", gzipPart{level: level}.of(tar))
	}
	ok.gzip("name", "the file's name", gzipPart{flags: gzipHasName, fields: "foo-1.0.tar\x00"}.of(tar))
	ok.gzip("comment", "a comment", gzipPart{flags: gzipHasComment, fields: "made by hand\x00"}.of(tar))
	ok.gzip("text", "the flag for text", gzipPart{flags: 1}.of(tar))
	ok.gzip("extra", "an extra field", gzipPart{flags: gzipHasExtra, extra: "RA\x02\x00xx"}.of(tar))
	ok.gzip("extra-empty", "an empty extra field", gzipPart{flags: gzipHasExtra}.of(tar))
	ok.gzip("all-fields", "all fields with a checksum", withHeaderCRC("foo\x00bar\x00", 0).of(tar))
	ok.gzip("two-members", "two members", slices.Concat(gzipped(tar[:half]), gzipped(tar[half:])))
	ok.gzip("many-members", "a member for each block", blockwise(tar))
	ok.gzip("empty-member-first", "an empty member", slices.Concat(gzipped(nil), plain))
	ok.gzip("empty-member-last", "an empty member", slices.Concat(plain, gzipped(nil)))
	ok.gzip("member-in-header", "a member ends in the middle of a header", slices.Concat(gzipped(tar[:100]), gzipped(tar[100:])))
	for _, c := range []struct {
		name, reason string
		part         gzipPart
	}{
		{"flag-5", "a reserved flag", gzipPart{flags: 1 << 5}},
		{"flag-6", "a reserved flag", gzipPart{flags: 1 << 6}},
		{"flag-7", "a reserved flag", gzipPart{flags: 1 << 7}},
		{"name-long", "a name of 256 bytes", gzipPart{flags: gzipHasName, fields: long("n", 256) + "\x00"}},
		{"comment-long", "a comment of 256 bytes", gzipPart{flags: gzipHasComment, fields: long("c", 256) + "\x00"}},
		{"extra-long", "an extra field of more than 4 KiB", gzipPart{flags: gzipHasExtra, extra: "RA\x00\x10" + long("x", 4096)}},
		{"extra-rest", "an extra field that is no row of subfields", gzipPart{flags: gzipHasExtra, extra: "RA\x02\x00xxx"}},
		{"extra-overlong", "a subfield longer than the extra field", gzipPart{flags: gzipHasExtra, extra: "RA\xff\x00xx"}},
		{"header-crc", "a wrong checksum of the header", withHeaderCRC("foo\x00bar\x00", 1)},
		{"crc", "a wrong checksum of the content", gzipPart{crc: 1}},
		{"size", "a wrong size of the content", gzipPart{size: 1}},
		{"size-huge", "a size of another content", gzipPart{size: 1 << 31}},
	} {
		bad.gzip(c.name, c.reason, c.part.of(tar))
	}
	ok.gzip("name-255", "a name of 255 bytes", gzipPart{flags: gzipHasName, fields: long("n", 255) + "\x00"}.of(tar))
	second := gzipPart{crc: 1}.of(tar[half:])
	bad.gzip("second-crc", "a wrong checksum in the second member", slices.Concat(gzipped(tar[:half]), second))
	bad.gzip("second-flag", "a reserved flag in the second member", slices.Concat(plain, gzipPart{flags: 1 << 5}.of(nil)))
	for _, n := range []int{0, 1, 3, 9, 10, 11} {
		bad.gzip(fmt.Sprintf("cut-after-%d", n), "a file that is cut off", plain[:n])
	}
	for _, n := range []int{1, 7, 8, 9, 30} {
		bad.gzip(fmt.Sprintf("cut-before-%d", n), "a file that is cut off", plain[:len(plain)-n])
	}
	method := bytes.Clone(plain)
	method[2] = 7
	bad.gzip("method", "another method of compression", method)
	bad.gzip("zlib", "zlib's framing instead of gzip's", append([]byte{0x78, 0x9c}, deflated(tar, 6)...))
	bad.gzip("bare-deflate", "no framing", deflated(tar, 6))
	bad.gzip("bare-tar", "a tar that is not compressed", tar)
	bad.gzip("bzip2", "another compression", []byte("BZh91AY&SY\x00\x00\x00\x00"))
	bad.gzip("xz", "another compression", []byte("\xfd7zXZ\x00\x00\x04"))
	bad.gzip("zip", "a zip", []byte("PK\x05\x06"+strings.Repeat("\x00", 18)))
	for _, prefix := range []string{"\x00", "\x7fELF", "%PDF-1.7\n", "#!/bin/sh\n", "\n", "\ufeff"} {
		evil.gzip(fmt.Sprintf("prefix-%x", prefix), "bytes before the gzip", append([]byte(prefix), plain...))
	}
	for _, tail := range []struct{ name, bytes string }{
		{"byte", "x"},
		{"zero", "\x00"},
		{"zeros", strings.Repeat("\x00", 1000)},
		{"newline", "\n"},
		{"magic", "\x1f"},
		{"half-magic", "\x1f\x8b"},
		{"tar", string(tar)},
		{"zeros-and-gzip", "\x00" + string(plain)},
		{"signature", "-----BEGIN PGP SIGNATURE-----\n"},
	} {
		evil.gzip("tail-"+tail.name, "bytes after the gzip", append(bytes.Clone(plain), tail.bytes...))
	}
	polyglots(evil, tar)
}

// polyglots can be read as a zip too.
func polyglots(evil tarCases, tar []byte) {
	end := "PK\x05\x06" + strings.Repeat("\x00", 18)
	evil.gzip("zip-after", "a zip behind the gzip", append(gzipped(tar), end...))
	evil.gzip("zip-in-comment", "a zip's end in the gzip's comment", gzipPart{flags: gzipHasExtra, extra: "ZZ\x16\x00" + end}.of(tar))
	evil.gzip("zip-in-content", "a zip's end in a content that is stored", gzipPart{}.of(tarSdistOf(tarFileOf("foo-1.0/x.zip", end))))
	evil.gzip("zip-in-filling", "a zip's end in the filling of a content", gzipPart{}.of(tarSdistOf(append(tarFileOf("foo-1.0/x", "x")[:600], long(end, 424)...))))
	evil.gzip("zip-second-member", "a zip's end in the header of a second gzip member", slices.Concat(gzipped(tar), gzipPart{flags: gzipHasExtra, extra: "ZZ\x16\x00" + end}.of(nil)))
}

// withHeaderCRC has a name, a comment, an extra field and the header's
// checksum, off by wrong.
func withHeaderCRC(fields string, wrong uint16) gzipPart {
	g := gzipPart{flags: gzipHasCRC | gzipHasExtra | gzipHasName | gzipHasComment, extra: "RA\x00\x00", fields: fields}
	header := g.of(nil)[:10+2+4+len(fields)]
	g.fields += string(binary.LittleEndian.AppendUint16(nil, uint16(crc32.ChecksumIEEE(header))+wrong))
	return g
}

// blockwise compresses each block into a member of its own.
func blockwise(tar []byte) (out []byte) {
	for block := range slices.Chunk(tar, tarBlock) {
		out = append(out, gzipped(block)...)
	}
	return out
}

// deflateCases are oddities of the compressed data (RFC 1951), Malo's among
// them: streams that some inflaters take and some do not.
func deflateCases(class func(string) tarCases) {
	ok, bad, iffy, evil := class(classAccept), class(classReject), class(classIffy), class(classMalicious)
	tar := tarSdistOf()
	stored := func(chunks ...[]byte) (out []byte) {
		for i, chunk := range chunks {
			final := byte(0)
			if i == len(chunks)-1 {
				final = 1
			}
			n := uint16(len(chunk))
			out = append(out, final, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
			out = append(out, chunk...)
		}
		return out
	}
	raw := func(b []byte) []byte { return gzipPart{raw: b}.of(tar) }
	ok.gzip("stored", "a stored block", raw(stored(tar)))
	ok.gzip("stored-two-blocks", "two stored blocks", raw(stored(tar[:700], tar[700:])))
	ok.gzip("stored-empty-blocks", "empty stored blocks, as flushing leaves them", raw(stored(nil, tar, nil, nil)))
	ok.gzip("fixed-end", "an empty block in the fixed code at the end", raw(append(notFinal(stored(tar)), new(deflateBits).put(1, 1).put(1, 2).code(0, 7).out...)))
	iffy.gzip("nonzero-filling", "bits behind the last block", raw(append(notFinal(stored(tar)), new(deflateBits).put(1, 1).put(1, 2).code(0, 7).put(0x3F, 6).out...)))
	for _, c := range []struct {
		name, reason string
		data         []byte
	}{
		{"reserved-type", "a reserved type of block", new(deflateBits).put(1, 1).put(3, 2).out},
		{"stored-length", "a length that its complement denies", []byte{1, 5, 0, 5, 0, 'h', 'e', 'l', 'l', 'o'}},
		{"distance-too-far", "a copy from before the begin", new(deflateBits).put(1, 1).put(1, 2).code(1, 7).code(0, 5).code(0, 7).out},
		{"distance-30", "a distance code that does not exist", new(deflateBits).put(1, 1).put(1, 2).literals("a").code(1, 7).code(30, 5).code(0, 7).out},
		{"length-286", "a length code that does not exist", new(deflateBits).put(1, 1).put(1, 2).literals("a").code(0xC6, 8).code(0, 5).code(0, 7).out},
		{"too-many-lengths", "more length codes than there are", new(deflateBits).put(1, 1).put(2, 2).put(31, 5).put(0, 5).put(0, 4).put(0, 64).out},
		{"too-many-distances", "more distance codes than there are", new(deflateBits).put(1, 1).put(2, 2).put(0, 5).put(31, 5).put(0, 4).put(0, 64).out},
		{"empty-code", "a code for code lengths without any code", new(deflateBits).put(1, 1).put(2, 2).put(0, 5).put(0, 5).put(15, 4).put(0, 57).put(0, 64).out},
		{"oversubscribed", "a code with too many short codes", new(deflateBits).put(1, 1).put(2, 2).put(0, 5).put(0, 5).put(15, 4).put(0x49249249, 57).put(0, 64).out},
		{"repeat-nothing", "a repetition at the begin", new(deflateBits).put(1, 1).put(2, 2).put(0, 5).put(0, 5).put(0, 4).put(1, 3).put(0, 3).put(0, 3).put(1, 3).code(0, 1).put(0, 64).out},
		{"no-last-block", "no block is the last", notFinal(stored(tar))},
		{"cut-stored", "a stored block that is cut off", stored(tar)[:100]},
		{"cut-fixed", "a fixed code that is cut off", new(deflateBits).put(1, 1).put(1, 2).literals("foo").out},
		{"nothing", "no block at all", []byte{}},
		{"length-only", "a stored block without its length", []byte{1, 5}},
		{"garbage", "no deflate data", []byte(strings.Repeat("garbage ", 30))},
	} {
		bad.gzip(c.name, c.reason, raw(c.data))
	}
	evil.gzip("two-streams", "deflate data behind the deflate data", raw(append(stored(tar), stored([]byte("more"))...)))
	evil.gzip("rest", "bytes between the deflate data and the trailer", raw(append(stored(tar), "rest"...)))
}

// notFinal clears the mark of the last block of stored data that is one block.
func notFinal(stored []byte) []byte {
	out := bytes.Clone(stored)
	out[0] = 0
	return out
}
