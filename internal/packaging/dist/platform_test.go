package dist

import (
	"strings"
	"testing"
)

// permitted are tags PyPI accepts, at least one of every row of W-15; refused
// are neighbours of them that it does not (vectors of Warehouse's own tests
// among both).
const (
	permitted = `any win32 win_amd64 win_arm64 win_ia64
		manylinux1_x86_64 manylinux1_i686 manylinux2010_x86_64 manylinux2010_i686
		manylinux2014_x86_64 manylinux2014_i686 manylinux2014_aarch64 manylinux2014_armv7l
		manylinux2014_ppc64 manylinux2014_ppc64le manylinux2014_s390x
		linux_armv6l linux_armv7l
		manylinux_2_5_i686 manylinux_2_12_x86_64 manylinux_2_17_aarch64 manylinux_2_17_armv7l manylinux_2_17_ppc64
		manylinux_2_17_ppc64le manylinux_2_17_s390x manylinux_2_31_riscv64 manylinux_2_39_riscv64 manylinux_3_0_s390x
		musllinux_1_1_x86_64 musllinux_1_1_i686 musllinux_1_2_aarch64 musllinux_1_2_armv7l musllinux_1_2_ppc64le
		musllinux_1_2_s390x musllinux_1_2_riscv64
		macosx_10_6_intel macosx_10_9_x86_64 macosx_10_13_universal2 macosx_10_6_fat macosx_10_6_fat3 macosx_10_6_fat64
		macosx_10_6_universal macosx_10_4_ppc macosx_10_4_ppc64 macosx_10_4_i386 macosx_10_16_arm64
		macosx_11_0_arm64 macosx_12_0_x86_64 macosx_13_0_universal2 macosx_14_0_arm64 macosx_15_0_arm64 macosx_26_0_arm64
		ios_15_4_arm64_iphoneos ios_15_4_arm64_iphonesimulator ios_15_4_x86_64_iphonesimulator iOS_13_0_arm64_iphoneos
		android_27_armeabi_v7a android_27_arm64_v8a android_27_x86 android_27_x86_64 android_16_armeabi_v7a
		pyemscripten_2026_0_wasm32`
	refused = `linux_x86_64 linux_i686 linux_aarch64 linux_armv8l win64 win_x86 win32_amd64 any_ anyany
		manylinux1_aarch64 manylinux2010_ppc64 manylinux2014_riscv64 manylinux3_x86_64 manylinux2015_x86_64
		manylinux_2_x86_64 manylinux_2_17_amd64 manylinux_2_17_x86_64_ manylinux__17_x86_64 manylinux_2_a_x86_64
		musllinux_1_1_ppc64 musllinux_1_x86_64 musllinux1_x86_64
		macosx_9_0_x86_64 macosx_10_9_fat32 macosx_10_9 macosx_11_1_arm64 macosx_12_00_arm64 macosx_16_0_arm64
		macosx_25_0_arm64 macosx_27_0_arm64 macosx_11_0_foo macosx_10_x86_64
		ios_15_4_x86_64_iphoneos ios_15_4_arm64 ios_15_4_arm64_macos ios_15_arm64_iphoneos ios_15_4_armv7_iphoneos
		android_27 android_27_arm64 android_x86 android_27_1_x86 android_27_riscv64
		pyemscripten_2026_0_wasm64 pyemscripten_2026_wasm32 pyodide_2024_0_wasm32 emscripten_3_1_wasm32
		wasi freebsd_12_amd64 lol_platform manylinux_2_１７_x86_64 any.win32`
)

func TestPyPITags(t *testing.T) {
	for tag := range strings.FieldsSeq(permitted) {
		for _, policy := range []TagPolicy{PyPI, PyPIAndLinux, Any} {
			if !policy.Permits(tag) {
				t.Errorf("%s refuses %s", policy, tag)
			}
		}
	}
	for tag := range strings.FieldsSeq(refused) {
		if PyPI.Permits(tag) {
			t.Errorf("PyPI's rules permit %s", tag)
		}
	}
	for _, tag := range []string{"", " ", "any\n", "linux_x86_64 ", "*", "#", "win_{amd64}"} {
		if Any.Permits(tag) {
			t.Errorf("%q is a platform tag", tag)
		}
	}
}

