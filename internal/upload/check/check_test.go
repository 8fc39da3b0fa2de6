package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/blob"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/packaging/pep440"
)

// now is when the uploads of these tests arrive.
func now() time.Time { return time.Date(2026, 5, 15, 12, 0, 0, 0, time.UTC) }

// policy is the public profile's.
func policy() Policy {
	return Policy{Tags: dist.PyPI, FileLimit: 100 << 20, ProjectLimit: 10 << 30, ReleaseMaxAge: 14 * 24 * time.Hour, RefuseLookAlike: true, ProjectsPerHour: 20}
}

// member is a file in an archive.
func member(path string) dist.Member { return dist.Member{Path: path, Size: 3} }

// wheel is an upload of demo 1.0 that every check lets pass: the second file of a release from yesterday.
func wheel() *Upload {
	const info = "demo-1.0.dist-info/"
	u := &Upload{
		Policy: policy(), Now: now(), Filename: "demo-1.0-py3-none-any.whl", ContentType: "application/octet-stream", HasFile: true,
		Fields: map[string][]string{
			":action": {"file_upload"}, "protocol_version": {"1"}, "filetype": {"bdist_wheel"}, "pyversion": {"py3"}, "sha256_digest": {strings.Repeat("ab", 32)},
		},
		Digests: blob.Digests{SHA256: strings.Repeat("ab", 32), BLAKE2b256: strings.Repeat("cd", 32), MD5: strings.Repeat("ef", 16), Size: 1000},
		Facts: Facts{
			Exists: true, NameKnown: true, NameRow: index.Name{Name: "demo", State: index.NameActive, HadFiles: true}, Project: index.Project{Name: "demo"},
			ReleaseExists: true, Release: index.Release{Version: "1.0", Canonical: "1", CreatedAt: now().Add(-24 * time.Hour)}, Burned: true,
		},
		Archive: dist.Contents{
			Metadata: []byte("Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n"), MetadataPath: info + "METADATA", HasWheelFile: true, HasRecord: true,
			Wheel:   []byte("Wheel-Version: 1.0\nTag: py3-none-any\n"),
			Members: []dist.Member{member("demo.py"), member(info + "METADATA"), member(info + "RECORD")},
			Record:  []byte("demo.py,sha256=x,3\n" + info + "METADATA,sha256=x,3\n" + info + "RECORD,,\n"),
		},
	}
	describe(u, "demo", "1.0")
	return u
}

// sdist is the same of a source distribution.
func sdist() *Upload {
	u := wheel()
	u.Filename, u.Fields["filetype"], u.Fields["pyversion"] = "demo-1.0.tar.gz", []string{"sdist"}, []string{"source"}
	u.Archive = dist.Contents{Metadata: u.Archive.Metadata, MetadataPath: "demo-1.0/PKG-INFO", Members: []dist.Member{member("demo-1.0/PKG-INFO")}}
	parse(u)
	return u
}

// describe gives the form and the file the same name and version.
func describe(u *Upload, name, version string) {
	m := coremeta.Metadata{MetadataVersion: "2.2", Name: name, Version: version}
	u.Form, u.File, u.NameText, u.Name = m, m, name, packaging.NormalizeName(name)
	u.Version, _ = pep440.Parse(version)
	parse(u)
}

// rename gives the upload another filename.
func rename(u *Upload, filename string) {
	u.Filename = filename
	parse(u)
}

func parse(u *Upload) {
	if strings.HasSuffix(u.Filename, ".whl") {
		u.Dist, u.ParseErr = dist.ParseWheelFilename(u.Filename)
	} else {
		u.Dist, u.ParseErr = dist.ParseSdistFilenameOf(u.Filename, u.Name)
	}
}

// fresh makes the upload the first of its project.
func fresh(u *Upload) {
	u.Facts = Facts{}
}

// all runs every stage in order, as an upload does.
func all(u *Upload) error {
	for _, stage := range []Stage{Form, Project, Filename, Duplicate, Registry, Contents} {
		if err := Run(stage, u); err != nil {
			return err
		}
	}
	return nil
}

