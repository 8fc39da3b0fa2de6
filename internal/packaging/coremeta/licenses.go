package coremeta

import (
	"slices"
	"strings"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/spdx"
)

// checkLicense: the deprecated text excludes the expression (PEP 639).
func checkLicense(c *checker, values []string) {
	if c.m.LicenseExpression != "" {
		c.problem(values[0], "License is deprecated in favour of License-Expression; give only License-Expression")
	}
}

func checkLicenseExpression(c *checker, values []string) {
	if _, err := spdx.Parse(values[0]); err != nil {
		c.problem(values[0], "%v", err)
	}
}

// checkLicenseFiles: relative paths with "/", that stay inside and are no
// pattern (PEP 639). Whether the files exist is for the archive to tell.
func checkLicenseFiles(c *checker, values []string) {
	for _, value := range values {
		if reason := badLicensePath(value); reason != "" {
			c.problem(value, "%s: %s", packaging.Quote(value), reason)
		}
	}
}

// badLicensePath returns what is wrong with a path, or "".
func badLicensePath(path string) string {
	switch {
	case strings.Contains(path, ".."):
		return "the path must not contain \"..\""
	case strings.Contains(path, "*"):
		return "the path must name one file, not a pattern"
	case strings.HasPrefix(path, "/") || len(path) > 1 && path[1] == ':':
		return "the path must be relative"
	case strings.Contains(path, `\`):
		return "the path must use \"/\""
	case slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return part == "" || part == "." }):
		return "the path has an empty part"
	}
	return ""
}
