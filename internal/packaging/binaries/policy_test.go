package binaries

import (
	"slices"
	"strings"
	"testing"
)

func families() []family { return []family{manylinux(), musllinux()} }

// TestPoliciesGrow: a newer system has everything an older one has, as PEP 600 wants; only then is "the oldest tag that
// fits" a meaningful answer.
func TestPoliciesGrow(t *testing.T) {
	for _, f := range families() {
		for i := 1; i < len(f.policies); i++ {
			older, newer := f.policies[i-1], f.policies[i]
			if older.libc.compare(newer.libc) >= 0 {
				t.Errorf("%s: %s stands before %s", f.prefix, older.libc, newer.libc)
			}
			if gone := without(older.libraries, newer.libraries); len(gone) > 0 {
				t.Errorf("%s_%s lost %q", f.prefix, newer.libc.tag(), gone)
			}
			for key, versions := range older.symbols {
				if gone := without(versions, newer.symbols[key]); len(gone) > 0 {
					t.Errorf("%s_%s lost %s %q", f.prefix, newer.libc.tag(), key, gone)
				}
			}
			for library, symbols := range newer.forbidden {
				if added := without(symbols, older.forbidden[library]); len(added) > 0 {
					t.Errorf("%s_%s forbids %q of %s, which was permitted before", f.prefix, newer.libc.tag(), added, library)
				}
			}
		}
	}
}

// TestPoliciesAreWhole: each policy says of each of its architectures what it must.
func TestPoliciesAreWhole(t *testing.T) {
	for _, f := range families() {
		if f.source == "" || f.prefix == "" || f.newest.compare(f.policies[len(f.policies)-1].libc) < 0 {
			t.Errorf("source %q, prefix %q, newest %s", f.source, f.prefix, f.newest)
		}
		for _, p := range f.policies {
			if len(p.arches) == 0 || !slices.Contains(p.libraries, "libz.so.1") {
				t.Errorf("%s_%s: arches %q, libraries %q", f.prefix, p.libc.tag(), p.arches, p.libraries)
			}
			for _, arch := range p.arches {
				for _, prefix := range []string{"GLIBC", "GLIBCXX", "CXXABI", "GCC", "ZLIB", "LIBATOMIC"} {
					if _, ok := p.symbols[symbolKey(arch, prefix)]; !ok && f.prefix == "manylinux" {
						t.Errorf("%s_%s says nothing of %s on %s", f.prefix, p.libc.tag(), prefix, arch)
					}
				}
			}
		}
	}
}

// TestPoliciesCoverWhatPyPIAccepts: for each architecture in the list of permitted tags there is a policy.
func TestPoliciesCoverWhatPyPIAccepts(t *testing.T) {
	for prefix, arches := range map[string]string{
		"manylinux": "x86_64 i686 aarch64 armv7l ppc64 ppc64le s390x riscv64",
		"musllinux": "x86_64 i686 aarch64 armv7l ppc64le s390x riscv64",
	} {
		for _, arch := range strings.Fields(arches) {
			c := readClaim(prefix + "_1_0_" + arch)
			if _, ok := c.family.find(c.libc, arch); !ok {
				t.Errorf("no policy for %s on %s", prefix, arch)
			}
		}
	}
}

// TestFiguresOfThePEPs: the limits that PEP 513, 571 and 599 name for x86-64.
func TestFiguresOfThePEPs(t *testing.T) {
	for tag, newest := range map[string]map[string]string{
		"manylinux1_x86_64":    {"GLIBC": "2.5", "CXXABI": "1.3.1", "GLIBCXX": "3.4.8", "GCC": "4.2.0"},
		"manylinux2010_x86_64": {"GLIBC": "2.12", "CXXABI": "1.3.3", "GLIBCXX": "3.4.13"},
		"manylinux2014_x86_64": {"GLIBC": "2.17", "CXXABI": "1.3.7", "GLIBCXX": "3.4.19", "GCC": "4.8.0"},
	} {
		c := readClaim(tag)
		p, _ := c.family.find(c.libc, c.arch)
		for prefix, want := range newest {
			versions := slices.DeleteFunc(slices.Clone(p.symbols[symbolKey(c.arch, prefix)]), func(v string) bool {
				return v[0] > '9' // TM_1 is no number
			})
			if got := slices.MaxFunc(versions, compareDotted); got != want {
				t.Errorf("%s: the newest %s is %s, not %s", tag, prefix, got, want)
			}
		}
	}
}

