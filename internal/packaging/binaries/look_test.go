package binaries_test

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/binary"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"strongroom/internal/packaging/binaries"
)

// look reads data, which must be a compiled file.
func look(t *testing.T, data []byte) binaries.Binary {
	t.Helper()
	b, ok := binaries.Look("pkg/_x.so", bytes.NewReader(data), int64(len(data)))
	if !ok {
		t.Fatalf("% x… is not recognised", data[:min(len(data), 16)])
	}
	return b
}

// good reads data, which must be a compiled file without problems.
func good(t *testing.T, data []byte) binaries.Binary {
	t.Helper()
	b := look(t, data)
	if b.Problem != "" {
		t.Fatal(b.Problem)
	}
	return b
}

func libc(names ...string) []binaries.LibraryVersions {
	return []binaries.LibraryVersions{{Library: "libc.so.6", Names: names}}
}

func TestELF(t *testing.T) {
	spec := elfSpec{
		soname: "libx.so.1", rpath: "$ORIGIN/../x.libs:/opt/lib", runpath: "$ORIGIN", needed: []string{"libm.so.6", "libc.so.6"},
		versions: []binaries.LibraryVersions{
			{Library: "libm.so.6", Names: []string{"GLIBC_2.29", "GLIBC_2.2.5"}},
			{Library: "libc.so.6", Names: []string{"GLIBC_2.14"}},
		},
		undefined: []string{"uncompress2", "PyLong_FromLong", "free"}, weak: []string{"z_errmsg"}, defined: []string{"zcalloc"},
	}
	want := &binaries.ELF{
		Arch: "x86_64", Machine: "EM_X86_64, 64-bit, little-endian", SONAME: "libx.so.1", Needed: spec.needed,
		Versions: spec.versions, RPATH: []string{"$ORIGIN/../x.libs", "/opt/lib"}, RUNPATH: []string{"$ORIGIN"},
		Symbols: []string{"uncompress2"}, PythonAPI: true,
	}
	b := good(t, spec.build())
	if b.Path != "pkg/_x.so" || b.Format != binaries.FormatELF || !reflect.DeepEqual(b.ELF, want) {
		t.Errorf("got %+v\nwant %+v", b.ELF, want)
	}
}

func TestELFArchitectures(t *testing.T) {
	const eabi5, hard = 0x0500_0000, 0x400
	for _, test := range []struct {
		spec elfSpec
		want string
	}{
		{elfSpec{machine: elf.EM_386, narrow: true}, "i686"},
		{elfSpec{machine: elf.EM_X86_64}, "x86_64"},
		{elfSpec{machine: elf.EM_X86_64, narrow: true}, ""}, // x32
		{elfSpec{machine: elf.EM_AARCH64}, "aarch64"},
		{elfSpec{machine: elf.EM_AARCH64, big: true}, ""},
		{elfSpec{machine: elf.EM_ARM, narrow: true, flags: eabi5 | hard}, "armv7l"},
		{elfSpec{machine: elf.EM_ARM, narrow: true, flags: eabi5}, ""},
		{elfSpec{machine: elf.EM_ARM, narrow: true, flags: hard}, ""},
		{elfSpec{machine: elf.EM_ARM, narrow: true, flags: eabi5, kind: elf.ET_REL}, "armv7l"},
		{elfSpec{machine: elf.EM_PPC64}, "ppc64le"},
		{elfSpec{machine: elf.EM_PPC64, big: true}, "ppc64"},
		{elfSpec{machine: elf.EM_S390, big: true}, "s390x"},
		{elfSpec{machine: elf.EM_RISCV}, "riscv64"},
		{elfSpec{machine: elf.EM_LOONGARCH}, "loongarch64"},
		{elfSpec{machine: elf.EM_SPARCV9, big: true}, ""},
	} {
		test.spec.needed = []string{"libc.so.6"}
		test.spec.versions = libc("GLIBC_2.17")
		for _, test.spec.hash = range []string{"gnu", "empty-gnu", "sysv", "none"} {
			test.spec.undefined = []string{"PyFPE_jbuf"}
			got := good(t, test.spec.build()).ELF
			if got.Arch != test.want {
				t.Errorf("%v: arch %q, want %q", test.spec, got.Arch, test.want)
			}
			if len(got.Symbols) != 1 || len(got.Versions) != 1 || got.Versions[0].Names[0] != "GLIBC_2.17" {
				t.Errorf("%s, hash table %q: %+v", got.Machine, test.spec.hash, got)
			}
		}
	}
}

func TestELFKinds(t *testing.T) {
	if b := good(t, elfSpec{kind: elf.ET_REL, static: true}.build()); !b.ELF.Object {
		t.Error("an object file is not told")
	}
	if b := good(t, elfSpec{static: true}.build()); b.ELF.Object || b.ELF.Needed != nil {
		t.Errorf("a static program: %+v", b.ELF)
	}
	for _, machine := range []elf.Machine{elf.EM_CUDA, elf.EM_AMDGPU, elf.EM_BPF} {
		if b := good(t, elfSpec{machine: machine, static: true}.build()); !b.ELF.Device {
			t.Errorf("%v is no device", machine)
		}
	}
}

// property returns one property of a GNU property note.
func property(kind uint32, data ...byte) []byte {
	head := binary.LittleEndian.AppendUint32(nil, kind)
	head = append(binary.LittleEndian.AppendUint32(head, uint32(len(data))), data...)
	return append(head, make([]byte, (8-len(data)%8)%8)...)
}

