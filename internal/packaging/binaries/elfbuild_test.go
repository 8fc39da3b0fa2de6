package binaries_test

import (
	"debug/elf"
	"encoding/binary"
	"slices"

	"strongroom/internal/packaging/binaries"
)

// elfSpec describes an ELF file to build. The zero value is a shared library for x86-64 that asks for nothing.
type elfSpec struct {
	machine         elf.Machine // EM_X86_64 if 0
	kind            elf.Type    // ET_DYN if 0
	narrow, big     bool        // 32-bit, big-endian
	flags           uint32
	soname          string
	rpath, runpath  string
	needed          []string
	versions        []binaries.LibraryVersions
	undefined, weak []string // symbols that others are to define
	defined         []string
	hash            string // "gnu" (also if ""), "empty-gnu", "sysv", "none"
	property        []byte // descriptor of a GNU property note
	static          bool   // no dynamic segment
}

const elfBase = 0x40_0000 // where the file is mapped

// elfBuilder lays out the parts of a file one after the other.
type elfBuilder struct {
	spec    elfSpec
	order   binary.AppendByteOrder
	data    []byte
	strings []byte
	dynamic [][2]uint64
}

// build returns the file. It has program headers and no section headers, as a loader needs it.
func (s elfSpec) build() []byte {
	b := &elfBuilder{spec: s, order: binary.LittleEndian, strings: []byte{0}}
	if s.big {
		b.order = binary.BigEndian
	}
	if s.machine == 0 {
		b.spec.machine = elf.EM_X86_64
	}
	if s.kind == 0 {
		b.spec.kind = elf.ET_DYN
	}
	b.data = make([]byte, 64+3*56) // header and program headers, written last
	dynamicAt, dynamicSize := 0, 0
	if !s.static {
		b.names()
		b.symbols()
		versionsAt := b.versionTable()
		if len(s.versions) > 0 {
			b.entry(elf.DT_VERNEED, elfBase+uint64(versionsAt))
			b.entry(elf.DT_VERNEEDNUM, uint64(len(s.versions)))
		}
		b.entry(elf.DT_STRTAB, elfBase+uint64(len(b.data)))
		b.entry(elf.DT_STRSZ, uint64(len(b.strings)))
		b.data = append(b.data, b.strings...)
		dynamicAt = b.pad()
		dynamicSize = b.dynamicTable()
	}
	noteAt := b.pad()
	noteSize := b.note()
	b.headers(noteAt, noteSize, dynamicAt, dynamicSize)
	return b.data
}

func (b *elfBuilder) text(s string) uint64 {
	at := len(b.strings)
	b.strings = append(append(b.strings, s...), 0)
	return uint64(at)
}

func (b *elfBuilder) entry(tag elf.DynTag, value uint64) {
	b.dynamic = append(b.dynamic, [2]uint64{uint64(tag), value})
}

func (b *elfBuilder) pad() int {
	for len(b.data)%8 != 0 {
		b.data = append(b.data, 0)
	}
	return len(b.data)
}

func (b *elfBuilder) names() {
	for _, library := range b.spec.needed {
		b.entry(elf.DT_NEEDED, b.text(library))
	}
	for tag, name := range map[elf.DynTag]string{
		elf.DT_SONAME: b.spec.soname, elf.DT_RPATH: b.spec.rpath, elf.DT_RUNPATH: b.spec.runpath,
	} {
		if name != "" {
			b.entry(tag, b.text(name))
		}
	}
}

// symbols writes the hash table and the symbols, undefined ones first.
func (b *elfBuilder) symbols() {
	undefined, weak, defined := b.spec.undefined, b.spec.weak, b.spec.defined
	total := 1 + len(undefined) + len(weak) + len(defined)
	hashAt := b.pad()
	switch b.spec.hash {
	case "", "gnu":
		b.entry(elf.DT_GNU_HASH, elfBase+uint64(hashAt))
		b.u32(2, uint32(total-len(defined)), 1, 5)
		b.word(0)
		b.u32(uint32(total-len(defined)), 0)
	case "empty-gnu":
		b.entry(elf.DT_GNU_HASH, elfBase+uint64(hashAt))
		b.u32(1, 1, 1, 5)
		b.word(0)
		b.u32(0)
	case "sysv":
		b.entry(elf.DT_HASH, elfBase+uint64(hashAt))
		if b.spec.machine == elf.EM_S390 {
			b.word(1)
			b.word(uint64(total))
		} else {
			b.u32(1, uint32(total))
		}
	}
	b.entry(elf.DT_SYMTAB, elfBase+uint64(b.pad()))
	b.symbol(0, elf.STB_LOCAL, 0)
	for _, name := range undefined {
		b.symbol(b.text(name), elf.STB_GLOBAL, 0)
	}
	for _, name := range weak {
		b.symbol(b.text(name), elf.STB_WEAK, 0)
	}
	for _, name := range defined {
		b.symbol(b.text(name), elf.STB_GLOBAL, 1)
	}
}