func TestPolicyTablesWithMistakes(t *testing.T) {
	const head = "prefix x\nnewest 1.0\npolicy 1.0\n"
	for text, want := range map[string]string{
		"prefix":                    "prefix says nothing",
		"newest 2":                  `"2" is not a version`,
		"newest 2.x":                `"2.x" is not a version`,
		"policy 1":                  `"1" is not a version`,
		"libraries libc.so.6":       "libraries stands before the first policy",
		head + "symbols x86_64":     "an architecture and a prefix are expected",
		head + "librarys libc.so.6": `"librarys" is unknown`,
		head + "policy 1.-1":        `"1.-1" is not a version`,
		head + "policy 1.1234567":   `is not a version`,
	} {
		if _, err := parseFamily(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestLaterPoliciesDoNotChangeEarlierOnes: they begin as copies.
func TestLaterPoliciesDoNotChangeEarlierOnes(t *testing.T) {
	f, err := parseFamily("prefix x\npolicy 1.0 old\narches a b\nlibraries l1\nforbid l1 s1 s2\nsymbols a P 1\n" +
		"policy 1.1\narches a\nlibraries l2\npermit l1 s1\nforbid l2 s3\nsymbols a P 2\nsymbols b P 3\n")
	if err != nil {
		t.Fatal(err)
	}
	first, second := f.policies[0], f.policies[1]
	for name, pair := range map[string][2][]string{
		"arches":      {first.arches, {"a", "b"}},
		"libraries":   {first.libraries, {"l1"}},
		"forbidden":   {first.forbidden["l1"], {"s1", "s2"}},
		"symbols":     {first.symbols["a P"], {"1"}},
		"arches 2":    {second.arches, {"a"}},
		"libraries 2": {second.libraries, {"l1", "l2"}},
		"forbidden 2": {second.forbidden["l1"], {"s2"}},
		"symbols 2":   {second.symbols["a P"], {"1", "2"}},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s: %q, want %q", name, pair[0], pair[1])
		}
	}
	if first.forbidden["l2"] != nil || first.symbols["b P"] != nil || f.aliases["old"] != "x_1_0" {
		t.Errorf("first %+v, aliases %v", first, f.aliases)
	}
}

func TestDottedVersionsCompareByNumber(t *testing.T) {
	sorted := []string{"1.3", "1.3.9", "1.3.11", "1.4", "2.0", "10.0", "ABI_DT_RELR", "LDBL_1.3", "PRIVATE"}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := compareDotted(a, b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s and %s compare as %d", a, b, got)
			}
		}
	}
}

func TestClaims(t *testing.T) {
	for tag, want := range map[string]claim{
		"any":                     {kind: claimAny, arch: "any"},
		"win32":                   {kind: claimWindows, arch: "win32"},
		"linux_armv6l":            {kind: claimLinux, arch: "armv6l"},
		"macosx_10_9_universal2":  {kind: claimMac, libc: Version{10, 9}, arch: "universal2"},
		"manylinux1_x86_64":       {kind: claimLibc, libc: Version{2, 5}, arch: "x86_64"},
		"manylinux_2_28_aarch64":  {kind: claimLibc, libc: Version{2, 28}, arch: "aarch64"},
		"musllinux_1_2_armv7l":    {kind: claimLibc, libc: Version{1, 2}, arch: "armv7l"},
		"manylinux_2_x86_64":      {arch: "manylinux_2_x86_64"},
		"manylinux3000_x86_64":    {arch: "manylinux3000_x86_64"},
		"macosx_11":               {arch: "macosx_11"},
		"macosx_99999999_0_arm64": {arch: "macosx_99999999_0_arm64"},
		"android_24_x86_64":       {arch: "android_24_x86_64"},
	} {
		got := readClaim(tag)
		if got.tag != tag || got.kind != want.kind || got.libc != want.libc || got.arch != want.arch {
			t.Errorf("%s: kind %d, version %s, arch %s", tag, got.kind, got.libc, got.arch)
		}
	}
}
