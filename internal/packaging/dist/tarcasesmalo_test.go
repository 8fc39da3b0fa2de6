package dist

import (
	"bytes"
	"slices"
	"strings"
)

// maloCases are the tars of fastzip/malo (tar/accept, iffy, malicious, reject)
// by their names there, built anew with their members below foo-1.0/. Where a
// decision of ours differs from Malo's class, the reason says so.
func maloCases(class func(string) tarCases) {
	maloAccept(class(classAccept), class(classIffy))
	maloIffy(class(classIffy), class(classReject))
	maloMalicious(class(classMalicious), class(classAccept), class(classIffy))
	maloPax(class(classMalicious), class(classAccept), class(classIffy))
	maloReject(class(classReject), class(classAccept))
}

// hello is the file of most of Malo's archives.
func hello() []byte { return tarFileOf("foo-1.0/ignored", "hello") }

func maloAccept(ok, iffy tarCases) {
	ok.sdist("directory", "a folder and a file in it", tarFolderOf("foo-1.0/dir/"), tarFileOf("foo-1.0/dir/file.txt", "hello"))
	ok.sdist("empty_file", "an empty file", tarFileOf("foo-1.0/empty.txt", ""))
	iffy.tar("global_pax", "Malo: accept; a global header holds a comment only, by decision", tarPaxGlobally("mtime=0"), tarSdistOf())
	ok.sdist("pax_extended_header", "a pax path", tarPaxed("path=foo-1.0/from-x.txt"), hello())
	ok.sdist("pax_path_empty_fixed", "a pax path over an empty name", tarPaxed("path=foo-1.0/x"), tarFileOf("", "hello"))
	ok.sdist("simple", "a file", tarFileOf("foo-1.0/hello.txt", "hello"))
	ok.sdist("symlink", "a link inside (PEP 721), its target missing", tarLinkOf("foo-1.0/link", "target"))
}

func maloIffy(iffy, bad tarCases) {
	iffy.sdist("backslash_name", "a backslash", tarFileOf(`foo-1.0/dir\file.txt`, "hello"))
	iffy.sdist("empty_name", "an empty name", tarFileOf("", "hello"))
	iffy.sdist("gnu_magic", "GNU's magic is accepted", tarGNU(tarFileOf("foo-1.0/file.txt", "hello")))
	iffy.sdist("name_no_nul", "a name that fills its field", tarFileOf("foo-1.0/"+long("x", 92), "hello"))
	iffy.sdist("no_magic", "a tar older than POSIX", tarPatched(hello(), 257, strings.Repeat("\x00", 8)))
	iffy.sdist("pax_empty_path", "an empty pax path", tarPaxed("path="), hello())
	iffy.sdist("pax_path_nonzero_fixed", "a pax path over another name", tarPaxed("path=foo-1.0/override"), tarFileOf("foo-1.0/legacy", "hello"))
	iffy.sdist("pax_path_second_block", "a pax path in the header's second block", tarPaxRaw(tarPax, paxFilled(512)+tarRecords("path=foo-1.0/late")), hello())
	iffy.sdist("pax_record_leading_zero_length", "a length with a leading zero", tarPaxRaw(tarPax, "019 path=foo-1.0/h\n"), hello())
	iffy.sdist("pax_sparse_basic", "a sparse file", tarPaxed("GNU.sparse.major=0", "GNU.sparse.minor=1", "GNU.sparse.name=foo-1.0/s", "GNU.sparse.realsize=4096", "GNU.sparse.numblocks=1", "GNU.sparse.map=0,5"), hello())
	utf16 := "f\x00o\x00o\x00-\x001\x00.\x000\x00/\x00x\x00"
	iffy.sdist("pax_utf16_hdrcharset_UTF16", "names in UTF-16", tarPaxed("hdrcharset=UTF16", "path="+utf16), hello())
	iffy.sdist("pax_utf16_hdrcharset_utf16", "names in UTF-16", tarPaxed("hdrcharset=utf-16", "path="+utf16), hello())
	iffy.sdist("pax_utf16_name", "a name in UTF-16", tarPaxed("path="+utf16), hello())
	iffy.sdist("regular_nul", "the old type of regular files is accepted", tarMember(tarFileOld, "foo-1.0/nul.txt", "", "hello"))
	iffy.sdist("sparse_no_chunks_nonzero", "a sparse file", sparse(123, ""))
	iffy.sdist("sparse_no_chunks_zero", "a sparse file", sparse(0, ""))
	iffy.sdist("sparse_zero_chunk", "a sparse file", tarPatched(sparse(123, ""), 386, "00000000000\x0000000000000\x00"))
	iffy.sdist("unknown_A_data", "an unknown type with a content", tarMember('A', "foo-1.0/u", "", "hello"))
	iffy.sdist("unknown_A_zero", "an unknown type", tarMember('A', "foo-1.0/u", "", ""))
	bad.sdist("sparse_basic", "a sparse file", tarPatched(sparse(1<<20, "X"), 386, "00000000000\x0000000000001\x00"))
}

