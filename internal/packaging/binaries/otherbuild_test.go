package binaries_test

import (
	"debug/macho"
	"debug/pe"
	"encoding/binary"
)

// machoSpec describes a Mach-O file of one architecture.
type machoSpec struct {
	cpu      macho.Cpu
	kind     uint32 // 6 (dylib) if 0
	platform uint32 // LC_BUILD_VERSION; 0: LC_VERSION_MIN_MACOSX instead
	minimum  [2]int // none if zero
	id       string
	needed   []string
	rpath    []string
	big      bool
}

func (s machoSpec) build() []byte {
	var order binary.AppendByteOrder = binary.LittleEndian
	if s.big {
		order = binary.BigEndian
	}
	var commands []byte
	count := 0
	add := func(numbers []uint32, text string) {
		body := []byte{}
		for _, n := range numbers[1:] {
			body = order.AppendUint32(body, n)
		}
		if text != "" {
			body = append(append(body, text...), 0)
		}
		for len(body)%8 != 0 {
			body = append(body, 0)
		}
		commands = order.AppendUint32(commands, numbers[0])
		commands = order.AppendUint32(commands, uint32(len(body)+8))
		commands = append(commands, body...)
		count++
	}
	version := uint32(s.minimum[0])<<16 | uint32(s.minimum[1])<<8
	switch {
	case version == 0:
	case s.platform != 0:
		add([]uint32{0x32, s.platform, version, version, 0}, "")
	default:
		add([]uint32{0x24, version, version}, "")
	}
	if s.id != "" {
		add([]uint32{0xd, 24, 0, 0, 0}, s.id)
	}
	for _, library := range s.needed {
		add([]uint32{0xc, 24, 0, 0, 0}, library)
	}
	for _, path := range s.rpath {
		add([]uint32{0x8000_001c, 12}, path)
	}
	kind := s.kind
	if kind == 0 {
		kind = 6
	}
	head := order.AppendUint32(nil, macho.Magic64)
	for _, n := range []uint32{uint32(s.cpu), 0, kind, uint32(count), uint32(len(commands)), 0, 0} {
		head = order.AppendUint32(head, n)
	}
	return append(head, commands...)
}

// fat joins files of one architecture each.
func fat(parts ...[]byte) []byte {
	const align = 64
	head := binary.BigEndian.AppendUint32(nil, macho.MagicFat)
	head = binary.BigEndian.AppendUint32(head, uint32(len(parts)))
	at := align * (1 + (8+20*len(parts))/align)
	var body []byte
	for _, part := range parts {
		for _, n := range []uint32{0, 0, uint32(at + len(body)), uint32(len(part)), 6} {
			head = binary.BigEndian.AppendUint32(head, n)
		}
		body = append(body, part...)
		body = append(body, make([]byte, (align-len(part)%align)%align)...)
	}
	return append(append(head, make([]byte, at-len(head))...), body...)
}

// peSpec describes a PE file.
type peSpec struct {
	machine uint16 // AMD64 if 0
	program bool   // not a DLL
	managed bool
	needed  []string
}

// build lays the file out as header, optional header, one section header and one section, mapped at 0x1000.
func (s peSpec) build() []byte {
	if s.machine == 0 {
		s.machine = pe.IMAGE_FILE_MACHINE_AMD64
	}
	const start, address, fileAt = 0x40, 0x1000, 0x200
	le := binary.LittleEndian
	optional := make([]byte, 112+16*8)
	le.PutUint16(optional, 0x20b)
	le.PutUint32(optional[108:], 16)
	section := make([]byte, 20*(len(s.needed)+1))
	for i, dll := range s.needed {
		le.PutUint32(section[20*i+12:], uint32(address+len(section)))
		section = append(append(section, dll...), 0)
	}
	if len(s.needed) > 0 {
		le.PutUint32(optional[112+8*pe.IMAGE_DIRECTORY_ENTRY_IMPORT:], address)
	}
	if s.managed {
		le.PutUint32(optional[112+8*pe.IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR:], address)
	}
	flags := uint16(pe.IMAGE_FILE_DLL)
	if s.program {
		flags = pe.IMAGE_FILE_EXECUTABLE_IMAGE
	}
	data := make([]byte, fileAt)
	copy(data, "MZ")
	le.PutUint32(data[0x3c:], start)
	copy(data[start:], "PE\x00\x00")
	le.PutUint16(data[start+4:], s.machine)
	le.PutUint16(data[start+6:], 1)
	le.PutUint16(data[start+20:], uint16(len(optional)))
	le.PutUint16(data[start+22:], flags)
	copy(data[start+24:], optional)
	header := data[start+24+len(optional):]
	le.PutUint32(header[8:], uint32(len(section)))
	le.PutUint32(header[12:], address)
	le.PutUint32(header[16:], uint32(len(section)))
	le.PutUint32(header[20:], fileAt)
	return append(data, section...)
}
