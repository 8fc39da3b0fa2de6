package dist

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a member's path may measure (AV-4), in bytes and in segments.
const (
	maxPath    = 4096
	maxSegment = 255
	maxDepth   = 64
)

// nameWeight says what a problem of a name leads to.
type nameWeight uint8

const (
	nameRefused         nameWeight = iota // in every archive
	nameRefusedInWheels                   // in a wheel, which is unpacked as it is; else warned
	nameWarned                            // nowhere refused
)

// nameProblem is what is wrong with one path.
type nameProblem struct {
	kind   ErrorKind
	weight nameWeight
	detail string
}

// checkName returns what is wrong with a member's path by itself (AV-8), nil
// if nothing is: whether it means the same file on every system and stays
// inside the folder it is unpacked to. The path of a folder has no trailing
// "/". The function is pure and the same for zip and tar.
func checkName(path string, dir bool) []nameProblem {
	if !utf8.ValidString(path) {
		return []nameProblem{{BadName, nameRefused, "the name is not UTF-8"}}
	}
	var out []nameProblem
	bad := func(weight nameWeight, kind ErrorKind, format string, args ...any) {
		out = append(out, nameProblem{kind, weight, fmt.Sprintf(format, args...)})
	}
	if len(path) > maxPath {
		bad(nameRefused, BadName, "the name is longer than %d bytes", maxPath)
	}
	ascii := checkCharacters(path, bad)
	checkSegments(path, bad)
	if !dir && isVersioned(path) {
		bad(nameRefusedInWheels, BadName, `the name ends in ";" and digits, which some tools cut off`)
	}
	if !ascii && !norm.NFC.IsNormalString(path) {
		bad(nameWarned, NameNotNFC, "the name is not in Unicode's normal form NFC: some systems spell it differently")
	}
	return out
}

// badName is how the parts of [checkName] tell a problem.
type badName = func(weight nameWeight, kind ErrorKind, format string, args ...any)

// checkCharacters tells characters that no name may hold, the first of each
// sort. It reports whether all are ASCII.
func checkCharacters(path string, bad badName) (ascii bool) {
	var control, backslash, colon bool
	ascii = true
	for _, r := range path {
		ascii = ascii && r < utf8.RuneSelf
		switch {
		case r == '\\' && !backslash:
			backslash = true
			bad(nameRefused, BadName, `the name holds a backslash; folders are separated by "/"`)
		case r == ':' && !colon:
			colon = true
			bad(nameRefusedInWheels, BadName, `the name holds ":", which Windows takes for a drive or a stream`)
		case !control && invisible(r):
			control = true
			bad(nameRefused, BadName, "the name holds the control character %U", r)
		}
	}
	if hasDrive(path) {
		bad(nameRefused, BadName, "the name begins with a drive letter")
	}
	return ascii
}

// invisible reports whether r is a control character: of text (NUL, newline,
// DEL), of its direction, or otherwise without a shape of its own.
func invisible(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7F
	}
	return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp)
}

// checkSegments tells what is wrong with the parts between the slashes.
func checkSegments(path string, bad badName) {
	if strings.HasPrefix(path, "/") {
		bad(nameRefused, BadName, "the name is absolute: it begins with a slash")
		path = strings.TrimLeft(path, "/")
	}
	if depth := strings.Count(path, "/") + 1; depth > maxDepth {
		bad(nameRefused, BadName, "the name is nested %d folders deep, more than %d", depth, maxDepth)
		return
	}
	for segment := range strings.SplitSeq(path, "/") {
		checkSegment(segment, bad)
	}
}

func checkSegment(segment string, bad badName) {
	switch {
	case segment == "":
		bad(nameRefused, BadName, "the name is empty or has an empty part")
	case segment == ".", segment == "..":
		bad(nameRefused, BadName, "the name has the part %q, which names another folder", segment)
	case len(segment) > maxSegment:
		bad(nameRefused, BadName, "a part of the name is longer than %d bytes", maxSegment)
	case strings.HasSuffix(segment, " "), strings.HasSuffix(segment, "."):
		bad(nameRefused, BadName, "the part %q ends in a space or a dot, which Windows cuts off", segment)
	case isDevice(segment):
		bad(nameWarned, DeviceName, "%q is the name of a device on Windows, where the file cannot be made", segment)
	}
}

// isDevice reports whether Windows reserves the name, with any extension.
func isDevice(segment string) bool {
	stem, _, _ := strings.Cut(segment, ".")
	stem = strings.TrimRight(stem, " ")
	if len(stem) < 3 || len(stem) > 7 {
		return false
	}
	stem = strings.ToUpper(stem)
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	port, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		port, ok = strings.CutPrefix(stem, "LPT")
	}
	return ok && (len(port) == 1 && '1' <= port[0] && port[0] <= '9' || port == "¹" || port == "²" || port == "³")
}

// isVersioned reports whether path ends like a file's version on VMS, "a;1":
// Info-ZIP's unzip makes "a" of it.
func isVersioned(path string) bool {
	stem := strings.TrimRight(path, "0123456789")
	return strings.HasSuffix(stem, ";")
}
