package check

import (
	"fmt"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/packaging/dist"
)

// archive tells what reading the archive found wrong.
var archive = Check{
	Name: "archive", Row: 30, Stage: Contents, Ref: "W-03, W-16, AV-4",
	Run: func(u *Upload) []index.Problem {
		var out []index.Problem
		for _, e := range dist.ArchiveErrors(u.ArchiveErr) {
			out = append(out, index.Problem{Code: archiveCode(e.Kind), Detail: "Invalid distribution file. " + sentence(e.Error())})
		}
		return out
	},
}

func archiveCode(kind dist.ErrorKind) index.Code {
	switch kind {
	case dist.MissingRecord:
		return index.CodeRecordMissing
	case dist.MissingMetadata, dist.MissingPKGInfo:
		return index.CodeMetadataMissing
	}
	return index.CodeInvalidArchive
}

// sentence ends a clause with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

var recordAgrees = Check{
	Name: "record", Row: 35, Stage: Contents, Ref: "AV-15", Lenient: true,
	Run: func(u *Upload) []index.Problem {
		if !u.Archive.HasRecord {
			return nil
		}
		entries, err := dist.ParseRecord(u.Archive.Record)
		if err != nil {
			return refuse(index.CodeRecordMismatch, "Invalid distribution file. %s", sentence(err.Error()))
		}
		d := dist.CompareRecord(entries, u.Archive.Members)
		if others := pathDifferences(d); others != "" {
			return refuse(index.CodeRecordMismatch, "Invalid distribution file. RECORD does not list what the wheel holds: %s.", others)
		}
		if wrong := contentDifferences(d); wrong != "" {
			return u.recordContents(wrong)
		}
		if len(d.HexHash) > 0 {
			u.Warn("RECORD states the right hashes in hexadecimal, where the specification wants URL-safe base64 without padding: %s. uv_build did so before 0.8.13; raise its bound in build-system.requires.",
				listed([]namedList{{"files", d.HexHash}}))
		}
		return nil
	},
}

// recordContents refuses files that are not what RECORD says of them, or only
// tells it.
func (u *Upload) recordContents(wrong string) []index.Problem {
	if u.Policy.WarnRecord {
		u.Warn("RECORD does not describe the wheel's files: %s.", wrong)
		return nil
	}
	return refuse(index.CodeRecordMismatch, "Invalid distribution file. RECORD does not describe the wheel's files: %s.", wrong)
}

func pathDifferences(d dist.RecordDifferences) string {
	return listed([]namedList{{"not listed", d.NotInRecord}, {"listed but not there", d.NotInArchive}, {"listed twice", d.Repeated}})
}

func contentDifferences(d dist.RecordDifferences) string {
	return listed([]namedList{
		{"with another SHA-256", d.WrongHash},
		{"of another size", d.WrongSize},
		{"listed without a hash", d.NoHash},
		{"with a hash other than SHA-256 or stronger", d.WeakHash},
	})
}

type namedList struct {
	what  string
	files []string
}

// listed tells each list by its length and its first files.
func listed(lists []namedList) string {
	var parts []string
	for _, l := range lists {
		if n := len(l.files); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s (%s)", n, l.what, strings.Join(l.files[:min(n, 3)], ", ")))
		}
	}
	return strings.Join(parts, "; ")
}

var entryPoints = Check{
	Name: "entry-points", Row: 36, Stage: Contents, Ref: "AV-18",
	Run: func(u *Upload) []index.Problem {
		if !u.Archive.HasEntryPoint {
			return nil
		}
		if err := dist.ValidateEntryPoints(u.Archive.EntryPoints); err != nil {
			return refuse(index.CodeEntryPoints, "Invalid distribution file. Its entry points are invalid: %s", sentence(err.Error()))
		}
		return nil
	},
}

// licenseFiles wants every License-File in its place (rows 32 and 34). Before
// metadata version 2.4 the field had no meaning, so nothing is asked of it.
var licenseFiles = Check{
	Name: "license-files", Row: 34, Stage: Contents, Ref: "A-10, PEP 639",
	Run: func(u *Upload) []index.Problem {
		if u.Archive.Metadata == nil || u.File.MetadataVersion < "2.4" {
			return nil
		}
		if missing := u.Archive.MissingLicenseFiles(u.File.LicenseFiles); len(missing) > 0 {
			return refuse(index.CodeLicenseFile, "License-File %s does not exist in the distribution file at the place where the metadata specification wants it.", strings.Join(missing, ", "))
		}
		return nil
	},
}
