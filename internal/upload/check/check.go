// Package check holds the rules of the upload gate: one file for each, pure
// functions over facts that were gathered before. A rule is a value with its
// place in the order; All lists them.
package check

import (
	"fmt"
	"slices"
	"time"

	"strongroom/internal/blob"
	"strongroom/internal/index"
	"strongroom/internal/packaging/binaries"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/packaging/inspect"
	"strongroom/internal/packaging/pep440"
)

// Stage is the step of design 5 in which a check runs.
type Stage int

// The stages, with the numbers of the steps.
const (
	Form      Stage = 3
	Project   Stage = 4
	Filename  Stage = 5
	Duplicate Stage = 6 // the same bytes again end here
	Registry  Stage = 7
	Contents  Stage = 8
)

// Check is one rule. Row is its place in the order of PyPI's checks (wire-spec
// 6.5). Lenient lets an import of old files turn the refusal into a warning;
// no rule that keeps people safe has it.
type Check struct {
	Name    string
	Row     int
	Stage   Stage
	Ref     string
	Lenient bool
	Run     func(u *Upload) []index.Problem
}

// Upload is everything the checks may know about one upload. Fields are filled
// from the top as the steps go on.
type Upload struct {
	Policy Policy
	Now    time.Time
	Legacy bool // an import that takes old files

	// Step 2 and 3: what came.
	Fields      map[string][]string
	Filename    string
	ContentType string
	HasFile     bool
	Digests     blob.Digests
	Stray       string // a part other than content that is a file (U-02)

	// Step 3: what it says.
	Name      string // normalised
	NameText  string // as written in the form, then as in the file
	Version   pep440.Version
	Form      coremeta.Metadata
	Malformed []coremeta.Problem // of the form's fields

	// Step 4: who has the name. See Facts.
	Facts Facts

	// Step 5.
	Dist     dist.Filename
	ParseErr error

	// Step 7: what the archive holds.
	Archive    dist.Contents
	ArchiveErr error
	Hits       []inspect.Hit
	Rules      *Rules           // of the gate; nil for none
	Audit      *binaries.Report // of a wheel's platform tags; nil without one
	File       coremeta.Metadata
	FileErr    error

	Warnings []string
}

// Policy is the part of the settings that checks depend on.
type Policy struct {
	LocalVersions   bool
	Tags            dist.TagPolicy
	FileLimit       int64         // bytes
	ProjectLimit    int64         // bytes
	ReleaseMaxAge   time.Duration // 0 takes files into any release
	RefuseLookAlike bool          // else warned
	ProjectsPerHour int           // 0 for no limit
	NewPrivate      bool          // new projects are private

	Limits       dist.Limits // of archives
	WarnRecord   bool        // a wrong hash or size in RECORD is only told (AV-15)
	RefuseForm   bool        // a form that differs from the file's metadata is refused (AV-16)
	AuditWheels  bool        // platform tags are held against the compiled files (PT-4)
	RefuseWheels bool        // and untrue ones refused; else told
}

// Facts is what the database knows that bears on an upload. They are read
// twice: before the file is looked into, and again in the transaction that
// records it, since minutes may pass between.
type Facts struct {
	Switches    map[string]string // those that are on, with their notes
	NameRow     index.Name
	NameKnown   bool
	Project     index.Project
	Exists      bool // a project holds the name
	Hidden      bool // it is private, and the uploader must not know of it
	LookAlikes  []string
	NewProjects int // by this user within the hour
	Username    string

	Release       index.Release
	ReleaseExists bool
	Burned        bool // the version existed under an earlier project
	Sdist         string

	Claimed       bool // the filename's identity was used before
	ClaimFilename string
	ClaimSHA256   string
	ClaimSize     int64
	FileExists    bool
	FileStatus    index.Status
	File          index.File // with this filename
	Restorable    bool       // it is deleted, and who may upload may have it back (SD-10)
}

// All lists every check in the order in which they run.
func All() []Check {
	return []Check{
		action, strayFile, protocolVersion, projectName, fileType, digestFields, pythonVersion, anyDigest, formMetadata, hasContent,
		switches, hiddenProject, newProjectRate, newProjectSwitch, standardLibrary, nameState, lookAlike, projectStatus,
		filenameCharacters, filenameLength, extension, contentType, fileSize, digests, sdistFilename, wheelFilename, platformTag, wheelSpelling, wheelVersion,
		sameBytes, fileExists, filenameReuse,
		releaseStatus, versionReuse, releaseAge, secondSdist, projectSize,
		archive, metadataFile, metadataAgrees, recordAgrees, entryPoints, licenseFiles, wheelFile, platformTruth, gateRules,
	}
}

// ErrDuplicate is what Run returns when the very same file is there already:
// a success without a change (U-21, row 25).
var ErrDuplicate = fmt.Errorf("the same file is already there")

// Run applies the checks of one stage. Up to Registry the first check that
// finds something ends it; in Contents all run, and all problems are told.
func Run(stage Stage, u *Upload) error {
	var found []index.Problem
	for _, c := range All() {
		if c.Stage != stage {
			continue
		}
		problems := c.Run(u)
		if c.Name == sameBytes.Name && problems != nil {
			return ErrDuplicate
		}
		if c.Lenient && u.Legacy {
			problems = u.excuse(problems)
		}
		found = append(found, problems...)
		if len(found) > 0 && stage != Contents {
			break
		}
	}
	return refusal(found)
}

// excuse turns problems into warnings.
func (u *Upload) excuse(problems []index.Problem) []index.Problem {
	for _, p := range problems {
		u.Warn("%s", p.Detail)
	}
	return nil
}

// Warn adds a warning unless it was given before: checks run twice.
func (u *Upload) Warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(u.Warnings, text) {
		u.Warnings = append(u.Warnings, text)
	}
}

// maxProblems bounds how many problems one answer tells (AV-5).
const maxProblems = 20

func refusal(found []index.Problem) error {
	if len(found) == 0 {
		return nil
	}
	if len(found) > maxProblems {
		found = found[:maxProblems]
	}
	return &index.Error{Code: found[0].Code, Detail: found[0].Detail, Problems: found}
}

// refuse makes the usual single problem.
func refuse(code index.Code, format string, args ...any) []index.Problem {
	return []index.Problem{{Code: code, Detail: fmt.Sprintf(format, args...)}}
}

// field is the single value of a form field, empty without.
func (u *Upload) field(name string) string {
	if v := u.Fields[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// wheel reports whether the form says that the file is a wheel.
func (u *Upload) wheel() bool { return u.field("filetype") == string(index.Wheel) }