func TestELFInstructionSet(t *testing.T) {
	const isa, other = 0xc000_8002, 0xc000_0002
	for _, test := range []struct {
		note []byte
		want int
	}{
		{property(isa, 1, 0, 0, 0), 0},
		{property(isa, 3, 0, 0, 0), 2},
		{property(isa, 7, 0, 0, 0), 3},
		{property(isa, 15, 0, 0, 0), 4},
		{append(property(other, 8, 0, 0, 0), property(isa, 4, 0, 0, 0)...), 3},
		{property(other, 15, 0, 0, 0), 0},
		{property(isa, 15), 0},
		{property(isa, 15, 0, 0, 0)[:10], 0},
		{[]byte{1, 2}, 0},
	} {
		if got := good(t, elfSpec{property: test.note}.build()).ELF.Level; got != test.want {
			t.Errorf("% x: level %d, want %d", test.note, got, test.want)
		}
	}
	if got := good(t, elfSpec{machine: elf.EM_AARCH64, property: property(isa, 15, 0, 0, 0)}.build()).ELF.Level; got != 0 {
		t.Errorf("level %d on aarch64", got)
	}
}

func TestMachO(t *testing.T) {
	intel := machoSpec{
		cpu: macho.CpuAmd64, minimum: [2]int{10, 9}, id: "@rpath/libx.dylib", rpath: []string{"@loader_path"},
		needed: []string{"/usr/lib/libSystem.B.dylib", "@rpath/liby.dylib"},
	}
	arm := machoSpec{cpu: macho.CpuArm64, platform: 1, minimum: [2]int{12, 3}}
	want := []binaries.MachOPart{
		{
			Arch: "x86_64", Platform: "macos", Minimum: binaries.Version{Major: 10, Minor: 9}, ID: intel.id,
			Needed: intel.needed, RPATH: intel.rpath,
		},
		{Arch: "arm64", Platform: "macos", Minimum: binaries.Version{Major: 12, Minor: 3}},
	}
	b := good(t, fat(intel.build(), arm.build()))
	if b.Format != binaries.FormatMachO || !reflect.DeepEqual(b.MachO, want) {
		t.Errorf("got %+v\nwant %+v", b.MachO, want)
	}
	if b := good(t, intel.build()); !reflect.DeepEqual(b.MachO, want[:1]) {
		t.Errorf("alone: %+v", b.MachO)
	}
	ppc := machoSpec{cpu: macho.CpuPpc64, big: true, kind: 1, minimum: [2]int{10, 4}, needed: []string{"/usr/lib/a.dylib"}}
	if b := good(t, ppc.build()); b.MachO[0].Arch != "ppc64" || !b.MachO[0].Object || b.MachO[0].Minimum.Minor != 4 {
		t.Errorf("big-endian: %+v", b.MachO)
	}
	archive := append([]byte("!<arch>\n"), make([]byte, 60)...)
	if b := good(t, fat(archive, arm.build())); !b.MachO[0].Object || b.MachO[1].Arch != "arm64" {
		t.Errorf("a static library: %+v", b.MachO)
	}
	for number, name := range map[uint32]string{2: "ios", 99: "99"} {
		if b := good(t, machoSpec{platform: number, minimum: [2]int{13, 0}}.build()); b.MachO[0].Platform != name {
			t.Errorf("platform %d: %+v", number, b.MachO)
		}
	}
}

func TestPE(t *testing.T) {
	b := good(t, peSpec{needed: []string{"python313.dll", "KERNEL32.dll"}}.build())
	want := &binaries.PE{Arch: "win_amd64", DLL: true, Needed: []string{"python313.dll", "KERNEL32.dll"}}
	if b.Format != binaries.FormatPE || !reflect.DeepEqual(b.PE, want) {
		t.Errorf("got %+v, want %+v", b.PE, want)
	}
	for machine, arch := range map[uint16]string{
		pe.IMAGE_FILE_MACHINE_I386: "win32", pe.IMAGE_FILE_MACHINE_ARM64: "win_arm64", 0xa641: "win_arm64",
		pe.IMAGE_FILE_MACHINE_IA64: "win_ia64", 0x1c4: "machine 0x1c4",
	} {
		if b := good(t, peSpec{machine: machine, program: true, managed: true}.build()); b.PE.Arch != arch || b.PE.DLL || !b.PE.Managed {
			t.Errorf("%#x: %+v", machine, b.PE)
		}
	}
}

func TestNotCompiled(t *testing.T) {
	java := []byte{0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, 1, 2, 3}
	for _, data := range []string{
		"", "M", "MZ", "MZ is how this text begins", "MZ" + strings.Repeat("\x00", 100), "\x7fEL", "import os\n",
		string(java), "\xca\xfe\xba\xbe", "#!/bin/sh\n", "!<arch>\n", "\x00asm\x01\x00\x00\x00",
	} {
		if b, ok := binaries.Look("x", strings.NewReader(data), int64(len(data))); ok {
			t.Errorf("%q is taken for %+v", data, b)
		}
	}
}

func TestBinaryCrossesAPipe(t *testing.T) {
	for _, data := range [][]byte{
		elfSpec{needed: []string{"libc.so.6"}, versions: libc("GLIBC_2.17")}.build(),
		fat(machoSpec{cpu: macho.CpuArm64, minimum: [2]int{11, 0}}.build(), machoSpec{cpu: macho.CpuAmd64}.build()),
		peSpec{needed: []string{"a.dll"}}.build(), []byte("\x7fELF"),
	} {
		before := look(t, data)
		text, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		var after binaries.Binary
		if err := json.Unmarshal(text, &after); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%s became %+v, %v", text, after, err)
		}
	}
}
