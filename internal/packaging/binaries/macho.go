package binaries

import (
	"debug/macho"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
)

// Load commands that debug/macho does not name, and the platforms of LC_BUILD_VERSION (mach-o/loader.h).
const (
	machoFat64          = 0xcafe_babf
	machoIDDylib        = 0xd
	machoMinimumMac     = 0x24
	machoMinimumIOS     = 0x25
	machoBuild          = 0x32
	machoFileObject     = 1
	machoFileDebug      = 10 // dSYM
	maxMachOCommandSize = 1 << 20
)

// isMachO reports whether the first bytes are those of a Mach-O file. Java's class files share the magic of files of
// several architectures; their version, read as a number of architectures, is far too high.
func isMachO(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	switch big, little := binary.BigEndian.Uint32(head), binary.LittleEndian.Uint32(head); {
	case big == macho.MagicFat, big == machoFat64:
		return len(head) >= magicSize && binary.BigEndian.Uint32(head[4:]) <= maxParts
	case big == macho.Magic32, big == macho.Magic64, little == macho.Magic32, little == macho.Magic64:
		return true
	}
	return false
}

// readMachO reads each architecture of a file. The parts read before an error are returned with it.
func readMachO(r raw) ([]MachOPart, error) {
	head, err := r.at(0, magicSize)
	if err != nil {
		return nil, err
	}
	magic, count := binary.BigEndian.Uint32(head), int(binary.BigEndian.Uint32(head[4:]))
	if magic != macho.MagicFat && magic != machoFat64 {
		part, err := readPart(r)
		return []MachOPart{part}, err
	}
	var parts []MachOPart
	for index := range count {
		slice, err := r.slice(index, magic == machoFat64)
		if err != nil {
			return parts, fmt.Errorf("architecture %d: %w", index+1, err)
		}
		part, err := readPart(slice)
		parts = append(parts, part)
		if err != nil {
			return parts, fmt.Errorf("architecture %d: %w", index+1, err)
		}
	}
	return parts, nil
}

// slice returns the file of one architecture inside a file of several.
func (r raw) slice(index int, wide bool) (raw, error) {
	width := 20
	if wide {
		width = 32
	}
	entry, err := r.at(uint64(magicSize+index*width), width)
	if err != nil {
		return r, err
	}
	offset, size := uint64(binary.BigEndian.Uint32(entry[8:])), uint64(binary.BigEndian.Uint32(entry[12:]))
	if wide {
		offset, size = binary.BigEndian.Uint64(entry[8:]), binary.BigEndian.Uint64(entry[16:])
	}
	if offset > uint64(r.size) || size > uint64(r.size)-offset {
		return r, errEnd
	}
	r.file, r.size = io.NewSectionReader(r.file, int64(offset), int64(size)), int64(size)
	return r, nil
}

// readPart reads a Mach-O file of one architecture.
func readPart(r raw) (MachOPart, error) {
	head, err := r.at(0, 28)
	if err != nil {
		return MachOPart{}, err
	}
	if string(head[:8]) == "!<arch>\n" {
		return MachOPart{Arch: "archive", Object: true}, nil // a static library
	}
	if magic := binary.BigEndian.Uint32(head); magic == macho.Magic32 || magic == macho.Magic64 {
		r.order = binary.BigEndian
	}
	start := uint64(28)
	switch magic := r.order.Uint32(head); magic {
	case macho.Magic32:
	case macho.Magic64:
		start = 32
	default:
		return MachOPart{}, fmt.Errorf("%#x is no magic number of Mach-O", magic)
	}
	kind := r.order.Uint32(head[12:])
	part := MachOPart{
		Arch:   machoArch(macho.Cpu(r.order.Uint32(head[4:]))),
		Object: kind == machoFileObject || kind == machoFileDebug,
	}
	err = r.commands(&part, start, r.order.Uint32(head[16:]), r.order.Uint32(head[20:]))
	return part, err
}

// machoArch returns the architecture as macOS tags name it, or the number of a processor that they do not.
func machoArch(cpu macho.Cpu) string {
	switch cpu {
	case macho.Cpu386:
		return "i386"
	case macho.CpuAmd64:
		return "x86_64"
	case macho.CpuArm64:
		return "arm64"
	case macho.CpuPpc:
		return "ppc"
	case macho.CpuPpc64:
		return "ppc64"
	}
	return strconv.FormatUint(uint64(cpu), 10)
}

// commands reads the load commands, each of which says how long it is.
func (r raw) commands(part *MachOPart, start uint64, count, size uint32) error {
	if count > maxCommands || size > maxMachOCommandSize {
		return fmt.Errorf("%d load commands of %d bytes", count, size)
	}
	table, err := r.at(start, int(size))
	if err != nil {
		return fmt.Errorf("load commands: %w", err)
	}
	for range count {
		if len(table) < 8 {
			return fmt.Errorf("load commands: %w", errEnd)
		}
		length := r.order.Uint32(table[4:])
		if length < 8 || uint64(length) > uint64(len(table)) {
			return fmt.Errorf("a load command of %d bytes", length)
		}
		if err := r.command(part, table[:length]); err != nil {
			return err
		}
		table = table[length:]
	}
	return nil
}

// command takes the facts of one load command.
func (r raw) command(part *MachOPart, data []byte) error {
	switch macho.LoadCmd(r.order.Uint32(data)) {
	case macho.LoadCmdDylib:
		if len(part.Needed) >= maxNeeded {
			return fmt.Errorf("more than %d needed libraries", maxNeeded)
		}
		return r.commandName(data, func(s string) { part.Needed = append(part.Needed, s) })
	case machoIDDylib:
		return r.commandName(data, func(s string) { part.ID = s })
	case macho.LoadCmdRpath:
		return r.commandName(data, func(s string) { part.RPATH = append(part.RPATH, s) })
	case machoMinimumMac:
		return r.minimum(part, "macos", data, 8)
	case machoMinimumIOS:
		return r.minimum(part, "ios", data, 8)
	case machoBuild:
		return r.build(part, data)
	}
	return nil
}

// commandName gives the text inside a load command to set. All commands that hold one have its offset at byte 8.
func (r raw) commandName(data []byte, set func(string)) error {
	if len(data) < 12 || uint64(r.order.Uint32(data[8:])) > uint64(len(data)) {
		return fmt.Errorf("load command: %w", errEnd)
	}
	text := data[r.order.Uint32(data[8:]):]
	for i, c := range text {
		if c == 0 {
			text = text[:i]
			break
		}
	}
	if *r.text -= len(text); *r.text < 0 {
		return errTooMuch
	}
	set(string(text))
	return nil
}

// build reads LC_BUILD_VERSION: platform, then the oldest system.
func (r raw) build(part *MachOPart, data []byte) error {
	if len(data) < 16 {
		return fmt.Errorf("load command: %w", errEnd)
	}
	number := r.order.Uint32(data[8:])
	platform, ok := map[uint32]string{1: "macos", 2: "ios", 3: "tvos", 4: "watchos", 6: "maccatalyst", 7: "iossimulator"}[number]
	if !ok {
		platform = strconv.FormatUint(uint64(number), 10)
	}
	return r.minimum(part, platform, data, 12)
}

// minimum reads a version (16 bits, then 8, then 8), which stands at an offset.
func (r raw) minimum(part *MachOPart, platform string, data []byte, at int) error {
	if len(data) < at+4 {
		return fmt.Errorf("load command: %w", errEnd)
	}
	packed := r.order.Uint32(data[at:])
	part.Platform, part.Minimum = platform, Version{Major: int(packed >> 16), Minor: int(packed >> 8 & 0xff)}
	return nil
}
