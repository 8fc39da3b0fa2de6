package check

import (
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/packaging/binaries"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/dist"
)

// row is one way in which an upload is refused: what is changed about a good one, and the code and keyword of the answer.
type row struct {
	id    string
	make  func() *Upload
	spoil func(u *Upload)
	code  index.Code
	want  string
}

// field sets one field of the form; without a value it is missing.
func field(name string, value ...string) func(*Upload) {
	return func(u *Upload) { u.Fields[name] = value }
}

// flagged puts a flag on the project or the release.
func flagged(level index.Level, kind string) func(*Upload) {
	return func(u *Upload) {
		s := index.Standing{{Kind: kind, Reason: "the reason", Since: now()}}
		if level == index.OnProject {
			u.Facts.Project.Standing = s
		} else {
			u.Facts.Release.Standing = s
		}
	}
}

// first wraps a change of an upload that is the first of its project.
func first(change func(u *Upload)) func(*Upload) {
	return func(u *Upload) {
		fresh(u)
		change(u)
	}
}

// named gives the upload another filename, as if it had come so.
func named(filename string) func(*Upload) { return func(u *Upload) { rename(u, filename) } }

// about gives the upload another name and version.
func about(name, version, filename string) func(*Upload) {
	return func(u *Upload) {
		u.Filename = filename
		describe(u, name, version)
	}
}

// rows lists the refusals by their row in wire-spec 6.5; several of one row are its variants.
func rows() []row {
	return append(append(formRows(), projectRows()...), append(append(filenameRows(), registryRows()...), contentRows()...)...)
}

func formRows() []row {
	return []row{
		{"row 1 no action", wheel, field(":action"), index.CodeInvalidForm, ":action"},
		{"row 1 another action", wheel, field(":action", "haunt"), index.CodeInvalidForm, `Unknown :action "haunt"`},
		{"row 1 submit", wheel, field(":action", "submit"), index.CodeRetired, "is retired"},
		{"row 1 submit_pkg_info", wheel, field(":action", "submit_pkg_info"), index.CodeRetired, "is retired"},
		{"row 1 doc_upload", wheel, field(":action", "doc_upload"), index.CodeRetired, "Uploading documentation is no longer supported"},
		{"row 1 a stray file", wheel, func(u *Upload) { u.Stray = "summary" }, index.CodeInvalidForm, "Should not be a tuple"},
		{"row 4 protocol", wheel, field("protocol_version", "2"), index.CodeUnknownProtocol, "nknown protocol version"},
		{"row 5 no name", wheel, func(u *Upload) { u.NameText, u.Name = "", "" }, index.CodeInvalidName, "start and end with a letter"},
		{"row 5 a bad name", wheel, func(u *Upload) { u.NameText = "demo-" }, index.CodeInvalidName, "start and end with a letter"},
		{"row 6 no file type", wheel, field("filetype"), index.CodeInvalidFiletype, "known file type"},
		{"row 6 another file type", wheel, field("filetype", "bdist_egg"), index.CodeInvalidFiletype, "known file type"},
		{"row 7 a digest that is not hex", wheel, field("sha256_digest", strings.Repeat("x", 64)), index.CodeInvalidDigest, "valid hex"},
		{"row 7 a digest of another length", wheel, field("blake2_256_digest", "abcd"), index.CodeInvalidDigest, "valid hex"},
		{"row 7 an MD5 digest of another length", wheel, field("md5_digest", strings.Repeat("a", 64)), index.CodeInvalidDigest, "valid hex"},
		{"row 8 a wheel without pyversion", wheel, field("pyversion"), index.CodeInvalidPyversion, "Python version"},
		{"row 8 an sdist with one", sdist, field("pyversion", "py3"), index.CodeInvalidPyversion, "Python version"},
		{"row 9 no digest", wheel, field("sha256_digest"), index.CodeNoDigest, "at least one message digest"},
		{"row 10 metadata of the form", wheel, func(u *Upload) { u.Form.RequiresPython = "three" }, index.CodeInvalidMetadata, "Requires-Python"},
		{"row 10 no metadata version", wheel, func(u *Upload) { u.Form.MetadataVersion = "" }, index.CodeInvalidMetadata, "Metadata-Version"},
		{"row 10 no version", wheel, func(u *Upload) { u.Form.Version = "" }, index.CodeInvalidMetadata, "Version"},
		{"row 10 a direct dependency", wheel, func(u *Upload) { u.Form.RequiresDist = []string{"a @ https://example.com/a.whl"} }, index.CodeInvalidMetadata, "Requires-Dist"},
		{"row 10 a local version in public", wheel, func(u *Upload) { u.Form.Version = "1.0+cu1" }, index.CodeInvalidMetadata, "Version"},
		{"row 10 a repeated field", wheel, func(u *Upload) {
			u.Malformed = []coremeta.Problem{{Field: "Summary", Message: "Summary is given twice."}}
		}, index.CodeInvalidMetadata, "Summary"},
		{"row 11 no file", wheel, func(u *Upload) { u.HasFile = false }, index.CodeNoContent, "does not have a file"},
	}
}

