package dist_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/dist"
)

// buildWheel builds a wheel from pairs of path and content.
func buildWheel(t *testing.T, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		content := members[i+1]
		member, err := w.CreateRaw(&zip.FileHeader{
			Name: members[i], CRC32: crc32.ChecksumIEEE([]byte(content)),
			CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content)),
		})
		if err == nil {
			_, err = io.WriteString(member, content)
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

// TestStory is what an upload asks of these packages, in its order: the
// filename, the archive, its metadata, licence files, RECORD and entry points.
func TestStory(t *testing.T) {
	const info = "friendly_bard-1.0.dist-info/"
	archive := buildWheel(
		t,
		"friendly_bard/__init__.py", "",
		"friendly_bard/extra.py", "",
		info+"METADATA", "Metadata-Version: 2.4\nName: Friendly.Bard\nVersion: 1.0.0\nLicense-File: LICENSE\nLicense-File: AUTHORS\n",
		info+"WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n",
		info+"entry_points.txt", "[console_scripts]\n../bard = friendly_bard:main\n",
		info+"licenses/LICENSE", "free",
		info+"RECORD", "friendly_bard/__init__.py,,\nfriendly_bard/gone.py,,\n"+info+"METADATA,,\n"+
			info+"WHEEL,,\n"+info+"entry_points.txt,,\n"+info+"licenses/LICENSE,,\n"+info+"RECORD,,\n",
	)

	f, err := dist.ParseFilename("friendly_bard-1.0-py3-none-any.whl")
	if err != nil || !f.WheelNameNormalized() || !dist.PyPI.Permits(f.Platform[0]) {
		t.Fatalf("got %+v, %v", f, err)
	}
	c, err := dist.Read(bytes.NewReader(archive), int64(len(archive)), f, dist.Default())
	if err != nil {
		t.Fatal(err)
	}
	m, err := coremeta.Parse(c.Metadata)
	if err != nil || !f.BelongsTo(m.Name) || m.Validate(coremeta.Options{FromFile: true}) != nil {
		t.Fatalf("got %+v, %v", m, err)
	}
	if missing := c.MissingLicenseFiles(m.LicenseFiles); !slices.Equal(missing, []string{"AUTHORS"}) {
		t.Errorf("missing licence files: %v", missing)
	}
	record, err := dist.ParseRecord(c.Record)
	if err != nil {
		t.Fatal(err)
	}
	d := dist.CompareRecord(record, c.Members)
	if !slices.Equal(d.NotInRecord, []string{"friendly_bard/extra.py"}) || !slices.Equal(d.NotInArchive, []string{"friendly_bard/gone.py"}) {
		t.Errorf("RECORD: %+v", d)
	}
	if err := dist.ValidateEntryPoints(c.EntryPoints); err == nil || !strings.Contains(err.Error(), `line 2: "../bard" is not the name of a script`) {
		t.Errorf("entry points: %v", err)
	}
}

// ExampleFilename_Identity shows spellings that are one file to the registry.
func ExampleFilename_Identity() {
	for _, name := range []string{
		"Friendly.Bard-1.0-py3.py2-none-any.whl",
		"friendly_bard-1.0.0-py2.py3-none-any.whl",
		"friendly_bard-1.0-1-py2.py3-none-any.whl",
		"friendly-bard-1.0.tar.gz",
	} {
		f, err := dist.ParseFilename(name)
		if err != nil {
			fmt.Println(err)
		}
		fmt.Println(f.Identity())
	}
	// Output:
	// friendly-bard/1//py2.py3-none-any/whl
	// friendly-bard/1//py2.py3-none-any/whl
	// friendly-bard/1/1/py2.py3-none-any/whl
	// friendly-bard/1///tar.gz
}

// ExampleParseTagRules shows a site's own additions and removals.
func ExampleParseTagRules() {
	site, err := dist.ParseTagRules("freebsd_#_amd64\n-win_ia64")
	if err != nil {
		fmt.Println(err)
	}
	rules := dist.PyPI.Rules().With(site)
	fmt.Println(rules.Permits("freebsd_14_amd64"), rules.Permits("win_ia64"), rules.Permits("win_amd64"))
	// Output: true false true
}
