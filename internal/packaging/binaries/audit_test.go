package binaries_test

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"fmt"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/packaging/binaries"
	"strongroom/internal/packaging/dist"
)

// file is a compiled file at a path of a wheel.
type file struct {
	path string
	data []byte
}

// audit audits a wheel with a platform tag and files.
func audit(t *testing.T, platform string, files ...file) binaries.Report {
	t.Helper()
	var found binaries.Found
	for _, f := range files {
		b, ok := binaries.Look(f.path, bytes.NewReader(f.data), int64(len(f.data)))
		if !ok {
			t.Fatalf("%s is not recognised", f.path)
		}
		found.Binaries = append(found.Binaries, b)
	}
	return binaries.Audit(wheel(t, platform), found)
}

func wheel(t *testing.T, platform string) dist.Filename {
	t.Helper()
	name, err := dist.ParseFilename("x-1.0-cp313-cp313-" + platform + ".whl")
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// expect compares the findings, as "code path needed", and the honest tag.
func expect(t *testing.T, r binaries.Report, honest string, want ...string) {
	t.Helper()
	var got []string
	for _, f := range r.Findings {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Code, f.File, f.Needed)))
		if f.Cause == "" || f.Tag == "" {
			t.Errorf("%+v does not say why", f)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("findings %q, want %q", got, want)
	}
	if r.Honest != honest {
		t.Errorf("honest tag %q, want %q", r.Honest, honest)
	}
}

// linux returns an extension module for x86-64 and glibc that needs some symbol versions of it.
func linux(versions ...string) elfSpec {
	return elfSpec{needed: []string{"libc.so.6"}, versions: libc(versions...)}
}

func (s elfSpec) with(library string, versions ...string) elfSpec {
	s.needed = append(slices.Clone(s.needed), library)
	if len(versions) > 0 {
		s.versions = append(slices.Clone(s.versions), binaries.LibraryVersions{Library: library, Names: versions})
	}
	return s
}

func TestSymbolVersions(t *testing.T) {
	for _, test := range []struct {
		tag, honest string
		spec        elfSpec
		want        []string
	}{
		{"manylinux_2_17_x86_64", "manylinux_2_17_x86_64", linux("GLIBC_2.2.5", "GLIBC_2.17"), nil},
		{"manylinux2014_x86_64", "manylinux_2_5_x86_64", linux("GLIBC_2.2.5", "GLIBC_2.5"), nil},
		{"manylinux1_x86_64", "manylinux_2_12_x86_64", linux("GLIBC_2.2.5", "GLIBC_2.7"), []string{"GLIBC_2.7"}},
		{"manylinux2010_x86_64", "manylinux_2_17_x86_64", linux("GLIBC_2.14", "GLIBC_2.9", "GLIBC_2.3.4"), []string{"GLIBC_2.14"}},
		{"manylinux_2_17_x86_64", "manylinux_2_34_x86_64", linux("GLIBC_2.29", "GLIBC_2.34", "GLIBC_2.33"), []string{"GLIBC_2.34"}},
		{"manylinux_2_28_x86_64", "manylinux_2_36_x86_64", linux("GLIBC_ABI_DT_RELR"), []string{"GLIBC_ABI_DT_RELR"}},
		{"manylinux_2_41_x86_64", "linux_x86_64", linux("GLIBC_PRIVATE"), []string{"GLIBC_PRIVATE"}},
		{"manylinux_2_17_x86_64", "manylinux_2_24_x86_64", linux().with("libstdc++.so.6", "GLIBCXX_3.4.21", "GLIBCXX_3.4.9", "CXXABI_1.3.8"), []string{"CXXABI_1.3.8", "GLIBCXX_3.4.21"}},
		{"manylinux_2_17_x86_64", "manylinux_2_17_x86_64", linux().with("libgcc_s.so.1", "GCC_4.8.0"), nil},
		{"manylinux_2_5_x86_64", "manylinux_2_12_x86_64", linux().with("libz.so.1", "ZLIB_1.2.0"), []string{"ZLIB_1.2.0"}},
		// versions whose kind no policy lists, and versions of the loader, are not judged
		{"manylinux_2_17_x86_64", "manylinux_2_5_x86_64", linux().with("libX11.so.6", "FOO_9"), nil},
		{"manylinux_2_17_x86_64", "manylinux_2_5_x86_64", linux().with("ld-linux-x86-64.so.2", "GLIBC_2.99"), nil},
		// tags that have no policy of their own
		{"manylinux_2_29_x86_64", "manylinux_2_29_x86_64", linux("GLIBC_2.29"), nil},
		{"manylinux_2_30_x86_64", "manylinux_2_31_x86_64", linux("GLIBC_2.31"), []string{"GLIBC_2.31"}},
		{"manylinux_2_43_x86_64", "manylinux_2_43_x86_64", linux("GLIBC_2.43").with("libstdc++.so.6", "GLIBCXX_3.4.99"), nil},
		{"manylinux_2_42_x86_64", "linux_x86_64", linux("GLIBC_2.43"), []string{"GLIBC_2.43"}},
	} {
		var want []string
		for _, name := range test.want {
			want = append(want, "symbol-version x/_x.so "+name)
		}
		t.Run(test.tag, func(t *testing.T) {
			expect(t, audit(t, test.tag, file{"x/_x.so", test.spec.build()}), test.honest, want...)
		})
	}
}

