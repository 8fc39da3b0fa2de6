package binaries

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// elfFile is an ELF file being read.
type elfFile struct {
	raw
	wide    bool // 64-bit
	machine elf.Machine
	flags   uint32
	kind    elf.Type
	loads   []segment // what the loader maps
	dynamic segment
	notes   []segment
	facts   *ELF
}

// segment is a piece of the file and where it is mapped.
type segment struct{ offset, address, size uint64 }

// readELF reads header, segments, dynamic entries, symbol versions and undefined symbols, in the order in which each
// leads to the next. The facts found so far are returned with an error.
func readELF(r raw) (*ELF, error) {
	f := &elfFile{raw: r, facts: &ELF{}}
	for _, step := range []func() error{f.readHeader, f.readNotes, f.readDynamic} {
		if err := step(); err != nil {
			return f.facts, err
		}
	}
	return f.facts, nil
}

// readHeader reads the file header and the program headers.
func (f *elfFile) readHeader() error {
	ident, err := f.at(0, elf.EI_NIDENT)
	if err != nil {
		return err
	}
	switch class := elf.Class(ident[elf.EI_CLASS]); class {
	case elf.ELFCLASS32, elf.ELFCLASS64:
		f.wide = class == elf.ELFCLASS64
	default:
		return fmt.Errorf("%v is no class", class)
	}
	switch data := elf.Data(ident[elf.EI_DATA]); data {
	case elf.ELFDATA2LSB, elf.ELFDATA2MSB:
		if data == elf.ELFDATA2MSB {
			f.order = binary.BigEndian
		}
	default:
		return fmt.Errorf("%v is no byte order", data)
	}
	rest, err := f.at(elf.EI_NIDENT, f.pick(36, 48))
	if err != nil {
		return err
	}
	f.kind, f.machine = elf.Type(f.order.Uint16(rest)), elf.Machine(f.order.Uint16(rest[2:]))
	f.flags = f.order.Uint32(rest[f.pick(20, 32):])
	f.describe()
	start, size, count := f.word(rest[f.pick(12, 16):]), f.half(rest[f.pick(26, 38):]), f.half(rest[f.pick(28, 40):])
	return f.readSegments(start, size, count)
}

// describe fills in the facts that follow from the header.
func (f *elfFile) describe() {
	bits, order := f.pick(32, 64), "little-endian"
	if f.order == binary.BigEndian {
		order = "big-endian"
	}
	f.facts.Machine = fmt.Sprintf("%v, %d-bit, %s", f.machine, bits, order)
	f.facts.Arch = f.arch()
	f.facts.Object = f.kind == elf.ET_REL
	switch f.machine {
	case elf.EM_CUDA, elf.EM_AMDGPU, elf.EM_BPF:
		f.facts.Device = true
	}
}

// arch returns the architecture as tags name it, or "". ARM without hard floats or of an older ABI is none (PEP 599).
func (f *elfFile) arch() string {
	big := f.order == binary.BigEndian
	switch {
	case f.machine == elf.EM_386 && !f.wide && !big:
		return "i686"
	case f.machine == elf.EM_X86_64 && f.wide && !big:
		return "x86_64"
	case f.machine == elf.EM_AARCH64 && f.wide && !big:
		return "aarch64"
	case f.machine == elf.EM_ARM && !f.wide && !big:
		return f.armArch()
	case f.machine == elf.EM_PPC64 && f.wide && !big:
		return "ppc64le"
	case f.machine == elf.EM_PPC64 && f.wide:
		return "ppc64"
	case f.machine == elf.EM_S390 && f.wide && big:
		return "s390x"
	case f.machine == elf.EM_RISCV && f.wide && !big:
		return "riscv64"
	case f.machine == elf.EM_LOONGARCH && f.wide && !big:
		return "loongarch64"
	}
	return ""
}

// armArch looks at the flags of an ARM file. Objects do not have the flag for hard floats yet.
func (f *elfFile) armArch() string {
	const abiMask, abi5, hardFloat = 0xff00_0000, 0x0500_0000, 0x400
	switch {
	case f.flags&abiMask != abi5:
		f.facts.Machine = "EM_ARM without EABI 5"
		return ""
	case f.flags&hardFloat == 0 && f.kind != elf.ET_REL:
		f.facts.Machine = "EM_ARM without the hard-float ABI"
		return ""
	}
	return "armv7l"
}

// readSegments reads the program headers. Only the first dynamic segment counts, as for the loader.
func (f *elfFile) readSegments(start uint64, size, count int) error {
	if count == 0 {
		return nil
	}
	if count > maxSegments || size != f.pick(32, 56) {
		return fmt.Errorf("%d program headers of %d bytes", count, size)
	}
	table, err := f.at(start, size*count)
	if err != nil {
		return fmt.Errorf("program headers: %w", err)
	}
	for ; len(table) > 0; table = table[size:] {
		f.addSegment(elf.ProgType(f.order.Uint32(table)), segment{
			offset:  f.word(table[f.pick(4, 8):]),
			address: f.word(table[f.pick(8, 16):]),
			size:    f.word(table[f.pick(16, 32):]),
		})
	}
	return nil
}

