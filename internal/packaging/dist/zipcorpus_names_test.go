package dist

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// nameRow is one path, or several separated by "|", and what it is: of a class
// of the corpus, or "malicious in wheels" and only odd in sdists.
type nameRow struct{ class, path, why string }

// oddNameRows are single names (AV-8; Malo's nar and zar folders, ZipDiff B2,
// B3, crates.io and uv).
func oddNameRows() []nameRow {
	var rows []nameRow
	add := func(class, why string, paths ...string) {
		for _, path := range paths {
			rows = append(rows, nameRow{class, path, why})
		}
	}
	add("accept", "an ordinary name", "a", "a.py", "a/b/c.py", "a b.txt", "a-b_c+d,e=f@g#h%i", "__pycache__/x", "{{ cookiecutter }}/x.py", ".hidden", "...a", "a..b", "~", "$HOME", "'quoted'", "(x)[y]{z}", "a!b", "a&b", "a;b", "a;b1", "coNfig", "com10", "console", "nul_", "aux-x",
		"Grüße.txt", "日本語/テスト.py", "ключ", "😀.png", "é", strings.Repeat("x", 255), strings.Repeat("é", 127), strings.Repeat("d/", 62)+"f")
	add("malicious", "it leads out of the folder", "..", "../a", "a/../b", "a/..", "../../etc/passwd", "a/../../b", ".. /a", "../")
	add("malicious", "it is absolute", "/a", "//a", "//server/share/a", "/", "///", "/etc/passwd")
	add("malicious", "it names the folder it is in", ".", "./a", "a/./b", "a/.", "./")
	add("malicious in wheels", "it is empty, or the top folder", "")
	add("malicious", "it has an empty part", "a//b", "a///b", "a//")
	add("malicious", "a backslash is a slash on Windows", `a\b`, `\a`, `..\a`, `\\server\a`, `C:\a`, `a\`, `a\..\b`)
	add("malicious in wheels", "it has a drive letter", "C:", "c:a", "C:/a", "z:x/y")
	add("malicious in wheels", "a colon makes a stream on Windows", "a:b", "foo.py:hidden", "a/b:c", ":a", "a::$DATA")
	add("malicious", "it has control characters", "a\x00b", "a\x00", "\x00", "a\nb", "a\rb", "a\tb", "\x1b[2Ja", "a\x7f", "a\x01", "a\x1f")
	add("malicious", "it has invisible characters", "a\u202Eyp.b", "a\u202A", "\u2066a", "a\u200B", "a\u200Fb", "\uFEFFa", "a\u00ADb", "a\u2028b", "a\u2029b", "a\u0085b", "a\u061Cb", "a\uE000b", "a\U000E0041b")
	add("malicious", "Windows cuts off dots and spaces", "a.", "a ", "a/b.", "a./b", "a /b", "a. .", "...", " ", "a.py ")
	add("malicious", "it is not UTF-8", "\xff", "a\xc3", "\xc0\xafa", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80b")
	add("malicious in wheels", "unzip takes it for a version on VMS", "a;1", "a.py;12", "a/b;0")
	add("iffy", "Windows has a device of this name", "CON", "con.py", "a/NUL", "Aux.tar.gz", "prn/x", "COM1", "com9.txt", "LPT0", "lpt1.x", "COM¹", "CONIN$", "conout$.y", "nul .txt")
	add("iffy", "other systems compose its characters", "e\u0301", "a/o\u0308.py", "\u212B", "\u1100\u1161", "q\u0307\u0323")
	add("reject", "longer than file systems allow", strings.Repeat("x", 256), strings.Repeat("é", 128), strings.Repeat("d/", 64)+"f", strings.Repeat("d/", 2048)+"f", strings.Repeat(strings.Repeat("x", 255)+"/", 16)+"f")
	return rows
}

// metNameRows are names that meet on some system (ZipDiff B1, B3, B4).
func metNameRows() []nameRow {
	return []nameRow{
		{"malicious", "a|a", "twice"},
		{"malicious", "a/b|a/b", "twice"},
		{"malicious", "a/|a/", "twice"},
		{"malicious", "a|b|a", "twice"},
		{"malicious", "a|a/", "a file and a folder"},
		{"malicious", "a/|a", "a file and a folder"},
		{"malicious", "a|a/b", "a file where a folder is needed"},
		{"malicious", "a/b|a", "a file where a folder is needed"},
		{"malicious", "a|a/b/c", "a file where a folder is needed"},
		{"malicious", "a/b/c|a/b", "a file where a folder is needed"},
		{"malicious", "a/b/|a", "a file where a folder is needed"},
		{"malicious in wheels", "a|A", "the same where case is not told apart"},
		{"malicious in wheels", "a/b|A/B", "the same where case is not told apart"},
		{"malicious in wheels", "A/|a/", "the same where case is not told apart"},
		{"malicious in wheels", "a|A/b", "the same where case is not told apart"},
		{"malicious in wheels", "A/b|a", "the same where case is not told apart"},
		{"malicious in wheels", "grün|GRÜN", "the same where case is not told apart"},
		{"malicious in wheels", "σ|ς", "the same where case is not told apart"},
		{"malicious in wheels", "k|\u212A", "the same where case is not told apart"},
		{"malicious in wheels", "ſ|S", "the same where case is not told apart"},
		{"malicious in wheels", "é|e\u0301", "the same after NFC"},
		{"malicious in wheels", "É|e\u0301", "the same after NFC and case"},
		{"malicious in wheels", "Å|\u212B", "the same after NFC"},
		{"malicious in wheels", "é/x|e\u0301/x", "the same after NFC"},
		{"malicious", "a|a/./b", "a file and a folder"},
		{"malicious", "a/b|a//b", "the same with an empty part"},
		{"malicious", `a/b|a\b`, "the same on Windows"},
		{"malicious", "a|a.", "the same on Windows"},
		{"malicious", "a|a ", "the same on Windows"},
		{"malicious", "a/b|a/c/../b", "the same in a path"},
		{"malicious", "a|./a", "the same in a path"},
		{"malicious", "a|/a", "the same in a path"},
		{"iffy", "a/b|A/c", "one folder in two spellings"},
		{"iffy", "é/b|e\u0301/c", "one folder in two spellings"},
		{"accept", "a|b", "two names"},
		{"accept", "a/b|a/c", "two names in a folder"},
		{"accept", "a/|a/b", "a folder and a file in it"},
		{"accept", "a/b|a/", "a folder behind a file in it"},
		{"accept", "ab|a/b", "two names"},
		{"accept", "a|ab/", "two names"},
		{"accept", "ı|i", "a dotless i is another letter"},
	}
}

// oddNames puts each odd name into a wheel and into a .zip sdist.
func oddNames(c *corpus) {
	for _, row := range oddNameRows() {
		c.named("name", row)
	}
}

// metNames does so with names that meet.
func metNames(c *corpus) {
	for _, row := range metNameRows() {
		c.named("names", row)
	}
}

// named adds a row's paths as members: to a wheel, and below the top folder of
// an sdist.
func (c *corpus) named(family string, row nameRow) {
	short := strconv.QuoteToASCII(row.path)
	if len(short) > 50 {
		short = fmt.Sprintf("%s…%d", short[:40], len(row.path))
	}
	for _, sdist := range []bool{false, true} {
		class, inWheels := strings.CutSuffix(row.class, " in wheels")
		kind := "wheel"
		if sdist {
			kind = "sdist"
		}
		if sdist && inWheels {
			class = "iffy"
		}
		c.cases = append(c.cases, zipCase{
			name: fmt.Sprintf("%s/%s %s", family, kind, short), class: class, why: row.why, sdist: sdist,
			edit: func(s *zipSpec) {
				for path := range strings.SplitSeq(row.path, "|") {
					if sdist {
						path = "foo-1.0/" + path
					}
					s.parts = slices.Insert(s.parts, 1, part(path, "", zipStored))
				}
			},
		})
	}
}

// foreignBegins are zips that are another file as well (AV-6).
func foreignBegins(c *corpus) {
	for name, begin := range map[string]string{
		"gzip": "\x1f\x8b\x08\x00", "elf": "\x7fELF\x02", "windows": "MZ\x90\x00", "pdf": "%PDF-1.7\n", "script": "#!/bin/sh\nexit\n", "bzip2": "BZh9", "xz": "\xfd7zXZ\x00", "7z": "7z\xbc\xaf\x27\x1c", "zstd": "\x28\xb5\x2f\xfd",
		"png": "\x89PNG\r\n", "html": "<html>", "spanned": "PK\x07\x08", "spanned-0": "PK00",
	} {
		c.add("malicious", "foreign/"+name, "another file in front", func(s *zipSpec) { s.prefix = []byte(begin) })
		c.add("malicious", "foreign/"+name+"-adjusted", "another file in front, which the offsets know of", func(s *zipSpec) {
			s.prefix = []byte(begin)
			s.place = func([]*zipPart) {}
		})
	}
	for _, signed := range []bool{false, true} {
		c.add("malicious", fmt.Sprintf("foreign/tar-%v", signed), "a tar header made of a zip's first bytes", func(s *zipSpec) {
			s.parts[1].local.extra = extraField(0xABCD, strings.Repeat("\x00", 600))
			s.whole = func(all []byte) []byte { return tarHeaderOf(all, signed) }
		})
	}
}

// tarHeaderOf gives the first block the checksum of a tar header.
func tarHeaderOf(all []byte, signed bool) []byte {
	if signed {
		all[300] = 0xF0 // counts as negative in an old tar
	}
	copy(all[148:156], "        ")
	sum := 0
	for _, c := range all[:tarBlock] {
		if signed {
			sum += int(int8(c))
		} else {
			sum += int(c)
		}
	}
	copy(all[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return all
}
