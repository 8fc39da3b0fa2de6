package dist

import (
	"slices"
	"strings"
	"testing"

	"strongroom/internal/packaging/pep440"
)

// TestIdentity: spellings of one file share an identity, different files do
// not (SD-9, PT-3).
func TestIdentity(t *testing.T) {
	groups := map[string][]string{
		"foo/1///tar.gz":           {"foo-1.0.tar.gz", "Foo-1.tar.gz", "foo-1.0.0.tar.gz", "FOO-v01.0.tar.gz"},
		"foo/1///zip":              {"foo-1.0.zip"},
		"foo/1.1///tar.gz":         {"foo-1.1.tar.gz"},
		"foo/1.post1///tar.gz":     {"foo-1.0.post1.tar.gz"},
		"foo-bar/1.1rc1///tar.gz":  {"foo-bar-1.1RC1.tar.gz", "foo_bar-1.1c1.tar.gz", "foo..bar-1.1.rc1.tar.gz"},
		"foo/1//py3-none-any/whl":  {"foo-1.0-py3-none-any.whl", "Foo-1-PY3-none-any.whl", "foo-1-py3.py3-none-any.any.whl"},
		"foo/1/1/py3-none-any/whl": {"foo-1.0-1-py3-none-any.whl", "foo-1.0-001-py3-none-any.whl"},
		"foo/1/1a/py3-none-any/whl": {
			"foo-1.0-1a-py3-none-any.whl", "foo-1.0-01A-py3-none-any.whl",
		},
		"foo/1/0/py3-none-any/whl":      {"foo-1.0-0-py3-none-any.whl", "foo-1.0-00-py3-none-any.whl"},
		"foo/1//py2.py3-none-any/whl":   {"foo-1.0-py2.py3-none-any.whl", "foo-1.0-py3.py2-none-any.whl"},
		"foo/1+u.1//py3-none-any/whl":   {"foo-1.0+u.1-py3-none-any.whl", "foo-1.0+U_01-py3-none-any.whl"},
		"foo/1//py3-abi3.none-any/whl":  {"foo-1.0-py3-none.abi3-any.whl"},
		"foo/1//py3-none-any.win32/whl": {"foo-1.0-py3-none-win32.any.whl"},
	}
	seen := map[string]string{}
	for want, names := range groups {
		for _, name := range names {
			f, err := ParseFilename(name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if got := f.Identity(); got != want {
				t.Errorf("%s: identity %q, want %q", name, got, want)
			}
			if other, twice := seen[name]; twice {
				t.Errorf("%s stands under %s and %s", name, other, want)
			}
			seen[name] = want
		}
	}
}

// TestIdentityAgreesWithPackaging: two filenames have one identity if and only
// if packaging reads the same project, version, build, tags and extension from
// both (SD-9).
func TestIdentityAgreesWithPackaging(t *testing.T) {
	byOracle, byIdentity := map[string]string{}, map[string]string{}
	for _, row := range oracleRows(t) {
		f, err := ParseFilename(row.Filename)
		if err != nil {
			continue
		}
		version, err := pep440.Parse(row.Version)
		if err != nil {
			t.Fatal(err)
		}
		oracle := strings.Join([]string{row.Name, version.Canonical(), row.Build, strings.Join(row.Tags, ","), f.Ext}, " ")
		identity := f.Identity()
		if other, known := byOracle[oracle]; known && other != identity {
			t.Errorf("%s: identity %q; another spelling has %q", row.Filename, identity, other)
		}
		if other, known := byIdentity[identity]; known && other != oracle {
			t.Errorf("%s: identity %q stands for %q and %q", row.Filename, identity, oracle, other)
		}
		byOracle[oracle], byIdentity[identity] = identity, oracle
	}
	if len(byIdentity) < 150 {
		t.Errorf("only %d identities", len(byIdentity))
	}
}

// TestIdentityDoesNotChangeTheFilename: sorting works on copies.
func TestIdentityDoesNotChangeTheFilename(t *testing.T) {
	f, err := ParseFilename("foo-1-py3.py2-none-win32.any.whl")
	if err != nil {
		t.Fatal(err)
	}
	f.Identity()
	f.Tags()
	if !slices.Equal(f.Python, []string{"py3", "py2"}) || !slices.Equal(f.Platform, []string{"win32", "any"}) {
		t.Errorf("got %v, %v", f.Python, f.Platform)
	}
}

// TestSdistFilename is W-01: the one name PyPI accepts.
func TestSdistFilename(t *testing.T) {
	for _, c := range [][3]string{
		{"Foo.Bar--baz", "1.0-1", "foo_bar_baz-1.0.post1.tar.gz"},
		{"foo", "01.0.0RC1", "foo-1.0.0rc1.tar.gz"},
		{"foo", "1!2+Local_1", "foo-1!2+local.1.tar.gz"},
	} {
		version, err := pep440.Parse(c[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := SdistFilename(c[0], version); got != c[2] {
			t.Errorf("SdistFilename(%s, %s) = %s, want %s", c[0], c[1], got, c[2])
		}
		if f, err := ParseFilename(c[2]); err != nil || !f.WheelNameNormalized() || !f.VersionNormalized() {
			t.Errorf("%s is not normal: %+v, %v", c[2], f, err)
		}
	}
}

// TestNormalized are the facts of row 33 (W-13).
func TestNormalized(t *testing.T) {
	for name, want := range map[string][3]bool{ // name normal, version normal, tags sorted
		"foo_bar-1.0-py3-none-any.whl":     {true, true, true},
		"Foo_bar-1.0-py3-none-any.whl":     {false, true, true},
		"foo.bar-1.0-py3-none-any.whl":     {false, true, true},
		"foo_bar-1.0.RC1-py3-none-any.whl": {true, false, true},
		"foo_bar-1.0-py3.py2-none-any.whl": {true, true, false},
		"foo_bar-1.0-py3.py3-none-any.whl": {true, true, false},
	} {
		f, err := ParseFilename(name)
		if err != nil {
			t.Fatal(err)
		}
		got := [3]bool{f.WheelNameNormalized(), f.VersionNormalized(), f.SortedTags()}
		if got != want || !f.BelongsTo("Foo.Bar") || f.BelongsTo("foobar") {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
