package binaries

import (
	_ "embed" // the policies are data
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed manylinux.txt
var manylinuxText string

//go:embed musllinux.txt
var musllinuxText string

// manylinux and musllinux return the built-in policies, read on first use.
var (
	manylinux = sync.OnceValue(func() family { return must(manylinuxText) })
	musllinux = sync.OnceValue(func() family { return must(musllinuxText) })
)

// watchedSymbols returns every symbol that some policy forbids.
var watchedSymbols = sync.OnceValue(func() map[string]bool {
	watched := map[string]bool{}
	for _, family := range []family{manylinux(), musllinux()} {
		for _, p := range family.policies {
			for _, symbols := range p.forbidden {
				for _, symbol := range symbols {
					watched[symbol] = true
				}
			}
		}
	}
	return watched
})

// family holds the policies for one C library, the oldest system first.
type family struct {
	source   string            // whose table it is
	prefix   string            // "manylinux", "musllinux"
	newest   Version           // newest released version of the C library
	aliases  map[string]string // "manylinux2014" → "manylinux_2_17"
	policies []policy
}

// policy says what a system may be asked for.
type policy struct {
	libc      Version
	arches    []string
	libraries []string            // sonames
	symbols   map[string][]string // "x86_64 GLIBC" → versions
	forbidden map[string][]string // soname or "*" → symbols that may not be there
}

// find returns the oldest policy for an architecture whose system is at least that new. It reports false beyond the
// newest one.
func (f family) find(libc Version, arch string) (policy, bool) {
	for _, p := range f.policies {
		if p.libc.compare(libc) >= 0 && slices.Contains(p.arches, arch) {
			return p, true
		}
	}
	return policy{}, false
}

// must parses a built-in table; the tests read each of them.
func must(text string) family {
	f, err := parseFamily(text)
	if err != nil {
		panic("built-in platform policies: " + err.Error())
	}
	return f
}

// parseFamily reads the table whose format manylinux.txt explains. Each policy begins as a copy of the one before.
func parseFamily(text string) (family, error) {
	f := family{aliases: map[string]string{}}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		if err := f.add(words[0], words[1:]); err != nil {
			return family{}, fmt.Errorf("%q: %w", strings.Join(words, " "), err)
		}
	}
	return f, nil
}

// add takes one line.
func (f *family) add(verb string, words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("%s says nothing", verb)
	}
	switch verb {
	case "version":
		f.source = strings.Join(words, " ")
	case "prefix":
		f.prefix = words[0]
	case "newest":
		return setVersion(&f.newest, words[0])
	case "policy":
		return f.begin(words[0], words[1:])
	default:
		if len(f.policies) == 0 {
			return fmt.Errorf("%s stands before the first policy", verb)
		}
		return f.policies[len(f.policies)-1].add(verb, words)
	}
	return nil
}

// begin starts the next policy with what the one before has.
func (f *family) begin(version string, aliases []string) error {
	p := policy{symbols: map[string][]string{}, forbidden: map[string][]string{}}
	if n := len(f.policies); n > 0 {
		last := f.policies[n-1]
		p = policy{libraries: last.libraries, symbols: maps.Clone(last.symbols), forbidden: maps.Clone(last.forbidden)}
	}
	if err := setVersion(&p.libc, version); err != nil {
		return err
	}
	for _, alias := range aliases {
		f.aliases[alias] = f.prefix + "_" + p.libc.tag()
	}
	f.policies = append(f.policies, p)
	return nil
}

// add takes a line that belongs to a policy. Lists are extended by copying: the policy before shares them.
func (p *policy) add(verb string, words []string) error {
	switch verb {
	case "arches":
		p.arches = words
	case "libraries":
		p.libraries = slices.Concat(p.libraries, words)
	case "forbid":
		p.forbidden[words[0]] = slices.Concat(p.forbidden[words[0]], words[1:])
	case "permit":
		p.forbidden[words[0]] = without(p.forbidden[words[0]], words[1:])
	case "symbols":
		if len(words) < 2 {
			return fmt.Errorf("an architecture and a prefix are expected")
		}
		key := symbolKey(words[0], words[1])
		p.symbols[key] = slices.Concat(p.symbols[key], words[2:]) // none at all is a rule too
	default:
		return fmt.Errorf("%q is unknown", verb)
	}
	return nil
}

func setVersion(v *Version, text string) error {
	parsed, ok := parseVersion(text, ".")
	if !ok {
		return fmt.Errorf("%q is not a version", text)
	}
	*v = parsed
	return nil
}

func symbolKey(arch, prefix string) string { return arch + " " + prefix }

// without returns the list without some elements, as a new one.
func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(gone, s) })
}
