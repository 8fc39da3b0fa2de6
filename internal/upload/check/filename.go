package check

import (
	"errors"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/dist"
)

var filenameCharacters = Check{
	Name: "filename-characters", Row: 19, Stage: Filename, Ref: "wire-spec 6.5",
	Run: func(u *Upload) []index.Problem {
		if strings.ContainsAny(u.Filename, `/\`) {
			return refuse(index.CodeInvalidFilename, "Cannot upload a file with '/' or '\\' in the name.")
		}
		for _, r := range u.Filename {
			if r < 0x20 || r == 0x7f || r > 0x7e {
				return refuse(index.CodeInvalidFilename, "Cannot upload a file with non-printable or non-ASCII characters in the name: %.255q.", u.Filename)
			}
		}
		return nil
	},
}

var filenameLength = Check{
	Name: "filename-length", Row: 38, Stage: Filename, Ref: "wire-spec 6.5",
	Run: func(u *Upload) []index.Problem {
		if len(u.Filename) > dist.MaxFilename {
			return refuse(index.CodeFilenameTooLong, "The filename is too long: %d bytes, %d are possible.", len(u.Filename), dist.MaxFilename)
		}
		return nil
	},
}

var extension = Check{
	Name: "extension", Row: 20, Stage: Filename, Ref: "W-01, W-02, W-10",
	Run: func(u *Upload) []index.Problem {
		name := u.Filename
		if u.wheel() && !strings.HasSuffix(name, ".whl") {
			return refuse(index.CodeInvalidExtension, "Invalid file extension: a wheel's filename ends in .whl, not %.255q.", name)
		}
		if !u.wheel() && !strings.HasSuffix(name, ".tar.gz") && !strings.HasSuffix(name, ".zip") {
			return refuse(index.CodeInvalidExtension, "Invalid file extension: a source distribution's filename ends in .tar.gz, not %.255q.", name)
		}
		return nil
	},
}

var contentType = Check{
	Name: "content-type", Row: 21, Stage: Filename, Ref: "U-02",
	Run: func(u *Upload) []index.Problem {
		if u.ContentType == "" || strings.HasPrefix(strings.ToLower(u.ContentType), "image/") {
			return refuse(index.CodeInvalidType, "Invalid distribution file: its part has the content type %s; send application/octet-stream.", packaging.Quote(u.ContentType))
		}
		return nil
	},
}

// sdistFilename parses the name and compares it with the only one there may be
// (PEP 625).
var sdistFilename = Check{
	Name: "sdist-filename", Row: 31, Stage: Filename, Ref: "W-01, PEP 625", Lenient: true,
	Run: func(u *Upload) []index.Problem {
		if u.wheel() {
			return nil
		}
		if problems := parsable(u, "source distribution"); problems != nil {
			return problems
		}
		if want := dist.SdistFilename(u.Name, u.Version); u.Filename != want {
			return refuse(index.CodeInvalidFilename, "Filename %.255q should be %.255q.", u.Filename, want)
		}
		return nil
	},
}

// wheelFilename parses the name; whose it is must never be in doubt, so it has
// no leniency, unlike wheelSpelling.
var wheelFilename = Check{
	Name: "wheel-filename", Row: 33, Stage: Filename, Ref: "W-10…W-12",
	Run: func(u *Upload) []index.Problem {
		if !u.wheel() {
			return belongs(u)
		}
		return parsable(u, "wheel")
	},
}

func parsable(u *Upload, kind string) []index.Problem {
	// Which part of an sdist's name is the project's is known only for a name
	// that fits; another project's is read by its last dash.
	if other, err := dist.ParseSdistFilename(u.Filename); u.ParseErr != nil && err == nil {
		return startFilename(u, other)
	}
	if bad, ok := errors.AsType[*dist.FilenameError](u.ParseErr); ok {
		return refuse(index.CodeInvalidFilename, "Invalid %s filename %.255q: %s.", kind, u.Filename, bad.Reason)
	}
	if !u.Dist.BelongsTo(u.Name) {
		return startFilename(u, u.Dist)
	}
	return nil
}

func startFilename(u *Upload, got dist.Filename) []index.Problem {
	return refuse(index.CodeInvalidFilename, "Start filename for '%.255s' with %.255q, not %.255q.", u.Name, strings.ReplaceAll(u.Name, "-", "_"), got.Name)
}

// belongs holds for source distributions even where an old spelling of the
// filename is excused: project and version must be those of the upload.
func belongs(u *Upload) []index.Problem {
	if problems := parsable(u, "source distribution"); problems != nil {
		return problems
	}
	if !u.Dist.Version.Equal(u.Version) {
		return refuse(index.CodeInvalidFilename, "Version in filename should be '%.255s' not '%.255s'.", u.Version, u.Dist.Version)
	}
	return nil
}

var wheelVersion = Check{
	Name: "wheel-version", Row: 33, Stage: Filename, Ref: "W-14",
	Run: func(u *Upload) []index.Problem {
		if u.wheel() && !u.Dist.Version.Equal(u.Version) {
			return refuse(index.CodeInvalidFilename, "Version in filename should be '%.255s' not '%.255s'.", u.Version, u.Dist.Version)
		}
		return nil
	},
}

var wheelSpelling = Check{
	Name: "wheel-spelling", Row: 33, Stage: Filename, Ref: "W-13", Lenient: true,
	Run: func(u *Upload) []index.Problem {
		if u.wheel() && !u.Dist.WheelNameNormalized() {
			return refuse(index.CodeInvalidFilename, "Filename %.255q should contain the normalized project name %.255q, not %.255q.", u.Filename, strings.ReplaceAll(u.Name, "-", "_"), u.Dist.Name)
		}
		return nil
	},
}

var platformTag = Check{
	Name: "platform-tag", Row: 33, Stage: Filename, Ref: "PT-1…PT-3",
	Run: func(u *Upload) []index.Problem {
		if !u.wheel() {
			return nil
		}
		for _, tag := range u.Dist.Platforms() {
			if !u.Policy.Tags.Permits(tag) {
				return refuse(index.CodeUnsupportedTag, "Binary wheel '%s' has an unsupported platform tag '%s'.", u.Filename, tag)
			}
		}
		return nil
	},
}
