package dist

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/zipcorpus.tsv anew from what the reader says")

// zipCase is one archive of the corpus: a correct one, changed by edit.
type zipCase struct {
	name  string // family/what
	class string // see zipCorpus
	why   string
	sdist bool // read as a .zip sdist instead of a wheel
	edit  func(s *zipSpec)
}

// zipCorpus makes the corpus of AV-10 from rules. Its families follow, by
// their descriptions, fastzip/malo's zip and deflate folders, the archives of
// pypi/warehouse's tests, the DIFF cases of astral-sh/rs-async-zip, ZipDiff's
// types A1–C5 and Go's archive/zip/testdata; no bytes of theirs are used. The
// classes are Malo's: what every reader must accept, what readers may see
// differently without harm (iffy), what is made to be read in two ways
// (malicious), and what is broken (reject).
func zipCorpus() []zipCase {
	c := &corpus{}
	acceptedShapes(c)
	acceptedFields(c)
	brokenHeaders(c)
	brokenFlags(c)
	brokenEnds(c)
	brokenLayouts(c)
	brokenZip64(c)
	brokenExtras(c)
	brokenTypes(c)
	oddDeflate(c)
	oddNames(c)
	metNames(c)
	foreignBegins(c)
	slices.SortFunc(c.cases, func(a, b zipCase) int { return strings.Compare(a.name, b.name) })
	return c.cases
}

// sorted returns the keys of a family's table.
func sorted[V any](table map[string]V) []string { return slices.Sorted(maps.Keys(table)) }

type corpus struct{ cases []zipCase }

func (c *corpus) add(class, name, why string, edit func(s *zipSpec)) {
	c.cases = append(c.cases, zipCase{name: name, class: class, why: why, edit: edit})
}

// The members of the corpus' archives that edits change.
const (
	storedFile = "foo/__init__.py"
	packedFile = "foo/data.txt"
	packedText = "some text that is some text again, and once more some text\n"
)

// corpusSpec is the correct archive that edits change.
func corpusSpec(sdist bool) *zipSpec {
	folder, info := "", "foo-1.0.dist-info/"
	if sdist {
		folder, info = "foo-1.0/", "foo-1.0/"
	}
	s := &zipSpec{parts: []*zipPart{
		part(folder+"foo/", "", zipStored),
		part(folder+storedFile, "x = 1\n", zipStored),
		part(folder+packedFile, packedText, zipDeflated),
	}}
	if sdist {
		s.parts = append(s.parts, part(info+"PKG-INFO", "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n", zipDeflated))
		return s
	}
	for _, file := range []entry{
		{"METADATA", "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n"},
		{"WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n"},
		{"RECORD", ""},
	} {
		s.parts = append(s.parts, part(info+file.name, file.content, zipStored))
	}
	return s
}

// build makes the archive and the filename it is read under.
func (c *zipCase) build() (archive []byte, filename string) {
	s := corpusSpec(c.sdist)
	c.edit(s)
	if c.sdist {
		return s.build(), "foo-1.0.zip"
	}
	return s.build(), fooWhl
}

// verdict is what the reader says, in one word or a few.
func (c *zipCase) verdict(t testing.TB) string {
	archive, filename := c.build()
	contents, err := read(t, filename, archive)
	if err != nil {
		return "refuse: " + kinds(err)
	}
	var warned []string
	for _, w := range contents.Warnings {
		warned = append(warned, string(w.Kind))
	}
	return strings.TrimSuffix("accept: "+strings.Join(warned, " "), ": ")
}

// TestZipCorpus holds every verdict against the checked-in table, which says
// why (P23). Whatever the table says, nothing malicious or broken may pass,
// and what every reader accepts is refused only where PyPI refuses it too.
func TestZipCorpus(t *testing.T) {
	const table = "testdata/zipcorpus.tsv"
	got := "name\tclass\tverdict\treason\n"
	count := map[string]int{}
	for _, c := range zipCorpus() {
		verdict := c.verdict(t)
		accepted := strings.HasPrefix(verdict, "accept")
		switch {
		case accepted && (c.class == "malicious" || c.class == "reject"):
			t.Errorf("%s (%s) is accepted", c.name, c.class)
		case !accepted && c.class == "accept" && !strings.Contains(c.why, "PyPI refuses"):
			t.Errorf("%s is refused: %s", c.name, verdict)
		}
		count[c.class]++
		got += fmt.Sprintf("%s\t%s\t%s\t%s\n", c.name, c.class, verdict, c.why)
	}
	if *update {
		if err := os.WriteFile(table, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d archives: %v", len(zipCorpus()), count)
	if len(zipCorpus()) < 350 {
		t.Errorf("the corpus has %d archives, less than 350", len(zipCorpus()))
	}
	compareLines(t, got, string(want))
}

// compareLines tells the lines in which two tables differ.
func compareLines(t *testing.T, got, want string) {
	t.Helper()
	wanted := map[string]bool{}
	for line := range strings.Lines(want) {
		if wanted[line] {
			t.Errorf("twice in the table: %s", line)
		}
		wanted[line] = true
	}
	for line := range strings.Lines(got) {
		if !wanted[line] {
			t.Errorf("not in the table: %s", line)
		}
		delete(wanted, line)
	}
	for line := range wanted {
		t.Errorf("only in the table: %s", line)
	}
}
