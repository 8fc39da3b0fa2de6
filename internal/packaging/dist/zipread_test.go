package dist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestZipErrorText is AV-5: what a packager reads, with the member and the
// offset; framing begins as PyPI's texts do.
func TestZipErrorText(t *testing.T) {
	const inDirectory = -2 // at the header of a member in the directory
	for _, c := range []struct {
		edit   func(s *zipSpec)
		text   string
		offset int64
	}{
		{func(s *zipSpec) { s.suffix = []byte("abc") }, "ZIP archive not accepted: 3 bytes follow the end of the archive", 823},
		{func(s *zipSpec) { s.prefix = []byte("MZ") }, "the file is a Windows program and a zip at once", 0},
		{func(s *zipSpec) { describe(s, true, func([]uint32) {}) }, "ZIP archive not accepted: foo/data.txt: the member's size stands behind it, in a data descriptor", inDirectory},
		{func(s *zipSpec) { s.member(packedFile).local.crc++ }, "ZIP archive not accepted: foo/data.txt: the member's own header and the directory differ in: checksum", 34 + 51},
		{func(s *zipSpec) { s.member(packedFile).central.madeBy = 2 << 8 }, "ZIP archive not accepted: foo/data.txt: the member was made on a system of unknown number 2", inDirectory},
		{func(s *zipSpec) {
			s.member(storedFile).both(func(h *zipHead) { h.name, h.flags = "foo/a\u202eyp", flagUTF8 })
		}, `"foo/a\u202eyp": the name holds U+202E, which changes the direction of writing`, inDirectory},
		{func(s *zipSpec) { s.parts = append(s.parts, part("foo/DATA.txt", "", zipStored)) }, `foo/DATA.txt: the path "foo/DATA.txt" is the same as "foo/data.txt" where upper and lower case or Unicode forms are not told apart`, inDirectory},
		{func(s *zipSpec) { s.parts = append(s.parts, part("foo", "", zipStored)) }, `foo: the path "foo" is a file and a folder`, inDirectory},
	} {
		s := corpusSpec(false)
		c.edit(s)
		archive := s.build()
		_, err := read(t, fooWhl, archive)
		problems := ArchiveErrors(err)
		if len(problems) == 0 || problems[0].Error() != c.text {
			t.Errorf("got %v, want %s", err, c.text)
			continue
		}
		if at := problems[0].Offset; at != c.offset && (c.offset != inDirectory || string(archive[at:at+4]) != zipDirectory) {
			t.Errorf("%s: at offset %d", c.text, at)
		}
	}
}

// TestZipTellsAllProblems: what does not keep the reader from going on is told
// together, up to 20 problems (AV-5), and warnings beside.
func TestZipTellsAllProblems(t *testing.T) {
	s := corpusSpec(false)
	s.parts[1].both(func(h *zipHead) { h.crc++ })
	s.parts[2].central.comment = "hello"
	s.parts[3].local.time++
	s.parts[5].both(func(h *zipHead) { h.name = "foo/../RECORD" })
	s.parts = append(s.parts, part("foo/con.py", "", zipStored))
	c, err := read(t, fooWhl, s.build())
	if kinds(err) != "zip-comment member-name zip-content zip-mismatch missing-record" {
		t.Errorf("got %s", kinds(err))
	}
	if len(c.Warnings) != 1 || c.Warnings[0].Kind != DeviceName || c.Warnings[0].Path != "foo/con.py" {
		t.Errorf("warned of %v", c.Warnings)
	}
	for i := range 50 {
		s.parts = append(s.parts, part(fmt.Sprintf("foo/../%d", i), "", zipStored))
	}
	if _, err := read(t, fooWhl, s.build()); len(ArchiveErrors(err)) != 20 {
		t.Errorf("%d problems are told", len(ArchiveErrors(err)))
	}
}

