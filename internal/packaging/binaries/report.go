package binaries

import "fmt"

// MaxFindings is the greatest number of findings in a report; [Report.More] counts the others (PT-6).
const MaxFindings = 200

// Report is what an audit found out about a wheel.
type Report struct {
	Binaries   int       `json:"binaries"`             // compiled files in the wheel
	Findings   []Finding `json:"findings,omitempty"`   // by tag, then in the archive's order
	More       int       `json:"more,omitempty"`       // findings that are not listed
	Honest     string    `json:"honest,omitempty"`     // smallest platform tag the wheel can honestly carry (PT-7); several are joined by "."; "" if none is known
	NotAudited string    `json:"notaudited,omitempty"` // why there was no audit, or "": findings and Honest are then empty
}

// Code says what kind of finding it is. Codes are stable.
type Code string

// The codes. docs/GATE-BINARIES.md tells authors what to do about each.
const (
	SymbolVersion   Code = "symbol-version"   // needs a newer library than the tag promises (PT-4a)
	Machine         Code = "machine"          // compiled for another processor or system (PT-4b, PT-5)
	MissingLibrary  Code = "missing-library"  // needs a library that is neither on every such system nor in the wheel (PT-4c)
	LibPython       Code = "libpython"        // linked to libpython, which many interpreters do not have
	WrongLibc       Code = "wrong-libc"       // built for glibc in a musllinux wheel, or the reverse
	ForbiddenSymbol Code = "forbidden-symbol" // uses a symbol that not all such systems have
	InstructionSet  Code = "instruction-set"  // needs more than the baseline of the processor
	SearchPath      Code = "search-path"      // RPATH is absolute or leads out of the wheel (PT-4d)
	ImplausibleTag  Code = "implausible-tag"  // the tag is newer than any C library (PT-4e)
	PureLib         Code = "purelib"          // compiled file in the folder for pure Python
	BinaryInAny     Code = "binary-in-any"    // compiled file in a wheel for any platform (PT-5)
	SystemVersion   Code = "system-version"   // built for a newer macOS than the tag says (PT-5)
	Architecture    Code = "architecture"     // lacks one of the architectures the tag promises (PT-5)
	Unreadable      Code = "unreadable"       // damaged, or too large to audit
)

// Finding is one reason why a tag is not true, or may not be (PT-6).
type Finding struct {
	Code   Code   `json:"code"`
	File   string `json:"file,omitempty"`   // path in the wheel; "" if the finding is about the tag alone
	Tag    string `json:"tag"`              // the platform tag, as in the filename but in lower case
	Cause  string `json:"cause"`            // for people, without file and tag
	Needed string `json:"needed,omitempty"` // what the file needs: "GLIBC_2.34", "libfoo.so.1", "arm64", "12.3"
}

// String returns the finding in one line.
func (f Finding) String() string {
	if f.File == "" {
		return fmt.Sprintf("%s: %s", f.Tag, f.Cause)
	}
	return fmt.Sprintf("%s: %s (tag %s)", f.File, f.Cause, f.Tag)
}

// issue is a finding before it is known which file and tag it is about.
type issue struct {
	code          Code
	cause, needed string
}

// add lists an issue, or counts it when the list is full.
func (r *Report) add(file, tag string, i issue) {
	if len(r.Findings) == MaxFindings {
		r.More++
		return
	}
	r.Findings = append(r.Findings, Finding{Code: i.code, File: file, Tag: tag, Cause: i.cause, Needed: i.needed})
}
