package binaries

import (
	"debug/elf"
	"fmt"
)

// The GNU property that names the x86-64 level a file needs (x86-64 psABI, "Program Property"): a bit for each level.
const (
	noteProperties = 5           // NT_GNU_PROPERTY_TYPE_0
	propertyISA    = 0xc000_8002 // GNU_PROPERTY_X86_ISA_1_NEEDED
)

// readNotes looks for the instruction set level in the note segments. Compilers write it only when asked to; most files
// that need more than the baseline choose at run time and do not say so.
func (f *elfFile) readNotes() error {
	if f.machine != elf.EM_X86_64 || !f.wide {
		return nil
	}
	for _, s := range f.notes {
		if s.size > maxNote {
			continue // notes of that size are somebody's own
		}
		data, err := f.at(s.offset, int(s.size))
		if err != nil {
			return fmt.Errorf("notes: %w", err)
		}
		f.readNoteSegment(data)
	}
	return nil
}

// readNoteSegment goes through the notes of a segment; what is cut short ends it.
func (f *elfFile) readNoteSegment(data []byte) {
	for len(data) >= 12 {
		nameSize, descSize := uint64(f.order.Uint32(data)), uint64(f.order.Uint32(data[4:]))
		kind := f.order.Uint32(data[8:])
		desc := 12 + roundUp(nameSize, 4)
		end := desc + descSize
		if end > uint64(len(data)) {
			return
		}
		if kind == noteProperties && string(data[12:12+nameSize]) == "GNU\x00" {
			f.readProperties(data[desc:end])
		}
		data = data[min(roundUp(end, 4), uint64(len(data))):]
	}
}

// readProperties goes through the properties of one note, which are padded to 8 bytes.
func (f *elfFile) readProperties(data []byte) {
	for len(data) >= 8 {
		kind, size := f.order.Uint32(data), uint64(f.order.Uint32(data[4:]))
		if 8+size > uint64(len(data)) {
			return
		}
		if kind == propertyISA && size == 4 {
			f.facts.Level = max(f.facts.Level, isaLevel(f.order.Uint32(data[8:])))
		}
		data = data[min(8+roundUp(size, 8), uint64(len(data))):]
	}
}

// isaLevel returns the highest level among the bits, or 0 for the baseline.
func isaLevel(bits uint32) int {
	for level := 4; level > 1; level-- {
		if bits&(1<<(level-1)) != 0 {
			return level
		}
	}
	return 0
}

func roundUp(n, to uint64) uint64 { return (n + to - 1) / to * to }
