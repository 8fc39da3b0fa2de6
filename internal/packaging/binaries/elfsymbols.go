package binaries

import (
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

// readVersions reads the symbol versions needed (DT_VERNEED). Both lists are chains of distances forward, so neither can
// go round; their lengths are bounded together.
func (f *elfFile) readVersions(d dynamicTable) error {
	address, ok := d.tags[elf.DT_VERNEED]
	if !ok {
		return nil
	}
	at, ok := f.offset(address)
	if !ok {
		return errEnd
	}
	left := maxVersions
	for range d.tags[elf.DT_VERNEEDNUM] {
		next, err := f.readLibrary(d, at, &left)
		if err != nil {
			return err
		}
		if next == 0 {
			return nil
		}
		at += next
	}
	return nil
}

// readLibrary reads the versions needed of one library, and returns the distance to the next library's entry.
func (f *elfFile) readLibrary(d dynamicTable, at uint64, left *int) (uint64, error) {
	entry, err := f.at(at, 16)
	if err != nil {
		return 0, err
	}
	library, err := f.dynamicName(d, uint64(f.order.Uint32(entry[4:])))
	if err != nil {
		return 0, err
	}
	names, err := f.versionNames(d, at+uint64(f.order.Uint32(entry[8:])), f.half(entry[2:]), left)
	if err != nil {
		return 0, err
	}
	f.facts.Versions = append(f.facts.Versions, LibraryVersions{Library: library, Names: names})
	return uint64(f.order.Uint32(entry[12:])), nil
}

func (f *elfFile) versionNames(d dynamicTable, at uint64, count int, left *int) (names []string, err error) {
	for range count {
		if *left--; *left < 0 {
			return nil, fmt.Errorf("more than %d", maxVersions)
		}
		entry, err := f.at(at, 16)
		if err != nil {
			return nil, err
		}
		name, err := f.dynamicName(d, uint64(f.order.Uint32(entry[8:])))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		next := uint64(f.order.Uint32(entry[12:]))
		if next == 0 {
			break
		}
		at += next
	}
	return names, nil
}

// readSymbols looks through the undefined symbols for those that a policy names, and for Python's.
func (f *elfFile) readSymbols(d dynamicTable) error {
	start, ok := f.offset(d.tags[elf.DT_SYMTAB])
	if !ok {
		return nil // no symbols
	}
	count, err := f.countUndefined(d)
	if err != nil {
		return err
	}
	if count > maxSymbols {
		return fmt.Errorf("more than %d", maxSymbols)
	}
	const block = 4096
	width := uint64(f.pick(elf.Sym32Size, elf.Sym64Size))
	for first := uint64(0); first < count; first += block {
		table, err := f.at(start+first*width, int(min(block, count-first)*width))
		if err != nil {
			return err
		}
		for ; len(table) > 0; table = table[width:] {
			f.readSymbol(d, table)
		}
	}
	slices.Sort(f.facts.Symbols)
	f.facts.Symbols = slices.Compact(f.facts.Symbols)
	return nil
}

// readSymbol keeps the symbol if it is undefined, must be there, and is of interest. A name that cannot be read is none.
func (f *elfFile) readSymbol(d dynamicTable, entry []byte) {
	info, section := entry[f.pick(12, 4)], f.half(entry[f.pick(14, 6):])
	at := uint64(f.order.Uint32(entry))
	if section != int(elf.SHN_UNDEF) || elf.ST_BIND(info) == elf.STB_WEAK || at == 0 || at >= d.width {
		return
	}
	name, err := f.peek(d.stringsAt+at, maxSymbolEnd)
	if err != nil {
		return
	}
	if watchedSymbols()[name] {
		f.facts.Symbols = append(f.facts.Symbols, name)
	}
	if strings.HasPrefix(name, "Py") || strings.HasPrefix(name, "_Py") {
		f.facts.PythonAPI = true
	}
}

// countUndefined returns a number of symbols from the table's start among which all undefined ones are. A GNU hash
// table holds only defined symbols, which stand behind the others; a classic one counts all symbols.
func (f *elfFile) countUndefined(d dynamicTable) (uint64, error) {
	if address, ok := d.tags[elf.DT_GNU_HASH]; ok {
		count, err := f.countUnhashed(address)
		if count > 0 || err != nil {
			return count, err
		}
	}
	if address, ok := d.tags[elf.DT_HASH]; ok {
		return f.countHashed(address)
	}
	// Linkers put the string table behind the symbols. Nothing else tells how many there are.
	if symbols, strings := d.tags[elf.DT_SYMTAB], d.tags[elf.DT_STRTAB]; strings > symbols {
		if count := (strings - symbols) / uint64(f.pick(elf.Sym32Size, elf.Sym64Size)); count <= maxSymbols {
			return count, nil
		}
	}
	return 0, nil
}

// countUnhashed returns how many symbols stand before those of a GNU hash table. An empty table does not tell: 0.
func (f *elfFile) countUnhashed(address uint64) (uint64, error) {
	at, ok := f.offset(address)
	if !ok {
		return 0, errEnd
	}
	head, err := f.at(at, 16)
	if err != nil {
		return 0, err
	}
	buckets, first, bloom := f.order.Uint32(head), f.order.Uint32(head[4:]), f.order.Uint32(head[8:])
	if buckets == 1 {
		bucket, err := f.at(at+16+uint64(bloom)*uint64(f.pick(4, 8)), 4)
		if err != nil || f.order.Uint32(bucket) == 0 {
			return 0, err
		}
	}
	return uint64(first), nil
}

// countHashed returns how many symbols a classic hash table counts. On 64-bit S/390 its numbers are 64-bit.
func (f *elfFile) countHashed(address uint64) (uint64, error) {
	at, ok := f.offset(address)
	if !ok {
		return 0, errEnd
	}
	if f.machine == elf.EM_S390 && f.wide {
		head, err := f.at(at, 16)
		if err != nil {
			return 0, err
		}
		return f.order.Uint64(head[8:]), nil
	}
	head, err := f.at(at, 8)
	if err != nil {
		return 0, err
	}
	return uint64(f.order.Uint32(head[4:])), nil
}
