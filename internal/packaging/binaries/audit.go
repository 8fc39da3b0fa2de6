package binaries

import (
	"path"
	"slices"
	"strings"

	"strongroom/internal/packaging/dist"
)

// Audit compares the compiled files of a wheel with what the platform tags in its filename promise. An sdist promises
// nothing. The result depends on its arguments alone.
func Audit(f dist.Filename, found Found) Report {
	r := Report{Binaries: len(found.Binaries), NotAudited: found.Stopped}
	if f.Kind != dist.Wheel || r.NotAudited != "" {
		return r
	}
	w := newWheel(found.Binaries)
	claims := readClaims(f.Platforms())
	for _, c := range claims {
		w.audit(&r, c)
	}
	w.auditFiles(&r, strings.Join(f.Platforms(), "."))
	r.Honest = w.honest(claims)
	return r
}

// readClaims understands the tags and keeps one of those that promise the same.
func readClaims(tags []string) (claims []claim) {
	for _, tag := range tags {
		c := readClaim(tag)
		if !slices.ContainsFunc(claims, c.same) {
			claims = append(claims, c)
		}
	}
	return claims
}

// wheel is a wheel's compiled files, with the names under which they find each other.
type wheel struct {
	binaries []Binary
	names    map[string]bool // file names, sonames and install names' last parts
}

func newWheel(all []Binary) wheel {
	w := wheel{binaries: all, names: map[string]bool{}}
	for _, b := range all {
		w.names[path.Base(b.Path)] = true
		if b.ELF != nil && b.ELF.SONAME != "" {
			w.names[b.ELF.SONAME] = true
		}
		for _, part := range b.MachO {
			if part.ID != "" {
				w.names[path.Base(part.ID)] = true
			}
		}
	}
	return w
}

// audit adds the findings for one tag.
func (w wheel) audit(r *Report, c claim) {
	if c.kind == claimOther {
		return
	}
	if c.implausible() {
		r.add("", c.tag, issue{ImplausibleTag, "no such version of the C library exists yet; the newest is " +
			c.family.newest.String(), ""})
	}
	native := slices.ContainsFunc(w.binaries, func(b Binary) bool { return b.Format == c.format() })
	for _, b := range w.binaries {
		if c.kind != claimAny && b.Format != c.format() {
			if !native {
				r.add(b.Path, c.tag, issue{Machine, "is a file of another system (" + string(b.Format) + ")", string(b.Format)})
			}
			continue
		}
		for _, i := range w.issues(c, b) {
			r.add(b.Path, c.tag, i)
		}
	}
}

// implausible reports whether a tag is for a C library more than two minor versions beyond the newest one (PT-4e).
func (c claim) implausible() bool {
	limit := c.family.newest
	limit.Minor += 2
	return c.kind == claimLibc && c.libc.compare(limit) > 0
}

// format returns the format of the files that systems with this tag load.
func (c claim) format() Format {
	switch c.kind {
	case claimLibc, claimLinux:
		return FormatELF
	case claimMac:
		return FormatMachO
	case claimWindows:
		return FormatPE
	}
	return ""
}

// issues returns what contradicts the claim in one file of the claim's format.
func (w wheel) issues(c claim, b Binary) []issue {
	switch {
	case c.kind == claimAny:
		return []issue{{BinaryInAny, "is a compiled file (" + b.describe() + ") in a wheel for any platform", ""}}
	case b.ELF != nil:
		return w.elfIssues(c, *b.ELF)
	case b.PE != nil:
		return peIssues(c, *b.PE)
	}
	return w.machoIssues(c, b.MachO)
}

// describe says in a few words what a file is.
func (b Binary) describe() string {
	words := []string{string(b.Format)}
	if b.ELF != nil {
		words = append(words, b.ELF.Arch)
	}
	for _, part := range b.MachO {
		words = append(words, part.Arch)
	}
	if b.PE != nil {
		words = append(words, b.PE.Arch)
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// auditFiles adds the findings that hold whatever the tag.
func (w wheel) auditFiles(r *Report, tags string) {
	for _, b := range w.binaries {
		if b.Problem != "" {
			r.add(b.Path, tags, issue{Unreadable, b.Problem, ""})
		}
		if tags != "any" && strings.Contains(b.Path, ".data/purelib/") {
			r.add(b.Path, tags, issue{PureLib, "is a compiled file in the folder for pure Python", ""})
		}
		if b.ELF != nil && !b.ELF.Object && tags != "any" {
			for _, i := range searchPathIssues(b.Path, *b.ELF) {
				r.add(b.Path, tags, i)
			}
		}
	}
}