func projectRows() []row {
	return []row{
		{"row 2 read-only", wheel, func(u *Upload) { u.Facts.Switches = map[string]string{index.SwitchReadOnly: "Until noon."} }, index.CodeReadOnly, "Read-only mode: uploads are temporarily disabled. Until noon."},
		{"row 2 uploads are off", wheel, func(u *Upload) { u.Facts.Switches = map[string]string{index.SwitchNoUploads: ""} }, index.CodeUploadsDisabled, "New uploads are temporarily disabled."},
		{"row 14 private to others", wheel, func(u *Upload) { u.Facts.Hidden = true }, index.CodeNameProhibited, "isn't allowed: it is prohibited here"},
		{"row 14 rate", wheel, first(func(u *Upload) { u.Facts.NewProjects = 20 }), index.CodeTooManyProjects, "oo many new projects"},
		{"row 14 new projects are off", wheel, func(u *Upload) {
			u.Facts.Exists, u.Facts.Switches = false, map[string]string{index.SwitchNoNewProjects: ""}
		}, index.CodeNewProjectsOff, "New project registration"},
		{"row 14 standard library", wheel, first(about("asyncio", "1.0", "asyncio-1.0-py3-none-any.whl")), index.CodeStandardLibrary, "conflicts with a module of the Python standard library"},
		{"row 14 prohibited", wheel, func(u *Upload) {
			u.Facts.Exists, u.Facts.NameKnown, u.Facts.NameRow.State = false, true, index.NameProhibited
		}, index.CodeNameProhibited, "isn't allowed"},
		{"row 14 reserved", wheel, func(u *Upload) {
			u.Facts.Exists, u.Facts.NameRow.State = false, index.NameReserved
		}, index.CodeNameProhibited, "isn't allowed"},
		{"row 14 SD-15 had files", wheel, func(u *Upload) { u.Facts.Exists, u.Facts.NameRow.State = false, index.NameDeleted }, index.CodeNameHeld, "not given away again"},
		{"row 14 SD-15 held", wheel, func(u *Upload) {
			u.Facts.Exists, u.Facts.NameRow.HadFiles, u.Facts.NameRow.HeldUntil = false, false, now().AddDate(0, 0, 1)
		}, index.CodeNameHeld, "is held until 2026-05-16 12:00 UTC"},
		{"row 14 look-alike", wheel, first(func(u *Upload) { u.Facts.LookAlikes = []string{"dem0", "de-mo"} }), index.CodeNameTooSimilar, "too similar to an existing project: 'dem0', 'de-mo'"},
		{"row 15 archived", wheel, flagged(index.OnProject, index.Archived), index.CodeProjectArchived, "Project 'demo' takes no uploads: Archived on 2026-05-15 - the reason"},
		{"row 15 quarantined", wheel, flagged(index.OnProject, index.Quarantined), index.CodeProjectQuarantined, "takes no uploads: Quarantined"},
		{"row 15 removed", wheel, flagged(index.OnProject, index.Removed), index.CodeProjectRemoved, "takes no uploads: Removed"},
		{"row 15 locked", wheel, flagged(index.OnProject, index.Locked), index.CodeProjectLocked, "takes no uploads: Locked"},
		{"row 15 deleted", wheel, flagged(index.OnProject, index.Deleted), index.CodeProjectDeleted, "takes no uploads: Deleted"},
	}
}

