package binaries

import (
	"path"
	"slices"
	"strings"
)

// machoIssues returns what contradicts a macOS tag in one file (PT-5): each architecture of the tag must be there, for a
// system that old, with libraries that the system or the wheel has.
func (w wheel) machoIssues(c claim, parts []MachOPart) (issues []issue) {
	if len(parts) == 0 || slices.ContainsFunc(parts, func(p MachOPart) bool { return p.Object }) {
		return nil
	}
	for _, arch := range macArches(c.arch) {
		at := slices.IndexFunc(parts, func(p MachOPart) bool { return p.Arch == arch })
		if at < 0 {
			issues = append(issues, issue{Architecture, "has no code for " + arch, arch})
			continue
		}
		issues = append(issues, systemIssues(c, parts[at])...)
		issues = append(issues, w.dylibIssues(parts[at])...)
	}
	return slices.Compact(issues)
}

// macArches returns the architectures that a tag stands for (PEP 425 as the interpreters for macOS use it).
func macArches(tag string) []string {
	switch tag {
	case "universal2":
		return []string{"arm64", "x86_64"}
	case "intel":
		return []string{"i386", "x86_64"}
	case "fat":
		return []string{"i386", "ppc"}
	case "fat3":
		return []string{"i386", "ppc", "x86_64"}
	case "fat64":
		return []string{"ppc64", "x86_64"}
	case "universal":
		return []string{"i386", "ppc", "ppc64", "x86_64"}
	}
	return []string{tag}
}

// systemIssues compares the oldest system a file is for with the tag's. There is no older macOS for arm64 than 11.0.
func systemIssues(c claim, part MachOPart) []issue {
	if part.Platform != "" && part.Platform != "macos" {
		return []issue{{Machine, "is built for the platform " + part.Platform + ", not for macOS", part.Platform}}
	}
	if promised := macVersion(c.libc, part.Arch); macVersion(part.Minimum, part.Arch).compare(promised) > 0 {
		return []issue{{SystemVersion, "needs macOS " + part.Minimum.String() + " on " + part.Arch, part.Minimum.String()}}
	}
	return nil
}

// macVersion returns the version of macOS that a number means for an architecture: 10.16 is how 11.0 was first called.
func macVersion(v Version, arch string) Version {
	eleven := Version{Major: 11}
	if v == (Version{Major: 10, Minor: 16}) || arch == "arm64" && v.compare(eleven) < 0 {
		return eleven
	}
	return v
}

// dylibIssues returns the libraries that are neither the system's nor the wheel's. A library named by an absolute path
// is not looked for in the wheel.
func (w wheel) dylibIssues(part MachOPart) (issues []issue) {
	for _, library := range part.Needed {
		relative := strings.HasPrefix(library, "@")
		switch {
		case strings.HasPrefix(library, "/usr/lib/"), strings.HasPrefix(library, "/System/"):
		case isLibPython(library):
			issues = append(issues, issue{LibPython, "is linked to " + library + ", which not every interpreter has", library})
		case !relative || !w.names[path.Base(library)]:
			issues = append(issues, issue{MissingLibrary, "needs " + library + ", which is not in the wheel", library})
		}
	}
	return issues
}

// peIssues returns what contradicts a Windows tag in one file (PT-5). Programs may be of a machine that the system
// emulates; libraries must be of the interpreter's own.
func peIssues(c claim, p PE) []issue {
	fits := p.Arch == c.tag || p.Managed
	if !p.DLL {
		fits = fits || p.Arch == "win32" || p.Arch == "win_amd64" && c.tag == "win_arm64"
	}
	if fits {
		return nil
	}
	return []issue{{Machine, "is compiled for another machine (" + p.Arch + ")", p.Arch}}
}
