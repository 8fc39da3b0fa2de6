package dist

import (
	"fmt"
	"slices"
	"strings"
)

// goodCases is what builders of distributions write, in all the forms the
// formats have.
func goodCases(class func(string) tarCases) {
	ok := class(classAccept)
	ok.sdist("plain", "files and a folder in ustar")
	ok.tar("no-folders", "folders need no members of their own", tarTop()[tarBlock:], tarEnd())
	ok.tar("all-gnu", "GNU's format throughout, setuptools before Python 3.8", gnuSdist(), tarEnd())
	ok.sdist("empty-file", "a file may be empty", tarFileOf("foo-1.0/e", ""))
	ok.sdist("whole-block", "a content of exactly one block", tarFileOf("foo-1.0/b", long("x", 512)))
	ok.sdist("large", "a content of many blocks", tarFileOf("foo-1.0/b", long("0123456789", 200_000)))
	ok.sdist("folder-without-slash", "a folder is one by its type", tarFolderOf("foo-1.0/d"), tarFileOf("foo-1.0/d/x", "x"))
	ok.sdist("type-nul", "the type of regular files before POSIX", tarMember(tarFileOld, "foo-1.0/x", "", "x"))
	ok.sdist("prefix", "a ustar prefix", tarPatched(tarFileOf("b", "x"), 345, "foo-1.0/a"))
	ok.sdist("prefix-full", "prefix and name fill their fields", tarPatched(tarFileOf(long("n", 100), "x"), 345, "foo-1.0/"+long("p", 147)))
	ok.sdist("name-full", "a name of 100 bytes has no NUL", tarFileOf("foo-1.0/"+long("n", 92), "x"))
	ok.sdist("setuid", "setuid bits are ignored", tarPatched(tarFileOf("foo-1.0/x", "x"), 100, "0006755\x00"))
	ok.sdist("executable", "a file anybody may execute", tarPatched(tarFileOf("foo-1.0/x", "x"), 100, "0000755\x00"))
	ok.sdist("dot-slash", "a leading ./ means nothing", tarFileOf("./foo-1.0/x", "x"))
	ok.tar("dot-root", "tar -C folder . begins with the folder itself", tarFolderOf("./"), tarSdistOf())
	ok.sdist("unicode", "a name in composed form", tarPaxed("path=foo-1.0/caf\u00e9.txt"), tarFileOf("foo-1.0/caf?.txt", "x"))
	ok.sdist("unicode-in-header", "a name beyond ASCII without pax header", tarFileOf("foo-1.0/caf\u00e9", "x"))
	ok.sdist("python-pax", "what Python's tarfile writes beside a long path",
		tarPaxed("mtime=1700000000.1234567", "path=foo-1.0/"+long("long/", 120)+"x", "uid=4294967294", "gid=12345678", "uname=b\u00f6b", "gname=us"),
		tarFileOf(("foo-1.0/" + long("long/", 120))[:100], "x"))
	ok.sdist("times", "atime and ctime, before 1970, with fraction or without", tarPaxed("atime=-1.5", "ctime=12.", "mtime=0"), tarFileOf("foo-1.0/x", "x"))
	ok.sdist("schily", "attributes of star and bsdtar are ignored",
		tarPaxed("SCHILY.dev=1", "SCHILY.ino=2", "SCHILY.xattr.user.x=\x00\xff\n", "LIBARCHIVE.creationtime=1.5", "SCHILY.fflags=nodump"), tarFileOf("foo-1.0/x", "x"))
	ok.sdist("pax-size", "the pax size equals the header's", tarPaxed("size=5"), tarFileOf("foo-1.0/x", "hello"))
	ok.sdist("pax-comment", "a comment of one member", tarPaxed("comment=a=b"), tarFileOf("foo-1.0/x", "x"))
	ok.sdist("pax-empty", "a pax header without records", tarPaxRaw(tarPax, ""), tarFileOf("foo-1.0/x", "x"))
	for n := 94; n <= 102; n++ {
		ok.sdist(fmt.Sprintf("pax-length-%d", n), "the record's length counts its own digits", tarPaxed("path=foo-1.0/"+long("p", n-13)), tarFileOf("x", "x"))
	}
	ok.tar("git-archive", "git archive writes a comment for the whole archive", tarPaxGlobally("comment=0123456789012345678901234567890123456789"), tarSdistOf())
	ok.sdist("space-numbers", "numbers with spaces, as old tars write them",
		tarPatched(tarPatched(tarFileOf("foo-1.0/x", "x"), 100, "   644 \x00"), 124, "          1 "))
	ok.sdist("blank-numbers", "empty numbers are 0", tarPatched(tarPatched(tarFileOf("foo-1.0/x", ""), 108, strings.Repeat("\x00", 40)), 329, strings.Repeat("\x00", 16)))
	ok.sdist("unterminated-number", "a size of twelve digits", tarPatched(tarFileOf("foo-1.0/x", "x"), 124, "000000000001"))
	ok.sdist("gnu-large-owner", "an owner's number beyond seven octal digits, in GNU's format",
		tarPatched(tarGNU(tarFileOf("foo-1.0/x", "x")), 108, "\x80\x00\x00\x00\x01\x02\x03\x04"))
	ok.sdist("pkg-info-elsewhere", "only the PKG-INFO of the top folder counts", tarFileOf("foo-1.0/foo.egg-info/PKG-INFO", "x"))
	ok.sdist("zip-inside", "archives within are not opened", tarFileOf("foo-1.0/x.tar", string(tarSdistOf())))
}

