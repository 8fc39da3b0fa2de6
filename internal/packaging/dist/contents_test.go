package dist

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

const (
	fooWhl   = "foo-1.0-py3-none-any.whl"
	fooTarGz = "foo-1.0.tar.gz"
)

func TestReadWheel(t *testing.T) {
	c, err := read(t, fooWhl, zipOf(t, fooWheel()...))
	if err != nil {
		t.Fatal(err)
	}
	if string(c.Metadata) != fooWheel()[2].content || c.MetadataPath != "foo-1.0.dist-info/METADATA" ||
		string(c.Wheel) != fooWheel()[3].content || !c.HasWheelFile ||
		string(c.EntryPoints) != fooWheel()[4].content || !c.HasEntryPoint ||
		string(c.Record) != fooWheel()[6].content || !c.HasRecord {
		t.Errorf("got %+v", c)
	}
	if !slices.Equal(c.TopDirs, []string{"foo", "foo-1.0.dist-info"}) || c.Top() != "foo-1.0.dist-info" {
		t.Errorf("top folders %v, top %s", c.TopDirs, c.Top())
	}
	if len(c.Members) != 7 || c.Members[0] != (Member{Path: "foo", Dir: true}) ||
		c.Members[1] != (Member{Path: "foo/__init__.py", Size: 6, SHA256: sha256Hex("x = 1\n")}) {
		t.Errorf("members %+v", c.Members)
	}
}

func TestReadSdist(t *testing.T) {
	for name, archive := range map[string][]byte{
		fooTarGz:      tarGzOf(t, fooSdist()...),
		"foo-1.0.zip": zipOf(t, fooSdist()...),
	} {
		c, err := read(t, name, archive)
		if err != nil {
			t.Fatal(err)
		}
		if string(c.Metadata) != fooSdist()[1].content || c.MetadataPath != "foo-1.0/PKG-INFO" ||
			c.HasRecord || c.HasWheelFile || c.Top() != "foo-1.0" || !slices.Equal(c.TopDirs, []string{"foo-1.0"}) {
			t.Errorf("%s: got %+v", name, c)
		}
		if len(c.Members) != 5 || c.Members[0] != (Member{Path: "foo-1.0", Dir: true}) ||
			c.Members[3].Path != "foo-1.0/LICENSE" || c.Members[3].Size != 5 {
			t.Errorf("%s: members %+v", name, c.Members)
		}
	}
}

// TestReadWheelProblems: what is missing is told in the order of PyPI's rows
// (30, 35, 37), all of it at once.
func TestReadWheelProblems(t *testing.T) {
	const info = "foo-1.0.dist-info/"
	bare := without(without(fooWheel(), info+"WHEEL"), info+"RECORD")
	for _, c := range []struct {
		what    string
		entries []entry
		kinds   string
	}{
		{"no METADATA", without(fooWheel(), info+"METADATA"), "missing-metadata"},
		{"no WHEEL", without(fooWheel(), info+"WHEEL"), "missing-wheel"},
		{"no RECORD", without(fooWheel(), info+"RECORD"), "missing-record"},
		{"none of them", without(bare, info+"METADATA"), "missing-wheel missing-record missing-metadata"},
		{"no .dist-info", fooWheel()[:2], "wrong-dist-info"},
		{"another's .dist-info", []entry{{"bar-1.0.dist-info/METADATA", "x"}}, "wrong-dist-info"},
		{"another version's .dist-info", []entry{{"foo-1.1.dist-info/METADATA", "x"}}, "wrong-dist-info"},
		{"a .dist-info without a version", []entry{{"foo.dist-info/METADATA", "x"}}, "wrong-dist-info"},
		{"two .dist-info", append(fooWheel(), entry{"bar-1.0.dist-info/METADATA", "x"}), "wrong-dist-info"},
		{"a second .dist-info after the right one", append(fooWheel(), entry{"zoo-1.0.dist-info/METADATA", "x"}), "wrong-dist-info"},
		{"METADATA twice", append(fooWheel(), entry{info + "METADATA", "x"}), "duplicate-member"},
		{"METADATA too large", append(without(fooWheel(), info+"METADATA"), entry{info + "METADATA", strings.Repeat("x", 1<<20+1)}), "too-large"},
		{"entry_points.txt too large", append(without(fooWheel(), info+"entry_points.txt"), entry{info + "entry_points.txt", strings.Repeat("x", 64<<10+1)}), "too-large"},
		{"WHEEL too large", append(without(fooWheel(), info+"WHEEL"), entry{info + "WHEEL", strings.Repeat("x", 64<<10+1)}), "too-large"},
	} {
		if _, err := read(t, fooWhl, zipOf(t, c.entries...)); kinds(err) != c.kinds {
			t.Errorf("%s: got %q (%v), want %q", c.what, kinds(err), err, c.kinds)
		}
	}
}

