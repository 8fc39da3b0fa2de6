package coremeta

import (
	"fmt"
	"slices"
)

// Options says what an index accepts beyond what PyPI does. The zero value is
// PyPI's strictness.
type Options struct {
	LocalVersions      bool // versions with a local part: 1.0+cu128 (V-06)
	DirectURLs         bool // requirements with a URL: foo @ https://… (V-22)
	PrivateClassifiers bool // classifiers that begin with "Private ::", which keep a project off PyPI
	AnyClassifiers     bool // every classifier, also unknown and deprecated ones
	FromFile           bool // the metadata comes from METADATA or PKG-INFO, not from a form
}

// Validate checks the metadata against the specification, PyPI's additions to
// it, and the limits of this package. All problems are returned, up to
// [MaxProblems], in the order Metadata-Version, Name, Version, then by field
// name (M-03); nil means valid.
//
// A field newer than the declared Metadata-Version is a problem (M-02). The
// exception is License-File in a file: setuptools wrote it for years before
// version 2.4 defined it, and it is not checked there.
func (m Metadata) Validate(opt Options) []Problem {
	c := checker{m: &m, opt: opt, table: fields(), age: slices.Index(metadataVersions(), m.MetadataVersion)}
	for _, f := range c.table {
		values := f.get(&m)
		c.field = f.header
		switch {
		case values == nil && isRequired(f):
			c.problem("", "the field is required and missing")
		case values == nil:
		case c.tooNew(f):
			if !opt.FromFile || f.header != "License-File" {
				c.problem("", "the field came with metadata version %s; the metadata says it is version %s", f.since, m.MetadataVersion)
			}
		case f.check != nil:
			f.check(&c, values)
		}
	}
	return c.problems
}

// isRequired reports whether the field must be there (M-01).
func isRequired(f field) bool {
	return f.header == "Metadata-Version" || f.header == "Name" || f.header == "Version"
}

// checker collects the problems of one Metadata.
type checker struct {
	m        *Metadata
	opt      Options
	table    []field
	age      int    // index of the declared metadata version, -1 if unknown
	field    string // the field under check
	problems []Problem
}

// tooNew reports whether the declared metadata version does not have the
// field. Under an unknown version, itself a problem, no field is too new.
func (c *checker) tooNew(f field) bool {
	return c.age >= 0 && slices.Index(metadataVersions(), f.since) > c.age
}

// problem notes that something is wrong with value in the field under check.
func (c *checker) problem(value, format string, args ...any) {
	if len(c.problems) < MaxProblems {
		c.problems = append(c.problems, newProblem(c.field, value, fmt.Sprintf(format, args...)))
	}
}
