package binaries_test

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"strongroom/internal/packaging/binaries"
)

// patch returns data with a little-endian number written over it.
func patch(data []byte, at, width int, value uint64) []byte {
	data = bytes.Clone(data)
	number := binary.LittleEndian.AppendUint64(nil, value)
	copy(data[at:], number[:width])
	return data
}

// rich are a file of each format that has everything the readers look at.
func rich() map[binaries.Format][]byte {
	spec := linux("GLIBC_2.17", "GLIBC_2.5").with("libm.so.6", "GLIBC_2.29")
	spec.rpath, spec.runpath, spec.soname, spec.property = "$ORIGIN", "$ORIGIN/a", "libx.so", property(0xc000_8002, 3, 0, 0, 0)
	spec.undefined = []string{"PyFPE_jbuf", "free"}
	mach := machoSpec{cpu: macho.CpuArm64, platform: 1, minimum: [2]int{11, 0}, id: "x", needed: []string{"a", "b"}, rpath: []string{"c"}}
	return map[binaries.Format][]byte{
		binaries.FormatELF:   spec.build(),
		binaries.FormatMachO: fat(mach.build(), machoSpec{cpu: macho.CpuAmd64, minimum: [2]int{10, 9}}.build()),
		binaries.FormatPE:    peSpec{needed: []string{"a.dll", "b.dll"}, managed: true}.build(),
	}
}

// TestTruncated: a file cut anywhere is read as far as it goes.
func TestTruncated(t *testing.T) {
	for format, data := range rich() {
		for n := range data {
			b, ok := binaries.Look("x", bytes.NewReader(data[:n]), int64(n))
			if !ok && n > 0x100 {
				t.Errorf("%s cut at %d is not recognised", format, n)
			}
			if ok && b.Problem == "" && n < len(data)/2 {
				t.Errorf("%s cut at %d of %d has no problem", format, n, len(data))
			}
		}
	}
}

// TestAnyByteChanged: whatever a byte says, reading ends, without a fault, with little memory.
func TestAnyByteChanged(t *testing.T) {
	for format, data := range rich() {
		for at := range data {
			for _, value := range []byte{0, 1, 0x7f, 0x80, 0xff} {
				changed := bytes.Clone(data)
				changed[at] = value
				b, ok := binaries.Look("x", bytes.NewReader(changed), int64(len(changed)))
				if ok && strings.Contains(b.Problem, "fault") {
					t.Fatalf("%s, byte %d = %#x: %s", format, at, value, b.Problem)
				}
			}
		}
	}
}

// dynamicEntries returns an ELF file whose dynamic segment is count times the same entry.
func dynamicEntries(tag elf.DynTag, value uint64, count int) []byte {
	data := elfSpec{static: true}.build()
	table := make([]byte, 0, 16*count)
	for range count {
		table = binary.LittleEndian.AppendUint64(table, uint64(tag))
		table = binary.LittleEndian.AppendUint64(table, value)
	}
	data = patch(patch(data, 64+56+8, 8, uint64(len(data))), 64+56+32, 8, uint64(len(table)))
	data = append(data, table...)
	return patch(data, 64+32, 8, uint64(len(data)))
}

// longNames returns an ELF file that names one library of 4 kB often.
func longNames() []byte {
	spec := elfSpec{needed: []string{strings.Repeat("x", 4000)}}
	for range 100 {
		spec.needed = append(spec.needed, strings.Repeat("x", 4000))
	}
	return spec.build()
}

// loopedVersions returns an ELF file whose list of versions says that it goes on for ever, and goes nowhere.
func loopedVersions(next uint32, count uint16) []byte {
	data := linux("GLIBC_2.17").build()
	marker := []byte{1, 0, 1, 0}
	at := bytes.Index(data[64+3*56:], marker) + 64 + 3*56
	data = patch(data, at+2, 2, uint64(count))
	return patch(data, at+16+12, 4, uint64(next))
}