// sparse is a file of GNU's old sparse type.
func sparse(realSize int64, data string) []byte {
	size := tarSized(tarMember('S', "foo-1.0/sparse", "", data), realSize)[124:136]
	return tarPatched(tarGNU(tarMember('S', "foo-1.0/sparse", "", data)), 483, string(size))
}

// paxFilled is a comment record of exactly n bytes.
func paxFilled(n int) string {
	return tarRecords("comment=" + strings.Repeat("a", n-len("512 comment=\n")))
}

func maloMalicious(evil, ok, iffy tarCases) {
	embedded := string(tarFileOf("foo-1.0/embedded.txt", "hello"))
	for _, c := range []struct {
		name string
		kind byte
		link string
	}{
		{"blockdev", '4', ""},
		{"chardev", '3', ""},
		{"contiguous", '7', ""},
		{"dumpdir", 'D', ""},
		{"fifo", '6', ""},
		{"volume_header", 'V', ""},
		{"hardlink", '1', "foo-1.0/PKG-INFO"},
		{"symlink", '2', "PKG-INFO"},
		{"dir", '5', ""},
	} {
		name := "foo-1.0/" + c.name
		evil.sdist(c.name+"_with_data", "a content where none belongs", tarMember(c.kind, name, c.link, "hello"))
		evil.sdist(c.name+"_with_embedded_header", "a header hidden in a content", tarMember(c.kind, name, c.link, embedded[:512]))
		switch c.kind {
		case '1', '2':
			ok.sdist(c.name+"_to_member", "Malo: malicious; a link inside is accepted, by decision", tarMember(c.kind, name, c.link, ""))
		case '5':
		default:
			evil.sdist(c.name, "a type that is not accepted", tarMember(c.kind, name, "", ""))
		}
	}
	evil.sdist("dir_with_embedded_entry", "a member hidden in a folder's content", tarMember(tarFolder, "foo-1.0/dir/", "", embedded), hello())
	evil.sdist("dir_with_embedded_header_and_pax", "a pax header hidden in a folder's content", tarMember(tarFolder, "foo-1.0/dir/", "", string(tarPaxed("path=foo-1.0/evil"))), hello())
	evil.sdist("absolute_path", "an absolute path", tarFileOf("/etc/passwd", "hello"))
	evil.sdist("path_traversal", "a path upwards", tarFileOf("../../etc/passwd", "hello"))
	evil.sdist("nonpax_duplicate_name", "the same name twice", tarFileOf("foo-1.0/same", "first"), tarFileOf("foo-1.0/same", "second"))
	evil.sdist("prefix_dir_name_empty", "a prefix and no name", tarPatched(tarMember(tarFolder, "", "", ""), 345, "foo-1.0/dir"))
	iffy.sdist("prefix_dot_name_foo", "Malo: malicious; ./ means nothing, by decision", tarPatched(tarFolderOf("foo-1.0/dir"), 345, "."))
	evil.sdist("prefix_empty_name_dot", "a folder named .", tarFolderOf("."))
	evil.sdist("prefix_empty_name_empty", "a folder without a name", tarFolderOf(""))
	evil.sdist("prefix_empty_name_slashfoo", "an absolute folder", tarFolderOf("/foo-1.0/x"))
	evil.sdist("sparse_huge", "a sparse file of 1 GiB", tarPatched(sparse(1<<30, "X"), 386, "00000000000\x0000000000001\x00"))
	evil.tar("zero_blocks_middle", "members after the end", tarSdistOf(), tarSdistOf(hello()))
}

