package binaries

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// elfIssues returns what contradicts a Linux tag in one file (PT-4). A file for another machine is only told as that.
func (w wheel) elfIssues(c claim, e ELF) []issue {
	if e.Device || e.Machine == "" {
		return nil
	}
	if !e.fits(c.arch) {
		return []issue{{Machine, "is compiled for another machine (" + e.Machine + ")", e.Arch}}
	}
	if e.Object || c.kind == claimLinux {
		return nil
	}
	return w.policyIssues(c, e)
}

// fits reports whether the file runs on an architecture. ELF files do not tell ARM 6 from 7.
func (e ELF) fits(arch string) bool {
	return e.Arch == arch || arch == "armv6l" && e.Arch == "armv7l"
}

// policyIssues holds a file for the right machine against the policy of a manylinux or musllinux tag.
func (w wheel) policyIssues(c claim, e ELF) []issue {
	p, known := c.family.find(c.libc, c.arch)
	if !known {
		p = c.family.policies[len(c.family.policies)-1]
		p.symbols = nil // a system beyond the table has symbols that the table does not know
	}
	issues := slices.Concat(w.versionIssues(c, p, e), w.libraryIssues(c, p, e), w.symbolIssues(p, e))
	if e.Level > 1 {
		level := fmt.Sprintf("x86-64-v%d", e.Level)
		issues = append(issues, issue{InstructionSet, "needs the instruction set " + level, level})
	}
	return issues
}

// versionIssues returns the newest symbol version of each kind that is beyond the tag (PT-4a).
func (w wheel) versionIssues(c claim, p policy, e ELF) []issue {
	newest, from := map[string]string{}, map[string]string{}
	for _, needed := range e.Versions {
		if isLoader(needed.Library) || w.names[needed.Library] {
			continue
		}
		for _, name := range needed.Names {
			prefix, version, _ := strings.Cut(name, "_")
			old, seen := newest[prefix]
			if !p.permits(c, prefix, version) && (!seen || compareDotted(version, old) > 0) {
				newest[prefix], from[prefix] = version, needed.Library
			}
		}
	}
	var issues []issue
	for _, prefix := range slices.Sorted(maps.Keys(newest)) {
		name := prefix + "_" + newest[prefix]
		issues = append(issues, issue{SymbolVersion, fmt.Sprintf("needs %s of %s", name, from[prefix]), name})
	}
	return issues
}

// permits reports whether systems of a tag have a symbol version. A tag between two policies is held against the newer
// one, but has its own C library; then the version's number decides.
func (p policy) permits(c claim, prefix, version string) bool {
	if number, ok := leadingVersion(version); ok && prefix == "GLIBC" && p.libc != c.libc && number.compare(c.libc) > 0 {
		return false
	}
	versions, judged := p.symbols[symbolKey(c.arch, prefix)]
	return !judged || slices.Contains(versions, version)
}

// leadingVersion reads "2.17" and "2.3.4".
func leadingVersion(s string) (Version, bool) {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) < 2 {
		return Version{}, false
	}
	return parseVersion(parts[0]+"."+parts[1], ".")
}

// compareDotted compares versions such as 3.4.9 and 3.4.22 by their numbers; words compare as text, after numbers.
func compareDotted(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		first, ok1 := parseNumber(a)
		second, ok2 := parseNumber(b)
		switch {
		case ok1 && ok2:
			return first - second
		case ok1:
			return -1
		case ok2:
			return 1
		}
		return strings.Compare(a, b)
	})
}

// isLoader reports whether a library is glibc's dynamic loader, which is always there and goes by many names.
func isLoader(library string) bool {
	return strings.HasPrefix(library, "ld-linux") || strings.HasPrefix(library, "ld64.so.")
}

// isMusl reports whether a library is musl, which is also its own loader.
func isMusl(library string) bool {
	return strings.HasPrefix(library, "libc.musl-") || strings.HasPrefix(library, "ld-musl-")
}

// libraryIssues returns the libraries that are neither on every system of the tag nor in the wheel (PT-4c).
func (w wheel) libraryIssues(c claim, p policy, e ELF) (issues []issue) {
	musl := c.family.prefix == "musllinux"
	for _, library := range e.Needed {
		glibc := isLoader(library) || library == "libc.so.6"
		switch {
		case w.names[library] || slices.Contains(p.libraries, library):
		case musl && isMusl(library) || !musl && glibc:
		case glibc:
			issues = append(issues, issue{WrongLibc, "is built for glibc (it needs " + library + ")", library})
		case isMusl(library):
			issues = append(issues, issue{WrongLibc, "is built for musl (it needs " + library + ")", library})
		case isLibPython(library):
			issues = append(issues, issue{LibPython, "is linked to " + library + ", which not every interpreter has", library})
		default:
			issues = append(issues, issue{MissingLibrary, "needs " + library + ", which is not in the wheel", library})
		}
	}
	return issues
}

// isLibPython recognises libpython3.13.so.1.0, python313.dll's relatives on other systems, and the framework of macOS.
func isLibPython(library string) bool {
	base := path.Base(library)
	return strings.HasPrefix(base, "libpython2") || strings.HasPrefix(base, "libpython3") ||
		strings.Contains(library, "Python.framework/")
}

// symbolIssues returns the forbidden symbols of each library that is not the wheel's own.
func (w wheel) symbolIssues(p policy, e ELF) (issues []issue) {
	for _, library := range slices.Sorted(maps.Keys(p.forbidden)) {
		if library != "*" && (!slices.Contains(e.Needed, library) || w.names[library]) {
			continue
		}
		for _, symbol := range e.Symbols {
			if slices.Contains(p.forbidden[library], symbol) {
				issues = append(issues, issue{ForbiddenSymbol, "uses " + symbol + ", which not every such system has", symbol})
			}
		}
	}
	return issues
}

// searchPathIssues returns what is wrong with RPATH or RUNPATH (PT-4d). An absolute or empty path makes the loader take
// libraries from a folder of somebody else's choice.
func searchPathIssues(file string, e ELF) (issues []issue) {
	name, paths := "RUNPATH", e.RUNPATH
	if len(paths) == 0 {
		name, paths = "RPATH", e.RPATH
	}
	for _, p := range paths {
		rest, origin := cutOrigin(p)
		switch {
		case !origin:
			issues = append(issues, issue{SearchPath, fmt.Sprintf("%s %q does not begin with $ORIGIN", name, p), p})
		case leavesWheel(file, rest):
			issues = append(issues, issue{SearchPath, fmt.Sprintf("%s %q leads out of the wheel", name, p), p})
		}
	}
	return issues
}

// cutOrigin takes $ORIGIN or ${ORIGIN} off a search path.
func cutOrigin(p string) (rest string, ok bool) {
	for _, origin := range []string{"$ORIGIN", "${ORIGIN}"} {
		if rest, found := strings.CutPrefix(p, origin); found && (rest == "" || rest[0] == '/') {
			return rest, true
		}
	}
	return p, false
}

// leavesWheel reports whether a path, taken from a file's folder, ends above the folder the wheel is unpacked in. Where
// the files below .data/data and .data/scripts end, only the installer knows.
func leavesWheel(file, rest string) bool {
	if folder, inner, found := strings.Cut(file, ".data/"); found && !strings.Contains(folder, "/") {
		scheme, below, _ := strings.Cut(inner, "/")
		if scheme != "platlib" && scheme != "purelib" {
			return false
		}
		file = below
	}
	const root = "site-packages"
	return !strings.HasPrefix(path.Join(root, path.Dir(file), rest)+"/", root+"/")
}