func filenameRows() []row {
	other := strings.Repeat("00", 32)
	return []row{
		{"row 19 a slash", wheel, named("a/demo-1.0-py3-none-any.whl"), index.CodeInvalidFilename, "in the name"},
		{"row 19 a backslash", wheel, named(`C:\demo-1.0-py3-none-any.whl`), index.CodeInvalidFilename, "in the name"},
		{"row 19 a control character", wheel, named("demo-1.0\x01-py3-none-any.whl"), index.CodeInvalidFilename, "non-printable"},
		{"row 19 not ASCII", wheel, named("démo-1.0-py3-none-any.whl"), index.CodeInvalidFilename, "non-printable or non-ASCII"},
		{"row 38 too long", wheel, named("demo-1.0-" + strings.Repeat("x", 250) + "-none-any.whl"), index.CodeFilenameTooLong, "too long"},
		{"row 20 extension of a wheel", wheel, named("demo-1.0.egg"), index.CodeInvalidExtension, "Invalid file extension"},
		{"row 20 extension of an sdist", sdist, named("demo-1.0.tar.bz2"), index.CodeInvalidExtension, "Invalid file extension"},
		{"row 20 a wheel that says sdist", sdist, named("demo-1.0-py3-none-any.whl"), index.CodeInvalidExtension, "Invalid file extension"},
		{"row 21 an image", wheel, func(u *Upload) { u.ContentType = "Image/PNG" }, index.CodeInvalidType, "Invalid distribution file"},
		{"row 21 nothing", wheel, func(u *Upload) { u.ContentType = "" }, index.CodeInvalidType, "Invalid distribution file"},
		{"row 22 file limit", wheel, func(u *Upload) { u.Digests.Size = 100<<20 + 1 }, index.CodeFileTooLarge, "File too large. Limit for project 'demo' is 100 MB"},
		{"row 22 the project's own limit", wheel, func(u *Upload) { u.Facts.Project.FileLimit = 999 }, index.CodeFileTooLarge, "File too large"},
		{"row 24 sha256", wheel, field("sha256_digest", other), index.CodeDigestMismatch, "digest supplied in sha256_digest does not match"},
		{"row 24 blake2", wheel, field("blake2_256_digest", other), index.CodeDigestMismatch, "digest"},
		{"row 24 md5", wheel, field("md5_digest", other[:32]), index.CodeDigestMismatch, "digest"},
		{"row 31 unparsable", sdist, named("demo.tar.gz"), index.CodeInvalidFilename, "Invalid source distribution filename"},
		{"row 31 another project", sdist, named("other-1.0.tar.gz"), index.CodeInvalidFilename, "Start filename for 'demo' with \"demo\""},
		{"row 31 spelling", sdist, named("Demo-1.0.tar.gz"), index.CodeInvalidFilename, `should be "demo-1.0.tar.gz"`},
		{"row 31 a zip", sdist, named("demo-1.0.zip"), index.CodeInvalidFilename, `should be "demo-1.0.tar.gz"`},
		{"row 31 another version", sdist, named("demo-2.0.tar.gz"), index.CodeInvalidFilename, `should be "demo-1.0.tar.gz"`},
		{"row 33 unparsable", wheel, named("demo-1.0-py3.whl"), index.CodeInvalidFilename, "Invalid wheel filename"},
		{"row 33 another project", wheel, named("other-1.0-py3-none-any.whl"), index.CodeInvalidFilename, "Start filename for 'demo'"},
		{"row 33 platform tag", wheel, named("demo-1.0-cp314-cp314-linux_x86_64.whl"), index.CodeUnsupportedTag, "unsupported platform tag 'linux_x86_64'"},
		{"row 33 one of several tags", wheel, named("demo-1.0-cp314-cp314-manylinux_2_17_x86_64.beos.whl"), index.CodeUnsupportedTag, "unsupported platform tag 'beos'"},
		{"row 33 not normalised", wheel, named("Demo-1.0-py3-none-any.whl"), index.CodeInvalidFilename, "normalized project name"},
		{"row 33 another version", wheel, named("demo-2.0-py3-none-any.whl"), index.CodeInvalidFilename, "Version in filename should be '1.0' not '2.0'"},
	}
}