func TestGoodUploadsPass(t *testing.T) {
	for name, u := range map[string]*Upload{"wheel": wheel(), "sdist": sdist()} {
		if err := all(u); err != nil || len(u.Warnings) != 0 {
			t.Errorf("%s: %v, %v", name, err, u.Warnings)
		}
		if fresh(u); all(u) != nil {
			t.Errorf("%s of a new project: %v", name, all(u))
		}
	}
}

// TestAllIsWellFormed: each check has a unique name, a row, a reference, and stands with those of its stage.
func TestAllIsWellFormed(t *testing.T) {
	names := map[string]bool{}
	stage := Form
	for _, c := range All() {
		if c.Name == "" || names[c.Name] || c.Row < 1 || c.Row > 40 || c.Ref == "" || c.Run == nil {
			t.Errorf("%+v is malformed or stands twice", c)
		}
		names[c.Name] = true
		if c.Stage < stage || c.Stage > Contents {
			t.Errorf("%s stands behind a later stage", c.Name)
		}
		stage = c.Stage
		if c.Name == "archive" || c.Name == "gate-rules" || c.Name == "wheel-filename" || c.Name == "project-status" || c.Name == "digests" {
			if c.Lenient {
				t.Errorf("%s keeps people safe and must not be lenient", c.Name)
			}
		}
	}
}

// TestEachCheckRunsInItsStageOnly: an upload that only one check refuses is refused in that check's stage.
func TestEachCheckRunsInItsStageOnly(t *testing.T) {
	refused := map[string]int{}
	for _, row := range rows() {
		u := row.make()
		row.spoil(u)
		for _, c := range All() {
			problems := c.Run(u)
			if len(problems) == 0 || problems[0].Code != row.code || !strings.Contains(problems[0].Detail, row.want) {
				continue
			}
			refused[c.Name]++
			if err := Run(c.Stage, u); err == nil {
				t.Errorf("%s: its stage lets pass what %s refuses", row.id, c.Name)
			}
		}
	}
	for _, c := range All() {
		if refused[c.Name] == 0 && c.Name != sameBytes.Name {
			t.Errorf("no row of the table is refused by %s", c.Name)
		}
	}
}

// TestRows: what each row of wire-spec 6.5 refuses, with its keyword.
func TestRows(t *testing.T) {
	for _, row := range rows() {
		t.Run(row.id, func(t *testing.T) {
			u := row.make()
			row.spoil(u)
			err := all(u)
			if !index.HasCode(err, row.code) {
				t.Fatalf("%v; want %s", err, row.code)
			}
			e := index.AsError(err)
			if !strings.Contains(e.Detail, row.want) {
				t.Errorf("%q lacks the keyword %q", e.Detail, row.want)
			}
			if len(e.Problems) == 0 || e.Problems[0].Code != e.Code || e.Problems[0].Detail != e.Detail {
				t.Errorf("the first problem must make the refusal: %+v", e)
			}
			if last := e.Detail[len(e.Detail)-1]; last != '.' && last != ')' {
				t.Errorf("%q is no sentence", e.Detail)
			}
			if says := strings.Contains(strings.ToLower(e.Detail), "already exist"); says != (row.code == index.CodeFileExists) {
				t.Errorf("X-5: %q", e.Detail)
			}
		})
	}
}

// TestDuplicates is row 25: the very same file is a success without a change, before the rules about releases (U-21).
func TestDuplicates(t *testing.T) {
	u := wheel()
	claimed(u)
	u.Facts.Release.CreatedAt = now().AddDate(-5, 0, 0)
	if err := all(u); !errors.Is(err, ErrDuplicate) {
		t.Errorf("the same bytes in an old release: %v", err)
	}
	u.Digests.SHA256 = strings.Repeat("00", 32)
	u.Fields["sha256_digest"] = []string{u.Digests.SHA256}
	if err := all(u); !index.HasCode(err, index.CodeFileExists) {
		t.Errorf("other bytes: %v", err)
	}
	same := wheel()
	claimed(same)
	same.Facts.FileStatus = index.StatusOf(index.At{Level: index.OnFile, Standing: index.Standing{{Kind: index.Deleted}}})
	if err := all(same); !index.HasCode(err, index.CodeFilenameReuse) {
		t.Errorf("the same bytes of a deleted file: %v", err)
	}
}