func maloPax(evil, ok, iffy tarCases) {
	evil.sdist("pax_bad_hdrcharset_ascii", "an unknown character set", tarPaxed("hdrcharset=xxx", "path=foo-1.0/x"), hello())
	evil.sdist("pax_binary_mode_names", "a name in no known character set", tarPaxed("hdrcharset=BINARY", "path=foo-1.0/caf\xe9"), hello())
	iffy.sdist("pax_dotslash_path", "Malo: malicious; ./ means nothing, by decision", tarPaxed("path=./foo-1.0/hello.txt"), hello())
	evil.sdist("pax_duplicate_exact", "the same path twice", tarPaxed("path=foo-1.0/same"), hello(), tarPaxed("path=foo-1.0/same"), hello())
	iffy.sdist("pax_duplicate_name", "Malo: malicious; composed and decomposed are warned of, by decision", tarPaxed("path=foo-1.0/caf\u00e9"), hello(), tarPaxed("path=foo-1.0/cafe\u0301"), hello())
	evil.tar("pax_global_path", "a path for all members", tarPaxGlobally("path=foo-1.0/x"), tarSdistOf())
	evil.tar("pax_global_size", "a size for all members", tarPaxGlobally("size=0"), tarSdistOf())
	evil.tar("pax_global_size_local_path", "a size for all members and a path for one", tarPaxGlobally("size=3"), tarSdistOf(tarPaxed("path=foo-1.0/x"), hello()))
	evil.sdist("pax_iso88591_hdrcharset", "names in Latin 1", tarPaxed("hdrcharset=ISO-8859-1", "path=foo-1.0/caf\xe9"), hello())
	evil.sdist("pax_linkpath_symlink", "a target in the header that leads out", tarPaxed("path=foo-1.0/l", "linkpath=safe"), tarLinkOf("foo-1.0/l", "../evil_target"))
	evil.sdist("pax_local_size_override", "a pax size that disagrees", tarPaxed("path=foo-1.0/x", "size=3"), hello())
	evil.sdist("pax_multiple_headers", "two pax headers", tarPaxed("path=foo-1.0/x"), tarPaxed("mtime=0"), hello())
	evil.sdist("pax_null_at_end_of_key", "a NUL at the end of a key", tarPaxed("path\x00=foo-1.0/evil"), hello())
	evil.sdist("pax_null_in_string", "a NUL in a path", tarPaxed("path=foo-1.0/null\x00byte"), hello())
	evil.sdist("pax_overlong_utf8", "a slash in overlong UTF-8", tarPaxed("path=foo-1.0/dir\xc0\xafname"), hello())
	evil.sdist("pax_path_and_prefix_traversal", "a prefix upwards under a pax path", tarPaxed("path=foo-1.0/safe"), tarPatched(tarFileOf("evil", "x"), 345, "../../.."))
	evil.sdist("pax_path_cr", "a carriage return", tarPaxed("path=foo-1.0/evil\r.txt"), hello())
	ok.sdist("pax_path_key_split", "Malo: malicious for readers by blocks; the key crosses a block", tarPaxRaw(tarPax, paxFilled(505)+tarRecords("path=foo-1.0/split")), hello())
	evil.sdist("pax_path_trailing_slash_file", "a file with a slash at its end", tarPaxed("path=foo-1.0/file/"), hello())
	ok.sdist("pax_path_value_split", "Malo: malicious for readers by blocks; the value crosses a block", tarPaxRaw(tarPax, paxFilled(495)+tarRecords("path=foo-1.0/split")), hello())
	evil.sdist("pax_two_paths_evil_first", "two paths", tarPaxed("path=../evil", "path=foo-1.0/safe"), hello())
	evil.sdist("pax_two_paths_evil_last", "two paths", tarPaxed("path=foo-1.0/first", "path=foo-1.0/last"), hello())
	evil.sdist("pax_utf16_hdrcharset", "names in UTF-16", tarPaxed("hdrcharset=BINARY", "path=f\x00o\x00o\x00"), hello())
	evil.sdist("pax_x_then_g_drops_path", "a global header between a header and its member", tarPaxed("path=../evil"), tarPaxGlobally("mtime=0"), hello())
}

func maloReject(bad, ok tarCases) {
	wrong := bytes.Clone(hello())
	copy(wrong[148:], "0000000\x00")
	bad.sdist("bad_checksum", "a wrong checksum", wrong)
	ok.sdist("gnu_longlink", "Malo: reject; GNU's long targets are accepted, by decision", tarLong('K', "foo-1.0/PKG-INFO"), tarGNU(tarHardOf("foo-1.0/l", "foo-1.0/PKG-INFO")))
	ok.sdist("gnu_longname", "Malo: reject; GNU's long names are accepted, by decision", tarLong('L', "foo-1.0/"+long("a", 60)+"/"+long("b", 80)), tarGNU(tarFileOf(("foo-1.0/" + long("a", 60) + "/" + long("b", 80))[:100], "x")))
	bad.sdist("nonoctal_size", "a size that is no octal number", tarPatched(hello(), 124, "fghijk"))
	bad.sdist("pax_missing_newline", "a record without its newline", tarPaxRaw(tarPax, strings.TrimSuffix(tarRecords("path=foo-1.0/x"), "\n")), hello())
	bad.sdist("pax_no_equals", "a record without =", tarPaxRaw(tarPax, "7 path\n"), hello())
	bad.sdist("pax_null_in_key", "a NUL in a key", tarPaxed("pa\x00th=foo-1.0/evil"), hello())
	bad.sdist("pax_sparse_map_overflow", "a sparse file beyond its size", tarPaxed("GNU.sparse.major=0", "GNU.sparse.minor=1", "GNU.sparse.realsize=20", "GNU.sparse.map=100,50"), hello())
	bad.sdist("pax_sparse_numblocks_mismatch", "a sparse file with too few parts", tarPaxed("GNU.sparse.numblocks=3", "GNU.sparse.map=0,5"), hello())
	ok.sdist("prefix_dot_name_foo_reg", "Malo: reject; ./ means nothing, by decision", tarPatched(tarFileOf("foo-1.0/x", "x"), 345, "."))
	bad.sdist("prefix_empty_name_empty_reg", "a file without a name", tarFileOf("", ""))
	bad.gzip("truncated", "a content that is cut off", gzipped(slices.Concat(tarTop(), tarSized(hello(), 100)[:517])))
}