func TestArchitectureOfPolicies(t *testing.T) {
	arm := elfSpec{machine: elf.EM_AARCH64, needed: []string{"libc.so.6"}, versions: libc("GLIBC_2.18")}
	expect(t, audit(t, "manylinux_2_17_aarch64", file{"x.so", arm.build()}), "manylinux_2_17_aarch64")
	power := elfSpec{machine: elf.EM_PPC64, big: true, needed: []string{"libc.so.6"}, versions: libc("GLIBC_2.19")}
	expect(t, audit(t, "manylinux_2_28_ppc64", file{"x.so", power.build()}), "manylinux_2_28_ppc64")
	expect(t, audit(t, "manylinux_2_17_ppc64", file{"x.so", power.build()}), "linux_ppc64", "symbol-version x.so GLIBC_2.19")
	risc := elfSpec{machine: elf.EM_RISCV, needed: []string{"libc.so.6"}, versions: libc("GLIBC_2.27")}
	expect(t, audit(t, "manylinux_2_17_riscv64", file{"x.so", risc.build()}), "manylinux_2_31_riscv64", "symbol-version x.so GLIBC_2.27")
}

func TestMachine(t *testing.T) {
	fine := linux("GLIBC_2.5")
	other := elfSpec{machine: elf.EM_AARCH64}
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"a.so", fine.build()}, file{"b.so", other.build()}),
		"manylinux_2_5_x86_64", "machine b.so aarch64")
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"b.so", other.build()}), "manylinux_2_17_aarch64", "machine b.so aarch64")
	expect(t, audit(t, "linux_x86_64", file{"b.so", other.build()}), "manylinux_2_17_aarch64", "machine b.so aarch64")
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"a.so", fine.build()},
		file{"gpu.cubin", elfSpec{machine: elf.EM_CUDA, static: true}.build()},
		file{"a.o", elfSpec{kind: elf.ET_REL, static: true}.build()}), "manylinux_2_5_x86_64")
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"a.dylib", machoSpec{cpu: macho.CpuArm64, minimum: [2]int{11, 0}}.build()}),
		"macosx_11_0_arm64", "machine a.dylib Mach-O")
	pi := elfSpec{machine: elf.EM_ARM, narrow: true, flags: 0x0500_0400}
	expect(t, audit(t, "linux_armv6l", file{"a.so", pi.build()}), "linux_armv6l")
	expect(t, audit(t, "manylinux_2_17_i686", file{"a.so", elfSpec{machine: elf.EM_ARM, narrow: true}.build()}), "",
		"machine a.so")
}

