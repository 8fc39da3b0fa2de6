package coremeta

import (
	"slices"
	"strings"
	"unicode"

	"strongroom/internal/packaging"
)

// checkImportNames checks Import-Name (PEP 794). The field may stand empty,
// then the project has nothing to import.
func checkImportNames(c *checker, values []string) {
	for _, value := range values {
		c.importName(value)
	}
}

// checkImportNamespaces checks Import-Namespace: like Import-Name, and no name
// may be in both.
func checkImportNamespaces(c *checker, values []string) {
	names := make(map[string]bool, len(c.m.ImportNames))
	for _, value := range c.m.ImportNames {
		name, _, _ := cutPrivate(value)
		names[name] = true
	}
	for _, value := range values {
		if name := c.importName(value); names[name] {
			c.problem(value, "%s is also given as Import-Name", packaging.Quote(name))
		}
	}
}

// importName checks one value, "dotted.name" with an optional "; private",
// and returns its name.
func (c *checker) importName(value string) string {
	name, option, given := cutPrivate(value)
	if given && option != "private" {
		c.problem(value, "%s: the only thing that may follow the name is \"; private\"", packaging.Quote(value))
	}
	for part := range strings.SplitSeq(name, ".") {
		if !isIdentifier(part) {
			c.problem(value, "%s is not a name that can be imported: %s is not an identifier", packaging.Quote(name), packaging.Quote(part))
		} else if isKeyword(part) {
			c.problem(value, "%s is not a name that can be imported: %s is a keyword", packaging.Quote(name), part)
		}
	}
	return name
}

// cutPrivate splits "name ; private" at the semicolon.
func cutPrivate(value string) (name, option string, given bool) {
	name, option, given = strings.Cut(value, ";")
	return strings.TrimRightFunc(name, unicode.IsSpace), strings.TrimLeftFunc(option, unicode.IsSpace), given
}

// isIdentifier reports whether s is a Python identifier.
func isIdentifier(s string) bool {
	for i, r := range s {
		start := r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r)
		if !start && (i == 0 || !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc)) {
			return false
		}
	}
	return s != ""
}

// isKeyword reports whether s is a keyword of Python 3.
func isKeyword(s string) bool {
	return slices.Contains([]string{
		"False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
		"del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
		"lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
	}, s)
}