func TestTagPolicies(t *testing.T) {
	for tag, want := range map[string][3]bool{ // PyPI, PyPIAndLinux, Any
		"linux_x86_64":     {false, true, true},
		"linux_armv7l":     {true, true, true},
		"linux_":           {false, false, true},
		"freebsd_12_amd64": {false, false, true},
		"any.win32":        {false, false, false},
	} {
		if got := [3]bool{PyPI.Permits(tag), PyPIAndLinux.Permits(tag), Any.Permits(tag)}; got != want {
			t.Errorf("%s: got %v, want %v", tag, got, want)
		}
	}
	if TagPolicy("pipy").Permits("any") {
		t.Error("an unknown policy permits something")
	}
	if PyPI.Rules().Version() != "2026-08-21" {
		t.Errorf("rules of version %q", PyPI.Rules().Version())
	}
}

// TestSiteRules: a site adds and takes away, and the last rule decides (PT-1).
func TestSiteRules(t *testing.T) {
	site, err := ParseTagRules("# ours\n\n  freebsd_#_{amd64,arm64}\r\n-win_ia64\n-macosx_10_*\nmacosx_10_15_*\n")
	if err != nil {
		t.Fatal(err)
	}
	rules := PyPI.Rules().With(site)
	for tag, want := range map[string]bool{
		"freebsd_14_amd64": true, "freebsd_14_riscv64": false, "win_ia64": false, "win_amd64": true,
		"macosx_10_9_x86_64": false, "macosx_10_15_x86_64": true, "macosx_11_0_arm64": true,
	} {
		if rules.Permits(tag) != want {
			t.Errorf("%s: permitted %v", tag, !want)
		}
	}
	if PyPI.Permits("freebsd_14_amd64") || !PyPI.Permits("win_ia64") {
		t.Error("the built-in rules changed")
	}
}

// TestPatterns is the grammar of a rule, one line at a time.
func TestPatterns(t *testing.T) {
	for _, c := range []struct{ rule, permitted, refused string }{
		{"any", "any ANY", "an anyx any_"},
		{"a#", "a1 a12 a0", "a aa a1b 1"},
		{"a#_#b", "a1_2b a12_34b", "a1b a1_b a_1b a1_2bc"},
		{"a*", "aa a1_b a__", "a ba"},
		{"*_b", "a_b a_b_b _b_b", "_b a_ ab"},
		{"{a,ab}c", "ac abc", "c abbc aac"},
		{"{a,b}_{c,d}", "a_c a_d b_c b_d", "a_b ab_c a_"},
		{"{x86,x86_64}", "x86 x86_64", "x86_ x86_6 x86_64x"},
		{"a#*#", "a1b2 a1_2 a123", "a1 a12 1a12"},
	} {
		rules, err := ParseTagRules(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		for tag := range strings.FieldsSeq(c.permitted) {
			if !rules.Permits(tag) {
				t.Errorf("%s refuses %s", c.rule, tag)
			}
		}
		for tag := range strings.FieldsSeq(c.refused) {
			if rules.Permits(tag) {
				t.Errorf("%s permits %s", c.rule, tag)
			}
		}
	}
}

func TestParseTagRulesErrors(t *testing.T) {
	for text, want := range map[string]string{
		"any\nWin32":  "line 2: \"Win32\": tags are in lower case",
		"win_{a,b":    "no closing brace",
		"a b":         "\"a b\" is not part of a platform tag",
		"win_{a,}":    "not part of a platform tag",
		"a.b":         "not part of a platform tag",
		"any\n\n-w}x": "line 3",
		"{}":          "not part of a platform tag",
	} {
		if _, err := ParseTagRules(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func BenchmarkPermits(b *testing.B) {
	rules := PyPI.Rules()
	b.ReportAllocs()
	for b.Loop() {
		if !rules.Permits("manylinux_2_17_x86_64") || rules.Permits("linux_x86_64") {
			b.Fatal("wrong answer")
		}
	}
}
