package dist

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"strongroom/internal/packaging"
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

// judge tells what is wrong with a member's path in an archive of the kind: for
// what the archive is refused, and what is only warned of.
func judge(kind Kind, path string, dir bool) (refused, warned []nameProblem) {
	for _, p := range checkName(path, dir) {
		if p.refuses(kind) {
			refused = append(refused, p)
		} else {
			warned = append(warned, p)
		}
	}
	return refused, warned
}

// refuses reports whether an archive of the kind is refused for it.
func (p nameProblem) refuses(kind Kind) bool {
	return p.weight == nameRefused || p.weight == nameRefusedInWheels && kind == Wheel
}

// checkCharacters tells characters that names may not hold everywhere, the first
// of each sort. It reports whether all are ASCII.
func checkCharacters(path string, bad badName) (ascii bool) {
	var told []string
	ascii = true
	for _, r := range path {
		ascii = ascii && r < utf8.RuneSelf
		weight, detail := weigh(r)
		if detail == "" || slices.Contains(told, detail) {
			continue
		}
		told = append(told, detail)
		kind := BadName
		if weight == nameWarned {
			kind = OddName
		}
		bad(weight, kind, detail, r)
	}
	if hasDrive(path) {
		bad(nameRefused, BadName, "the name begins with a drive letter")
	}
	return ascii
}

// weigh says what is wrong with a character in a name, as a format for it; ""
// for nothing.
func weigh(r rune) (weight nameWeight, detail string) {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '/', r == '_', r == '.': // most of all
		return nameWarned, ""
	case r == '\\':
		return nameRefused, `the name holds a backslash (%U); folders are separated by "/"`
	case r == ':':
		return nameRefusedInWheels, `the name holds ":" (%U), which Windows takes for a drive or a stream`
	case unicode.IsControl(r):
		return nameRefused, "the name holds the control character %U"
	case isBidi(r):
		return nameRefused, "the name holds %U, which changes the direction of writing"
	case r >= utf8.RuneSelf && unicode.In(r, unicode.C, unicode.Zl, unicode.Zp):
		return nameRefused, "the name holds %U, which has no shape of its own"
	case strings.ContainsRune(`*?"<>|`, r):
		return nameWarned, "the name holds %U, which Windows does not permit in the names of files"
	}
	return nameWarned, ""
}

// isBidi reports whether r changes the direction of writing (UTS 9), with
// which a name can be made to look like another one.
func isBidi(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069
}

// hasControl reports whether s holds a control character (C0, DEL, C1).
func hasControl(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }

// hasDrive reports whether a path begins as on Windows: "C:".
func hasDrive(path string) bool {
	return len(path) >= 2 && path[1] == ':' && 'a' <= path[0]|0x20 && path[0]|0x20 <= 'z'
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
		bad(nameRefused, BadName, "the name has the part %s, which names another folder", packaging.Quote(segment))
	case len(segment) > maxSegment:
		bad(nameRefused, BadName, "a part of the name is longer than %d bytes", maxSegment)
	case strings.HasSuffix(segment, " "), strings.HasSuffix(segment, "."):
		bad(nameRefused, BadName, "the part %s ends in a space or a dot, which Windows cuts off", packaging.Quote(segment))
	case isDevice(segment):
		bad(nameWarned, DeviceName, "%s is the name of a device on Windows, where the file cannot be made", packaging.Quote(segment))
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
