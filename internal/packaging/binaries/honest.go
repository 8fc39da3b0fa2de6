package binaries

import (
	"slices"
	"strings"
)

// honest returns the smallest platform tags that the wheel can honestly carry, one for each sort of system that its
// filename names (PT-7).
func (w wheel) honest(claims []claim) string {
	var tags []string
	for _, c := range claims {
		if tag := w.honestTag(c); tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return strings.Join(tags, ".")
}

// honestTag returns the tag for the sort of system of one claim, or "". A wheel without compiled files fits any
// platform; a wheel for any platform that has files of several systems is taken at its word.
func (w wheel) honestTag(c claim) string {
	if len(w.binaries) == 0 {
		return "any"
	}
	kind := c.kind
	if format, only := w.onlyFormat(); only && kind != claimOther {
		kind = map[Format]claimKind{FormatELF: claimLibc, FormatMachO: claimMac, FormatPE: claimWindows}[format]
	}
	switch kind {
	case claimAny:
		return "any"
	case claimLibc, claimLinux:
		return w.honestLinux(c)
	case claimMac:
		return w.honestMac(c)
	case claimWindows:
		return w.honestWindows(c)
	}
	return ""
}

// onlyFormat returns the format of the compiled files, if they have but one.
func (w wheel) onlyFormat() (Format, bool) {
	first := w.binaries[0].Format
	return first, !slices.ContainsFunc(w.binaries, func(b Binary) bool { return b.Format != first })
}

// honestLinux returns the oldest tag that nothing in the wheel contradicts, or linux_<arch> if none is left.
func (w wheel) honestLinux(c claim) string {
	c, ok := w.likely(c)
	if !ok {
		return ""
	}
	if c.implausible() {
		c.libc = c.family.newest
	}
	for _, p := range c.family.policies {
		older := c
		older.libc = p.libc
		if c.kind == claimLibc && (c.libc.compare(p.libc) < 0 || c.family.prefix == "musllinux") && w.fulfils(c) {
			return c.canonical() // older than the next policy, or of a musl whose version no file tells
		}
		if slices.Contains(p.arches, c.arch) && w.fulfils(older) {
			return older.canonical()
		}
	}
	if c.kind == claimLibc && w.fulfils(c) {
		return c.canonical()
	}
	return "linux_" + c.arch
}

// likely corrects architecture and C library of a claim that no file supports, by what the files say.
func (w wheel) likely(c claim) (claim, bool) {
	var arches []string
	musl, glibc := false, false
	for _, b := range w.binaries {
		if b.ELF == nil || b.ELF.Device || b.ELF.Arch == "" {
			continue
		}
		arches = append(arches, b.ELF.Arch)
		musl = musl || slices.ContainsFunc(b.ELF.Needed, isMusl)
		glibc = glibc || slices.ContainsFunc(b.ELF.Needed, isLoader) || slices.Contains(b.ELF.Needed, "libc.so.6")
	}
	if len(arches) == 0 {
		return c, false
	}
	if c.arch != "armv6l" && !slices.Contains(arches, c.arch) {
		c.arch = arches[0]
	}
	switch {
	case musl && !glibc && c.family.prefix != "musllinux":
		family := musllinux()
		c.family, c.kind, c.libc = family, claimLibc, family.newest // no file tells which musl it was built with
	case c.family.prefix == "", glibc && !musl && c.family.prefix != "manylinux":
		c.family, c.kind = manylinux(), claimLinux
	}
	return c, true
}

// fulfils reports whether every file for the claim's architecture keeps to the claim.
func (w wheel) fulfils(c claim) bool {
	c.kind = claimLibc
	for _, b := range w.binaries {
		if b.ELF != nil && b.ELF.fits(c.arch) && len(w.elfIssues(c, *b.ELF)) > 0 {
			return false
		}
	}
	return true
}

// canonical returns the tag in the form of PEP 600.
func (c claim) canonical() string { return c.family.prefix + "_" + c.libc.tag() + "_" + c.arch }

// honestMac returns the tag for the architectures that all files have and the newest system that any of them needs.
func (w wheel) honestMac(c claim) string {
	var common []string
	minimum, first := Version{}, true
	for _, b := range w.binaries {
		arches, needs := loadable(b.MachO)
		if len(arches) == 0 {
			continue
		}
		if common = slices.DeleteFunc(common, func(a string) bool { return !slices.Contains(arches, a) }); first {
			common, first = arches, false
		}
		if needs.compare(minimum) > 0 {
			minimum = needs
		}
	}
	arch := macArch(common)
	if arch == "" {
		return ""
	}
	if minimum == (Version{}) && c.kind == claimMac {
		minimum = c.libc
	}
	if arch == "arm64" {
		minimum = macVersion(minimum, arch)
	}
	return "macosx_" + wholeVersion(minimum).tag() + "_" + arch
}

// loadable returns the architectures of a library or program, and the newest system that any of them needs beyond what
// every system of its architecture is.
func loadable(parts []MachOPart) (arches []string, minimum Version) {
	for _, part := range parts {
		if part.Object {
			return nil, Version{}
		}
		arches = append(arches, part.Arch)
		if part.Arch == "arm64" && part.Minimum.compare(Version{Major: 11}) <= 0 {
			continue
		}
		if part.Minimum.compare(minimum) > 0 {
			minimum = part.Minimum
		}
	}
	return arches, minimum
}

// macArch returns the tag's name for a set of architectures, or "".
func macArch(arches []string) string {
	if len(arches) == 1 {
		return arches[0]
	}
	for _, tag := range []string{"universal2", "intel", "fat", "fat3", "fat64", "universal"} {
		if set := macArches(tag); len(set) == len(arches) && !slices.ContainsFunc(set, func(a string) bool { return !slices.Contains(arches, a) }) {
			return tag
		}
	}
	return ""
}

// wholeVersion rounds up to a version that a tag can name: since macOS 11 tags have no minor versions, and there are no
// versions between 15 and 26.
func wholeVersion(v Version) Version {
	v = macVersion(v, "")
	if v.Major >= 11 && v.Minor > 0 {
		v = Version{Major: v.Major + 1}
	}
	if v.Major > 15 && v.Major < 26 {
		v = Version{Major: 26}
	}
	return v
}

// honestWindows returns the tag for the machine of the libraries, if they have but one.
func (w wheel) honestWindows(c claim) string {
	var found []string
	for _, b := range w.binaries {
		if b.PE != nil && !b.PE.Managed && b.PE.DLL && !slices.Contains(found, b.PE.Arch) {
			found = append(found, b.PE.Arch)
		}
	}
	switch {
	case len(found) == 1:
		return found[0]
	case c.kind == claimWindows:
		return c.tag
	}
	return ""
}
