//go:build slow

package binaries_test

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/packaging/binaries"
)

// TestFactsAgreeWithTheStandardLibrary: of every compiled file in the pinned wheels, which are not hostile, the readers
// of debug/elf, debug/macho and debug/pe say the same.
func TestFactsAgreeWithTheStandardLibrary(t *testing.T) {
	seen := map[binaries.Format]int{}
	for _, list := range []string{"wheels.txt", "wheels-other.txt"} {
		for _, wheel := range pinnedWheels(t, list) {
			archive, err := zip.OpenReader(wheel.fetch(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, member := range archive.File {
				data := expand(t, member)
				b, ok := binaries.Look(member.Name, bytes.NewReader(data), int64(len(data)))
				if !ok {
					continue
				}
				seen[b.Format]++
				ours, theirs := facts(b), standard(t, b.Format, data)
				if ours != theirs {
					t.Errorf("%s in %s: we read\n%s\nand the standard library\n%s", member.Name, wheel.name, ours, theirs)
				}
			}
			archive.Close()
		}
	}
	if seen[binaries.FormatELF] < 100 || seen[binaries.FormatMachO] < 10 || seen[binaries.FormatPE] < 10 {
		t.Errorf("compared only %v", seen)
	}
	t.Log(seen)
}

func expand(t *testing.T, member *zip.File) []byte {
	content, err := member.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	data, err := io.ReadAll(content)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// facts are what both readers know, as text.
func facts(b binaries.Binary) string {
	var lines []string
	switch {
	case b.ELF != nil:
		lines = append(lines, b.ELF.Machine, b.ELF.SONAME, fmt.Sprint(b.ELF.Needed), fmt.Sprint(b.ELF.RPATH), fmt.Sprint(b.ELF.RUNPATH))
		for _, library := range b.ELF.Versions {
			lines = append(lines, fmt.Sprint(library.Library, library.Names))
		}
		lines = append(lines, fmt.Sprint(b.ELF.PythonAPI))
	case b.PE != nil:
		lines = append(lines, fmt.Sprint(b.PE.DLL, b.PE.Needed))
	}
	for _, part := range b.MachO {
		lines = append(lines, fmt.Sprint(part.Arch, part.Needed, part.RPATH))
	}
	return strings.Join(append(lines, b.Problem), "\n")
}

// standard gives the same text with the standard library's readers.
func standard(t *testing.T, format binaries.Format, data []byte) string {
	b := binaries.Binary{}
	switch format {
	case binaries.FormatELF:
		b.ELF = standardELF(t, data)
	case binaries.FormatMachO:
		b.MachO = standardMachO(t, data)
	case binaries.FormatPE:
		f, err := pe.NewFile(bytes.NewReader(data))
		must(t, err)
		b.PE = &binaries.PE{DLL: f.Characteristics&pe.IMAGE_FILE_DLL != 0, Needed: standardImports(t, f)}
	}
	return facts(b)
}

func standardELF(t *testing.T, data []byte) *binaries.ELF {
	f, err := elf.NewFile(bytes.NewReader(data))
	must(t, err)
	bits, order := 64, "little-endian"
	if f.Class == elf.ELFCLASS32 {
		bits = 32
	}
	if f.Data == elf.ELFDATA2MSB {
		order = "big-endian"
	}
	e := &binaries.ELF{Machine: fmt.Sprintf("%v, %d-bit, %s", f.Machine, bits, order)}
	if f.Section(".dynamic") == nil {
		return e
	}
	e.Needed, err = f.ImportedLibraries()
	must(t, err)
	for tag, set := range map[elf.DynTag]func(string){
		elf.DT_SONAME:  func(s string) { e.SONAME = s },
		elf.DT_RPATH:   func(s string) { e.RPATH = strings.Split(s, ":") },
		elf.DT_RUNPATH: func(s string) { e.RUNPATH = strings.Split(s, ":") },
	} {
		names, err := f.DynString(tag)
		must(t, err)
		for _, name := range names {
			set(name)
		}
	}
	e.Versions = standardVersions(t, f)
	symbols, err := f.DynamicSymbols()
	must(t, err)
	e.PythonAPI = slices.ContainsFunc(symbols, func(s elf.Symbol) bool {
		return s.Section == elf.SHN_UNDEF && elf.ST_BIND(s.Info) != elf.STB_WEAK &&
			(strings.HasPrefix(s.Name, "Py") || strings.HasPrefix(s.Name, "_Py"))
	})
	return e
}

func standardVersions(t *testing.T, f *elf.File) (all []binaries.LibraryVersions) {
	if f.Section(".gnu.version_r") == nil {
		return nil
	}
	libraries, err := f.DynamicVersionNeeds()
	must(t, err)
	for _, library := range libraries {
		versions := binaries.LibraryVersions{Library: library.Name}
		for _, need := range library.Needs {
			versions.Names = append(versions.Names, need.Dep)
		}
		all = append(all, versions)
	}
	return all
}

func standardMachO(t *testing.T, data []byte) (parts []binaries.MachOPart) {
	var files []*macho.File
	if fat, err := macho.NewFatFile(bytes.NewReader(data)); err == nil {
		for _, arch := range fat.Arches {
			files = append(files, arch.File)
		}
	} else {
		f, err := macho.NewFile(bytes.NewReader(data))
		must(t, err)
		files = []*macho.File{f}
	}
	for _, f := range files {
		part := binaries.MachOPart{Arch: map[macho.Cpu]string{macho.CpuAmd64: "x86_64", macho.CpuArm64: "arm64"}[f.Cpu]}
		var err error
		part.Needed, err = f.ImportedLibraries()
		must(t, err)
		for _, load := range f.Loads {
			if rpath, ok := load.(*macho.Rpath); ok {
				part.RPATH = append(part.RPATH, rpath.Path)
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// standardImports takes the DLLs from the imported symbols, which debug/pe gives as "symbol:dll".
func standardImports(t *testing.T, f *pe.File) (dlls []string) {
	symbols, err := f.ImportedSymbols()
	must(t, err)
	for _, symbol := range symbols {
		_, dll, _ := strings.Cut(symbol, ":")
		if !slices.Contains(dlls, dll) {
			dlls = append(dlls, dll)
		}
	}
	return dlls
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