func registryRows() []row {
	gone := index.StatusOf(index.At{Level: index.OnFile, Standing: index.Standing{{Kind: index.Deleted}}})
	return []row{
		{"row 26 other bytes", wheel, func(u *Upload) { claimed(u); u.Facts.ClaimSHA256 = "other" }, index.CodeFileExists, "File already exists ('demo-1.0-py3-none-any.whl', with sha256 'other')"},
		{"row 26 SD-9 another spelling", wheel, func(u *Upload) { claimed(u); u.Facts.ClaimFilename = "demo-1.0.0-py3-none-any.whl" }, index.CodeFileExists, "File already exists ('demo-1.0-py3-none-any.whl' is another spelling of 'demo-1.0.0-py3-none-any.whl'"},
		{"row 27 a deleted file", wheel, func(u *Upload) { claimed(u); u.Facts.FileStatus = gone }, index.CodeFilenameReuse, "previously used"},
		{"row 27 a purged file", wheel, func(u *Upload) { claimed(u); u.Facts.FileExists = false }, index.CodeFilenameReuse, "previously used"},
		{"row 27 SD-11 a deleted release", wheel, flagged(index.OnRelease, index.Deleted), index.CodeReleaseDeleted, "was deleted on 2026-05-15; restore it or use a new version"},
		{"row 27 a deleted release", wheel, func(u *Upload) { claimed(u); u.Facts.FileStatus = gone; flagged(index.OnRelease, index.Deleted)(u) }, index.CodeReleaseDeleted, "restore it"},
		{"row 27 a quarantined release", wheel, flagged(index.OnRelease, index.Quarantined), index.CodeProjectQuarantined, "Release 1.0 of 'demo' takes no files: Quarantined"},
		{"row 27 SD-12 a burned version", wheel, func(u *Upload) { u.Facts.ReleaseExists = false }, index.CodeVersionReuse, "existed before"},
		{"row 28 an old release", wheel, func(u *Upload) { u.Facts.Release.CreatedAt = now().AddDate(0, 0, -14).Add(-1) }, index.CodeReleaseClosed, "older than 14 days"},
		{"row 29 second sdist", sdist, func(u *Upload) { u.Facts.Sdist = "demo-1.0.zip" }, index.CodeSecondSdist, "one sdist"},
		{"row 23 project limit", wheel, func(u *Upload) { u.Facts.Project.Size = 10<<30 - 999 }, index.CodeProjectTooLarge, "Project size too large. Limit for project 'demo' total size is 10 GB"},
		{"row 23 its own limit", wheel, func(u *Upload) { u.Facts.Project.SizeLimit = 999 }, index.CodeProjectTooLarge, "Project size too large"},
	}
}

