package coremeta

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Parse reads a METADATA or PKG-INFO file (M-06). Unknown headers are
// ignored. The description may be the body or a header, whose folding is
// undone. The error is a [*ParseError] with every problem: a field that is not
// UTF-8, or is repeated though it may stand only once. The Metadata then holds
// all that could be read.
func Parse(b []byte) (Metadata, error) {
	if len(b) > MaxFile {
		reason := fmt.Sprintf("the metadata file is larger than %d bytes", MaxFile)
		return Metadata{}, &ParseError{Problems: []Problem{newProblem("Description", "", reason)}}
	}
	headers, body := parseHeaders(b)
	given := make(map[string][]string)
	for _, h := range headers {
		name := strings.ToLower(h.name)
		given[name] = append(given[name], h.value)
	}
	for i, description := range given["description"] {
		given["description"][i] = unfold(description)
	}
	if len(body) > 0 {
		given["description"] = append(given["description"], string(body))
	}
	m, problems := assemble(func(f field) []string { return given[strings.ToLower(f.header)] })
	if len(problems) > 0 {
		return m, &ParseError{Problems: problems}
	}
	return m, nil
}

// FromForm reads the fields of an upload form (wire-spec §6.3), by the names
// of §5.1. Fields it does not know are ignored (U-06), "UNKNOWN" and empty
// values are dropped, NUL bytes are removed (U-05). A problem is a field that
// is repeated though it may stand only once, or is not UTF-8.
func FromForm(values map[string][]string) (Metadata, []Problem) {
	return assemble(func(f field) []string {
		var given []string
		for _, name := range f.forms {
			given = append(given, values[name]...)
		}
		return given
	})
}

// assemble fills a Metadata from the values given for each field.
func assemble(given func(field) []string) (m Metadata, problems []Problem) {
	for _, f := range fields() {
		values := meaningful(f, given(f))
		switch {
		case len(values) == 0:
			if values != nil {
				f.set(&m, values)
			}
		case slices.ContainsFunc(values, notUTF8):
			problems = append(problems, newProblem(f.header, "", "the value is not UTF-8"))
		case !f.many && len(values) > 1:
			problems = append(problems, newProblem(f.header, values[1], repeated(f, len(values))))
		default:
			f.set(&m, values)
		}
	}
	return m, problems
}

// meaningful returns the values that say something (U-05): without NUL bytes,
// and neither empty nor "UNKNOWN". One empty Import-Name does say something:
// that there is nothing to import (PEP 794); the result is empty, not nil.
func meaningful(f field, given []string) []string {
	var values []string
	for _, value := range given {
		value = strings.ReplaceAll(value, "\x00", "")
		if value != "" && !strings.EqualFold(strings.TrimSpace(value), "UNKNOWN") {
			values = append(values, value)
		}
	}
	if f.header == "Import-Name" && len(given) == 1 && given[0] == "" {
		return []string{}
	}
	return values
}

// repeated says that a field stands more than once.
func repeated(f field, times int) string {
	if f.header == "Description" {
		return fmt.Sprintf("the description is given %d times, in headers and body; it may be given once", times)
	}
	return fmt.Sprintf("the field is given %d times; it may be given once", times)
}

// unfold undoes the folding of a Description header, whose continuation lines
// are indented by eight spaces or by seven and a bar. A text that is folded in
// another way is returned as it is.
func unfold(description string) string {
	lines := strings.Split(description, "\n")
	for _, indent := range [...]string{"       |", "        "} {
		folded := func(line string) bool { return strings.HasPrefix(line, indent) || strings.TrimSpace(line) == "" }
		if !slices.ContainsFunc(lines[1:], func(line string) bool { return !folded(line) }) {
			for i, line := range lines[1:] {
				lines[i+1] = strings.TrimPrefix(line, indent)
			}
			return strings.Join(lines, "\n")
		}
	}
	return description
}

func notUTF8(s string) bool { return !utf8.ValidString(s) }