// gnuSdist is the good sdist's members in GNU's format.
func gnuSdist() (out []byte) {
	for _, m := range [][]byte{
		tarFolderOf("foo-1.0/"), tarFileOf("foo-1.0/PKG-INFO", tarInfo), tarFileOf("foo-1.0/pyproject.toml", ""),
	} {
		out = append(out, tarGNU(m)...)
	}
	return out
}

// headerCases spoil each field of a header.
func headerCases(class func(string) tarCases) {
	bad, evil := class(classReject), class(classMalicious)
	member := tarFileOf("foo-1.0/x", "x")
	fields := []struct {
		name string
		at   int
		size int
	}{{"mode", 100, 8}, {"uid", 108, 8}, {"gid", 116, 8}, {"size", 124, 12}, {"mtime", 136, 12}, {"devmajor", 329, 8}, {"devminor", 337, 8}}
	for _, f := range fields {
		for _, spoil := range []struct{ name, text, reason string }{
			{"decimal", long("9", f.size-1) + "\x00", "digits that are not octal"},
			{"letters", long("xyz", f.size), "no number at all"},
			{"nul-first", "\x00" + long("7", f.size-2) + "\x00", "a NUL before the digits: some readers see 0, some the number"},
			{"behind-nul", "1\x00" + long("7", f.size-3) + "\x00", "digits behind a NUL"},
			{"sign", "-" + long("1", f.size-2) + "\x00", "a sign"},
			{"tab", "\t" + long("1", f.size-2) + "\x00", "white space that only some readers skip"},
			{"negative-256", "\xff" + long("\xff", f.size-1), "a negative number of GNU's wide form"},
		} {
			bad.sdist(f.name+"-"+spoil.name, spoil.reason+" in the "+f.name, tarPatched(member, f.at, spoil.text))
		}
	}
	bad.sdist("size-256-small", "GNU's wide form for a number that has room in octal", tarPatched(tarGNU(member), 124, "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"))
	bad.sdist("size-256-posix", "GNU's wide form in a POSIX header", tarPatched(member, 124, "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"))
	bad.sdist("size-256-overflow", "a size of more than 63 bits", tarPatched(tarGNU(member), 124, "\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"))
	bad.sdist("size-256-huge", "a size of 16 GiB", tarPatched(tarGNU(member), 124, "\x80\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00"))
	bad.sdist("uid-256-posix", "GNU's wide form in a POSIX header", tarPatched(member, 108, "\x80\x00\x00\x00\x01\x02\x03\x04"))
	bad.sdist("uid-256-small", "GNU's wide form for a number that has room in octal", tarPatched(tarGNU(member), 108, "\x80\x00\x00\x00\x00\x00\x00\x04"))
	bad.sdist("size-8-gib", "a size of 8 GiB", tarPatched(member, 124, "77777777777\x00"))
	wrong := slices.Clone(member)
	wrong[0] ^= 1
	bad.sdist("checksum", "a wrong checksum", wrong)
	signed := slices.Clone(tarFileOf("foo-1.0/\xc3\xa9", "x"))
	copy(signed[148:], fmt.Sprintf("%06o\x00 ", tarChecksum(signed[:512])-512))
	bad.sdist("checksum-signed", "a checksum of signed bytes", signed)
	for i, sum := range []string{"\x00\x00\x00\x00\x00\x00\x00\x00", "999999\x00 ", "checksum"} {
		spoiled := slices.Clone(member)
		copy(spoiled[148:], sum)
		bad.sdist(fmt.Sprintf("checksum-no-number-%d", i), "a checksum that is no number", spoiled)
	}
	for _, m := range []struct{ name, magic, reason string }{
		{"v7", "\x00\x00\x00\x00\x00\x00\x00\x00", "a tar older than POSIX"},
		{"no-version", "ustar\x00\x00\x00", "a POSIX magic without version"},
		{"mixed", "ustar 00", "half POSIX, half GNU"},
		{"gnu-version", "ustar  0", "an unknown version of GNU's format"},
		{"upper", "USTAR\x0000", "no known magic"},
	} {
		bad.sdist("magic-"+m.name, m.reason, tarPatched(member, 257, m.magic))
	}
	evil.sdist("name-behind-nul", "bytes behind the name's end", tarPatched(member, 50, "hidden"))
	evil.sdist("link-behind-nul", "bytes behind the target's end", tarPatched(tarLinkOf("foo-1.0/l", "PKG-INFO"), 200, "hidden"))
	evil.sdist("prefix-behind-nul", "bytes behind the prefix's end", tarPatched(tarPatched(member, 0, "x\x00\x00\x00\x00\x00\x00\x00\x00"), 345, "foo-1.0\x00x"))
	evil.sdist("gnu-prefix", "GNU's format has no prefix; Python reads one", tarPatched(tarGNU(member), 345, "foo-1.0/sub"))
	evil.sdist("gnu-atime", "GNU's incremental fields, which Python reads as a prefix", tarPatched(tarGNU(member), 345, "14000000000\x00"))
	evil.sdist("star-trailer", "the magic of star, which moves the prefix's end", tarPatched(member, 508, "tar\x00"))
	evil.sdist("unused", "bytes in the unused end of a header", tarPatched(member, 500, "hidden"))
	evil.sdist("link-on-file", "a file with the target of a link", tarMember(tarFile, "foo-1.0/x", "PKG-INFO", "x"))
	evil.sdist("link-on-folder", "a folder with the target of a link", tarMember(tarFolder, "foo-1.0/d", "PKG-INFO", ""))
	evil.sdist("old-file-slash", "a file by its type, a folder by its name", tarMember(tarFileOld, "foo-1.0/d/", "", ""))
	class(classIffy).sdist("padding", "a content filled up with something else than zeros", append(tarFileOf("foo-1.0/x", "x")[:1000], long("z", 24)...))
}

