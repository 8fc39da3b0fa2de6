package dist

import (
	"fmt"
	"slices"
	"strings"
)

// nameCases are the rules for paths (AV-8), Malo's nar names among them. A name
// stands in a pax header, so that no field cuts it.
func nameCases(class func(string) tarCases) {
	named := func(name string) []byte {
		return slices.Concat(tarPaxed("path="+name), tarFileOf("x", "x"))
	}
	evil, bad, iffy, ok := class(classMalicious), class(classReject), class(classIffy), class(classAccept)
	for _, c := range []struct{ name, path, reason string }{
		{"absolute", "/etc/passwd", "an absolute path (pip CVE-2019-20916)"},
		{"absolute-twice", "//server/share/x", "a path of a Windows share"},
		{"drive", "C:/x", "a drive letter"},
		{"drive-relative", "c:x", "a drive letter without slash"},
		{"backslash", `foo-1.0\x`, "a backslash"},
		{"backslash-up", `foo-1.0/..\..\evil`, "a path upwards with backslashes"},
		{"unc", `\\server\share\x`, "a path of a Windows share"},
		{"device-path", `\\?\C:\x`, "a path of Windows devices"},
		{"up", "../evil", "a path upwards (pip CVE-2019-20916)"},
		{"up-inside", "foo-1.0/../evil", "a path upwards from within"},
		{"up-and-back", "foo-1.0/a/../x", "a path upwards that stays inside"},
		{"up-at-end", "foo-1.0/a/..", "a path that ends upwards"},
		{"up-only", "..", "nothing but upwards"},
		{"up-deep", "foo-1.0/" + strings.Repeat("a/", 20) + strings.Repeat("../", 30) + "evil", "a deep path upwards"},
		{"dot-up", "./../evil", "upwards behind ./"},
		{"dot-dot-slash", "././../evil", "upwards behind ././"},
		{"bidi", "foo-1.0/evil\u202etxt.py", "a character that turns the direction of writing"},
		{"bidi-isolate", "foo-1.0/\u2066x", "a character that turns the direction of writing"},
		{"bidi-mark", "foo-1.0/x\u200f", "a character that turns the direction of writing"},
		{"newline", "foo-1.0/a\nb", "a newline"},
		{"return", "foo-1.0/a\rb", "a carriage return"},
		{"escape", "foo-1.0/\x1b[31m", "a terminal's escape"},
		{"delete", "foo-1.0/a\x7f", "a control character"},
		{"bom", "foo-1.0/\ufeffx", "a character that nobody sees"},
		{"c1", "foo-1.0/a\u009b31m", "a control character beyond ASCII"},
		{"file-slash", "foo-1.0/x/", "a file whose name ends in a slash"},
	} {
		evil.sdist(c.name, c.reason, named(c.path))
	}
	for _, c := range []struct{ name, path, reason string }{
		{"empty-part", "foo-1.0//x", "an empty part"},
		{"dot-part", "foo-1.0/./x", "a part that is a dot"},
		{"dot-end", "foo-1.0/.", "a path that ends in a dot part"},
		{"double-dot-slash", "././foo-1.0/x", "only one ./ means nothing"},
		{"dot-empty", ".//foo-1.0/x", "an empty part behind ./"},
		{"long-part", "foo-1.0/" + long("x", 256), "a part of 256 bytes"},
		{"long-path", "foo-1.0/" + long(long("x", 99)+"/", 4100), "a path of more than 4,096 bytes"},
		{"trailing-dot", "foo-1.0/x.", "Windows takes the dot off"},
		{"trailing-space", "foo-1.0/x ", "Windows takes the space off"},
		{"folder-trailing-dot", "foo-1.0/d./x", "Windows takes the dot off"},
		{"deep", "foo-1.0/" + strings.Repeat("d/", 63) + "x", "65 parts"},
	} {
		bad.sdist(c.name, c.reason, named(c.path))
	}
	for _, c := range []struct{ name, path, reason string }{
		{"nfd", "foo-1.0/cafe\u0301", "not in composed form"},
		{"device", "foo-1.0/aux.py", "a device on Windows"},
		{"device-port", "foo-1.0/com1", "a device on Windows"},
		{"device-superscript", "foo-1.0/LPT\u00b2.txt", "a device on Windows"},
		{"device-space", "foo-1.0/con .txt", "a device on Windows"},
		{"stream", "foo-1.0/x:stream", "a second stream of a file on Windows"},
		{"wildcard", "foo-1.0/*", "not permitted on Windows"},
	} {
		iffy.sdist(c.name, c.reason, named(c.path))
	}
	for _, c := range []struct{ name, path, reason string }{
		{"part-255", "foo-1.0/" + long("x", 255), "a part of 255 bytes"},
		{"path-4096", "foo-1.0/" + long(long("x", 99)+"/", 4087) + "x", "a path of 4,096 bytes"},
		{"depth-64", "foo-1.0/" + strings.Repeat("d/", 62) + "x", "64 parts"},
		{"leading-space", "foo-1.0/ x", "a leading space"},
		{"leading-dash", "foo-1.0/-x", "a leading dash"},
		{"hidden", "foo-1.0/.github/x", "a leading dot"},
		{"three-dots", "foo-1.0/...x", "more dots than two"},
		{"com", "foo-1.0/com.py", "no device without a number"},
		{"com0", "foo-1.0/com0.py", "no device by this number"},
		{"astral", "foo-1.0/\U0001F40D.py", "a character of four bytes"},
	} {
		ok.sdist(c.name, c.reason, named(c.path))
	}
	pairs(class, named)
}

