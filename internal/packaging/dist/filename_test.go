package dist

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// oracleRow is one line of testdata/filenames.jsonl.
type oracleRow struct {
	Filename string
	OK       bool
	Strict   bool
	Name     string
	Version  string
	Build    string
	Tags     []string
}

func oracleRows(t *testing.T) []oracleRow {
	t.Helper()
	content, err := os.ReadFile("testdata/filenames.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var rows []oracleRow
	for lines := bufio.NewScanner(bytes.NewReader(content)); lines.Scan(); {
		var row oracleRow
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if len(rows) < 900 {
		t.Fatalf("only %d oracle rows", len(rows))
	}
	return rows
}

// TestParseFilenameAgreesWithPackaging: whatever packaging reads is read with
// the same parts, whatever it refuses is refused. Rows marked strict may be
// refused: packaging lets characters pass that no index has in its names.
func TestParseFilenameAgreesWithPackaging(t *testing.T) {
	for _, row := range oracleRows(t) {
		f, err := ParseFilename(row.Filename)
		if row.OK && row.Strict && err != nil {
			continue
		}
		if row.OK != (err == nil) {
			t.Errorf("%q: packaging ok %v, here error %v", row.Filename, row.OK, err)
			continue
		}
		if err != nil {
			continue
		}
		var tags []string
		for _, tag := range f.Tags() {
			tags = append(tags, tag.String())
		}
		slices.Sort(tags)
		if f.Project() != row.Name || f.Version.String() != row.Version ||
			normalBuild(f.Build) != row.Build || !slices.Equal(tags, row.Tags) {
			t.Errorf("%q: got %s %s %q %v, packaging has %s %s %q %v", row.Filename,
				f.Project(), f.Version, f.Build, tags, row.Name, row.Version, row.Build, row.Tags)
		}
	}
}

func TestParseFilenameParts(t *testing.T) {
	f, err := ParseFilename("Foo.Bar-1.0-01b-py2.py3-none-win32.any.whl")
	if err != nil {
		t.Fatal(err)
	}
	if f.Kind != Wheel || f.Name != "Foo.Bar" || f.VersionText != "1.0" || f.Build != "01b" || f.Ext != ".whl" ||
		!slices.Equal(f.Python, []string{"py2", "py3"}) || !slices.Equal(f.ABI, []string{"none"}) ||
		!slices.Equal(f.Platform, []string{"win32", "any"}) {
		t.Errorf("got %+v", f)
	}
	if !slices.Equal(f.Platforms(), []string{"any", "win32"}) || f.SortedTags() {
		t.Errorf("platforms %v, sorted %v", f.Platforms(), f.SortedTags())
	}
	f, err = ParseFilename("foo-bar-1.0.zip")
	if err != nil || f.Kind != Sdist || f.Name != "foo-bar" || f.Ext != ".zip" || len(f.Tags()) != 0 {
		t.Errorf("got %+v, %v", f, err)
	}
}

// TestParseFilenameRefuses states why each name is refused: the reason is what
// the uploader reads.
func TestParseFilenameRefuses(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat("py3.", 65), ".")
	for name, reason := range map[string]string{
		"":                                      "ends in .whl, .tar.gz or .zip",
		"foo-1.0.exe":                           "ends in .whl, .tar.gz or .zip",
		"foo-1.0.tar.bz2":                       "ends in .whl, .tar.gz or .zip",
		"foo/bar-1.0.tar.gz":                    "'/' cannot stand in a filename",
		"foo-1.0\n.tar.gz":                      "'\\n' cannot stand in a filename",
		"fo\x00o-1.0-py3-none-any.whl":          "'\\x00' cannot stand",
		"foo-1.0-none-any.whl":                  "4 parts",
		"foo-1.0-1-2-py3-none-any.whl":          "7 parts",
		"foo__bar-1.0-py3-none-any.whl":         "not a valid project name in a wheel",
		"_foo-1.0-py3-none-any.whl":             "not a valid project name in a wheel",
		"foo-1.x-py3-none-any.whl":              `"1.x" is not a valid version`,
		"foo-1.0-b1-py3-none-any.whl":           `build tag "b1" does not start with a digit`,
		"foo-1.0--py3-none-any.whl":             `build tag "" does not start with a digit`,
		"foo-1.0-3-none-any.whl":                `"3" is not a python tag`,
		"foo-1.0-py3-no+ne-any.whl":             `"no+ne" is not an abi tag`,
		"foo-1.0-py3-none-any..win32.whl":       `"" is not a platform tag`,
		"foo-1.0-" + many + "-none-any.whl":     "longer than 255 bytes",
		"f-1-" + many[:4*60] + "-a.b-c.d.whl":   "longer than 255 bytes",
		"f-1-" + many[:4*20-1] + "-a.b-c.d.whl": "expand to 80 combinations, more than 64",
		"foo1.0.tar.gz":                         "no dash",
		".foo-1.0.tar.gz":                       `".foo" is not a valid project name`,
	} {
		_, err := ParseFilename(name)
		problem, ok := errors.AsType[*FilenameError](err)
		if !ok || problem.Filename != name || !strings.Contains(problem.Reason, reason) {
			t.Errorf("%q: got %v, want %q", name, err, reason)
		}
	}
	if _, err := ParseWheelFilename("foo-1.0.tar.gz"); err == nil {
		t.Error("a .tar.gz passed as a wheel")
	}
	if _, err := ParseSdistFilename("foo-1.0-py3-none-any.whl"); err == nil {
		t.Error("a wheel passed as an sdist")
	}
}

// TestFilenameLimits: the greatest length and the greatest number of tags
// (PT-3) are still accepted.
func TestFilenameLimits(t *testing.T) {
	longest := strings.Repeat("a", MaxFilename-len("-1.0.tar.gz")) + "-1.0.tar.gz"
	if _, err := ParseFilename(longest); err != nil {
		t.Error(err)
	}
	if _, err := ParseFilename("a" + longest); err == nil {
		t.Errorf("%d bytes pass", len(longest)+1)
	}
	eight := "p1.p2.p3.p4.p5.p6.p7.p8"
	f, err := ParseFilename("foo-1.0-" + eight + "-" + eight + "-any.whl")
	if err != nil || len(f.Tags()) != MaxTags {
		t.Errorf("%d tags, %v", len(f.Tags()), err)
	}
	if first, last := f.Tags()[0].String(), f.Tags()[63].String(); first != "p1-p1-any" || last != "p8-p8-any" {
		t.Errorf("from %s to %s", first, last)
	}
	if _, err := ParseFilename("foo-1.0-" + eight + "-" + eight + ".p9-any.whl"); err == nil {
		t.Error("72 tags pass")
	}
}

// TestParseSdistFilenameOf: the project decides where the version begins.
func TestParseSdistFilenameOf(t *testing.T) {
	for _, c := range []struct{ name, project, version string }{
		{"foo-1.0-1.tar.gz", "foo", "1.0.post1"},
		{"foo-1.0-1.tar.gz", "Foo.1_0", "1"},
		{"Foo_Bar-1.0.tar.gz", "foo-bar", "1.0"},
		{"foo-bar-1.0.zip", "foo.bar", "1.0"},
	} {
		f, err := ParseSdistFilenameOf(c.name, c.project)
		if err != nil || f.Version.String() != c.version || !f.BelongsTo(c.project) {
			t.Errorf("%s of %s: got %+v, %v", c.name, c.project, f, err)
		}
	}
	for _, c := range [][2]string{{"foo-1.0.tar.gz", "bar"}, {"foo-bar-1.0.tar.gz", "foo"}, {"foo-1.0.whl", "foo"}, {"fo o-1.tar.gz", "fo o"}} {
		if f, err := ParseSdistFilenameOf(c[0], c[1]); err == nil {
			t.Errorf("%s of %s: got %+v", c[0], c[1], f)
		}
	}
}

func TestKindString(t *testing.T) {
	if Sdist.String() != "sdist" || Wheel.String() != "wheel" || Kind(0).String() != "unknown" {
		t.Errorf("got %s, %s, %s", Sdist, Wheel, Kind(0))
	}
}

// FuzzParseFilename: no panic; what parses has an identity that another
// spelling of it keeps, and is safe to write into a path or a log.
func FuzzParseFilename(f *testing.F) {
	for _, seed := range []string{
		"foo-1.0-py3-none-any.whl", "Foo.Bar-1.0+u_1-01b-py2.py3-none-win32.any.whl", "foo-1.0-1.tar.gz", "a-1!0.zip",
		strings.Repeat("a", 2000) + "-1.tar.gz", strings.Repeat("\xff", 2000), "a-" + strings.Repeat("!", 500) + ".zip",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		file, err := ParseFilename(s)
		if err != nil {
			if file.Raw != "" || err.Error() == "" || len(err.Error()) > 1500 {
				t.Fatalf("%q: %+v with error %v", s, file, err)
			}
			return
		}
		if file.Raw != s || strings.ContainsAny(s, "/\\ \n\x00") {
			t.Fatalf("%q parsed", s)
		}
		other, err := ParseFilename(respell(file))
		if err != nil || other.Identity() != file.Identity() {
			t.Fatalf("%q and %q: identities %q and %q (%v)", s, respell(file), file.Identity(), other.Identity(), err)
		}
		if n := len(file.Tags()); n > MaxTags || (file.Kind == Wheel) != (n > 0) {
			t.Fatalf("%q: %d tags", s, n)
		}
	})
}

// respell writes a filename in its normal form, with the tags turned around.
func respell(f Filename) string {
	if f.Kind == Sdist {
		return strings.TrimSuffix(SdistFilename(f.Name, f.Version), extTarGz) + f.Ext
	}
	reversed := func(set []string) string {
		set = slices.Clone(set)
		slices.Reverse(set)
		return strings.ToLower(strings.Join(set, "."))
	}
	parts := []string{strings.ReplaceAll(f.Project(), "-", "_"), f.Version.String()}
	if f.Build != "" {
		parts = append(parts, normalBuild(f.Build))
	}
	return strings.Join(append(parts, reversed(f.Python), reversed(f.ABI), reversed(f.Platform)), "-") + f.Ext
}

func BenchmarkParseFilename(b *testing.B) {
	const name = "cryptography-42.0.5-cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseFilename(name); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIdentity(b *testing.B) {
	f, err := ParseFilename("cryptography-42.0.5-cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		f.Identity()
	}
}