func TestLibraries(t *testing.T) {
	libs := func(spec elfSpec, more ...file) []file { return append([]file{{"x/_x.so", spec.build()}}, more...) }
	foreign := linux().with("libfoo-1a2b3c4d.so.1")
	expect(t, audit(t, "manylinux_2_17_x86_64", libs(foreign)...), "linux_x86_64", "missing-library x/_x.so libfoo-1a2b3c4d.so.1")
	expect(t, audit(t, "manylinux_2_17_x86_64", libs(foreign, file{"x.libs/libfoo-1a2b3c4d.so.1", linux().build()})...), "manylinux_2_5_x86_64")
	expect(t, audit(t, "manylinux_2_17_x86_64", libs(foreign, file{"x.libs/foo.so", elfSpec{soname: "libfoo-1a2b3c4d.so.1"}.build()})...),
		"manylinux_2_5_x86_64")
	expect(t, audit(t, "manylinux_2_5_x86_64", libs(linux().with("libexpat.so.1"))...), "manylinux_2_12_x86_64",
		"missing-library x/_x.so libexpat.so.1")
	expect(t, audit(t, "manylinux_2_17_x86_64", libs(linux().with("libpython3.13.so.1.0"))...), "linux_x86_64",
		"libpython x/_x.so libpython3.13.so.1.0")
	// a library in the wheel brings the versions it defines
	expect(t, audit(t, "manylinux_2_17_x86_64", libs(linux().with("libstdc++-9f.so.6", "GLIBCXX_3.4.30"),
		file{"x.libs/libstdc++-9f.so.6", linux().build()})...), "manylinux_2_5_x86_64")
	expect(t, audit(t, "linux_x86_64", libs(foreign)...), "linux_x86_64")
}

func TestForbiddenSymbols(t *testing.T) {
	zlib := linux().with("libz.so.1")
	zlib.undefined = []string{"uncompress2"}
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"x.so", zlib.build()}), "manylinux_2_34_x86_64", "forbidden-symbol x.so uncompress2")
	expect(t, audit(t, "manylinux_2_34_x86_64", file{"x.so", zlib.build()}), "manylinux_2_34_x86_64")
	own := linux()
	own.undefined = zlib.undefined
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"x.so", own.build()}), "manylinux_2_5_x86_64")
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"x.so", zlib.build()}, file{"libz.so.1", linux().build()}), "manylinux_2_5_x86_64")
	own.undefined = []string{"PyFPE_jbuf"}
	expect(t, audit(t, "manylinux_2_34_x86_64", file{"x.so", own.build()}), "linux_x86_64", "forbidden-symbol x.so PyFPE_jbuf")
}

func TestInstructionSet(t *testing.T) {
	spec := linux()
	spec.property = property(0xc000_8002, 7, 0, 0, 0)
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"x.so", spec.build()}), "linux_x86_64", "instruction-set x.so x86-64-v3")
}

func TestMusl(t *testing.T) {
	musl := elfSpec{needed: []string{"libc.musl-x86_64.so.1"}}
	expect(t, audit(t, "musllinux_1_1_x86_64", file{"x.so", musl.build()}), "musllinux_1_1_x86_64")
	expect(t, audit(t, "musllinux_1_2_x86_64", file{"x.so", musl.build()}), "musllinux_1_2_x86_64")
	expect(t, audit(t, "linux_x86_64", file{"x.so", musl.build()}), "musllinux_1_2_x86_64")
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"x.so", musl.build()}), "musllinux_1_2_x86_64", "wrong-libc x.so libc.musl-x86_64.so.1")
	expect(t, audit(t, "musllinux_1_1_x86_64", file{"x.so", linux("GLIBC_2.5").build()}), "manylinux_2_5_x86_64", "wrong-libc x.so libc.so.6")
	expect(t, audit(t, "musllinux_1_2_x86_64", file{"x.so", musl.with("libffi.so.8").build()}), "linux_x86_64", "missing-library x.so libffi.so.8")
	time64 := elfSpec{
		machine: elf.EM_386, narrow: true, needed: []string{"libc.musl-x86.so.1"}, undefined: []string{"__clock_gettime64"},
	}
	expect(t, audit(t, "musllinux_1_1_i686", file{"x.so", time64.build()}), "musllinux_1_2_i686", "forbidden-symbol x.so __clock_gettime64")
	static := elfSpec{static: true}
	expect(t, audit(t, "manylinux_2_12_x86_64.manylinux2010_x86_64.musllinux_1_1_x86_64", file{"x", static.build()}),
		"manylinux_2_5_x86_64.musllinux_1_1_x86_64")
}

