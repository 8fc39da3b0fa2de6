// Package pep440 holds versions and version specifiers of Python packaging:
// PEP 440, today the "Version specifiers" specification of the PyPA. Its
// answers are those of PyPA's library "packaging", which installers use.
//
// Numbers may have any count of digits: they stay decimal text, and nothing
// overflows.
package pep440

import "strings"

// Version is one parsed version, an immutable value. [Parse] makes one; the
// zero value is no version, and [Version.IsZero] tells.
//
// Two versions with different texts can be the same release ("1.0" and
// "1.0.0"), so == is not the right question: ask [Version.Equal], or use
// [Version.Canonical] as the key of a map or a row.
type Version struct {
	// text is the normalised form (V-02). The other fields are offsets into
	// it, where a part ends and the next one begins; an absent part is empty.
	//
	//	1!2.0rc3.post4.dev5+local.6
	//	  |  |  |     |    |
	//	  |  |  pre   post dev
	//	  |  release
	//	  epoch
	text                           string
	epoch, release, pre, post, dev int
}

// IsZero reports whether v is the zero value and so no version.
func (v Version) IsZero() bool { return v.text == "" }

// String returns the normalised form (V-02). Trailing zeros of the release are
// kept: "1.0" stays "1.0".
func (v Version) String() string { return v.text }

// Canonical returns the normalised form without the release's trailing zeros
// (V-03). Two versions are equal if and only if their canonical forms are: it is
// the identity of a release.
func (v Version) Canonical() string {
	release := trimZeros(v.releaseText())
	end := v.epoch + len(release)
	if end == v.release {
		return v.text
	}
	return v.text[:end] + v.text[v.release:]
}

// Public returns v without its local part.
func (v Version) Public() Version {
	v.text = v.text[:v.dev]
	return v
}

// Base returns only the epoch and the release of v.
func (v Version) Base() Version {
	v.text = v.text[:v.release]
	v.pre, v.post, v.dev = v.release, v.release, v.release
	return v
}

// Local returns the local part without its "+"; empty when there is none.
func (v Version) Local() string {
	return strings.TrimPrefix(v.text[v.dev:], "+")
}

// HasLocal reports whether v has a local part. A public index does not accept
// such versions (V-06).
func (v Version) HasLocal() bool { return len(v.text) > v.dev }

// IsPrerelease reports whether v is an alpha, beta, release candidate or
// development release (V-05). Installers leave these out unless asked.
func (v Version) IsPrerelease() bool { return v.hasPre() || v.IsDevrelease() }

// IsPostrelease reports whether v has a post part (V-05).
func (v Version) IsPostrelease() bool { return v.post > v.pre }

// IsDevrelease reports whether v has a dev part (V-05).
func (v Version) IsDevrelease() bool { return v.dev > v.post }

func (v Version) hasPre() bool { return v.pre > v.release }

// The parts below are pieces of the normalised text. Those with a number keep
// their marker: "rc3", ".post4", ".dev5".

func (v Version) epochNumber() string {
	if v.epoch == 0 {
		return "0"
	}
	return v.text[:v.epoch-1] // without the "!"
}

func (v Version) releaseText() string { return v.text[v.epoch:v.release] }
func (v Version) preText() string     { return v.text[v.release:v.pre] }
func (v Version) postText() string    { return v.text[v.pre:v.post] }
func (v Version) devText() string     { return v.text[v.post:v.dev] }

// trimZeros cuts the zeros at the end of a release; its first number stays.
func trimZeros(release string) string {
	for strings.HasSuffix(release, ".0") {
		release = release[:len(release)-len(".0")]
	}
	return release
}