func contentRows() []row {
	broken := func(kind dist.ErrorKind) func(*Upload) {
		return func(u *Upload) {
			u.Archive.Metadata, u.ArchiveErr = nil, &dist.ArchiveError{Kind: kind, Path: "RECORD METADATA PKG-INFO WHEEL", Detail: "something"}
		}
	}
	license := func(u *Upload) { u.File.MetadataVersion, u.File.LicenseFiles = "2.4", []string{"LICENSE"} }
	return []row{
		{"row 30 a damaged archive", wheel, broken(dist.NotAnArchive), index.CodeInvalidArchive, "Invalid distribution file"},
		{"row 30 a bomb", sdist, broken(dist.RatioExceeded), index.CodeInvalidArchive, "Invalid distribution file"},
		{"row 30 no WHEEL", wheel, broken(dist.MissingWheel), index.CodeInvalidArchive, "WHEEL"},
		{"row 35 no RECORD", wheel, broken(dist.MissingRecord), index.CodeRecordMissing, "RECORD"},
		{"row 37 no METADATA", wheel, broken(dist.MissingMetadata), index.CodeMetadataMissing, "METADATA"},
		{"row 37 no PKG-INFO", sdist, broken(dist.MissingPKGInfo), index.CodeMetadataMissing, "PKG-INFO"},
		{"row 37 metadata of the file", wheel, func(u *Upload) { u.File.RequiresPython = "three" }, index.CodeInvalidMetadata, "Requires-Python"},
		{"row 37 metadata that cannot be read", wheel, func(u *Upload) {
			u.FileErr = &coremeta.ParseError{Problems: []coremeta.Problem{{Message: "Summary is not UTF-8."}}}
		}, index.CodeInvalidMetadata, "Summary"},
		{"AV-16 another name", wheel, func(u *Upload) { u.File.Name = "other" }, index.CodeMetadataMismatch, `name the project "other", the upload "demo"`},
		{"AV-16 another version", wheel, func(u *Upload) { u.File.Version = "1.1" }, index.CodeMetadataMismatch, `have version "1.1", the upload "1.0"`},
		{"row 35 RECORD lists other files", wheel, func(u *Upload) { u.Archive.Members = append(u.Archive.Members, member("more.py")) }, index.CodeRecordMismatch, "1 not listed (more.py)"},
		{"row 35 RECORD is no CSV", wheel, func(u *Upload) { u.Archive.Record = []byte("\"") }, index.CodeRecordMismatch, "RECORD"},
		{"row 36 entry points", wheel, func(u *Upload) { u.Archive.HasEntryPoint, u.Archive.EntryPoints = true, []byte("[broken\n") }, index.CodeEntryPoints, "entry points"},
		{"row 34 license file", wheel, license, index.CodeLicenseFile, "License-File LICENSE does not exist"},
		{"row 32 license file", sdist, license, index.CodeLicenseFile, "does not exist"},
		{"AV-16 the form differs", wheel, func(u *Upload) { u.Policy.RefuseForm, u.Form.Summary = true, "A lie" }, index.CodeMetadataMismatch, "Summary differs"},
		{"AV-14 other tags in WHEEL", wheel, func(u *Upload) { u.Archive.Wheel = []byte("Wheel-Version: 1.0\nTag: py2-none-any\n") }, index.CodeInvalidArchive, "only WHEEL has py2-none-any; only the filename has py3-none-any"},
		{"AV-14 another build", wheel, func(u *Upload) { u.Archive.Wheel = append(u.Archive.Wheel, "Build: 2\n"...) }, index.CodeInvalidArchive, `WHEEL has the build tag "2"`},
		{"AV-14 another format", wheel, func(u *Upload) { u.Archive.Wheel = []byte("Wheel-Version: 2.0\n") }, index.CodeInvalidArchive, "Wheel-Version"},
		{"AV-15 a wrong hash", wheel, func(u *Upload) { u.Archive.Members[0].SHA256 = strings.Repeat("a", 64) }, index.CodeRecordMismatch, "1 with another SHA-256 (demo.py)"},
		{"PT-4 an untrue tag", wheel, audited(binaries.SymbolVersion), index.CodeBinaries, "does not keep its platform tag. demo.so: needs GLIBC_2.34 (tag any)."},
		{"a rule of the gate", wheel, ruled(index.RuleRelease, "demo==1"), index.CodeKnownBad, "refuses it: stolen."},
		{"a rule on a path", wheel, ruled(index.RulePath, "RECORD"), index.CodeKnownBad, "refuses its file demo-1.0.dist-info/RECORD: stolen."},
	}
}