func TestSearchPaths(t *testing.T) {
	for _, test := range []struct {
		path, rpath, runpath string
		want                 []string
	}{
		{"x/_x.so", "$ORIGIN", "", nil},
		{"x/_x.so", "${ORIGIN}/../x.libs", "", nil},
		{"x/_x.so", "$ORIGIN/../nvidia/cublas/lib", "", nil},
		{"x/_x.so", "$ORIGIN/../..", "", []string{"$ORIGIN/../.."}},
		{"_x.so", "$ORIGIN/../lib", "", []string{"$ORIGIN/../lib"}},
		{"x/_x.so", "/opt/lib:$ORIGIN", "", []string{"/opt/lib"}},
		{"x/_x.so", "$ORIGIN::lib", "", []string{"", "lib"}},
		{"x/_x.so", "$ORIGINAL", "", []string{"$ORIGINAL"}},
		{"x/_x.so", "/home/me", "$ORIGIN", nil}, // the loader does not look at RPATH then
		{"x/_x.so", "", "/build/lib", []string{"/build/lib"}},
		{"x-1.0.data/platlib/x/_x.so", "$ORIGIN/../y.libs", "", nil},
		{"x-1.0.data/platlib/x/_x.so", "$ORIGIN/../../lib", "", []string{"$ORIGIN/../../lib"}},
		{"x-1.0.data/scripts/x", "$ORIGIN/../lib", "", nil},
		{"x-1.0.data/data/bin/x", "$ORIGIN/../../..", "", nil},
	} {
		spec := linux()
		spec.rpath, spec.runpath = test.rpath, test.runpath
		var want []string
		for _, p := range test.want {
			want = append(want, strings.TrimSpace("search-path "+test.path+" "+p))
		}
		expect(t, audit(t, "manylinux_2_17_x86_64", file{test.path, spec.build()}), "manylinux_2_5_x86_64", want...)
	}
}

func TestImplausibleTags(t *testing.T) {
	fine := file{"x.so", linux("GLIBC_2.17").build()}
	expect(t, audit(t, "manylinux_2_45_x86_64", fine), "manylinux_2_17_x86_64")
	expect(t, audit(t, "manylinux_2_46_x86_64", fine), "manylinux_2_17_x86_64", "implausible-tag")
	expect(t, audit(t, "manylinux_2_999_x86_64", fine), "manylinux_2_17_x86_64", "implausible-tag")
	expect(t, audit(t, "manylinux_3_0_x86_64", fine), "manylinux_2_17_x86_64", "implausible-tag")
	musl := file{"x.so", elfSpec{needed: []string{"libc.musl-x86_64.so.1"}}.build()}
	expect(t, audit(t, "musllinux_1_9_x86_64", musl), "musllinux_1_2_x86_64", "implausible-tag")
}

func TestAny(t *testing.T) {
	expect(t, audit(t, "any"), "any")
	expect(t, audit(t, "any", file{"x/t64.exe", peSpec{program: true}.build()}), "", "binary-in-any x/t64.exe")
	expect(t, audit(t, "any", file{"x.pyd", peSpec{}.build()}), "win_amd64", "binary-in-any x.pyd")
	expect(t, audit(t, "any", file{"x.so", linux("GLIBC_2.28").build()}), "manylinux_2_28_x86_64", "binary-in-any x.so")
	dylib := file{"x.dylib", machoSpec{cpu: macho.CpuAmd64, minimum: [2]int{10, 13}}.build()}
	expect(t, audit(t, "any", dylib), "macosx_10_13_x86_64", "binary-in-any x.dylib")
	expect(t, audit(t, "any", dylib, file{"x.so", linux("GLIBC_2.28").build()}), "any", "binary-in-any x.dylib", "binary-in-any x.so")
	expect(t, audit(t, "manylinux_2_17_x86_64"), "any")
}

