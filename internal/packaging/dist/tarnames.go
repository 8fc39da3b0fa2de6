package dist

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a member's path may be (AV-4), in bytes and segments.
const (
	tarPathLimit    = 4096
	tarSegmentLimit = 255
	tarDepthLimit   = 64
)

// tarNameProblem returns what is wrong with a member's path (AV-8), or "". The
// path is without a leading "./" and the trailing "/" of a folder.
func tarNameProblem(path string) string {
	switch {
	case path == "":
		return "the name is empty"
	case len(path) > tarPathLimit:
		return fmt.Sprintf("the path is longer than %d bytes", tarPathLimit)
	case !utf8.ValidString(path):
		return "the path is not a text of UTF-8"
	case hasControl(path):
		return "the path holds a control character"
	case strings.ContainsFunc(path, isBidi):
		return "the path holds a character that changes the direction of writing"
	case strings.ContainsRune(path, '\\'):
		return "the path holds a backslash, which separates folders on Windows"
	case path[0] == '/':
		return "the path is absolute"
	case hasDrive(path):
		return "the path begins with a drive letter"
	}
	return tarSegmentsProblem(strings.Split(path, "/"))
}

func tarSegmentsProblem(segments []string) string {
	if len(segments) > tarDepthLimit {
		return fmt.Sprintf("the path is deeper than %d folders", tarDepthLimit)
	}
	for _, segment := range segments {
		switch {
		case segment == "":
			return "a part of the path is empty"
		case segment == "." || segment == "..":
			return fmt.Sprintf("a part of the path is %q", segment)
		case len(segment) > tarSegmentLimit:
			return fmt.Sprintf("a part of the path is longer than %d bytes", tarSegmentLimit)
		}
	}
	return ""
}

// tarNameOddity returns what some systems cannot do with a path, or "".
func tarNameOddity(path string) string {
	if !norm.NFC.IsNormalString(path) {
		return "the path is not in Unicode's composed form (NFC): macOS and Linux may disagree about it"
	}
	for segment := range strings.SplitSeq(path, "/") {
		switch {
		case strings.HasSuffix(segment, ".") || strings.HasSuffix(segment, " "):
			return "a part of the path ends in a dot or a space, which Windows takes off"
		case strings.ContainsAny(segment, `:*?"<>|`):
			return "the path holds a character that Windows does not permit in file names"
		case isDevice(segment):
			return "a part of the path is the name of a device on Windows"
		}
	}
	return ""
}

// tarFold returns the same text for paths that a file system may take for one:
// those that differ in case or in the form of their accents only.
func tarFold(path string) string {
	for i := range len(path) {
		if path[i] >= utf8.RuneSelf {
			return norm.NFC.String(strings.Map(foldRune, norm.NFC.String(path)))
		}
	}
	return strings.ToLower(path)
}

// hasControl reports whether s holds a control character (C0, DEL, C1).
func hasControl(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }

// isBidi reports whether r changes the direction of writing (UTS 9), with
// which a name can be made to look like another one.
func isBidi(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069
}

// hasDrive reports whether a path begins as on Windows: "C:".
func hasDrive(path string) bool {
	return len(path) >= 2 && path[1] == ':' && 'a' <= path[0]|0x20 && path[0]|0x20 <= 'z'
}

// parentFolder returns the folder that path stands in, "" at the top.
func parentFolder(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }
