package coremeta

import (
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
	"strongroom/internal/packaging/pep508"
)

// Each check gets the values of one field, of which there is at least one.

func checkMetadataVersion(c *checker, values []string) {
	if c.age < 0 {
		c.problem(values[0], "%s is not a metadata version; known are %s",
			packaging.Quote(values[0]), strings.Join(metadataVersions(), ", "))
	}
}

func checkName(c *checker, values []string) {
	if !packaging.ValidName(values[0]) {
		c.problem(values[0], "%s is not a valid project name: it must start and end with letter or numeral "+
			"and hold only ASCII letters, numerals, \".\", \"-\" and \"_\"", packaging.Quote(values[0]))
	}
}

func checkVersion(c *checker, values []string) {
	version, err := pep440.Parse(values[0])
	switch {
	case err != nil:
		c.problem(values[0], "%v", err)
	case version.HasLocal() && !c.opt.LocalVersions:
		c.problem(values[0], "%s has a local part (%s), which this index does not accept",
			packaging.Quote(values[0]), packaging.Quote("+"+version.Local()))
	}
}

func checkSummary(c *checker, values []string) {
	if strings.ContainsFunc(values[0], isLineBreak) {
		c.problem(values[0], "the summary must be a single line")
	}
	if n := utf8.RuneCountInString(values[0]); n > MaxSummary {
		c.problem(values[0], "the summary has %d characters; %d are permitted", n, MaxSummary)
	}
}

// isLineBreak reports whether r ends a line for any of the readers a summary
// meets (Python's str.splitlines).
func isLineBreak(r rune) bool {
	return strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r)
}

func checkDescription(c *checker, values []string) {
	if n := len(values[0]); n > MaxDescription {
		c.problem("", "the description has %d bytes; %d are permitted", n, MaxDescription)
	}
}

func checkContentType(c *checker, values []string) {
	if err := contentType(values[0]); err != nil {
		c.problem(values[0], "%s: %v", packaging.Quote(values[0]), err)
	}
}

// contentType checks a Description-Content-Type: one of three types, charset
// UTF-8 if any, and a known variant of Markdown.
func contentType(value string) error {
	kind, parameters, err := mime.ParseMediaType(value)
	if err != nil {
		return errors.New("not a content type")
	}
	if !slices.Contains([]string{"text/plain", "text/x-rst", "text/markdown"}, kind) {
		return errors.New("the content type must be text/plain, text/x-rst or text/markdown")
	}
	if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "UTF-8") {
		return fmt.Errorf("the charset must be UTF-8, not %s", packaging.Quote(charset))
	}
	variant, ok := parameters["variant"]
	if ok && kind == "text/markdown" && variant != "GFM" && variant != "CommonMark" {
		return fmt.Errorf("the variant of Markdown must be GFM or CommonMark, not %s", packaging.Quote(variant))
	}
	return nil
}

// checkDynamic: a field that exists, and neither Dynamic itself nor one of the
// three that say which release this is (M-04).
func checkDynamic(c *checker, values []string) {
	for _, value := range values {
		at := slices.IndexFunc(c.table, func(f field) bool { return strings.EqualFold(f.header, value) })
		switch {
		case at < 0:
			c.problem(value, "%s is not the name of a field", packaging.Quote(value))
		case isRequired(c.table[at]) || c.table[at].header == c.field:
			c.problem(value, "%s cannot be dynamic", packaging.Quote(value))
		}
	}
}

func checkExtras(c *checker, values []string) {
	for _, value := range values {
		if !packaging.ValidName(value) {
			c.problem(value, "%s is not a valid name for an extra", packaging.Quote(value))
		}
	}
}

func checkRequiresPython(c *checker, values []string) {
	if _, err := pep440.ParseSpecifierSet(values[0]); err != nil {
		c.problem(values[0], "%v", err)
	}
}

func checkRequiresDist(c *checker, values []string) {
	if n := len(values); n > MaxRequirements {
		c.problem("", "there are %d requirements; %d are permitted", n, MaxRequirements)
		values = values[:MaxRequirements]
	}
	checkRequirements(c, values)
}

// checkRequirements checks the *-Dist fields: PEP 508, without a direct URL
// unless the index accepts them (V-22).
func checkRequirements(c *checker, values []string) {
	for _, value := range values {
		requirement, err := pep508.Parse(value)
		switch {
		case err != nil:
			c.problem(value, "%v", err)
		case requirement.URL != "" && !c.opt.DirectURLs:
			c.problem(value, "can't have direct dependency: %s", packaging.Quote(value))
		}
	}
}
