package data

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestNamesAreNormalisedAndUnique(t *testing.T) {
	normal := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for i := range 10_000 {
		name := Name(i)
		if !normal.MatchString(name) {
			t.Errorf("%q is not normalised", name)
		}
		if seen[name] {
			t.Fatalf("%q twice", name)
		}
		seen[name] = true
	}
}

func TestWheelIsTheSameEveryTime(t *testing.T) {
	w := Main().Projects[3].Wheel(7)
	if !bytes.Equal(w.Bytes(), w.Bytes()) {
		t.Error("two generations differ")
	}
	if n := len(w.Bytes()); n < 18_000 || n > 22_000 {
		t.Errorf("%d bytes, want about 20 kB", n)
	}
	if bytes.Equal(w.Bytes(), Main().Projects[4].Wheel(7).Bytes()) {
		t.Error("two projects share their bytes")
	}
}

// TestWheelRecord reads the wheel as an index does: no data descriptors, and
// RECORD tells the truth about every member.
func TestWheelRecord(t *testing.T) {
	w := Wheel{"two-words", "1.2.3", 5000}
	b := w.Bytes()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	content := map[string][]byte{}
	for _, m := range z.File {
		if m.Flags&8 != 0 {
			t.Errorf("%s has a data descriptor", m.Name)
		}
		content[m.Name] = read(t, m)
	}
	lines, err := csv.NewReader(bytes.NewReader(content["two_words-1.2.3.dist-info/RECORD"])).ReadAll()
	if err != nil || len(lines) != len(content) {
		t.Fatalf("%d lines for %d members, %v", len(lines), len(content), err)
	}
	for _, line := range lines {
		sum := sha256.Sum256(content[line[0]])
		want := []string{"sha256=" + base64.RawURLEncoding.EncodeToString(sum[:]), fmt.Sprint(len(content[line[0]]))}
		if line[0] != "two_words-1.2.3.dist-info/RECORD" && (line[1] != want[0] || line[2] != want[1]) {
			t.Errorf("%v, want %v", line, want)
		}
	}
	if !bytes.Contains(content["two_words-1.2.3.dist-info/METADATA"], []byte("Name: two-words\nVersion: 1.2.3\n")) {
		t.Error("METADATA lacks its name and version")
	}
	if w.Filename() != "two_words-1.2.3-py3-none-any.whl" {
		t.Errorf("filename %s", w.Filename())
	}
}

func read(t *testing.T, m *zip.File) []byte {
	t.Helper()
	r, err := m.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFormIsAnUpload(t *testing.T) {
	w := Wheel{"two-words", "1.2.3", 100}
	_, params, err := mime.ParseMediaType(ContentType)
	if err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(bytes.NewReader(w.Form()), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{":action": "file_upload", "name": "two-words", "version": "1.2.3", "filetype": "bdist_wheel", "requires_python": ">=3.8"} {
		if got := form.Value[key]; len(got) != 1 || got[0] != want {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
	if len(form.Value["requires_dist"]) != 2 || len(form.Value["sha256_digest"][0]) != 64 {
		t.Errorf("form %v", form.Value)
	}
	if got := form.File["content"][0]; got.Filename != w.Filename() || got.Size != int64(len(w.Bytes())) {
		t.Errorf("file %s of %d bytes", got.Filename, got.Size)
	}
}

func TestSets(t *testing.T) {
	names := map[string]bool{}
	for _, w := range Main().Wheels() {
		names[w.Project] = true
	}
	if n := len(Main().Wheels()); n != 5001 || len(names) != 2202 {
		t.Errorf("%d files in %d projects", n, len(names))
	}
	if n := len(Growth(true).Wheels()); n != 11_000 || len(Growth(false).Wheels()) != 1000 {
		t.Errorf("%d wheels to grow", n)
	}
	if w := Growth(true).Projects[1].Wheel(9999); w.Version != "1.99.99" {
		t.Errorf("last version %s", w.Version)
	}
}

func TestFolderIsMadeOnce(t *testing.T) {
	cache := t.TempDir()
	set := Set{"set", []Project{{"one", 3}}, []Wheel{{"extra", "1.0", 10}}}
	dir, err := set.Folder(cache)
	if err != nil {
		t.Fatal(err)
	}
	wheels, err := filepath.Glob(dir + "/*.whl")
	if err != nil || len(wheels) != 4 {
		t.Fatalf("%d wheels, %v", len(wheels), err)
	}
	if err := os.Remove(wheels[0]); err != nil {
		t.Fatal(err)
	}
	again, err := set.Folder(cache)
	if err != nil || again != dir {
		t.Fatalf("%s, %v", again, err)
	}
	if left, _ := filepath.Glob(dir + "/*.whl"); len(left) != 3 {
		t.Errorf("a complete folder was made again")
	}
}