func (b *elfBuilder) symbol(name uint64, bind elf.SymBind, section uint16) {
	info := byte(bind)<<4 | byte(elf.STT_FUNC)
	b.u32(uint32(name))
	if b.spec.narrow {
		b.u32(0, 0)
	}
	b.data = append(b.data, info, 0)
	b.u16(section)
	if !b.spec.narrow {
		b.word(0)
		b.word(0)
	}
}

func (b *elfBuilder) versionTable() int {
	at := b.pad()
	for i, library := range b.spec.versions {
		size := 16 + 16*len(library.Names)
		next := uint32(size)
		if i == len(b.spec.versions)-1 {
			next = 0
		}
		b.u16(1, uint16(len(library.Names)))
		b.u32(uint32(b.text(library.Library)), 16, next)
		for j, name := range library.Names {
			next := uint32(16)
			if j == len(library.Names)-1 {
				next = 0
			}
			b.u32(0)
			b.u16(0, 2)
			b.u32(uint32(b.text(name)), next)
		}
	}
	return at
}

func (b *elfBuilder) dynamicTable() int {
	start := len(b.data)
	for _, entry := range append(slices.Clone(b.dynamic), [2]uint64{}) {
		b.word(entry[0])
		b.word(entry[1])
	}
	return len(b.data) - start
}

func (b *elfBuilder) note() int {
	if b.spec.property == nil {
		return 0
	}
	start := len(b.data)
	b.u32(4, uint32(len(b.spec.property)), 5)
	b.data = append(append(b.data, "GNU\x00"...), b.spec.property...)
	return len(b.data) - start
}

// headers writes over the room left at the start.
func (b *elfBuilder) headers(noteAt, noteSize, dynamicAt, dynamicSize int) {
	size := uint64(len(b.data))
	head := &elfBuilder{spec: b.spec, order: b.order}
	class, data, ehsize, phsize := elf.ELFCLASS64, elf.ELFDATA2LSB, uint16(64), uint16(56)
	if b.spec.narrow {
		class, ehsize, phsize = elf.ELFCLASS32, 52, 32
	}
	if b.spec.big {
		data = elf.ELFDATA2MSB
	}
	head.data = append(head.data, 0x7f, 'E', 'L', 'F', byte(class), byte(data), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	head.u16(uint16(b.spec.kind), uint16(b.spec.machine))
	head.u32(1)
	head.word(0)
	head.word(uint64(ehsize))
	head.word(0)
	head.u32(b.spec.flags)
	head.u16(ehsize, phsize, 3, 0, 0, 0)
	head.program(elf.PT_LOAD, 0, size)
	head.program(elf.PT_DYNAMIC, uint64(dynamicAt), uint64(dynamicSize))
	head.program(elf.PT_NOTE, uint64(noteAt), uint64(noteSize))
	copy(b.data, head.data)
}

func (b *elfBuilder) program(kind elf.ProgType, at, size uint64) {
	b.u32(uint32(kind))
	if !b.spec.narrow {
		b.u32(0)
	}
	b.word(at)
	b.word(elfBase + at)
	b.word(elfBase + at)
	b.word(size)
	b.word(size)
	if b.spec.narrow {
		b.u32(0)
	}
	b.word(8)
}

func (b *elfBuilder) u16(numbers ...uint16) {
	for _, n := range numbers {
		b.data = b.order.AppendUint16(b.data, n)
	}
}

func (b *elfBuilder) u32(numbers ...uint32) {
	for _, n := range numbers {
		b.data = b.order.AppendUint32(b.data, n)
	}
}

// word writes an address-sized number.
func (b *elfBuilder) word(n uint64) {
	if b.spec.narrow {
		b.u32(uint32(n))
		return
	}
	b.data = b.order.AppendUint64(b.data, n)
}