// TestReadWheelDistInfoSpelling: another spelling of the same name and version
// is the same folder; old tools escaped it differently (W-16).
func TestReadWheelDistInfoSpelling(t *testing.T) {
	for filename, folder := range map[string]string{
		"foo_bar-1.0-py3-none-any.whl":    "Foo.Bar-1.0.dist-info",
		"Foo.Bar-1.0.0-py3-none-any.whl":  "foo_bar-1.0.dist-info",
		"foo-1.0rc1-py3-none-any.whl":     "foo-1.0c1.dist-info",
		"foo-1.0+u_1-cp312-none-any.whl":  "foo-1.0+u.1.dist-info",
		"foo_bar-2.0-0.1-py3-n-any.whl":   "foo-bar-2.0.dist-info",
		"foo_bar-1.0-py3-none-win_x1.whl": "foo_bar-1.0.dist-info",
	} {
		archive := zipOf(t, entry{folder + "/METADATA", "m"}, entry{folder + "/WHEEL", ""}, entry{folder + "/RECORD", ""})
		c, err := read(t, filename, archive)
		if err != nil || string(c.Metadata) != "m" || c.Top() != folder {
			t.Errorf("%s with %s: %v, %+v", filename, folder, err, c)
		}
	}
}

func TestReadSdistProblems(t *testing.T) {
	for _, c := range []struct {
		what    string
		entries []entry
		kinds   string
	}{
		{"no PKG-INFO", without(fooSdist(), "foo-1.0/PKG-INFO"), "missing-pkg-info"},
		{"two top folders", append(fooSdist(), entry{"bar/x", ""}), "top-directory"},
		{"a file at the top", append(fooSdist(), entry{"x", ""}), "top-directory"},
		{"empty", nil, "top-directory"},
		{"PKG-INFO at the top", []entry{{"PKG-INFO", ""}}, "top-directory"},
		{"two PKG-INFO", append(fooSdist(), entry{"bar/PKG-INFO", "x"}), "duplicate-member"},
		{"PKG-INFO twice", append(fooSdist(), entry{"foo-1.0/PKG-INFO", "x"}), "duplicate-member"},
		{"PKG-INFO too large", []entry{{"foo-1.0/PKG-INFO", strings.Repeat("x", 1<<20+1)}}, "too-large"},
	} {
		if _, err := read(t, fooTarGz, tarGzOf(t, c.entries...)); kinds(err) != c.kinds {
			t.Errorf("%s in a tar.gz: got %q (%v), want %q", c.what, kinds(err), err, c.kinds)
		}
		if _, err := read(t, "foo-1.0.zip", zipOf(t, c.entries...)); kinds(err) != c.kinds {
			t.Errorf("%s in a zip: got %q (%v), want %q", c.what, kinds(err), err, c.kinds)
		}
	}
}