func TestMacOS(t *testing.T) {
	intel := func(major, minor int) []byte {
		return machoSpec{cpu: macho.CpuAmd64, minimum: [2]int{major, minor}}.build()
	}
	arm := func(major, minor int) []byte {
		return machoSpec{cpu: macho.CpuArm64, platform: 1, minimum: [2]int{major, minor}}.build()
	}
	for _, test := range []struct {
		tag, honest string
		data        []byte
		want        []string
	}{
		{"macosx_10_9_x86_64", "macosx_10_9_x86_64", intel(10, 9), nil},
		{"macosx_10_13_x86_64", "macosx_10_9_x86_64", intel(10, 9), nil},
		{"macosx_10_9_x86_64", "macosx_10_13_x86_64", intel(10, 13), []string{"system-version x.so 10.13"}},
		{"macosx_11_0_arm64", "macosx_11_0_arm64", arm(11, 0), nil},
		{"macosx_12_0_arm64", "macosx_13_0_arm64", arm(12, 3), []string{"system-version x.so 12.3"}},
		{"macosx_14_0_arm64", "macosx_26_0_arm64", arm(15, 4), []string{"system-version x.so 15.4"}},
		{"macosx_10_9_universal2", "macosx_10_9_universal2", fat(intel(10, 9), arm(11, 0)), nil},
		{"macosx_10_9_universal2", "macosx_12_0_universal2", fat(intel(10, 9), arm(12, 0)), []string{"system-version x.so 12.0"}},
		{"macosx_10_9_universal2", "macosx_10_9_x86_64", intel(10, 9), []string{"architecture x.so arm64"}},
		{"macosx_11_0_arm64", "macosx_10_9_x86_64", intel(10, 9), []string{"architecture x.so arm64"}},
		{"macosx_10_9_x86_64", "macosx_10_9_universal2", fat(intel(10, 9), arm(11, 0)), nil},
		{"macosx_10_16_x86_64", "macosx_11_0_x86_64", intel(11, 0), nil},
		{"macosx_11_0_x86_64", "macosx_11_0_x86_64", intel(10, 16), nil},
		{"macosx_10_9_intel", "macosx_10_6_intel", fat(intel(10, 6), machoSpec{cpu: macho.Cpu386}.build()), nil},
		{"macosx_10_15_x86_64", "macosx_10_15_x86_64", machoSpec{cpu: macho.CpuAmd64}.build(), nil},
		{"macosx_11_0_arm64", "macosx_14_0_arm64", machoSpec{cpu: macho.CpuArm64, platform: 2, minimum: [2]int{14, 0}}.build(), []string{"machine x.so ios"}},
		{"macosx_10_6_universal", "", fat(intel(10, 6), machoSpec{cpu: macho.CpuPpc}.build()), []string{"architecture x.so i386", "architecture x.so ppc64"}},
		{"macosx_10_9_x86_64", "", machoSpec{cpu: macho.CpuArm64, kind: 1}.build(), nil},
	} {
		t.Run(test.tag, func(t *testing.T) { expect(t, audit(t, test.tag, file{"x.so", test.data}), test.honest, test.want...) })
	}
}

func TestMacOSLibraries(t *testing.T) {
	spec := machoSpec{cpu: macho.CpuArm64, minimum: [2]int{11, 0}, needed: []string{
		"/usr/lib/libSystem.B.dylib", "/System/Library/Frameworks/Metal.framework/Metal", "@loader_path/.dylibs/liba.dylib",
		"@rpath/libb.dylib", "@rpath/libc.dylib", "/opt/homebrew/lib/liba.dylib", "@rpath/libpython3.13.dylib",
		"/Library/Frameworks/Python.framework/Versions/3.13/Python",
	}}
	expect(t, audit(t, "macosx_11_0_arm64", file{"x/x.so", spec.build()},
		file{"x/.dylibs/liba.dylib", machoSpec{cpu: macho.CpuArm64}.build()},
		file{"x/b.dylib", machoSpec{cpu: macho.CpuArm64, id: "@rpath/libb.dylib"}.build()}),
		"macosx_11_0_arm64",
		"missing-library x/x.so @rpath/libc.dylib", "missing-library x/x.so /opt/homebrew/lib/liba.dylib",
		"libpython x/x.so @rpath/libpython3.13.dylib", "libpython x/x.so /Library/Frameworks/Python.framework/Versions/3.13/Python")
}