// TestZipWatch: a watcher is asked once for each regular file, sees its bytes
// as they are, and ends the reading with its own error.
func TestZipWatch(t *testing.T) {
	archive := zipOf(t, fooWheel()...)
	f, err := ParseFilename(fooWhl)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]*bytes.Buffer{}
	opt := Default()
	opt.Watch = func(m Member) io.Writer {
		if seen[m.Path] != nil || m.Dir {
			t.Errorf("asked for %s", m.Path)
		}
		seen[m.Path] = &bytes.Buffer{}
		if strings.HasSuffix(m.Path, "LICENSE") {
			return nil
		}
		return seen[m.Path]
	}
	c, err := Read(bytes.NewReader(archive), int64(len(archive)), f, opt)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range c.Members {
		if want := fooWheel()[i].content; !m.Dir && seen[m.Path].String() != want && !strings.HasSuffix(m.Path, "LICENSE") {
			t.Errorf("%s: seen %q", m.Path, seen[m.Path])
		}
	}
	opt.Watch = func(Member) io.Writer { return brokenWriter{} }
	if _, err := Read(bytes.NewReader(archive), int64(len(archive)), f, opt); !errors.Is(err, errDisk) || ArchiveErrors(err) != nil {
		t.Errorf("a broken watcher: %v", err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errDisk }

// TestReadWheelData: a .data folder is the release's own and holds folders of
// installation schemes (AV-14).
func TestReadWheelData(t *testing.T) {
	for path, want := range map[string]string{
		"foo-1.0.data/scripts/run":       "",
		"foo-1.0.data/":                  "",
		"foo-1.0.data/data/":             "",
		"foo-1.0.data/platlib/a/b.so":    "",
		"Foo-1.0.0.data/headers/a.h":     "",
		"foo.data":                       "", // a file
		"foo/x.data/anything":            "", // not at the top
		"foo-1.1.data/scripts/run":       "wrong-data-folder",
		"bar-1.0.data/scripts/run":       "wrong-data-folder",
		"foo.data/scripts/run":           "wrong-data-folder",
		"foo-1.0.data/etc/passwd":        "wrong-data-folder",
		"foo-1.0.data/run":               "wrong-data-folder",
		"foo-1.0.data/scripts":           "wrong-data-folder",
		"foo-1.0.data/purelib2/a.py":     "wrong-data-folder",
		"foo-1.0.data/PURELIB/a.py":      "wrong-data-folder",
		".data/scripts/run":              "wrong-data-folder",
		"foo-1.0.dist-info.data/data/xy": "wrong-data-folder",
	} {
		if _, err := read(t, fooWhl, zipOf(t, append(fooWheel(), entry{path, ""})...)); kinds(err) != want {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

// TestZipMembers: who may execute a file, the order, and a file's real size.
func TestZipMembers(t *testing.T) {
	s := corpusSpec(false)
	s.parts[1].central.attributes = 0o100755 << 16
	s.order = []int{5, 4, 3, 2, 1, 0}
	c, err := read(t, fooWhl, s.build())
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, m := range c.Members {
		paths = append(paths, m.Path)
		if m.Exec != (m.Path == storedFile) {
			t.Errorf("%s: exec is %v", m.Path, m.Exec)
		}
	}
	if !slices.Equal(paths[:3], []string{"foo", storedFile, packedFile}) {
		t.Errorf("members %v", paths)
	}
	if m := c.Members[2]; m.Size != int64(len(packedText)) || m.SHA256 != sha256Hex(packedText) {
		t.Errorf("got %+v", m)
	}
}

// TestNamesAreNotFolded shows what the set takes for one path and what not.
func TestNamesAreNotFolded(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"a/B.py", "A/b.py", true},
		{"é", "E\u0301", true},
		{"Σ", "ς", true},
		{"\u212A", "k", true},
		{"ſ", "S", true},
		{"Ǆ", "ǆ", true},
		{"a", "b", false},
		{"a/b", "a_b", false},
		{"ı", "i", false},
		{"é", "e", false},
		{"½", "1/2", false},
		{"Ａ", "A", false},
	} {
		if got := foldName(c.a) == foldName(c.b); got != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}

// FuzzNames: no panic; a name that is not refused stays in its folder, and
// twice is once too often.
func FuzzNames(f *testing.F) {
	for _, row := range slices.Concat(oddNameRows(), metNameRows()) {
		f.Add(row.path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		set := newNames(Wheel, 100)
		refused, _ := set.add(path, false, 7)
		if len(refused) > 0 {
			if refused[0].Offset != 7 || refused[0].Path != path || refused[0].Detail == "" {
				t.Fatalf("%q: %+v", path, refused[0])
			}
			return
		}
		if strings.HasPrefix(path, "/") || strings.Contains("/"+path+"/", "/../") || strings.ContainsAny(path, "\\:\x00\n") || path == "" {
			t.Fatalf("%q is accepted", path)
		}
		if again, _ := set.add(path, false, 8); len(again) != 1 || again[0].Kind != DuplicateMember {
			t.Fatalf("%q twice: %v", path, again)
		}
		if below, _ := set.add(path+"/x", false, 9); len(below) == 0 {
			t.Fatalf("%q is a file and a folder", path)
		}
	})
}