// pairs are two members whose names meet.
func pairs(class func(string) tarCases, named func(string) []byte) {
	evil, iffy := class(classMalicious), class(classIffy)
	evil.sdist("twice", "the same file twice", tarFileOf("foo-1.0/x", "first"), tarFileOf("foo-1.0/x", "second"))
	evil.sdist("twice-pax", "the same file twice, once by a pax path", tarFileOf("foo-1.0/x", "first"), named("foo-1.0/x"))
	evil.sdist("twice-dot", "the same file twice, once with ./", tarFileOf("foo-1.0/x", "first"), tarFileOf("./foo-1.0/x", "second"))
	evil.sdist("twice-folder", "the same folder twice", tarFolderOf("foo-1.0/d/"), tarFolderOf("foo-1.0/d"))
	evil.sdist("twice-metadata", "a second PKG-INFO", tarFileOf("foo-1.0/PKG-INFO", tarInfo))
	evil.tar("twice-root", "the root twice", tarFolderOf("./"), tarFolderOf("./"), tarSdistOf())
	evil.sdist("file-and-folder", "a file that is also a folder", tarFileOf("foo-1.0/x", "x"), tarFolderOf("foo-1.0/x/"))
	evil.sdist("below-file", "a member below a file", tarFileOf("foo-1.0/x", "x"), tarFileOf("foo-1.0/x/y", "y"))
	evil.sdist("above-file", "a file where a folder was", tarFileOf("foo-1.0/x/y", "y"), tarFileOf("foo-1.0/x", "x"))
	evil.sdist("deep-below-file", "a member far below a file", tarFileOf("foo-1.0/x", "x"), tarFileOf("foo-1.0/x/a/b/c/d", "y"))
	evil.sdist("below-link", "a member below a link writes through it (CVE-2025-4138)", tarLinkOf("foo-1.0/l", "."), tarFileOf("foo-1.0/l/y", "y"))
	evil.sdist("link-over-folder", "a link where a folder was", tarFolderOf("foo-1.0/d/"), tarFileOf("foo-1.0/d/x", "x"), tarLinkOf("foo-1.0/d", "."))
	evil.sdist("file-over-link", "a file where a link was writes through it", tarLinkOf("foo-1.0/l", "PKG-INFO"), tarFileOf("foo-1.0/l", "evil"))
	evil.sdist("case-metadata", "a second PKG-INFO in another case (crates.io)", tarFileOf("foo-1.0/pkg-info", "x"))
	evil.sdist("case-link", "a file where a link is, in another case", tarLinkOf("foo-1.0/l", "PKG-INFO"), tarFileOf("foo-1.0/L", "evil"))
	evil.sdist("case-link-later", "a link where a file is, in another case", tarFileOf("foo-1.0/L", "x"), tarLinkOf("foo-1.0/l", "PKG-INFO"))
	evil.sdist("case-below-link", "a member below a link, in another case", tarFolderOf("foo-1.0/d/"), tarLinkOf("foo-1.0/l", "d"), tarFileOf("foo-1.0/L/y", "evil"))
	evil.sdist("dot-below-link", "a member below a link, for Windows", tarFolderOf("foo-1.0/d/"), tarLinkOf("foo-1.0/l", "d"), tarFileOf("foo-1.0/l./y", "evil"))
	iffy.sdist("dot-pair", "two files that are one on Windows", tarFileOf("foo-1.0/x", "x"), tarFileOf("foo-1.0/x.", "y"))
	iffy.sdist("case", "two files that differ in case", tarFileOf("foo-1.0/readme", "x"), tarFileOf("foo-1.0/README", "y"))
	iffy.sdist("case-pyproject", "a second pyproject.toml in another case", tarFileOf("foo-1.0/PyProject.toml", "x"))
	iffy.sdist("case-beyond-ascii", "two files that differ in case beyond ASCII", named("foo-1.0/\u00c9"), named("foo-1.0/\u00e9"))
	iffy.sdist("case-kelvin", "the sign for kelvin is a K", named("foo-1.0/\u212a"), named("foo-1.0/k"))
	iffy.sdist("forms", "composed and decomposed", named("foo-1.0/caf\u00e9"), named("foo-1.0/cafe\u0301"))
	iffy.sdist("fullwidth", "a letter of full width", named("foo-1.0/\uff21"), named("foo-1.0/A"))
}

