// Package spdx reads the license expressions of PEP 639 (the License-Expression
// field of core metadata) and gives them their canonical spelling.
//
// It accepts what PyPA's packaging.licenses accepts and spells it the same way
// (L-01): SPDX identifiers in any case, LicenseRef-…, "+", AND, OR, WITH and
// parentheses. Identifiers that SPDX deprecated are accepted; the caller warns
// about them (L-02).
package spdx

import "slices"

// Expression is a valid license expression. Only Parse makes one; the zero
// value means "no expression" and prints as "". It never changes, so it may be
// shared between goroutines.
type Expression struct {
	text       string
	licenses   []string
	exceptions []string
	deprecated []string
}

// String returns the canonical text: identifiers in SPDX's own case, operators
// in upper case, single spaces. Parse accepts it and returns an equal
// expression. Redundant parentheses stay.
func (e Expression) String() string { return e.text }

// Licenses returns each license identifier once, in order of appearance,
// without a "+" that is not part of the identifier. LicenseRef-… is included.
func (e Expression) Licenses() []string { return slices.Clone(e.licenses) }

// Exceptions returns each exception identifier (after WITH) once, in order of
// appearance.
func (e Expression) Exceptions() []string { return slices.Clone(e.exceptions) }

// Deprecated returns the license and exception identifiers that SPDX no longer
// recommends, each once, in order of appearance. They are valid; the uploader
// should hear about them (L-02).
func (e Expression) Deprecated() []string { return slices.Clone(e.deprecated) }