func TestWindows(t *testing.T) {
	const i386, arm = pe.IMAGE_FILE_MACHINE_I386, pe.IMAGE_FILE_MACHINE_ARM64
	for _, test := range []struct {
		tag, honest string
		spec        peSpec
		want        []string
	}{
		{"win_amd64", "win_amd64", peSpec{}, nil},
		{"win32", "win32", peSpec{machine: i386}, nil},
		{"win_arm64", "win_arm64", peSpec{machine: arm}, nil},
		{"win_arm64", "win_amd64", peSpec{}, []string{"machine x.pyd win_amd64"}},
		{"win_amd64", "win32", peSpec{machine: i386}, []string{"machine x.pyd win32"}},
		{"win_amd64", "win_amd64", peSpec{machine: i386, program: true}, nil},
		{"win_arm64", "win_arm64", peSpec{program: true}, nil},
		{"win32", "win32", peSpec{program: true}, []string{"machine x.pyd win_amd64"}},
		{"win_amd64", "win_amd64", peSpec{machine: i386, managed: true}, nil},
	} {
		expect(t, audit(t, test.tag, file{"x.pyd", test.spec.build()}), test.honest, test.want...)
	}
}

func TestPureLib(t *testing.T) {
	expect(t, audit(t, "manylinux_2_17_x86_64", file{"x-1.0.data/purelib/x.so", linux().build()}), "manylinux_2_5_x86_64",
		"purelib x-1.0.data/purelib/x.so")
}

func TestOtherSystemsAreAccepted(t *testing.T) {
	for _, tag := range []string{"android_24_arm64_v8a", "ios_13_0_arm64_iphoneos", "pyemscripten_2025_0_wasm32", "freebsd_13_amd64", "macosx_10_x86", "manylinux_x86_64"} {
		expect(t, audit(t, tag, file{"x.so", elfSpec{machine: elf.EM_AARCH64, needed: []string{"liblog.so"}}.build()}), "")
	}
}

func TestAliasesAreAuditedOnce(t *testing.T) {
	expect(t, audit(t, "manylinux_2_17_x86_64.manylinux2014_x86_64", file{"x.so", linux("GLIBC_2.28").build()}), "manylinux_2_28_x86_64",
		"symbol-version x.so GLIBC_2.28")
}

func TestReportIsBounded(t *testing.T) {
	var files []file
	for i := range 250 {
		files = append(files, file{fmt.Sprintf("x/%03d.so", i), linux("GLIBC_2.28").build()})
	}
	r := audit(t, "manylinux_2_17_x86_64", files...)
	if r.Binaries != 250 || len(r.Findings) != binaries.MaxFindings || r.More != 50 || r.Honest != "manylinux_2_28_x86_64" {
		t.Errorf("%d binaries, %d findings and %d more, honest %q", r.Binaries, len(r.Findings), r.More, r.Honest)
	}
}

func TestStoppedIsNotAudited(t *testing.T) {
	b := good(t, linux("GLIBC_2.28").build())
	r := binaries.Audit(wheel(t, "manylinux_2_17_x86_64"), binaries.Found{Binaries: []binaries.Binary{b}, Stopped: "too much"})
	if r.NotAudited != "too much" || r.Findings != nil || r.Honest != "" || r.Binaries != 1 {
		t.Errorf("%+v", r)
	}
}

func TestUnreadableIsTold(t *testing.T) {
	r := audit(t, "manylinux_2_17_x86_64", file{"x.so", linux("GLIBC_2.17").build()}, file{"y.so", []byte("\x7fELF\x02\x01")})
	expect(t, r, "manylinux_2_17_x86_64", "unreadable y.so")
	if got, want := r.Findings[0].String(), "y.so: cannot be read as ELF: it points beyond its own end (tag manylinux_2_17_x86_64)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSdistPromisesNothing(t *testing.T) {
	name, err := dist.ParseFilename("x-1.0.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	r := binaries.Audit(name, binaries.Found{Binaries: []binaries.Binary{good(t, linux().build())}})
	expect(t, r, "")
}
