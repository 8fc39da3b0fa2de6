package binaries

import (
	"debug/pe"
	"errors"
	"fmt"
)

// errNotPE says that a file begins as a DOS program and is not one of Windows.
var errNotPE = errors.New("there is no PE header")

// machineARM64EC is the machine of ARM64 code that keeps to the rules of x64 code. Files of it are loaded by both.
const machineARM64EC = 0xa641

// peFile is a PE file being read.
type peFile struct {
	raw
	sections []pe.SectionHeader32
	facts    *PE
}

// readPE reads headers, sections and the names of the imported DLLs.
func readPE(r raw) (*PE, error) {
	f := &peFile{raw: r, facts: &PE{}}
	stub, err := f.at(0x3c, 4)
	if err != nil {
		return nil, errNotPE
	}
	start := uint64(f.order.Uint32(stub))
	head, err := f.at(start, 24)
	if err != nil || string(head[:4]) != "PE\x00\x00" {
		return nil, errNotPE
	}
	f.facts.Arch = peArch(f.order.Uint16(head[4:]))
	f.facts.DLL = f.order.Uint16(head[22:])&pe.IMAGE_FILE_DLL != 0
	sections, optional := int(f.order.Uint16(head[6:])), int(f.order.Uint16(head[20:]))
	if sections > maxSections {
		return f.facts, fmt.Errorf("%d sections", sections)
	}
	if err := f.readSections(start+24+uint64(optional), sections); err != nil {
		return f.facts, err
	}
	header, err := f.at(start+24, optional)
	if err != nil {
		return f.facts, err
	}
	return f.facts, f.readDirectories(header)
}

// peArch returns the machine as Windows tags name it, or its number.
func peArch(machine uint16) string {
	switch machine {
	case pe.IMAGE_FILE_MACHINE_I386:
		return "win32"
	case pe.IMAGE_FILE_MACHINE_AMD64:
		return "win_amd64"
	case pe.IMAGE_FILE_MACHINE_ARM64, machineARM64EC:
		return "win_arm64"
	case pe.IMAGE_FILE_MACHINE_IA64:
		return "win_ia64"
	}
	return fmt.Sprintf("machine %#x", machine)
}

// readSections reads where the parts of the file are mapped.
func (f *peFile) readSections(at uint64, count int) error {
	const width = 40
	table, err := f.at(at, count*width)
	if err != nil {
		return fmt.Errorf("sections: %w", err)
	}
	for ; len(table) > 0; table = table[width:] {
		f.sections = append(f.sections, pe.SectionHeader32{
			VirtualSize:      f.order.Uint32(table[8:]),
			VirtualAddress:   f.order.Uint32(table[12:]),
			SizeOfRawData:    f.order.Uint32(table[16:]),
			PointerToRawData: f.order.Uint32(table[20:]),
		})
	}
	return nil
}

// readDirectories takes the import and the .NET directory from the optional header.
func (f *peFile) readDirectories(header []byte) error {
	if len(header) < 2 {
		return nil // an object file
	}
	directories := 96
	if f.order.Uint16(header) == 0x20b {
		directories = 112 // PE32+
	}
	f.facts.Managed = f.directory(header, directories, pe.IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR) != 0
	if address := f.directory(header, directories, pe.IMAGE_DIRECTORY_ENTRY_IMPORT); address != 0 {
		return f.readImports(address)
	}
	return nil
}

// directory returns the address of a directory, or 0. The header says how many directories it has.
func (f *peFile) directory(header []byte, start, index int) uint32 {
	at := start + 8*index
	if len(header) < at+8 || int64(f.order.Uint32(header[start-4:])) <= int64(index) {
		return 0
	}
	return f.order.Uint32(header[at:])
}

// readImports reads the names of the DLLs. What is imported from them is left alone.
func (f *peFile) readImports(address uint32) error {
	const width = 20
	at, ok := f.offset(address)
	if !ok {
		return fmt.Errorf("imports: %w", errEnd)
	}
	for range maxNeeded {
		entry, err := f.at(at, width)
		if err != nil {
			return fmt.Errorf("imports: %w", err)
		}
		name := f.order.Uint32(entry[12:])
		if name == 0 {
			return nil
		}
		nameAt, ok := f.offset(name)
		if !ok {
			return fmt.Errorf("imports: %w", errEnd)
		}
		dll, err := f.name(nameAt)
		if err != nil {
			return fmt.Errorf("imports: %w", err)
		}
		f.facts.Needed, at = append(f.facts.Needed, dll), at+width
	}
	return fmt.Errorf("more than %d imported DLLs", maxNeeded)
}

// offset turns an address into an offset in the file.
func (f *peFile) offset(address uint32) (uint64, bool) {
	for _, s := range f.sections {
		if address >= s.VirtualAddress && address-s.VirtualAddress < s.SizeOfRawData {
			return uint64(s.PointerToRawData) + uint64(address-s.VirtualAddress), true
		}
	}
	return 0, false
}