func (f *elfFile) addSegment(kind elf.ProgType, s segment) {
	switch kind {
	case elf.PT_LOAD:
		f.loads = append(f.loads, s)
	case elf.PT_DYNAMIC:
		if f.dynamic.size == 0 {
			f.dynamic = s
		}
	case elf.PT_NOTE, elf.PT_GNU_PROPERTY:
		f.notes = append(f.notes, s)
	}
}

// dynamicTable holds the addresses and offsets that the dynamic segment names.
type dynamicTable struct {
	tags             map[elf.DynTag]uint64 // the last value of each tag
	needed           []uint64              // offsets of names, in order
	stringsAt, width uint64                // file offset and size of the string table
}

// readDynamic reads the dynamic segment and what it leads to. A file without one is static and asks for nothing.
func (f *elfFile) readDynamic() error {
	if f.dynamic.size == 0 {
		return nil
	}
	d, err := f.dynamicEntries()
	if err != nil {
		return fmt.Errorf("dynamic segment: %w", err)
	}
	if len(d.tags) == 0 {
		return nil
	}
	var ok bool
	if d.stringsAt, ok = f.offset(d.tags[elf.DT_STRTAB]); !ok {
		return errors.New("dynamic segment: the string table is in no segment")
	}
	d.width = d.tags[elf.DT_STRSZ]
	if err := f.readNames(d); err != nil {
		return fmt.Errorf("dynamic segment: %w", err)
	}
	if err := f.readVersions(d); err != nil {
		return fmt.Errorf("symbol versions: %w", err)
	}
	if err := f.readSymbols(d); err != nil {
		return fmt.Errorf("symbols: %w", err)
	}
	return nil
}

// dynamicEntries reads the entries up to the terminating one.
func (f *elfFile) dynamicEntries() (dynamicTable, error) {
	d := dynamicTable{tags: map[elf.DynTag]uint64{}}
	entry := uint64(f.pick(8, 16))
	count := f.dynamic.size / entry
	if count > maxDynamic {
		return d, fmt.Errorf("%d entries", count)
	}
	table, err := f.at(f.dynamic.offset, int(count*entry))
	if err != nil {
		return d, err
	}
	for ; len(table) > 0; table = table[entry:] {
		tag, value := elf.DynTag(f.word(table)), f.word(table[entry/2:])
		switch tag {
		case elf.DT_NULL:
			return d, nil
		case elf.DT_NEEDED:
			if d.needed = append(d.needed, value); len(d.needed) > maxNeeded {
				return d, fmt.Errorf("more than %d needed libraries", maxNeeded)
			}
		}
		d.tags[tag] = value
	}
	return d, nil
}

// readNames reads the libraries, the soname and the search paths.
func (f *elfFile) readNames(d dynamicTable) error {
	for _, at := range d.needed {
		library, err := f.dynamicName(d, at)
		if err != nil {
			return err
		}
		f.facts.Needed = append(f.facts.Needed, library)
	}
	return errors.Join(
		f.nameOf(d, elf.DT_SONAME, func(s string) { f.facts.SONAME = s }),
		f.nameOf(d, elf.DT_RPATH, func(s string) { f.facts.RPATH = strings.Split(s, ":") }),
		f.nameOf(d, elf.DT_RUNPATH, func(s string) { f.facts.RUNPATH = strings.Split(s, ":") }),
	)
}

// nameOf gives the name behind a tag to set, if the tag is there.
func (f *elfFile) nameOf(d dynamicTable, tag elf.DynTag, set func(string)) error {
	at, ok := d.tags[tag]
	if !ok {
		return nil
	}
	text, err := f.dynamicName(d, at)
	if err == nil {
		set(text)
	}
	return err
}

// dynamicName returns a name of the dynamic string table.
func (f *elfFile) dynamicName(d dynamicTable, at uint64) (string, error) {
	if at >= d.width {
		return "", fmt.Errorf("a name at %d in a string table of %d bytes", at, d.width)
	}
	return f.name(d.stringsAt + at)
}

// offset turns an address into the offset in the file of the byte that is mapped there.
func (f *elfFile) offset(address uint64) (uint64, bool) {
	for _, s := range f.loads {
		if address >= s.address && address-s.address < s.size {
			at := s.offset + (address - s.address)
			return at, at >= s.offset && at < uint64(f.size)
		}
	}
	return 0, false
}

// pick returns the first number for 32-bit files and the second for 64-bit ones.
func (f *elfFile) pick(narrow, wide int) int {
	if f.wide {
		return wide
	}
	return narrow
}

// word reads an address-sized number, half a 16-bit one.
func (f *elfFile) word(data []byte) uint64 {
	if f.wide {
		return f.order.Uint64(data)
	}
	return uint64(f.order.Uint32(data))
}

func (f *elfFile) half(data []byte) int { return int(f.order.Uint16(data)) }