// paxCases are records of pax headers that readers take differently
// (CVE-2025-62518) or that no builder writes.
func paxCases(class func(string) tarCases) {
	bad, evil := class(classReject), class(classMalicious)
	member := tarFileOf("foo-1.0/x", "hello")
	for _, c := range []struct{ name, body, reason string }{
		{"no-newline", "16 path=foo-1.0/", "a record without its newline"},
		{"no-equals", "7 path\n", "a record without ="},
		{"no-key", "5 =x\n", "a record without a key"},
		{"no-space", "path=x\n", "a record without its length"},
		{"length-zero", "0 path=x\n", "a length of 0 makes some readers loop"},
		{"length-leading-zero", "09 path=x\n", "a length with a leading zero"},
		{"length-sign", "+9 path=x\n", "a length with a sign"},
		{"length-hex", "0x9 path=x\n", "a length that is no decimal number"},
		{"length-short", "8 path=x\n", "a length that ends before the record does"},
		{"length-long", "99 path=x\n", "a length beyond the header"},
		{"length-huge", "99999999999999999999 path=x\n", "a length beyond 64 bits"},
		{"length-negative", "-1 path=x\n", "a negative length"},
		{"length-tiny", "2 path=x\n", "a length that does not hold its own digits"},
		{"rest", tarRecords("path=foo-1.0/y") + "rest", "bytes behind the last record"},
		{"nul-rest", tarRecords("path=foo-1.0/y") + "\x00\x00", "NULs behind the last record, within the header's size"},
	} {
		bad.sdist(c.name, c.reason, tarPaxRaw(tarPax, c.body), member)
	}
	for _, c := range []struct{ name, record, reason string }{
		{"nul-in-path", "path=foo-1.0/a\x00b", "some readers end the path at the NUL"},
		{"nul-in-key", "pa\x00th=foo-1.0/y", "a NUL in a key"},
		{"nul-after-key", "path\x00=foo-1.0/y", "libarchive ends the key at the NUL and sees a path"},
		{"newline-in-key", "a\nb=c", "a newline in a key"},
		{"latin1-path", "path=foo-1.0/caf\xe9", "a path that is not UTF-8"},
		{"overlong-path", "path=foo-1.0/a\xc0\xafb", "a slash in overlong UTF-8"},
		{"surrogate-path", "path=foo-1.0/\xed\xa0\x80", "half a surrogate pair"},
		{"empty-path", "path=", "an empty path: Python takes it, Go keeps the header's"},
		{"empty-link", "linkpath=", "an empty target"},
		{"empty-uname", "uname=", "an empty owner"},
		{"size-smaller", "size=3", "a size that disagrees with the header's (CVE-2025-62518)"},
		{"size-larger", "size=1024", "a size that disagrees with the header's (CVE-2025-62518)"},
		{"size-zero", "size=0", "a size that disagrees with the header's (CVE-2025-62518)"},
		{"size-sign", "size=+5", "a size with a sign"},
		{"size-leading-zero", "size=05", "a size with a leading zero"},
		{"size-space", "size= 5", "a size with a space"},
		{"size-empty", "size=", "an empty size"},
		{"size-fraction", "size=5.0", "a size with a fraction"},
		{"size-huge", "size=99999999999999999999", "a size beyond 64 bits"},
		{"mtime-text", "mtime=today", "a time that is no number"},
		{"mtime-exponent", "mtime=1e9", "a time in a spelling that only some readers know"},
		{"mtime-nan", "mtime=nan", "a time that is no number"},
		{"mtime-infinite", "mtime=inf", "a time that is no number"},
		{"mtime-empty", "mtime=", "an empty time"},
		{"mtime-huge", "mtime=9999999999999999999", "a time beyond what readers hold"},
		{"uid-text", "uid=root", "an owner's number that is no number"},
		{"link-on-file", "linkpath=PKG-INFO", "libarchive makes a hard link of the file"},
		{"hdrcharset-binary", "hdrcharset=BINARY", "names in no known character set"},
		{"hdrcharset-utf8", "hdrcharset=ISO-IR 10646 2000 UTF-8", "even the right character set is not stated"},
		{"hdrcharset-hidden", "comment=9 hdrcharset=BINARY\n", "Python looks for it anywhere in the header"},
		{"charset", "charset=BINARY", "the content's character set"},
		{"unknown", "flavour=sweet", "a key nobody knows"},
		{"unknown-vendor", "ACME.path=foo-1.0/y", "a vendor nobody knows"},
		{"selinux", "RHT.security.selinux=x", "labels of another system"},
		{"case", "Path=foo-1.0/y", "a key in another case"},
		{"gnu-volume", "GNU.volume.filename=foo-1.0/y", "a part of another archive"},
		{"gnu-sparse-name", "GNU.sparse.name=foo-1.0/y", "a sparse file's name, without the rest"},
		{"gnu-sparse-size", "GNU.sparse.size=1099511627776", "a sparse file of 1 TiB"},
		{"gnu-sparse-realsize", "GNU.sparse.realsize=1099511627776", "a sparse file of 1 TiB"},
		{"schily-realsize", "SCHILY.realsize=1099511627776", "libarchive takes it for a sparse file's size"},
	} {
		evil.sdist(c.name, c.reason, tarPaxed(c.record), member)
	}
	evil.sdist("two-paths", "the key path stands twice", tarPaxed("path=foo-1.0/evil", "path=foo-1.0/y"), member)
	evil.sdist("two-sizes", "the key size stands twice", tarPaxed("size=5", "size=5"), member)
	evil.sdist("two-headers", "two pax headers for one member", tarPaxed("path=foo-1.0/y"), tarPaxed("mtime=0"), member)
	evil.sdist("in-gnu-header", "a pax header in GNU's format", tarGNU(tarPaxed("path=foo-1.0/y")), member)
	evil.sdist("before-gnu-member", "a pax header before a member in GNU's format", tarPaxed("path=foo-1.0/y"), tarGNU(member))
	evil.sdist("padding", "Python reads records from the filling behind the header",
		tarPatched(tarPaxRaw(tarPax, tarRecords("mtime=0")+tarRecords("path=foo-1.0/evil")), 124, fmt.Sprintf("%011o\x00", len(tarRecords("mtime=0")))), member)
	evil.sdist("shadow-prefix", "the header under a pax path leads out of the archive", tarPaxed("path=foo-1.0/y"), tarPatched(tarFileOf("evil", "x"), 345, "../../.."))
	evil.sdist("shadow-absolute", "the header under a pax path is absolute", tarPaxed("path=foo-1.0/y"), tarFileOf("/etc/passwd", "x"))
	evil.sdist("shadow-link", "the header under a pax target leads out of the archive", tarPaxed("linkpath=PKG-INFO"), tarLinkOf("foo-1.0/l", "../../evil"))
	evil.sdist("header-name", "an extension header that old readers would unpack outside", tarMember(tarPax, "../../evil", "", tarRecords("mtime=0")), member)
	evil.tar("at-end", "a pax header without a member", tarTop(), tarPaxed("path=foo-1.0/y"), tarEnd())
	bad.sdist("large", "a pax header of more than 64 KiB", tarPaxed("comment="+long("x", 65_530)), member)
	bad.sdist("budget", "large pax headers of more than 1 MiB together", manyPaxed(20, 60_000))
	class(classAccept).sdist("within-budget", "large pax headers of less than 1 MiB together", manyPaxed(10, 60_000))
	class(classIffy).sdist("legacy-name", "the header under a pax path names another file", tarPaxed("path=foo-1.0/y"), tarFileOf("legacy-name", "x"))
	for _, c := range []struct{ name, record string }{
		{"path", "path=foo-1.0/y"}, {"size", "size=0"}, {"mtime", "mtime=0"}, {"linkpath", "linkpath=x"}, {"schily", "SCHILY.dev=1"},
	} {
		evil.tar("global-"+c.name, "a pax header for the whole archive states more than a comment", tarPaxGlobally(c.record), tarSdistOf())
	}
	evil.tar("global-between", "a pax header for the whole archive between a header and its member",
		tarTop(), tarPaxed("path=foo-1.0/y"), tarPaxGlobally("comment=x"), member, tarEnd())
	evil.tar("global-twice", "two pax headers for the whole archive", tarPaxGlobally("comment=x"), tarPaxGlobally("comment=y"), tarSdistOf())
	class(classAccept).tar("global-late", "the comment may stand between members", tarTop(), tarPaxGlobally("comment=x"), member, tarEnd())
}

