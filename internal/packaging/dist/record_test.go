package dist

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseRecord(t *testing.T) {
	got, err := ParseRecord([]byte("foo/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n" +
		"\"foo/a,b \"\"c\"\".py\",md5=00,12\n\nfoo\\win.py,,\nfoo-1.0.dist-info/RECORD,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []RecordEntry{
		{"foo/__init__.py", "sha256", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", 0},
		{`foo/a,b "c".py`, "md5", "00", 12},
		{"foo/win.py", "", "", -1},
		{"foo-1.0.dist-info/RECORD", "", "", -1},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if got, err := ParseRecord(nil); got != nil || err != nil {
		t.Errorf("an empty RECORD: %v, %v", got, err)
	}
}

func TestParseRecordErrors(t *testing.T) {
	for text, want := range map[string]string{
		"a,,\nb,,,\n":               "RECORD is not a table of path, hash and size: record on line 2: wrong number of fields",
		"a\n":                       "line 1: wrong number of fields",
		"a,\"b,\n":                  "RECORD is not a table",
		",,\n":                      "RECORD, line 1: the path is empty",
		"a,,\n\nb,sha256,\n":        `RECORD, line 3: the hash "sha256" is not of the form algorithm=digest`,
		"b,=x,\n":                   `the hash "=x" is not of the form`,
		"b,sha256=,\n":              `the hash "sha256=" is not of the form`,
		"a,,-1\n":                   `RECORD, line 1: the size "-1" is not a number of bytes`,
		"a,,1.0\n":                  `the size "1.0" is not a number of bytes`,
		"a,,99999999999999999999\n": "is not a number of bytes",
	} {
		if _, err := ParseRecord([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// TestCompareRecord is A-11 and AV-15: the same files in both, with folders
// and signatures left out.
func TestCompareRecord(t *testing.T) {
	record := func(paths ...string) (entries []RecordEntry) {
		for _, path := range paths {
			entries = append(entries, RecordEntry{Path: path, Algorithm: "sha512", Digest: "x", Size: -1})
		}
		return entries
	}
	members := []Member{
		{Path: "foo", Dir: true},
		{Path: "foo/a.py"},
		{Path: "foo/b.py"},
		{Path: "foo-1.dist-info/RECORD"},
		{Path: "foo-1.dist-info/RECORD.jws"},
		{Path: "foo-1.dist-info/RECORD.p7s"},
	}
	whole := []string{"foo/a.py", "foo/b.py", "foo-1.dist-info/RECORD"}
	for _, c := range []struct {
		record                              []RecordEntry
		notInRecord, notInArchive, repeated []string
	}{
		{record: record(whole...)},
		{record: record(append(whole, "foo/", "foo", "bar/", "foo-1.dist-info/RECORD.jws")...)},
		{record: record(whole[1:]...), notInRecord: []string{"foo/a.py"}},
		{record: record(append(whole, "foo/z.py", "foo/c.py")...), notInArchive: []string{"foo/c.py", "foo/z.py"}},
		{record: record(append(whole, "foo/a.py", "foo/a.py")...), repeated: []string{"foo/a.py"}},
		{record: nil, notInRecord: []string{"foo-1.dist-info/RECORD", "foo/a.py", "foo/b.py"}},
		{record: record(append(whole, "x/RECORD.jws", "a/foo-1.dist-info/RECORD.jws")...), notInArchive: []string{"a/foo-1.dist-info/RECORD.jws", "x/RECORD.jws"}},
		{record: record("foo/A.py", "foo/b.py", "foo-1.dist-info/RECORD"), notInRecord: []string{"foo/a.py"}, notInArchive: []string{"foo/A.py"}},
	} {
		d := CompareRecord(c.record, members)
		if !slices.Equal(d.NotInRecord, c.notInRecord) || !slices.Equal(d.NotInArchive, c.notInArchive) || !slices.Equal(d.Repeated, c.repeated) {
			t.Errorf("%v: got %+v", c.record, d)
		}
		if d.Empty() != (c.notInRecord == nil && c.notInArchive == nil && c.repeated == nil) {
			t.Errorf("%v: empty %v", c.record, d.Empty())
		}
	}
}

// TestCompareRecordContents is AV-15: sizes and hashes. Whether a difference
// is a reason to refuse is not decided here.
func TestCompareRecordContents(t *testing.T) {
	const ours = "RWxXVGQJPXKr2M0rxPYVTnO8BU7Ix4Lzh4e5ewSfu4g"
	sum, err := base64.RawURLEncoding.DecodeString(ours)
	if err != nil {
		t.Fatal(err)
	}
	hexed := hex.EncodeToString(sum)
	for line, want := range map[string]RecordDifferences{
		"a.py,sha256=" + ours + ",3":                   {},
		"a.py,sha256=" + ours + "=,":                   {},
		"a.py,sha512=zzz,3":                            {},
		"a.py,blake2b=zzz,3":                           {},
		"a.py,sha256=" + ours + ",4":                   {WrongSize: []string{"a.py"}},
		"a.py,sha256=" + ours[1:] + "A,3":              {WrongHash: []string{"a.py"}},
		"a.py,sha256=" + ours[:42] + "h,3":             {WrongHash: []string{"a.py"}}, // the same bytes, spelled otherwise
		"a.py,sha256=" + ours[:40] + ",3":              {WrongHash: []string{"a.py"}},
		"a.py,sha256=" + hexed + ",3":                  {HexHash: []string{"a.py"}},
		"a.py,sha256=" + strings.ToUpper(hexed) + ",4": {HexHash: []string{"a.py"}, WrongSize: []string{"a.py"}},
		"a.py,sha256=0" + hexed[1:] + ",3":             {WrongHash: []string{"a.py"}},
		"a.py,sha256=no base64!,3":                     {WrongHash: []string{"a.py"}},
		"a.py,sha256=no base64!,2":                     {WrongHash: []string{"a.py"}, WrongSize: []string{"a.py"}},
		"a.py,,3":                                      {NoHash: []string{"a.py"}},
		"a.py,md5=" + ours + ",3":                      {WeakHash: []string{"a.py"}},
		"a.py,sha1=x,3":                                {WeakHash: []string{"a.py"}},
		"a.py,SHA256=" + ours + ",3":                   {WeakHash: []string{"a.py"}},
		"a.py,md5=x,3\na.py,md5=x,3":                   {WeakHash: []string{"a.py"}, Repeated: []string{"a.py"}},
		"b.py,md5=x,9\na.py,sha512=zzz,3":              {NotInArchive: []string{"b.py"}},
		"a.py,sha512=x,3\ndir,,\nfolder/,,":            {NotInArchive: []string{}},
	} {
		entries, err := ParseRecord([]byte(line + "\nfoo-1.dist-info/RECORD,,\n"))
		if err != nil {
			t.Fatal(err)
		}
		d := CompareRecord(entries, []Member{
			{Path: "a.py", Size: 3, SHA256: hex.EncodeToString(sum)},
			{Path: "foo-1.dist-info/RECORD", Size: 99, SHA256: hex.EncodeToString(sum)},
			{Path: "dir", Dir: true},
		})
		if fmt.Sprint(d) != fmt.Sprint(want) || d.Empty() != (fmt.Sprint(want) == fmt.Sprint(RecordDifferences{HexHash: want.HexHash})) {
			t.Errorf("%s: got %+v, want %+v", line, d, want)
		}
	}
	unknown := CompareRecord([]RecordEntry{{Path: "a.py", Algorithm: "sha256", Digest: "x", Size: -1}}, []Member{{Path: "a.py"}})
	if !unknown.Empty() {
		t.Errorf("a member whose hash is not known: %+v", unknown)
	}
}

// FuzzRecord: no panic, and every accepted line has a path and a size.
func FuzzRecord(f *testing.F) {
	f.Add([]byte("foo/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n\"a,b\",md5=00,12\nfoo-1.0.dist-info/RECORD,,\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := ParseRecord(text)
		if err != nil && entries != nil {
			t.Fatalf("%q: entries beside error %v", text, err)
		}
		var members []Member
		for _, e := range entries {
			if e.Path == "" || strings.Contains(e.Path, `\`) || e.Size < -1 || (e.Algorithm == "") != (e.Digest == "") {
				t.Fatalf("%q: %+v", text, e)
			}
			members = append(members, Member{Path: e.Path})
		}
		if d := CompareRecord(entries, members); d.NotInArchive != nil {
			t.Fatalf("%q: %+v", text, d)
		}
	})
}
