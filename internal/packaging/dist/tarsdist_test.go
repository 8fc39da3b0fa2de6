package dist

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestTarMembers: what is told of each kind of member.
func TestTarMembers(t *testing.T) {
	c, err := tarRead(t, gzipped(tarSdistOf(
		tarFolderOf("foo-1.0/bin/"),
		tarPatched(tarFileOf("foo-1.0/bin/run", "#!"), 100, "0004755\x00"),
		tarLinkOf("foo-1.0/bin/again", "run"),
		tarHardOf("foo-1.0/hard", "./foo-1.0/bin/run"),
	)), Default())
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("#!"))
	want := []Member{
		{Path: "foo-1.0/bin", Dir: true},
		{Path: "foo-1.0/bin/run", Size: 2, SHA256: hex.EncodeToString(sum[:]), Exec: true},
		{Path: "foo-1.0/bin/again", Link: "run"},
		{Path: "foo-1.0/hard", Link: "./foo-1.0/bin/run"},
	}
	if !slices.Equal(c.Members[3:], want) || c.Warnings != nil || string(c.Metadata) != tarInfo {
		t.Errorf("got %+v", c)
	}
}

// TestTarErrorsSayWhere: kind, offset in the expanded tar (or in the gzip for
// its framing), member and words, for people.
func TestTarErrorsSayWhere(t *testing.T) {
	const after = 5 * tarBlock // the members of tarTop
	spoiled := tarFileOf("foo-1.0/x", "x")
	spoiled[0] ^= 1
	plain := gzipped(tarSdistOf())
	for _, c := range []struct {
		what    string
		archive []byte
		want    ArchiveError
	}{
		{"text", []byte("hello, world"), ArchiveError{NotAnArchive, "", 0, "not a tar.gz: the file does not begin with a gzip header"}},
		{"tail", append(bytes.Clone(plain), "xy"...), ArchiveError{TrailingData, "", int64(len(plain)), "2 bytes stand after the end of the gzip data; nothing may"}},
		{"flags", gzipPart{flags: 0x80}.of(nil), ArchiveError{GzipHeader, "", 3, "the gzip header sets reserved flags (0x80)"}},
		{"checksum", gzipped(tarSdistOf(spoiled)), ArchiveError{NotAnArchive, "", after, "no tar header with a right checksum stands here: the tar is damaged, or none"}},
		{"pax", gzipped(tarSdistOf(tarPaxed("path=a", "path=b"), hello())), ArchiveError{TarExtension, "", after, `a pax header states "path" twice`}},
		{
			"size", gzipped(tarSdistOf(tarPaxed("size=3"), hello())),
			ArchiveError{TarExtension, "", after + 2*tarBlock, "the pax header says the size is 3 bytes, the member's header says 5"},
		},
		{"name", gzipped(tarSdistOf(tarFileOf("foo-1.0/../x", ""))), ArchiveError{BadName, "foo-1.0/../x", after, `the name has the part "..", which names another folder`}},
		{"control", gzipped(tarSdistOf(tarFileOf("foo-1.0/\x1b", ""))), ArchiveError{BadName, `foo-1.0/\x1b`, after, "the name holds the control character U+001B"}},
		{"link", gzipped(tarSdistOf(tarLinkOf("foo-1.0/l", "../x"))), ArchiveError{LinkTarget, "foo-1.0/l", after, `the link to "../x" is refused: it leads out of the top folder`}},
		{"cut", gzipped(tarTop()[:3*tarBlock+7]), ArchiveError{NotAnArchive, "", 3 * tarBlock, "the tar ends in the middle of a member: the file is cut off"}},
	} {
		_, err := tarRead(t, c.archive, Default())
		if problems := ArchiveErrors(err); len(problems) != 1 || *problems[0] != c.want {
			t.Errorf("%s: got %+v, want %+v", c.what, err, c.want)
		}
	}
}

// TestTarTellsAllProblems: where it is safe to go on, nothing has to be
// uploaded twice to hear of two problems; of many, the first 20 (AV-5).
func TestTarTellsAllProblems(t *testing.T) {
	_, err := tarRead(t, gzipped(tarSdistOf(
		tarFileOf("/etc/passwd", "x"), tarMember('6', "foo-1.0/pipe", "", ""), tarFileOf("foo-1.0/PKG-INFO", "x"),
		tarLinkOf("foo-1.0/l", "/"), tarFileOf("foo-1.0/l/x", "x"),
	)), Default())
	if got := kinds(err); got != "member-name member-type duplicate-member file-is-folder link-target" {
		t.Errorf("got %s: %v", got, err)
	}
	_, err = tarRead(t, gzipped(tarSdistOf(manyBad(100))), Default())
	if n := len(ArchiveErrors(err)); n != 20 {
		t.Errorf("%d problems are told, not 20", n)
	}
	c, err := tarRead(t, gzipped(tarSdistOf(manyLinksTo("gone", 50))), Default())
	if err != nil || len(c.Warnings) != 1 {
		t.Errorf("%d warnings of one missing target: %v", len(c.Warnings), err)
	}
}

// manyLinksTo are links to one target.
func manyLinksTo(target string, n int) (out []byte) {
	for i := range n {
		out = append(out, tarLinkOf("foo-1.0/"+long("link", 10+i), target)...)
	}
	return out
}