// manyPaxed are members with comments of this size.
func manyPaxed(members, size int) (out []byte) {
	for i := range members {
		out = append(out, tarPaxed("comment="+long("x", size))...)
		out = append(out, tarFileOf(fmt.Sprintf("foo-1.0/%d", i), "")...)
	}
	return out
}

// gnuCases are GNU's headers for long names.
func gnuCases(class func(string) tarCases) {
	ok, bad, evil := class(classAccept), class(classReject), class(classMalicious)
	name := "foo-1.0/" + long("long/", 150) + "x"
	file, link := tarGNU(tarFileOf(name[:100], "x")), tarGNU(tarLinkOf("foo-1.0/l", long("a/", 100)))
	target := long("a/", 120) + "x"
	ok.sdist("long-name", "a path of more than 100 bytes", tarLong('L', name), file)
	ok.sdist("long-name-short", "a path that had room in the header", tarLong('L', "foo-1.0/y"), tarGNU(tarFileOf("foo-1.0/y", "x")))
	ok.sdist("long-link", "a target of more than 100 bytes", tarLong('K', target), link)
	ok.sdist("long-both", "target and path", tarLong('K', target), tarLong('L', name), tarGNU(tarLinkOf(name[:100], target[:100])))
	ok.sdist("long-both-swapped", "path and target", tarLong('L', name), tarLong('K', target), tarGNU(tarLinkOf(name[:100], target[:100])))
	ok.sdist("long-folder", "a folder's path of more than 100 bytes", tarLong('L', name+"/"), tarGNU(tarFolderOf(name[:100])))
	ok.sdist("no-nul", "a long name without its NUL", tarGNU(tarMember('L', "././@LongLink", "", name)), file)
	evil.sdist("nul-inside", "a long name with a NUL inside", tarLong('L', name+"\x00hidden"), file)
	evil.sdist("padding", "bytes behind a long name", tarSized(tarLong('L', name), int64(len(name)-5)), file)
	evil.sdist("name-twice", "two long names for one member", tarLong('L', name), tarLong('L', "foo-1.0/evil"), file)
	evil.sdist("link-twice", "two long targets for one member", tarLong('K', target), tarLong('K', "evil"), link)
	evil.sdist("with-pax", "a long name and a pax path: readers differ in which wins", tarLong('L', name), tarPaxed("path=foo-1.0/evil"), tarFileOf("foo-1.0/y", "x"))
	evil.sdist("pax-with", "a pax path and a long name", tarPaxed("path=foo-1.0/evil"), tarLong('L', name), file)
	evil.sdist("posix-header", "a long name in a POSIX header", tarMember('L', "././@LongLink", "", name+"\x00"), file)
	evil.sdist("posix-member", "a long name before a POSIX member", tarLong('L', name), tarFileOf("foo-1.0/y", "x"))
	evil.sdist("link-for-file", "a long target for a file", tarLong('K', target), file)
	evil.sdist("traversal", "a long name that leads out", tarLong('L', "foo-1.0/"+long("../", 120)+"etc/passwd"), file)
	evil.sdist("absolute", "a long name that is absolute", tarLong('L', "/"+name), file)
	evil.sdist("shadow", "the header under a long name leads out", tarLong('L', name), tarGNU(tarFileOf("../evil", "x")))
	evil.sdist("global-between", "a comment between a long name and its member", tarLong('L', name), tarPaxGlobally("comment=x"), file)
	evil.sdist("old-type-cut-at-slash", "Python takes the member for a folder, because its cut name ends in a slash",
		tarLong('L', "foo-1.0/"+long("n", 91)+"/x"), tarGNU(tarMember(tarFileOld, "foo-1.0/"+long("n", 91)+"/", "", "x")))
	evil.tar("at-end", "a long name without a member", tarTop(), tarLong('L', name), tarEnd())
	bad.sdist("empty", "an empty long name", tarLong('L', ""), file)
	bad.sdist("no-content", "a long name without content", tarGNU(tarMember('L', "././@LongLink", "", "")), file)
	bad.sdist("large", "a long name of more than 64 KiB", tarLong('L', "foo-1.0/"+long("x", 70_000)), file)
	bad.sdist("latin1", "a long name that is not UTF-8", tarLong('L', name+"\xe9"), file)
	bad.sdist("not-utf8-header", "a name in the header that is not UTF-8", tarGNU(tarFileOf("foo-1.0/caf\xe9", "x")))
}

