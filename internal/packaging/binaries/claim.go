package binaries

import (
	"strings"
)

// claim is what one platform tag promises.
type claim struct {
	tag    string // as in the filename, in lower case
	kind   claimKind
	libc   Version // manylinux, musllinux: the C library; macosx: the system
	arch   string  // as in the tag: "x86_64", "universal2"; Windows: the whole tag
	family family  // manylinux, musllinux
}

// claimKind is what sort of system a tag is for.
type claimKind uint8

// The sorts of platform tags. Tags of other systems are not audited beyond claimOther.
const (
	claimOther   claimKind = iota // android, ios, pyemscripten …
	claimAny                      // no compiled files
	claimLibc                     // manylinux, musllinux
	claimLinux                    // linux_<arch>: this one system; only the architecture is promised
	claimMac                      // macosx
	claimWindows                  // win32, win_<arch>
)

// readClaim understands a platform tag. A tag with a system it does not know is claimOther.
func readClaim(tag string) claim {
	c := claim{tag: tag, arch: tag}
	switch {
	case tag == "any":
		c.kind = claimAny
	case strings.HasPrefix(tag, "win"):
		c.kind = claimWindows
	case strings.HasPrefix(tag, "linux_"):
		c.kind, c.arch = claimLinux, strings.TrimPrefix(tag, "linux_")
	case strings.HasPrefix(tag, "macosx_"):
		c = c.versioned(claimMac, strings.TrimPrefix(tag, "macosx_"))
	case strings.HasPrefix(tag, "manylinux"):
		c.family = manylinux()
		c = c.versioned(claimLibc, strings.TrimPrefix(c.family.expand(tag), "manylinux_"))
	case strings.HasPrefix(tag, "musllinux_"):
		c.family = musllinux()
		c = c.versioned(claimLibc, strings.TrimPrefix(tag, "musllinux_"))
	}
	return c
}

// versioned reads the X_Y_arch that the rest of a tag should be.
func (c claim) versioned(kind claimKind, rest string) claim {
	parts := strings.SplitN(rest, "_", 3)
	if len(parts) < 3 {
		return c
	}
	version, ok := parseVersion(parts[0]+"_"+parts[1], "_")
	if !ok {
		return c
	}
	c.kind, c.libc, c.arch = kind, version, parts[2]
	return c
}

// expand replaces an older name at a tag's start: manylinux2014_x86_64 is manylinux_2_17_x86_64 (PEP 600).
func (f family) expand(tag string) string {
	name, arch, _ := strings.Cut(tag, "_")
	if full, ok := f.aliases[name]; ok {
		return full + "_" + arch
	}
	return tag
}

// same reports whether two tags promise the same.
func (c claim) same(other claim) bool {
	return c.kind == other.kind && c.libc == other.libc && c.arch == other.arch && c.family.prefix == other.family.prefix &&
		(c.kind != claimOther || c.tag == other.tag)
}