// TestTarRatioText is AV-5's text for a bomb.
func TestTarRatioText(t *testing.T) {
	_, err := read(t, fooTarGz, bomb(t, 80<<20))
	if err == nil || !strings.HasPrefix(err.Error(), "File exceeds compression ratio of 50") {
		t.Errorf("got %v", err)
	}
}

// TestTarExpandedIsCounted: headers and filling count as what files hold does.
func TestTarExpandedIsCounted(t *testing.T) {
	opt := Default()
	opt.Expanded = 20 * tarBlock
	for members, want := range map[int]string{10: "", 20: string(TooLarge)} {
		var more []byte
		for i := range members {
			more = append(more, tarFileOf("foo-1.0/"+strings.Repeat("x", i+1), "")...)
		}
		if _, err := tarRead(t, gzipped(tarSdistOf(more)), opt); kinds(err) != want {
			t.Errorf("%d empty files: got %v", members, err)
		}
	}
}

// watcher remembers what it is shown of one archive.
type watcher struct {
	shown []string
	fail  error
}

func (w *watcher) watch(m Member) io.Writer {
	if strings.HasSuffix(m.Path, ".skip") {
		return nil
	}
	w.shown = append(w.shown, m.Path+" ")
	return w
}

// Write implements io.Writer.
func (w *watcher) Write(p []byte) (int, error) {
	w.shown[len(w.shown)-1] += string(p)
	return len(p), w.fail
}

// TestTarWatch: who watches is shown every file once, in order, and no links
// or folders; a failure to look is not the archive's.
func TestTarWatch(t *testing.T) {
	archive := gzipped(tarSdistOf(
		tarFileOf("foo-1.0/a", "one"), tarFileOf("foo-1.0/b.skip", "two"), tarLinkOf("foo-1.0/l", "a"),
		tarFileOf("foo-1.0/large", long("0123456789", 150_000)), tarFileOf("foo-1.0/empty", ""),
	))
	opt, w := Default(), watcher{}
	opt.Watch = w.watch
	c, err := tarRead(t, archive, opt)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"foo-1.0/PKG-INFO " + tarInfo, "foo-1.0/pyproject.toml [build-system]\n", "foo-1.0/a one",
		"foo-1.0/large " + long("0123456789", 150_000), "foo-1.0/empty ",
	}
	if !slices.Equal(w.shown, want) || string(c.Metadata) != tarInfo {
		t.Errorf("shown %.200q", w.shown)
	}
	w.fail = errDisk
	if _, err := tarRead(t, archive, opt); !errors.Is(err, errDisk) || ArchiveErrors(err) != nil {
		t.Errorf("got %v", err)
	}
}

// TestGzipPadding: zeros after the end are accepted when the option says so,
// anything else never.
func TestGzipPadding(t *testing.T) {
	plain := gzipped(tarSdistOf())
	for tail, want := range map[string][2]string{
		"":                                 {"", ""},
		"\x00":                             {"trailing-data", ""},
		strings.Repeat("\x00", 100_000):    {"trailing-data", ""},
		"\x00\x00x":                        {"trailing-data", "trailing-data"},
		"\x00" + string(plain):             {"trailing-data", "trailing-data"},
		strings.Repeat("\x00", 511) + "\n": {"trailing-data", "trailing-data"},
	} {
		for i, padding := range []bool{false, true} {
			opt := Default()
			opt.GzipPadding = padding
			if _, err := tarRead(t, append(bytes.Clone(plain), tail...), opt); kinds(err) != want[i] {
				t.Errorf("%.10q… (%d bytes), padding %v: got %v", tail, len(tail), padding, err)
			}
		}
	}
}

// TestTarTopFolderOfUnknownFile: of an old file whose name does not tell the
// project, one top folder is asked for and not which.
func TestTarTopFolderOfUnknownFile(t *testing.T) {
	archive := gzipped(slices.Concat(tarFileOf("foo-bar-1.0-1/PKG-INFO", "Metadata-Version: 1.0\n"), tarEnd()))
	c, err := Read(bytes.NewReader(archive), int64(len(archive)), Filename{Raw: "foo-bar-1.0-1.tar.gz", Kind: Sdist, Ext: extTarGz}, Default())
	if err != nil || c.Top() != "foo-bar-1.0-1" || c.Warnings != nil {
		t.Errorf("got %+v, %v", c, err)
	}
	f, err := ParseSdistFilenameOf("foo-bar-1.0-1.tar.gz", "foo-bar")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read(bytes.NewReader(archive), int64(len(archive)), f, Default()); err != nil {
		t.Errorf("got %v", err)
	}
}

// TestFoldName: what a file system may take for one.
func TestFoldName(t *testing.T) {
	for _, same := range [][2]string{{"a/B", "A/b"}, {"\u00e9", "E\u0301"}, {"\u017f", "S"}, {"\u212a", "k"}, {"\u03c2", "\u03a3"}, {"\u212b", "a\u030a"}} {
		if foldName(same[0]) != foldName(same[1]) {
			t.Errorf("%q and %q are told apart: %q, %q", same[0], same[1], foldName(same[0]), foldName(same[1]))
		}
	}
	for _, other := range [][2]string{{"a", "b"}, {"e", "\u00e9"}, {"a/b", "ab"}} {
		if foldName(other[0]) == foldName(other[1]) {
			t.Errorf("%q and %q are taken for one", other[0], other[1])
		}
	}
}