// claimed makes the filename one that stands for these bytes.
func claimed(u *Upload) {
	f := &u.Facts
	f.Claimed, f.FileExists, f.ClaimFilename, f.ClaimSHA256, f.ClaimSize = true, true, u.Filename, u.Digests.SHA256, u.Digests.Size
}

// TestOrder: which of two problems is told. Each row spoils two things; the first code must win (wire-spec 6.5, N-07, design 5).
func TestOrder(t *testing.T) {
	byID := map[string]row{}
	for _, r := range rows() {
		byID[r.id] = r
	}
	for _, pair := range [][2]string{
		{"row 1 a stray file", "row 4 protocol"},
		{"row 4 protocol", "row 5 no name"},
		{"row 5 no name", "row 6 no file type"},
		{"row 6 another file type", "row 7 a digest that is not hex"},
		{"row 7 a digest that is not hex", "row 8 a wheel without pyversion"},
		{"row 8 a wheel without pyversion", "row 9 no digest"},
		{"row 9 no digest", "row 10 metadata of the form"},
		{"row 10 metadata of the form", "row 11 no file"},
		{"row 11 no file", "row 2 read-only"},
		{"row 2 read-only", "row 15 archived"},
		{"row 14 rate", "row 14 new projects are off"},
		{"row 14 new projects are off", "row 14 standard library"},
		{"row 14 standard library", "row 14 prohibited"},
		{"row 14 prohibited", "row 14 look-alike"},
		{"row 14 look-alike", "row 20 extension of a wheel"},
		{"row 15 archived", "row 19 a slash"},
		{"row 19 a slash", "row 20 extension of a wheel"},
		{"row 20 extension of a wheel", "row 21 an image"},
		{"row 21 an image", "row 22 file limit"},
		{"row 22 file limit", "row 24 sha256"},
		{"row 24 sha256", "row 33 another project"},
		{"row 33 another project", "row 26 other bytes"},
		{"row 26 other bytes", "row 28 an old release"},
		{"row 27 a deleted file", "row 28 an old release"},
		{"row 27 a deleted release", "row 28 an old release"},
		{"row 28 an old release", "row 23 project limit"},
		{"row 23 project limit", "row 30 a damaged archive"},
		{"row 30 a damaged archive", "row 36 entry points"},
		{"row 36 entry points", "row 34 license file"},
	} {
		first, second := byID[pair[0]], byID[pair[1]]
		if first.make == nil || second.make == nil {
			t.Fatalf("no such rows: %v", pair)
		}
		u := first.make()
		second.spoil(u)
		first.spoil(u)
		if err := all(u); !index.HasCode(err, first.code) || !strings.Contains(err.Error(), first.want) {
			t.Errorf("%v: %v", pair, err)
		}
	}
}

// TestContentsTellEverything: all problems of an archive come in one answer, up to a number (AV-5).
func TestContentsTellEverything(t *testing.T) {
	u := wheel()
	u.Archive.HasEntryPoint, u.Archive.EntryPoints = true, []byte("[broken\n")
	u.Archive.Record = []byte("nothing.py,,\n")
	u.File.Version = "2.0"
	err := Run(Contents, u)
	var codes []index.Code
	for _, p := range index.AsError(err).Problems {
		codes = append(codes, p.Code)
	}
	if want := []index.Code{index.CodeMetadataMismatch, index.CodeRecordMismatch, index.CodeEntryPoints}; !slices.Equal(codes, want) {
		t.Errorf("got %v, want %v", codes, want)
	}
	for i := range 50 {
		u.File.RequiresDist = append(u.File.RequiresDist, fmt.Sprintf("broken %d", i))
	}
	if n := len(index.AsError(Run(Contents, u)).Problems); n != maxProblems {
		t.Errorf("%d problems, want %d", n, maxProblems)
	}
}

