package dist

import (
	"slices"
	"strings"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
)

// SdistFilename returns the one filename a source distribution of this
// project and version may have (W-01, PEP 625): the normalised name with "_",
// the normalised version, ".tar.gz". name may have any spelling.
func SdistFilename(name string, version pep440.Version) string {
	return packaging.FilenameName(name) + "-" + version.String() + extTarGz
}

// Project returns the normalised name of the project the file belongs to.
func (f Filename) Project() string { return packaging.NormalizeName(f.Name) }

// BelongsTo reports whether the filename names this project, in any spelling.
func (f Filename) BelongsTo(project string) bool {
	return f.Project() == packaging.NormalizeName(project)
}

// WheelNameNormalized reports whether the name is written as an upload must
// write it (W-13): normalised, in lower case, with "_" for "-".
func (f Filename) WheelNameNormalized() bool {
	return f.Name == packaging.FilenameName(f.Name)
}

// VersionNormalized reports whether the version is written in its PEP 440
// normal form.
func (f Filename) VersionNormalized() bool {
	return f.VersionText == f.Version.String()
}

// Identity returns the text under which the registry knows the file (SD-9):
//
//	project/version/build/python-abi-platform/extension
//
// with the normalised name, the canonical version (no trailing zeros), the
// build tag as number and rest, and each tag set sorted and without
// duplicates, which stands for its expansion and stays as short as the
// filename. Two spellings of one file have one identity and two files have
// two: no part can hold a "/".
func (f Filename) Identity() string {
	sets := ""
	if f.Kind == Wheel {
		sets = joinedSet(f.Python) + "-" + joinedSet(f.ABI) + "-" + joinedSet(f.Platform)
	}
	return f.Project() + "/" + f.Version.Canonical() + "/" + normalBuild(f.Build) + "/" + sets + "/" + f.Ext[1:]
}

// normalBuild returns a build tag with its number in shortest form and the
// rest in lower case: it sorts as (number, rest), so 01A and 1a are one (W-11).
func normalBuild(build string) string {
	for len(build) > 1 && build[0] == '0' && isDigit(build[1]) {
		build = build[1:]
	}
	return strings.ToLower(build)
}

// joinedSet writes a tag set in normal form.
func joinedSet(tags []string) string { return strings.Join(sortedSet(tags), ".") }

// sortedSet returns tags in lower case, sorted, each once. The argument is
// not changed.
func sortedSet(tags []string) []string {
	set := make([]string, len(tags))
	for i, tag := range tags {
		set[i] = strings.ToLower(tag)
	}
	slices.Sort(set)
	return slices.Compact(set)
}
