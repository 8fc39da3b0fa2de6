package dist

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"
)

// entry is one member of an archive a test builds. A name that ends in "/" is
// a folder.
type entry struct{ name, content string }

// fooWheel are the members of a correct wheel of foo 1.0.
func fooWheel() []entry {
	return []entry{
		{"foo/", ""},
		{"foo/__init__.py", "x = 1\n"},
		{"foo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n"},
		{"foo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n"},
		{"foo-1.0.dist-info/entry_points.txt", "[console_scripts]\nfoo = foo:main\n"},
		{"foo-1.0.dist-info/licenses/LICENSE", "free\n"},
		{"foo-1.0.dist-info/RECORD", "foo/__init__.py,,\n"},
	}
}

// fooSdist are the members of a correct sdist of foo 1.0.
func fooSdist() []entry {
	return []entry{
		{"foo-1.0/", ""},
		{"foo-1.0/PKG-INFO", "Metadata-Version: 2.2\nName: foo\nVersion: 1.0\n"},
		{"foo-1.0/foo.egg-info/PKG-INFO", "not this one\n"},
		{"foo-1.0/LICENSE", "free\n"},
		{"foo-1.0/src/foo.py", "x = 1\n"},
	}
}

// without returns the entries that do not have this name.
func without(entries []entry, name string) []entry {
	return slices.DeleteFunc(entries, func(e entry) bool { return e.name == name })
}

// tarOf builds a tar.
func tarOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Size: int64(len(e.content)), Mode: 0o644, Typeflag: tar.TypeReg}
		if strings.HasSuffix(e.name, "/") {
			header.Typeflag = tar.TypeDir
		}
		err := w.WriteHeader(header)
		if err == nil {
			_, err = io.WriteString(w, e.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gzipOf compresses b.
func gzipOf(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tarGzOf builds a .tar.gz.
func tarGzOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	return gzipOf(t, tarOf(t, entries...))
}

// sha256Hex is a hash as [Member] has it.
func sha256Hex(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// read reads an archive under a filename with the default limits.
func read(t testing.TB, filename string, archive []byte) (Contents, error) {
	t.Helper()
	return readWithin(t, filename, archive, DefaultLimits())
}

func readWithin(t testing.TB, filename string, archive []byte, lim Limits) (Contents, error) {
	t.Helper()
	f, err := ParseFilename(filename)
	if err != nil {
		t.Fatal(err)
	}
	return Read(bytes.NewReader(archive), int64(len(archive)), f, Options{Limits: lim})
}

// kinds returns the kinds of an error's problems, joined.
func kinds(err error) string {
	var all []string
	for _, problem := range ArchiveErrors(err) {
		all = append(all, string(problem.Kind))
	}
	return strings.Join(all, " ")
}