// TestLenience: an import of old files turns these refusals into warnings, and no others.
func TestLenience(t *testing.T) {
	for _, row := range rows() {
		u := row.make()
		row.spoil(u)
		strict := all(u)
		u = row.make()
		row.spoil(u)
		u.Legacy = true
		err := all(u)
		lenient := slices.Contains([]string{
			"row 14 standard library", "row 29 second sdist", "row 31 spelling", "row 31 a zip", "row 33 not normalised", "row 35 RECORD lists other files", "row 35 RECORD is no CSV",
			"AV-14 other tags in WHEEL", "AV-14 another build", "AV-14 another format", "AV-15 a wrong hash",
		}, row.id)
		if (err == nil) != lenient {
			t.Errorf("%s: %v when importing old files", row.id, err)
		}
		if lenient && !slices.Contains(u.Warnings, index.AsError(strict).Detail) {
			t.Errorf("%s: warnings %v", row.id, u.Warnings)
		}
	}
}

// TestHashesInHexadecimal are a fault of spelling: told, with the file, and no reason to refuse (AV-15).
func TestHashesInHexadecimal(t *testing.T) {
	u := &Upload{}
	sum := strings.Repeat("0a", 32)
	u.Archive.HasRecord, u.Archive.Record = true, []byte("demo.py,sha256="+sum+",3\n")
	u.Archive.Members = []dist.Member{{Path: "demo.py", Size: 3, SHA256: sum}}
	if problems := recordAgrees.Run(u); len(problems) != 0 || len(u.Warnings) != 1 || !strings.Contains(u.Warnings[0], "hexadecimal") || !strings.Contains(u.Warnings[0], "demo.py") {
		t.Errorf("%v, warned of %q", problems, u.Warnings)
	}
	u.Archive.Members[0].SHA256 = strings.Repeat("0b", 32)
	if problems := recordAgrees.Run(u); len(problems) != 1 || problems[0].Code != index.CodeRecordMismatch {
		t.Errorf("a wrong hash in hexadecimal: %v", problems)
	}
}

// TestWarnings are given once, though checks run twice.
func TestWarnings(t *testing.T) {
	u := wheel()
	fresh(u)
	u.Facts.LookAlikes, u.Policy.RefuseLookAlike = []string{"dem0"}, false
	for range 2 {
		if err := Run(Project, u); err != nil {
			t.Fatal(err)
		}
	}
	if len(u.Warnings) != 1 || !strings.Contains(u.Warnings[0], "looks like that of an existing project: 'dem0'") {
		t.Errorf("%v", u.Warnings)
	}
}

// TestAV16TheFileWins: differences between form and file are told, one by one, and nothing is refused for them.
func TestAV16TheFileWins(t *testing.T) {
	for field, change := range map[string]func(form, file *coremeta.Metadata){
		"Summary":            func(form, _ *coremeta.Metadata) { form.Summary = "other" },
		"Requires-Python":    func(form, _ *coremeta.Metadata) { form.RequiresPython = ">=3.8" },
		"License":            func(form, _ *coremeta.Metadata) { form.License = "MIT" },
		"License-Expression": func(_, file *coremeta.Metadata) { file.MetadataVersion, file.LicenseExpression = "2.4", "MIT" },
		"Description":        func(form, _ *coremeta.Metadata) { form.Description = "text" },
		"Requires-Dist":      func(form, _ *coremeta.Metadata) { form.RequiresDist = []string{"x"} },
		"Provides-Extra":     func(form, _ *coremeta.Metadata) { form.ProvidesExtra = []string{"x"} },
		"": func(form, file *coremeta.Metadata) {
			form.RequiresDist, file.RequiresDist = []string{"b", "a  >1"}, []string{"a >1", "b"}
		},
		" ": func(form, file *coremeta.Metadata) { form.Description, file.Description = "a\r\n  b", "a b\n" },
	} {
		u := wheel()
		change(&u.Form, &u.File)
		if err := all(u); err != nil {
			t.Errorf("%s: %v", field, err)
		}
		field = strings.TrimSpace(field)
		if want := field != ""; (len(u.Warnings) == 1) != want || want && !strings.HasPrefix(u.Warnings[0], field+" differs between the upload form and the file's own metadata") {
			t.Errorf("%s: %v", field, u.Warnings)
		}
	}
}
