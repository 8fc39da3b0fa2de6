package dist

import (
	"fmt"
	"strings"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
)

// Kind says which of the two distribution formats a file has.
type Kind uint8

// The distribution formats an index serves.
const (
	Sdist Kind = iota + 1 // source distribution: .tar.gz, formerly also .zip
	Wheel                 // binary distribution: .whl
)

// String returns "sdist" or "wheel".
func (k Kind) String() string {
	switch k {
	case Sdist:
		return "sdist"
	case Wheel:
		return "wheel"
	}
	return "unknown"
}

// MaxFilename is the greatest length of a filename in bytes: what every file
// system a client may unpack or store it on accepts.
const MaxFilename = 255

// The extensions of the two formats. A .zip sdist is read but cannot be
// uploaded (W-02): its name never equals the one [SdistFilename] gives.
const (
	extWheel  = ".whl"
	extTarGz  = ".tar.gz"
	extZip    = ".zip"
	wheelTail = 3 // a wheel's filename ends in three tags: python, abi, platform
)

// Filename is a distribution's filename, taken apart. The parts are as
// written; [Filename.Project], [Filename.Tags] and [Filename.Identity] give
// the normal forms. Build, Python, ABI and Platform are empty for an sdist.
type Filename struct {
	Raw         string         // the whole filename
	Kind        Kind           // sdist or wheel
	Name        string         // the project's name, as written
	Version     pep440.Version // what VersionText means
	VersionText string         // the version, as written
	Build       string         // the wheel's build tag, as written; "" if there is none
	Python      []string       // python tags in the order written; at least one in a wheel
	ABI         []string       // abi tags, likewise
	Platform    []string       // platform tags, likewise
	Ext         string         // ".whl", ".tar.gz" or ".zip"
}

// FilenameError says why a filename is not the name of a distribution.
type FilenameError struct {
	Filename string // the whole filename
	Reason   string // what is wrong with it, without the filename
}

// Error names the file and what is wrong with its name.
func (e *FilenameError) Error() string {
	return fmt.Sprintf("invalid distribution filename %s: %s", packaging.Quote(e.Filename), e.Reason)
}

// ParseFilename takes the filename of a wheel (.whl) or of a source
// distribution (.tar.gz, .zip) apart. The error is a [*FilenameError].
func ParseFilename(s string) (Filename, error) {
	if strings.HasSuffix(s, extWheel) {
		return ParseWheelFilename(s)
	}
	return ParseSdistFilename(s)
}

// ParseWheelFilename reads the filename of a wheel (W-10 … W-12): five or six
// parts joined by "-". It is the tolerant reader of W-13: names of old files
// with "." and upper case pass, and [Filename.WheelNameNormalized] tells them.
func ParseWheelFilename(s string) (Filename, error) {
	stem, ok := strings.CutSuffix(s, extWheel)
	if !ok {
		return bad(s, "a wheel's filename ends in .whl")
	}
	if reason := badCharacters(s); reason != "" {
		return bad(s, reason)
	}
	parts := strings.Split(stem, "-")
	if n := len(parts); n != 5 && n != 6 {
		return bad(s, fmt.Sprintf("it has %d parts between dashes instead of 5 or 6 "+
			"(name-version[-build]-python-abi-platform)", n))
	}
	tags := parts[len(parts)-wheelTail:]
	f := Filename{Raw: s, Kind: Wheel, Ext: extWheel, Name: parts[0]}
	if reason := badWheelName(f.Name); reason != "" {
		return bad(s, reason)
	}
	if len(parts) == 6 {
		f.Build = parts[2]
		if reason := badBuild(f.Build); reason != "" {
			return bad(s, reason)
		}
	}
	f.Python, f.ABI, f.Platform = split(tags[0]), split(tags[1]), split(tags[2])
	if reason := badTags(f); reason != "" {
		return bad(s, reason)
	}
	return f.withVersion(parts[1])
}