// TestReadTarMembers: what tar has besides files: a comment for the whole
// archive is no member, a link is no PKG-INFO, "./" is no folder.
func TestReadTarMembers(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, header := range []*tar.Header{
		{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": "x"}},
		{Typeflag: tar.TypeDir, Name: "./"},
		{Typeflag: tar.TypeDir, Name: "./foo-1.0/"},
		{Typeflag: tar.TypeReg, Name: "./foo-1.0/PKG-INFO", Size: 1},
		{Typeflag: tar.TypeSymlink, Name: "./foo-1.0/link", Linkname: "PKG-INFO"},
	} {
		err := w.WriteHeader(header)
		if err == nil && header.Size > 0 {
			_, err = w.Write([]byte("m"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := read(t, fooTarGz, gzipOf(t, b.Bytes()))
	const hashOfM = "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a" // printf m | sha256sum
	want := []Member{
		{Path: "foo-1.0", Dir: true},
		{Path: "foo-1.0/PKG-INFO", Size: 1, SHA256: hashOfM},
		{Path: "foo-1.0/link", Link: "PKG-INFO"},
	}
	if err != nil || string(c.Metadata) != "m" || c.Top() != "foo-1.0" || !slices.Equal(c.Members[1:], want) {
		t.Errorf("got %+v, %v", c, err)
	}
	b.Reset()
	w = tar.NewWriter(&b)
	for _, header := range []*tar.Header{
		{Typeflag: tar.TypeReg, Name: "foo-1.0/real"},
		{Typeflag: tar.TypeSymlink, Name: "foo-1.0/PKG-INFO", Linkname: "real"},
	} {
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, fooTarGz, gzipOf(t, b.Bytes())); kinds(err) != "missing-pkg-info" {
		t.Errorf("a link for PKG-INFO: got %v", err)
	}
}

func TestReadNotAnArchive(t *testing.T) {
	whole := tarGzOf(t, fooSdist()...)
	tarball := tarOf(t, fooSdist()...)
	broken := bytes.Clone(whole)
	broken[len(broken)-6] ^= 1 // in the CRC
	for what, archive := range map[string][]byte{
		"nothing": {}, "text": []byte("hello"), "a zip": zipOf(t, fooSdist()...), "a bare tar": tarball,
		"cut short": whole[:len(whole)-9], "a wrong checksum": broken,
		"gzip of text": gzipOf(t, []byte(strings.Repeat("hello", 200))), "a tar cut short": gzipOf(t, tarball[:600]),
	} {
		if _, err := read(t, fooTarGz, archive); kinds(err) != "not-an-archive" {
			t.Errorf("%s as tar.gz: got %v", what, err)
		}
	}
	wheel := zipOf(t, fooWheel()...)
	for what, archive := range map[string][]byte{
		"nothing": {}, "text": []byte("hello"), "a tar.gz": whole, "cut short": wheel[:len(wheel)-9],
	} {
		if _, err := read(t, fooWhl, archive); kinds(err) != "not-an-archive" {
			t.Errorf("%s as wheel: got %v", what, err)
		}
	}
	wheel[bytes.Index(wheel, []byte("METADATA"))+12] ^= 0xFF // in the compressed bytes
	if _, err := read(t, fooWhl, wheel); kinds(err) != "zip-content" {
		t.Errorf("a damaged METADATA: got %v", err)
	}
}

// failing is a file whose disk breaks after some reads.
type failing struct {
	io.ReaderAt
	reads int
}

var errDisk = errors.New("disk on fire")

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if f.reads--; f.reads < 0 {
		return 0, errDisk
	}
	return f.ReaderAt.ReadAt(p, off)
}

// TestReadFileFailure: a broken disk is not a broken archive, at whichever
// read it breaks; the uploader must not be told to change a file that is right.
func TestReadFileFailure(t *testing.T) {
	for name, archive := range map[string][]byte{
		fooWhl:   zipOf(t, fooWheel()...),
		fooTarGz: tarGzOf(t, fooSdist()...),
	} {
		f, err := ParseFilename(name)
		if err != nil {
			t.Fatal(err)
		}
		for reads := 0; ; reads++ {
			_, err := Read(&failing{bytes.NewReader(archive), reads}, int64(len(archive)), f, Default())
			if err == nil && reads > 0 {
				break
			}
			if !errors.Is(err, errDisk) || len(ArchiveErrors(err)) != 0 {
				t.Fatalf("%s, broken after %d reads: got %v", name, reads, err)
			}
		}
	}
}

func TestMissingLicenseFiles(t *testing.T) {
	wheel, err := read(t, fooWhl, zipOf(t, fooWheel()...))
	if err != nil {
		t.Fatal(err)
	}
	sdist, err := read(t, fooTarGz, tarGzOf(t, fooSdist()...))
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]Contents{"wheel": wheel, "sdist": sdist} {
		if missing := c.MissingLicenseFiles([]string{"LICENSE"}); missing != nil {
			t.Errorf("%s: missing %v", what, missing)
		}
		c.Members = append(c.Members, Member{Path: c.Top() + "/src", Dir: true}, Member{Path: c.Top() + "/licenses/src", Dir: true})
		missing := c.MissingLicenseFiles([]string{"NOTICE", "LICENSE", "src", "NOTICE", "foo/LICENSE"})
		if !slices.Equal(missing, []string{"NOTICE", "src", "foo/LICENSE"}) {
			t.Errorf("%s: missing %v", what, missing)
		}
	}
}

func TestArchiveErrorText(t *testing.T) {
	_, err := read(t, fooWhl, zipOf(t, without(fooWheel(), "foo-1.0.dist-info/RECORD")...))
	if err == nil || err.Error() != "foo-1.0.dist-info/RECORD: the wheel has no such file" {
		t.Errorf("got %v", err)
	}
	if ArchiveErrors(nil) != nil || ArchiveErrors(errDisk) != nil {
		t.Error("an error that is no ArchiveError is taken for one")
	}
}