// typeCases: whatever is no file, folder or link is refused, with a content or
// without, because readers differ in whether one follows (crates.io refuses
// every type but file and folder).
func typeCases(class func(string) tarCases) {
	evil := class(classMalicious)
	inner := string(tarFileOf("foo-1.0/evil", "evil"))
	for _, c := range []struct {
		kind byte
		name string
	}{
		{'3', "character-device"},
		{'4', "block-device"},
		{'6', "fifo"},
		{'7', "contiguous"},
		{'S', "sparse"},
		{'D', "dump"},
		{'M', "multi-volume"},
		{'V', "volume"},
		{'N', "old-long-name"},
		{'X', "solaris-pax"},
		{'A', "solaris-acl"},
		{'E', "solaris-attributes"},
		{'I', "inode"},
		{'Z', "vendor"},
		{'8', "reserved"},
		{0xFF, "byte-ff"},
		{' ', "space"},
	} {
		member := tarMember(c.kind, "foo-1.0/x", "", "")
		evil.sdist(c.name, "a type that is not accepted", member)
		evil.sdist(c.name+"-content", "a member hidden in its content", tarMember(c.kind, "foo-1.0/x", "", inner))
		evil.sdist(c.name+"-gnu", "a type that is not accepted, in GNU's format", tarGNU(member))
	}
	for _, c := range []struct {
		name   string
		member func(body string) []byte
	}{
		{"folder", func(body string) []byte { return tarMember(tarFolder, "foo-1.0/d/", "", body) }},
		{"symlink", func(body string) []byte { return tarMember(tarSymlink, "foo-1.0/l", "PKG-INFO", body) }},
		{"hard-link", func(body string) []byte { return tarMember(tarHardLink, "foo-1.0/h", "foo-1.0/PKG-INFO", body) }},
	} {
		evil.sdist(c.name+"-content", "a content where some readers expect none", c.member("hello"))
		evil.sdist(c.name+"-hides-member", "a member hidden in its content", c.member(inner))
		evil.sdist(c.name+"-hides-pax", "a pax header hidden in its content", c.member(string(tarPaxed("path=foo-1.0/evil"))), tarFileOf("foo-1.0/y", "x"))
		evil.sdist(c.name+"-states-size", "a size without a content", tarSized(c.member(""), 5))
		evil.sdist(c.name+"-pax-size", "a size in a pax header without a content", tarPaxed("size=512"), c.member(""))
	}
	evil.sdist("sparse-map", "an old sparse file of 1 TiB", tarPatched(tarPatched(tarGNU(tarMember('S', "foo-1.0/x", "", "X")), 386, "00000000000\x0000000000001\x00"), 483, "\x80\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00"))
	evil.sdist("sparse-1.0", "a sparse file of pax 1.0", tarPaxed("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=foo-1.0/x", "GNU.sparse.realsize=1099511627776"), tarFileOf("foo-1.0/x", long("1\n0\n0\n", 512)))
	evil.sdist("sparse-0.1", "a sparse file of pax 0.1", tarPaxed("GNU.sparse.map=0,5", "GNU.sparse.size=1099511627776"), tarFileOf("foo-1.0/x", "hello"))
	evil.sdist("sparse-0.0", "a sparse file of pax 0.0", tarPaxRaw(tarPax, tarRecords("GNU.sparse.offset=0", "GNU.sparse.numbytes=5")), tarFileOf("foo-1.0/x", "hello"))
}
