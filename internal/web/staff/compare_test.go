package staff

import (
	"strings"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/packaging/inspect"
)

func contents(top string, members ...dist.Member) dist.Contents {
	return dist.Contents{MetadataPath: top + "/METADATA", Members: members}
}

// TestCompareMembers: versions in paths do not count, what runs comes first.
func TestCompareMembers(t *testing.T) {
	before := contents("a-1.0.dist-info", dist.Member{Path: "a/__init__.py", SHA256: "1"}, dist.Member{Path: "a/x.txt", SHA256: "2"}, dist.Member{Path: "a/gone.py", SHA256: "3"},
		dist.Member{Path: "a-1.0.dist-info/METADATA", SHA256: "4"}, dist.Member{Path: "a-1.0.data/scripts/a", SHA256: "5"}, dist.Member{Path: "a", Dir: true})
	after := contents("a-2.0.dist-info", dist.Member{Path: "a/__init__.py", SHA256: "9"}, dist.Member{Path: "a/x.txt", SHA256: "2"}, dist.Member{Path: "evil.pth", SHA256: "6"},
		dist.Member{Path: "a-2.0.dist-info/METADATA", SHA256: "8"}, dist.Member{Path: "a-2.0.data/scripts/a", SHA256: "5", Exec: true})
	c := compareMembers(before, after)
	var got []string
	for _, change := range c.Changes {
		got = append(got, change.Key+" "+change.Op())
	}
	want := "evil.pth added|a/__init__.py changed|a/gone.py removed|*.data/scripts/a changed|*.dist-info/METADATA changed"
	if strings.Join(got, "|") != want || c.Same != 1 {
		t.Errorf("%q, %d equal", got, c.Same)
	}
	sdist := keyOf("a-1.0/src/a.py", "a-1.0")
	if sdist != "src/a.py" || keyOf("a.py", "a-1.0") != "a.py" || keyOf("other/a.py", "") != "other/a.py" {
		t.Error(sdist)
	}
}

// TestTextOf cuts at the end of a character and knows what is no text.
func TestTextOf(t *testing.T) {
	v := sight{Report: inspect.Report{Shown: []inspect.Shown{
		{Path: "whole", Bytes: []byte("grün"), Whole: true},
		{Path: "cut", Bytes: []byte("gr\xc3")},
		{Path: "binary", Bytes: []byte("a\x00b"), Whole: true},
		{Path: "latin", Bytes: []byte("gr\xfcn"), Whole: true},
		{Path: "empty", Whole: true},
	}}}
	for path, want := range map[string]shownText{
		"whole": {Text: "grün"}, "cut": {Text: "gr", Why: "It is longer: this is its beginning."}, "binary": {Why: "It is no text in UTF-8."},
		"latin": {Why: "It is no text in UTF-8."}, "empty": {}, "none": {Why: "Its bytes could not be read."},
	} {
		if got := v.textOf(path); got != want {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

// TestDiffer: the lines of a page are bounded, and nothing in them hides.
func TestDiffer(t *testing.T) {
	d := differ(memberChange{}, shownText{Text: strings.Repeat("a\n", 5)}, shownText{Text: strings.Repeat("b\u202e\n", 5)}, 7)
	lines := 0
	for _, h := range d.Hunks {
		lines += len(h)
	}
	if lines != 7 || !d.Cut || d.Hunks[0][6].Text != "b⟨U+202E⟩" {
		t.Errorf("%+v", d)
	}
	if d = differ(memberChange{}, shownText{Text: "a\n"}, shownText{Text: "b\n"}, 7); d.Cut || len(d.Hunks) != 1 {
		t.Errorf("%+v", d)
	}
}

// TestPrevious chooses the newest version below, and the most alike file of it.
func TestPrevious(t *testing.T) {
	file := func(id int64, version, filename string, kind index.Packagetype) database.FileInPlace {
		return database.FileInPlace{File: index.File{ID: id, Filename: filename, Packagetype: kind}, Version: version}
	}
	all := []database.FileInPlace{
		file(1, "1.9", "a-1.9-py3-none-any.whl", index.Wheel), file(2, "1.10", "a-1.10-cp314-cp314-win_amd64.whl", index.Wheel), file(3, "1.10", "a-1.10-py3-none-any.whl", index.Wheel),
		file(4, "1.10", "a-1.10.tar.gz", index.Sdist), file(5, "2.0", "a-2.0-py3-none-any.whl", index.Wheel), file(6, "3.0", "a-3.0-py3-none-any.whl", index.Wheel),
	}
	for id, want := range map[int]int64{5: 3, 6: 5, 3: 1, 1: 0, 4: 0} {
		got, found := previous(all[id-1], all)
		if got.ID != want || found != (want != 0) {
			t.Errorf("%s is compared with %q", all[id-1].Filename, got.Filename)
		}
	}
}