func TestHostile(t *testing.T) {
	old := machoSpec{cpu: macho.CpuAmd64, minimum: [2]int{10, 9}}.build()
	built := machoSpec{cpu: macho.CpuAmd64, platform: 1, minimum: [2]int{10, 9}}.build()
	wide := append([]byte{0xca, 0xfe, 0xba, 0xbf, 0, 0, 0, 1}, bytes.Repeat([]byte{0xff}, 64)...)
	plain, mach, windows := linux("GLIBC_2.17").build(), machoSpec{cpu: macho.CpuArm64, needed: []string{"a"}}.build(), rich()[binaries.FormatPE]
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"class":             {patch(plain, 4, 1, 9), "ELFCLASS"},
		"byte order":        {patch(plain, 5, 1, 9), "byte order"},
		"program headers":   {patch(plain, 56, 2, 0xffff), "65535 program headers of 56 bytes"},
		"header size":       {patch(plain, 54, 2, 1), "3 program headers of 1 bytes"},
		"header offset":     {patch(plain, 32, 8, math.MaxUint64), "program headers: it points beyond its own end"},
		"dynamic offset":    {patch(plain, 64+56+8, 8, 1<<40), "dynamic segment: it points beyond"},
		"dynamic size":      {patch(plain, 64+56+32, 8, 1<<62), "entries"},
		"dynamic no string": {dynamicEntries(elf.DT_SONAME, 1, 2), "the string table is in no segment"},
		"needed":            {dynamicEntries(elf.DT_NEEDED, 1, 2000), "more than 1024 needed libraries"},
		"entries":           {dynamicEntries(elf.DT_DEBUG, 1, 100_000), "100000 entries"},
		"long names":        {longNames(), "longer than 128000 bytes together"},
		"versions loop":     {loopedVersions(0, 0xffff), ""},
		"versions overlap":  {loopedVersions(1, 0xffff), "symbol versions: "},
		"commands":          {patch(mach, 16, 4, math.MaxUint32), "4294967295 load commands"},
		"commands size":     {patch(mach, 20, 4, 1<<31), "load commands of 2147483648 bytes"},
		"more commands":     {patch(mach, 16, 4, 100), "load commands: it points beyond"},
		"command of zero":   {patch(mach, 36, 4, 0), "a load command of 0 bytes"},
		"command too long":  {patch(mach, 36, 4, 4000), "a load command of 4000 bytes"},
		"command's name":    {patch(mach, 40, 4, 1<<31), "load command: it points beyond"},
		"short version":     {patch(patch(old, 16, 4, 1), 36, 4, 8), "load command: it points beyond"},
		"short build":       {patch(patch(built, 16, 4, 1), 36, 4, 8), "load command: it points beyond"},
		"wide fat":          {wide, "architecture 1: it points beyond"},
		"fat in fat":        {fat(fat(mach)), "is no magic number"},
		"fat beyond":        {fat(mach, mach)[:100], "it points beyond"},
		"sections":          {patch(windows, 0x46, 2, 0xffff), "65535 sections"},
		"import address":    {patch(windows, 0x58+112+8, 4, 0xffff_fff0), "imports: it points beyond"},
		"import name":       {patch(windows, 0x200+12, 4, 0xffff_fff0), "imports: it points beyond"},
		"import for ever":   {patch(windows, 0x200+20+20+12, 4, 0x1000), "imports: "},
		"optional header":   {patch(windows, 0x54, 2, 0xffff), "it points beyond"},
	} {
		start := time.Now()
		b := look(t, test.data)
		if !strings.Contains(b.Problem, test.want) || (test.want == "") != (b.Problem == "") {
			t.Errorf("%s: %q, want %q", name, b.Problem, test.want)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

// TestWorstCases: files that use up every bound are read in a moment, into few facts. A budget of 20 s for 2,000 files
// means nothing if a single one can take a minute.
func TestWorstCases(t *testing.T) {
	symbols := elfSpec{needed: []string{"libc.so.6"}, hash: "sysv"}
	for range 100_000 {
		symbols.undefined = append(symbols.undefined, "_Z"+strings.Repeat("N", 60))
	}
	versions := elfSpec{needed: []string{"libc.so.6"}, versions: libc()}
	for i := range 4000 {
		versions.versions[0].Names = append(versions.versions[0].Names, fmt.Sprintf("V_%d", i))
	}
	names := machoSpec{cpu: macho.CpuArm64}
	for i := range 1000 {
		names.needed = append(names.needed, fmt.Sprintf("@rpath/lib%d.dylib", i))
	}
	imports := peSpec{}
	for i := range 1000 {
		imports.needed = append(imports.needed, fmt.Sprintf("lib%d.dll", i))
	}
	for name, data := range map[string][]byte{
		"symbols": symbols.build(), "versions": versions.build(), "names": names.build(), "imports": imports.build(),
	} {
		start := time.Now()
		b := good(t, data)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %s", name, took)
		}
		text, err := json.Marshal(b)
		if err != nil || len(text) > 200_000 {
			t.Errorf("%s: facts of %d bytes, %v", name, len(text), err)
		}
	}
}

// TestBoundsAreErrors: one more than a bound is told, with what was read before.
func TestBoundsAreErrors(t *testing.T) {
	versions := linux()
	versions.versions = libc()
	for i := range 4097 {
		versions.versions[0].Names = append(versions.versions[0].Names, fmt.Sprintf("V_%d", i))
	}
	names := machoSpec{cpu: macho.CpuArm64, needed: make([]string, 1025)}
	imports := peSpec{needed: make([]string, 1025)}
	for i := range 1025 {
		names.needed[i], imports.needed[i] = "a", "a"
	}
	for want, data := range map[string][]byte{
		"symbol versions: more than 4096": versions.build(),
		"more than 1024 needed libraries": names.build(),
		"more than 1024 imported DLLs":    imports.build(),
	} {
		b := look(t, data)
		if !strings.HasSuffix(b.Problem, want) {
			t.Errorf("%q, want %q", b.Problem, want)
		}
		if b.ELF != nil && len(b.ELF.Needed) != 1 || b.MachO != nil && len(b.MachO[0].Needed) != 1024 || b.PE != nil && len(b.PE.Needed) != 1024 {
			t.Errorf("%s: what was read before is lost: %+v", want, b)
		}
	}
}

// TestHugeCountsAreCheap: a sparse file of any size, full of claims, costs little.
func TestHugeCountsAreCheap(t *testing.T) {
	spec := linux("GLIBC_2.17")
	spec.hash = "sysv"
	data := spec.build()
	for at := 64 + 3*56; at+4 < len(data); at += 4 {
		huge := sparse{patch(data, at, 4, math.MaxUint32)}
		if allocated := testing.AllocsPerRun(1, func() { binaries.Look("x", huge, math.MaxInt64) }); allocated > 2000 {
			t.Errorf("number at %d: %v allocations", at, allocated)
		}
	}
}

// sparse is a file of unlimited size: data, then the same again and again.
type sparse struct{ data []byte }

func (s sparse) ReadAt(p []byte, offset int64) (int, error) {
	for i := range p {
		p[i] = s.data[(offset+int64(i))%int64(len(s.data))]
	}
	return len(p), nil
}

// broken is a file that cannot be read beyond a point, or panics there.
type broken struct {
	io.ReaderAt
	from  int64
	panic bool
}

func (b broken) ReadAt(p []byte, offset int64) (int, error) {
	if offset >= b.from && b.panic {
		panic("no further")
	}
	if offset >= b.from {
		return 0, io.ErrUnexpectedEOF
	}
	return b.ReaderAt.ReadAt(p, offset)
}

func TestFaultsAreProblems(t *testing.T) {
	for format, data := range rich() {
		for _, panics := range []bool{false, true} {
			b, ok := binaries.Look("x", broken{bytes.NewReader(data), 0x50, panics}, int64(len(data)))
			if want := "cannot be read as " + string(format); !ok || !strings.HasPrefix(b.Problem, want) {
				t.Errorf("%s, panic %t: %q", format, panics, b.Problem)
			}
		}
	}
}

// fuzz looks for a fault, and for a report that cannot be made, from whatever is found.
func fuzz(f *testing.F, format binaries.Format) {
	for _, data := range rich() {
		f.Add(data)
	}
	tags := map[binaries.Format]string{
		binaries.FormatELF: "manylinux_2_17_x86_64", binaries.FormatMachO: "macosx_11_0_universal2", binaries.FormatPE: "win_amd64",
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, ok := binaries.Look("x", bytes.NewReader(data), int64(len(data)))
		if !ok || b.Format != format {
			return
		}
		if strings.Contains(b.Problem, "fault") {
			t.Fatal(b.Problem)
		}
		if size := len(fmt.Sprint(b.ELF, b.MachO, b.PE)); size > 600_000 {
			t.Errorf("facts of %d bytes", size)
		}
		binaries.Audit(wheel(t, tags[format]), binaries.Found{Binaries: []binaries.Binary{b}})
	})
}

func FuzzLookELF(f *testing.F)   { fuzz(f, binaries.FormatELF) }
func FuzzLookMachO(f *testing.F) { fuzz(f, binaries.FormatMachO) }
func FuzzLookPE(f *testing.F)    { fuzz(f, binaries.FormatPE) }