// linkCases are PEP 721's rules and the ways around them.
func linkCases(class func(string) tarCases) {
	ok, evil, iffy := class(classAccept), class(classMalicious), class(classIffy)
	for _, c := range []struct{ name, path, target, reason string }{
		{"same-folder", "foo-1.0/l", "PKG-INFO", "a file in the same folder"},
		{"up", "foo-1.0/d/l", "../PKG-INFO", "a file in the folder above"},
		{"down", "foo-1.0/l", "d/x", "a file in a folder below"},
		{"folder", "foo-1.0/l", "d", "a folder"},
		{"folder-slash", "foo-1.0/l", "d/", "a folder with its slash"},
		{"dot", "foo-1.0/l", "./PKG-INFO", "a dot part in the target"},
		{"across", "foo-1.0/e/l", "../d/x", "a file in a folder beside"},
		{"top", "foo-1.0/d/l", "..", "the top folder itself"},
		{"down-and-up", "foo-1.0/l", "d/../PKG-INFO", "down and up again"},
	} {
		ok.sdist(c.name, c.reason, tarFileOf("foo-1.0/d/x", "x"), tarLinkOf(c.path, c.target))
	}
	ok.sdist("before-target", "the link stands before its target", tarLinkOf("foo-1.0/l", "z"), tarFileOf("foo-1.0/z", "z"))
	ok.sdist("pax-target", "the target in a pax header", tarPaxed("path=foo-1.0/d/"+long("x", 120)), tarFileOf("x", "x"), tarPaxed("linkpath=d/"+long("x", 120)), tarLinkOf("foo-1.0/l", ("d/" + long("x", 120))[:100]))
	ok.sdist("hard", "a hard link to a file before it", tarHardOf("foo-1.0/h", "foo-1.0/PKG-INFO"))
	ok.sdist("hard-dot", "a hard link with ./", tarHardOf("foo-1.0/h", "./foo-1.0/PKG-INFO"))
	iffy.sdist("dangling", "a target that is not there", tarLinkOf("foo-1.0/l", "gone"))
	for _, c := range []struct{ name, path, target, reason string }{
		{"absolute", "foo-1.0/l", "/etc/passwd", "an absolute target (CVE-2025-8869)"},
		{"out", "foo-1.0/l", "../evil", "out of the top folder (CVE-2025-8869)"},
		{"out-deep", "foo-1.0/a/b/l", "../../../evil", "out of the top folder from below"},
		{"out-and-back", "foo-1.0/l", "../foo-1.0/PKG-INFO", "out of the top folder and back"},
		{"root", "foo-1.0/l", "..", "the folder above the top"},
		{"down-and-out", "foo-1.0/l", "a/../../evil", "down and out"},
		{"drive", "foo-1.0/l", "C:/x", "a drive letter"},
		{"backslash", "foo-1.0/l", `..\..\evil`, "backslashes"},
		{"empty-part", "foo-1.0/l", "a//b", "an empty part"},
		{"empty", "foo-1.0/l", "", "no target"},
		{"newline", "foo-1.0/l", "a\nb", "a newline in the target"},
		{"latin1", "foo-1.0/l", "caf\xe9", "a target that is not UTF-8"},
		{"itself", "foo-1.0/l", "l", "a link to itself"},
		{"top-is-link", "foo-1.0x", ".", "a link beside the top folder"},
	} {
		evil.sdist(c.name, c.reason, tarLinkOf(c.path, c.target))
	}
	ok.sdist("chain", "a link to a link, as in ansible 2.9", tarLinkOf("foo-1.0/a", "PKG-INFO"), tarLinkOf("foo-1.0/b", "a"))
	ok.sdist("chain-of-8", "libraries have links to links", linkChain(8))
	evil.sdist("chain-of-9", "a chain of more than 8 links", linkChain(9))
	evil.sdist("chain-out", "a link to a link that leads out", tarLinkOf("foo-1.0/a", "../evil"), tarLinkOf("foo-1.0/b", "a"))
	evil.sdist("chain-slash", "a target that ends in a link and a slash", tarFolderOf("foo-1.0/d/"), tarLinkOf("foo-1.0/a", "d"), tarLinkOf("foo-1.0/b", "a/"))
	evil.sdist("chain-dot", "a target that ends in a link and a dot", tarFolderOf("foo-1.0/d/"), tarLinkOf("foo-1.0/a", "d"), tarLinkOf("foo-1.0/b", "a/."))
	evil.sdist("chain-up", "a target up from where a link leads", tarFolderOf("foo-1.0/d/"), tarLinkOf("foo-1.0/a", "d"), tarLinkOf("foo-1.0/b", "a/.."))
	evil.sdist("loop", "two links to each other", tarLinkOf("foo-1.0/a", "b"), tarLinkOf("foo-1.0/b", "a"))
	evil.sdist("through", "a target through a link (CVE-2025-4330)", tarFolderOf("foo-1.0/d/"), tarLinkOf("foo-1.0/d/e", "."), tarLinkOf("foo-1.0/l", "d/e/../../../evil"))
	evil.sdist("through-case", "a target through a link in another case", tarFileOf("foo-1.0/p/q/x", "x"), tarLinkOf("foo-1.0/p/q/a", "../.."), tarLinkOf("foo-1.0/p/q/l", "A/../../evil"))
	evil.sdist("through-later", "a target through a link that comes later", tarLinkOf("foo-1.0/l", "d/e/x"), tarFileOf("foo-1.0/d/x", "x"), tarLinkOf("foo-1.0/d/e", "."))
	evil.sdist("long-chain", "links of long folder names, to pass the limit of realpath (CVE-2025-4517)", realpathChain())
	evil.sdist("deep", "a target of 65 parts", tarPaxed("linkpath="+strings.Repeat("d/", 64)+"x"), tarLinkOf("foo-1.0/l", "d/d"))
	evil.sdist("long", "a target of more than 4,096 bytes", tarPaxed("linkpath="+long("x", 4097)), tarLinkOf("foo-1.0/l", long("x", 100)))
	for _, c := range []struct{ name, target, reason string }{
		{"absolute", "/etc/passwd", "an absolute target"},
		{"out", "../evil", "out of the archive"},
		{"outside-top", "evil", "outside the top folder"},
		{"not-there", "foo-1.0/gone", "a target that is not there"},
		{"later", "foo-1.0/z", "a target that comes later"},
		{"to-link", "foo-1.0/l", "through a symbolic link (CVE-2025-4330)"},
		{"to-hard", "foo-1.0/g", "to another hard link"},
		{"to-folder", "foo-1.0", "to a folder"},
		{"itself", "foo-1.0/h", "to itself"},
		{"empty", "", "no target"},
		{"relative", "PKG-INFO", "a target relative to the link's folder"},
	} {
		evil.sdist("hard-"+c.name, c.reason, tarLinkOf("foo-1.0/l", "PKG-INFO"), tarHardOf("foo-1.0/g", "foo-1.0/PKG-INFO"),
			tarHardOf("foo-1.0/h", c.target), tarFileOf("foo-1.0/z", "z"))
	}
	evil.sdist("metadata", "a PKG-INFO by link beside the file", tarLinkOf("foo-1.0/PKG-INFO", "x"))
}

// linkChain is links that lead to one another, the last one to a file.
func linkChain(n int) (out []byte) {
	target := "PKG-INFO"
	for i := range n {
		name := fmt.Sprintf("l%d", i)
		out = append(out, tarLinkOf("foo-1.0/"+name, target)...)
		target = name
	}
	return out
}

// realpathChain is folders with names as long as they may be, each with a link
// to itself, and a link through all of them and out again.
func realpathChain() (out []byte) {
	through := ""
	for i := range 16 {
		folder := fmt.Sprintf("%c", 'a'+i)
		out = append(out, tarFolderOf("foo-1.0/"+through+long(folder, 20)+"/")...)
		out = append(out, tarLinkOf("foo-1.0/"+through+folder, long(folder, 20))...)
		if len(through) < 40 {
			through += long(folder, 20) + "/"
		}
	}
	return append(out, tarLinkOf("foo-1.0/escape", "a/b/c/../../../../../evil")...)
}
