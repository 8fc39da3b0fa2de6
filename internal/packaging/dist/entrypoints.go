package dist

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"strongroom/internal/packaging"
)

// entryPoint is one line of an entry_points.txt, as the file has it.
type entryPoint struct {
	group, name string
	value       []string // the object reference, by line
	line        int      // where it stands, from 1
}

// reference returns the object reference without space around it.
func (e entryPoint) reference() string { return strings.TrimSpace(strings.Join(e.value, "\n")) }

// ValidateEntryPoints checks a wheel's entry_points.txt (row 36, AV-18; PyPA
// entry points specification). It must be UTF-8 and an INI file with "=" as
// the only delimiter; every group, name and object reference must be well
// formed. Names of console_scripts and gui_scripts become files and must be
// plain; their references become Python source and must name an object. The
// error names the line.
func ValidateEntryPoints(b []byte) error {
	if !utf8.Valid(b) {
		return errors.New("entry_points.txt is not UTF-8")
	}
	entries, err := parseEntryPoints(string(b))
	if err != nil {
		return fmt.Errorf("entry_points.txt, %w", err)
	}
	for _, entry := range entries {
		if err := entry.validate(); err != nil {
			return fmt.Errorf("entry_points.txt, line %d: %w", entry.line, err)
		}
	}
	return nil
}

// iniParser reads the INI dialect of Python's configparser with "=" as the
// only delimiter and case-sensitive names, which is the file format the
// specification refers to.
type iniParser struct {
	entries []entryPoint
	group   string          // the current section, "" before the first
	indent  int             // of the line that began the current entry or section
	open    bool            // an entry may be continued by deeper lines
	seen    map[string]bool // sections, and entries as section + NUL + name
}

// parseEntryPoints returns the entries of an INI file in order.
func parseEntryPoints(text string) ([]entryPoint, error) {
	p := iniParser{seen: map[string]bool{}}
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		if err := p.line(line, number); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
	}
	return p.entries, nil
}

// line reads one line.
func (p *iniParser) line(line string, number int) error {
	body := strings.TrimSpace(line)
	if body == "" || body[0] == '#' || body[0] == ';' {
		return nil
	}
	indent := len(line) - len(strings.TrimLeftFunc(line, unicode.IsSpace))
	if p.open && indent > p.indent {
		last := &p.entries[len(p.entries)-1]
		last.value = append(last.value, body)
		return nil
	}
	p.indent = indent
	if end := strings.LastIndexByte(body, ']'); body[0] == '[' && end > 1 {
		return p.section(body[1:end])
	}
	if p.group == "" {
		return fmt.Errorf("%.100q stands before the first [group]", body)
	}
	return p.entry(body, number)
}

// section begins a group.
func (p *iniParser) section(group string) error {
	if p.seen[group] {
		return fmt.Errorf("the group [%.100s] stands twice in the file", group)
	}
	if !groupPattern().MatchString(group) {
		return fmt.Errorf("%.100q is not a group name", group)
	}
	p.seen[group] = true
	p.group, p.open = group, false
	return nil
}

// entry adds a "name = reference" line.
func (p *iniParser) entry(body string, number int) error {
	name, reference, ok := strings.Cut(body, "=")
	name = strings.TrimSpace(name)
	if !ok || name == "" {
		return fmt.Errorf("%.100q is not of the form name = object reference", body)
	}
	key := p.group + "\x00" + name
	if p.seen[key] {
		return fmt.Errorf("%.100q stands twice in the group [%.100s]", name, p.group)
	}
	p.seen[key] = true
	p.entries = append(p.entries, entryPoint{p.group, name, []string{reference}, number})
	p.open = true
	return nil
}

// The grammar of the specification. A group name may also hold "-", which it
// forbids and published packages have.
var (
	groupPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[\pL\pN_-]+(\.[\pL\pN_-]+)*$`)
	})
	scriptPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[\pL\pN_.-]+$`)
	})
	referencePattern = sync.OnceValue(func() *regexp.Regexp {
		const dotted = `[\pL_][\pL\pN\pM_]*(?:\.[\pL_][\pL\pN\pM_]*)*`
		return regexp.MustCompile(`^` + dotted + `\s*(?:(:)\s*` + dotted + `\s*)?(?:\[(.*)\])?$`)
	})
)

// validate checks one entry.
func (e entryPoint) validate() error {
	if strings.HasPrefix(e.name, "[") || strings.ContainsFunc(e.name, unicode.IsControl) {
		return fmt.Errorf("%.100q is not an entry point name", e.name)
	}
	reference := e.reference()
	parts := referencePattern().FindStringSubmatch(reference)
	if parts == nil {
		return fmt.Errorf("%.100q is not an object reference (module, module:object or module:object.attribute)", reference)
	}
	for extra := range strings.SplitSeq(parts[2], ",") {
		if extra = strings.TrimSpace(extra); extra != "" && !packaging.ValidName(extra) {
			return fmt.Errorf("%.100q is not the name of an extra", extra)
		}
	}
	if e.group != "console_scripts" && e.group != "gui_scripts" {
		return nil
	}
	if !scriptPattern().MatchString(e.name) {
		return fmt.Errorf("%.100q is not the name of a script: letters, digits, \".\", \"-\" and \"_\" only", e.name)
	}
	if parts[1] == "" {
		return fmt.Errorf("%.100q names a module; the script %.100s needs module:object", reference, e.name)
	}
	return nil
}