// ParseSdistFilename reads the filename of a source distribution by the rule
// of the PyPA specification: the version begins after the last "-". The name
// of an old file may itself hold dashes; a version that does (1.0-1) needs
// [ParseSdistFilenameOf].
func ParseSdistFilename(s string) (Filename, error) {
	f, stem, err := cutSdist(s)
	if err != nil {
		return Filename{}, err
	}
	dash := strings.LastIndexByte(stem, '-')
	if dash < 0 {
		return bad(s, "there is no dash between name and version")
	}
	return f.withSdistName(stem, dash)
}

// ParseSdistFilenameOf reads the filename of a source distribution that is
// known to belong to project, whatever the spelling of either. It finds the
// dash that old filenames leave ambiguous: foo-1.0-1.tar.gz is version
// 1.0.post1 of foo and version 1 of foo-1-0.
func ParseSdistFilenameOf(s, project string) (Filename, error) {
	f, stem, err := cutSdist(s)
	if err != nil {
		return Filename{}, err
	}
	want := packaging.NormalizeName(project)
	for dash := range len(stem) {
		if stem[dash] == '-' && packaging.NormalizeName(stem[:dash]) == want {
			return f.withSdistName(stem, dash)
		}
	}
	return bad(s, fmt.Sprintf("it does not start with the project's name %s and a dash", packaging.Quote(project)))
}

// cutSdist takes the extension off and checks the characters.
func cutSdist(s string) (f Filename, stem string, err error) {
	for _, ext := range [...]string{extTarGz, extZip} {
		if stem, ok := strings.CutSuffix(s, ext); ok {
			if reason := badCharacters(s); reason != "" {
				f, err = bad(s, reason)
				return f, "", err
			}
			return Filename{Raw: s, Kind: Sdist, Ext: ext}, stem, nil
		}
	}
	f, err = bad(s, "a distribution's filename ends in .whl, .tar.gz or .zip")
	return f, "", err
}

// withSdistName splits stem at dash into name and version.
func (f Filename) withSdistName(stem string, dash int) (Filename, error) {
	f.Name = stem[:dash]
	if !packaging.ValidName(f.Name) {
		return bad(f.Raw, fmt.Sprintf("%s is not a valid project name", packaging.Quote(f.Name)))
	}
	return f.withVersion(stem[dash+1:])
}

// withVersion sets the version, the part of a filename that costs most to read.
func (f Filename) withVersion(text string) (Filename, error) {
	version, err := pep440.Parse(text)
	if err != nil {
		return bad(f.Raw, fmt.Sprintf("%s is not a valid version", packaging.Quote(text)))
	}
	f.Version, f.VersionText = version, text
	return f, nil
}

// bad returns the error that names s and the reason.
func bad(s, reason string) (Filename, error) {
	return Filename{}, &FilenameError{Filename: s, Reason: reason}
}

// badCharacters returns what is wrong with the characters of s, or "". What
// passes is safe in a URL path segment, a file system and a log line.
func badCharacters(s string) string {
	if len(s) > MaxFilename {
		return fmt.Sprintf("it is longer than %d bytes", MaxFilename)
	}
	for i := range len(s) {
		if c := s[i]; !isWordByte(c) && c != '-' && c != '.' && c != '+' && c != '!' {
			return fmt.Sprintf("%q cannot stand in a filename", c)
		}
	}
	return ""
}

// badWheelName returns what is wrong with a wheel's name part, or "". Runs of
// separators are one "_" in a wheel's name, so "__" is refused (PEP 427).
func badWheelName(name string) string {
	if !packaging.ValidName(name) || strings.Contains(name, "__") {
		return fmt.Sprintf("%s is not a valid project name in a wheel's filename", packaging.Quote(name))
	}
	return ""
}

// badBuild returns what is wrong with a build tag, or "" (W-11).
func badBuild(build string) string {
	if build == "" || !isDigit(build[0]) {
		return fmt.Sprintf("the build tag %s does not start with a digit", packaging.Quote(build))
	}
	return ""
}

// split cuts a compressed tag set at its dots.
func split(set string) []string {
	if strings.IndexByte(set, '.') < 0 {
		return []string{set}
	}
	return strings.Split(set, ".")
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isWordByte reports whether c is an ASCII letter, a digit or "_".
func isWordByte(c byte) bool {
	return isDigit(c) || c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
